import tracemalloc

import numpy as np
import pandas as pd
import pytest

from step.errors import InputError
from step.expression.targets import average_over_targets, read_targets


def test_a_target_gene_is_the_mean_of_its_mirnas():
    normalised = pd.DataFrame(
        {
            "gene": ["m1", "m2", "m3"],
            "sample": "1_1",
            "time": 1.0,
            "replicate": 1,
            "value": [1.0, 3.0, 10.0],
            "detected": [True, False, False],
        }
    )
    targets = pd.DataFrame({"mirna": ["m1", "m2", "m2"], "target_gene": ["X", "X", "Y"]})
    found = average_over_targets(normalised, targets).set_index("gene")
    assert found["value"].to_dict() == {"X": 2.0, "Y": 3.0}
    assert found["detected"].to_dict() == {"X": True, "Y": False}


def test_targets_of_unmeasured_mirnas_are_left_out_and_none_at_all_is_an_error():
    raw = pd.DataFrame({"mirna": ["m1", "m9", "m1 "], "target_gene": ["X", "Y", "X"]})
    assert read_targets(raw, pd.Index(["m1"]), "t").to_numpy().tolist() == [["m1", "X"]]
    with pytest.raises(InputError, match="none of its miRNAs"):
        read_targets(raw, pd.Index(["other"]), "t")
    with pytest.raises(InputError, match="no column 'target_gene'"):
        read_targets(raw[["mirna"]], pd.Index(["m1"]), "t")


def test_a_target_lacks_a_value_where_one_of_its_mirnas_does():
    normalised = pd.DataFrame(
        {
            "gene": ["m1", "m2", "m1", "m2"],
            "sample": ["1_1", "1_1", "2_1", "2_1"],
            "time": [1.0, 1.0, 2.0, 2.0],
            "replicate": 1,
            "value": [5.0, 11.0, 5.0, np.nan],
            "detected": True,
        }
    )
    targets = pd.DataFrame({"mirna": ["m1", "m2"], "target_gene": "X"})
    assert average_over_targets(normalised, targets)["value"].tolist()[0] == 8.0
    assert np.isnan(average_over_targets(normalised, targets)["value"].tolist()[1])


def test_many_targets_of_many_mirnas_need_no_row_for_each_pair_and_sample():
    n_mirnas, n_targets, n_samples = 200, 2000, 40
    rng = np.random.default_rng(0)
    mirnas = [f"m{number}" for number in range(n_mirnas)]
    normalised = pd.DataFrame(
        {
            "gene": np.repeat(mirnas, n_samples),
            "sample": np.tile([f"s{number}" for number in range(n_samples)], n_mirnas),
            "time": np.tile(np.arange(float(n_samples)), n_mirnas),
            "replicate": 1,
            "value": rng.normal(size=n_mirnas * n_samples),
            "detected": True,
        }
    )
    pairs = np.stack(np.nonzero(rng.random((n_mirnas, n_targets)) < 0.5), axis=1)
    targets = pd.DataFrame({"mirna": np.array(mirnas)[pairs[:, 0]], "target_gene": pairs[:, 1]})
    tracemalloc.start()
    found = average_over_targets(normalised, targets)
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert largest < 100e6  # 200,000 pairs of 40 samples each have 8 million rows
    of_one = targets.loc[targets["target_gene"] == 7, "mirna"]
    rows = normalised[normalised["gene"].isin(of_one)]
    expected = rows.groupby("sample")["value"].mean()
    values = found[found["gene"] == 7].set_index("sample")["value"]
    np.testing.assert_allclose(values[expected.index], expected)


@pytest.mark.parametrize("column", ["mirna", "target_gene"])
def test_names_of_targets_are_cleaned_or_refused(column):
    raw = pd.DataFrame({"mirna": ["m1", "m2"], "target_gene": ["X", "Y"]})
    raw.loc[1, column] += "\n"
    found = read_targets(raw, pd.Index(["m1", "m2"]), "targets")
    assert found.to_numpy().tolist() == [["m1", "X"], ["m2", "Y"]]
    raw.loc[1, column] += "\x07"
    with pytest.raises(InputError, match=rf"targets, row 3, column '{column}': .*U\+0007"):
        read_targets(raw, pd.Index(["m1", "m2"]), "targets")
