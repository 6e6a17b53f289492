"""Cells: what reading hands on, sheets of text that keep the row and column a person sees.

How they are read is not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.intake.findings import Finding

TEXT = pd.StringDtype(na_value=np.nan)
# With the SHA-256 of the file that it corrects, the mark of a corrected copy's summary sheet.
CORRECTED_COPY = "corrected-copy:"
# With a table's id, the mark of the sheets of a template that hold no data; they are passed over as well.
TEMPLATE_SHEET = "template-sheet:"
# The marks stand in the first of these rows.
MARKED_ROWS = 10


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as text: index = row number from 1, columns = positions from 0; `name` is None for CSV.

    `merged` are ranges (first row, first position, last row, last position) whose first cell speaks for all.
    """

    name: str | None
    cells: pd.DataFrame
    merged: tuple[tuple[int, int, int, int], ...] = ()
    is_hidden: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything but spaces."""
        return not any((self.cells[column].str.strip() != "").any() for column in self.cells)

    def marked(self, mark: str) -> str | None:
        """What follows a mark of ours in one of the first rows; None where there is none."""
        top = self.cells.head(MARKED_ROWS).to_numpy().ravel()
        return next((text.removeprefix(mark) for text in top if text.startswith(mark)), None)


@dataclass(frozen=True)
class File:
    """What a file holds: sheets with at least one filled cell, and what is to be said of the file itself.

    `corrects` is the SHA-256 of the file that this one is a corrected copy of.
    """

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()
    corrects: str | None = None


class Unreadable(Exception):
    """The bytes are no table; carries the finding that says so."""

    def __init__(self, finding: Finding):
        self.finding = finding
        super().__init__(finding.rule)


def column_letter(position: int) -> str:
    """Spreadsheet letter of a column position from 0: 0 → A, 26 → AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def frame(columns: Sequence[pa.Array], n_rows: int) -> pd.DataFrame:
    """Arrow columns of text, without nulls, as the frame of a sheet; the columns are not copied."""
    arrays = {
        position: TEXT.__from_arrow__(column)  # type: ignore[attr-defined]
        for position, column in enumerate(columns)
    }
    return pd.DataFrame(arrays, index=pd.RangeIndex(1, n_rows + 1), copy=False)


def too_long(sheet: Sheet, limit: int) -> Finding | None:
    """The first cell with more characters than the limit."""
    for position in sheet.cells:
        lengths = sheet.cells[position].str.len()
        if len(lengths) and lengths.max() > limit:
            return cell_too_long(sheet.name, int(str((lengths > limit).idxmax())), int(str(position)), limit)
    return None


def cell_too_long(sheet: str | None, row: int, position: int | None, limit: int) -> Finding:
    """A cell of more than `limit` characters; its column may be unknown."""
    letter = None if position is None else column_letter(position)
    return Finding("cell_too_long", sheet=sheet, row=row, column_letter=letter, parameters={"limit": limit})
