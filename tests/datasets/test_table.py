import gzip
import tracemalloc
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError
from openpyxl import Workbook
from openpyxl.styles import Font

from step.datasets import TableDataset
from tests.datasets.conftest import explained, place


def test_tables_keep_every_cell_as_it_is(tmp_path):
    table = pd.DataFrame([["NA", "1", "2.50"], ["SEP7", "", "3"]], columns=["gene", "P1", "P1"])
    for name in ("t.tsv", "t.csv"):
        dataset = TableDataset(filepath=str(tmp_path / name))
        dataset.save(table)
        pd.testing.assert_frame_equal(dataset.load(), table)


def test_spreadsheets_are_read_by_sheet(tmp_path):
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"x": [1]}).to_excel(writer, sheet_name="notes", index=False)
        pd.DataFrame({"gene": ["a"], 0.5: [7.0], 1: [2.25]}).to_excel(
            writer, sheet_name="data", index=False
        )
    found = TableDataset(filepath=str(path), sheet="data").load()
    assert found.columns.tolist() == ["gene", "0.5", "1"]
    assert found.iloc[0].tolist() == ["a", "7", "2.25"]
    with pytest.raises(DatasetError, match="no sheet 'other'"):
        TableDataset(filepath=str(path), sheet="other").load()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_understood(tmp_path, end):
    path = tmp_path / "t.txt"
    path.write_bytes(end.join(["gene\t1", "a\t2", "b\t3", ""]).encode())
    assert TableDataset(filepath=str(path)).load().to_numpy().tolist() == [["a", "2"], ["b", "3"]]


def test_a_sheet_of_a_text_file_is_refused(tmp_path):
    path = tmp_path / "counts.tsv"
    path.write_text("gene\t0\na\t1\n")
    with pytest.raises(
        DatasetError, match=r"no workbook, and has no sheet 'day 1'. Delete `sheet`"
    ):
        TableDataset(filepath=str(path), sheet="day 1").load()


def test_gzipped_tables_are_unpacked(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"gene,1\na,2\n"))
    assert TableDataset(filepath=str(path)).load().to_numpy().tolist() == [["a", "2"]]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.tsv", b"", "is empty"),
        ("t.tsv", b"gene\t1\na\n", "needs as many cells"),
        ("t.tsv", b"gene\t1\na\t1\t2\nb\t1\n", "line 2 has 3 cells"),
        ("t.tsv", b"1\t2\na\t1\t2\nb\t1\t2\n", "lacks the name of the first column"),
        ("t.tsv", b"gene,1\na,1\n", "one column"),
        ("t.csv", b"gene;1\na;1\n", "one column"),
        ("t.csv", b'gene,1\n"a,1\n', "line 2 cannot be read"),
        ("t.tsv", b"PK\x03\x04\x00\x00", "line 1 holds a NUL character: is it a text file"),
        ("t.tsv", b"gene\t1\na\t1\n\nb\x00\t2\n", "line 4 holds a NUL character"),
        ("t.tsv", "gene\t1\na\t1\nµ\t2\n".encode("latin-1"), r"t\.tsv, line 3 is not UTF-8"),
        (
            "t.csv.gz",
            gzip.compress("gene,1\nµ,1\n".encode("cp1252"), mtime=0),
            "line 2 is not UTF-8 text",
        ),
        ("t.tsv", "gene\t1\nµ\t2\n".encode("utf-16")[:-1], "line 2 is not UTF-16 text"),
        ("t.xlsx", b"gene\t1\n", "not an Excel workbook"),
        ("t.csv.gz", b"gene,1\n", r"cannot be read: .*Rename it without \.gz if it is not packed"),
        ("t.csv.gz", gzip.compress(b"gene,1\na,1\n")[:-9], "not whole: copy or download it again"),
    ],
)
def test_unreadable_tables_are_explained(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        TableDataset(filepath=str(path)).load()


def test_what_spreadsheets_export_as_unicode_text_is_read(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes("gene\t1\r\nµ\t2\r\n".encode("utf-16"))
    assert TableDataset(filepath=str(path)).load().to_numpy().tolist() == [["µ", "2"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["t.tsv", "t.tsv.gz"])
def test_byte_order_marks_are_understood(tmp_path, name, encoding):
    content = "gene\t1\nµ\t2\n".encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    found = TableDataset(filepath=str(tmp_path / name)).load()
    assert found.columns.tolist() == ["gene", "1"]
    assert found.to_numpy().tolist() == [["µ", "2"]]


def workbook(path, *rows: list) -> TableDataset:
    """A workbook of these rows, in which a value may be a formula."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return TableDataset(filepath=str(path))


def test_blank_rows_are_skipped_alike_and_rows_keep_their_numbers(tmp_path):
    text = TableDataset(filepath=str(tmp_path / "t.tsv"))
    (tmp_path / "t.tsv").write_text("\ngene\t1\t2\n\t\t\na\t1\t\n\n \t \t\nb\t2\t3\n")
    rows = [[], ["gene", 1, 2], [None, None, None], ["a", 1], [], [" ", " "], ["b", 2, 3], []]
    for dataset in (text, workbook(tmp_path / "t.xlsx", *rows)):
        found = dataset.load()
        assert found.columns.tolist() == ["gene", "1", "2"]
        assert found.to_numpy().tolist() == [["a", "1", ""], ["b", "2", "3"]]
        assert (found.index + 2).tolist() == [4, 7]


def test_errors_in_a_workbook_stay_what_they_are(tmp_path):
    rows = [["gene", "1", "2"], ["#N/A", 1, "#DIV/0!"], ["nan", "#N/A", None]]
    found = workbook(tmp_path / "t.xlsx", *rows).load()
    assert found.to_numpy().tolist() == [["#N/A", "1", "#DIV/0!"], ["nan", "#N/A", ""]]


def test_a_formula_without_a_value_is_refused_and_one_that_gives_no_text_is_empty(tmp_path):
    path = tmp_path / "t.xlsx"
    dataset = workbook(path, ["gene", "1", "2"], ["a", 1, 2], ["b", None, "=B2*2"])
    with pytest.raises(DatasetError, match=r"t\.xlsx, cell C3 holds a formula, but not its value"):
        dataset.load()
    change_sheet(path, "<f>B2*2</f><v></v>", "<f>B2*2</f><v>2</v>")
    assert dataset.load()["2"].tolist() == ["2", "2"]
    change_sheet(path, "<f>B2*2</f><v>2</v>", "<f>B2*2</f><v></v>")
    change_sheet(path, '<c r="C3">', '<c r="C3" t="str">')
    assert dataset.load()["2"].tolist() == ["2", ""]


def change_sheet(path, before: str, after: str) -> None:
    """Change the XML of a workbook's sheet."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"].decode().replace("<v />", "<v></v>")
    assert before in sheet
    members["xl/worksheets/sheet1.xml"] = sheet.replace(before, after).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_a_stray_cell_costs_no_memory(tmp_path):
    path = tmp_path / "t.xlsx"
    book = Workbook()
    for number in range(200):
        book.active.append(["gene" if number == 0 else f"g{number}", *range(10)])
    book.active["XFD2000"].font = Font(bold=True)
    book.save(path)
    dataset = TableDataset(filepath=str(path))
    tracemalloc.start()
    assert dataset.load().shape == (199, 11)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    book.active["XFD1048576"] = "x"
    book.save(path)
    with pytest.raises(DatasetError, match=r"cell XFD1048576 .* right of the header"):
        dataset.load()


def test_a_gene_that_a_workbook_holds_as_a_date_is_seen_as_one(tmp_path):
    path = tmp_path / "t.xlsx"
    pd.DataFrame({"gene": [pd.Timestamp("2024-09-07"), "SEP7"], "1": [1.5, 2]}).to_excel(
        path, index=False
    )
    assert TableDataset(filepath=str(path)).load()["gene"].tolist() == [
        "2024-09-07 00:00:00",
        "SEP7",
    ]


def test_tables_are_read_over_http(tmp_path, served):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"gene,1\nNA,2\n"))
    dataset = TableDataset(filepath=f"{served}/t.csv.gz")
    assert dataset.exists()
    assert dataset.load().to_numpy().tolist() == [["NA", "2"]]
    with pytest.raises(DatasetError, match=r"/none\.csv cannot be fetched"):
        TableDataset(filepath=f"{served}/none.csv").load()
    dataset = TableDataset(filepath=f"{served}/t.csv.gz?download=1")
    assert dataset.load().to_numpy().tolist() == [["NA", "2"]]
    with pytest.raises(DatasetError, match="and the network"):
        TableDataset(filepath="http://localhost:9/t.csv").load()


cell = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=8)
names = st.one_of(cell, st.sampled_from(["NA", "nan", "SEP7", "1-Mar", "", "TRUE", "1e5", "=A1"]))


@given(
    st.sampled_from(["t.tsv", "t.csv"]),
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(names, min_size=width, max_size=width).filter(
                lambda row: "".join(row).strip()
            ),
            min_size=2,
            max_size=5,
        )
    ),
)
def test_every_cell_survives_a_round_trip(name, rows):
    header = [f"c{n}" for n in range(len(rows[0]))]
    table = pd.DataFrame(rows, columns=header, dtype=object)
    with place() as folder:
        dataset = TableDataset(filepath=str(folder / name))
        dataset.save(table)
        pd.testing.assert_frame_equal(dataset.load(), table)


@settings(max_examples=200)
@given(
    st.sampled_from(["t.tsv", "t.csv", "t.txt", "t.csv.gz", "t.xlsx"]),
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(str.encode),
        st.text(st.sampled_from('a1\t,"\n\r'), max_size=40).map(str.encode),
        st.binary(max_size=40).map(gzip.compress),
    ),
)
def test_any_bytes_are_a_table_or_explained(name, content):
    with place() as folder:
        (folder / name).write_bytes(content)
        found = explained(TableDataset(filepath=str(folder / name)))
    if found is not None:
        assert found.map(lambda value: isinstance(value, str)).all(axis=None)


@pytest.mark.parametrize(
    "above",
    [
        "# Program:featureCounts; Command:featureCounts -a g.gtf; Version:2.0",
        "!Series_title\tLungs",
    ],
)
def test_what_stands_above_the_header_is_not_taken_for_it_silently(tmp_path, above):
    (tmp_path / "t.txt").write_text(f"{above}\ngene\tP0\tP1\tP2\tP3\na\t1\t2\t3\t4\n")
    with pytest.raises(DatasetError, match=r"was read as the header.* Delete the lines above"):
        TableDataset(filepath=str(tmp_path / "t.txt")).load()


def test_a_title_above_the_header_of_a_sheet_is_told(tmp_path):
    table = pd.DataFrame([["gene", "P0", "P1"], ["a", 1, 2]])
    table.columns = ["Table S2.", "", ""]
    table.to_excel(tmp_path / "t.xlsx", index=False)
    with pytest.raises(DatasetError, match=r"row 1 \('Table S2\.'\) was read as the header"):
        TableDataset(filepath=str(tmp_path / "t.xlsx")).load()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene;P0;P7;P14\na;1,5;2,5;3,5\n", "has one column, .* Decimals need a point"),
        ("name,symbol\na,A\nb,one,two,three,four\nc,C\n", "line 3 has 5 cells, the header 2"),
        ("Table S2,,,\ngene,P0,P7,P14\na,1,2,3\n", "line 1 .* was read as the header"),
        ("gene,P0,,,,,\na,1,,,,,\nb,1,,,,,\n", None),
    ],
)
def test_other_faults_are_not_blamed_on_the_header(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    if message is None:
        assert len(TableDataset(filepath=str(tmp_path / "t.csv")).load()) == 2
    else:
        with pytest.raises(DatasetError, match=message):
            TableDataset(filepath=str(tmp_path / "t.csv")).load()
