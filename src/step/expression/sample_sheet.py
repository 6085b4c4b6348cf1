"""The samples of a table: their headers, or a sample sheet, name times and replicates."""

from collections import Counter

import numpy as np
import pandas as pd

from step.errors import InputError, quoted, require_columns
from step.expression.times import SampleTime, parse_sample_time, study_time
from step.names import clean_column


def read_samples(
    headers: list[str], sheet: pd.DataFrame | None, time_unit: str, birth_day: float | None
) -> pd.DataFrame:
    """Samples, times and replicates of a table.

    Args:
        headers: Of the table's samples.
        sheet: The sample sheet: sample, time, and optionally replicate and batch, as text; other
            columns are passed over. None where the headers name the times.
        time_unit: The study's unit.
        birth_day: Embryonic day that counts as time zero.

    Returns:
        One row a header: sample (the header; numbered where it is repeated), time, replicate (the
        label, where labels tell the replicates of a time apart; else a number), batch (missing
        where not given).

    Raises:
        InputError: A header names no time or one of another unit, table and sheet differ in their
            samples, or there are fewer than three times.
    """
    if sheet is None:
        found = [parse_sample_time(header) for header in headers]
        samples = pd.DataFrame({"sample": headers, "replicate": [each.replicate for each in found]})
        samples["batch"] = None
        written = [f"the sample header {quoted(each)}" for each in headers]
    else:
        samples, cells = _look_up(headers, sheet)
        found = [parse_sample_time(cell) for cell in cells]
        written = [f"the sample sheet's time {quoted(cell)}" for cell in cells]
    samples["time"] = [
        study_time(each, place, time_unit, birth_day)
        for each, place in zip(found, written, strict=True)
    ]
    _check_birth_day(samples["time"], found, birth_day)
    if samples["time"].nunique() < 3:
        raise InputError(
            f"the samples are of {samples['time'].nunique()} different times; a course to forecast "
            "needs more."
        )
    samples["sample"] = _number_repeated(samples["sample"])
    samples["replicate"] = _label_replicates(samples)
    return samples[["sample", "time", "replicate", "batch"]]


def _check_birth_day(times: pd.Series, found: list[SampleTime], birth_day: float | None) -> None:
    """Raise InputError unless embryonic days come before all others."""
    embryonic = np.array([each.embryonic for each in found])
    if embryonic.all() or not embryonic.any():
        return
    last, first = times[embryonic].max(), times[~embryonic].min()
    if last >= first:
        raise InputError(
            f"with `birth_day` {birth_day:g}, the embryonic day {last + birth_day:g} is not before "
            f"the first other time, {first:g}. Correct `birth_day`: embryonic days come before all "
            "others."
        )


def _number_repeated(names: pd.Series) -> pd.Series:
    """The samples' names, a number behind each that is repeated.

    Raises:
        InputError: A numbered name is that of another sample.
    """
    number = (names.groupby(names).cumcount() + 1).astype(str)
    repeated = names.duplicated(keep=False)
    names = names.where(~repeated, names + " (" + number + ")")
    if names.duplicated().any():
        raise InputError(
            f"two samples are called {quoted(names[names.duplicated()].iloc[0])}, one of them once "
            "repeated headers are numbered. Give each a name of its own."
        )
    return names


def _label_replicates(samples: pd.DataFrame) -> pd.Series:
    """The replicates' labels, where they tell those of a time apart; else numbers."""
    by_time = samples.groupby("time")["replicate"]
    telling = (by_time.transform("nunique") == by_time.transform("size")) & (
        by_time.transform(lambda labels: (labels != "").all())
    )
    return samples["replicate"].where(telling, (by_time.cumcount() + 1).astype(str))


def _look_up(headers: list[str], sheet: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The headers' rows of the sample sheet (sample, replicate, batch), and their times' text."""
    name = "sample_sheet"
    optional = [column for column in ("replicate", "batch") if column in sheet.columns]
    require_columns(sheet, ["sample", "time", *optional], name)
    sheet = pd.DataFrame(
        {column: clean_column(sheet, column, name) for column in ["sample", "time", *optional]}
    )
    for sample in sheet["sample"][sheet["sample"].duplicated()]:
        raise InputError(
            f"{name} lists {quoted(sample)} twice. A sample has one row; delete the other."
        )
    listed, counted = set(sheet["sample"]), Counter(headers)
    for header in headers:
        if counted[header] > 1:
            raise InputError(
                f"the header {quoted(header)} is repeated, so {name} cannot tell its samples "
                "apart. Give each sample a name of its own."
            )
        if header not in listed:
            raise InputError(
                f"the sample {quoted(header)} is not in {name}. Add it there; if the column is no "
                "sample, list it in `annotation_columns`."
            )
    for sample in sheet["sample"]:
        if sample not in counted:
            raise InputError(
                f"{name} lists {quoted(sample)}, which the table does not have. Correct the name, "
                "or delete the row."
            )
    for sample, cell in zip(sheet["sample"], sheet["time"], strict=True):
        if _replicate_of(cell) != "":
            raise InputError(
                f"{name}: the time of {quoted(sample)} is {quoted(cell)}, which is no time alone. "
                "Times look like 0.5, P0.5, E16.5, 5min or ZT0."
            )
    rows = sheet.set_index("sample").loc[headers].reset_index()
    rows["replicate"] = rows.get("replicate", "")
    rows["batch"] = rows["batch"].replace("", None) if "batch" in rows else None
    return rows[["sample", "replicate", "batch"]], rows["time"].tolist()


def _replicate_of(cell: str) -> str | None:
    """What stands behind a cell's time; None where it is no time."""
    try:
        return parse_sample_time(cell).replicate
    except InputError:
        return None
