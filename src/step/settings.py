"""Settings of the Kedro project."""

from step.hooks import Sources, StageTimes

HOOKS = (Sources(), StageTimes())

# An environment's parameters add to the base ones; a catalog entry it names replaces the base one.
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
}
