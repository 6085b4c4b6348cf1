"""What a run shows in the terminal: whose message it is, how long it will take, what came out."""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from rich import get_console
from rich.panel import Panel
from rich.progress import Progress
from rich.text import Text

from step.progress import show_progress
from step.project.selection import stage_and_assay

Item = TypeVar("Item")
PATIENCE = 2.0  # seconds before a loop gets a bar
CHANCE = 0.05
METRICS = ".metrics"

logger = logging.getLogger(__name__)


class Terminal:
    """Names the assay before each message, draws bars of long loops, and sums up at the end."""

    def __init__(self) -> None:
        self._assay = AssayName()
        self._started = perf_counter()

    @hook_impl
    def before_pipeline_run(self) -> None:
        """Start the clock; bars are drawn in a terminal alone."""
        self._started = perf_counter()
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._assay)
        show_progress(draw_bar if get_console().is_interactive else None)

    @hook_impl(tryfirst=True)
    def before_node_run(self, node: Node) -> None:
        """Remember the assay that the node computes."""
        self._assay.assay = stage_and_assay(node)[1]

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Draw no more."""
        self._end()

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Show the verdict on each assay, and where its report lies."""
        self._end()
        seconds = perf_counter() - self._started
        outputs = sorted(pipeline.all_outputs())
        scored = [name.removesuffix(METRICS) for name in outputs if name.endswith(METRICS)]
        if not scored:
            logger.info("done in %.1f s", seconds)
            return
        lines = [line for name in scored for line in _summary(catalog, name)]
        lines.append(f"done in {seconds:.0f} s")
        get_console().print(Panel(Text("\n".join(lines)), expand=False))

    def _end(self) -> None:
        self._assay.assay = ""
        show_progress(None)


class AssayName(logging.Filter):
    """Puts the assay that is being computed before what its nodes say."""

    assay = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass; change those of STEP, once."""
        if self.assay and record.name.startswith("step.") and not hasattr(record, "assay"):
            record.assay = self.assay
            record.msg = f"{self.assay}: {record.msg}"
        return True


def draw_bar(items: Iterable[Item], total: int, description: str) -> Iterator[Item]:
    """Iterate, with a bar and the time that is left where it takes longer than `PATIENCE`.

    Loops within the loop draw nothing.
    """
    show_progress(None)
    started = perf_counter()
    with Progress(console=get_console(), transient=True) as bars:
        bar = bars.add_task(description, total=total, visible=False)
        for item in items:
            yield item
            bars.update(bar, advance=1, visible=perf_counter() - started > PATIENCE)
    show_progress(draw_bar)


def verdict(metrics: dict[str, Any]) -> list[str]:
    """Return the outcome of an assay in two lines: beside the best baseline, and of the graph.

    Args:
        metrics: As `metrics.json` holds them; what is not computed is absent.
    """
    scores = {arm: score["mse"] for arm, score in metrics["arms"].items()}
    step = scores.pop("step")
    best = metrics.get("best_baseline") or min(scores, key=scores.get)
    accuracy = f"MSE {step:.4g}; best baseline, {best}: {scores[best]:.4g}"
    if "skill" in metrics:
        p = f", p = {metrics['skill_p']:.2g}" if "skill_p" in metrics else ""
        accuracy += f" (skill {100 * metrics['skill']:.1f} %{p})"
    if "scored" in metrics:
        return [accuracy, f"of {metrics['scored']}"]
    test = metrics["graph_test"]
    if "p" not in test:
        return [accuracy, f"whether {_graph_helps(test)} was not tested"]
    rewired = sum(test["rewired_mse"]) / len(test["rewired_mse"])
    beats_none = test["real_mse"] < test["no_graph_mse"]
    if test["p"] > CHANCE:
        found = f"no evidence that {_graph_helps(test)}"
    else:
        found = _graph_helps(test) if beats_none else "the graph helps no more than none at all"
    return [accuracy, f"{found} (MSE on rewired graphs: {rewired:.4g}, p = {test['p']:.2g})"]


def _graph_helps(test: dict[str, Any]) -> str:
    return "the graph helps" if "kinds" in test else "contacts help"


def _summary(catalog: DataCatalog, scored: str) -> list[str]:
    """The verdict on what was scored, `mrna` or `published.mrna`, and where to read on."""
    paths = {
        name: os.path.relpath(catalog.get(f"{scored}.{name}")._describe()["filepath"])
        for name in ("metrics", "report", "workbook")
    }
    metrics = json.loads(Path(paths["metrics"]).read_text(encoding="utf-8"))
    lines = [*verdict(metrics), paths["report"], paths["workbook"]]
    return [scored, *(f"  {line}" for line in lines)]
