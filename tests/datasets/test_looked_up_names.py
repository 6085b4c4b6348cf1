import pandas as pd
import pytest
from kedro.io import DatasetError

from step.datasets import LookedUpNamesDataset


def names(**symbols: str) -> pd.DataFrame:
    return pd.DataFrame({"assay_name": list(symbols), "symbol": symbols.values(), "note": ""})


def test_without_a_file_nothing_was_looked_up(tmp_path):
    dataset = LookedUpNamesDataset(filepath=str(tmp_path / "names.tsv"))
    assert dataset.exists()
    assert dataset.load().columns.tolist() == ["assay_name", "symbol", "note"]
    assert dataset.load().empty


def test_what_was_looked_up_or_corrected_stays(tmp_path):
    dataset = LookedUpNamesDataset(filepath=str(tmp_path / "names.tsv"))
    dataset.save(names(SPC="", RAGE="Ager"))
    path = tmp_path / "names.tsv"
    path.write_text(path.read_text().replace("SPC\t", "SPC\tSftpc"))
    dataset.save(names(SPC="Other", nkg7="Nkg7"))
    found = dataset.load().set_index("assay_name")["symbol"]
    assert found.to_dict() == {"SPC": "Sftpc", "RAGE": "Ager", "nkg7": "Nkg7"}
    assert [file.name for file in tmp_path.iterdir()] == ["names.tsv"]


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "is empty"), ("a\tb\tc\n1\t2\n", "line 2"), ("a\tb\n", "no column 'assay_name'")],
)
def test_what_was_edited_badly_is_explained_and_stays(tmp_path, content, message):
    path = tmp_path / "names.tsv"
    path.write_text(content)
    dataset = LookedUpNamesDataset(filepath=str(path))
    with pytest.raises(DatasetError, match=message):
        dataset.load()
    with pytest.raises(DatasetError, match=message):
        dataset.save(names(RAGE="Ager"))
    assert path.read_text() == content
