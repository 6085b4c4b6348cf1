"""Settings of the Kedro project."""

import os
import warnings

from step import hooks
from step.project.catalog import StudyCatalog
from step.project.config_loader import StudyConfigLoader
from step.project.session import StudySession

HOOKS = hooks.HOOKS
SESSION_CLASS = StudySession
DATA_CATALOG_CLASS = StudyCatalog
CONFIG_LOADER_CLASS = StudyConfigLoader

# An environment's parameters add to the base ones; a catalog entry it names replaces the base one.
# What is raw is declared in files of its own, `catalog_raw.yml`.
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "config_patterns": {"catalog_raw": ["catalog_raw*", "**/catalog_raw*"]},
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
}

# What other packages warn their developers of is shown with a logging configuration that asks for
# all; what STEP warns of, it logs.
if "KEDRO_LOGGING_CONFIG" not in os.environ:
    warnings.filterwarnings("ignore", module=r"(?!step\b)")
