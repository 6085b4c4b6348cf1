"""What a run shows in the terminal: whose message it is, how long it will take, what came out."""

import logging
import os
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

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

if TYPE_CHECKING:
    from step.evaluation.graph_test import GraphTest
    from step.evaluation.metrics import Metrics
    from step.published.scores import PublishedMetrics

Item = TypeVar("Item")
PATIENCE = 2.0  # seconds before a loop gets a bar
METRICS = ".metrics"
PUBLISHED = "published."

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


def verdict(metrics: "Metrics") -> list[str]:
    """Return the outcome of an assay in two lines: beside the best baseline, and of the graph."""
    best, test = metrics.best_baseline, metrics.graph_test
    accuracy = f"MSE {_mse(metrics, 'step')}; best baseline, {best}: {_mse(metrics, best)}"
    if metrics.skill is not None:
        p = "" if metrics.skill_p is None else f", p = {metrics.skill_p:.2g}"
        accuracy += f" (skill {100 * metrics.skill:.1f} %{p})"
    if test.p is None:
        return [accuracy, f"whether {_graph_helps(test)} was not tested"]
    rewired = sum(test.rewired_mse) / len(test.rewired_mse)
    found = {
        "helps": _graph_helps(test),
        "nearness": f"{_graph_helps(test)}, perhaps by nearness on the chromosome alone",
        "no more than none": "the graph helps no more than none at all",
    }.get(test.outcome, f"no evidence that {_graph_helps(test)}")
    return [accuracy, f"{found} (MSE on rewired graphs: {rewired:.4g}, p = {test.p:.2g})"]


def published_verdict(metrics: "PublishedMetrics") -> list[str]:
    """Return the outcome of an assay by the published protocol, and what was scored."""
    best = min(metrics.arms.keys() - {"step"}, key=lambda arm: metrics.arms[arm].mse)
    return [
        f"MSE {_mse(metrics, 'step')}; best baseline, {best}: {_mse(metrics, best)}",
        f"of {metrics.scored}",
    ]


def _mse(metrics: "Metrics | PublishedMetrics", arm: str) -> str:
    return f"{metrics.arms[arm].mse:.4g}"


def _graph_helps(test: "GraphTest") -> str:
    return "the graph helps" if test.kinds else "contacts help"


def _summary(catalog: DataCatalog, scored: str) -> list[str]:
    """The verdict on what was scored, `mrna` or `published.mrna`, and where to read on."""
    metrics = catalog.load(f"{scored}{METRICS}")
    told = published_verdict(metrics) if scored.startswith(PUBLISHED) else verdict(metrics)
    paths = [
        os.path.relpath(catalog.get(f"{scored}.{name}")._describe()["filepath"])
        for name in ("report", "workbook")
    ]
    return [scored, *(f"  {line}" for line in (*told, *paths))]
