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

AT_ONCE = "Stopped by {}, at once."

_stopping = BEFORE  # what a signal says that ends the process at once
_came: int | None = None  # the signal that ends the run


class Stopped(KeyboardInterrupt):
    """A signal came while a run went on."""


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
    except (Exception, KeyboardInterrupt):  # compiled code turns `Stopped` into an error of its own
        if _came is None:
            raise
        error = click.ClickException(DURING.format(SIGNALS[signal.Signals(_came)]))
        error.exit_code = 128 + _came
        raise error from None
    finally:
        if _came is None:
            _stopping = AFTER if before == BEFORE else before


def _stop(number: int, frame: FrameType | None) -> None:
    """End a run by an exception; before and after it, and at the second time, at once."""
    global _stopping, _came
    message, _stopping = _stopping, AT_ONCE
    if message == DURING:
        _came = number
        raise Stopped
    os.write(2, f"{message.format(SIGNALS[signal.Signals(number)])}\n".encode())
    os._exit(128 + number)
