import logging

import pytest

from step.address import WithoutSecrets, redact, redact_all, shown_command


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://host/a/b.tsv", "https://host/a/b.tsv"),
        ("http://localhost:9/s", "http://localhost:9/s"),
        ("http://[::1]:80/s", "http://[::1]:80/s"),
        ("https://ann:pw@host/b.tsv?token=T#f", "https://…@host/b.tsv?…"),
        ("https://ann@host:81/b", "https://…@host:81/b"),
        ("https://ann:p@w@host/b", "https://…@host/b"),
        ("https://ann:p/w@host/b", "https://…@host/b"),
        ("https://ann:p#w@host/b?x", "https://…@host/b?…"),
        ("https://ann:p/w", "https://…"),
        ("https:/ann:pw@host/b", "https:/…@host/b"),  # as a path has it
        ("s3://key:pw@bucket/b", "s3://…@bucket/b"),
        (
            "404, url='http://u:p@h/x?t=1' of http://u:p@h/y",
            "404, url='http://…@h/x?…' of http://…@h/y",
        ),
        ("data/a@b?c", "data/a@b?c"),
        ("https://host/@scope/x", "https://host/@scope/x"),
    ],
)
def test_what_may_be_secret_is_hidden(written, shown):
    assert redact(written) == shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    ("message", "arguments", "shown"),
    [
        (
            "Loading %s (%d)",
            ({"f": "https://ann:pw@host/b?t=1"}, 3),
            "{'f': 'https://…@host/b?…'} (3)",
        ),
        ("%d %% of %s", (3, "all"), "3 % of all"),
    ],
)
def test_logs_hide_it_too(message, arguments, shown):
    record = logging.LogRecord("kedro", logging.DEBUG, "x.py", 1, message, arguments, None)
    assert WithoutSecrets().filter(record)
    assert record.getMessage().removeprefix("Loading ") == shown


def test_nested_settings_and_the_command_are_shown_without_what_is_secret(monkeypatch):
    secret = "https://ann:pw@host/x?token=s3cret"
    shown = redact_all({"root": secret, "many": [secret, 1], "deep": {"at": secret}})
    assert shown["many"][1] == 1
    monkeypatch.setattr("sys.argv", ["/bin/kedro", "run", "--params", f"root={secret}"])
    for text in (str(shown), shown_command()):
        assert "https://…@host/x?…" in text
        assert "pw" not in text
        assert "s3cret" not in text
