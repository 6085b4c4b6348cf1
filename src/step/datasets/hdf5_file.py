"""HDF5 files, checked before anything in them is read.

A file of a few kilobytes may declare arrays of terabytes, and take its content from other files.
"""

from pathlib import Path

import h5py

from step.datasets.limits import MEGABYTE, check_size
from step.errors import InputError, quoted

# Deflate packs zeros to a thousandth; what is declared beyond this was never written.
MOST_PACKED = 2000
SMALL = 16 * MEGABYTE  # declared, whatever is written


def check_hdf5(path: Path, name: str) -> int:
    """Raise InputError unless the arrays of a file are in the file itself, as large as declared.

    Args:
        path: On this disk.
        name: Of the file, for messages.

    Returns:
        Size of all its arrays, bytes.

    Raises:
        OSError: It is no HDF5 file, or a damaged one.
    """
    declared = 0
    with h5py.File(path, "r") as file:
        links: dict[str, object] = {}
        file.visititems_links(links.__setitem__)
        for at, link in links.items():
            if isinstance(link, h5py.ExternalLink):
                raise _elsewhere(at, name)
        for array in arrays(file):
            _check_array(array, name)
            declared += array.nbytes
    return declared


def arrays(file: h5py.File) -> list[h5py.Dataset]:
    """List the arrays of an open file; none of them is read."""
    found: dict[str, h5py.Group | h5py.Dataset] = {}
    file.visititems(found.__setitem__)
    return [
        each for each in found.values() if isinstance(each, h5py.Dataset) and each.shape is not None
    ]


def check_unpacked(path: Path, name: str) -> None:
    """Raise InputError unless a file that is read whole passes `check_hdf5` and is not too large.

    Raises:
        OSError: It is no HDF5 file, or a damaged one.
    """
    check_size(check_hdf5(path, name), name, "unpacks to more than", "max_unpacked_mb")


def _check_array(array: h5py.Dataset, name: str) -> None:
    if array.is_virtual or array.external:
        raise _elsewhere(str(array.name), name)
    if array.nbytes > SMALL + MOST_PACKED * array.id.get_storage_size():
        raise InputError(
            f"{name} is damaged: {quoted(array.name)} is declared as {array.shape} values "
            f"({array.nbytes:.1e} bytes), of which {array.id.get_storage_size()} bytes are there. "
            "Copy or download it again, or write it anew."
        )


def _elsewhere(at: str, name: str) -> InputError:
    return InputError(
        f"{name}: {quoted(at)} lies in another file, which is not read. Copy the content into the "
        "file itself, as with `h5repack` or `h5py`."
    )
