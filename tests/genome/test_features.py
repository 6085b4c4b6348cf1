import bioframe
import cooler
import numpy as np
import pandas as pd
import pytest

from step.datasets import ContactMapDataset, GeneAnnotationDataset, TextContactMapDataset
from step.errors import InputError
from step.genome.features import Features, chromatin_features, insulation_window
from step.genome.placement import choose_tss
from step.simulation.genome import simulate_annotation


@pytest.fixture(scope="module")
def features(truth, contacts):
    genes = simulate_annotation(truth, 400, seed=3)
    settings = Features(insulation_window=2_500_000, excluded_chromosomes=["chrM"])
    return chromatin_features(contacts, genes, settings)


def test_compartments_are_found_and_signed_by_gene_density(truth, features):
    known = features["compartment"].notna()
    assert known.mean() > 0.9
    np.testing.assert_array_equal(known, features["eigenvector"].notna())
    right = (features["compartment"] == "A") == (truth["compartment"] > 0)
    assert right[known].mean() > 0.8


def test_boundaries_lie_where_domains_end(truth, features):
    start = truth["domain"].diff().fillna(0).ne(0) & truth["chrom"].eq(truth["chrom"].shift())
    true = np.flatnonzero(start)
    found = np.flatnonzero(features["boundary_strength"] > 0.3)
    near = [np.abs(true - bin_).min() <= 1 for bin_ in found]
    assert len(found) > 10
    assert np.mean(near) > 0.6  # by chance, three bins of five to six would not be near


def test_distance_to_the_nearest_boundary(features):
    middle = (features["start"] + features["end"]) / 2
    for _, bins in features.groupby("chrom"):
        places = middle[bins.index][bins["boundary_strength"].notna()].to_numpy()
        expected = np.abs(middle[bins.index].to_numpy()[:, None] - places).min(axis=1)
        np.testing.assert_array_equal(bins["tad_boundary_distance"], expected)


def test_the_window_follows_the_resolution():
    chosen = Features(excluded_chromosomes=[])
    sizes = {1_000_000: 5_000_000, 100_000: 500_000, 50_000: 250_000, 10_000: 250_000}
    for bin_size, window in sizes.items():
        assert insulation_window(bin_size, chosen) == window
    named = Features(excluded_chromosomes=[], insulation_window=700_000)
    assert insulation_window(100_000, named) == 700_000
    for window in (700_000, 500_000, 1):
        with pytest.raises(InputError, match="no multiple"):
            insulation_window(500_000, Features([], window))


def test_some_chromosome_must_be_left(truth, contacts):
    tss = simulate_annotation(truth, 400, seed=3)
    with pytest.raises(InputError, match="leaves no chromosome"):
        chromatin_features(contacts, tss, Features(excluded_chromosomes=["chr*"]))


def written(folder, bins: pd.DataFrame, pixels: pd.DataFrame) -> cooler.Cooler:
    path = str(folder / "map.cool")
    cooler.create_cooler(path, bins[["chrom", "start", "end"]], pixels, ordered=True)
    return ContactMapDataset(filepath=path, balance="none").load()


@pytest.mark.parametrize("names", [("a:1-5", "b,c"), ("1:2-3", "1"), (" x y", "7"), ("nan", "1e5")])
def test_a_chromosome_may_have_any_name(truth, contacts, tmp_path, names):
    """Also one that reads as a region of the other, or as a number."""
    renamed = truth.assign(
        chrom=truth["chrom"].map(dict(zip(["chr1", "chr2"], names, strict=True)))
    )
    tss = simulate_annotation(renamed, 400, seed=3)
    pixels = contacts.pixels()[:]
    chosen = Features(excluded_chromosomes=[])
    other = chromatin_features(written(tmp_path, renamed, pixels), tss, chosen)
    assert other["chrom"].tolist() == renamed["chrom"].tolist()
    tss["chrom"] = tss["chrom"].map(dict(zip(names, ["chr1", "chr2"], strict=True)))
    plain = chromatin_features(written(tmp_path, truth, pixels), tss, chosen)
    assert plain["eigenvector"].notna().mean() > 0.9
    pd.testing.assert_frame_equal(other.drop(columns="chrom"), plain.drop(columns="chrom"))


def test_a_chromosome_without_contacts_has_no_features(truth, contacts, tmp_path):
    pixels = contacts.pixels()[:]
    seen = written(tmp_path, truth, pixels[pixels["bin2_id"] < 120])  # those of chr1
    tss = simulate_annotation(truth, 400, seed=3)
    found = chromatin_features(seen, tss, Features(excluded_chromosomes=[]))
    known = found[["eigenvector", "insulation_score", "tad_boundary_distance"]].notna()
    assert known[truth["chrom"] == "chr1"].mean().min() > 0.9
    assert not known[truth["chrom"] == "chr2"].any(axis=None)
    with pytest.raises(InputError, match="no contacts on the chromosomes"):
        chromatin_features(seen, tss, Features(excluded_chromosomes=["chr1"]))


@pytest.mark.parametrize("n_bins", [1, 2, 3, 6, 30])
def test_contacts_that_are_all_alike_have_no_compartments(tmp_path, n_bins):
    sizes = pd.Series({"chr1": n_bins * 100_000, "chr2": 300_000})
    bins = bioframe.binnify(sizes, 100_000)
    first, second = np.triu_indices(len(bins))
    pixels = pd.DataFrame({"bin1_id": first, "bin2_id": second, "count": 4})
    tss = pd.DataFrame({"chrom": "chr1", "tss": [5, 10]})
    found = chromatin_features(written(tmp_path, bins, pixels), tss, Features([]))
    assert len(found) == len(bins)
    assert found["compartment"].isna().all()
    assert found["eigenvector"].isna().all()


def test_features_are_the_same_in_each_run(truth, contacts):
    tss = simulate_annotation(truth, 400, seed=3)
    first, second = (chromatin_features(contacts, tss, Features([])) for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_fine_maps_have_the_compartments_of_coarse_ones(truth, contacts, features, tmp_path):
    """Each bin of 500 kb split into ten: the eigenvector is found at 100 kb."""
    fine = contacts.bins()[:][["chrom", "start", "end"]]
    fine = fine.loc[fine.index.repeat(10)].reset_index(drop=True)
    fine["start"] += np.tile(np.arange(10), len(truth)) * 50_000
    fine["end"] = fine["start"] + 50_000
    pixels = contacts.pixels()[:]
    rng = np.random.default_rng(0)
    first, second = (
        pixels[name].to_numpy() * 10 + rng.integers(0, 10, len(pixels))
        for name in ("bin1_id", "bin2_id")
    )
    shifted = pd.DataFrame(
        {
            "bin1_id": np.minimum(first, second),
            "bin2_id": np.maximum(first, second),
            "count": pixels["count"],
        }
    ).sort_values(["bin1_id", "bin2_id"])
    found = chromatin_features(
        written(tmp_path, fine.astype({"chrom": str}), shifted),
        simulate_annotation(truth, 400, seed=3),
        Features(excluded_chromosomes=[]),
    )
    same = found["eigenvector"].to_numpy().reshape(-1, 2)  # two bins of 50 kb share 100 kb
    np.testing.assert_array_equal(same[:, 0], same[:, 1])
    by_bin = found["eigenvector"].to_numpy().reshape(-1, 10)
    known = np.isfinite(by_bin).any(axis=1) & features["eigenvector"].notna().to_numpy()
    coarse = np.nanmean(by_bin[known], axis=1)
    assert np.corrcoef(coarse, features["eigenvector"][known])[0, 1] > 0.8


@pytest.mark.parametrize("balance", ["none", "ice"])
def test_the_lung_text_maps_have_the_compartments_of_the_independent_map(lung, balance):
    """Read right, as bins of 2 Mb at twice their label."""
    folder = lung / "raw_data_conversion" / "mESC_1mb_converted"
    text = TextContactMapDataset(
        filepath=str(folder / "HindIII_mESC.nor.{chrom}_1mb_contact_map.txt"),
        assembly="mm9",
        bin_size=2_000_000,
        label_scale=2,
        balance=balance,
    ).load()
    map_of_1_mb = ContactMapDataset(
        filepath=str(lung / "hic" / "Dixon2012-J1-NcoI-R1-filtered.1000kb.cool")
    ).load()
    annotation = GeneAnnotationDataset(filepath=str(lung / "annotation" / "mm9_tss.bed")).load()
    tss = choose_tss(annotation[annotation["chrom"].isin(text.chromnames)])
    chosen = Features(excluded_chromosomes=["chrM", "chrY", "*_random"])
    found = chromatin_features(text, tss, chosen).set_index(["chrom", "start"])["eigenvector"]
    other = chromatin_features(map_of_1_mb, tss, chosen)
    other["start"] -= other["start"] % 2_000_000
    both = pd.concat([found, other.groupby(["chrom", "start"])["eigenvector"].mean()], axis=1)
    assert len(both.dropna()) > 1200
    assert both.corr().iloc[0, 1] >= 0.8
