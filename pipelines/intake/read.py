"""Reading: bytes → sheets of text cells that keep the row and column a person sees. Content decides the format.

Nothing is interpreted here: codes keep their zeros, dates stay text, an empty cell is ''.
"""

import csv
import io
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from pipelines.intake.findings import Finding, Sentence, _

WORKBOOK, TEXT = Sentence(_("a workbook")), Sentence(_("text"))
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
WORKBOOK_EXTENSIONS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"}
TEXT_EXTENSIONS = {".csv", ".tsv", ".txt", ".tab", ""}
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# A cell may be as long as the file that it stands in, whose size is limited.
csv.field_size_limit(2**31 - 1)
# Rows that are enough to tell delimiter and width; a wider row further down is read the slow way.
SAMPLE_ROWS = 60


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as text: index = row number from 1, columns = positions from 0; `name` is None for CSV."""

    name: str | None
    cells: pd.DataFrame


class Unreadable(Exception):
    """The bytes are no table; carries the finding that says so."""

    def __init__(self, finding: Finding):
        self.finding = finding
        super().__init__(finding.rule)


def read(content: bytes, file_name: str, settings: Mapping[str, Any]) -> tuple[list[Sheet], list[Finding]]:
    """Sheets of a file with at least one filled cell, and what is to be said of the file itself.

    Raises Unreadable where no table can be had from the bytes.
    """
    if len(content) > settings["maximum_file_bytes"]:
        limit = settings["maximum_file_bytes"] // 2**20
        raise Unreadable(Finding("too_large", parameters={"limit": limit}))
    if not content.strip():
        raise Unreadable(Finding("empty_file"))
    is_workbook = content.startswith(WORKBOOK_SIGNATURES)
    sheets = _read_workbook(content) if is_workbook else [_read_text(content, settings)]
    sheets = [sheet for sheet in sheets if not sheet.cells.empty and (sheet.cells != "").any(axis=None)]
    if not sheets:
        raise Unreadable(Finding("empty_file"))
    return sheets, _extension_findings(file_name, is_workbook)


def column_letter(position: int) -> str:
    """Spreadsheet letter of a column position from 0: 0 → A, 26 → AA."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _extension_findings(file_name: str, is_workbook: bool) -> list[Finding]:
    extension = PurePath(file_name).suffix.lower()
    expected = WORKBOOK_EXTENSIONS if is_workbook else TEXT_EXTENSIONS
    if extension in expected:
        return []
    content = WORKBOOK if is_workbook else TEXT
    return [Finding("wrong_extension", parameters={"extension": extension, "content": content})]


def _read_workbook(content: bytes) -> list[Sheet]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    # The reader is native code: on broken files it also raises errors of its own parsers.
    except (CalamineError, OSError, ValueError, KeyError) as error:
        raise Unreadable(Finding("unreadable")) from error
    return [Sheet(name, _as_frame(cells).map(_cell_text)) for name, cells in rows.items() if cells]


def _cell_text(cell: Any) -> str:
    """A workbook's cell as the text a person would type: 2022.0 → 2022, True → TRUE."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def _as_frame(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    width = max(len(row) for row in rows)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return pd.DataFrame(padded, index=pd.RangeIndex(1, len(rows) + 1), dtype=object)


def _read_text(content: bytes, settings: Mapping[str, Any]) -> Sheet:
    text = _decode(content, settings["encodings"])
    if "\0" in text:
        raise Unreadable(Finding("unreadable"))
    if not text.strip():
        raise Unreadable(Finding("empty_file"))
    sample = "\n".join(line for line in text.splitlines()[: 2 * SAMPLE_ROWS] if line.strip())
    delimiter = _delimiter(sample, settings["delimiters"])
    width = max([1, *(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter))])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.StringIO(text), sep=delimiter, header=None, names=range(width), index_col=False, dtype=str,
                keep_default_na=False, na_filter=False, skip_blank_lines=False,
            )  # fmt: skip
        frame.index = pd.RangeIndex(1, len(frame) + 1)
    except (pd.errors.ParserError, pd.errors.ParserWarning):
        # Rows wider than the sample's, or quotes that never close: the library of the language forgives both.
        frame = _as_frame(list(csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)))
    return Sheet(None, frame.fillna(""))


def _decode(content: bytes, encodings: Sequence[str]) -> str:
    """Byte-order mark, then strict UTF-8, then the declared code pages by likelihood; never a guess beyond them."""
    import chardet

    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return _strict(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # Where no page fits, the answer is ASCII, which then fails to decode; of pictures and the like it is None.
        pages = [*encodings, "utf-16-le", "utf-16-be", "ascii"]
        found = chardet.detect(content, include_encodings=pages, no_match_encoding="ascii")
    return _strict(content, found["encoding"] or "ascii")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(Finding("unreadable")) from error


def _delimiter(sample: str, delimiters: Sequence[str]) -> str:
    """The delimiter that gives most rows the same, greatest width."""

    def score(delimiter: str) -> int:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda item: item[1] * (item[0] - 1), default=(1, 0))
        return rows * (width - 1)

    return max(delimiters, key=score)
