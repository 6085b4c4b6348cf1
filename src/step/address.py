"""Addresses, as they may be shown: user names, passwords and tokens stay out of what is printed."""

import logging
import re
import shlex
import sys
from pathlib import Path
from typing import Any

HIDDEN = "…"
CHROMOSOME = "{chrom}"  # stands for the chromosome's name in the address of a text map
ADDRESS = re.compile(r"([A-Za-z][\w+.-]*://|https?:/)([^\s'\"<>`]+)")
HOST = re.compile(r"[^/?#]*")
PORT = re.compile(r":[0-9]*$")


def redact(text: str) -> str:
    """Hide what may be secret in each address of a text; scheme, host and path stay.

    `https://ann:pw@host/x.tsv?token=1` becomes `https://…@host/x.tsv?…`.
    """
    return ADDRESS.sub(_hide, text)


def redact_all(values: Any) -> Any:
    """Do so in each text of nested sections and lists."""
    if isinstance(values, dict):
        return {name: redact_all(value) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [redact_all(value) for value in values]
    return redact(values) if isinstance(values, str) else values


def shown_command() -> str:
    """Return the command line of this process, to be shown and stored."""
    return redact(shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]))


class WithoutSecrets(logging.Filter):
    """Hides what may be secret in the addresses of log messages, whoever wrote them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass; change those that hold an address."""
        said = record.getMessage()
        shown = redact(said)
        if shown != said:
            record.msg, record.args = shown, None
        return True


def _hide(address: re.Match[str]) -> str:
    scheme, rest = address.groups()
    host = HOST.match(rest)[0]  # type: ignore[index]  # matches anything
    if "@" in host:
        rest = f"{HIDDEN}@{rest[host.rindex('@') + 1 :]}"
    elif ":" in PORT.sub("", host) and not host.startswith(
        "["
    ):  # a password with a `/`, `?` or `#`
        rest = f"{HIDDEN}@{rest.rpartition('@')[2]}" if "@" in rest else HIDDEN
    place = re.match(r"[^?#]*", rest)[0]  # type: ignore[index]
    return f"{scheme}{place}{rest[len(place) : len(place) + 1]}" + (
        HIDDEN if len(place) < len(rest) else ""
    )
