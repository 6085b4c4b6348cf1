import re

import cooler
import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError

from step.datasets import ContactMapDataset
from step.errors import InputError
from step.genome import map_checks
from step.genome.contacts import ContactMap
from tests.datasets.conftest import explained, place

SIZES = {"chr1": 300, "chr2": 195}
BINS = pd.DataFrame(
    [(chrom, start, min(start + 10, size)) for chrom, size in SIZES.items()
     for start in range(0, size, 10)],
    columns=["chrom", "start", "end"],
)  # fmt: skip


def demo_map(dtype=float) -> ContactMap:
    """Contacts that fall with the distance, of bins of unlike visibility; bin 3 is empty."""
    visible = np.random.default_rng(0).uniform(0.5, 2.0, len(BINS))
    visible[3] = 0.0
    first, second = np.triu_indices(len(BINS))
    same = BINS["chrom"].to_numpy()[first] == BINS["chrom"].to_numpy()[second]
    first, second = first[same], second[same]
    count = 1000.0 * visible[first] * visible[second] / (1 + second - first)
    count = count.round() if dtype is int else count
    pixels = pd.DataFrame({"bin1_id": first, "bin2_id": second, "count": count.astype(dtype)})
    return ContactMap(BINS, pixels[pixels["count"] > 0].reset_index(drop=True), "demo")


def unbalanced(path, dtype=float):
    data = demo_map(dtype)
    cooler.create_cooler(
        str(path), data.bins, data.pixels, dtypes={"count": data.pixels["count"].dtype}
    )
    return path


@pytest.fixture
def mcool(tmp_path):
    unbalanced(tmp_path / "base.cool", int)
    cooler.zoomify_cooler(
        str(tmp_path / "base.cool"), str(tmp_path / "m.mcool"), [10, 20], chunksize=10_000
    )
    return tmp_path / "m.mcool"


def load(path, **arguments) -> cooler.Cooler:
    return ContactMapDataset(filepath=str(path), **arguments).load()


def test_a_map_is_saved_balanced(tmp_path):
    dataset = ContactMapDataset(filepath=str(tmp_path / "m.cool"))
    dataset.save(demo_map(int))
    found = dataset.load()
    assert found.info["genome-assembly"] == "demo"
    assert found.filename == str(tmp_path / "m.cool")  # no copy is needed
    assert "weight" in found.bins().columns


def test_counts_that_are_no_whole_numbers_stay_so(tmp_path):
    found = load(unbalanced(tmp_path / "m.cool"), balance="none")
    np.testing.assert_array_equal(found.pixels()["count"][:], demo_map().pixels["count"])


def test_an_unbalanced_map_is_balanced_or_taken_as_it_is(tmp_path):
    path = unbalanced(tmp_path / "m.cool")
    before = path.read_bytes()
    with pytest.raises(DatasetError, match=r"no weights 'weight' \(it is not balanced\).*ice"):
        load(path)
    plain = load(path, balance="none").bins()["weight"][:]
    assert plain.isna().to_numpy().nonzero()[0].tolist() == [3]
    assert (plain.drop(3) == 1.0).all()
    balanced = load(path, balance="ice")
    matrix = np.nan_to_num(balanced.matrix(balance=True)[:])
    np.fill_diagonal(matrix, 0.0)
    matrix[np.abs(np.subtract.outer(*[np.arange(len(BINS))] * 2)) < 2] = 0.0
    sums = matrix.sum(axis=1)
    np.testing.assert_allclose(sums[sums > 0], 1.0, rtol=0.02)
    assert path.read_bytes() == before


def test_weights_have_a_name_and_may_divide(tmp_path):
    path = unbalanced(tmp_path / "m.cool")
    with h5py.File(path, "r+") as file:
        file["bins"]["mine"] = np.full(len(BINS), 2.0)
        file["bins"]["KR"] = np.full(len(BINS), 2.0)
    assert (load(path, balance="mine").bins()["weight"][:] == 2.0).all()
    assert (load(path, balance="KR").bins()["weight"][:] == 0.5).all()
    with pytest.raises(DatasetError, match=r"no weights 'VC'; it holds .*mine"):
        load(path, balance="VC")


@pytest.mark.parametrize("name", ["KR", "GW_KR", "INTER_SCALE", "GW_VC", "VC_SQRT"])
def test_weights_of_juicer_divide_whatever_they_are_of(tmp_path, name):
    path = unbalanced(tmp_path / "m.cool")
    with h5py.File(path, "r+") as file:
        file["bins"][name] = np.full(len(BINS), 2.0)
    assert (load(path, balance=name).bins()["weight"][:] == 0.5).all()


def test_tables_that_would_fill_the_memory_are_not_read(tmp_path, monkeypatch):
    path = unbalanced(tmp_path / "m.cool")
    monkeypatch.setattr(map_checks, "MOST_TABLE_BYTES", 10_000)
    assert load(path, balance="none").binsize == 10
    with h5py.File(path, "r+") as file:
        del file["chroms/name"]
        names = np.zeros(40, "S1000")
        file.create_dataset("chroms/name", data=names, chunks=(10,), compression=9)
    monkeypatch.setattr(cooler, "Cooler", None)
    with pytest.raises(DatasetError, match=r"'chroms/name' holds 4\.0e\+04 bytes"):
        load(path, balance="none")


def test_of_several_maps_one_is_named(mcool):
    for found in (
        load(f"{mcool}::/resolutions/20", balance="none"),
        load(mcool, resolution=20, balance="none"),
    ):
        assert found.binsize == 20
    for arguments in ({}, {"resolution": 30}):
        with pytest.raises(DatasetError, match=r"m\.mcool::/resolutions/10\n.*/resolutions/20\n"):
            load(mcool, **arguments)


def test_a_resolution_that_the_map_has_not_is_refused(tmp_path, mcool):
    with pytest.raises(DatasetError, match="`resolution` is 20 bp, but the bins are of 10 bp"):
        load(tmp_path / "base.cool", resolution=20, balance="none")
    with pytest.raises(DatasetError, match="bins are of 10 bp"):
        load(f"{mcool}::/resolutions/10", resolution=20, balance="none")


def test_maps_are_read_over_http(tmp_path, served):
    unbalanced(tmp_path / "m.cool")
    found = load(f"{served}/m.cool", balance="none")
    np.testing.assert_array_equal(found.pixels()["count"][:], demo_map().pixels["count"])


def test_the_old_lung_map_opens(lung):
    path = lung / "hic" / "Dixon2012-J1-NcoI-R1-filtered.1000kb.cool"
    assert not cooler.fileops.is_cooler(str(path))  # of format version 2
    found = load(path, balance="none")
    assert found.binsize == 1_000_000
    assert found.bins()["weight"][:].notna().mean() > 0.9


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.cool", r"not a \.cool contact map"),
        ("m.mcool", r"not a \.cool contact map"),
        ("m.hic", r"not a \.hic contact map"),
    ],
)
def test_a_file_that_is_no_contact_map_is_explained(tmp_path, name, message):
    (tmp_path / name).write_text("text")
    with pytest.raises(DatasetError, match=message):
        load(tmp_path / name)


def test_a_map_that_was_cut_off_is_explained(tmp_path):
    whole = unbalanced(tmp_path / "m.cool").read_bytes()
    (tmp_path / "m.cool").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DatasetError, match=r"not a \.cool contact map"):
        load(tmp_path / "m.cool")


@given(st.sampled_from(["m.cool", "m.mcool", "m.hic"]), st.binary(max_size=200))
def test_any_bytes_are_no_map_and_explained(name, content):
    with place() as folder:
        (folder / name).write_bytes(content)
        assert explained(ContactMapDataset(filepath=str(folder / name))) is None


def damaged(path, change) -> str:
    """The explanation of a map of which `change`, given the HDF5 file, spoiled something."""
    unbalanced(path)
    with h5py.File(path, "r+") as file:
        file["bins"]["weight"] = np.ones(len(BINS))
        change(file)
    before = path.read_bytes()
    with pytest.raises(DatasetError) as raised:
        load(path)
    assert isinstance(raised.value.__cause__, InputError)
    assert path.read_bytes() == before
    return str(raised.value.__cause__)


def put(dataset, values, where=slice(None)):
    def change(file):
        file[dataset][where] = values

    return change


def drop(*names):
    def change(file):
        for name in names:
            del file[name]

    return change


def swap(dataset, values):
    def change(file):
        del file[dataset]
        file[dataset] = values

    return change


ONLY_THE_EMPTY_BIN = np.where(np.arange(len(BINS)) == 3, 1.0, np.nan)


def only_between_chromosomes(file):
    for column, value in (("bin1_id", 0), ("bin2_id", len(BINS) - 1), ("count", 1.0)):
        del file["pixels"][column]
        file["pixels"][column] = [value]
    file["indexes/bin1_offset"][...] = [0] + [1] * len(BINS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("bins/weight", np.nan), r"no usable contacts: its weights 'weight' .* ice .* none"),
        (put("bins/weight", 0.0), "NaN, 0 or infinite for 50 of 50 bins"),
        (put("bins/weight", np.inf), "NaN, 0 or infinite for 50 of 50 bins"),
        (put("bins/weight", ONLY_THE_EMPTY_BIN), "for 49 of 50 bins, which leaves no contact"),
        (put("bins/weight", -1.0, 7), "weight 'weight' of bin 7 is negative"),
        (swap("bins/weight", np.ones(3)), "'weight' are not a number for each bin"),
        (swap("bins/weight", np.array([b"x"] * 50)), "'weight' are not a number for each bin"),
        (put("pixels/count", 0.0), "holds no contact within a chromosome"),
        (only_between_chromosomes, "holds no contact within a chromosome: 1 pixels"),
        (put("pixels/count", -1.0, 40), r"count of pixel 40 \(.*chr1:.* and chr1:.*\) is -1"),
        (put("pixels/count", np.nan, 40), "count of pixel 40 .* is nan"),
        (put("pixels/count", np.inf, 40), "count of pixel 40 .* is inf"),
        (put("pixels/bin2_id", 50, 40), "pixel 40 is of the bins 1 and 50, but the map has 50"),
        (put("pixels/bin1_id", -1, 0), "pixel 0 is of the bins -1 and 0"),
        (put("pixels/bin1_id", 9, 0), "not sorted"),
        (put("indexes/bin1_offset", 3, 5), "index of pixels does not fit"),
        (put("indexes/chrom_offset", 9, 1), "index of chromosomes does not fit"),
        (put("bins/chrom", 1, 0), "does not fit its bins"),
        (put("bins/start", 11, 1), "do not follow one another every 10 bp"),
        (swap("bins/end", np.arange(3)), "columns of its bins are of different lengths"),
        (drop("pixels/count"), "damaged: "),
        (drop("pixels"), "damaged: "),
        (drop("indexes"), "damaged: "),
        (drop("bins/start"), "damaged: "),
        (swap("pixels/count", np.array([b"x"] * 757)), "damaged: "),
    ],
)
def test_an_unusable_map_is_explained_when_it_is_read(tmp_path, change, message):
    path = tmp_path / "m.cool"
    found = damaged(path, change)
    assert re.search(message, found)
    assert found.startswith(str(path))
    assert len(found) < len(str(path)) + 400


def test_a_map_that_was_cut_short_is_explained(tmp_path):
    """Its pixels end before those that its index counts."""

    def cut(file):
        for column in file["pixels"]:
            values = file["pixels"][column][:100]
            del file["pixels"][column]
            file["pixels"][column] = values

    assert "index of pixels does not fit" in damaged(tmp_path / "m.cool", cut)


@pytest.mark.parametrize("value", [0.0, np.inf])
def test_bins_with_a_weight_that_is_none_are_left_out(tmp_path, value):
    path = unbalanced(tmp_path / "m.cool")
    with h5py.File(path, "r+") as file:
        file["bins"]["weight"] = np.where(np.arange(len(BINS)) == 5, value, 2.0)
    found = load(path)
    assert np.flatnonzero(found.bins()["weight"][:].isna()).tolist() == [5]
    assert found.matrix(balance=True)[0, 0] == 4.0 * demo_map().pixels["count"].iloc[0]
