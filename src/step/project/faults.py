"""What lies behind an error, in words for the user."""

import errno
import os

from kedro.io import DatasetError

from step.errors import InputError

GO_ON = (
    "What was finished is kept; the same command with --only-missing-outputs goes on from there."
)
# Libraries that write files pass on what the system says, but not always its number.
DISK_MENDS = {
    errno.ENOSPC: "Make room on the disk.",
    errno.EDQUOT: "Make room on the disk, or ask for more of it.",
    errno.EFBIG: "Let files be larger on this disk (`ulimit -f`).",
    errno.EROFS: "Make the folder writable.",
    errno.EACCES: "Make the folder writable.",
    errno.EPERM: "Make the folder writable.",
    errno.ENOTDIR: "Rename the file that stands where a folder belongs.",
    errno.EEXIST: "Rename the file that stands where a folder belongs.",
}


def explanation(error: BaseException, place: str = "") -> str | None:
    """Return what was written for the user, or what the disk refused, if it lies behind an error.

    Args:
        error: As it was raised.
        place: What was being written; empty where something was read.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, InputError):
            return str(cause)
        if fault := _disk_fault(cause, place):
            return fault
        if isinstance(cause, OSError) and isinstance(error, DatasetError):
            return f"{cause.strerror or cause!s:.200}: {cause.filename!s:.100}"
        cause = cause.__cause__ or cause.__context__
    return None


def _disk_fault(cause: BaseException, place: str) -> str | None:
    """Say that the disk takes no more, or nothing, and where; None where it is not to blame."""
    if isinstance(cause, DatasetError):  # which repeats what lies behind it
        return None
    for code, mend in DISK_MENDS.items():
        # What may not be read is explained as such.
        if os.strerror(code) in str(cause) and (place or code != errno.EACCES):
            where = place or getattr(cause, "filename", None)
            return f"{os.strerror(code)}{f': {where!s:.300}' if where else ''}. {mend} {GO_ON}"
    return None
