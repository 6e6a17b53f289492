"""Spreadsheets that we write: nothing in them runs, and the same content always gives the same bytes.

Belongs here: how a text gets into a cell, and a workbook into bytes. What is written, and in which colour, does not.
"""

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pandas as pd

from pipelines.intake.read import column_letter
from pipelines.intake.text import UNWRITABLE

if TYPE_CHECKING:
    from openpyxl import Workbook

RUNS = re.compile(r"[=+\-@\t\r]")
PLAIN_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*%?")
CANONICAL_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")
# By such a text a workbook means one character; written as it stands it would be read as another.
ENCODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
MAXIMUM_TITLE = 31
# A list inside a cell's own rule may have this many characters.
MAXIMUM_LIST = 255
ZIP_DATE = (2000, 1, 1, 0, 0, 0)
NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
# The parts of a sheet that may follow its ignored errors; the format fixes their order.
AFTER_ERRORS = re.compile(
    rb"(?=<(?:smartTags|drawing|legacyDrawing|picture|oleObjects|controls|tableParts|extLst|/worksheet)\b)"
)


def runs(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula; negative numbers are none."""
    return bool(RUNS.match(text)) and not PLAIN_NUMBER.fullmatch(text)


def writable(text: str) -> str:
    """The text as a workbook's XML keeps it, so that it is read back as it was."""
    return ENCODED.sub("_x005F_", UNWRITABLE.sub("", text))


def number(text: str) -> int | float | None:
    """The number of a text that would be read back as the very same text; None for any other."""
    if not CANONICAL_NUMBER.fullmatch(text):
        return None
    value = float(text) if "." in text else int(text)
    return value if str(value) == text and not (isinstance(value, float) and value.is_integer()) else None


def write(cell: Any, text: str, is_number: bool = False) -> None:
    """Put a text into a cell of a workbook, as the number that it is or as text, never as something that runs."""
    value = number(text) if is_number else None
    if value is not None:
        cell.value = value
        return
    text = writable(text)
    cell.value = text or None
    if text:
        # Assignment makes a formula of "=…" and an error of "#N/A".
        cell.data_type = "s"
        cell.quotePrefix = runs(text)


def add_lists(sheet: Any, lists: Mapping[tuple[str, ...], Sequence[str]]) -> None:
    """Drop-down lists: choices → cells ("B17") that offer them; another value may be typed all the same."""
    from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
    from openpyxl.worksheet.datavalidation import DataValidation

    for choices, coordinates in lists.items():
        # The list stands in the rule itself, with commas between, whatever a computer's own separator is.
        offered = [choice for choice in choices if "," not in choice]
        while offered and len(_listed(offered)) > MAXIMUM_LIST:
            offered.pop()
        if offered:
            rule = DataValidation(type="list", formula1=_listed(offered), allow_blank=True, showErrorMessage=False)
            rule.sqref = MultiCellRange([CellRange(coordinate) for coordinate in coordinates])
            sheet.data_validations.append(rule)


def _listed(choices: Iterable[str]) -> str:
    return '"' + ",".join(choice.replace('"', '""') for choice in choices) + '"'


def unique_title(wanted: str, taken: Iterable[str]) -> str:
    """A sheet's title that is allowed and not taken; one that is allowed already stays to the letter."""
    used = {title.casefold() for title in taken}
    is_allowed = 0 < len(wanted) <= MAXIMUM_TITLE and not NOT_IN_TITLES.search(wanted)
    base = wanted if is_allowed else NOT_IN_TITLES.sub(" ", wanted).strip("' ")[:MAXIMUM_TITLE] or "1"
    numbered = (f"{base[: MAXIMUM_TITLE - 4]} {counter}" for counter in range(2, len(used) + 3))
    return next(title for title in (base, *numbered) if title.casefold() not in used)


@dataclass(frozen=True)
class Rows:
    """A sheet's cells as text (index = row numbers from 1), written without a library's object for each of them.

    `numeric`: positions that hold numbers below `header_row`; `styles`: (row, position) → the workbook's style;
    `text_style`: the style that keeps a text from running. The library needs twenty times as long for a million cells.
    """

    cells: pd.DataFrame
    numeric: frozenset[int]
    header_row: int
    styles: Mapping[tuple[int, int], int]
    text_style: int

    def xml(self) -> Iterator[str]:
        """One `row` element a row that holds anything."""
        letters = [column_letter(position) for position in range(len(self.cells.columns))]
        styled_rows = {row for row, _ in self.styles}
        for row, texts in zip(self.cells.index, self.cells.itertuples(index=False, name=None), strict=True):
            is_record, is_styled = row > self.header_row, row in styled_rows
            cells = []
            for position, text in enumerate(texts):
                style = self.styles.get((row, position)) if is_styled else None
                if text or style is not None:
                    content, own_style = _content(text, is_record and position in self.numeric)
                    style = self.text_style if style is None and own_style else style
                    shown = "" if style is None else f' s="{style}"'
                    cells.append(f'<c r="{letters[position]}{row}"{shown}{content}')
            if cells:
                yield f'<row r="{row}">{"".join(cells)}</row>'


@lru_cache(2**16)
def _content(text: str, is_number: bool) -> tuple[str, bool]:
    """The end of a `c` element, and whether its text must be kept from running."""
    if not text:
        return "/>", False
    if is_number and number(text) is not None:
        return f"><v>{text}</v></c>", False
    words = escape(writable(text))
    return f' t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>', runs(text)


def text_style(sheet: Any) -> int:
    """The workbook's style that keeps a text from running when somebody edits its cell."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.quotePrefix = True
    return int(cell.style_id)


class _Archive(zipfile.ZipFile):
    """A zip file whose entries bear no time of their own; `rows` are put into the sheets of those paths.

    `codes`: path → ranges of numbers that are texts on purpose, for which a spreadsheet shall show no green corner.
    """

    rows: Mapping[str, Rows]
    codes: Mapping[str, Sequence[str]]

    def writestr(self, zinfo_or_arcname: Any, data: Any, *arguments: Any, **options: Any) -> None:
        """Add a part from memory."""
        super().writestr(_entry(zinfo_or_arcname), data)

    def write(self, filename: Any, arcname: Any = None, *arguments: Any, **options: Any) -> None:
        """Add a sheet from the library's own file."""
        path = arcname.removeprefix("/")
        with open(filename, "rb") as source, self.open(_entry(arcname), "w", force_zip64=True) as target:
            sheet = _without_green_corners(source.read(), self.codes.get(path, ()))
            if path not in self.rows:
                target.write(sheet)
                return
            before, after = NO_ROWS.split(sheet, maxsplit=1)
            target.write(before + b"<sheetData>")
            for row in self.rows[path].xml():
                target.write(row.encode())
            target.write(b"</sheetData>" + after)


def _without_green_corners(sheet: bytes, ranges: Sequence[str]) -> bytes:
    if not ranges:
        return sheet
    quiet = f'<ignoredErrors><ignoredError sqref="{" ".join(ranges)}" numberStoredAsText="1"/></ignoredErrors>'
    return AFTER_ERRORS.sub(quiet.encode(), sheet, count=1)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name.removeprefix("/"), ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def saved(
    book: "Workbook",
    author: str,
    date: datetime.datetime,
    rows: Mapping[str, Rows] | None = None,
    codes: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """The workbook's bytes, with `rows` in the sheets of those titles; `codes`: title → ranges of codes kept as texts.

    The library's own way of saving would write the time of day into them.
    """
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.writer.excel import ExcelWriter

    book.properties = DocumentProperties(
        title=book.properties.title, creator=author, lastModifiedBy=author, created=date, modified=date
    )
    content = io.BytesIO()
    archive = _Archive(content, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
    paths = {sheet.title: f"xl/worksheets/sheet{at}.xml" for at, sheet in enumerate(book.worksheets, start=1)}
    archive.rows = {paths[title]: sheet_rows for title, sheet_rows in (rows or {}).items()}
    archive.codes = {paths[title]: ranges for title, ranges in (codes or {}).items()}
    ExcelWriter(book, archive).save()
    return content.getvalue()
