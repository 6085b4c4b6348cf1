"""What a lab's table looks like where it contradicts the layout that the study's settings name."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from step.errors import InputError, listed
from step.expression.samples import MISSING, TableLayout, read_measurements
from step.expression.scale_guess import ScaleGuess, guess_scale
from step.expression.times import SampleTime, parse_sample_time
from step.names import is_number

GENE_HEADER = re.compile(
    r"genes?([ _.]?(name|symbol|id))?|symbol|name|id|mirna|probe([ _.]?(name|id))?|ensembl.*",
    re.IGNORECASE,
)
PROBE_CLASS = re.compile(r"endogenous\d*|positive|negative|housekeeping", re.IGNORECASE)
NUMBERED = re.compile(r"(?P<time>\D*\d+)(?:\.(?P<decimal>\d+))?")
MOSTLY = 0.9
FEWEST_SAMPLES = 3
LOOKED_AT = 100  # cells of a column


def guess_layout(
    table: pd.DataFrame, layout: TableLayout, sheet: pd.DataFrame | None
) -> TableLayout:
    """Guess how a table is laid out.

    What the table does not contradict stays as it is. Columns that are no samples are those whose
    headers name no time, or that the sample sheet does not list.

    Args:
        table: Cells as text, header as columns.
        layout: As the study's settings have it.
        sheet: The sample sheet; None where the headers name the times.
    """
    table = _with_clean_headers(table)
    is_sample = _sample_test(sheet)
    layout = _guess_orientation(table, layout, is_sample)
    layout = _guess_columns(table, layout, is_sample)
    samples = _samples(table, layout)
    if samples.empty:
        return layout
    layout = _guess_times(list(samples.columns), layout, sheet)
    if layout.genes_in == "rows" and layout.gene_column in table:
        genes = _column(table, layout.gene_column).astype(str).str.strip()
    else:
        genes = samples.index.to_series()
    if layout.duplicates == "error" and genes.duplicated().any():
        layout = replace(layout, duplicates="mean")
    guess = _scale_of(samples)
    if guess and layout.scale not in guess.fitting:
        layout = replace(layout, scale=guess.scale)
    return layout


def scale_words(table: pd.DataFrame, layout: TableLayout) -> str:
    """Say what the values of a table look like; empty where that cannot be told."""
    guess = _scale_of(_samples(_with_clean_headers(table), layout))
    return guess.words if guess else ""


def find_contradictions(
    table: pd.DataFrame,
    layout: TableLayout,
    guess: TableLayout,
    sheet: pd.DataFrame | None,
    source: str,
) -> dict[str, str]:
    """Ask of each setting that the guess replaces what is wrong with it, as if it were alone.

    Returns:
        By setting, what `read_measurements` says of it; empty where it says nothing, or nothing
        other than without this setting.
    """

    def message(laid_out: TableLayout) -> str:
        try:
            read_measurements(table, laid_out, sheet, source)
        except InputError as error:
            return str(error)
        return ""

    given = {field.name: getattr(layout, field.name) for field in fields(TableLayout)}
    replaced = [name for name, value in given.items() if value != getattr(guess, name)]
    if not replaced:
        return {}
    left = message(guess)
    said = {name: message(replace(guess, **{name: given[name]})) for name in replaced}
    return {name: text if text != left else "" for name, text in said.items()}


def suggestion(setting: str, given: Any, guessed: Any, words: str) -> str:
    """Say what a setting of the layout seems to be, beside what the study says.

    Args:
        setting: Dotted, as the user writes it.
        given: Its value.
        guessed: What it seems to be.
        words: What the values look like; see `scale_words`.
    """
    name = setting.rpartition(".")[2]
    if name == "scale":
        return f"The values look like {words}; `{setting}` says {given}."
    if name == "annotation_columns":
        new = [header for header in guessed if header not in given]
        return f"Columns that name no time: {listed(new)}; `{setting}` says {list(given)}."
    if name in ("birth_day", "duplicates"):  # what the study means, no table tells
        return ""
    shown, said = ("null" if each is None else each or "''" for each in (guessed, given))
    return f"It looks like {shown}; `{setting}` says {said}."


def numbered_headers(table: pd.DataFrame, layout: TableLayout) -> list[str]:
    """Find headers of samples that were told apart by a number: 18, 18.1, 18.2, or P7.1, P7.2.

    Returns:
        Those of the first such group, where at least two times have one and no time has other
        decimals; empty otherwise.
    """
    headers = list(_samples(_with_clean_headers(table), layout).columns)
    groups: dict[str, list[str]] = {}
    for header in headers:
        found = NUMBERED.fullmatch(header)
        if found and found["decimal"]:
            groups.setdefault(found["time"], []).append(found["decimal"])
    # A single .5 is half a day.
    groups = {time: found for time, found in groups.items() if len(found) > 1 or found == ["1"]}
    based = {time in headers for time in groups}
    repeated = all(
        found == [str(number + 1) for number in range(len(found))] for found in groups.values()
    )
    single = based == {False} and min(map(len, groups.values())) < 2
    if len(groups) < 2 or not repeated or len(based) > 1 or single:
        return []
    time, found = next(iter(groups.items()))
    first = [time] if time in headers else []
    return [*first, *(f"{time}.{decimal}" for decimal in found)]


def _guess_orientation(
    table: pd.DataFrame, layout: TableLayout, is_sample: Callable[[str], bool]
) -> TableLayout:
    """Genes are in columns where no header but one column's cells name samples."""
    named = [header for header in table.columns if is_sample(header)]
    columns = _sample_columns(table, is_sample)
    if layout.genes_in == "rows" and (len(named) >= FEWEST_SAMPLES or not columns):
        return layout
    if layout.genes_in == "columns" and not columns:
        in_rows = layout.sample_column not in table.columns and len(named) >= FEWEST_SAMPLES
        return replace(layout, genes_in="rows") if in_rows else layout
    named_so = table.columns if layout.genes_in == "columns" else columns
    if layout.sample_column not in named_so:
        layout = replace(layout, sample_column=columns[0])
    return replace(layout, genes_in="columns")


def _sample_columns(table: pd.DataFrame, is_sample: Callable[[str], bool]) -> list[str]:
    """Headers of the columns of text whose cells all name samples."""
    return [
        header
        for position, header in enumerate(table.columns)
        if len(table) >= FEWEST_SAMPLES
        and _is_text(table.iloc[:, position])
        and all(is_sample(str(cell).strip()) for cell in table.iloc[:, position])
    ]


def _guess_columns(
    table: pd.DataFrame, layout: TableLayout, is_sample: Callable[[str], bool]
) -> TableLayout:
    """Which columns hold the genes' names, probe classes, and what is no value."""
    single = [header for header, count in Counter(table.columns).items() if count == 1]
    texts = [header for header in single if _is_text(table[header])]
    if layout.genes_in == "columns":
        other = [header for header in texts if header != layout.sample_column]
        kept = [header for header in layout.annotation_columns if header in single]
        new = [header for header in other if header not in kept]
        return replace(layout, class_column=None, annotation_columns=(*kept, *new))
    unnamed = [header for header in single if not is_sample(header)]
    if layout.class_column not in single:
        classes = [header for header in texts if _holds_classes(table[header])]
        free = [header for header in classes if header not in layout.annotation_columns]
        layout = replace(layout, class_column=free[0] if free else None)
    if layout.gene_column not in single:
        layout = replace(layout, gene_column=_gene_column(table, texts, unnamed, layout))
    kept = [header for header in layout.annotation_columns if header in single]
    if len(unnamed) < len(single):  # else no header names a time, which is another fault
        own = {layout.gene_column, layout.class_column, "", *kept}
        kept += [header for header in unnamed if header not in own]
    return replace(layout, annotation_columns=tuple(kept))


def _gene_column(
    table: pd.DataFrame, texts: list[str], unnamed: list[str], layout: TableLayout
) -> str:
    """The likeliest column of gene names: by its header, or else by how many names it holds."""
    own = {layout.class_column, *layout.annotation_columns}
    candidates = [header for header in texts if header in unnamed and header not in own]
    candidates = candidates or [header for header in unnamed if header not in own]
    if not candidates:
        return layout.gene_column
    return max(
        candidates,
        key=lambda header: (bool(GENE_HEADER.fullmatch(header)), table[header].nunique()),
    )


def _guess_times(
    headers: list[str], layout: TableLayout, sheet: pd.DataFrame | None
) -> TableLayout:
    """The unit that headers or sample sheet state, and a birth day that they do not contradict."""
    written = headers
    if sheet is not None and "time" in sheet:
        written = [str(cell).strip() for cell in sheet["time"]]
    found = [time for time in map(_time_of, written) if time is not None]
    units = {time.unit for time in found} - {None}
    if len(units) == 1:
        layout = replace(layout, time_unit=units.pop())
    embryonic = [time.number for time in found if time.embryonic]
    other = [time.number for time in found if not time.embryonic]
    if not embryonic:
        return layout
    clash = layout.birth_day is None or (other and max(embryonic) - layout.birth_day >= min(other))
    if clash:
        layout = replace(layout, birth_day=max(max(embryonic) - min([*other, 0.0]) + 1.0, 0.0))
    return layout


def _with_clean_headers(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis([str(header).strip() for header in table.columns], axis=1)


def _samples(table: pd.DataFrame, layout: TableLayout) -> pd.DataFrame:
    """The cells of the samples, genes in rows."""
    if layout.genes_in == "columns":
        other = {layout.sample_column, *layout.annotation_columns}
        if layout.sample_column not in table:
            return pd.DataFrame()
        genes = [header not in other for header in table.columns]
        turned = table.loc[:, genes].T
        names = _column(table, layout.sample_column).astype(str).str.strip()
        return turned.set_axis(names, axis=1)
    own = {layout.gene_column, layout.class_column, "", *layout.annotation_columns}
    return table.loc[:, [header not in own for header in table.columns]]


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column; the first of those that have the name, which the reader refuses."""
    return table.loc[:, table.columns == name].iloc[:, 0]


def _scale_of(samples: pd.DataFrame) -> ScaleGuess | None:
    """What scale the cells look to be of; None unless most that are filled are numbers."""
    cells = pd.Series(samples.to_numpy().ravel(), dtype=object)
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    filled = ~cells.astype(str).str.strip().str.lower().isin(MISSING)
    if np.isfinite(values).sum() <= MOSTLY * filled.sum():
        return None
    return guess_scale(values.reshape(samples.shape))


def _is_text(column: pd.Series) -> bool:
    """Whether most of the first cells that are not empty are no numbers."""
    filled = (cell for cell in column.astype(str) if cell.strip().lower() not in MISSING)
    first = list(islice(filled, LOOKED_AT))
    return sum(not is_number(cell) for cell in first) > len(first) / 2


def _holds_classes(column: pd.Series) -> bool:
    cells = column.astype(str).str.strip()
    return bool(cells.map(lambda cell: PROBE_CLASS.fullmatch(cell) is not None).mean() > MOSTLY)


def _sample_test(sheet: pd.DataFrame | None) -> Callable[[str], bool]:
    """Which headers are samples: those that the sheet lists, or else those that name a time."""
    if sheet is not None and "sample" in sheet:
        return set(_column(sheet, "sample").astype(str).str.strip()).__contains__
    return lambda header: _time_of(header) is not None


def _time_of(text: str) -> SampleTime | None:
    """The time that a text names; None where it names none, or two."""
    try:
        return parse_sample_time(text)
    except InputError:
        return None
