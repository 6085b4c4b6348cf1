"""The gene browser's data: each gene's course, forecasts, scores and neighbours, packed for a page.

Numbers are columns of one block of bytes, quantised to what a screen can show, compressed with gzip
and written in base64; the page unpacks them with the browser's own decompression. A header in JSON
says what each column is and where it begins.
"""

import base64
import gzip
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from step.figures.style import arm_colour, arm_label

ALIGNMENT = 8  # bytes
PARTS = 20  # of a gene's largest distance, to which distances are kept: about a pixel
BESIDE = ("network", "step_no_graph", "local_level")
SCORES = (
    "skill", "skill_q", "mse", "baseline_mse", "noise_floor_mse", "r2", "pearson", "graph_gain",
    "graph_q", "explained", "reliability", "eigenvector", "insulation_score",
    "tad_boundary_distance",
)  # fmt: skip
NAMED = ("chrom", "class", "leaned_on", "flags", "unplaced", "compartment", "strand")


@dataclass(frozen=True)
class Quantised:
    """Numbers as whole ones: value = low + step · code; the highest code where there is none."""

    code: np.ndarray
    low: float
    step: float


def quantise(values: np.ndarray) -> Quantised:
    """Quantise numbers to one part in 65,534 of their range."""
    missing = np.iinfo(np.uint16).max
    known = np.isfinite(values)
    low, high = (values[known].min(), values[known].max()) if known.any() else (0.0, 0.0)
    step = float(high - low) / (missing - 1) or 1.0
    code = np.full(values.shape, missing, dtype=np.uint16)
    code[known] = np.round((values[known] - low) / step)
    return Quantised(code, float(low), step)


class Packer:
    """Collects columns and packs them."""

    def __init__(self) -> None:
        self._columns: dict[str, dict[str, Any]] = {}
        self._bytes = bytearray()

    def add(self, name: str, array: np.ndarray, **described: object) -> None:
        """Add a column as it is, with what the page needs to know of it."""
        self._bytes += bytes(-len(self._bytes) % ALIGNMENT)
        described |= {"type": str(array.dtype), "shape": array.shape, "at": len(self._bytes)}
        self._columns[name] = described
        self._bytes += np.ascontiguousarray(array).tobytes()

    def add_quantised(self, name: str, values: np.ndarray) -> None:
        """Add numbers; see `quantise`."""
        quantised = quantise(values)
        self.add(name, quantised.code, low=quantised.low, step=quantised.step)

    def add_beside(self, name: str, values: np.ndarray, around: np.ndarray) -> None:
        """Add numbers, row by row to one of `PARTS` of their largest distance from others."""
        away = values - around
        size = np.nanmax(np.abs(away), axis=1, initial=0.0, where=np.isfinite(away))
        code = np.full(values.shape, -128, dtype=np.int8)
        known = np.isfinite(away)
        relative = PARTS * away / np.where(size > 0, size, 1.0)[:, None]
        code[known] = np.round(relative[known])
        self.add(name, code, parts=PARTS)
        self.add(f"{name}.size", size.astype(np.float32))

    def add_widths(self, name: str, values: np.ndarray) -> None:
        """Add numbers, row by row to one of `PARTS` of the largest."""
        self.add_beside(name, values, np.zeros_like(values))

    def pack(self, **header: object) -> str:
        """Length of the header, header, columns; compressed, in base64."""
        described = json.dumps({**header, "columns": self._columns}, allow_nan=False).encode()
        described += b" " * (-(4 + len(described)) % ALIGNMENT)
        whole = struct.pack("<I", len(described)) + described + bytes(self._bytes)
        return base64.b64encode(gzip.compress(whole, compresslevel=6, mtime=0)).decode("ascii")


@dataclass(frozen=True)
class Courses:
    """What was measured and forecast.

    Attributes:
        expression: gene, time, mean.
        samples: gene, sample, time, value.
        backtest: arm, target_time, horizon, gene, observed, forecast, lower, upper.
        forecast: gene, time, forecast, upper: the times to come.
        edges: gene_1, gene_2, kind, weight, contact, distance.
    """

    expression: pd.DataFrame
    samples: pd.DataFrame
    backtest: pd.DataFrame
    forecast: pd.DataFrame
    edges: pd.DataFrame


def browser_data(per_gene: pd.DataFrame, courses: Courses, baseline: str) -> str:
    """Pack what the gene browser shows.

    Args:
        per_gene: One row a gene, in the order of the page's table.
        courses: What was measured and forecast.
        baseline: The best simple arm, which is shown beside `step`.
    """
    genes = pd.Index(per_gene["gene"])
    packer = Packer()
    times = np.sort(courses.expression["time"].unique())
    mean = _matrix(courses.expression, genes, times, "mean")
    packer.add_quantised("mean", mean)
    sample_times = _add_replicates(packer, courses.samples, genes, times, mean)
    arms = _add_forecasts(packer, courses.backtest, genes, baseline)
    coming = np.sort(courses.forecast["time"].unique())
    future = courses.forecast.assign(half=courses.forecast["upper"] - courses.forecast["forecast"])
    packer.add_quantised("future", _matrix(future, genes, coming, "forecast"))
    packer.add_widths("future.half", _matrix(future, genes, coming, "half"))
    kinds = _add_edges(packer, courses.edges, genes)
    scores = per_gene.reindex(columns=[*SCORES])
    for score in SCORES:
        packer.add(f"gene.{score}", scores[score].to_numpy(np.float32, na_value=np.nan))
    packer.add("gene.tss", per_gene["tss"].to_numpy(np.float64, na_value=np.nan))
    names = per_gene.reindex(columns=[*NAMED])
    return packer.pack(
        genes=genes.astype(str).tolist(),
        symbols=per_gene["symbol"].fillna("").astype(str).tolist(),
        named={name: _add_names(packer, name, names[name]) for name in NAMED},
        times=times.tolist(),
        coming=coming.tolist(),
        samples=sample_times.tolist(),
        arms=arms,
        kinds=kinds,
    )


def _matrix(
    table: pd.DataFrame, genes: pd.Index, columns: np.ndarray, value: str, by: str = "time"
) -> np.ndarray:
    """A tidy table's values, `[gene, column]`; NaN where there is none."""
    row = genes.get_indexer(table["gene"])
    column = pd.Index(columns).get_indexer(table[by])
    matrix = np.full((len(genes), len(columns)), np.nan)
    known = (row >= 0) & (column >= 0)
    matrix[row[known], column[known]] = table[value].to_numpy(dtype=float)[known]
    return matrix


def _add_replicates(
    packer: Packer, samples: pd.DataFrame, genes: pd.Index, times: np.ndarray, mean: np.ndarray
) -> np.ndarray:
    """Add each sample's value; returns which time each sample is of."""
    each = samples.drop_duplicates("sample")[["sample", "time"]]
    at = np.searchsorted(times, each["time"])
    values = _matrix(samples, genes, each["sample"].to_numpy(), "value", "sample")
    packer.add_beside("replicates", values, mean[:, np.minimum(at, len(times) - 1)])
    return at


def _add_forecasts(
    packer: Packer, backtest: pd.DataFrame, genes: pd.Index, baseline: str
) -> list[dict[str, Any]]:
    """Add the forecasts of `step` at all horizons, and of some arms one time ahead."""
    horizons = np.sort(backtest.loc[backtest["arm"] == "step", "horizon"].unique())
    shown = [("step", horizon) for horizon in horizons]
    shown += [(arm, 1) for arm in dict.fromkeys((baseline, *BESIDE)) if arm != "step"]
    described: list[dict[str, Any]] = []
    first = np.empty((len(genes), 0))  # forecasts of `step` one time ahead, which come first
    at = np.empty(0)
    for number, (arm, horizon) in enumerate(shown):
        rows = backtest[(backtest["arm"] == arm) & (backtest["horizon"] == horizon)]
        if rows.empty:
            continue
        rows = rows.rename(columns={"target_time": "time"})
        targets = np.sort(rows["time"].unique())
        made = _matrix(rows, genes, targets, "forecast")
        if number == 0:
            first, at = made, targets
            packer.add_quantised(f"forecast.{number}", made)
        else:
            packer.add_beside(f"forecast.{number}", made, first[:, np.searchsorted(at, targets)])
        if arm == "step":
            half = rows.assign(half=rows["upper"] - rows["forecast"])
            widths = _matrix(half, genes, targets, "half")
            packer.add_widths(f"half.{number}", widths)
            outside = (rows["observed"] < rows["lower"]) | (rows["observed"] > rows["upper"])
            rows = rows.assign(outside=outside)
            found = _matrix(rows, genes, targets, "outside")
            packer.add(f"outside.{number}", (found == 1.0).astype(np.uint8))
        described.append(
            {
                "arm": arm,
                "label": arm_label(arm),
                "colour": arm_colour(arm),
                "horizon": int(horizon),
                "column": number,
                "targets": targets.tolist(),
            }
        )
    return described


def _add_edges(packer: Packer, edges: pd.DataFrame, genes: pd.Index) -> list[str]:
    kind, names = edges["kind"].factorize()
    packer.add("edge.first", genes.get_indexer(edges["gene_1"]).astype(np.int32))
    packer.add("edge.second", genes.get_indexer(edges["gene_2"]).astype(np.int32))
    packer.add("edge.kind", kind.astype(np.uint8))
    for name in ("weight", "contact", "distance"):
        packer.add(f"edge.{name}", edges[name].to_numpy(np.float32, na_value=np.nan))
    return names.tolist()


def _add_names(packer: Packer, name: str, values: pd.Series) -> list[str]:
    """Add which of the names each gene has; returns the names, the first for none."""
    code, names = values.factorize()
    packer.add(f"gene.{name}", (code + 1).astype(np.uint16))
    if name == "leaned_on":
        return ["", *map(arm_label, names)]
    return ["", *names.astype(str).tolist()]
