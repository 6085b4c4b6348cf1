"""Names as users write them: of genes, samples, gene sets and chromosomes."""

import re

import pandas as pd

from step.errors import InputError, quoted

# What a spreadsheet shows in place of a value.
SPREADSHEET_ERRORS = {
    "#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
}  # fmt: skip
LONGEST_NAME = 10_000  # characters
# What a spreadsheet computes when it opens a CSV file; a sign alone and a number are none.
FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d*\.?\d*(?:[eE][+-]?\d+)?$)")


def is_number(cell: str) -> bool:
    """Whether a cell is a number and no name."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def clean_name(name: str, where: str) -> str:
    """Strip a name, and make its white space plain spaces.

    Args:
        name: As it was read.
        where: File and row, for messages.

    Raises:
        InputError: The name holds a control or other unprintable character, which nobody sees and
            no workbook can store, is a spreadsheet's error value, or is as long as a text.
    """
    cleaned = name.strip()
    if len(cleaned) > LONGEST_NAME:
        raise InputError(
            f"{where}: the name {quoted(name)} has {len(cleaned)} characters; a name has at most "
            f"{LONGEST_NAME}. Write a shorter one, or choose another column."
        )
    if not cleaned.isprintable():
        cleaned = "".join(" " if sign.isspace() else sign for sign in cleaned).strip()
        for sign in cleaned:
            if not sign.isprintable():
                raise InputError(
                    f"{where}: the name {quoted(name)} holds the unprintable character "
                    f"U+{ord(sign):04X}. Write the name again without it."
                )
    if cleaned in SPREADSHEET_ERRORS:
        raise InputError(
            f"{where}: a spreadsheet's error {cleaned} stands where a name belongs. Write the "
            "name, or leave the cell empty where there is none."
        )
    return cleaned


def clean_column(table: pd.DataFrame, column: str, source: str) -> pd.Series:
    """Clean the names in a table's column; see `clean_name`.

    Args:
        table: Its index is the row of the file less two, as `step.datasets.TableDataset` has it.
        column: Its header.
        source: Name of the table, for messages.
    """
    return pd.Series(
        [
            clean_name(str(name), f"{source}, row {row + 2}, column {quoted(column)}")
            for row, name in table[column].items()
        ],
        index=table.index,
        dtype=object,
    )


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A table for spreadsheets: an apostrophe before each text that they would compute."""
    texts = table.select_dtypes("object")
    guarded = {
        column: values.map(
            lambda cell: f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
        )
        for column, values in texts.items()
    }
    return table.assign(**guarded)
