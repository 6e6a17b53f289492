"""Faults: clean files, each broken in one named way, with what the answer to it must say and where.

Belongs here: how a file is broken and what is expected. What production makes of it is the tests' matter.
"""

import datetime
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from types import MappingProxyType
from typing import Any

from intake import clean_tables as make
from intake.clean_tables import Clean, Grid, Sheet

from pipelines.declarations import Declarations
from pipelines.intake import template
from pipelines.intake.examine import ACCEPTED, CHANGED, HELD, PARTLY, REFUSED
from pipelines.intake.read import column_letter

ANY: tuple[str | None, ...] = ()
WHOLE: tuple[str | None, ...] = (None,)


@dataclass(frozen=True)
class Fault:
    """A broken file and what is expected: one of `rules` at the place, one of `verdicts`.

    `row` and `letters` are what a spreadsheet shows (`letters`: those that are right, ANY for any). `changes`: cells
    that are put right without asking; None where nothing can be. `answers`: (row, letter, text or None) that a person
    enters on the corrected copy of the sheet, `suggested` being among what is proposed. `spreads`: other rows suffer
    too.
    """

    name: str
    file_name: str
    content: bytes
    rules: tuple[str, ...]
    verdicts: tuple[str, ...]
    sheet: str | None = None
    row: int | None = None
    letters: tuple[str | None, ...] = WHOLE
    changes: int | None = None
    answers: tuple[tuple[int, str, Any], ...] = ()
    sheet_number: int = 0
    suggested: str | None = None
    spreads: bool = False
    settings: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_whole_file(self) -> bool:
        return self.row is None and self.sheet is None


@dataclass(frozen=True)
class Laid:
    """A table in a file: where its records stand. `rows`: file row of the header and of each record."""

    file_name: str
    content: bytes
    sheet: str | None
    rows: tuple[int, ...]
    shift: int = 0
    sheet_number: int = 0

    def letter(self, position: int) -> str:
        return column_letter(position + self.shift)


# Layouts: where a table may stand in which kind of file.

LETTERHEAD = ["נתונים לשנת הלימודים", "הופק ביום 15.1.2025", "לשימוש פנימי"]
TITLE = "גיליון 1"


def _rows(grid: Grid, first: int = 1) -> tuple[int, ...]:
    return tuple(range(first, first + len(grid)))


def _csv(table: Clean, grid: Grid) -> Laid:
    return Laid("קובץ.csv", make.as_csv(grid), None, _rows(grid))


def _code_page(table: Clean, grid: Grid) -> Laid:
    page = "windows-1256" if table.language == "ar" else "windows-1255"
    try:
        content = make.as_csv(grid, page, ";")
    except UnicodeEncodeError:
        content = make.as_csv(grid, "utf-8", ";")
    return Laid("קובץ.csv", content, None, _rows(grid))


def _utf16(table: Clean, grid: Grid) -> Laid:
    return Laid("קובץ.txt", make.as_csv(grid, "utf-16", "\t"), None, _rows(grid))


def _gaps(table: Clean, grid: Grid) -> Laid:
    spread = make.with_gaps(grid, 3)
    return Laid("קובץ.csv", make.as_csv(spread, "utf-8"), None, tuple(n for n, r in enumerate(spread, 1) if any(r)))


def _letterhead(table: Clean, grid: Grid) -> Laid:
    content = make.as_xlsx(Sheet(TITLE, make.below_letterhead(grid, LETTERHEAD)))
    return Laid("קובץ.xlsx", content, TITLE, _rows(grid, len(LETTERHEAD) + 2))


def _shifted(table: Clean, grid: Grid, shift: int = 2) -> Laid:
    content = make.as_xlsx(Sheet(TITLE, make.shifted(make.below_letterhead(grid, LETTERHEAD), shift)))
    return Laid("קובץ.xlsx", content, TITLE, _rows(grid, len(LETTERHEAD) + 2), shift)


def _far(table: Clean, grid: Grid) -> Laid:
    return _shifted(table, grid, 25)


def grouped(table: Clean, grid: Grid) -> Sheet:
    """A header of two rows: titles of groups, merged, over the columns' own headers."""
    split = next(n for n, column in enumerate(table.contract.columns) if column.role == "measure")
    top = ["פרטי השורה", *[None] * (split - 1), "מספרים", *[None] * (len(grid[0]) - split - 1)]
    last = column_letter(len(grid[0]) - 1)
    return Sheet(TITLE, [top, *grid], (f"A1:{column_letter(split - 1)}1", f"{column_letter(split)}1:{last}1"))


def _two_rows(table: Clean, grid: Grid) -> Laid:
    return Laid("קובץ.xlsx", make.as_xlsx(grouped(table, grid)), TITLE, _rows(grid, 2))


def _second_sheet(table: Clean, grid: Grid) -> Laid:
    return Laid("קובץ.xlsx", make.as_xlsx(Sheet("ריק", []), Sheet(TITLE, grid)), TITLE, _rows(grid))


def _workbook(kind: str) -> Callable[[Clean, Grid], Laid]:
    def lay(table: Clean, grid: Grid) -> Laid:
        return Laid(f"קובץ.{kind}", make.WORKBOOKS[kind](Sheet(TITLE, grid)), TITLE, _rows(grid))

    return lay


LAYOUTS: Mapping[str, Callable[[Clean, Grid], Laid]] = {
    "csv": _csv,
    "letterhead": _letterhead,
    "code_page": _code_page,
    "ods": _workbook("ods"),
    "utf16": _utf16,
    "shifted": _shifted,
    "xls": _workbook("xls"),
    "gaps": _gaps,
    "two_rows": _two_rows,
    "xlsb": _workbook("xlsb"),
    "far": _far,
    "second_sheet": _second_sheet,
    "xlsx": _workbook("xlsx"),
}

# One wrong cell: name → object, column, what is typed, rules, and what else is expected.
# `answer`: what a person enters instead, `proposed` among the suggestions; `changes`: put right without asking.


@dataclass(frozen=True)
class Cell:
    table: str
    column: str
    text: Any
    rules: tuple[str, ...]
    answer: str | None = None
    proposed: str | None = None
    changes: int | None = None
    layout: str | None = None
    language: str | None = None


def _wrong(table: str, column: str, text: Any, *rules: str, **more: Any) -> Cell:
    return Cell(table, column, text, rules, **more)


GROUPS, COHORTS, TEACHERS, PROGRAMS = "matriculation_groups", "cohorts", "teachers", "programs"
NATIONAL, AUTHORITY, SCHOOL = "matriculation_national", "matriculation_authority", "matriculation_school"
ELIGIBLE = "eligibility_school"
CELLS: Mapping[str, Cell] = {
    # Places and other names.
    "typo in a place": _wrong(
        COHORTS, "authority_code", "ירושליים", "unknown_value", answer="ירושלים", proposed="ירושלים"
    ),
    "typo in a short place": _wrong(TEACHERS, "authority_code", "לו", "unknown_value", answer="לוד", proposed="לוד"),
    "typo in an English place": _wrong(
        PROGRAMS, "authority_code", "Netanyaa", "unknown_value", answer="Netanya", proposed="Netanya"
    ),
    "typo in an Arabic place": _wrong(
        COHORTS, "authority_code", "الناصرا", "unknown_value", answer="الناصرة", proposed="الناصرة"
    ),
    "name of a place cut": _wrong(
        GROUPS, "authority_code", "מעלות-תרשי", "unknown_value", answer="מעלות-תרשיחא", proposed="מעלות-תרשיחא"
    ),
    "code of a town and of a council": _wrong(GROUPS, "authority_code", "31", "ambiguous_value", answer="0031"),
    "unknown code of a place": _wrong(AUTHORITY, "authority_code", "9998", "unknown_value"),
    "district for an authority": _wrong(AUTHORITY, "authority_code", "מחוז הדרום", "unknown_value"),
    "two places in one cell": _wrong(COHORTS, "authority_code", "ערד, דימונה", "unknown_value"),
    "place missing": _wrong(GROUPS, "authority_code", None, "missing_value"),
    "place of blanks": _wrong(GROUPS, "authority_code", "   ", "missing_value"),
    "place withheld": _wrong(TEACHERS, "authority_code", "*", "unknown_value", "missing_value"),
    "former name of a place": _wrong(COHORTS, "authority_code", "נצרת עילית", "other_spelling", changes=1),
    "unknown sector": _wrong(COHORTS, "sector", "לא ידוע", "unknown_value"),
    "unknown gender": _wrong(GROUPS, "gender", "מעורב", "unknown_value"),
    "gender missing": _wrong(GROUPS, "gender", None, "missing_value"),
    "typo in a subject": _wrong(
        TEACHERS, "subject_code", "מתמתיקה", "unknown_value", answer="מתמטיקה", proposed="מתמטיקה"
    ),
    "unknown code of a subject": _wrong(NATIONAL, "subject_code", "77777", "unknown_value"),
    "unknown supervision": _wrong(SCHOOL, "supervision", "אחר", "unknown_value"),
    "unknown district": _wrong(AUTHORITY, "district_code", "מחוז דמיוני", "unknown_value"),
    "audience not in the list": _wrong(PROGRAMS, "audience", "שכנים", "unknown_value"),
    "error in a cell of names": _wrong(COHORTS, "authority_code", "#N/A", "error_value", "unknown_value", layout="csv"),
    # Years.
    "range of Hebrew years": _wrong(GROUPS, "school_year", 'תשפ"א-תשפ"ג', "year_range"),
    "range of years": _wrong(COHORTS, "school_year", "2019-2022", "year_range"),
    "two school years": _wrong(TEACHERS, "school_year", "2020/21-2021/22", "year_range", "not_a_year"),
    "year of two digits": _wrong(NATIONAL, "school_year", "22", "not_a_year"),
    "year in words": _wrong(PROGRAMS, "school_year", "שנה שעברה", "not_a_year"),
    "year with a wrong letter": _wrong(SCHOOL, "school_year", 'תשפ"ש', "not_a_year"),
    "year long ago": _wrong(GROUPS, "school_year", "1822", "below_minimum"),
    "year far ahead": _wrong(COHORTS, "school_year", "2222", "above_maximum"),
    "year missing": _wrong(ELIGIBLE, "school_year", None, "missing_value"),
    "date for a year": _wrong(TEACHERS, "school_year", "2022-01-21", "looks_like_date"),
    "Excel's date for a year": _wrong(
        TEACHERS, "school_year", datetime.date(2021, 1, 22), "looks_like_date", layout="letterhead"
    ),
    "serial number of a date for a year": _wrong(
        GROUPS, "school_year", 44562, "not_a_year", "looks_like_date", "above_maximum"
    ),
    # Numbers.
    "words for a number": _wrong(GROUPS, "n_examinees", "רבים", "not_a_number"),
    "unit beside a number": _wrong(COHORTS, "n_age_cohort", "120 תלמידים", "not_a_number"),
    "about a number": _wrong(COHORTS, "n_age_cohort", "כ-120", "not_a_number"),
    "span of numbers": _wrong(TEACHERS, "n_new", "10-20", "not_a_number", "looks_like_date"),
    "letter among digits": _wrong(TEACHERS, "n_new", "1O", "not_a_number"),
    "money for a count": _wrong(PROGRAMS, "n_volunteers", "₪120", "not_a_number"),
    "undeclared mark for a number": _wrong(PROGRAMS, "n_sessions", "?", "not_a_number"),
    "programmer's number": _wrong(NATIONAL, "n_examinees", "1e3", "not_a_number"),
    "far too many digits": _wrong(NATIONAL, "n_examinees", "9" * 20, "not_a_number", "above_maximum"),
    "cell too narrow for its number": _wrong(COHORTS, "n_age_cohort", "####", "not_a_number", "error_value"),
    "yes for a number": _wrong(COHORTS, "n_age_cohort", True, "not_a_number", layout="xlsx"),
    "date for a number": _wrong(
        PROGRAMS, "n_sessions", datetime.date(2022, 3, 4), "looks_like_date", "not_a_number", layout="xlsx"
    ),
    "percentage for a count": _wrong(GROUPS, "n_passed", "85%", "percentage"),
    "percentage for a grade": _wrong(NATIONAL, "mean_final_grade", "85%", "percentage"),
    "fraction in a count": _wrong(COHORTS, "n_age_cohort", 54.5, "not_whole"),
    "number below zero": _wrong(PROGRAMS, "n_female", -7, "below_minimum"),
    "number below zero with another minus": _wrong(PROGRAMS, "n_female", "−7", "below_minimum"),
    "count too large": _wrong(TEACHERS, "n_trained", 20001, "above_maximum"),
    "grade above hundred": _wrong(AUTHORITY, "mean_final_grade", 185.5, "above_maximum"),
    "eleven units": _wrong(SCHOOL, "units", 11, "above_maximum"),
    "units in words": _wrong(GROUPS, "units", "חמש", "not_a_number"),
    "number missing": _wrong(COHORTS, "n_enrolled_grade_12", None, "missing_value"),
    "division by zero": _wrong(GROUPS, "n_started", "#DIV/0!", "error_value", layout="xlsx"),
    "division by zero in an old workbook": _wrong(
        GROUPS, "n_started", make.Error("#DIV/0!"), "error_value", layout="xls"
    ),
    "division by zero in a binary workbook": _wrong(
        GROUPS, "n_started", make.Error("#DIV/0!"), "error_value", layout="xlsb"
    ),
    "division by zero in an open workbook": _wrong(
        GROUPS, "n_started", make.Error("#DIV/0!"), "error_value", layout="ods"
    ),
    "grade shown as a percentage": _wrong(
        NATIONAL, "mean_final_grade", make.Percent(0.852), "percentage", layout="letterhead"
    ),
    "share shown as a percentage": _wrong(GROUPS, "n_passed", make.Percent(0.85), "percentage", layout="xlsx"),
    "lost reference": _wrong(GROUPS, "n_started", "#REF!", "error_value", layout="csv"),
    "formula without a result": _wrong(TEACHERS, "n_stayed", "=1+1", "formula_without_value", layout="letterhead"),
    "formula in a text file": _wrong(TEACHERS, "n_stayed", "=SUM(E2:E4)", "formula_without_value", layout="csv"),
    # Codes and texts.
    "school code of five digits": _wrong(SCHOOL, "school_id", "14808", "wrong_form"),
    "school code with letters": _wrong(ELIGIBLE, "school_id", "אב1234", "wrong_form"),
    "command in a text": _wrong(PROGRAMS, "program_name", "=cmd|' /C calc'!A0", "formula_without_value", layout="csv"),
    "cell far too long": _wrong(PROGRAMS, "program_name", "א" * 40_000, "cell_too_long", layout="csv"),
    # Put right without asking.
    "thousands": _wrong(COHORTS, "n_age_cohort", "1,234", "other_spelling", changes=1),
    "thousands parted by a narrow space": _wrong(NATIONAL, "n_examinees", "1\u202f234", "other_spelling", changes=1),
    "thousands parted by a space": _wrong(NATIONAL, "n_examinees", "1 234", "other_spelling", changes=1),
    "thousands parted as in Arabic": _wrong(COHORTS, "n_age_cohort", "١٬٢٣٤", "other_spelling", changes=1),
    "decimal comma": _wrong(AUTHORITY, "mean_final_grade", "85,02", "other_spelling", changes=1),
    "Arabic decimal sign": _wrong(AUTHORITY, "mean_final_grade", "٨٥٫٠٢", "other_spelling", changes=1),
    "Arabic digits": _wrong(COHORTS, "n_age_cohort", "١٢٣", "other_spelling", changes=1),
    "Persian digits": _wrong(PROGRAMS, "n_male", "۱۲۳", "other_spelling", changes=1),
    "code as a formula of text": _wrong(GROUPS, "authority_code", '="0031"', "other_spelling", changes=1, layout="csv"),
    "spelling of a place": _wrong(TEACHERS, "authority_code", "@spelling", "other_spelling", changes=1),
    # What a workbook keeps beside its cells.
    "grade shown as a percentage in an old workbook": _wrong(
        NATIONAL, "mean_final_grade", make.Percent(0.852), "percentage", layout="xls"
    ),
    "grade shown as a percentage in a binary workbook": _wrong(
        NATIONAL, "mean_final_grade", make.Percent(0.852), "percentage", layout="xlsb"
    ),
    "grade shown as a percentage in an open workbook": _wrong(
        NATIONAL, "mean_final_grade", make.Percent(0.852), "percentage", layout="ods"
    ),
    "formula without a result in an open workbook": _wrong(
        COHORTS, "n_age_cohort", make.Formula("[.E2]+1"), "formula_without_value", layout="ods"
    ),
}  # fmt: skip
ROW_RULES: Mapping[str, tuple[str, str, str]] = {
    "more excellent than enrolled": (COHORTS, "n_excellence_enrolled", "n_enrolled_grade_12"),
    "more passed than examined": (GROUPS, "n_passed", "n_examinees"),
    "more excellent than passed": (GROUPS, "n_excellent", "n_passed"),
}
LANGUAGES = ("he", "en", "ar")


def _cell_fault(declared: Declarations, name: str) -> Fault:
    number, cell = list(CELLS).index(name), CELLS[name]
    table = make.clean(declared, cell.table, cell.language or LANGUAGES[number % 3], number)
    record = 2 + number % 6
    text = _spelling(declared) if cell.text == "@spelling" else cell.text
    if cell.column in ("authority_code", "subject_code") and cell.changes is None and table.language != "he":
        table = make.clean(declared, cell.table, "he", number)
    laid = LAYOUTS[cell.layout or list(LAYOUTS)[number % len(LAYOUTS)]](table, table.set(record, cell.column, text))
    letter, row = laid.letter(table.position(cell.column)), laid.rows[record]
    is_error = not set(cell.rules) & {"other_spelling"}
    verdicts = (CHANGED,) if not is_error else (PARTLY, REFUSED) if "cell_too_long" in cell.rules else (PARTLY,)
    return Fault(
        name, laid.file_name, laid.content, cell.rules, verdicts, laid.sheet, row, (letter,), changes=cell.changes,
        answers=((row, letter, cell.answer),) if cell.answer else (), sheet_number=laid.sheet_number,
        suggested=cell.proposed,
    )  # fmt: skip


def _spelling(declared: Declarations) -> str:
    """A declared spelling of an authority that is none of its names."""
    authorities = {row["area_code"] for row in declared.rows("areas") if row["area_type"] == "authority"}
    rows = declared.rows("area_aliases")
    return next(r["alias"] for r in rows if r["kind"] == "spelling" and r["area_code"] in authorities)


def _row_fault(declared: Declarations, name: str) -> Fault:
    object_id, left, right = ROW_RULES[name]
    number = list(ROW_RULES).index(name)
    table = make.clean(declared, object_id, LANGUAGES[number], number)
    grid = table.copy()
    grid[4][table.position(left)] = grid[4][table.position(right)] + 1
    for rule in table.contract.rules:
        # Only the named rule breaks.
        if rule.left == right and rule.right != left:
            grid[4][table.position(rule.right)] = grid[4][table.position(left)] + 5
        if rule.right == left:
            grid[4][table.position(rule.left)] = 1
    if name == "more excellent than passed":
        grid[4][table.position("n_examinees")] = grid[4][table.position(left)] + 5
    laid = list(LAYOUTS.values())[number](table, grid)
    letter = laid.letter(table.position(left))
    return Fault(name, laid.file_name, laid.content, ("row_rule",), (PARTLY,), laid.sheet, laid.rows[4], (letter,))


# Whole files, sheets, headers and rows: one function each.

Maker = Callable[[Declarations], Fault]
OTHERS: dict[str, Maker] = {}


def _fault(name: str) -> Callable[[Maker], Maker]:
    def register(function: Maker) -> Maker:
        assert name not in OTHERS
        OTHERS[name] = function
        return function

    return register


def _file(name: str, file_name: str, content: bytes | Callable[[Declarations], bytes], *rules: str) -> None:
    """A file of which nothing can be taken, answered with one sentence."""

    def build(declared: Declarations) -> Fault:
        return Fault(name, file_name, content(declared) if callable(content) else content, rules, (REFUSED,))

    OTHERS[name] = build


def _plain(declared: Declarations, object_id: str = COHORTS, language: str = "he") -> Clean:
    return make.clean(declared, object_id, language, 99)


def _broken_text(declared: Declarations) -> bytes:
    return make.as_csv(_plain(declared).copy(), "utf-8").decode("latin-1").encode("utf-8")


def _lost_letters(declared: Declarations) -> bytes:
    return make.as_csv(_plain(declared).copy(), "utf-8").decode().encode("ascii", "replace")


def _mixed_pages(declared: Declarations) -> bytes:
    lines = make.as_csv(_plain(declared).copy(), "utf-8").decode().split("\r\n")
    return "\r\n".join(lines[:3]).encode("utf-8") + b"\r\n" + "\r\n".join(lines[3:]).encode("windows-1255")


def _one_column(declared: Declarations) -> bytes:
    grid = [[";".join(str(cell) for cell in row)] for row in _plain(declared).copy()]
    return make.as_xlsx(Sheet(TITLE, grid))


def _cut(part: float) -> Callable[[Declarations], bytes]:
    def cut(declared: Declarations) -> bytes:
        content = make.as_xlsx(Sheet(TITLE, _plain(declared).copy()))
        return content[: int(len(content) * part)]

    return cut


def _with_part(name: str, part: bytes, grow: bool = False) -> Callable[[Declarations], bytes]:
    """A workbook one of whose parts holds something else."""

    def build(declared: Declarations) -> bytes:
        with zipfile.ZipFile(BytesIO(make.as_xlsx(Sheet(TITLE, _plain(declared).copy())))) as book:
            parts: dict[str, str | bytes] = {entry: book.read(entry) for entry in book.namelist()}
        before = parts[name]
        assert isinstance(before, bytes)
        return make.zipped(parts | {name: before + part if grow else part})

    return build


def _web_page(declared: Declarations) -> bytes:
    rows = _plain(declared).copy()
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<html><head><meta charset="utf-8"></head><body><table>{cells}</table></body></html>'.encode()


def _old_xml(declared: Declarations) -> bytes:
    return (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>'
    )


_file("empty file", "קובץ.csv", b"", "empty_file")
_file("blanks alone", "קובץ.csv", b"  \r\n\t\r\n   ", "empty_file")
_file("separators alone", "קובץ.csv", b",,,,\r\n,,,,\r\n", "empty_file", "unknown_table")
_file("empty workbook", "קובץ.xlsx", lambda _: make.as_xlsx(Sheet(TITLE, [])), "empty_file")
_file("encoded twice", "קובץ.csv", _broken_text, "unknown_table")
_file("letters lost to question marks", "קובץ.csv", _lost_letters, "unknown_table")
_file("two code pages in one file", "קובץ.csv", _mixed_pages, "unknown_table", "unreadable")
_file("all columns in one", "קובץ.xlsx", _one_column, "unknown_table")
_file("prose", "קובץ.txt", "שלום רב, מצורף הקובץ שביקשתם.\r\nבברכה".encode(), "unknown_table")
_file("another table", "קובץ.csv", make.as_csv([["צבע", "מחיר"], ["אדום", 3]]), "unknown_table")
_file("workbook cut short", "קובץ.xlsx", _cut(0.6), "unreadable")
_file("workbook cut at its end", "קובץ.xlsx", _cut(0.98), "unreadable")
_file(
    "sheet of rubbish",
    "קובץ.xlsx",
    _with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetDa"),
    "unreadable",
    "empty_file",
)
_file(
    "workbook that swells",
    "קובץ.xlsx",
    _with_part("xl/worksheets/sheet1.xml", b" " * 120_000_000, grow=True),
    "swollen",
)
_file("PDF", "קובץ.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n", "other_format")
_file("PDF named as a workbook", "קובץ.xlsx", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\nendobj\n", "other_format")
_file(
    "picture",
    "קובץ.png",
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06",
    "other_format",
)
_file("photograph", "קובץ.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", "other_format")
_file("web page saved as a workbook", "קובץ.xls", _web_page, "other_format")
_file("old XML workbook", "קובץ.xls", _old_xml, "other_format", "unreadable", "unknown_table")
_file(
    "letter in Word",
    "קובץ.docx",
    make.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}),
    "other_format",
)
_file("archive with a table in it", "קובץ.zip", make.zipped({"cohorts.csv": "א,ב\r\n1,2\r\n"}), "other_format")
_file(
    "password",
    "קובץ.xlsx",
    make.compound({"EncryptionInfo": b"\x04\x00\x04\x00", "EncryptedPackage": bytes(4096)}),
    "protected",
)
_file("old Word document", "קובץ.doc", make.compound({"WordDocument": bytes(4096)}), "other_format", "unreadable")
_file("half a letter at the end", "קובץ.csv", lambda d: make.as_csv(_plain(d).copy(), "utf-16")[:-1], "unreadable")
_file("random bytes", "קובץ.bin", bytes(range(1, 256)) * 8, "unreadable", "unknown_table", "other_format")


def _limit(name: str, setting: str, limit: int, rule: str) -> None:
    def build(declared: Declarations) -> Fault:
        content = make.as_csv(_plain(declared).copy())
        return Fault(name, "קובץ.csv", content, (rule,), (REFUSED,), settings={setting: limit})

    OTHERS[name] = build


_limit("file over the limit", "maximum_file_bytes", 300, "too_large")
_limit("rows over the limit", "maximum_rows", 5, "too_many_rows")
_limit("columns over the limit", "maximum_columns", 4, "too_many_columns")


@_fault("lone cell in the last corner")
def _corner(declared: Declarations) -> Fault:
    build = _with_part("xl/worksheets/sheet1.xml", CORNER)
    rules = ("too_much_memory", "too_many_rows", "too_many_columns", "swollen")
    return Fault("lone cell in the last corner", "קובץ.xlsx", build(declared), rules, (REFUSED,), None, None, ANY)


CORNER = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)


@_fault("headers without rows")
def _no_rows(declared: Declarations) -> Fault:
    laid = _letterhead(_plain(declared), _plain(declared).copy()[:1])
    return Fault(
        "headers without rows", laid.file_name, laid.content, ("no_rows",), (REFUSED,), laid.sheet, laid.rows[0], ANY
    )


@_fault("workbook named as text")
def _wrong_extension(declared: Declarations) -> Fault:
    content = make.as_xlsx(Sheet(TITLE, _plain(declared).copy()))
    return Fault("workbook named as text", "קובץ.csv", content, ("wrong_extension",), (ACCEPTED,), changes=0)


@_fault("text named as a workbook")
def _wrong_extension_text(declared: Declarations) -> Fault:
    content = make.as_csv(_plain(declared).copy())
    return Fault("text named as a workbook", "קובץ.xls", content, ("wrong_extension",), (ACCEPTED,), changes=0)


def _visual(name: str, page: str, header: str = "he") -> None:
    def build(declared: Declarations) -> Fault:
        grid = [*_plain(declared, language=header).copy()[:1], *_plain(declared).copy()[1:]]
        content = make.as_csv(grid, page, visual=True)
        return Fault(name, "קובץ.csv", content, ("visual_order",), (ACCEPTED,), changes=0)

    OTHERS[name] = build


for _page in ("iso-8859-8", "cp862"):
    _visual(f"visual order in {_page}", _page)
    _visual(f"visual order in {_page} under English headers", _page, "en")
_visual("visual order in UTF-8 under English headers", "utf-8", "en")


@_fault("one row in visual order")
def _visual_one_row(declared: Declarations) -> Fault:
    content = make.as_csv(_plain(declared).copy()[:2], "iso-8859-8", visual=True)
    return Fault("one row in visual order", "קובץ.csv", content, ("visual_order",), (ACCEPTED,), changes=0)


# Headers.


def _question(name: str, object_id: str, column: str, header: str, language: str, layout: str) -> None:
    def build(declared: Declarations) -> Fault:
        table = _plain(declared, object_id, language)
        laid = LAYOUTS[layout](table, table.set(0, column, header))
        letter, label = laid.letter(table.position(column)), table.contract.column(column).label(language)
        return Fault(
            name, laid.file_name, laid.content, ("which_column",), (HELD,), laid.sheet, laid.rows[0], (letter,),
            answers=((laid.rows[0], letter, label),), sheet_number=laid.sheet_number,
        )  # fmt: skip

    OTHERS[name] = build


_question("unknown header of a number", COHORTS, "n_enrolled_grade_12", "כמה לומדים", "he", "letterhead")
_question("unknown header of a place", TEACHERS, "authority_code", "היכן", "he", "csv")
_question("unknown header of a year", GROUPS, "school_year", "when", "en", "utf16")
_question("unknown header of a subject", NATIONAL, "subject_code", "عنوان", "ar", "xlsx")
_question("unknown header of a group", COHORTS, "sector", "אוכלוסיה", "he", "ods")
_question("unknown header of a list", PROGRAMS, "audience", "למי", "he", "shifted")


@_fault("unknown header of a column that may be absent")
def _optional(declared: Declarations) -> Fault:
    table = _plain(declared)
    laid = _csv(table, table.set(0, "n_excellence_enrolled", "מדד חדש"))
    letter = laid.letter(table.position("n_excellence_enrolled"))
    return Fault(
        "unknown header of a column that may be absent", laid.file_name, laid.content, ("unknown_column",), (ACCEPTED,),
        None, 1, (letter,),
    )  # fmt: skip


@_fault("column of notes")
def _extra(declared: Declarations) -> Fault:
    table = _plain(declared)
    grid = [[*row, "הערות" if n == 0 else f"הערה {n}"] for n, row in enumerate(table.copy())]
    laid = _letterhead(table, grid)
    return Fault(
        "column of notes", laid.file_name, laid.content, ("unknown_column",), (ACCEPTED,), laid.sheet, laid.rows[0],
        (laid.letter(len(grid[0]) - 1),),
    )  # fmt: skip


def _without(name: str, object_id: str, column: str, layout: str, blank_header: bool = False) -> None:
    def build(declared: Declarations) -> Fault:
        table = _plain(declared, object_id)
        position, grid = table.position(column), table.copy()
        grid = table.set(0, column, None) if blank_header else [[*row[:position], *row[position + 1 :]] for row in grid]
        laid = LAYOUTS[layout](table, grid)
        rules = ("missing_column",) if not blank_header else ("missing_column", "which_column")
        verdicts = (REFUSED, HELD) if blank_header else (REFUSED,)
        return Fault(name, laid.file_name, laid.content, rules, verdicts, laid.sheet, laid.rows[0], ANY)

    OTHERS[name] = build


_without("column of numbers missing", COHORTS, "n_enrolled_grade_12", "xlsx")
_without("column of places missing", TEACHERS, "authority_code", "csv")
_without("column of years missing", GROUPS, "school_year", "far")
_without("header emptied", GROUPS, "gender", "csv", blank_header=True)


@_fault("header twice over different numbers")
def _header_twice(declared: Declarations) -> Fault:
    table = _plain(declared, GROUPS)
    header = table.contract.column("n_examinees").label("he")
    grid = [[*row, header if n == 0 else n] for n, row in enumerate(table.copy())]
    laid = _letterhead(table, grid)
    letter = laid.letter(len(grid[0]) - 1)
    letters = (letter, laid.letter(table.position("n_examinees")))
    return Fault(
        "header twice over different numbers", laid.file_name, laid.content, ("header_twice",), (HELD,), laid.sheet,
        laid.rows[0], letters, answers=tuple((row, letter, None) for row in laid.rows),
    )  # fmt: skip


@_fault("header twice over the same numbers")
def _header_again(declared: Declarations) -> Fault:
    table = _plain(declared, GROUPS)
    grid = [[*row, row[table.position("n_examinees")]] for row in table.copy()]
    laid = _letterhead(table, grid)
    letters = (laid.letter(len(grid[0]) - 1),)
    return Fault(
        "header twice over the same numbers", laid.file_name, laid.content, ("second_column",), (ACCEPTED,), laid.sheet,
        laid.rows[0], letters,
    )  # fmt: skip


def _swapped(name: str, object_id: str, one: str, other: str, layout: str) -> None:
    def build(declared: Declarations) -> Fault:
        table = _plain(declared, object_id)
        grid, a, b = table.copy(), table.position(one), table.position(other)
        grid[0][a], grid[0][b] = grid[0][b], grid[0][a]
        laid = LAYOUTS[layout](table, grid)
        places = (laid.letter(a), laid.letter(b))
        answers = ((laid.rows[0], places[0], table.grid[0][a]), (laid.rows[0], places[1], table.grid[0][b]))
        return Fault(
            name, laid.file_name, laid.content, ("columns_swapped",), (HELD,), laid.sheet, laid.rows[0], places,
            answers=answers,
        )  # fmt: skip

    OTHERS[name] = build


_swapped("counts and grades swapped", AUTHORITY, "n_examinees", "mean_final_grade", "letterhead")
_swapped("part and whole swapped", COHORTS, "n_enrolled_grade_12", "n_excellence_enrolled", "csv")
_swapped("passed and excellent swapped", GROUPS, "n_passed", "n_excellent", "ods")


@_fault("headers of two lists swapped")
def _lists_swapped(declared: Declarations) -> Fault:
    table = _plain(declared, GROUPS)
    grid, a, b = table.copy(), table.position("sector"), table.position("gender")
    grid[0][a], grid[0][b] = grid[0][b], grid[0][a]
    laid = _csv(table, grid)
    return Fault(
        "headers of two lists swapped", laid.file_name, laid.content, ("unknown_value",), (REFUSED, HELD), None, 2,
        (laid.letter(a), laid.letter(b)), spreads=True,
    )  # fmt: skip


# Rows.


def _row(name: str, rows: Callable[[Clean], Grid], *rules: str, at: int, layout: str = "letterhead") -> None:
    """Rows added to a clean table, a warning the first of them; `at`: record (from 1) at which it stands."""

    def build(declared: Declarations) -> Fault:
        table = _plain(declared)
        laid = LAYOUTS[layout](table, rows(table))
        row = laid.rows[0] + at
        return Fault(name, laid.file_name, laid.content, rules, (ACCEPTED,), laid.sheet, row, ANY)

    OTHERS[name] = build


def _total(word: str) -> Callable[[Clean], Grid]:
    def rows(table: Clean) -> Grid:
        grid = table.copy()
        sums = [sum(row[n] for row in grid[1:]) for n in range(4, len(grid[0]))]
        return [*grid, [word, None, None, None, *sums]]

    return rows


_row("total under the table", _total('סה"כ'), "totals_not_read", at=9)
_row("English total", _total("Grand total"), "totals_not_read", at=9, layout="csv")
_row("Arabic total", _total("المجموع"), "totals_not_read", at=9, layout="ods")
_row("total of a part", _total('סה"כ יהודי'), "totals_not_read", at=9, layout="utf16")
_row("total in the middle", lambda t: [*t.copy()[:4], _total('סה"כ')(t)[-1], *t.copy()[4:]], "totals_not_read", at=4)
_row("note under the table", lambda t: [*t.copy(), ["הנתונים חלקיים"]], "note_not_read", at=9)
_row("note after empty rows", lambda t: [*t.copy(), [], [], ["* הנתונים חלקיים"]], "note_not_read", at=11)
_row("header on a second page", lambda t: [*t.copy()[:5], t.copy()[0], *t.copy()[5:]], "header_repeated", at=5)
_row("same row twice", lambda t: [*t.copy(), t.copy()[3]], "same_row_twice", at=9, layout="code_page")


@_fault("total with a slip of the pen")
def _slipped_total(declared: Declarations) -> Fault:
    table = _plain(declared)
    laid = _letterhead(table, _total("סך הבל")(table))
    return Fault(
        "total with a slip of the pen", laid.file_name, laid.content, ("unknown_value",), (PARTLY,), laid.sheet,
        laid.rows[-1], ("A",),
    )  # fmt: skip


@_fault("one key with two numbers")
def _key_twice(declared: Declarations) -> Fault:
    table = _plain(declared)
    again = table.copy()[3]
    again[table.position("n_age_cohort")] += 1
    laid = _shifted(table, [*table.copy(), again])
    return Fault(
        "one key with two numbers", laid.file_name, laid.content, ("key_twice",), (PARTLY,), laid.sheet, laid.rows[-1],
        (laid.letter(0),), spreads=True,
    )  # fmt: skip


@_fault("two sheets that contradict each other")
def _sheets_contradict(declared: Declarations) -> Fault:
    table = _plain(declared)
    second = [table.copy()[0], table.set(2, "n_age_cohort", 901)[2]]
    content = make.as_xlsx(Sheet("א", table.copy()), Sheet("ב", second))
    return Fault(
        "two sheets that contradict each other", "קובץ.xlsx", content, ("key_twice",), (PARTLY,), "ב", 2, ("A", None),
        spreads=True,
    )  # fmt: skip


@_fault("merged cells in the table")
def _merged_records(declared: Declarations) -> Fault:
    table = _plain(declared)
    grid = table.copy()
    grid[3][0] = grid[4][0] = None
    content = make.as_xlsx(Sheet(TITLE, grid, ("A3:A5",)))
    return Fault(
        "merged cells in the table", "קובץ.xlsx", content, ("missing_value",), (PARTLY,), TITLE, 4, ("A",), spreads=True
    )


@_fault("another table under the first")
def _stacked(declared: Declarations) -> Fault:
    first, second = _plain(declared), _plain(declared, TEACHERS)
    content = make.as_xlsx(Sheet(TITLE, [*first.copy(), [], *second.copy()]))
    rules = ("unknown_value", "not_a_year", "not_a_number", "header_repeated", "sheet_not_read")
    return Fault(
        "another table under the first", "קובץ.xlsx", content, rules, (PARTLY, HELD, REFUSED), TITLE, 11, ANY,
        spreads=True,
    )  # fmt: skip


@_fault("another table beside the first")
def _side_by_side(declared: Declarations) -> Fault:
    first, second = _plain(declared).copy(), make.clean(declared, TEACHERS, "he", 5).copy()
    grid = [[*left, None, *right] for left, right in zip(first, second, strict=True)]
    content = make.as_xlsx(Sheet(TITLE, grid))
    letter = column_letter(len(first[0]) + 1)
    return Fault(
        "another table beside the first", "קובץ.xlsx", content, ("header_twice", "ambiguous_table"), (HELD,), TITLE, 1,
        ("A", letter, None), spreads=True,
    )  # fmt: skip


@_fault("pivot table beside the table")
def _pivot(declared: Declarations) -> Fault:
    table = _plain(declared)
    grid = table.copy()
    for number, label in enumerate(("תוויות שורה", "ערד", "סכום כולל"), start=3):
        grid[number] += [None, label, number]
    letter = column_letter(len(grid[0]) + 1)
    content = make.as_xlsx(Sheet(TITLE, grid))
    return Fault(
        "pivot table beside the table",
        "קובץ.xlsx",
        content,
        ("cells_without_header",),
        (ACCEPTED,),
        TITLE,
        4,
        (letter,),
    )


@_fault("hidden sheet")
def _hidden(declared: Declarations) -> Fault:
    first, second = _plain(declared).copy(), _plain(declared, TEACHERS).copy()
    content = make.as_xlsx(Sheet(TITLE, first), Sheet("מוסתר", second, is_hidden=True))
    return Fault("hidden sheet", "קובץ.xlsx", content, ("hidden_sheet",), (ACCEPTED,), "מוסתר")


@_fault("sheet of something else")
def _other_sheet(declared: Declarations) -> Fault:
    other = [["צבע", "מחיר"], ["אדום", 3], ["כחול", 4]]
    content = make.as_xlsx(Sheet(TITLE, _plain(declared).copy()), Sheet("אחר", other))
    return Fault("sheet of something else", "קובץ.xlsx", content, ("sheet_not_read",), (ACCEPTED,), "אחר")


@_fault("example rows of the template")
def _examples(declared: Declarations) -> Fault:
    content = template.as_csv(declared, declared.objects[COHORTS], "he")
    verdicts = (ACCEPTED, REFUSED)
    return Fault(
        "example rows of the template", "קובץ.csv", content, ("example_row",), verdicts, None, 2, ANY, spreads=True
    )


# Text files.


def _text_fault(name: str, edit: Callable[[list[str]], list[str]], *rules: str, row: int, **more: Any) -> None:
    """Lines of a text file edited by hand."""

    def build(declared: Declarations) -> Fault:
        lines = make.as_csv(_plain(declared).copy(), "utf-8").decode().split("\r\n")
        content = "\r\n".join(edit(lines)).encode()
        expected: dict[str, Any] = {"verdicts": (PARTLY,), "letters": ANY} | more
        return Fault(name, "קובץ.csv", content, rules, row=row, **expected)

    OTHERS[name] = build


def _line(number: int, edit: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    return lambda lines: [edit(line) if n == number else line for n, line in enumerate(lines, start=1)]


ANY_ERROR = ("unknown_value", "not_a_number", "missing_value", "not_a_year", "cell_too_long", "cells_without_header")
_text_fault(
    "quotation mark never closed", _line(6, lambda line: '"'.join(line.rsplit(",", 1)).replace('"', ',"', 1)),
    *ANY_ERROR, row=6, spreads=True,
)  # fmt: skip
_text_fault(
    "row with a cell too many", _line(4, lambda line: line + ",5"), "cells_without_header", row=4, letters=("H",),
    verdicts=(ACCEPTED, PARTLY),
)  # fmt: skip
_text_fault(
    "thousands in a file of commas", _line(5, lambda line: _thousands(line)), *ANY_ERROR, row=5,
)  # fmt: skip
_text_fault("row with another separator", _line(3, lambda line: line.replace(",", ";")), *ANY_ERROR, row=3)
_text_fault(
    "row broken in two", _line(7, lambda line: line.replace(",", "\r\n", 1)), *ANY_ERROR, "note_not_read", row=7,
    spreads=True,
)  # fmt: skip
_text_fault("row cut short", _line(9, lambda line: line.rsplit(",", 4)[0]), "missing_value", row=9, letters=("E", "D"))


def _bytes_fault(name: str, edit: Callable[[bytes], bytes], *rules: str, **more: Any) -> None:
    """A text file in UTF-8 whose bytes suffered."""

    def build(declared: Declarations) -> Fault:
        content = edit(make.as_csv(_plain(declared).copy(), more.get("encoding", "utf-8")))
        return Fault(name, "קובץ.csv", content, rules, (PARTLY,), row=more["row"], letters=more["letters"])

    OTHERS[name] = build


def _cut_last_letter(content: bytes) -> bytes:
    """The last row's last letter has one of its two bytes."""
    row = content[content.rstrip().rfind(b"\n") + 1 :]
    cells = row.rstrip().split(b",")
    cells[3] = cells[3][:-1]
    return content[: -len(row)] + b",".join(cells)


def _spoil(content: bytes) -> bytes:
    """The first letter of the first row's first cell lost a bit."""
    at = content.index(b"\r\n") + 2
    return content[:at] + b"\xff" + content[at + 1 :]


_bytes_fault("last letter cut through", _cut_last_letter, "broken_letters", row=9, letters=("D",))
_bytes_fault("byte spoilt on the way", _spoil, "broken_letters", row=2, letters=("A",))
_bytes_fault(
    "byte spoilt under a mark", lambda content: _spoil(content), "broken_letters", row=2, letters=("A",),
    encoding="utf-8-sig",
)  # fmt: skip


def _thousands(line: str) -> str:
    """The first number of a row with a comma that nobody quoted: everything after it moves on by one."""
    cells = line.split(",")
    return ",".join([*cells[:4], "1", "234", *cells[5:]])


@_fault("typo below a cell of two lines")
def _below_newline(declared: Declarations) -> Fault:
    table = _plain(declared, PROGRAMS)
    grid = table.set(4, "authority_code", "ירושליים")
    grid[2][table.position("program_name")] = "שורה ראשונה\nשורה שנייה"
    return Fault(
        "typo below a cell of two lines", "קובץ.csv", make.as_csv(grid), ("unknown_value",), (PARTLY,), None, 5,
        (column_letter(table.position("authority_code")),), answers=((5, "C", "ירושלים"),), suggested="ירושלים",
    )  # fmt: skip


@_fault("typo below a total")
def _below_total(declared: Declarations) -> Fault:
    table = _plain(declared)
    grid = _total('סה"כ')(table)
    wrong = [*grid[:5], grid[-1], *table.set(6, "gender", "בנוות")[5:]]
    return Fault(
        "typo below a total", "קובץ.xlsx", make.as_xlsx(Sheet(TITLE, wrong)), ("unknown_value",), (PARTLY,), TITLE, 8,
        ("D",), answers=((8, "D", "בנות"),), suggested="בנות",
    )  # fmt: skip


NAMES = (*CELLS, *ROW_RULES, *OTHERS)


def build(declared: Declarations, name: str) -> Fault:
    """The broken file of that name; file names differ, so that all of them fit into one folder."""
    if name in CELLS:
        fault = _cell_fault(declared, name)
    elif name in ROW_RULES:
        fault = _row_fault(declared, name)
    else:
        fault = OTHERS[name](declared)
    stem, _, extension = fault.file_name.rpartition(".")
    return replace(fault, file_name=f"{stem} {NAMES.index(name) + 1:03}.{extension}")


def limited(declared: Declarations, settings: Mapping[str, int]) -> Declarations:
    """The same declarations with other limits of reading."""
    if not settings:
        return declared
    reading = {**declared.initiative.settings["reading"], **settings}
    initiative = replace(
        declared.initiative, settings=MappingProxyType({**declared.initiative.settings, "reading": reading})
    )
    return replace(declared, initiative=initiative)
