"""Bytes of the synthetic files: the same rows give the same bytes, and a file appears whole or not at all.

Belongs here: writing CSV and Excel without a clock in them, and putting them in place. Does not belong here:
what stands in the rows (`deliveries`, `workbook`).
"""

import csv
import datetime
import filecmp
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.cell.cell import WriteOnlyCell
from openpyxl.styles import Font

from pipelines.intake.spreadsheet import saved

Cell = str | int | float | None
Row = Sequence[Cell]

# Any fixed moment does; this one is the day of the release whose layout is imitated.
CREATED = datetime.datetime(2025, 1, 15, 8, 0, 0)


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows as they stand in it; those before `header_row` (counted from 1) are letterhead."""

    title: str
    rows: Iterable[Row]
    header_row: int = 1
    right_to_left: bool = False
    widths: Sequence[int] = field(default_factory=tuple)


def place(target: Path, write: Callable[[Path], object]) -> Path:
    """Let `write` fill a hidden file beside the target, then rename it into place.

    Where the target already holds the same bytes it is left alone, its time included, so that nothing looks
    new.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        write(partial)
        if not (target.is_file() and filecmp.cmp(partial, target, shallow=False)):
            os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def write_text(target: Path, text: str) -> Path:
    """A plain UTF-8 text, whatever its name says."""
    return place(target, lambda partial: partial.write_text(text, encoding="utf-8", newline="\n"))


def write_csv(target: Path, header: Row, rows: Iterable[Row], encoding: str = "utf-8") -> Path:
    """Comma-separated, lines ended as Excel ends them; Excel needs `utf-8-sig` for Hebrew."""

    def write(partial: Path) -> None:
        with partial.open("w", encoding=encoding, newline="") as handle:
            writer = csv.writer(handle, lineterminator="\r\n")
            writer.writerow(header)
            writer.writerows(rows)

    return place(target, write)


def write_workbook(target: Path, sheets: Sequence[Sheet], title: str) -> Path:
    """An Excel workbook; numbers stay numbers and every text keeps its padding."""

    def write(partial: Path) -> None:
        book = Workbook(write_only=True)
        book.properties.title = title
        for sheet in sheets:
            _write_sheet(book, sheet)
        partial.write_bytes(saved(book, "shared-measurement sample", CREATED))

    return place(target, write)


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title)
    page.sheet_view.rightToLeft = sheet.right_to_left
    for number, width in enumerate(sheet.widths):
        page.column_dimensions[chr(ord("A") + number)].width = width
    for number, row in enumerate(sheet.rows, start=1):
        if number == sheet.header_row:
            page.append([_bold(page, value) for value in row])
        else:
            page.append(row)


def _bold(page: object, value: Cell) -> BookCell | None:
    if value is None:
        return None
    cell = WriteOnlyCell(page, value=value)
    cell.font = Font(bold=True)
    return cell
