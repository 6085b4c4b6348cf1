"""The list of all studies: one page that links to their reports, with what came out."""

import json
import logging
from pathlib import Path

from step.reports.html import render_page

logger = logging.getLogger(__name__)

METRICS = "metrics.json"


def list_studies(reports: Path) -> str:
    """List the reports that lie in a folder, study by study.

    Args:
        reports: Holds `<study>/<assay>/metrics.json` and `report.html`, and `report.html` of a
            sweep in `<study>/sweep/`.
    """
    rows = []
    for path in sorted(reports.glob(f"*/*/{METRICS}")):
        page = path.with_name("report.html")
        if not page.exists():
            continue
        try:
            metrics = json.loads(path.read_text(encoding="utf-8"))
            headline = _headline(metrics) if "graph_test" in metrics else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            logger.warning("%s is damaged, or of another version: the list leaves it out.", path)
            continue
        if headline:
            study, assay = path.parts[-3:-1]
            shown = page.relative_to(reports).as_posix()
            rows.append({"study": study, "assay": assay, "page": shown, **headline})
    sweeps = sorted(path.parts[-3] for path in reports.glob("*/sweep/report.html"))
    return render_page("index.html.j2", rows=rows, sweeps=sweeps)


def _headline(metrics: dict) -> dict[str, object]:
    """What the list says of a study; what was not computed is absent from the metrics."""
    from step.figures.style import arm_label  # imports torch, which takes seconds

    test = metrics["graph_test"]
    return {
        "genes": metrics["n_genes"],
        "times": metrics["n_times"],
        "mse": metrics["arms"]["step"]["mse"],
        "baseline": arm_label(metrics["best_baseline"]),
        "skill": metrics.get("skill"),
        "skill_p": metrics.get("skill_p"),
        "effect": test.get("effect"),
        "graph_p": test.get("p"),
        "coverage": metrics["intervals"]["coverage"],
    }
