"""What a result was computed with."""

import re
import subprocess
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path

NAME = re.compile(r"[\w.-]+")  # with which a requirement begins
GIT_SECONDS = 10  # after which a repository on a slow disk is passed over


@cache
def package_versions() -> dict[str, str]:
    """Return the versions of STEP and of the packages that it needs, by name."""
    needed = [text for text in requires("step") or [] if "extra ==" not in text]
    names = sorted(NAME.match(text)[0] for text in needed)
    return {name: version(name) for name in ["step", *names]}


def git_state(project: Path) -> dict[str, str | bool] | None:
    """Return the commit of a project, and whether its files differ from it; None without git."""
    commit = _git(project, "rev-parse", "HEAD")
    changes = _git(project, "status", "--porcelain", "--untracked-files=no")
    if commit is None or changes is None:
        return None
    return {"commit": commit, "dirty": bool(changes)}


def _git(project: Path, *command: str) -> str | None:
    try:
        asked = subprocess.run(
            ["git", "-C", str(project), *command],
            capture_output=True,
            text=True,
            timeout=GIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
