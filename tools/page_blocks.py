"""Prepare the blocks of docs/your_own_study.md for the documentation site.

The first line of a block holds its language and the file that the tests write it to (or a name of
theirs). MkDocs knows such a file as a title.
"""

import re
from typing import Any

BLOCK = re.compile(r"^```(\w+) (\S+)$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Give each block that is a file its path as a title; MkDocs calls this for every page."""
    return BLOCK.sub(_titled, markdown)


def _titled(block: re.Match[str]) -> str:
    language, name = block.groups()
    return f'```{language} title="{name}"' if "/" in name else f"```{language}"
