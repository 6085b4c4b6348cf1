"""Text files, unpacked and read up to a size."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from step.datasets.limits import MEGABYTE, check_size
from step.errors import InputError

UNREADABLE = (OSError, EOFError, zlib.error)  # what a broken file raises while it is read
BUFFER = 2**18  # bytes
LONGEST_LINE = 16 * 2**20  # bytes, far above any table's
# A text packs to a tenth of its size; only endless repetition packs to a hundredth.
MOST_PACKED = 100
SMALL = 32 * MEGABYTE  # unpacked, whatever it is


class BoundedFile(io.RawIOBase):
    """The bytes of an open file, up to the size that a source may have.

    Reading on raises an InputError where the file unpacks to too much, or a line does not end.
    """

    def __init__(self, file: IO[bytes], name: str, packed: int | None, longest_line: int):
        """Read from the file's beginning.

        Args:
            file: Unpacked as it is read.
            name: Of the file, for messages.
            packed: Its size on the disk, bytes; None where it is not packed.
            longest_line: Bytes.
        """
        self._file: Any = file
        self._name = name
        self._packed = packed
        self._longest_line = longest_line
        self._read = self._line = 0

    def readable(self) -> bool:
        """Say so."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on, as far as the limits let it."""
        count: int = self._file.readinto(buffer)
        content = bytes(memoryview(buffer)[:count])
        self._read += count
        end = max(content.rfind(b"\n"), content.rfind(b"\r"))
        self._line = count - 1 - end if end >= 0 else self._line + count
        if self._line > self._longest_line:
            raise InputError(
                f"{self._name} has a line of more than {self._longest_line} bytes: is it a text "
                "file? A table has a line a row."
            )
        check_size(self._read, self._name, "holds more than", "max_unpacked_mb")
        if self._packed is not None:
            check_packing(self._name, self._packed, self._read)
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def check_packing(name: str, packed: int, unpacked: int) -> None:
    """Raise InputError if a file unpacks to much more than a table does.

    Args:
        name: Of the file, for the message.
        packed: Its size, bytes.
        unpacked: What it unpacks to, or has unpacked to so far, bytes.
    """
    if unpacked > SMALL and unpacked > MOST_PACKED * packed:
        raise InputError(
            f"{name} unpacks to more than {MOST_PACKED} times its size, as no table does. Unpack "
            "it yourself and look into it; if it is the file that you mean, name the unpacked one "
            "(of a workbook, its sheets as .csv)."
        )


def opened(path: Path, name: str, longest_line: int = LONGEST_LINE) -> io.BufferedReader:
    """Open a file, unpacked if it is gzipped; reading it raises InputError beyond a limit.

    Args:
        path: On this disk.
        name: Of the file, for messages.
        longest_line: Bytes.

    Raises:
        InputError: It is larger than it may be.
    """
    size = path.stat().st_size
    check_size(size, name, "is larger than", "max_unpacked_mb")
    packed = path.suffix.lower() == ".gz"
    file: Any = gzip.GzipFile(path) if packed else io.FileIO(path)
    bounded = BoundedFile(file, name, size if packed else None, longest_line)
    return io.BufferedReader(bounded, BUFFER)


def text_lines(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """Read a text file line by line, unpacked if it is gzipped.

    The text is UTF-8, with or without a byte-order mark, or UTF-16 with one; all line ends are
    understood, old-Mac ones too.

    Args:
        path: On this disk.
        name: Of the file, for messages.

    Yields:
        The line's number, from one, and the line with its end.

    Raises:
        InputError: The file cannot be read, is too large, or a line is no such text.
    """
    try:
        with opened(path, name) as file:
            wide = file.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            encoding, errors = ("utf-16", "replace") if wide else ("utf-8-sig", "surrogateescape")
            undecoded = re.compile("\ufffd" if wide else "[\udc80-\udcff]")
            text = io.TextIOWrapper(file, encoding=encoding, errors=errors)
            for number, line in enumerate(text, start=1):
                if "\0" in line:
                    raise InputError(
                        f"{name}, line {number} holds a NUL character: is it a text file? Save it "
                        "as text in UTF-8; a workbook needs the ending .xlsx."
                    )
                if not line.isascii() and undecoded.search(line):
                    raise InputError(
                        f"{name}, line {number} is not {'UTF-16' if wide else 'UTF-8'} text. Save "
                        "the file in UTF-8: a spreadsheet offers it as `CSV UTF-8`, and `iconv -f "
                        "latin1 -t utf-8` converts Western European text."
                    )
                yield number, line
    except UNREADABLE as error:
        raise InputError(f"{name} cannot be read: {error}.{_mend(error)}") from error


def _mend(error: Exception) -> str:
    """How to mend a packed file that does not unpack; empty for other faults."""
    if isinstance(error, EOFError | zlib.error):
        return " It is not whole: copy or download it again."
    if isinstance(error, gzip.BadGzipFile):
        return " Rename it without .gz if it is not packed; else copy or download it again."
    return ""
