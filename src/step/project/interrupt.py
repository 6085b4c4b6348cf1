"""Ctrl-C and SIGTERM end `kedro run` in one sentence."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from step.project.faults import GO_ON

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
BEFORE = "Stopped by {}, before anything was read or written."
DURING = f"Stopped by {{}}. {GO_ON}"
AFTER = "Stopped by {}, when the run had ended."

_stopping = BEFORE  # what a signal says that ends the process at once


class Stopped(KeyboardInterrupt):
    """A signal came while a run went on."""

    def __init__(self, number: int):
        super().__init__()
        self.number = number


def listen() -> None:
    """Take the signals of `kedro run`; Kedro calls this first, as its entry point `kedro.init`.

    Other commands, as notebooks, have a way of their own to take them.
    """
    if sys.argv[1:2] != ["run"]:
        return
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _stop)


@contextmanager
def stoppable() -> Iterator[None]:
    """Let a signal end a run, workers and unfinished files included.

    Raises:
        click.ClickException: A signal came.
    """
    global _stopping
    before, _stopping = _stopping, DURING
    try:
        yield
    except Stopped as stopped:
        error = click.ClickException(DURING.format(SIGNALS[signal.Signals(stopped.number)]))
        error.exit_code = 128 + stopped.number
        raise error from None
    finally:
        _stopping = AFTER if before == BEFORE else before


def _stop(number: int, frame: FrameType | None) -> None:
    """End a run by an exception; before and after it, and at the second time, at once."""
    global _stopping
    message, _stopping = _stopping, "Stopped by {}, at once."
    if message == DURING:
        raise Stopped(number)
    os.write(2, f"{message.format(SIGNALS[signal.Signals(number)])}\n".encode())
    os._exit(128 + number)
