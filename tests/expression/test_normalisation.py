from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from step.datasets import TableDataset
from step.errors import InputError
from step.expression.normalisation import (
    Normalisation,
    drop_undetected,
    merge_duplicates,
    normalise,
    size_factors,
    tidy,
)
from step.expression.replicates import gene_noise, summarise_replicates
from step.expression.samples import Measurements, TableLayout, read_measurements
from step.simulation.expression import nanostring_counts

LAYOUT = TableLayout(gene_column="gene", scale="counts", time_unit="day")


def measured(values: pd.DataFrame, times, kinds=None, layout: TableLayout = LAYOUT) -> Measurements:
    samples = pd.DataFrame({"sample": values.columns, "time": times, "replicate": "1"})
    samples["replicate"] = (samples.groupby("time").cumcount() + 1).astype(str)
    return Measurements(values, samples.assign(batch=None), kinds, layout)


def nanostring(n_times: int = 6, n_probes: int = 40, seed: int = 0) -> Measurements:
    truth = np.random.default_rng(seed).uniform(7, 11, n_probes)
    table = nanostring_counts(np.tile(truth, (2 * n_times, 1)), seed)
    kinds = table.pop("Class Name")
    table = table.set_axis([f"s{i}" for i in range(2 * n_times)], axis=1).astype(float)
    return measured(table, np.repeat(np.arange(1.0, n_times + 1), 2), kinds)


@pytest.mark.parametrize("content", ["housekeeping", "top"])
def test_nanostring_takes_the_yield_of_a_sample_away(content):
    counts = nanostring()
    found = normalise(counts, Normalisation(method="nanostring", content=content), 2)
    assert len(found.values) == 40  # controls are no genes
    before = np.log2(counts.values[:40] + 1).var(axis=1).mean()
    assert found.values.var(axis=1).mean() < 0.05 * before


def test_nanostring_flags_samples_far_from_the_others():
    counts = nanostring()
    assert normalise(counts, Normalisation(method="nanostring"), 2).quality == {}
    counts.values["s5"] /= 20.0
    found = normalise(counts, Normalisation(method="nanostring"), 2)
    assert list(found.quality) == ["s5"]
    assert "positive-control factor" in found.quality["s5"]


def test_counts_below_the_background_are_not_detected():
    counts = nanostring()
    counts.values.iloc[0] = 1.0
    detected = normalise(counts, Normalisation(method="nanostring"), 2).detected.mean(axis=1)
    assert detected["0"] == 0.0
    assert detected.drop("0").min() == 1.0


def log2_course(n_times: int, n_genes: int = 30, seed: int = 1, unwanted: float = 1.0):
    """Genes whose replicates share one unwanted direction; with the values without it."""
    rng = np.random.default_rng(seed)
    times = np.repeat(np.arange(1.0, n_times + 1), 3)
    truth = rng.normal(8, 2, n_genes)[:, None] + rng.normal(0, 0.5, (n_genes, n_times)).cumsum(1)
    clean = np.repeat(truth, 3, axis=1) + rng.normal(0, 0.1, (n_genes, 3 * n_times))
    shift = np.outer(rng.normal(size=n_genes), rng.normal(0, unwanted, 3 * n_times))
    names = [f"s{i}" for i in range(3 * n_times)]
    frame = pd.DataFrame(clean + shift, index=[f"g{i}" for i in range(n_genes)], columns=names)
    return measured(frame, times, layout=replace(LAYOUT, scale="log2")), clean


def replicate_variance(values: np.ndarray) -> float:
    return float(np.var(values.reshape(len(values), -1, 3), axis=2, ddof=1).mean())


def test_what_replicates_share_is_removed_and_what_times_share_stays():
    course, clean = log2_course(20)
    one = Normalisation(unwanted_components=1)
    found = normalise(course, one, 8).values.to_numpy()
    assert replicate_variance(course.values.to_numpy()) > 20 * replicate_variance(clean)
    assert replicate_variance(found) < 1.5 * replicate_variance(clean)
    late = found[:, 24:].reshape(30, -1, 3).mean(axis=2).ravel()
    truth = clean[:, 24:].reshape(30, -1, 3).mean(axis=2).ravel()
    assert np.corrcoef(late, truth)[0, 1] > 0.98


def test_missing_values_stay_missing_and_hinder_nothing():
    course, _ = log2_course(10)
    whole = normalise(course, Normalisation(unwanted_components=1), 5).values
    course.values.iloc[3, 25] = np.nan
    found = normalise(course, Normalisation(unwanted_components=1), 5).values
    assert np.isnan(found.iloc[3, 25])
    assert found.isna().to_numpy().sum() == 1
    assert np.nanmax(np.abs((found - whole).to_numpy())) < 0.2


def test_too_few_replicates_for_unwanted_variation_are_explained():
    course, _ = log2_course(10)
    with pytest.raises(InputError, match="differ in 4 directions"):
        normalise(course, Normalisation(unwanted_components=4), 2)


@pytest.mark.parametrize(
    "settings",
    [
        Normalisation(method="nanostring", content="top"),
        Normalisation(method="nanostring", content="top", unwanted_components=1),
        Normalisation(method="median_of_ratios"),
        Normalisation(method="cpm", unwanted_components=1),
    ],
    ids=lambda settings: f"{settings.method}-{settings.unwanted_components}",
)
def test_a_later_sample_changes_no_earlier_one(settings):
    first, changed = nanostring(), nanostring()
    changed.values.iloc[:, -4:] *= np.random.default_rng(1).uniform(0.2, 5, (1, 4))
    changed.values.iloc[:20, -2:] *= 7.0
    before, after = (tidy(normalise(m, settings, 2), m.samples) for m in (first, changed))
    early = before["time"] <= 4
    pd.testing.assert_frame_equal(before[early], after[early])
    assert not np.allclose(before.loc[~early, "value"], after.loc[~early, "value"])


def test_counts_per_million():
    counts = pd.DataFrame({"a": [10.0, 30.0], "b": [0.0, 5.0], "c": [1.0, 1.0]}, index=["x", "y"])
    found = normalise(measured(counts, [1.0, 2.0, 3.0]), Normalisation(method="cpm"), 1)
    assert found.values.loc["x"].tolist() == pytest.approx(
        [np.log2(250_001), 0.0, np.log2(500_001)]
    )
    assert found.detected.loc["x"].tolist() == [True, False, True]


def test_counts_per_million_need_every_count_and_flag_unlike_samples():
    counts = pd.DataFrame({"a": [10.0, 30.0], "b": [9.0, 31.0], "c": [1000.0, 900.0]})
    cpm = Normalisation(method="cpm")
    found = normalise(measured(counts, [1.0, 2.0, 3.0]), cpm, 2)
    assert list(found.quality) == ["c"]
    counts.iloc[0, 1] = np.nan
    with pytest.raises(InputError, match="1 are missing in sample 'b'"):
        normalise(measured(counts, [1.0, 2.0, 3.0]), cpm, 2)


def test_median_of_ratios_undoes_the_depth_of_sequencing():
    rng = np.random.default_rng(0)
    level = rng.uniform(50, 5000, 200)
    depth = np.array([1.0, 2.0, 0.5, 4.0])
    counts = pd.DataFrame(level[:, None] * depth, columns=list("abcd"))
    counts.iloc[:20, 3] *= 30.0  # some genes rise: the median does not follow
    counts.iloc[0, 1] = np.nan
    factor = size_factors(counts, ["a", "b", "c"])
    np.testing.assert_allclose(factor / factor["a"], depth)
    with pytest.raises(InputError, match="there is none"):
        size_factors(counts * 0.0, ["a"])


def test_scales_become_log2():
    values = pd.DataFrame({"a": [0.0, 3.0], "b": [1.0, 7.0], "c": [2.0, 0.5]})
    for scale, expected in (("ln", values / np.log(2)), ("linear", np.log2(values + 1))):
        found = normalise(
            measured(values, [1.0, 2.0, 3.0], layout=replace(LAYOUT, scale=scale, background=1.0)),
            Normalisation(),
            2,
        )
        pd.testing.assert_frame_equal(found.values, expected)
        pd.testing.assert_frame_equal(found.detected, values > 1.0)


@pytest.mark.parametrize(("rule", "late"), [("mean", 6.5), ("median", 6.5), ("highest", 4.0)])
def test_duplicate_genes_are_merged_and_no_later_value_chooses(rule, late):
    values = pd.DataFrame(
        [[1.0, 1.0, 9.0], [3.0, 3.0, 4.0], [7.0, 7.0, 7.0]], index=["g", "g", "h"], columns=[*"abc"]
    )
    layout = replace(LAYOUT, scale="log2", duplicates=rule)
    merged = merge_duplicates(measured(values, [1.0, 2.0, 3.0], layout=layout), ["a", "b"])
    assert merged.values.index.tolist() == ["g", "h"]
    assert merged.values.loc["g", "c"] == late


def test_the_class_of_the_highest_row_is_kept_where_a_table_has_blank_rows():
    values = pd.DataFrame(
        [[1.0, 1.0], [5.0, 5.0], [9.0, 9.0], [7.0, 7.0]],
        index=["n", "g", "g", "h"],
        columns=[*"ab"],
    )
    kinds = pd.Series(["Negative", "Endogenous", "Endogenous1", "Housekeeping"], [0, 2, 3, 5])
    layout = replace(LAYOUT, duplicates="highest")
    merged = merge_duplicates(measured(values, [1.0, 2.0], kinds, layout), ["a", "b"])
    assert merged.probe_class.tolist() == ["Negative", "Endogenous1", "Housekeeping"]


def test_a_merged_gene_lacks_a_value_where_one_of_its_rows_does():
    values = pd.DataFrame([[1.0, np.nan], [3.0, 3.0]], index=["g", "g"], columns=[*"ab"])
    layout = replace(LAYOUT, scale="log2", duplicates="mean")
    merged = merge_duplicates(measured(values, [1.0, 2.0], layout=layout), ["a"]).values
    assert merged["a"].tolist() == [2.0]
    assert merged["b"].isna().all()


def test_replicates_that_differ_in_one_direction_leave_none_to_remove():
    rng = np.random.default_rng(0)
    level = np.repeat(rng.normal(8, 1, (20, 6)), 2, axis=1)
    values = level + np.outer(rng.normal(size=20), rng.normal(size=12))
    course = pd.DataFrame(values, columns=[f"s{n}" for n in range(12)])
    layout = replace(LAYOUT, scale="log2", background=7.0)
    times = np.repeat(np.arange(6.0), 2)
    for components in (1, 2):
        settings = Normalisation(unwanted_components=components)
        with pytest.raises(InputError, match="differ in 1 directions"):
            normalise(measured(course, times, layout=layout), settings, 4)
    same = pd.DataFrame(level, columns=course.columns)
    with pytest.raises(InputError, match="differ in 0 directions"):
        normalise(measured(same, times, layout=layout), Normalisation(unwanted_components=1), 4)


def test_undetected_genes_are_dropped_by_their_first_times():
    samples = pd.DataFrame(
        {
            "gene": pd.Categorical(["b"] * 3 + ["a"] * 3, categories=["b", "a"]),
            "time": [1.0, 2.0, 3.0] * 2,
            "value": 1.0,
            "detected": [True, False, False, False, False, True],
        }
    )
    assert drop_undetected(samples, 0.0, 2)["gene"].unique().tolist() == ["b", "a"]
    assert drop_undetected(samples, 0.5, 2)["gene"].unique().tolist() == ["b"]
    with pytest.raises(InputError, match="Lower `min_detected_share`"):
        drop_undetected(samples, 0.9, 2)


def test_a_method_that_does_not_fit_is_refused():
    counts = nanostring()

    def refused(message: str, settings: Normalisation, **changes) -> None:
        with pytest.raises(InputError, match=message):
            normalise(replace(counts, **changes), settings, 2)

    ns = Normalisation(method="nanostring")
    log2 = replace(LAYOUT, scale="log2")
    refused("Counts need a normalisation", Normalisation())
    refused("expects counts", Normalisation(method="cpm"), layout=log2)
    refused("expects raw counts", ns, layout=log2)
    refused("class_column", ns, probe_class=None)
    refused("two Negative probes", ns, probe_class=counts.probe_class.replace("Negative", "x"))
    refused("background of their own", ns, layout=replace(LAYOUT, background=3.0))
    for kind, kept in (("Positive", ["POS_A", "POS_F"]), ("Negative", ["NEG_A"])):
        probes = counts.probe_class.index[counts.probe_class == kind]
        few = counts.values.copy()
        few.loc[probes.difference(kept), "s4"] = np.nan
        refused(f"'s4' has fewer than two values of {kind} probes", ns, values=few)
    empty = counts.values.assign(s3=0.0)
    refused("'s3' has no counts", Normalisation(method="cpm"), values=empty)


def test_a_reference_probe_that_a_sample_lacks_shifts_nothing():
    counts = nanostring()
    settings = Normalisation(method="nanostring")
    before = normalise(counts, settings, 2).values
    counts.values.loc["Housekeeping_4", "s3"] = np.nan
    after = normalise(counts, settings, 2).values
    assert (before - after).abs().to_numpy().max() < 0.2


def test_the_noise_of_the_lung_mirna_falls_as_it_should(lung):
    path = lung / "raw_data_conversion" / "raw_data_mirna" / "mirnanorm.txt"
    layout = replace(
        LAYOUT,
        gene_column="Gene Name",
        annotation_columns=["Accession #", "Probe Name"],
        class_column="Class Name",
        birth_day=21.0,
    )
    course = read_measurements(TableDataset(filepath=str(path)).load(), layout, None, "mirna")
    endogenous = course.probe_class.str.startswith("Endogenous").to_numpy()
    expressed = course.values[endogenous].mean(axis=1).nlargest(150).index

    def noise(values: pd.DataFrame) -> float:
        frame = normalise(
            measured(values, course.samples["time"], layout=replace(LAYOUT, scale="log2")),
            Normalisation(),
            11,
        )
        table = tidy(frame, course.samples)
        return gene_noise(summarise_replicates(table))["noise_variance"].mean()

    raw = np.log2(course.values[endogenous].loc[expressed] + 1)
    content = Normalisation(method="nanostring", content="top")
    by_content = normalise(course, content, 11).values.loc[expressed]
    without = normalise(course, replace(content, unwanted_components=2), 11).values.loc[expressed]
    assert noise(raw) == pytest.approx(0.76, abs=0.03)
    assert noise(by_content) <= 0.30
    assert noise(without) <= 0.12
