"""Names of files that are being written, and the removal of those that a kill left behind."""

import os
import platform
import re
import shutil
import uuid
import zlib
from pathlib import Path

UNFINISHED = re.compile(r"\.step-(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}\..+")
HOST = f"{zlib.crc32(platform.node().encode()):08x}"


def unfinished(target: Path) -> Path:
    """Return a path beside a target where nothing lies, hidden and named after this process."""
    return target.with_name(f".step-{HOST}-{os.getpid()}-{uuid.uuid4().hex[:8]}.{target.name}")


def sweep_leftovers(folder: Path, is_own: bool) -> None:
    """Remove what processes that were killed had begun to write in a folder.

    Nothing else is touched, and nothing that a living process of this machine writes.

    Args:
        folder: It need not exist.
        is_own: The folder, with all within it, is this run's alone: what processes of other
            machines began to write is left over as well.
    """
    found = folder.rglob(".step-*") if is_own else folder.glob(".step-*")
    for path in list(found):
        name = UNFINISHED.fullmatch(path.name)
        if name is None:
            continue
        here = name["host"] == HOST
        if (here and not _is_another_alive(int(name["pid"]))) or (is_own and not here):
            remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_another_alive(pid: int) -> bool:
    """Tell whether a process runs, other than this one, which writes nothing while it sweeps."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it runs, as another user's
        return True
    return True
