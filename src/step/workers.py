"""Worker processes that end when the run ends, however it ends."""

import os
import signal
import threading
import time
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.5


def ending_with_this_process() -> dict[str, Any]:
    """Return the arguments of `joblib.Parallel` with which its workers end with this process."""
    return {"initializer": end_with_parent, "initargs": (os.getpid(),)}


def end_with_parent(parent: int) -> None:
    """Let this worker end as soon as the process that started it has ended, even by a kill.

    A worker that waits for tasks would wait for ever. Ctrl-C reaches all processes of a terminal;
    the parent alone acts on it.

    Args:
        parent: Number of the process that started this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)
