"""Sources that are hostile, broken or endless: one message, soon, and nothing secret in it."""

import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from kedro.io import DatasetError

from step.datasets import (
    ContactMapDataset,
    GeneAnnotationDataset,
    GeneSetsDataset,
    H5adDataset,
    TableDataset,
    TextContactMapDataset,
)
from step.datasets.source_file import local_copy, temporary_file
from step.errors import InputError

MEGABYTE = bytes(10**6)
SECRET = "ann:pass-word@"
QUERY = "?token=s3cret"


class Hostile(BaseHTTPRequestHandler):
    """A server that sends without end, little by little, nothing, or the client elsewhere."""

    def do_GET(self):
        name = self.path.partition("?")[0].strip("/").partition(".")[0]
        getattr(self, name)()

    def endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(MEGABYTE)
        except OSError:  # the client has gone
            self.close_connection = True

    def announced(self):
        self.send_response(200)
        self.send_header("Content-Length", str(10**15))
        self.end_headers()

    def silent(self):
        self.server.ended.wait(10)

    def drip(self):
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.ended.wait(0.02):
                self.wfile.write(b"a")
        except OSError:
            self.close_connection = True

    def file(self):
        self.redirect("file:///etc/passwd")

    def ftp(self):
        self.redirect("ftp://localhost/x")

    def circle(self):
        self.redirect(self.path)

    def redirect(self, where):
        self.send_response(302)
        self.send_header("Location", where)
        self.end_headers()

    def none(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    server = ThreadingHTTPServer(("localhost", 0), Hostile)
    server.ended = threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{SECRET}localhost:{server.server_port}"
    server.ended.set()
    server.shutdown()
    server.server_close()


def fault(load) -> str:
    """What is said of a source that is not taken; the exception's whole chain keeps secrets."""
    with pytest.raises((DatasetError, InputError)) as raised:
        load()
    error: BaseException | None = raised.value
    while error is not None:
        assert "pass-word" not in str(error)
        assert "s3cret" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return str(raised.value.__cause__ or raised.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("endless", r"is larger than 2 MB.*raise `sources\.max_download_mb`"),
        ("announced", "is larger than 2 MB"),
        ("silent", r"the server sent nothing for 0\.3 s.*raise `sources\.stall_timeout`"),
        ("drip", r"or not all within 0\.6 s"),
        ("file", "cannot be fetched .*Redirect"),
        ("ftp", "cannot be fetched .*Redirect"),
        ("circle", "cannot be fetched"),
        ("none", "cannot be fetched .*404"),
    ],
)
def test_servers_are_waited_for_and_taken_from_within_limits(hostile, limit, name, message):
    limit(max_download_mb=2, stall_timeout=0.3, download_timeout=0.6)
    started = time.monotonic()
    found = fault(TableDataset(filepath=f"{hostile}/{name}.tsv{QUERY}").load)
    assert time.monotonic() - started < 5
    assert found.startswith("http://…@localhost:")
    assert f"/{name}.tsv?… " in found
    assert re.search(message, found)


READERS = {
    "table": TableDataset,
    "sets": GeneSetsDataset,
    "annotation": GeneAnnotationDataset,
    "map": ContactMapDataset,
    "h5ad": lambda filepath: H5adDataset(filepath=filepath, part="samples"),
    "text map": lambda filepath: TextContactMapDataset(
        filepath=f"{filepath}&{{chrom}}", assembly="demo", bin_size=10, chromosomes=["chr1"]
    ),
}


@pytest.mark.parametrize("kind", READERS)
def test_what_is_secret_in_an_address_is_neither_said_nor_described(hostile, kind):
    dataset = READERS[kind](filepath=f"{hostile}/none.tsv{QUERY}")
    assert "404" in fault(dataset.load)
    described = f"{dataset!r} {dataset._describe()} {dataset._filepath}"
    assert "pass-word" not in described
    assert "s3cret" not in described
    assert "localhost" in described
    assert "/none.tsv" in described


def test_strange_signs_in_a_password_hide_it_no_less():
    dataset = TableDataset(filepath="https://ann:pass-word' \"<x>@localhost/x.tsv")
    assert dataset._describe()["filepath"] == "https://…@localhost/x.tsv"


@pytest.mark.parametrize(
    "filepath",
    [
        "file:///etc/passwd",
        "ftp://host/x.tsv",
        "s3://bucket/x.tsv",
        "zip::https://ann:pass-word@host/x.zip",
        "simplecache::http://host/x.tsv?token=s3cret",
        "memory://x.tsv",
        "FILE:///x.tsv",
    ],
)
@pytest.mark.parametrize("kind", READERS)
def test_other_protocols_are_refused(kind, filepath):
    assert "but sources are local paths, or http://" in fault(
        lambda: READERS[kind](filepath=filepath)
    )


def test_a_file_that_cannot_be_fetched_leaves_nothing(hostile, limit, tmp_path, monkeypatch):
    monkeypatch.setattr("step.datasets.source_file.temporary_file", lambda name: tmp_path / name)
    limit(max_download_mb=1)
    fault(TableDataset(filepath=f"{hostile}/endless.tsv").load)
    assert list(tmp_path.iterdir()) == []


def test_temporary_files_are_private():
    folder = temporary_file("x").parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.tsv")
    (tmp_path / "folder.tsv").mkdir()
    (tmp_path / "loop.tsv").symlink_to(tmp_path / "loop.tsv")
    with pytest.raises(InputError, match="is a pipe"):
        local_copy(str(tmp_path / "pipe.tsv"))
    with pytest.raises(InputError, match="is a folder"):
        local_copy(str(tmp_path / "folder.tsv"))
    with pytest.raises(InputError, match="is a device"):
        local_copy("/dev/zero")
    with pytest.raises(OSError, match="symbolic links"):
        local_copy(str(tmp_path / "loop.tsv"))
    assert not TableDataset(filepath=str(tmp_path / "loop.tsv")).exists()
    for kind in set(READERS) - {"text map"}:
        assert "is a pipe" in fault(READERS[kind](filepath=str(tmp_path / "pipe.tsv")).load)


@pytest.mark.parametrize("name", ["..", "../../x.tsv", ".hidden", "a" * 300 + ".tsv", "%2e%2e", ""])
def test_the_name_at_an_address_is_no_path(tmp_path, monkeypatch, name):
    taken: list[Path] = []
    monkeypatch.setattr(
        "step.datasets.source_file.download", lambda _, target: taken.append(target)
    )
    found = local_copy(f"http://localhost/a/{name}")
    assert found.parent.parent == temporary_file("x").parent.parent
    assert found == taken[0]
    assert len(found.name) <= 100
