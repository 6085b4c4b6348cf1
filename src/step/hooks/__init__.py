"""What happens around a run, one hook a file."""

from step.hooks.check import CheckVerdict
from step.hooks.failures import Failures
from step.hooks.index import StudyIndex
from step.hooks.parameters import SettingsCheck
from step.hooks.raw_files import RawFiles
from step.hooks.runtime import Runtime
from step.hooks.sources import Sources
from step.hooks.study import Study
from step.hooks.sweep import Sweep
from step.hooks.terminal import Terminal
from step.hooks.timings import Timings

HOOKS = (
    SettingsCheck(),
    Study(),
    Runtime(),
    RawFiles(),
    Sources(),
    Failures(),
    CheckVerdict(),
    Sweep(),
    Timings(),
    StudyIndex(),
    Terminal(),
)
