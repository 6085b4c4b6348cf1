"""Memory of this process that is no longer needed."""

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Give all memory back that is not in use.

    Tables of millions of rows leave gigabytes in pieces that the C library keeps for later.
    """
    gc.collect()
    with suppress(AttributeError):  # glibc has it, other C libraries need it less
        ctypes.CDLL(None).malloc_trim(0)
