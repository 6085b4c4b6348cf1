"""What an installation brings is what a run needs."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import yaml
from packaging.requirements import Requirement

import step
from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "step"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
USED_BY_OTHERS = {  # required, but imported by no module of the project
    "aiohttp",  # by fsspec, of http(s) addresses
    "openpyxl",  # by pandas, of workbooks
}

OF_A_GPU = ("nvidia-", "cuda-", "triton")  # what torch brings, each build its own


def names(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(*, top_level: bool) -> Iterator[str]:
    """Distributions that the package's modules import, on loading or only when needed."""
    distributions = packages_distributions()
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            modules = []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for root in {module.partition(".")[0] for module in modules}:
                foreign = root not in sys.stdlib_module_names and root != "step"
                if foreign and (node in tree.body) == top_level:
                    yield normal(distributions.get(root, [root])[0])


def required() -> set[str]:
    return names(PROJECT["project"]["dependencies"])


def extras() -> dict[str, set[str]]:
    listed = PROJECT["project"]["optional-dependencies"].items()
    return {extra: names(requirements) for extra, requirements in listed}


def test_modules_import_only_what_is_required():
    brought = {"pydantic-core"}  # by pydantic, which pins it
    assert set(imported(top_level=True)) <= required() | brought


def test_imports_on_request_are_of_extras_for_users():
    offered = set().union(*(found for extra, found in extras().items() if extra != "dev"))
    assert set(imported(top_level=False)) <= required() | offered


def test_nothing_is_required_that_is_not_used():
    used = set(imported(top_level=True)) | set(imported(top_level=False))
    assert required() - used - USED_BY_OTHERS <= {"statsforecast"}
    assert required() >= USED_BY_OTHERS
    assert required().isdisjoint(set().union(*extras().values()) - {"step"})


def packed() -> Iterator[Path]:
    """Files other than modules that setuptools packs."""
    folders = [PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        chosen = folders if package == "*" else [PACKAGE.parent / package.replace(".", "/")]
        for folder in chosen:
            for pattern in patterns:
                yield from folder.glob(pattern)


def test_a_wheel_holds_every_file_of_the_package():
    compiled = {".py", ".pyc", ".nbi", ".nbc"}
    files = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in compiled}
    assert any(path.suffix == ".j2" for path in files)
    assert files <= set(packed())


def test_version_and_license_are_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = PROJECT["project"]
    assert step.__version__ == project["version"] == citation["version"]
    assert f"## [{step.__version__}]" in (ROOT / "CHANGELOG.md").read_text()
    assert project["license"] == citation["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


def test_what_no_command_needs_at_its_start_is_not_imported():
    code = (
        "import sys, step.pipeline_registry, step.settings; print('torch._dynamo' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def needed() -> Iterator[tuple[str, Requirement]]:
    """What the project and its extras need, and all that this needs in turn; and who needs it."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    # torch-scatter is compiled against whatever torch is there, and is not among the pinned.
    listed = [each for extra, of in extras.items() if extra != "scatter" for each in of]
    left = [("pyproject.toml", Requirement(each)) for each in project["dependencies"] + listed]
    seen = set()
    while left:
        by, requirement = left.pop()
        name = normal(requirement.name)
        if name == "step" or name.startswith(OF_A_GPU):
            continue
        yield by, requirement
        if (name, *requirement.extras) not in seen:
            seen.add((name, *requirement.extras))
            found = map(Requirement, distribution(name).requires or [])
            chosen = requirement.extras or {""}
            left += [
                (name, each)
                for each in found
                if not each.marker or any(each.marker.evaluate({"extra": of}) for of in chosen)
            ]


def test_the_pinned_releases_can_be_installed_together():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    pins = {normal(name): version for name, version in pinned.items()}
    assert len(pins) == len(pinned)
    required = list(needed())
    misfits = [
        f"{by} needs {requirement}; pinned is {pins.get(normal(requirement.name))}"
        for by, requirement in required
        if not requirement.specifier.contains(pins.get(normal(requirement.name), ""), True)
    ]
    assert misfits == []
    assert set(pins) == {normal(requirement.name) for _, requirement in required}
