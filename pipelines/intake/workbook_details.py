"""What the library that reads workbooks leaves out, looked up in the file itself: error values, formulas that were
saved without a result, numbers that their format shows as percentages or with zeros before them.

Standard library only, because it belongs to the process that reads workbooks. Positions count from 0.
"""

import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import IO, Any
from xml.parsers import expat

Cells = dict[tuple[int, int], str]
# What a number format makes of a number, where that is more than its digits.
Show = Callable[[float], str | None]
CHUNK = 2**22
# The longest of the texts below that may fall between two chunks.
OVERLAP = 512
# [MS-XLS] 2.5.198.2, [MS-XLSB] 2.5.97.2.
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
ERROR_CELL = re.compile(rb"""\bt=["']e["']""")
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
# A formula's element at the end of its cell, or before an empty value.
NO_RESULT = re.compile(
    rb"</(?:\w+:)?f>\s*</|<(?:\w+:)?f[^<>]{0,400}/>\s*</|<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v\s*/>"
)
# In an open document: an error, a percentage, a format with zeros before the number, a formula without a value.
OPEN_DETAIL = re.compile(
    rb"""value-type=["'](?:error|percentage)["']|min-integer-digits=["'](?:[2-9]|[1-9][0-9])["']"""
    rb"""|<[\w:]*table-cell(?=[^<>]*\bformula=)(?![^<>]*\b(?:string-|date-|time-|boolean-)?value=)"""
)
OPEN_VALUES = ("value", "string-value", "date-value", "time-value", "boolean-value")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# In a number format: what is shown as it stands, and so does not make a percentage of the number.
LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
PERCENT_FORMATS = {9: "0%", 10: "0.00%"}
ZEROS = re.compile("0{2,}")
ZERO_FIRST = re.compile("0[0-9]+")
# Cells that one element of an open document may stand for, before it is a trap.
REPEATED = 100_000


def details(content: bytes, archive: zipfile.ZipFile | None) -> Mapping[str, Cells]:
    """Sheet → place → text, for every cell of which the library says less than a person sees.

    `archive` is the opened package, None for the old binary format. Raises ValueError (or one of its kind), KeyError,
    struct.error, ExpatError or BadZipFile where the file is broken.
    """
    if archive is None:
        return _of_xls(content)
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return _of_xlsx(archive)
    if "xl/workbook.bin" in names:
        return _of_xlsb(archive)
    return _of_ods(archive) if "content.xml" in names else {}


# Office Open XML.


def _of_xlsx(archive: zipfile.ZipFile) -> Mapping[str, Cells]:
    shows = _xlsx_styles(archive)
    styles = re.compile(rb"""\bs=["'](?:%s)["']""" % b"|".join(b"%d" % s for s in shows)) if shows else None
    relations = _relations(archive, "xl/_rels/workbook.xml.rels")
    found: dict[str, Cells] = {}
    for name, relation in _bundle(archive):
        part = relations.get(relation, "")
        if part in archive.NameToInfo and _is_worth_a_look(archive, part, styles):
            found[name] = _sheet_cells(archive, part, shows)
    return found


def _is_worth_a_look(archive: zipfile.ZipFile, part: str, styles: re.Pattern[bytes] | None) -> bool:
    """Searching the bytes takes a tenth of the time of parsing them; most sheets hold nothing of the kind."""
    return any(
        ERROR_CELL.search(chunk)
        or (styles and styles.search(chunk))
        or (FORMULA.search(chunk) and NO_RESULT.search(chunk))
        for chunk in chunks(archive, part)
    )


def chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A part of the package, unpacked piece by piece; each begins with the end of the one before."""
    with archive.open(part) as handle:
        before = b""
        while chunk := handle.read(CHUNK):
            yield before + chunk
            before = chunk[-OVERLAP:]


def _bundle(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and relation of each sheet."""
    sheets: list[tuple[str, str]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            sheets.append((attributes.get("name", ""), attributes.get("id", "")))

    with archive.open("xl/workbook.xml") as handle:
        _parse(handle, start)
    return sheets


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Relation → the part that it leads to."""
    targets: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"

    if part in archive.NameToInfo:
        with archive.open(part) as handle:
            _parse(handle, start)
    return targets


def _xlsx_styles(archive: zipfile.ZipFile) -> dict[int, Show]:
    codes: dict[int, str] = {}
    used: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        inside.append(name)
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and "cellXfs" in inside:
            used.append(int(attributes.get("numFmtId", "0")))

    if "xl/styles.xml" in archive.NameToInfo:
        with archive.open("xl/styles.xml") as handle:
            _parse(handle, start, lambda _: inside.pop())
    return _telling(codes, used)


def _sheet_cells(archive: zipfile.ZipFile, part: str, shows: Mapping[int, Show]) -> Cells:
    reader = _SheetReader(shows)
    with archive.open(part) as handle:
        _parse(handle, reader.start, reader.end, reader.text)
    return reader.cells


class _SheetReader:
    """Listens to the elements of one sheet."""

    def __init__(self, shows: Mapping[int, Show]):
        self.cells: Cells = {}
        self._shows = shows
        self._row = self._position = -1
        self._attributes: Mapping[str, str] = {}
        self._formula: str | None = None
        self._value: str | None = None
        self._within = ""
        self._shared: dict[str, str] = {}
        self._shares: str | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._attributes, self._formula, self._value, self._shares = attributes, None, None, None
            self._position += 1
            if place := CELL.fullmatch(attributes.get("r", "")):
                self._row, self._position = int(place[2]) - 1, position_of(place[1])
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._position = -1
        elif name == "f":
            self._within, self._formula = name, ""
            self._shares = attributes.get("si") if attributes.get("t") == "shared" else None
        elif name == "v":
            self._within, self._value = name, ""

    def end(self, name: str) -> None:
        if name == "c":
            seen = self._seen()
            if seen is not None:
                self.cells[self._row, self._position] = seen
        elif name in ("f", "v"):
            self._within = ""

    def text(self, text: str) -> None:
        if self._within == "f":
            self._formula = (self._formula or "") + text
        elif self._within == "v":
            self._value = (self._value or "") + text

    def _seen(self) -> str | None:
        kind, value = self._attributes.get("t", "n"), (self._value or "").strip()
        if self._shares is not None:
            # The first cell of a shared formula holds its text, the others refer to it.
            self._formula = self._shared.setdefault(self._shares, self._formula or "")
        if kind == "e":
            return value or None
        # An empty text is a result too.
        if self._formula is not None and not value and (kind != "str" or self._value is None):
            return f"={self._formula}"
        show = self._shows.get(int(self._attributes.get("s", "0")))
        return show(float(value)) if kind == "n" and value and show is not None else None


# Number formats.


def _telling(codes: Mapping[int, str], used: Iterable[int]) -> dict[int, Show]:
    """Style → what it shows, for styles that show more than digits; `used` is the format of each style in turn."""
    shows = {number: show for number, code in {**PERCENT_FORMATS, **codes}.items() if (show := _show(code)) is not None}
    return {style: shows[number] for style, number in enumerate(used) if number in shows}


def _show(code: str) -> Show | None:
    positive = code.split(";")[0]
    if "%" in positive:
        # A quoted sign is added to the number as it stands.
        return partial(percentage, shift=2 if "%" in LITERAL.sub("", positive) else 0)
    return partial(zero_padded, width=len(positive)) if ZEROS.fullmatch(positive) else None


def percentage(number: float, shift: int) -> str:
    """The number as its format shows it, with all its digits, times ten to the power of `shift`: 0.162 → 16.2%."""
    return f"{plain(Decimal(f'{number:.15g}').scaleb(shift))}%"


def zero_padded(number: float, width: int) -> str | None:
    """A whole number with zeros before it, as codes are shown: 31 → 0031; None for any other number."""
    return f"{int(number):0{width}}" if number >= 0 and number.is_integer() else None


def plain(number: Decimal) -> str:
    """Digits without an exponent and without zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def position_of(letters: str) -> int:
    """Position from 0 of a spreadsheet's column letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# Open documents.


def _of_ods(archive: zipfile.ZipFile) -> Mapping[str, Cells]:
    if not any(OPEN_DETAIL.search(chunk) for chunk in chunks(archive, "content.xml")):
        return {}
    reader = _OpenReader()
    with archive.open("content.xml") as handle:
        _parse(handle, reader.start, reader.end, reader.text)
    return reader.sheets


class _OpenReader:
    """Listens to the elements of an open document's sheets."""

    def __init__(self) -> None:
        self.sheets: dict[str, Cells] = {}
        self._cells: Cells = {}
        self._row = self._position = self._repeated = 0
        self._cell: Mapping[str, str] | None = None
        self._text = ""
        self._within: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table":
            self._cells = self.sheets.setdefault(attributes.get("name", ""), {})
            self._row = 0
        elif name == "table-row":
            self._repeated, self._position = int(attributes.get("number-rows-repeated", "1")), 0
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._text = attributes, ""
        self._within.append(name)

    def text(self, text: str) -> None:
        if self._within and self._within[-1] == "p" and "annotation" not in self._within:
            self._text += text

    def end(self, name: str) -> None:
        self._within.pop()
        if name == "table-row":
            self._row += self._repeated
        elif name in ("table-cell", "covered-table-cell") and self._cell is not None:
            width = int(self._cell.get("number-columns-repeated", "1"))
            if (seen := self._seen(self._cell)) is not None:
                if width * self._repeated > REPEATED:
                    raise MemoryError
                for row in range(self._row, self._row + self._repeated):
                    self._cells.update({(row, self._position + at): seen for at in range(width)})
            self._position += width
            self._cell = None

    def _seen(self, cell: Mapping[str, str]) -> str | None:
        # Two attributes of this name: the standard's own and the one of the office that wrote the file.
        if "error" in cell.get("value-type", "").split():
            return self._text or None
        kinds = cell.get("value-type", "").split()
        if "percentage" in kinds:
            return percentage(float(cell["value"]), 2)
        if "formula" in cell and "string" not in kinds and not self._text and cell.keys().isdisjoint(OPEN_VALUES):
            return f"={cell['formula'].partition('=')[2]}"
        # The text is what is shown; of a number only zeros before it are more than its value.
        padded = "float" in kinds and ZERO_FIRST.fullmatch(self._text) and float(self._text) == float(cell["value"])
        return self._text if padded else None


# The binary formats.


def _of_xlsb(archive: zipfile.ZipFile) -> Mapping[str, Cells]:
    relations = _relations(archive, "xl/_rels/workbook.bin.rels")
    shows = _xlsb_styles(archive)
    sheets: dict[str, Cells] = {}
    for kind, record in _xlsb_records(archive.read("xl/workbook.bin")):
        if kind == 0x9C:
            relation, at = _wide(record, 8)
            sheets[_wide(record, at)[0]] = _xlsb_cells(archive, relations.get(relation, ""), shows)
    return sheets


def _xlsb_styles(archive: zipfile.ZipFile) -> dict[int, Show]:
    codes: dict[int, str] = {}
    used: list[int] = []
    is_inside = False
    part = "xl/styles.bin"
    for kind, record in _xlsb_records(archive.read(part)) if part in archive.NameToInfo else ():
        if kind == 0x2C:
            codes[struct.unpack_from("<H", record)[0]] = _wide(record, 2)[0]
        elif kind in (0x269, 0x26A):
            is_inside = kind == 0x269
        elif kind == 0x2F and is_inside:
            used.append(struct.unpack_from("<H", record, 2)[0])
    return _telling(codes, used)


def _xlsb_cells(archive: zipfile.ZipFile, part: str, shows: Mapping[int, Show]) -> Cells:
    cells: Cells = {}
    row = 0
    for kind, record in _xlsb_records(archive.read(part)) if part in archive.NameToInfo else ():
        if kind == 0x00:
            (row,) = struct.unpack_from("<I", record)
        elif kind in (0x03, 0x0B):
            cells[row, struct.unpack_from("<I", record)[0]] = ERRORS.get(record[8], "#N/A")
        elif kind in (0x02, 0x05, 0x09):
            position, style = struct.unpack_from("<II", record)
            # The highest byte holds marks of the cell, the others its style.
            if show := shows.get(style & 0xFFFFFF):
                seen = show(_short_number(record, 8) if kind == 0x02 else struct.unpack_from("<d", record, 8)[0])
                if seen is not None:
                    cells[row, position] = seen
    return cells


def _xlsb_records(stream: bytes) -> Iterator[tuple[int, memoryview]]:
    """Kind and content of each record; both numbers before it in groups of seven bits, lowest first."""
    view, at = memoryview(stream), 0
    while at < len(view):
        kind, at = view[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | (view[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while True:
            part, at = view[at], at + 1
            size |= (part & 0x7F) << shift
            shift += 7
            if not part & 0x80 or shift > 21:
                break
        yield kind, view[at : at + size]
        at += size


def _wide(record: memoryview, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", record, at)
    end = at + 4 + 2 * length
    return bytes(record[at + 4 : end]).decode("utf-16-le"), end


def _short_number(record: memoryview, at: int) -> float:
    """A number in 30 bits, whole or the first part of a longer one, perhaps in hundredths ([MS-XLS] 2.5.217)."""
    (bits,) = struct.unpack_from("<i", record, at)
    number = float(bits >> 2) if bits & 2 else struct.unpack("<d", struct.pack("<ii", 0, bits & ~3))[0]
    return number / 100 if bits & 1 else number


def _of_xls(content: bytes) -> Mapping[str, Cells]:
    stream = ole_stream(content, "Workbook")
    codes: dict[int, str] = {}
    used: list[int] = []
    starts: dict[str, int] = {}
    for kind, record in _xls_records(stream, 0):
        if kind == 0x85:
            start, _, letters, flags = struct.unpack_from("<IHBB", record)
            starts[_letters(record, 8, letters, flags)] = start
        elif kind == 0x41E:
            number, letters, flags = struct.unpack_from("<HHB", record)
            codes[number] = _letters(record, 5, letters, flags)
        elif kind == 0xE0:
            used.append(struct.unpack_from("<H", record, 2)[0])
    shows = _telling(codes, used)
    return {name: dict(_xls_cells(stream, start, shows)) for name, start in starts.items()}


def _letters(record: memoryview, at: int, n_letters: int, flags: int) -> str:
    wide = flags & 1
    return bytes(record[at : at + n_letters * (2 if wide else 1)]).decode("utf-16-le" if wide else "latin-1")


def _xls_cells(stream: bytes, start: int, shows: Mapping[int, Show]) -> Iterator[tuple[tuple[int, int], str]]:
    for kind, record in _xls_records(stream, start):
        if kind == 0x205 and record[7]:
            yield struct.unpack_from("<HH", record), ERRORS.get(record[6], "#N/A")  # type: ignore[misc]
        elif kind == 0x06 and record[6] == 2 and record[12:14] == b"\xff\xff":
            yield struct.unpack_from("<HH", record), ERRORS.get(record[8], "#N/A")  # type: ignore[misc]
        elif shows:
            for place, style, number in _xls_numbers(kind, record):
                if style in shows and (seen := shows[style](number)) is not None:
                    yield place, seen


def _xls_numbers(kind: int, record: memoryview) -> Iterator[tuple[tuple[int, int], int, float]]:
    """Place, style and number of each number of a record."""
    if kind not in (0x203, 0x27E, 0xBD, 0x06):
        return
    row, position, style = struct.unpack_from("<HHH", record)
    if kind == 0xBD:
        for at in range(4, len(record) - 2, 6):
            yield (
                (row, position + (at - 4) // 6),
                struct.unpack_from("<H", record, at)[0],
                _short_number(record, at + 2),
            )
    elif kind == 0x27E:
        yield (row, position), style, _short_number(record, 6)
    # A formula's result that is no number ends in these bytes.
    elif kind == 0x203 or record[12:14] != b"\xff\xff":
        yield (row, position), style, struct.unpack_from("<d", record, 6)[0]


def _xls_records(stream: bytes, start: int) -> Iterator[tuple[int, memoryview]]:
    """Kind and content of the records of one sheet, or of what precedes the sheets."""
    view, at, depth = memoryview(stream), start, 0
    while at + 4 <= len(view):
        kind, size = struct.unpack_from("<HH", view, at)
        yield kind, view[at + 4 : at + 4 + size]
        at += 4 + size
        # Charts have their own beginnings and ends within a sheet's.
        depth += {0x809: 1, 0x0A: -1}.get(kind, 0)
        if depth <= 0:
            return


def ole_stream(content: bytes, name: str) -> bytes:
    """A stream of an OLE compound file ([MS-CFB]); empty where there is none of that name."""
    shift, small_shift, first, cutoff, first_small = struct.unpack_from("<30xHH14xI4xII", content)
    if shift not in (9, 12) or small_shift >= shift:
        return b""
    size = 1 << shift

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    tables = list(_integers(content[76:512]))
    further, n_further = struct.unpack_from("<II", content, 68)
    for _ in range(min(n_further, len(content) // size)):
        numbers = _integers(sector(further))
        if not numbers:
            break
        *more, further = numbers
        tables += more
    every = (number for table in tables if table < 0xFFFFFFFA for number in _integers(sector(table)))
    following = list(islice(every, len(content) // size))
    directory = _chain(sector, following, first)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    entry = next((entry for entry in entries if _entry_name(entry) == name), None)
    if entry is None:
        return b""
    start, total = struct.unpack_from("<II", entry, 116)
    if total >= cutoff:
        return _chain(sector, following, start)[:total]
    # Small streams share one, the first entry's, and have sectors of their own in it.
    shared = _chain(sector, following, struct.unpack_from("<I", entries[0], 116)[0])
    small_following = _integers(_chain(sector, following, first_small))[: len(shared) >> small_shift]
    return _chain(lambda at: shared[at << small_shift : (at + 1) << small_shift], small_following, start)[:total]


def _entry_name(entry: bytes) -> str:
    (length,) = struct.unpack_from("<H", entry, 64)
    return entry[: max(length - 2, 0)].decode("utf-16-le", "replace")


def _integers(part: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])


def _chain(sector: Callable[[int], bytes], following: Sequence[int], start: int) -> bytes:
    """The sectors that follow one another from `start`, no more than there are."""
    parts: list[bytes] = []
    while start < len(following) and len(parts) < len(following):
        parts.append(sector(start))
        start = following[start]
    return b"".join(parts)


# XML.


def _parse(
    handle: IO[bytes],
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell the listeners of every element by its local name; attributes of one local name are joined by a space."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def started(name: str, attributes: Mapping[str, str]) -> None:
        start(name.rpartition(" ")[2], _local(attributes.items()))

    def refuse(*_: object) -> None:
        raise ValueError("a workbook declares no document types")

    parser.StartElementHandler = started
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    while chunk := handle.read(2**16):
        parser.Parse(chunk)
    parser.Parse(b"", True)


def _local(attributes: Iterable[tuple[str, str]]) -> dict[str, str]:
    local: dict[str, str] = {}
    for name, value in attributes:
        key = name.rpartition(" ")[2]
        local[key] = f"{local[key]} {value}" if key in local else value
    return local
