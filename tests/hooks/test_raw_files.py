"""What the simulation may overwrite."""

from types import SimpleNamespace

import click
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from step.hooks.raw_files import RawFiles

PIPELINE = Pipeline([Node(lambda: {}, None, "simulated.mrna_expression", name="simulate")])


def begin(study: str, named: str) -> None:
    loader = SimpleNamespace(study=study, named_study=named)
    hook = RawFiles()
    hook.after_context_created(SimpleNamespace(config_loader=loader))
    catalog = DataCatalog({"simulated.mrna_expression": MemoryDataset({})})
    hook.before_pipeline_run(PIPELINE, catalog)


@pytest.mark.parametrize(
    ("study", "named"),
    [("demo", "demo"), ("simulated_x", "simulated_x"), ("tried--half", "simulated")],
)
def test_simulated_files_may_be_overwritten(study, named):
    begin(study, named)


@pytest.mark.parametrize(
    ("study", "named"), [("lung", "lung"), ("lung", "simulated"), ("lung--half", "lung")]
)
def test_files_that_may_have_been_measured_are_not_overwritten(study, named):
    with pytest.raises(click.ClickException, match="The simulation would overwrite"):
        begin(study, named)
