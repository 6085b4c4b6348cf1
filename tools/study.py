"""Begin a study: a copy of `conf/template` under its name, and a folder for its files.

`make study NAME=mystudy` runs it.
"""

import sys
from pathlib import Path

from step.project.config_loader import STUDY_NAME

ROOT = Path(__file__).parents[1]
TEMPLATE_NAME = "mystudy"  # what the template calls its study


def begin_study(root: Path, name: str) -> str:
    """Make the folders of a study.

    Args:
        root: Of the project.
        name: Of the study; its environment is called so, too.

    Returns:
        What to do next.

    Raises:
        ValueError: The name cannot name a study, or there is one of that name.
    """
    if not STUDY_NAME.fullmatch(name):
        raise ValueError(
            f"{name[:100]!r} cannot name a study: take at most 100 letters, digits, dots, "
            "underscores and hyphens, of which the first is a letter or a digit, as in "
            "`make study NAME=mystudy`."
        )
    if name == "demo" or name.startswith("simulated"):  # see step.hooks.raw_files
        raise ValueError(
            f"{name} is the name of a simulated study, whose files may be overwritten."
        )
    conf, raw = root / "conf" / name, root / "data" / "01_raw" / name
    if conf.exists():
        raise ValueError(f"There is a folder conf/{name} already: take another name, or delete it.")
    conf.mkdir()
    for path in sorted((root / "conf" / "template").glob("*.yml")):
        text = path.read_text(encoding="utf-8").replace(TEMPLATE_NAME, name)
        (conf / path.name).write_text(text, encoding="utf-8")
    raw.mkdir(parents=True, exist_ok=True)
    return (
        f"Put your files into data/01_raw/{name}, fill in the three files of conf/{name}, and let "
        f"both be checked: .venv/bin/kedro run --pipelines check --env {name}"
    )


if __name__ == "__main__":
    try:
        print(begin_study(ROOT, sys.argv[1] if len(sys.argv) > 1 else ""))
    except ValueError as error:
        sys.exit(str(error))
