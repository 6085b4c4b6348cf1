"""Write docs/parameters.md: every setting, its value in conf/base, its range and its meaning.

`python tools/parameters.py` writes the page; a test holds the committed one against it.
"""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from kedro.config import OmegaConfigLoader

from step.pipelines.parameters import Globals, Parameters
from step.project.settings_schema import Setting, SettingsSchema, describe
from step.settings import CONFIG_LOADER_ARGS

ROOT = Path(__file__).parents[1]
INTRODUCTION = """# Parameters

Written by `make docs` from the classes of settings; do not edit.

A study's settings stand in the `parameters*.yml` files of `conf/base`, and what differs in those of
its environment; a single run changes some by `--params backtest.rewirings=99,backtest.jobs=1`.
Unknown names and values outside their range end a run before anything is read or written.
"""


def render() -> str:
    """Render the page."""
    loader = OmegaConfigLoader(str(ROOT / "conf"), env="base", **CONFIG_LOADER_ARGS)
    parameters = SettingsSchema(Parameters).leaves(loader["parameters"])
    sections = [("`globals.yml`", SettingsSchema(Globals).leaves(loader["globals"]))]
    sections += [
        (f"`{name}`" if name else "Top level", list(settings))
        for name, settings in groupby(parameters, lambda each: each.name.rpartition(".")[0])
    ]
    return "\n".join([INTRODUCTION, *(_table(title, settings) for title, settings in sections)])


def _table(title: str, settings: Iterable[Setting]) -> str:
    rows = ["| setting | in `conf/base` | range | meaning |", "|---|---|---|---|"]
    rows += [_row(each) for each in settings]
    return "\n".join([f"## {title}", "", *rows, ""])


def _row(setting: Setting) -> str:
    value = setting.node.get("default") if setting.value is None else setting.value
    meaning = setting.node["description"].replace("None", "null")
    shown = json.dumps(value, ensure_ascii=False)
    cells = [f"`{setting.name}`", f"`{shown}`", describe(setting.node), meaning]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (ROOT / "docs" / "parameters.md").write_text(render())
