"""Templates: an empty file of a table as a partner needs it, made from the contract.

Two example rows pass `measure check`; the column order is the contract's in every language. The sheets beside the table
carry a mark, by which reading knows them for ours and passes over them.
"""

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.declarations import Column, Declarations, TableContract
from pipelines.intake import guide, spreadsheet
from pipelines.intake.examples import Choice, choices, examples
from pipelines.intake.findings import _
from pipelines.intake.guide import ColumnGuide, Guide
from pipelines.intake.read import TEMPLATE_SHEET
from pipelines.translation import translator

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Template = Callable[[Declarations, TableContract, str], bytes]
BYTE_ORDER_MARK = "\ufeff"
LAST_ROW = 1048576
# Of a list as short as this Excel takes nothing else; beside a longer one it lets codes in, with a warning.
CLOSED_LIST = 12
# Excel's own limits for the text of a refusal.
ALERT_TITLE, ALERT_TEXT = 32, 255
NARROWEST, WIDEST = 11, 38
NEEDED, OPTIONAL, GREY, LIGHT = "1F4E79", "D9E2EC", "6B7785", "C8CFD6"
# Files are made of declarations alone: no clock goes into them.
CREATED = datetime.datetime(2000, 1, 1)


def as_csv(declarations: Declarations, contract: TableContract, language: str) -> bytes:
    """Header and two example rows as UTF-8 with byte-order mark, which spreadsheets need."""
    text = io.StringIO()
    header = [column.label(language) for column in contract.columns]
    csv.writer(text, lineterminator="\r\n").writerows([header, *examples(declarations, contract, language)])
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def as_xlsx(declarations: Declarations, contract: TableContract, language: str) -> bytes:
    """The same as a workbook: the table with notes and drop-downs, a sheet of the lists, a sheet that explains."""
    from babel import Locale
    from openpyxl import Workbook

    say, told = translator(language), guide.guide(declarations, contract, language)
    names: list[str] = []
    for wanted in (contract.label(language), say(_("Lists")), told.words.guide):
        names.append(spreadsheet.unique_title(wanted, names))
    book = Workbook()
    # The library signs its notes with this name.
    book.properties.creator = declarations.initiative.names.get(language, declarations.initiative.id)
    table = book.active
    assert table is not None
    table.title = names[0]
    lists, explained = book.create_sheet(names[1]), book.create_sheet(names[2])
    _fill_table(table, contract, told, say)
    _fill_lists(lists, table, declarations, contract, language)
    _fill_guide(explained, contract, told)
    for sheet in (table, lists, explained):
        sheet.sheet_view.rightToLeft = Locale.parse(language).text_direction == "rtl"
    codes = [
        f"{table.cell(1, place).column_letter}2:{table.cell(1, place).column_letter}{LAST_ROW}"
        for place, column in enumerate(contract.columns, start=1)
        if not _is_number(column)
    ]
    return spreadsheet.saved(book, book.properties.creator, CREATED, codes={table.title: codes})


FORMATS: Mapping[str, Template] = {"csv": as_csv, "xlsx": as_xlsx}


def _is_number(column: Column) -> bool:
    """Whether Excel may treat a column as numbers; as one, it would eat zeros of codes and make dates of years."""
    return column.type in ("integer", "number") and not (column.reference or column.codes or column.calendar)


def _cell(column: Column, text: str) -> Any:
    if not text or not _is_number(column):
        return text
    return int(text) if column.type == "integer" else float(text)


def _fill_table(sheet: "Worksheet", contract: TableContract, told: Guide, say: guide.Translate) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 32
    for place, (column, words) in enumerate(zip(contract.columns, told.columns, strict=True), start=1):
        cells = [_cell(column, row[place - 1]) for row in told.rows]
        head = sheet.cell(1, place, words.header)
        head.font = Font(bold=True, color="FFFFFF" if words.is_required else "000000")
        head.fill = PatternFill("solid", fgColor=NEEDED if words.is_required else OPTIONAL)
        head.alignment = Alignment(wrap_text=True, vertical="top")
        # In the header, because a note in an example row would stay on whatever is written over it.
        example = [say(_("The grey rows are examples: write over them, or delete them."))] if place == 1 else []
        head.comment = _note("\n".join([_header_note(words, told), *example]), book=sheet.parent)
        letter = head.column_letter
        number_format = "General" if _is_number(column) else "@"
        sheet.column_dimensions[letter].width = _width([words.header, *map(str, cells)])
        sheet.column_dimensions[letter].number_format = number_format
        for row, value in enumerate(cells, start=2):
            cell = sheet.cell(row, place, value if value != "" else None)
            cell.number_format = number_format
    for row in range(2, 2 + len(told.rows)):
        _grey_while_untouched(sheet, row, len(contract.columns))


def _grey_while_untouched(sheet: "Worksheet", row: int, width: int) -> None:
    """Italic and grey as long as all cells are the example's: what somebody writes over looks like any other row."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font

    cells = [sheet.cell(row, place) for place in range(1, width + 1)]
    same = ",".join(f"${cell.column_letter}{row}={_literal(cell.value)}" for cell in cells)
    rule = FormulaRule(formula=[f"AND({same})"], font=Font(italic=True, color=GREY))
    sheet.conditional_formatting.add(f"A{row}:{cells[-1].column_letter}{row}", rule)


def _literal(value: Any) -> str:
    return '"{}"'.format(value.replace('"', '""')) if isinstance(value, str) else f"{value}"


def _header_note(words: ColumnGuide, told: Guide) -> str:
    kind = told.words.required if words.is_required else told.words.optional
    return "\n".join([f"{words.header} ({kind})", *words.told])


def _note(text: str, book: Any) -> Any:
    from openpyxl.comments import Comment

    lines = sum(1 + len(line) // 38 for line in text.split("\n"))
    return Comment(text, book.properties.creator, height=30 + 18 * lines, width=280)


def _width(texts: Iterable[str]) -> int:
    return min(WIDEST, max(NARROWEST, *(len(text) + 3 for text in texts)))


def _fill_lists(
    sheet: "Worksheet", table: "Worksheet", declarations: Declarations, contract: TableContract, language: str
) -> None:
    """One column a list, and in the table a drop-down over it."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    say = translator(language)
    sheet["A1"] = say(_("These lists fill the drop-downs of the first sheet. Nothing is read from here."))
    _mark(sheet, contract)
    sheet.freeze_panes = "A4"
    place = 0
    for at, column in enumerate(contract.columns, start=1):
        listed = choices(declarations, column, language)
        if not listed:
            continue
        place += 1
        letter = get_column_letter(place)
        sheet.cell(3, place, column.label(language)).font = Font(bold=True)
        for row, choice in enumerate(listed, start=4):
            cell = sheet.cell(row, place, choice.shown)
            cell.number_format = "@"
        sheet.column_dimensions[letter].width = _width([column.label(language), *(c.shown for c in listed)])
        title = sheet.title.replace("'", "''")
        source = f"'{title}'!${letter}$4:${letter}${3 + len(listed)}"
        rule = _drop_down(source, column, listed, language)
        rule.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{LAST_ROW}")
        table.add_data_validation(rule)


def _drop_down(source: str, column: Column, listed: Sequence[Choice], language: str) -> Any:
    from openpyxl.worksheet.datavalidation import DataValidation

    say, is_closed = translator(language), len(listed) <= CLOSED_LIST
    closed = _("This is not in the list. Choose one of its values.")
    long = _("This is not in the list. Choose a name from it, or write the code and keep it.")
    return DataValidation(
        type="list",
        formula1=source,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="stop" if is_closed else "warning",
        errorTitle=column.label(language)[:ALERT_TITLE],
        error=say(closed if is_closed else long)[:ALERT_TEXT],
    )


def _mark(sheet: "Worksheet", contract: TableContract) -> None:
    from openpyxl.styles import Font

    sheet["A2"] = TEMPLATE_SHEET + contract.id
    sheet["A2"].font = Font(size=7, color=LIGHT)


def _fill_guide(sheet: "Worksheet", contract: TableContract, told: Guide) -> None:
    """The guide in rows: sections, the columns as a table, signs for missing numbers, what happens next."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet["A1"] = f"{told.words.guide}: {told.title}"
    sheet["A1"].font = Font(bold=True, size=14)
    _mark(sheet, contract)
    for letter, width in zip("ABCDE", (26, 16, 60, 20, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    for number, (kind, texts) in enumerate(_guide_rows(told), start=3):
        for place, text in enumerate(texts, start=1):
            cell = sheet.cell(number, place, text or None)
            # A sentence runs over the columns beside it, a table's text stays within its own.
            cell.alignment = Alignment(wrap_text=kind in (ROW, HEADING), vertical="top")
            cell.font = Font(bold=kind in (TITLE, HEADING), size=12 if kind == TITLE else 11)
            cell.number_format = "@"
            if kind == HEADING:
                cell.fill = PatternFill("solid", fgColor=OPTIONAL)


TITLE, HEADING, ROW, LINE = "title", "heading", "row", "line"


def _guide_rows(told: Guide) -> Iterable[tuple[str, list[str]]]:
    words = told.words
    for section in told.about:
        yield from _section_rows(section)
    yield from ((LINE, []), (TITLE, [words.columns]))
    yield HEADING, [words.column, "", words.what, words.unit, words.example]
    for column in told.columns:
        need = words.required if column.is_required else words.optional
        yield ROW, [column.header, need, " ".join(column.told), column.unit, column.example]
    yield from ((LINE, []), (TITLE, [words.no_number]))
    if told.signs:
        yield HEADING, [words.written, "", words.means]
        yield from ((ROW, [" · ".join(signs), "", meaning]) for signs, meaning in told.signs)
    yield from ((LINE, [sentence]) for sentence in told.no_number)
    for section in told.further:
        yield from _section_rows(section)


def _section_rows(section: guide.Section) -> Iterable[tuple[str, list[str]]]:
    yield from ((LINE, []), (TITLE, [section.title]))
    for number, sentence in enumerate(section.sentences, start=1):
        yield LINE, [f"{number}. {sentence}" if section.is_ordered else sentence]
