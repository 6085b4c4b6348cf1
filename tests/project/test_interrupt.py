"""Ctrl-C and SIGTERM end a run in one sentence, at any moment."""

import os
import signal
import subprocess
import sys
from importlib.metadata import entry_points

import click
import pytest

from step.project import interrupt
from step.project.interrupt import listen, stoppable


@pytest.fixture(autouse=True)
def signals(monkeypatch):
    """The handlers of the tests come back."""
    before = {number: signal.getsignal(number) for number in interrupt.SIGNALS}
    monkeypatch.setattr(interrupt, "_stopping", interrupt.BEFORE)
    monkeypatch.setattr(interrupt, "_came", None)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def run(number, clean):
    """A run that gets a signal, and cleans up."""
    with stoppable():
        try:
            os.kill(os.getpid(), number)
        finally:
            clean()


def test_other_commands_than_run_take_signals_in_their_own_way(monkeypatch):
    before = signal.getsignal(signal.SIGTERM)
    for command in (["viz", "run"], ["ipython"], []):
        monkeypatch.setattr(sys, "argv", ["kedro", *command])
        listen()
        assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(("number", "named"), [(signal.SIGINT, "Ctrl-C"), (15, "SIGTERM")])
def test_a_run_ends_with_a_sentence_and_the_signals_status(monkeypatch, number, named):
    monkeypatch.setattr(sys, "argv", ["kedro", "run"])
    listen()
    cleaned = []
    with pytest.raises(click.ClickException) as raised:
        run(number, lambda: cleaned.append(True))
    assert raised.value.exit_code == 128 + number
    assert raised.value.message.startswith(f"Stopped by {named}. What was finished is kept")
    assert cleaned


def test_a_signal_that_compiled_code_reports_as_its_own_error_ends_a_run_alike(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["kedro", "run"])
    listen()

    def compiled():
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt as stopped:
            raise SystemError("returned a result with an exception set") from stopped

    message = r"^Stopped by Ctrl-C\. What was"
    with pytest.raises(click.ClickException, match=message) as raised, stoppable():
        compiled()
    assert raised.value.exit_code == 130


def test_another_error_is_not_taken_for_a_signal():
    with pytest.raises(SystemError, match="of another cause"), stoppable():
        raise SystemError("of another cause")


def test_a_second_signal_ends_at_once(monkeypatch, capfd):
    def ended(status):
        raise SystemExit(status)

    monkeypatch.setattr(sys, "argv", ["kedro", "run"])
    monkeypatch.setattr(interrupt.os, "_exit", ended)
    listen()
    with pytest.raises(SystemExit, match="130"):
        run(signal.SIGINT, lambda: os.kill(os.getpid(), signal.SIGINT))
    assert capfd.readouterr().err == "Stopped by Ctrl-C, at once.\n"


def test_before_a_run_there_is_one_sentence_and_no_traceback():
    """Where the imports take their seconds."""
    program = (
        "import sys, os, signal; sys.argv = ['kedro', 'run']\n"
        "from step.project.interrupt import listen; listen()\n"
        "os.kill(os.getpid(), signal.SIGINT)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 130
    assert ended.stderr == "Stopped by Ctrl-C, before anything was read or written.\n"


def test_kedro_calls_it_first():
    assert [each.value for each in entry_points(group="kedro.init") if each.name == "step"] == [
        "step.project.interrupt:listen"
    ]
