"""A process of its own that reads one workbook: bytes on standard input, cells as text on standard output.

The library that reads workbooks is native code: what is too much for it ends the process that it runs in, and no
exception arrives. So it runs here, under a limit on memory. Standard library and that library only, because every
workbook pays for the start.

Argument: the declared limits of reading, as JSON. Answer (marshal): `(rule, parameters, sheet)` of a finding, or a list
of `(name, is_hidden, merged, n_rows, columns)`; a column is `(typecode, codes, texts)`: for each row the place of its
text.
"""

import datetime
import io
import json
import marshal
import sys
import zipfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from pipelines.intake.limits import exceeded
from pipelines.intake.text import UNWRITABLE
from pipelines.intake.workbook_details import Cells, chunks, details, ole_stream, plain

# Rows that are turned into columns at a time.
BLOCK_ROWS = 1000
# A package below this is no bomb, however well it is packed: the workbooks that we know unpack to less.
HARMLESS_BYTES = 50 * 2**20
# Parts that the library unpacks; the others are never looked at.
READ_PARTS = ("xl/worksheets/", "xl/sharedStrings", "xl/styles", "xl/workbook", "content.xml")
# Beyond these a number is written with an exponent, as a spreadsheet shows it too.
SMALLEST, LARGEST = 1e-12, 1e21
Column = tuple[str, bytes, list[str]]
Read = tuple[str, bool, list[tuple[int, int, int, int]], int, list[Column]]


class Refused(Exception):
    """The workbook cannot be read: the rule of the finding that says why, its parameters and the sheet."""

    def __init__(self, rule: str, parameters: Mapping[str, Any] | None = None, sheet: str | None = None):
        self.answer = (rule, dict(parameters or {}), sheet)
        super().__init__(rule)


def main() -> None:
    """Read standard input, answer on standard output."""
    limits = json.loads(sys.argv[1])
    _limit_memory(limits["maximum_workbook_bytes"])
    marshal.dump(answer(sys.stdin.buffer.read(), limits), sys.stdout.buffer)


def answer(content: bytes, limits: Mapping[str, Any]) -> tuple[Any, ...] | list[Read]:
    """Sheets of a workbook, or the finding that says why there are none; never an exception."""
    try:
        return list(_sheets(content, limits))
    except Refused as refused:
        return refused.answer
    except MemoryError:
        return ("too_much_memory", {}, None)
    # The reader's own panics are no Exception; whatever is wrong with these bytes, the answer is that they are.
    except BaseException as error:
        return ("too_much_memory" if "capacity overflow" in str(error) else "unreadable", {}, None)


def _limit_memory(limit: int) -> None:
    """Where the system knows no such limit, what the reader takes is the system's own to bound."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, OSError, ValueError):
        pass


def _sheets(content: bytes, limits: Mapping[str, Any]) -> Iterator[Read]:
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    archive = zipfile.ZipFile(io.BytesIO(content)) if content.startswith(b"PK") else None
    if archive is not None:
        _check_expansion(archive, len(content), limits)
    elif ole_stream(content, "EncryptedPackage"):
        raise Refused("protected")
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise Refused("protected") from None
    seen = details(content, archive)
    for sheet in workbook.sheets_metadata:
        if sheet.typ in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
            is_hidden = str(sheet.visible) != "SheetVisibleEnum.Visible"
            yield _sheet(workbook.get_sheet_by_name(sheet.name), is_hidden, seen.get(sheet.name, {}), limits)


def _check_expansion(archive: zipfile.ZipFile, size: int, limits: Mapping[str, Any]) -> None:
    """Refuse a package that unpacks to too much, by what it declares and by what its parts really hold."""
    declared = sum(part.file_size for part in archive.infolist())
    if declared > max(HARMLESS_BYTES, size * limits["maximum_expansion"]):
        raise Refused("swollen")
    parts = [part for part in archive.infolist() if part.filename.startswith(READ_PARTS)]
    if sum(part.file_size for part in parts) > limits["maximum_workbook_bytes"]:
        raise Refused("too_much_memory")
    for part in parts:
        # Unpacking stops at the declared size, and fails where the part holds more.
        for _ in chunks(archive, part.filename):
            pass


def _sheet(sheet: Any, is_hidden: bool, seen: Cells, limits: Mapping[str, Any]) -> Read:
    # The reader gives the empty rows above the first filled one, and no empty columns before the first filled one.
    first = sheet.start[1] if sheet.start else 0
    last_row, last = sheet.end or (-1, -1)
    n_rows = 1 + max([last_row, *(row for row, _ in seen)])
    n_columns = 1 + max([last, *(position for _, position in seen)])
    if excess := exceeded(n_rows, n_columns, limits):
        raise Refused(*excess, sheet.name)
    columns = [_Column() for _ in range(n_columns)]
    rows = sheet.iter_rows() if sheet.start else iter(())
    while block := list(islice(rows, BLOCK_ROWS)):
        for position, cells in enumerate(zip(*block, strict=True), start=first):
            columns[position].extend(cells)
    for column in columns:
        column.fill(n_rows)
    for (row, position), text in seen.items():
        columns[position].set(row, text)
    merged = [(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]
    return sheet.name, is_hidden, merged, n_rows, [column.packed() for column in columns]


class _Column:
    """A column under way: the distinct values seen so far, and for each row the number of its value."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {"": 0}
        self._codes = array("I")

    def extend(self, cells: Sequence[Any]) -> None:
        if bool in set(map(type, cells)):
            # True and 1 are one key.
            cells = [as_text(cell) if isinstance(cell, bool) else cell for cell in cells]
        numbers = self._numbers
        self._codes.extend([numbers.setdefault(cell, len(numbers)) for cell in cells])

    def fill(self, n_rows: int) -> None:
        self._codes.frombytes(bytes(4 * (n_rows - len(self._codes))))

    def set(self, row: int, text: str) -> None:
        self._codes[row] = self._numbers.setdefault(text, len(self._numbers))

    def packed(self) -> Column:
        typecode = "B" if len(self._numbers) < 2**8 else "H" if len(self._numbers) < 2**16 else "I"
        codes = self._codes if typecode == "I" else array(typecode, self._codes)
        return typecode, codes.tobytes(), [as_text(cell) for cell in self._numbers]


def as_text(cell: Any) -> str:
    """A workbook's cell as the text a person sees: 2022.0 → 2022, True → TRUE, midnight → the day alone."""
    if isinstance(cell, str):
        return UNWRITABLE.sub("", cell)
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        return _number(float(cell))
    if isinstance(cell, datetime.datetime):
        if cell.time() == datetime.time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return cell.isoformat(timespec="seconds") if isinstance(cell, datetime.time) else str(cell)


def _number(number: float) -> str:
    """With the fifteen digits that a spreadsheet keeps: 0.1 + 0.2 is 0.3."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = f"{number:.15g}"
    if "e" not in text or not SMALLEST < abs(number) < LARGEST:
        return text.upper()
    return plain(Decimal(text))


if __name__ == "__main__":
    main()
