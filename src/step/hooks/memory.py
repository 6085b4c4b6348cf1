"""How much memory a run takes."""

import threading
from contextlib import suppress
from time import perf_counter

import psutil

SECONDS_BETWEEN_LOOKS = 0.5
MIB = 2**20


class MemoryWatch:
    """Looks at the memory of this process and its workers while a run goes on."""

    def __init__(self) -> None:
        self._peak, self._last, self._looked = 0, 0, 0.0
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        self.end()  # of a run that was interrupted
        self._look()
        self._peak, self._stop = 0, threading.Event()
        threading.Thread(target=self._watch, args=(self._stop,), daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._stop.set()

    def peak_mib(self) -> float:
        """Return the most that was seen since this was asked last, MiB."""
        if perf_counter() - self._looked > SECONDS_BETWEEN_LOOKS:
            self._look()
        peak, self._peak = max(self._peak, self._last), 0
        return peak / MIB

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(SECONDS_BETWEEN_LOOKS):
            self._look()

    def _look(self) -> None:
        self._last, self._looked = resident_bytes(), perf_counter()
        self._peak = max(self._peak, self._last)


def resident_bytes() -> int:
    """Return the memory of this process and of all that it started, bytes."""
    this = psutil.Process()
    total = 0
    for process in [this, *this.children(recursive=True)]:
        with suppress(psutil.Error):  # it has ended
            total += process.memory_info().rss
    return total
