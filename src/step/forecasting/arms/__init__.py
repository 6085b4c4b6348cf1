"""The forecasters under test, and their registry.

Each module of this package holds one kind of forecaster and registers it with `simple_arm` or
`arm`; what lists, draws or scores forecasters reads `ARMS`. A forecaster of a new kind is a new
module here.
"""

from importlib import import_module
from pkgutil import iter_modules

from step.forecasting.arms.registry import ARMS, Arm

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

_ordered = sorted(ARMS.values(), key=lambda arm: arm.simple)  # what is tested, then the others
ARMS.clear()
ARMS.update((arm.name, arm) for arm in _ordered)

__all__ = ["ARMS", "Arm"]
