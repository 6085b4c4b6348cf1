import pytest

from step.address import redact


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
