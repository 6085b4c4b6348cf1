"""Hi-C contact maps as text, a file a chromosome."""

import re
from glob import escape, glob
from pathlib import Path
from typing import Any

import bioframe
import cooler
import numpy as np
import pandas as pd
from kedro.io import AbstractDataset

from step.address import CHROMOSOME
from step.datasets.contact_lines import (
    EXPECTED,
    LONGEST_LINE,
    explain_fault,
    parse_contacts,
    require_narrow,
)
from step.datasets.contact_map import open_map
from step.datasets.download import is_remote
from step.datasets.source_file import address, local_copy, shown
from step.datasets.text_file import UNREADABLE, opened
from step.errors import InputError
from step.genome.contacts import ContactMap, bare_name, known_sizes
from step.genome.map_checks import MOST_BINS

FEWEST_BINS = 10  # of fewer, it may be chance that all have a common divisor
LONGEST_CHROMOSOME = 2**31 - 1  # base pairs, the largest place that a .cool file can hold


class TextContactMapDataset(AbstractDataset[None, cooler.Cooler]):
    """Sparse text, `label <tab> label <tab> contact` a line, loaded as an open `cooler.Cooler`.

    A label times `label_scale` is the start of a bin in base pairs, 0-based. A pair may stand once
    or, in both directions, twice.

    ```yaml
    hic_contacts:
      type: step.datasets.TextContactMapDataset
      filepath: data/01_raw/mystudy/contacts_{chrom}.txt
      assembly: mm9
      bin_size: 1_000_000
    ```
    """

    def __init__(
        self,
        *,
        filepath: str,
        assembly: str,
        bin_size: int,
        label_scale: float = 1,
        chromosomes: list[str | int] | None = None,
        balance: str = "none",
        metadata: dict[str, Any] | None = None,
    ):
        """Describe the files.

        Args:
            filepath: Path or http(s) address, with `{chrom}` where the chromosome's name stands.
            assembly: Of the genome; gives the chromosomes' sizes where bioframe knows it, else
                they end with their last bin.
            bin_size: Base pairs.
            label_scale: Base pairs a unit of the labels.
            chromosomes: Their names as in the files' names; needed for an address, else those of
                all files found.
            balance: `none` (the values are comparable already) or `ice`.
            metadata: For kedro-viz.
        """
        self._place = address(filepath)
        self._filepath = shown(self._place)  # what may be shown of it
        self._assembly = assembly
        self._bin_size = int(bin_size) if float(bin_size).is_integer() else bin_size
        self._label_scale = label_scale
        self._chromosomes = chromosomes
        self._balance = balance
        self.metadata = metadata

    def load(self) -> cooler.Cooler:
        """Read every chromosome's file.

        Raises:
            InputError: A line is no contact, a label is no bin, a pair has two values, or nothing
                but zeros is found.
        """
        if self._balance not in ("ice", "none"):
            raise InputError(
                f"{self._filepath}: `balance` is {self._balance!r}; of text it is ice or none."
            )
        whole = float(self._bin_size).is_integer() and 0 < self._bin_size <= LONGEST_CHROMOSOME
        if not (whole and self._label_scale > 0):
            raise InputError(
                f"{self._filepath}: `bin_size` is a whole number of base pairs, and `label_scale` "
                f"a number, both above 0; they are {self._bin_size!r} and {self._label_scale!r}."
            )
        files = self._files()
        unwritable = [name for name in files if not (name and name.isascii())]
        if unwritable:
            raise InputError(
                f"{self._filepath}: {unwritable[0]!r:.40} stands where the chromosome's name does. "
                "Such names have ASCII characters; rename the file, or list the `chromosomes`."
            )
        found = {chrom: self._read(where) for chrom, where in files.items()}
        self._require_bins_in_use(found)
        sizes = self._sizes(found)
        bins = bioframe.binnify(pd.Series(sizes), self._bin_size)
        starts = bins.drop_duplicates("chrom")
        first = dict(zip(starts["chrom"], starts.index, strict=True))
        pixels = pd.concat(
            [
                pd.DataFrame(
                    {
                        "bin1_id": first[chrom] + table["first"],
                        "bin2_id": first[chrom] + table["second"],
                        "count": table["count"],
                    }
                )
                for chrom, table in found.items()
            ],
            ignore_index=True,
        )
        return open_map(ContactMap(bins, pixels, self._assembly), self._balance, self._filepath)

    def local_files(self) -> list[Path]:
        """The files on this disk, in the order of the assembly's chromosomes."""
        try:
            files = self._files().values()
        except (FileNotFoundError, InputError):
            return []
        return [Path(where) for where in files if not is_remote(where) and Path(where).is_file()]

    def _files(self) -> dict[str, str]:
        """Chromosome → file, in the order of the assembly's chromosomes."""
        if self._place.count(CHROMOSOME) != 1:
            raise InputError(
                f"{self._filepath} needs {CHROMOSOME} once, where the chromosome's name stands in "
                "the files' names."
            )
        if self._chromosomes is not None:
            if not self._chromosomes:
                raise InputError(f"{self._filepath}: `chromosomes` names none; leave it out.")
            return {
                str(name): self._place.replace(CHROMOSOME, str(name)) for name in self._chromosomes
            }
        if is_remote(self._place):
            raise InputError(
                f"{self._filepath}: the files of an address cannot be listed. Name the map's "
                "`chromosomes` in catalog_raw.yml."
            )
        before, after = self._place.split(CHROMOSOME)
        files = {
            name[len(before) : len(name) - len(after)]: name
            for name in glob(f"{escape(before)}*{escape(after)}")
        }
        if not files:
            raise FileNotFoundError(self._filepath)
        return {name: files[name] for name in sorted(files, key=_by_number)}

    def _read(self, where: str) -> pd.DataFrame:
        """One chromosome's contacts: first, second (its bins, ascending), count."""
        path, where = local_copy(where), shown(where)
        try:
            require_narrow(path, where)
            with opened(path, where, LONGEST_LINE) as file:
                table = parse_contacts(file, where)
        except InputError:
            raise
        except (ValueError, *UNREADABLE) as error:
            raise InputError(explain_fault(path, where) or f"{where} holds no contacts.") from error
        if table.isna().any(axis=None):  # a short line, or written nan
            fault = explain_fault(path, where)
            if fault:
                raise InputError(fault)
        if table.shape[1] != 3:
            raise InputError(f"{where} has {table.shape[1]} columns; {EXPECTED}")
        table.columns = ["first", "second", "count"]
        if (table["count"] < 0).any() or np.isinf(table["count"]).any():
            row = int(((table["count"] < 0) | np.isinf(table["count"])).to_numpy().argmax())
            raise InputError(
                f"{where}: contact {row + 1} is {table['count'].iloc[row]:g}; contacts are "
                "numbers that are not negative."
            )
        bins = np.sort(self._bins(table[["first", "second"]], where), axis=1)
        table = table.assign(first=bins[:, 0], second=bins[:, 1]).dropna()
        if table.empty:
            raise InputError(f"{where} holds no contacts: each of them is nan.")
        return self._once(table, where)

    def _bins(self, labels: pd.DataFrame, where: str) -> np.ndarray:
        """The bins that labels name, from the chromosome's first on, shape `[contact, 2]`."""
        place = labels.to_numpy() * self._label_scale / self._bin_size
        with np.errstate(invalid="ignore"):
            whole = np.abs(place - np.rint(place)) < 1e-6
        wrong = ~((place >= 0) & (place < LONGEST_CHROMOSOME / self._bin_size) & whole)
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise InputError(
                f"{where}: the label {labels.iloc[row, column]:.12g} (contact {row + 1}) times "
                f"`label_scale` {self._label_scale:g} is no start of a bin of {self._bin_size} bp, "
                f"from 0 to {LONGEST_CHROMOSOME} bp. Correct `bin_size` or `label_scale` in "
                "catalog_raw.yml."
            )
        return np.rint(place).astype(np.int64)

    def _once(self, table: pd.DataFrame, where: str) -> pd.DataFrame:
        """Each pair once, sorted."""
        pairs = table.groupby(["first", "second"], sort=True)["count"].agg(["min", "max", "size"])
        differ = (pairs["max"] - pairs["min"] > 1e-6 * pairs["max"]) | (pairs["size"] > 2)
        if differ.any():
            first, second = (
                place * self._bin_size / self._label_scale for place in pairs.index[differ][0]
            )
            raise InputError(
                f"{where}: the pair of labels {first:.12g} and {second:.12g} stands "
                f"{pairs['size'][differ].iloc[0]} times, with contacts from "
                f"{pairs['min'][differ].iloc[0]:g} to {pairs['max'][differ].iloc[0]:g}. A pair has "
                "one contact; if several labels fall into one bin, lower `bin_size`."
            )
        return pairs["max"].rename("count").reset_index()

    def _require_bins_in_use(self, found: dict[str, pd.DataFrame]) -> None:
        """Raise InputError if the bins are a fraction of those that the labels name."""
        bins = np.unique(np.concatenate([table[["first", "second"]] for table in found.values()]))
        share = int(np.gcd.reduce(bins))
        if share > 1 and len(bins) >= FEWEST_BINS:
            raise InputError(
                f"{self._filepath}: all labels are multiples of {share * self._bin_size} bp, so "
                f"that of the bins of {self._bin_size} bp only one in {share} is in use. Set "
                f"`bin_size` to {share * self._bin_size} in catalog_raw.yml, or correct "
                "`label_scale`."
            )

    def _sizes(self, found: dict[str, pd.DataFrame]) -> dict[str, int]:
        """Length of each chromosome, base pairs."""
        known = known_sizes(self._assembly)
        sizes = {}
        for chrom, table in found.items():
            end = (int(table["second"].max()) + 1) * self._bin_size
            sizes[chrom] = known.get(bare_name(chrom), end)
            if end - self._bin_size >= sizes[chrom]:
                raise InputError(
                    f"{self._filepath}: the contacts of {chrom:.40} reach {end} bp, but in "
                    f"{self._assembly} it ends at {sizes[chrom]} bp. Correct `assembly`, "
                    "`bin_size` or `label_scale` in catalog_raw.yml."
                )
        n_bins = sum(-(-size // self._bin_size) for size in sizes.values())
        if n_bins > MOST_BINS:
            raise InputError(
                f"{self._filepath}: chromosomes of {sum(sizes.values())} bp have {n_bins} bins of "
                f"{self._bin_size} bp, more than {MOST_BINS}. Correct `bin_size` or `label_scale` "
                "in catalog_raw.yml."
            )
        return sizes

    def save(self, data: None) -> None:
        """Text maps are only read."""
        raise NotImplementedError

    def _exists(self) -> bool:
        try:
            files = self._files().values()
        except FileNotFoundError:
            return False
        except InputError:
            return True  # loading explains
        return all(is_remote(where) or Path(where).exists() for where in files)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "bin_size": self._bin_size}


def _by_number(name: str) -> tuple[int, str]:
    """chr2 before chr10, and both before chrX."""
    digits = re.search(r"[0-9]+", name)
    return (int(digits[0]) if digits else 10**6, name)
