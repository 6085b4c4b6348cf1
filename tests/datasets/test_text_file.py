"""Texts that are too large, or unpack to too much, are not read to their end."""

import gzip

import pytest

from step.datasets import text_file
from step.datasets.text_file import opened, text_lines
from step.errors import InputError


def read(path) -> list[str]:
    return [line for _, line in text_lines(path, "name.tsv")]


@pytest.fixture
def small(monkeypatch):
    """Files of some kilobytes are treated as large ones are."""
    monkeypatch.setattr(text_file, "SMALL", 10_000)
    monkeypatch.setattr(text_file, "BUFFER", 1000)


def test_a_text_may_be_large(tmp_path, limit):
    limit(max_unpacked_mb=1)
    (tmp_path / "t.tsv").write_text("a\tb\n" * 200_000)
    assert len(read(tmp_path / "t.tsv")) == 200_000
    with (tmp_path / "t.tsv").open("a") as file:
        file.truncate(10**10)  # sparse: 10 GB that take no place
    with pytest.raises(InputError, match=r"name\.tsv is larger than 1 MB.*sources\.max_unpacked"):
        read(tmp_path / "t.tsv")


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path, small):
    (tmp_path / "t.gz").write_bytes(gzip.compress(b"a\tb\n" * 500_000))
    with pytest.raises(InputError, match="unpacks to more than 100 times its size"):
        read(tmp_path / "t.gz")


def test_what_is_packed_has_a_largest_size(tmp_path, limit):
    limit(max_unpacked_mb=1)
    lines = "".join(f"{number}\t{number**5}\n" for number in range(60_000))
    (tmp_path / "t.gz").write_bytes(gzip.compress(lines.encode()))
    with pytest.raises(InputError, match="holds more than 1 MB"):
        read(tmp_path / "t.gz")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_line_ends(tmp_path, small, end):
    path = tmp_path / "t.tsv"
    path.write_bytes((("a" * 3000 + end) * 9).encode())
    assert opened(path, "name.tsv", longest_line=5000).read() == path.read_bytes()
    path.write_bytes(("a" + end + "a" * 50_000).encode())
    with pytest.raises(InputError, match="a line of more than 5000 bytes: is it a text file"):
        opened(path, "name.tsv", longest_line=5000).read()


def test_an_empty_or_cut_gzip_file_is_explained(tmp_path):
    (tmp_path / "t.gz").write_bytes(b"")
    assert read(tmp_path / "t.gz") == []
    (tmp_path / "t.gz").write_bytes(gzip.compress(b"a\tb\n" * 9)[:-9])
    with pytest.raises(InputError, match=r"name\.tsv cannot be read"):
        read(tmp_path / "t.gz")
