"""Hold the code to its measures; `make lint` runs it, after ruff.

Every breach is printed as `file:line: what is wrong`, and makes the exit status 1.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "tools")
LINES_OF_A_FILE = 320
LINES_OF_A_FUNCTION = 60
ARGUMENTS = 7
ABSOLUTE = re.compile(
    r"(/(home|root|tmp|usr|var|opt|mnt|work|Users|data|scratch)\b|~/|[A-Z]:[\\/])"
)

# File, or file::function, and why it may pass a measure.
EXCEPTIONS: dict[str, str] = {}


def breaches(root: Path) -> Iterator[str]:
    """Find what passes a measure in the Python files of a project.

    Yields:
        `file:line: what is wrong`.
    """
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if name not in EXCEPTIONS:
                yield from (f"{name}:{line}: {what}" for line, what in check_file(path, name))


def check_file(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """Find what passes a measure in a file: line, what is wrong."""
    text = path.read_text(encoding="utf-8")
    n_lines = text.count("\n")
    if n_lines > LINES_OF_A_FILE:
        yield 1, f"the file has {n_lines} lines, more than {LINES_OF_A_FILE}"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if f"{name}::{node.name}" not in EXCEPTIONS:
                yield from ((node.lineno, what) for what in check_function(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if ABSOLUTE.match(node.value):
                yield node.lineno, f"an absolute path, {node.value[:40]!r}"


def check_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """Find what passes a measure in a function."""
    n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if n_lines > LINES_OF_A_FUNCTION:
        yield f"{node.name} has {n_lines} lines, more than {LINES_OF_A_FUNCTION}"
    given = node.args
    names = [given.vararg, *given.posonlyargs, *given.args, *given.kwonlyargs, given.kwarg]
    arguments = [name.arg for name in names if name and name.arg not in ("self", "cls")]
    if len(arguments) > ARGUMENTS:
        yield f"{node.name} has {len(arguments)} arguments, more than {ARGUMENTS}"
    returns_nothing = isinstance(node.returns, ast.Constant) and node.returns.value is None
    if returns_nothing and (ast.get_docstring(node) or "").startswith("Whether"):
        yield f"{node.name} returns nothing: its docstring is to say what it does, not “Whether”"


if __name__ == "__main__":
    found = list(breaches(ROOT))
    print("\n".join(found) or "structure: every measure is held")
    sys.exit(bool(found))
