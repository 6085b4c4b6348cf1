"""Hold the code to its measures: length, arguments, docstrings, paths.

`make lint` runs it. Each breach is printed as `file:line: what is wrong`, and makes the exit
status 1.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("src", "tests", "tools")
MAX_FILE_LINES = 320
MAX_FUNCTION_LINES = 60
MAX_ARGUMENTS = 7
ABSOLUTE_PATH = re.compile(r"(/(home|root|tmp|usr|var|opt|mnt|Users|scratch)\b|~/|[A-Z]:[\\/])")


def find_breaches(root: Path) -> Iterator[str]:
    """Find what passes a measure in the Python files of a project.

    Yields:
        `file:line: what is wrong`.
    """
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            text = path.read_text(encoding="utf-8")
            n_lines = text.count("\n")
            if n_lines > MAX_FILE_LINES:
                yield f"{name}:1: the file has {n_lines} lines, more than {MAX_FILE_LINES}"
            for node in ast.walk(ast.parse(text)):
                yield from (f"{name}:{node.lineno}: {what}" for what in check_node(node, name))


def check_node(node: ast.AST, name: str) -> Iterator[str]:
    """Find what is wrong with a function or a text; nothing is with other nodes."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        n_lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if n_lines > MAX_FUNCTION_LINES:
            yield f"{node.name} has {n_lines} lines, more than {MAX_FUNCTION_LINES}"
        n_arguments = count_arguments(node.args)
        if n_arguments > MAX_ARGUMENTS:
            yield f"{node.name} has {n_arguments} arguments, more than {MAX_ARGUMENTS}"
        returns_none = isinstance(node.returns, ast.Constant) and node.returns.value is None
        if returns_none and (ast.get_docstring(node) or "").startswith("Whether"):
            yield f"{node.name} returns None; say what it does, as “Raise … unless …”"
    if isinstance(node, ast.Constant) and ABSOLUTE_PATH.match(str(node.value)):
        yield f"{str(node.value)[:40]!r} is an absolute path"


def count_arguments(given: ast.arguments) -> int:
    """Count the arguments of a function, other than `self` and `cls`."""
    listed = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return sum(1 for one in listed if one and one.arg not in ("self", "cls"))


if __name__ == "__main__":
    breaches = list(find_breaches(ROOT))
    print("\n".join(breaches) or "structure: no breach")
    sys.exit(bool(breaches))
