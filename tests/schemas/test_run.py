"""A run ends in one message where a stage computes a table that does not fit its schema."""

import click
import pandas as pd
import pytest

from step.schemas import Annotation
from tests.pipelines.conftest import run, written


def test_the_table_and_its_row_are_named_and_nothing_is_written(project, monkeypatch):
    validate = Annotation.validate
    monkeypatch.setattr(
        Annotation,
        "validate",
        lambda table, **options: validate(pd.DataFrame(table).assign(tss=-1), **options),
    )
    message = r"^genome\.annotation: Annotation: row 0 \(gene .*\) has the `tss` -1; .* ≥ 0"
    with pytest.raises(click.ClickException, match=message):
        run(project, "ingestion", to_outputs=["genome.annotation"])
    assert written(project) == []
