"""Clean tables as a careful partner sends them, made from the contracts alone, and the files that they may come in.

Belongs here: made-up rows with their canonical values, layouts of a sheet, writers of formats. Nothing is broken here.
"""

import csv
import io
import random
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from pipelines.declarations import Column, Declarations, TableContract
from pipelines.intake.examples import choices

Cell = str | int | float | None
Grid = list[list[Any]]
# Kinds in which one year is written; all mean the year in which it closes.
YEAR_FORMS: Mapping[str, Any] = {
    "slash": lambda year: f"{year - 1}/{year % 100:02}",
    "dash": lambda year: f"{year - 1}-{year % 100:02}",
    "whole": lambda year: f"{year - 1}/{year}",
    "bare": lambda year: year,
}
FIRST_YEAR, LAST_YEAR = 2015, 2023
# Codes of error values in binary workbooks ([MS-XLS] 2.5.198.2).
ERROR_CODES = {"#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#N/A": 0x2A}


class Error(str):
    """The error value that a formula left in a cell, as against a text of these letters."""


@dataclass(frozen=True)
class Shown:
    """A number in a format that shows more than its digits."""

    number: float
    format: str


class Percent(Shown):
    """A number that its format shows as a percentage."""

    def __init__(self, number: float):
        super().__init__(number, "0.0%")


@dataclass(frozen=True)
class Formula:
    """A formula with the result that was saved with it, None where none was."""

    text: str
    result: int | None = None


@dataclass(frozen=True)
class Clean:
    """A table without a mistake: `grid` as typed, its header first; `values` the canonical rows, column → value."""

    contract: TableContract = field(repr=False)
    language: str
    grid: tuple[tuple[Cell, ...], ...]
    values: tuple[Mapping[str, Any], ...]

    def position(self, column: str) -> int:
        return [c.name for c in self.contract.columns].index(column)

    def copy(self) -> Grid:
        return [list(row) for row in self.grid]

    def set(self, row: int, column: str, text: Any) -> Grid:
        """The grid with another text in one cell; `row` counts records from 1."""
        grid = self.copy()
        grid[row][self.position(column)] = text
        return grid


@dataclass(frozen=True)
class Sheet:
    """A sheet to be written; `merged` are ranges as spreadsheets name them."""

    name: str
    grid: Grid
    merged: tuple[str, ...] = ()
    is_hidden: bool = False


def clean(
    declared: Declarations, object_id: str, language: str = "he", seed: int = 0, n_rows: int = 8, codes: bool = False
) -> Clean:
    """A made-up table of a contract; `codes`: keys of the registers instead of their names."""
    contract = declared.objects[object_id]
    chance = random.Random(f"{object_id}/{language}/{seed}")
    form = chance.choice(list(YEAR_FORMS))
    grid: list[tuple[Cell, ...]] = [tuple(column.label(language) for column in contract.columns)]
    values: list[dict[str, Any]] = []
    keys: set[tuple[Any, ...]] = set()
    while len(values) < n_rows:
        drawn = {c.name: _draw(declared, c, language, chance, len(values), form, codes) for c in contract.columns}
        for column in contract.columns:
            if column.version_rule:
                drawn[column.name] = _holding(declared, contract, column, drawn)
        for rule in contract.rules:
            if drawn[rule.left][1] > drawn[rule.right][1]:
                is_date = contract.column(rule.left).type == "date"
                part = drawn[rule.right][1] if is_date else chance.randint(0, drawn[rule.right][1])
                drawn[rule.left] = part, part
        key = tuple(drawn[name][1] for name in contract.key)
        if key not in keys:
            keys.add(key)
            grid.append(tuple(typed for typed, _ in drawn.values()))
            values.append({name: value for name, (_, value) in drawn.items()})
    return Clean(contract, language, tuple(grid), tuple(values))


def _holding(
    declared: Declarations, contract: TableContract, column: Column, drawn: Mapping[str, tuple[Cell, Any]]
) -> tuple[Cell, Any]:
    """The newest version that holds for what the row is about."""
    rule = column.version_rule
    assert rule is not None
    reference = contract.column(rule.key).reference
    assert reference is not None
    rows = declared.rows(reference.register)
    (defined,) = (row for row in rows if row[reference.column] == drawn[rule.key][1])
    version = rule.holding(defined, drawn[contract.by_role("period")[0].name][1])[-1]
    return version, version


def _draw(
    declared: Declarations, column: Column, language: str, chance: random.Random, number: int, form: str, codes: bool
) -> tuple[Cell, Any]:
    """What is typed, and the value that it means."""
    if column.calendar:
        year = chance.randint(FIRST_YEAR, LAST_YEAR)
        return YEAR_FORMS[form](year), str(year) if column.type == "text" else year
    if column.codes:
        code = chance.choice(column.codes)
        return code.labels[language], code.value
    if column.reference:
        named = chance.choice(choices(declared, column, language))
        return (named.code if codes else named.shown), named.code
    if column.type == "number":
        highest = min(column.maximum or 95, 95)
        number_drawn = round(chance.uniform(60 if highest > 60 else highest / 10, highest), 2)
        return number_drawn, number_drawn
    if column.type == "integer":
        least = int(column.minimum or 0)
        highest = max(min(column.maximum or 900, 900), least)
        lowest = max(20, least) if highest > 100 else least
        whole = chance.randint(lowest, int(highest))
        return whole, whole
    if column.type == "date":
        day = f"{chance.randint(FIRST_YEAR, LAST_YEAR)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        return day, day
    example = column.examples[0]
    if column.pattern and not example.isdigit():
        text = f"{example}{chance.randint(1, 99)}"
        return text, text
    text = str(int(example) + number) if example.isdigit() else f"{example} {chance.randint(1, 99)}"
    return text, text


# Layouts.


def below_letterhead(grid: Grid, lines: Sequence[str]) -> Grid:
    """The table under lines of text and one empty row."""
    return [*([line] for line in lines), [], *grid]


def shifted(grid: Grid, columns: int) -> Grid:
    """The table with empty columns to its left."""
    return [[*[None] * columns, *row] for row in grid]


def with_gaps(grid: Grid, every: int) -> Grid:
    """The table with an empty row after every few records."""
    out = grid[:1]
    for number, row in enumerate(grid[1:], start=1):
        out.append(row)
        if number % every == 0:
            out.append([None] * len(row))
    return out


# Files.


def as_csv(
    grid: Grid, encoding: str = "utf-8-sig", delimiter: str = ",", newline: str = "\r\n", visual: bool = False
) -> bytes:
    """Delimited text; UnicodeEncodeError where the code page lacks a letter."""
    text = io.StringIO()
    rows = [["" if cell is None else _typed(cell) for cell in row] for row in grid]
    if visual:
        rows = [[as_displayed(cell) for cell in row] for row in rows]
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return text.getvalue().encode(encoding)


def as_displayed(text: str) -> str:
    """Right-to-left text in the order of the screen, as old systems store it; runs of digits and Latin stay."""
    if not any("\u0590" <= letter <= "\u05ff" for letter in text):
        return text
    out, run = "", ""
    for letter in reversed(text):
        if letter.isascii() and letter.isalnum():
            run = letter + run
            continue
        out, run = out + run + letter.translate(str.maketrans("()[]", ")(][")), ""
    return out + run


def as_xlsx(*sheets: Sheet) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for source in sheets:
        sheet = book.create_sheet(source.name)
        for row in source.grid:
            sheet.append([_xlsx_value(cell) for cell in row])
        for row, position, shown in special(source.grid, Shown):
            sheet.cell(row, position + 1).number_format = shown.format
        for merged in source.merged:
            sheet.merge_cells(merged)
        sheet.sheet_state = "hidden" if source.is_hidden else "visible"
    formulas = (cell for source in sheets for _, _, cell in special(source.grid, Formula))
    results = {cell.text: cell.result for cell in formulas if cell.result is not None}
    return _with_results(_saved(book), results)


def special(grid: Grid, kind: type) -> Iterable[tuple[int, int, Any]]:
    """Cells of one kind with their row from 1 and position from 0."""
    return (
        (row, position, cell)
        for row, cells in enumerate(grid, start=1)
        for position, cell in enumerate(cells)
        if isinstance(cell, kind)
    )


def _xlsx_value(cell: Any) -> Any:
    if isinstance(cell, Shown):
        return cell.number
    return f"={cell.text}" if isinstance(cell, Formula) else cell


def _with_results(content: bytes, results: Mapping[str, int]) -> bytes:
    """The workbook with saved results beside its formulas, which the library that writes it leaves out."""
    if not results:
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts: dict[str, str | bytes] = {name: book.read(name) for name in book.namelist()}
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        part = parts[name]
        assert isinstance(part, bytes)
        for formula, result in results.items():
            part = part.replace(f"<f>{formula}</f><v></v>".encode(), f"<f>{formula}</f><v>{result}</v>".encode())
            part = part.replace(f"<f>{formula}</f><v />".encode(), f"<f>{formula}</f><v>{result}</v>".encode())
        parts[name] = part
    return zipped(parts)


def as_xls(*sheets: Sheet) -> bytes:
    return _saved(_xls_book(*sheets))


def as_small_xls(*sheets: Sheet) -> bytes:
    """An old workbook as other offices write it: below 4096 bytes its stream is one among small ones."""
    return compound({"Workbook": xls_stream(*sheets)}, pads=False)


def xls_stream(*sheets: Sheet) -> bytes:
    """The records of an old workbook, before they are wrapped."""
    stream: bytes = _xls_book(*sheets).get_biff_data()
    return stream


def compound(streams: Mapping[str, bytes], pads: bool = True) -> bytes:
    """A compound file, as old and encrypted Office files are ([MS-CFB]).

    `pads`: streams are filled up to the 4096 bytes from which on each has sectors of its own; else all must be smaller.
    """
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    size = 512 if pads else 64
    chain: list[int] = []
    body, entries = b"", []
    for number, (name, content) in enumerate(streams.items(), start=1):
        total = max(len(content), 4096) if pads else len(content)
        assert pads or total < 4096
        padded = content.ljust(-(-total // size) * size, b"\0")
        # The table of sectors and the directory come before streams that are not small.
        first, count = len(chain) + (2 if pads else 0), len(padded) // size
        chain += [*range(first + 1, first + count), end]
        body += padded
        right = number + 1 if number < len(streams) else free
        entries.append(_entry(name, 2, first, len(padded) if pads else total, right=right))
    fat, shared, table = [fat_mark, end], _entry("Root Entry", 5, end, 0, child=1), b""
    if pads:
        fat += chain
    else:
        assert len(chain) <= 128
        n_sectors = -(-len(body) // 512)
        fat += [end, *range(4, 3 + n_sectors), end]
        table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
        shared = _entry("Root Entry", 5, 3, len(body), child=1)
        body = body.ljust(512 * n_sectors, b"\0")
    directory = [shared, *entries]
    directory += [bytes(128)] * (-len(directory) % 4)
    assert len(directory) == 4 and len(fat) <= 128
    small = (end, 0) if pads else (2, 1)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, *small, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    return head + struct.pack("<128I", *fat, *[free] * (128 - len(fat))) + b"".join(directory) + table + body


def _entry(name: str, kind: int, first: int, size: int, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF) -> bytes:
    wide = (name + "\0").encode("utf-16-le")
    head = wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide), kind, 1, 0xFFFFFFFF, right, child)
    return head + bytes(36) + struct.pack("<IQ", first, size)


def _xls_book(*sheets: Sheet) -> Any:
    import xlwt

    book = xlwt.Workbook()
    for source in sheets:
        sheet = book.add_sheet(source.name)
        for row, cells in enumerate(source.grid):
            for position, cell in enumerate(cells):
                if isinstance(cell, Error):
                    sheet.row(row).set_cell_error(position, ERROR_CODES[cell])
                elif isinstance(cell, Shown):
                    sheet.write(row, position, cell.number, xlwt.easyxf(num_format_str=cell.format))
                elif cell is not None:
                    sheet.write(row, position, cell)
    return book


def as_ods(*sheets: Sheet) -> bytes:
    tables = "".join(
        f'<table:table table:name="{escape(sheet.name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in sheet.grid)
        + "</table:table>"
        for sheet in sheets
    )
    names = ("office", "table", "text", "number")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    lengths = sorted({len(cell.format) for sheet in sheets for _, _, cell in special(sheet.grid, Shown)})
    numbers = "".join(f'<number:number number:min-integer-digits="{length}"/>' for length in lengths)
    styles = f"<office:automatic-styles>{numbers}</office:automatic-styles>" if numbers else ""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">{styles}'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_cell(cell: Any) -> str:
    if cell is None:
        return "<table:table-cell/>"
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in _typed(cell).split("\n"))
    kind = 'office:value-type="string"'
    if isinstance(cell, int | float):
        kind = f'office:value-type="float" office:value="{cell}"'
    if isinstance(cell, Error):
        kind = 'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
    if isinstance(cell, Formula):
        return f'<table:table-cell table:formula="of:={escape(cell.text)}"/>'
    if isinstance(cell, Percent):
        return f'<table:table-cell office:value-type="percentage" office:value="{cell.number}"/>'
    if isinstance(cell, Shown):
        text = f"<text:p>{cell.number:0{len(cell.format)}}</text:p>"
        return f'<table:table-cell office:value-type="float" office:value="{cell.number}">{text}</table:table-cell>'
    return f"<table:table-cell {kind}>{text}</table:table-cell>"


def as_xlsb(*sheets: Sheet) -> bytes:
    """The binary workbook: only the parts and records that every reader needs ([MS-XLSB] 2.1.7, 2.4)."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    formats = list(dict.fromkeys(cell.format for sheet in sheets for _, _, cell in special(sheet.grid, Shown)))
    relations = f'<Relationship Id="rId0" Type="{kinds}/styles" Target="styles.bin"/>'
    overrides = '<Override PartName="/xl/styles.bin" ContentType="application/vnd.ms-excel.styles"/>'
    bundles, parts = b"", {"xl/styles.bin": _xlsb_styles(formats)}
    for number, sheet in enumerate(sheets, start=1):
        bundles += _record(0x9C, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(sheet.name))
        target = f"worksheets/sheet{number}.bin"
        relations += f'<Relationship Id="rId{number}" Type="{kinds}/worksheet" Target="{target}"/>'
        overrides += f'<Override PartName="/xl/{target}" ContentType="application/vnd.ms-excel.worksheet"/>'
        parts[f"xl/{target}"] = _xlsb_sheet(sheet, formats)
    book = _record(0x83) + _record(0x8F) + bundles + _record(0x90) + _record(0x84)
    main = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.bin" ContentType="{main}"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{kinds}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}/relationships">{relations}</Relationships>',
            **parts,
        }
    )


def _xlsb_styles(formats: Sequence[str]) -> bytes:
    """The plain style, then one for each format; a style that nothing uses stands before them in a list of its own."""
    first = 164
    codes = b"".join(_record(0x2C, struct.pack("<H", first + n) + _wide(code)) for n, code in enumerate(formats))
    numbers = [0, *range(first, first + len(formats))]
    styles = [_record(0x2F, struct.pack("<HH12x", 0, number)) for number in numbers]
    codes = _record(0x267, struct.pack("<I", len(formats))) + codes + _record(0x268)
    unused = _record(0x272, struct.pack("<I", 1)) + _record(0x2F, struct.pack("<HH12x", 0xFFFF, 9)) + _record(0x273)
    used = _record(0x269, struct.pack("<I", len(styles))) + b"".join(styles) + _record(0x26A)
    return _record(0x116) + codes + unused + used + _record(0x117)


def _xlsb_sheet(sheet: Sheet, formats: Sequence[str]) -> bytes:
    width = max((len(row) for row in sheet.grid), default=1)
    body = _record(0x81) + _record(0x94, struct.pack("<IIII", 0, len(sheet.grid) - 1, 0, width - 1)) + _record(0x91)
    for number, row in enumerate(sheet.grid):
        body += _record(0x00, struct.pack("<IIHBBBI", number, 0, 0, 0, 0, 0, 0))
        for position, cell in enumerate(row):
            place = struct.pack("<II", position, 1 + formats.index(cell.format) if isinstance(cell, Shown) else 0)
            if isinstance(cell, Error):
                body += _record(0x03, place + bytes([ERROR_CODES[cell]]))
            elif isinstance(cell, Shown):
                hundredths = round(cell.number * 100)
                is_short = hundredths / 100 == cell.number
                number = struct.pack("<i", hundredths << 2 | 3) if is_short else struct.pack("<d", cell.number)
                body += _record(0x02 if is_short else 0x05, place + number)
            elif isinstance(cell, int | float):
                body += _record(0x05, place + struct.pack("<d", cell))
            elif cell is not None:
                body += _record(0x06, place + _wide(cell))
    return body + _record(0x92) + _record(0x82)


def _record(kind: int, content: bytes = b"") -> bytes:
    """A record: kind and length in groups of seven bits, lowest first."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, rest = b"", len(content)
    while True:
        rest, low = rest >> 7, rest & 0x7F
        length += bytes([low | (0x80 if rest else 0)])
        if not rest:
            return head + length + content


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), part, compress_type=kind)
    return content.getvalue()


def _typed(cell: Any) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    return repr(cell) if isinstance(cell, float) else str(cell)


def _saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


WORKBOOKS: Mapping[str, Any] = {"xlsx": as_xlsx, "xls": as_xls, "ods": as_ods, "xlsb": as_xlsb}
