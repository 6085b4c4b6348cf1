import sys

import anndata
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from kedro.io import DatasetError

from step.datasets import H5adDataset
from step.errors import InputError
from step.expression.samples import TableLayout, read_measurements
from tests.datasets.conftest import explained, place


@pytest.fixture
def path(tmp_path):
    obs = pd.DataFrame(
        {"age": ["E16.5", "P1", "P1", "P2"], "animal": ["1", "2", "3", None]},
        index=["s1", "s2", "s3", "s4"],
    )
    var = pd.DataFrame({"symbol": ["NA", "SEP7"]}, index=["ENSG1", "ENSG2"])
    counts = np.array([[0, 1.5], [2, 3], [4, 5], [6, 7]], dtype=np.float32)
    data = anndata.AnnData(scipy.sparse.csr_matrix(counts), obs, var, layers={"raw": counts * 10})
    data.write_h5ad(tmp_path / "course.h5ad")
    return tmp_path / "course.h5ad"


def test_values_and_samples_become_a_course(path):
    values = H5adDataset(filepath=str(path), part="expression", genes="symbol").load()
    columns = {"time": "age", "replicate": "animal"}
    sheet = H5adDataset(filepath=str(path), part="samples", columns=columns).load()
    layout = TableLayout(gene_column="gene", scale="linear", time_unit="day", birth_day=19.5)
    found = read_measurements(values, layout, sheet, "t")
    assert found.values.index.tolist() == ["NA", "SEP7"]
    assert found.values.loc["SEP7"].tolist() == [1.5, 3.0, 5.0, 7.0]
    assert found.samples["time"].tolist() == [-3.0, 1.0, 1.0, 2.0]
    assert found.samples["replicate"].tolist() == ["1", "2", "3", "1"]


def test_a_layer_may_be_named(path):
    found = H5adDataset(filepath=str(path), part="expression", layer="raw").load()
    assert found["gene"].tolist() == ["ENSG1", "ENSG2"]
    assert found["s2"].tolist() == [20.0, 30.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"part": "values"}, "it is expression or samples"),
        ({"part": "expression", "layer": "tpm"}, "no layer 'tpm'; it has 'raw'"),
        ({"part": "expression", "genes": "name"}, "var: no column 'name'"),
        ({"part": "samples", "columns": {"time": "day"}}, "obs: no column 'day'"),
        ({"part": "samples", "columns": {"sample": "age"}}, "it may name time, replicate"),
    ],
)
def test_what_the_file_lacks_is_named(path, arguments, message):
    with pytest.raises(DatasetError, match=message):
        H5adDataset(filepath=str(path), **arguments).load()


def test_a_gene_without_a_name_is_no_gene_called_nan(path):
    data = anndata.read_h5ad(path)
    data.var["symbol"] = ["Aqp5", None]
    data.write_h5ad(path)
    values = H5adDataset(filepath=str(path), part="expression", genes="symbol").load()
    assert values["gene"].tolist() == ["Aqp5", ""]


@pytest.mark.parametrize("kind", ["obs", "var"])
def test_names_are_cleaned_or_refused(path, kind):
    layout = TableLayout(gene_column="gene", scale="linear", time_unit="day", birth_day=19.5)

    def course(name):
        data = anndata.read_h5ad(path)
        frame = getattr(data, kind)
        frame.index = [name, *frame.index[1:]]
        data.write_h5ad(path)
        values = H5adDataset(filepath=str(path), part="expression").load()
        sheet = H5adDataset(filepath=str(path), part="samples", columns={"time": "age"}).load()
        return read_measurements(values, layout, sheet, "t")

    found = course("first\x0bone\n")
    assert (found.samples["sample"] if kind == "obs" else found.values.index)[0] == "first one"
    with pytest.raises(InputError, match=r"U\+0007"):
        course("first\x07")


def test_without_anndata_the_extra_is_named(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "anndata", None)
    with pytest.raises(DatasetError, match="make setup EXTRAS=h5ad"):
        H5adDataset(filepath=str(path), part="samples").load()


@given(st.one_of(st.binary(max_size=60), st.integers(0, 3000)))
def test_any_bytes_are_explained(content):
    with place() as folder:
        target = folder / "t.h5ad"
        if isinstance(content, int):  # a whole file, cut off
            anndata.AnnData(np.ones((2, 2))).write_h5ad(target)
            content = target.read_bytes()[:content]
        target.write_bytes(content)
        assert explained(H5adDataset(filepath=str(target), part="expression")) is None
