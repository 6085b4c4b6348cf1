"""Ask for known vulnerabilities of the releases in constraints.txt, through pip-audit.

`python tools/audit.py` ends with 1 where one is known, and with 0 where none is, or where the
network does not answer, which it says. pip-audit lives in an environment of its own, apart from
what STEP needs.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOOL = "pip-audit==2.10.1"
PLACE = ROOT / ".venv" / "audit"
PATIENCE = 600  # s


def known_vulnerabilities(found: dict) -> list[str]:
    """Return a line for each vulnerability of pip-audit's JSON: release, name, mend."""
    return [
        f"{package['name']} {package['version']}: {each['id']}"
        f" ({', '.join(each.get('aliases', [])) or 'no other name'}), mended in "
        f"{', '.join(each.get('fix_versions', [])) or 'no release yet'}"
        for package in found["dependencies"]
        for each in package.get("vulns", [])
    ]


def skipped(found: dict) -> list[str]:
    """Return the names of the releases that pip-audit's source does not know."""
    return [package["name"] for package in found["dependencies"] if "skip_reason" in package]


def ask(releases: list[str], place: Path = PLACE) -> dict:
    """Return pip-audit's JSON on releases.

    Args:
        releases: As `name==version`.
        place: Environment of pip-audit, made where there is none.

    Raises:
        OSError: pip-audit cannot be installed, or does not reach its source.
        subprocess.TimeoutExpired: It takes too long.
    """
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    _run([python, "-m", "pip", "install", "--quiet", TOOL])
    with tempfile.TemporaryDirectory() as folder:
        listed, report = Path(folder) / "releases.txt", Path(folder) / "report.json"
        listed.write_text("\n".join(releases))
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        said = _run([python, "-m", "pip_audit", "-r", listed, *options, "--output", report])
        if not report.exists():
            raise OSError((said.strip().splitlines() or ["pip-audit says nothing"])[-1])
        return json.loads(report.read_text(encoding="utf-8"))


def _run(command: list[object]) -> str:
    """What a command says of its errors."""
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE
    ).stderr


def main() -> int:
    """Say what is known, and return the exit code."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if "==" in line]
    try:
        if skipped(ask(pinned[:1])):  # a mirror, which knows of no vulnerability
            raise OSError("the package index that answers tells of no vulnerabilities")
        found = ask(pinned)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"not audited: {error!s:.300}")
        return 0
    known, unknown = known_vulnerabilities(found), skipped(found)
    print("\n".join(known) or "no vulnerability is known of the releases in constraints.txt")
    if unknown:
        print(f"not audited: {', '.join(unknown)}")
    return int(bool(known))


if __name__ == "__main__":
    sys.exit(main())
