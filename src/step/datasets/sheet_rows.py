"""The rows of a sheet as XML.

openpyxl writes some 80,000 cells a second; a workbook of a large study has millions. It writes
what stands around the rows, and these are written here, in the same form.
"""

import math
from collections.abc import Iterator
from datetime import date
from numbers import Real
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

MOST_CHARACTERS = 32_767  # of a cell's text
ROWS_AT_ONCE = 10_000
CUT = "…"


class CellStyles(NamedTuple):
    """The numbers under which a workbook keeps the styles of a column's cells; 0 is none.

    Attributes:
        fraction: Of numbers that are not whole by their type.
        day: Of dates.
    """

    fraction: int
    day: int


def clean_text(value: Any) -> str:
    """A cell's text, without the characters that XML forbids, and cut where it is too long."""
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - len(CUT)] + CUT


def count_cut(table: pd.DataFrame) -> int:
    """The number of cells whose text is longer than a cell holds."""
    columns = [table.iloc[:, place] for place in range(table.shape[1])]
    return sum(
        int((values.astype(object).map(lambda value: len(str(value))) > MOST_CHARACTERS).sum())
        for values in columns
        if not pd.api.types.is_numeric_dtype(values)
    )


def rows_xml(table: pd.DataFrame, styles: list[CellStyles]) -> Iterator[bytes]:
    """Write a table's rows, some thousand at once, below a header.

    Args:
        table: As many rows as a sheet holds.
        styles: Of each column.
    """
    for start in range(0, len(table), ROWS_AT_ONCE):
        rows = table.iloc[start : start + ROWS_AT_ONCE]
        numbers = range(start + 2, start + 2 + len(rows))
        columns = [
            _column_xml(rows.iloc[:, place], numbers, get_column_letter(place + 1), style)
            for place, style in enumerate(styles)
        ]
        lines = (
            f'<row r="{number}">{"".join(cells)}</row>'
            for number, *cells in zip(numbers, *columns, strict=True)
        )
        yield "".join(lines).encode()


def _column_xml(values: pd.Series, numbers: range, letter: str, styles: CellStyles) -> list[str]:
    """The cells of a column; missing values are none."""
    objects = values.astype(object)
    objects = objects.where(objects.notna(), None)
    fraction, day, whole = (
        (f'" s="{style}" t="n"><v>' if style else '" t="n"><v>') for style in (*styles, 0)
    )
    cells = []
    for number, value in zip(numbers, objects, strict=True):
        if value is None:
            cells.append("")
        elif isinstance(value, float) and math.isfinite(value):
            cells.append(f'<c r="{letter}{number}{fraction}{value:.16g}</v></c>')
        elif isinstance(value, str):
            cells.append(_text_xml(value, letter, number))
        elif isinstance(value, bool):
            cells.append(f'<c r="{letter}{number}" t="b"><v>{value:d}</v></c>')
        elif isinstance(value, date):
            cells.append(f'<c r="{letter}{number}{day}{to_excel(value)}</v></c>')
        elif isinstance(value, Real) and math.isfinite(value):
            cells.append(f'<c r="{letter}{number}{whole}{float(value):.16g}</v></c>')
        else:
            cells.append(_text_xml(value, letter, number))
    return cells


def _text_xml(value: Any, letter: str, number: int) -> str:
    """A cell of text, neither a formula nor an error."""
    text = clean_text(value)
    if not text:
        return f'<c r="{letter}{number}" t="inlineStr" />'
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    return f'<c r="{letter}{number}" t="inlineStr"><is><t{kept}>{escape(text)}</t></is></c>'
