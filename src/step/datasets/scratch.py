"""Private folders for temporary files, which outlive neither their process nor a kill for long.

A folder lies in the system's temporary folder, readable by its owner alone, and its process holds a
lock on a file in it. It is removed when the process ends; after a kill, by `sweep_scratch`, which
each run calls as it starts: a lock that can be taken is nobody's any more.
"""

import atexit
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

HELD = ".held"  # the locked file
PREFIX = "step-scratch-"
NAME = re.compile(rf"{PREFIX}\d+-\w+")

_own: dict[int, Path] = {}  # by process: a forked one has none of its own yet


def scratch_folder() -> Path:
    """Make an empty folder, within the one folder that this process holds."""
    pid = os.getpid()
    if pid not in _own or not _own[pid].is_dir():
        _own[pid] = _hold_folder(pid)
        atexit.register(partial(_remove_own, _own[pid], pid))
    return Path(tempfile.mkdtemp(dir=_own[pid]))


def sweep_scratch() -> None:
    """Remove the folders of this user's processes that have ended without doing so."""
    for folder in _left():
        try:
            held = os.open(folder / HELD, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # another process makes or removes it just now
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # its process is alive, or it is this one
            pass
        finally:
            os.close(held)


def _hold_folder(pid: int) -> Path:
    """Make a folder and lock it; once more where a sweep was faster than the lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{pid}-"))
        held = os.open(folder / HELD, os.O_RDWR | os.O_CREAT, 0o600)  # closed by the process's end
        fcntl.flock(held, fcntl.LOCK_EX)
        if (folder / HELD).exists():
            return folder
        os.close(held)


def _left() -> Iterator[Path]:
    """All folders of this user's processes."""
    for entry in os.scandir(tempfile.gettempdir()):
        if NAME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            try:
                if entry.stat(follow_symlinks=False).st_uid == os.getuid():
                    yield Path(entry.path)
            except FileNotFoundError:
                continue


def _remove_own(folder: Path, pid: int) -> None:
    if os.getpid() == pid:  # not in a process that was forked from it
        shutil.rmtree(folder, ignore_errors=True)
