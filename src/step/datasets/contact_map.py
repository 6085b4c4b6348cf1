"""Hi-C contact maps."""

from pathlib import Path
from typing import Any

import cooler
import h5py
import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, Version

from step.datasets.hdf5_file import arrays, check_hdf5
from step.datasets.source_file import SourceFile, require_web, temporary_file
from step.datasets.whole_file import whole_file
from step.errors import InputError
from step.genome.balancing import bin_weights, no_such_weights
from step.genome.contacts import ContactMap
from step.genome.map_checks import (
    check_bin_number,
    check_map,
    check_tables,
    check_weights,
    damage_explained,
)


class ContactMapDataset(SourceFile, AbstractDataset[ContactMap, cooler.Cooler]):
    """A `.cool`, `.mcool` or `.hic` file, loaded as an open `cooler.Cooler`.

    Its pixels are read when asked for; its column `weight` is as `balance` says. Where the file
    itself does not have it so, a temporary copy does: the file is never changed.

    ```yaml
    hic_contacts:
      type: step.datasets.ContactMapDataset
      filepath: data/01_raw/mystudy/contacts.mcool::/resolutions/100000
      balance: ice
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        resolution: int | None = None,
        balance: str = "weight",
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the map.

        Args:
            filepath: A local path, or an http(s) address. Of an .mcool, `::/resolutions/100000`
                behind it says which map.
            resolution: Size of the bins, base pairs: which map of an .mcool or .hic file.
            balance: `ice`, `none`, or the name of weights that the file holds (`weight` in a .cool,
                `KR`, `SCALE` … in a .hic); see `step.genome.balancing.bin_weights`.
            version: Of a versioned dataset.
            metadata: For kedro-viz.
        """
        path, _, group = filepath.partition("::")
        if "://" in group:  # as in zip::https://…
            require_web(filepath)
        super().__init__(filepath=path, version=version, metadata=metadata)
        self._group = group or None
        self._resolution = resolution
        self._balance = balance

    def load(self) -> cooler.Cooler:
        """Open the map.

        Raises:
            InputError: The file is no contact map or a damaged one, has no map of the resolution,
                no such weights, or no contacts that they leave.
        """
        path = self._local()
        if self._ending == ".hic":
            data, balance = read_hic(path, self._address, self._resolution, self._balance)
            return open_map(data, balance, self._address)
        contacts = self._open(path)
        if self._resolution not in (None, contacts.binsize):
            raise InputError(
                f"{self._address}: `resolution` is {self._resolution} bp, but the bins are of "
                f"{contacts.binsize} bp. Name another map, or leave it out."
            )
        weights = _checked_weights(contacts, self._balance, self._address)
        held = contacts.bins()
        if "weight" in held.columns and np.array_equal(held["weight"][:], weights, equal_nan=True):
            return contacts
        copy = temporary_file("contacts.cool")
        with damage_explained(self._address):
            cooler.fileops.cp(contacts.uri, f"{copy}::/")
            return _store_weights(copy, weights)

    def _open(self, path: Path) -> cooler.Cooler:
        group = self._group
        if self._resolution and not group and self._ending == ".mcool":
            group = "/".join(["", "resolutions", str(self._resolution)])
        try:
            check_hdf5(path, self._address)
            with h5py.File(path, "r") as file:
                check_tables(arrays(file), self._address)
            if group is None and not cooler.fileops.is_multires_file(str(path)):
                return cooler.Cooler(str(path))
            offered = cooler.fileops.list_coolers(str(path))
            if group in offered:
                return cooler.Cooler(f"{path}::{group}")
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                f"{self._address} is not a .cool contact map ({error!s:.100}). Convert the map "
                "with `cooler load` or `hicConvertFormat`, or name the right file."
            ) from error
        raise InputError(
            f"{self._address} holds {'no map ' + group if group else 'several maps'}; it has:\n"
            + "\n".join(f"  {self._address}::{name}" for name in offered)
            + "\nName one of them as the filepath."
        )

    def save(self, data: ContactMap) -> None:
        """Write and balance the map; the same map gives the same bytes, whenever it is written."""
        dated = temporary_file("contacts.cool")
        write_cooler(dated, data)
        with whole_file(self._get_save_path()) as beside:
            _copy_undated(dated, beside)
            cooler.balance_cooler(cooler.Cooler(str(beside)), store=True)
        dated.unlink()


def read_hic(path: Path, name: str, resolution: int | None, balance: str) -> tuple[ContactMap, str]:
    """The contacts within chromosomes of a .hic file, of version 8 or 9.

    Returns:
        The map, counts as float, and how to balance it: `ice` or `none` as asked for, or `weight`,
        where its bins have the weights asked for, multiplicative.

    Raises:
        InputError: hictkpy is missing, or the file is none, or has no such resolution or weights.
    """
    try:
        import hictkpy
    except ImportError as error:
        raise InputError(
            f"{name}: .hic files are read through hictkpy, which is not installed. Run "
            "`make setup EXTRAS=hic`."
        ) from error
    try:
        offered: list[int] = np.asarray(hictkpy.MultiResFile(path).resolutions()).tolist()
    except Exception as error:
        raise InputError(f"{name} is not a .hic contact map ({error!s:.100}).") from error
    if resolution is None or resolution not in offered:
        raise InputError(
            f"{name} holds maps of the resolutions {', '.join(map(str, offered))} bp. Set "
            "`resolution` of the contact map in catalog_raw.yml to one of them"
            + (f"; {resolution} is none." if resolution else ".")
        )
    file = hictkpy.File(path, resolution)
    check_bin_number(sum(-(-size // resolution) for size in file.chromosomes().values()), name)
    bins = file.bins().to_df()[["chrom", "start", "end"]].astype({"chrom": str})
    if balance not in ("ice", "none"):
        held = file.avail_normalizations()
        if balance not in held:
            raise no_such_weights(name, balance, held)
        bins["weight"] = np.asarray(file.weights(balance, divisive=False), dtype=float)
        balance = "weight"
    pixels = pd.concat(
        [file.fetch(chrom, count_type=float).to_df() for chrom in file.chromosomes()],
        ignore_index=True,
    ).sort_values(["bin1_id", "bin2_id"], ignore_index=True)
    assembly = str(file.attributes().get("assembly", "unknown"))
    return ContactMap(bins, pixels, assembly), balance


def open_map(data: ContactMap, balance: str, name: str) -> cooler.Cooler:
    """A map in memory as a cooler, in a temporary file.

    Args:
        data: The map.
        balance: `ice`, `none`, or `weight` where its bins have this column.
        name: The file, for messages.

    Raises:
        InputError: Its contacts are no counts, or none is left.
    """
    path = temporary_file("contacts.cool")
    write_cooler(path, data)
    return _store_weights(path, _checked_weights(cooler.Cooler(str(path)), balance, name))


def _checked_weights(contacts: cooler.Cooler, balance: str, name: str) -> np.ndarray:
    """The weights of a map, shape `[bin]`, once map and weights are known to be usable."""
    check_map(contacts, name)
    weights = bin_weights(contacts, balance, name)
    check_weights(contacts, weights, balance, name)
    return weights


def _store_weights(path: Path, weights: np.ndarray) -> cooler.Cooler:
    with h5py.File(path, "r+") as file:
        bins = file["bins"]
        if "weight" in bins:
            del bins["weight"]
        bins.create_dataset("weight", data=weights)
    return cooler.Cooler(str(path))


def _copy_undated(dated: Path, path: Path) -> None:
    """Copy a .cool file without the date of its creation.

    Deleting the date from the file itself would leave its bytes there.
    """
    with h5py.File(dated) as source, h5py.File(path, "w") as target:
        for name in source:
            source.copy(name, target)
        target.attrs.update({k: v for k, v in source.attrs.items() if k != "creation-date"})


def write_cooler(path: Path, data: ContactMap) -> None:
    """Write a map as a .cool file; counts keep their type."""
    cooler.create_cooler(
        str(path),
        data.bins,
        data.pixels,
        dtypes={"count": data.pixels["count"].dtype},
        assembly=data.assembly,
        ordered=True,
    )
