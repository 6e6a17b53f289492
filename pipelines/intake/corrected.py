"""Corrected copies: the sender's own layout, with what was changed, what is wrong and what to choose marked in cells.

Two ways to the same workbook: a small xlsx is edited, so that everything of it stays; anything else is built anew from
the cells that were read. Nothing that a spreadsheet would run is ever written, and the same input gives the same bytes.
"""

import datetime
import hashlib
import io
import logging
import math
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.declarations import Declarations
from pipelines.intake import receipt, spreadsheet
from pipelines.intake.entries import QUESTION, kind_of
from pipelines.intake.examine import Examination, TableResult
from pipelines.intake.findings import CHANGE, ERROR, WARNING, Finding, _
from pipelines.intake.read import CORRECTED_COPY, Sheet, column_letter
from pipelines.intake.summary import SAMPLES, Summary
from pipelines.translation import translator

if TYPE_CHECKING:
    from openpyxl import Workbook

# openpyxl holds what it parses, pivots' records among it, in sixty times its size: a workbook whose parts unpack to
# more is built anew, row by row.
MAXIMUM_EDITED_BYTES = 10 * 2**20
PARSED = (".xml", ".rels", ".vml")
# Beyond this a copy takes long to write and longer to open; the receipt lists what is wrong all the same.
MAXIMUM_CELLS = 3_000_000
# Notes on changes of one workbook; a spreadsheet becomes slow beyond. Further cells are coloured only.
MAXIMUM_NOTES = 5_000
# Rows at the top in which a summary sheet bears its mark.
MARKED_ROWS = 5
# Rows that are looked at to size a new sheet, and to tell its direction.
SIZED_ROWS, DIRECTION_ROWS = 200, 20
# Told apart by people who do not see red and green, too; the first that a cell deserves is its own.
COLOURS: Mapping[str, str] = {ERROR: "FFF4B6A6", CHANGE: "FFBDD7EE", WARNING: "FFFFF2CC"}
WORST = tuple(SAMPLES)
# No clock: a copy of a mere check has no day of its own.
NO_DATE = datetime.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Mark:
    """What is done to one cell: its colour by `kind`, a note, a list to choose from, another text."""

    kind: str
    note: str
    choices: tuple[str, ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class Plan:
    """One sheet's marks by (row, position), and the new texts of its table: position → texts by row, None where kept.

    `before` are the old texts of the same columns.
    `numeric`, `coded`: positions of columns that hold numbers, and of those whose texts must stay texts.
    """

    sheet: Sheet
    marks: Mapping[tuple[int, int], Mark] = field(default_factory=dict)
    texts: Mapping[int, Sequence[str | None]] = field(default_factory=dict)
    before: Mapping[int, Sequence[str]] = field(default_factory=dict)
    numeric: frozenset[int] = frozenset()
    coded: frozenset[int] = frozenset()
    header_row: int = 0

    @property
    def corrects(self) -> bool:
        """Whether any cell is wrong or changed; what is only to be known needs no copy."""
        return bool(self.texts) or any(mark.kind == ERROR for mark in self.marks.values())

    def changed(self) -> Iterator[tuple[int, int]]:
        """Cells that get another text."""
        for position, texts in self.texts.items():
            yield from ((row, position) for row, text in enumerate(texts, start=1) if text is not None)

    def mark(self, place: tuple[int, int], sentence: str) -> Mark:
        """What is done to a cell that is marked or changed; `sentence` tells what stood in it before."""
        row, position = place
        texts = self.texts.get(position)
        new = texts[row - 1] if texts is not None else None
        if new is None:
            return self.marks[place]
        changed = Mark(CHANGE, sentence.format(value=self.before[position][row - 1]), (), new)
        return _joined(self.marks[place], changed) if place in self.marks else changed


class Dresser:
    """Colours and notes of one workbook, in one language; counts notes, because a workbook bears only so many."""

    def __init__(self, declarations: Declarations, language: str):
        from openpyxl.styles import PatternFill

        self.language = language
        self.names = frozenset(declarations.initiative.names.values())
        self.author = declarations.initiative.names.get(language) or declarations.initiative.id
        self.fills = {kind: PatternFill("solid", fgColor=colour) for kind, colour in COLOURS.items()}
        self.before = translator(language)(_("It said: {value}"))
        self._notes_left = MAXIMUM_NOTES

    def notes(self, mark: Mark) -> bool:
        """Whether a mark still gets a note; mistakes always do."""
        return mark.kind != CHANGE or self._notes_left > 0

    def dress(self, cell: Any, mark: Mark, own: str = "") -> None:
        """Colour a cell and give it the mark's note, above the sender's `own` one."""
        from openpyxl.comments import Comment

        cell.fill = self.fills[mark.kind]
        if not self.notes(mark):
            return
        self._notes_left -= mark.kind == CHANGE
        note = spreadsheet.writable("\n\n".join(part for part in (mark.note, own) if part))
        lines = sum(max(1, math.ceil(len(line) / 42)) for line in note.split("\n"))
        cell.comment = Comment(note, self.author, height=24 + 18 * lines, width=320)


def as_xlsx(
    declarations: Declarations, header: receipt.Header, content: bytes, examination: Examination, language: str
) -> bytes | None:
    """The corrected copy of a file that was examined, in the sender's language.

    None where nothing could be read, where no cell is wrong or changed, or where the file is too large.
    """
    if examination.file is None:
        return None
    plans = [_plan(sheet, examination, language) for sheet in examination.file.sheets]
    if not any(plan.corrects for plan in plans) or sum(plan.sheet.cells.size for plan in plans) > MAXIMUM_CELLS:
        return None
    labels = {table.id: table.label(language) for table in declarations.datasets}
    # A copy of a copy still corrects the first file: its headers are what the sender wrote.
    sha256 = examination.file.corrects or hashlib.sha256(content).hexdigest()
    summary = Summary(receipt.as_json(declarations, header, examination), labels, language, sha256)
    date = datetime.datetime.fromisoformat(header.received_at).replace(tzinfo=None) if header.received_at else NO_DATE
    if _can_be_edited(content):
        try:
            dresser = Dresser(declarations, language)
            book = _edited(content, plans, summary, dresser, is_copy=examination.file.corrects is not None)
            return spreadsheet.saved(book, dresser.author, date)
        # The library raises errors of every kind on workbooks that spreadsheets open, colours that it does not know
        # among them; they are built anew.
        except Exception as error:
            logging.getLogger(__name__).info("a workbook is built anew, because it cannot be edited: %s", error)
    dresser = Dresser(declarations, language)
    book, rows = _built(plans, summary, examination, dresser)
    return spreadsheet.saved(book, dresser.author, date, rows)


# What is said of which cell.


def _plan(sheet: Sheet, examination: Examination, language: str) -> Plan:
    tables = [table for table in examination.tables if table.sheet == sheet.name]
    findings = [f for f in examination.findings if f.sheet == sheet.name and f.severity != CHANGE]
    marks: dict[tuple[int, int], Mark] = {}
    for finding in findings:
        place = _place(finding, sheet, tables)
        if place is not None:
            mark = _mark(finding, language)
            marks[place] = _joined(marks[place], mark) if place in marks else mark
    texts: dict[int, Sequence[str | None]] = {}
    numeric: set[int] = set()
    coded: set[int] = set()
    for table in tables:
        for name, position in table.positions.items():
            (numeric if table.contract.column(name).type in ("integer", "number") else coded).add(position)
        for name, new in table.changes.items():
            if len(new):
                by_row = new.astype(object).reindex(range(1, int(sheet.cells.index[-1]) + 1))
                texts[table.positions[name]] = by_row.where(by_row.notna(), None).tolist()
    header_row = tables[0].header_row if tables else 0
    before = {position: sheet.cells[position].tolist() for position in texts}
    return Plan(sheet, marks, texts, before, frozenset(numeric), frozenset(coded), header_row)


def _place(finding: Finding, sheet: Sheet, tables: Sequence[TableResult]) -> tuple[int, int] | None:
    """The cell that bears a finding's mark: its own, else its column's header or its row's first, or None."""
    row = finding.row
    if row is None and finding.column_letter and tables:
        row = tables[0].header_row
    if row is None or row not in sheet.cells.index:
        return None
    if finding.column_letter:
        position = _position(finding.column_letter)
        return (row, position) if position in sheet.cells.columns else None
    if tables:
        return row, min(tables[0].positions.values())
    return row, int((sheet.cells.loc[row] != "").to_numpy().argmax())


def _position(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _mark(finding: Finding, language: str) -> Mark:
    kind = WARNING if finding.severity == WARNING else ERROR
    said = receipt.message(finding, language)
    choices = tuple(choice.strip() for choice in (finding.suggestion or "").split(";") if choice.strip())
    if choices and kind_of(finding.rule, finding.severity) != QUESTION:
        said = f"{said}\n{translator(language)('Did you mean')}: {'; '.join(choices)}?"
    return Mark(kind, said, choices)


def _joined(first: Mark, second: Mark) -> Mark:
    kind = min(first.kind, second.kind, key=WORST.index)
    choices = tuple(dict.fromkeys((*first.choices, *second.choices)))
    return Mark(kind, f"{first.note}\n\n{second.note}", choices, second.text or first.text)


def _by_severity(plan: Plan) -> list[tuple[int, int]]:
    def rank(place: tuple[int, int]) -> tuple[int, tuple[int, int]]:
        return WORST.index(plan.marks[place].kind if place in plan.marks else CHANGE), place

    return sorted({*plan.marks, *plan.changed()}, key=rank)


def _first_of_merged(sheet: Sheet) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell of a merged range → the range's first, which alone can hold and show anything."""
    return {
        (row, position): (top, left)
        for top, left, bottom, right in sheet.merged
        for row in range(top, bottom + 1)
        for position in range(left, right + 1)
    }


# The sender's own workbook, edited.


def _can_be_edited(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [entry for entry in archive.infolist() if entry.filename.endswith(PARSED)]
    except zipfile.BadZipFile:
        return False
    is_xlsx = any(entry.filename.startswith("xl/worksheets/") for entry in parts)
    return is_xlsx and sum(entry.file_size for entry in parts) <= MAXIMUM_EDITED_BYTES


def _edited(content: bytes, plans: Sequence[Plan], summary: Summary, dresser: Dresser, is_copy: bool) -> "Workbook":
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # Of parts that the library does not keep; every cell is kept.
        warnings.simplefilter("ignore")
        # Formulas become their results: an edited formula would lose its result, and could not be read again.
        book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    book.template = False
    for sheet in book.worksheets:
        # A pivot whose source was changed would ask for a refresh, and lose what stands in its cells.
        sheet._pivots = []
        if _is_summary(sheet):
            book.remove(sheet)
    for plan in plans:
        sheet = book[str(plan.sheet.name)]
        if is_copy:
            _undress(sheet, dresser)
        _neutralise(sheet, plan.sheet)
        _mark_cells(sheet, plan, dresser)
    for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        # They lead to other files, whose links are not kept.
        for name in [name for name, defined in names.items() if "[" in (defined.attr_text or "")]:
            del names[name]
    first = book.create_sheet(summary.title(book.sheetnames), 0)
    summary.fill(first, {plan.sheet.name: str(plan.sheet.name) for plan in plans}, dresser.fills)
    book.active = 0
    for sheet in book.worksheets:
        # Two selected sheets are edited as one.
        sheet.sheet_view.tabSelected = sheet is first
    return book


def _is_summary(sheet: Any) -> bool:
    top = sheet.iter_rows(max_row=MARKED_ROWS, values_only=True)
    return any(isinstance(value, str) and value.startswith(CORRECTED_COPY) for row in top for value in row)


def _undress(sheet: Any, dresser: Dresser) -> None:
    """Take off what an earlier copy put on: notes of ours and our colours."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author in dresser.names:
                cell.comment = None
            if cell.has_style and cell.fill.fgColor.rgb in COLOURS.values():
                cell.fill = PatternFill()


def _neutralise(sheet: Any, read: Sheet) -> None:
    """What would run is text: texts that begin as formulas do, and formulas that have no result.

    So are texts that the library has taken out of their encoding, and would write without it.
    """
    from openpyxl.cell import MergedCell

    for position in range(len(read.cells.columns)):
        texts = read.cells[position]
        for row, text in texts[texts.str.match(spreadsheet.RUNS) | texts.str.contains(spreadsheet.ENCODED)].items():
            cell = sheet.cell(row, position + 1)
            if not isinstance(cell, MergedCell) and (cell.data_type == "s" or cell.value is None):
                spreadsheet.write(cell, text)


def _mark_cells(sheet: Any, plan: Plan, dresser: Dresser) -> None:
    first_of = _first_of_merged(plan.sheet)
    lists: dict[tuple[str, ...], list[str]] = {}
    for place in _by_severity(plan):
        mark = plan.mark(place, dresser.before)
        row, position = first_of.get(place, place)
        cell = sheet.cell(row, position + 1)
        if mark.text is not None:
            spreadsheet.write(cell, mark.text, is_number=position in plan.numeric)
            cell.number_format = "General" if cell.data_type == "n" else "@"
        elif mark.choices and position in plan.coded:
            cell.number_format = "@"
        elif mark.kind == ERROR and "%" in cell.number_format:
            # Whoever types a number over the percentage would get another percentage.
            spreadsheet.write(cell, str(plan.sheet.cells.at[row, position]))
            cell.number_format = "General"
        dresser.dress(cell, mark, cell.comment.text if cell.comment is not None else "")
        if mark.choices and not any(cell.coordinate in rule.sqref for rule in sheet.data_validations.dataValidation):
            lists.setdefault(mark.choices, []).append(cell.coordinate)
    spreadsheet.add_lists(sheet, lists)


# Any other file, built anew.


def _built(
    plans: Sequence[Plan], summary: Summary, examination: Examination, dresser: Dresser
) -> tuple["Workbook", dict[str, spreadsheet.Rows]]:
    """The workbook without its cells' texts, and these by the titles of their sheets."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    labels = {table.sheet: table.contract.label(dresser.language) for table in examination.tables}
    titles: dict[str | None, str] = {}
    for plan in plans:
        wanted = plan.sheet.name or labels.get(None) or translator(dresser.language)(_("Table"))
        titles[plan.sheet.name] = spreadsheet.unique_title(wanted, titles.values())
    first = book.create_sheet(summary.title(titles.values()))
    summary.fill(first, titles, dresser.fills)
    rows = {}
    for plan in plans:
        sheet = book.create_sheet(titles[plan.sheet.name])
        sheet.sheet_state = "hidden" if plan.sheet.is_hidden else "visible"
        rows[sheet.title] = _build_sheet(sheet, plan, dresser)
    return book, rows


def _build_sheet(sheet: Any, plan: Plan, dresser: Dresser) -> spreadsheet.Rows:
    _lay_out(sheet, plan.sheet)
    first_of = _first_of_merged(plan.sheet)
    plan = replace(plan, marks={first_of.get(place, place): mark for place, mark in plan.marks.items()})
    styles: dict[tuple[int, int], int] = {}
    lists: dict[tuple[str, ...], list[str]] = {}
    noted: dict[int, dict[int, Any]] = {}
    # What looks alike has one style, and is made once: there may be a million changes.
    looks: dict[tuple[str, bool, bool], int] = {}
    for row, position in sorted({*plan.marks, *plan.changed()}):
        mark = plan.mark((row, position), dresser.before)
        text = str(plan.sheet.cells.at[row, position]) if mark.text is None else mark.text
        look = mark.kind, position in plan.coded, spreadsheet.runs(text)
        if look not in looks or dresser.notes(mark):
            cell = _marked_cell(sheet, mark, dresser, is_coded=look[1], runs=look[2])
            looks[look] = cell.style_id
            if cell.comment is not None:
                noted.setdefault(row, {})[position] = cell
        styles[row, position] = looks[look]
        if mark.choices:
            lists.setdefault(mark.choices, []).append(f"{column_letter(position)}{row}")
    # The library takes the notes only; the cells themselves are written beside it.
    for row in range(1, max(noted, default=0) + 1):
        cells = noted.get(row, {})
        sheet.append([cells.get(position) for position in range(max(cells, default=-1) + 1)])
    spreadsheet.add_lists(sheet, lists)
    return spreadsheet.Rows(_with_changes(plan), plan.numeric, plan.header_row, styles, spreadsheet.text_style(sheet))


def _lay_out(sheet: Any, read: Sheet) -> None:
    from openpyxl.worksheet.cell_range import CellRange, MultiCellRange

    sheet.sheet_view.rightToLeft = _runs_from_the_right(read.cells)
    for position in range(len(read.cells.columns)):
        longest = read.cells[position].iloc[:SIZED_ROWS].str.len().max()
        sheet.column_dimensions[column_letter(position)].width = min(60, max(8, int(longest) + 2))
    merged = [
        CellRange(min_row=top, min_col=left + 1, max_row=bottom, max_col=right + 1)
        for top, left, bottom, right in read.merged
    ]
    sheet.merged_cells = MultiCellRange(merged)


def _marked_cell(sheet: Any, mark: Mark, dresser: Dresser, is_coded: bool, runs: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.quotePrefix = runs
    if is_coded:
        cell.number_format = "@"
    dresser.dress(cell, mark)
    return cell


def _with_changes(plan: Plan) -> pd.DataFrame:
    cells = plan.sheet.cells.copy(deep=False)
    for position, texts in plan.texts.items():
        cells[position] = [old if new is None else new for old, new in zip(plan.before[position], texts, strict=True)]
    return cells


def _runs_from_the_right(cells: pd.DataFrame) -> bool:
    """Whether most letters at a sheet's top belong to a script that is written from right to left."""
    top = "".join(cells.head(DIRECTION_ROWS).to_numpy().ravel().tolist())
    directions = [unicodedata.bidirectional(letter) for letter in top]
    return directions.count("R") + directions.count("AL") > directions.count("L")
