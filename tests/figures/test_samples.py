import numpy as np
import pandas as pd
import pytest

from step.figures.samples import replicate_agreement, sample_overview


def samples(n_genes: int = 40, n_replicates: int = 2, noise: float = 0.1) -> pd.DataFrame:
    """Walks of ten times, with replicates."""
    rng = np.random.default_rng(0)
    course = np.cumsum(rng.normal(size=(10, n_genes)), axis=0)
    rows = [
        {"gene": f"g{gene}", "sample": f"t{time}_{r}", "time": float(time),
         "value": course[time, gene] + rng.normal(0, noise)}
        for time in range(10) for r in range(n_replicates) for gene in range(n_genes)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_every_sample_is_a_point_and_agrees_with_its_replicate():
    left, right, _ = sample_overview(samples(), "day").axes
    assert len(left.collections[0].get_offsets()) == 20
    (points,) = (line for line in right.lines if line.get_marker() == "o")
    assert len(points.get_ydata()) == 20
    assert min(points.get_ydata()) > 0.9


def test_a_sample_of_another_time_agrees_less():
    table = samples()
    wrong = table["sample"] == "t5_1"
    table.loc[wrong, "value"] = table.loc[table["sample"] == "t0_0", "value"].to_numpy()
    wide = table.pivot(index="gene", columns="sample", values="value")
    times = table.drop_duplicates("sample").set_index("sample")["time"].reindex(wide.columns)
    agreement = replicate_agreement(wide.sub(wide.mean(axis=1), axis=0), times)
    assert agreement["t5_1"] < 0.6 < agreement["t2_0"]


def test_without_replicates_there_is_no_agreement_to_draw():
    right = sample_overview(samples(n_replicates=1), "day").axes[1]
    assert [text.get_text() for text in right.texts] == ["no replicates"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("table", [samples(1), samples().assign(value=3.0), samples().iloc[:40]])
def test_too_little_is_said(table):
    figure = sample_overview(table, "day")
    assert not figure.axes
    assert "Too few samples" in figure.texts[0].get_text()
