"""What happens around a run, one hook a file."""

from step.hooks.check import CheckVerdict
from step.hooks.failures import Failures
from step.hooks.index import StudyIndex
from step.hooks.leftovers import Leftovers
from step.hooks.parameters import SettingsCheck
from step.hooks.raw_files import RawFiles
from step.hooks.records import Records
from step.hooks.release import Release
from step.hooks.runtime import Runtime
from step.hooks.sources import Sources
from step.hooks.study import Study
from step.hooks.sweep import Sweep
from step.hooks.terminal import Terminal
from step.hooks.timings import Timings
from step.hooks.verification import Verification

_timings = Timings()

HOOKS = (
    SettingsCheck(),
    Study(),
    Runtime(),
    RawFiles(),
    Sources(),
    Failures(),
    CheckVerdict(),
    Verification(),
    Sweep(),
    _timings,
    Records(_timings),
    StudyIndex(),
    Release(),
    Terminal(),
    Leftovers(),
)
