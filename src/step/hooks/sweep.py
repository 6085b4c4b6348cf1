"""A sweep: its rows are planned before anything runs, and what failed is told at the end."""

import difflib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines, settings
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import TypeAdapter

from step.hooks.parameters import settings_faults
from step.hooks.raw_files import SIMULATED
from step.project.config_loader import StudyConfigLoader
from step.project.selection import ASSAYS
from step.project.settings_schema import shown
from step.project.sweep import OUTCOME, PLAN, ROW, TABLE, PlannedRow, fingerprint

if TYPE_CHECKING:
    from step.pipelines.sweep.settings import SweepRow

SIMULATION = "simulation"
OF_THE_SWEEP = ("sweep", "runtime", "study")  # settings that are not a row's


class Sweep:
    """Plans the rows of a sweep, and ends a run with all rows that failed in one message."""

    _context: KedroContext

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember the settings and the folder of the project."""
        self._context = context

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Plan the rows, or raise a command-line error that lists all that are wrong."""
        if PLAN in pipeline.inputs():
            catalog[PLAN] = plan_rows(self._context)

    @hook_impl
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Raise a command-line error if a row failed, once the table and the page are kept."""
        if TABLE not in pipeline.all_outputs():
            return
        table = catalog.load(TABLE)
        failed = table[table["error"].notna()]
        if len(failed):
            lines = [f"  {row.name}: {row.error.splitlines()[0]}" for row in failed.itertuples()]
            file = os.path.relpath(catalog.get(TABLE)._describe()["filepath"])
            raise click.ClickException(
                "\n".join(
                    [
                        f"{len(failed)} of {table['name'].nunique()} rows of the sweep failed:",
                        *lines,
                        f"The others are in {file}; the next run repeats only what failed.",
                    ]
                )
            )


def plan_rows(context: KedroContext) -> list[PlannedRow]:
    """Plan the rows of a sweep.

    Raises:
        click.ClickException: There is none, or some are wrong; it lists all of these.
    """
    from step.pipelines.sweep.settings import SweepSettings  # with it torch is imported

    sweep = TypeAdapter(SweepSettings).validate_python(context.params["sweep"])
    if not sweep.rows:
        raise click.ClickException(
            "The sweep has no rows. List some as `sweep.rows` in the environment's parameters.yml "
            "(docs/sweeps.md has an example)."
        )
    planned: list[PlannedRow] = []
    faults: list[str] = []
    names = Counter(row.name for row in sweep.rows)
    for row in sweep.rows:
        try:
            if names[row.name] > 1:
                raise click.ClickException("the name stands twice.")
            _require_scored(row.pipelines)
            planned.append(_plan(row, context))
        except click.ClickException as error:
            faults += [f"  {row.name}: {line.strip()}" for line in error.message.splitlines()]
    if faults:
        raise click.ClickException("\n".join(["Wrong rows of the sweep:", *dict.fromkeys(faults)]))
    return planned


def _require_scored(names: tuple[str, ...]) -> None:
    """Raise a ClickException unless pipelines exist, score an assay, and are no sweep."""
    for name in names:
        if name not in pipelines:
            near = difflib.get_close_matches(name, pipelines, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.ClickException(f"there is no pipeline {name!r:.100}.{hint}")
    outputs = set().union(*(pipelines[name].all_outputs() for name in names))
    if TABLE in outputs:
        raise click.ClickException("a row cannot be a sweep itself.")
    if not outputs & {f"{assay}.metrics" for assay in ASSAYS}:
        raise click.ClickException(
            f"no assay is scored by {', '.join(names)}. Add __default__, mrna or mirna."
        )


def _plan(row: "SweepRow", context: KedroContext) -> PlannedRow:
    """Plan a row; raise a ClickException with a line for each thing that is wrong with it."""
    own = _nest(row.params)
    foreign = sorted(set(own) & set(OF_THE_SWEEP))
    if foreign:
        raise click.ClickException(f"{', '.join(foreign)} cannot differ from row to row.")
    sweep = context.config_loader
    given = {k: v for k, v in (sweep.runtime_params or {}).items() if k not in OF_THE_SWEEP}
    here = {"engine": "local", "scheduler": None, "device": context.params["runtime"]["device"]}
    study = f"{sweep.study}{ROW}{row.name}"
    params = OmegaConf.to_container(OmegaConf.merge(given, own, {"study": study, "runtime": here}))
    loader = StudyConfigLoader(
        sweep.conf_source, env=row.env, runtime_params=params, **settings.CONFIG_LOADER_ARGS
    )
    faults = settings_faults(loader, "the row")
    if faults:
        raise click.ClickException("\n".join(faults))
    if SIMULATION in row.pipelines and not (loader.named_study or "").startswith(SIMULATED):
        raise click.ClickException(
            f"the environment {row.env} does not read what {SIMULATION} writes; simulated does."
        )
    project, catalog = Path(context.project_path), loader["catalog"]
    return PlannedRow(
        name=row.name,
        env=row.env,
        study=study,
        settings="; ".join(f"{name} = {shown(value)}" for name, value in _flatten(own)),
        pipelines=row.pipelines,
        project=str(project),
        runtime_params=params,
        outcome=str(project / catalog[OUTCOME]["filepath"]),
        fingerprint=fingerprint(loader, catalog, project, row.pipelines),
    )


def _nest(params: dict[str, Any]) -> dict[str, Any]:
    """Nest settings whose names are dotted."""
    nested = OmegaConf.create()
    for name, value in params.items():
        try:
            OmegaConf.update(nested, name, value)
        except (OmegaConfBaseException, ValueError, TypeError) as error:
            raise click.ClickException(f"{name!r:.100} names no setting.") from error
    return OmegaConf.to_container(nested)


def _flatten(params: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Yield settings with dotted names."""
    for name, value in params.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value
