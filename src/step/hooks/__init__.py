"""What happens around a run, one hook a file."""

from step.hooks.protocol import Protocol
from step.hooks.sources import Sources
from step.hooks.timings import StageTimes

HOOKS = (Protocol(), Sources(), StageTimes())
