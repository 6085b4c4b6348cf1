"""One run of a study at a time."""

import errno
import fcntl
import json
import logging
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import click

from step.address import shown_command

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)

logger = logging.getLogger(__name__)


@contextmanager
def alone(place: Path, study: str) -> Iterator[None]:
    """Hold a study's lock, which the system takes back however the process ends.

    Args:
        place: Folder of the locks of all studies.
        study: Its name.

    Raises:
        click.ClickException: Another run holds it, or the folder cannot be written to.
    """
    path = place / study
    held = _take(path, study)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # before the lock is given back: nobody else has it open yet
        os.close(held)
        with suppress(OSError):  # other studies are run
            place.rmdir()


def _take(path: Path, study: str) -> int:
    """Lock the file of a study, and write into it who holds it; its descriptor."""
    try:
        while True:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # its folder was removed just now
                held = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
                _lock(held, path, study)
                if _is_at(held, path):
                    break
                os.close(held)  # the run before removed it as it ended
        os.truncate(held, 0)
        os.write(held, json.dumps(_holder()).encode())
    except OSError as error:
        raise click.ClickException(
            f"{error.strerror}: {error.filename or path}. Runs write their results below "
            f"{path.parent.parent}: make it writable, with room on its disk."
        ) from error
    return held


def _lock(held: int, path: Path, study: str) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = path.read_text(encoding="utf-8")
        os.close(held)
        raise click.ClickException(_held_by(study, holder)) from None
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        logger.warning("the disk of %s has no locks: start no second run of the study.", path)


def _is_at(held: int, path: Path) -> bool:
    """Tell whether an open file is the one that lies at a path."""
    try:
        return os.path.samestat(os.fstat(held), path.stat())
    except FileNotFoundError:
        return False


def _holder() -> dict[str, str | int]:
    return {
        "host": platform.node(),
        "pid": os.getpid(),
        "since": f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
        "command": shown_command(),
    }


def _held_by(study: str, text: str) -> str:
    try:
        holder = json.loads(text)
        who = "`{command}`, process {pid} on {host}, since {since}".format(**holder)
    except (KeyError, ValueError):  # it was taken just now
        who = "a process that began just now"
    return (
        f"The study {study!r} is being run by another command ({who}). Wait until it ends, or stop "
        "it: the results of two runs would mix."
    )
