"""What a report says of the run that wrote it."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # with it torch is imported, which takes seconds
    from step.forecasting.backtest import BacktestSettings

PACKAGES = ("step", "kedro", "numpy", "pandas", "torch", "statsforecast", "cooltools", "gseapy")


class Cost(Protocol):
    """What a stage took."""

    seconds: float
    peak_mib: float | None


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run when it writes the report.

    Attributes:
        sources: File name and SHA-256 checksum of each source.
        git: `commit` and `dirty` of the project; None without git.
        stages: What each stage took so far.
        outdated: Results of other settings, files or packages, with which the run began.
    """

    sources: dict[str, tuple[str, str]]
    git: dict[str, str | bool] | None
    stages: dict[str, Cost]
    outdated: tuple[str, ...] = ()


def run_table(settings: "BacktestSettings", facts: RunFacts | None) -> dict[str, object]:
    """List settings, versions, sources and what each stage took.

    Args:
        settings: Of the backtest.
        facts: Of the run; None where it is not recorded.
    """
    listed: dict[str, object] = {
        f"backtest.{name}": value for name, value in vars(settings).items()
    }
    listed["backtest.simple_arms"] = ", ".join(settings.simple_arms)
    listed |= {package: version(package) for package in PACKAGES}
    if facts is None:
        return listed
    if facts.git is not None:
        changed = ", with changes" if facts.git["dirty"] else ""
        listed["git commit"] = f"{facts.git['commit']}{changed}"
    for name, (file, checksum) in facts.sources.items():
        listed[f"source {name}"] = f"{file}, SHA-256 {checksum}"
    for stage, cost in facts.stages.items():
        memory = "" if cost.peak_mib is None else f", at most {cost.peak_mib:.0f} MiB"
        listed[f"stage {stage}"] = f"{cost.seconds:.1f} s{memory}"
    return listed
