"""Where a run computes: in processes of this machine or on a cluster, on processors or on a GPU."""

from typing import Annotated, Literal

import torch
from pydantic import Field

from step.errors import InputError
from step.typed import between, settings

Device = Literal["auto", "cpu", "cuda"]


@settings
class RuntimeSettings:
    """Where a run computes.

    Attributes:
        engine: `local`: processes of this machine, as many as the `jobs` of each section say; or
            `dask`: the workers of a cluster, all of them.
        scheduler: Address of the cluster's scheduler, such as `tcp://10.0.0.5:8786`.
        timeout: Seconds to wait for the cluster.
        device: Where networks compute: `cpu`, `cuda` (a GPU), or `auto`, a GPU where there is one.
    """

    engine: Literal["local", "dask"] = "local"
    scheduler: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    timeout: Annotated[float, between(0, 3600, inclusive="right")] = 10.0
    device: Device = "auto"

    def __post_init__(self) -> None:
        """Raise ValueError unless a cluster that is asked for has an address."""
        if self.engine == "dask" and self.scheduler is None:
            raise ValueError(
                "scheduler is null; with engine: dask it is the address of the cluster's "
                "scheduler, such as tcp://10.0.0.5:8786"
            )


def choose_device(name: Device) -> torch.device:
    """Choose the device that networks compute on; `auto` is a GPU where torch finds one.

    Raises:
        InputError: A GPU is asked for, and there is none.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "`runtime.device` is cuda, but torch finds no GPU. Set it to auto or cpu, or install a "
            "torch built for CUDA."
        )
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        torch.backends.cudnn.allow_tf32 = False  # 10 bits of mantissa, for the sake of speed
    return torch.device(name)
