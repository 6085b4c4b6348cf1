"""HDF5 files that declare more than they hold, or take it from elsewhere, are not read."""

import anndata
import cooler
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from kedro.io import DatasetError

from step.datasets import ContactMapDataset, H5adDataset
from step.genome import map_checks

TERA = 10**12


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """A small map that is read."""
    path = tmp_path_factory.mktemp("maps") / "m.cool"
    bins = pd.DataFrame({"chrom": ["chr1"] * 3, "start": [0, 10, 20], "end": [10, 20, 30]})
    pixels = pd.DataFrame({"bin1_id": [0, 0, 1], "bin2_id": [0, 1, 2], "count": [5, 3, 2]})
    cooler.create_cooler(str(path), bins, pixels)
    return path.read_bytes()


def replace(file: h5py.File, name: str, **arguments):
    dtype = arguments.pop("dtype", file[name].dtype)
    del file[name]
    file.create_dataset(name, dtype=dtype, **arguments)


def never_written(file):
    for column in ("bin1_id", "bin2_id", "count"):
        replace(file, f"pixels/{column}", shape=(TERA,), chunks=True)


def in_one_piece(file):
    replace(file, "bins/start", shape=(TERA,))


def long_names(file):
    replace(file, "chroms/name", shape=(1,), dtype="S2000000000")


def zeros(file):
    for column in ("bin1_id", "bin2_id", "count"):
        replace(file, f"pixels/{column}", data=np.zeros(1000), chunks=(1000,), compression=9)


def another_chromosome(file):
    replace(file, "bins/chrom", data=np.array([0, 0, 2**31 - 1]), dtype="i4")


def linked(file):
    del file["bins/start"]
    file["bins/start"] = h5py.ExternalLink("/etc/passwd", "x")


def raw(file):
    replace(file, "bins/start", shape=(3,), external=[("/etc/passwd", 0, 12)])


def virtual(file):
    layout = h5py.VirtualLayout(shape=(3,), dtype="i4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(3,))
    del file["bins/start"]
    file.create_virtual_dataset("bins/start", layout)


def round_and_round(file):
    del file["pixels"]
    file["pixels"] = h5py.SoftLink("/pixels")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (never_written, r"'/pixels/bin1_id' is declared as .* of which 0 bytes are there"),
        (in_one_piece, r"'/bins/start' is declared as"),
        (long_names, r"'/chroms/name' is declared as"),
        (zeros, "more pixels than pairs of bins"),
        (another_chromosome, "chromosomes that it does not name"),
        (linked, r"'bins/start' lies in another file"),
        (raw, r"'/bins/start' lies in another file"),
        (virtual, r"'/bins/start' lies in another file"),
        (round_and_round, "damaged|is not a .cool"),
    ],
)
def test_maps_hold_what_they_declare(tmp_path, whole, change, message):
    path = tmp_path / "m.cool"
    path.write_bytes(whole)
    assert ContactMapDataset(filepath=str(path), balance="none").load().shape == (3, 3)
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(DatasetError, match=message):
        ContactMapDataset(filepath=str(path), balance="none").load()


def test_maps_have_so_many_bins_at_most(tmp_path, whole, monkeypatch):
    monkeypatch.setattr(map_checks, "MOST_BINS", 2)
    (tmp_path / "m.cool").write_bytes(whole)
    with pytest.raises(DatasetError, match=r"has 3 bins, more than 2\. Name a map of larger bins"):
        ContactMapDataset(filepath=str(tmp_path / "m.cool"), balance="none").load()


def expression(path):
    return H5adDataset(filepath=str(path), part="expression").load()


def test_h5ad_files_hold_what_they_declare(tmp_path, limit):
    path = tmp_path / "a.h5ad"
    anndata.AnnData(np.ones((3, 2), dtype="f4")).write_h5ad(path)
    assert expression(path).shape == (2, 4)
    with h5py.File(path, "r+") as file:
        attributes = dict(file["X"].attrs)
        replace(file, "X", shape=(10**6, 10**6), chunks=True)
        file["X"].attrs.update(attributes)
    with pytest.raises(DatasetError, match="'/X' is declared as"):
        expression(path)
    anndata.AnnData(np.arange(10**6, dtype="f4").reshape(1000, 1000)).write_h5ad(path)
    limit(max_unpacked_mb=2)
    with pytest.raises(DatasetError, match="unpacks to more than 2 MB"):
        expression(path)


def test_sparse_values_are_not_spread_out_beyond_the_limit(tmp_path, limit):
    path = tmp_path / "a.h5ad"
    anndata.AnnData(scipy.sparse.csr_matrix((100, 100), dtype="f4")).write_h5ad(path)
    limit(max_cells=9_999)
    with pytest.raises(DatasetError, match="has more than 9999 cells"):
        expression(path)
