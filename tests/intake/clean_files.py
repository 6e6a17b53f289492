"""Clean files: the many ways in which a faultless table comes. Each must be taken in without a word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intake import clean_tables as make
from intake.clean_tables import Clean, Sheet

from pipelines.declarations import Declarations
from pipelines.intake.read import column_letter

TITLE = "גיליון 1"
LETTERHEAD = ["משרד החינוך", "נתונים נכון ליום 15.1.2025", "לשימוש פנימי בלבד"]
COHORTS, TEACHERS, PROGRAMS, GROUPS = "cohorts", "teachers", "programs", "matriculation_groups"
NATIONAL, AUTHORITY = "matriculation_national", "matriculation_authority"
SCHOOL, ELIGIBLE = "matriculation_school", "eligibility_school"


@dataclass(frozen=True)
class CleanFile:
    """`tables`: what each sheet holds and the file row of its header; records follow one below the other."""

    file_name: str
    content: bytes
    tables: tuple[tuple[Clean, int], ...]


FILES: dict[str, Callable[[Declarations], CleanFile]] = {}


def _text(name: str, object_id: str, language: str, encoding: str, codes: bool = False, **more: Any) -> None:
    def build(declared: Declarations) -> CleanFile:
        table = make.clean(declared, object_id, language, 7, codes=codes)
        return CleanFile("קובץ.csv", make.as_csv(table.copy(), encoding, **more), ((table, 1),))

    FILES[name] = build


def _book(name: str, object_id: str, language: str, kind: str) -> None:
    def build(declared: Declarations) -> CleanFile:
        table = make.clean(declared, object_id, language, 7)
        return CleanFile(f"קובץ.{kind}", make.WORKBOOKS[kind](Sheet(TITLE, table.copy())), ((table, 1),))

    FILES[name] = build


def _sheet(name: str, object_id: str, lay: Callable[[Clean], Sheet], header: int = 1, language: str = "he") -> None:
    def build(declared: Declarations) -> CleanFile:
        table = make.clean(declared, object_id, language, 7)
        return CleanFile("קובץ.xlsx", make.as_xlsx(lay(table)), ((table, header),))

    FILES[name] = build


def _lines(name: str, edit: Callable[[str], str], header: int = 1, **more: Any) -> None:
    """A text file put together otherwise."""

    def build(declared: Declarations) -> CleanFile:
        table = make.clean(declared, GROUPS, "he", 7)
        text = make.as_csv(table.copy(), "utf-8", **more).decode()
        return CleanFile("קובץ.csv", edit(text).encode(), ((table, header),))

    FILES[name] = build


_text("Hebrew in UTF-8", COHORTS, "he", "utf-8")
_text("Arabic in UTF-8 with a mark", GROUPS, "ar", "utf-8-sig")
_text("English in ASCII", TEACHERS, "en", "utf-8", codes=True)
_text("Hebrew in UTF-16 with tabs", NATIONAL, "he", "utf-16", delimiter="\t")
_text("Hebrew in UTF-16 without a mark", AUTHORITY, "he", "utf-16-le")
_text("Hebrew in the other UTF-16", COHORTS, "he", "utf-16-be")
_text("Hebrew in Windows-1255", GROUPS, "he", "windows-1255", codes=True)
_text("Hebrew in ISO-8859-8", ELIGIBLE, "he", "iso-8859-8", codes=True, delimiter=";")
_text("Hebrew in the page of DOS", TEACHERS, "he", "cp862", codes=True)
_text("Arabic in Windows-1256", COHORTS, "ar", "windows-1256", codes=True, delimiter=";")
_text("bars between cells", PROGRAMS, "en", "utf-8", delimiter="|")
_text("line ends of an old Mac", COHORTS, "he", "utf-8", newline="\r")
_text("line ends of Unix", SCHOOL, "he", "utf-8", newline="\n")
_book("Hebrew workbook", SCHOOL, "he", "xlsx")
_book("Arabic workbook", PROGRAMS, "ar", "xlsx")
_book("English workbook", ELIGIBLE, "en", "xlsx")
_book("old workbook", GROUPS, "he", "xls")
_book("binary workbook", AUTHORITY, "en", "xlsb")
_book("open workbook", TEACHERS, "ar", "ods")
# The line that names the separator is none of the rows that Excel shows.
_lines("separator named for Excel", lambda text: "sep=;\r\n" + text, 1, delimiter=";")
_lines("mark of order twice", lambda text: "\ufeff\ufeff" + text)
_lines("hard spaces round the cells", lambda text: text.replace(",", "\u00a0,"))
_lines("empty lines at the end", lambda text: text + "\r\n,,,,,,,,,\r\n\r\n")
_lines("no line end at the end", lambda text: text.rstrip("\r\n"))
_lines("note with commas above", lambda text: "הערה: נתונים, כולל הכול, נכון להיום, ועוד\r\n\r\n" + text, 3)
# What old systems leave in a text file, and nobody sees.
_lines("mark at the end as in DOS", lambda text: text + "\x1a")
_lines("block filled up as in DOS", lambda text: text + "\x1a" + "\0" * 70)
_lines("control characters in a cell", lambda text: text.replace(",", "\x1f,", 1).replace("\r\n", "\0\r\n", 2))
_lines("end of a page before a row", lambda text: text.replace("\r\n", "\r\n\x0c", 3))
_sheet("letterhead", COHORTS, lambda t: Sheet(TITLE, make.below_letterhead(t.copy(), LETTERHEAD)), 5)
_sheet("table away from the corner", GROUPS, lambda t: Sheet(TITLE, make.shifted([[], [], *t.copy()], 3)), 3)
_sheet("table past column Z", COHORTS, lambda t: Sheet(TITLE, make.shifted(t.copy(), 25), ()), 1, "en")


def grouped(table: Clean) -> Sheet:
    """A header of two rows: merged titles of groups over the columns' own headers."""
    split = next(n for n, column in enumerate(table.contract.columns) if column.role == "measure")
    grid = table.copy()
    top = ["פרטי השורה", *[None] * (split - 1), "מספרים", *[None] * (len(grid[0]) - split - 1)]
    last = column_letter(len(grid[0]) - 1)
    return Sheet(TITLE, [top, *grid], (f"A1:{column_letter(split - 1)}1", f"{column_letter(split)}1:{last}1"))


def _upright(table: Clean) -> Sheet:
    """A header of two rows: each of the first columns' headers merged downwards, the measures' under one title."""
    split = next(n for n, column in enumerate(table.contract.columns) if column.role == "measure")
    header, *records = table.copy()
    top = [*header[:split], "מספרים", *[None] * (len(header) - split - 1)]
    bottom = [*[None] * split, *header[split:]]
    merged = [f"{column_letter(n)}1:{column_letter(n)}2" for n in range(split)]
    return Sheet(
        TITLE, [top, bottom, *records], (*merged, f"{column_letter(split)}1:{column_letter(len(header) - 1)}1")
    )


def _three_rows(table: Clean) -> Sheet:
    """A merged title, merged titles of groups, headers: a header of three rows."""
    below = grouped(table)
    width = len(table.grid[0])
    down = tuple(_one_lower(place) for place in below.merged)
    return Sheet(
        TITLE, [["ריכוז נתונים", *[None] * (width - 1)], *below.grid], (f"A1:{column_letter(width - 1)}1", *down)
    )


def _one_lower(place: str) -> str:
    return place.replace("1", "2")


def _bilingual(table: Clean) -> Sheet:
    """Headers in two languages, one line below the other in each cell."""
    grid = table.copy()
    grid[0] = [f"{column.label('he')}\n{column.label('en')}" for column in table.contract.columns]
    return Sheet(TITLE, grid)


def _footnotes(table: Clean) -> Sheet:
    grid = table.copy()
    marks = ["1", "*", " (2)", "³"]
    grid[0] = [header + marks[n % len(marks)] if n > 1 else header for n, header in enumerate(grid[0])]
    return Sheet(TITLE, grid)


def _calculated(table: Clean) -> Sheet:
    """Numbers that formulas made, saved with their results as spreadsheets do."""
    grid, at = table.copy(), table.position("n_examinees")
    for row in grid[1:]:
        row[at] = make.Formula(f"{row[at]}+0", row[at])
    return Sheet(TITLE, grid)


def _directed(table: Clean) -> Sheet:
    """Invisible marks round every cell, as right-to-left systems leave them."""
    return Sheet(TITLE, [[f"\u200f{cell}\u200e" for cell in row] for row in table.copy()])


def _numbers_as_text(table: Clean) -> Sheet:
    return Sheet(TITLE, [[str(cell) for cell in row] for row in table.copy()])


_sheet("titles over groups of columns", COHORTS, grouped, 2)
_sheet("headers merged downwards", COHORTS, _upright, 2)
_sheet("header of three rows", GROUPS, _three_rows, 3)
_sheet("headers in two languages", TEACHERS, _bilingual)
_sheet("footnotes in headers", TEACHERS, _footnotes)
_sheet("numbers kept as text", AUTHORITY, _numbers_as_text)
_sheet("formulas with their results", AUTHORITY, _calculated)
_sheet("marks of direction", GROUPS, _directed)


def _marked(declared: Declarations) -> CleanFile:
    """Every mark that the contract declares for a withheld or missing number, in a column that may lack numbers."""
    table = make.clean(declared, COHORTS, "he", 7)
    grid = table.copy()
    marks = [mark for mark in table.contract.markers if "#" not in mark or mark == "#"]
    at = table.position("n_age_cohort")
    rows = [grid[0]]
    years = iter(range(2000, 2000 + len(marks)))
    for mark in marks:
        row = list(grid[1])
        row[at], row[table.position("school_year")] = mark, next(years)
        rows.append(row)
    values = tuple({**table.values[0], "school_year": 2000 + n, "n_age_cohort": None} for n in range(len(marks)))
    return CleanFile("קובץ.csv", make.as_csv(rows), ((replace(table, values=values), 1),))


def _harmless(declared: Declarations) -> CleanFile:
    """Texts that a spreadsheet might run, which are texts all the same."""
    table = make.clean(declared, PROGRAMS, "he", 7)
    at = table.position("program_name")
    grid, values = table.copy(), [dict(row) for row in table.values]
    for row, text in enumerate(("+1-2", "@SUM(A1)", "-מבוא", "- קבוצה א"), start=1):
        grid[row][at] = values[row - 1]["program_name"] = text
    return CleanFile("קובץ.csv", make.as_csv(grid), ((replace(table, values=tuple(values)), 1),))


def _several(declared: Declarations) -> CleanFile:
    tables = [make.clean(declared, object_id, "he", 7) for object_id in (COHORTS, TEACHERS, GROUPS)]
    sheets = [Sheet(table.contract.label("he")[:31], table.copy()) for table in tables]
    content = make.as_xlsx(Sheet("ריק", []), *sheets)
    return CleanFile("קובץ.xlsx", content, tuple((table, 1) for table in tables))


def _split(declared: Declarations) -> CleanFile:
    """One table over two sheets, other years on each."""
    one, other = (make.clean(declared, GROUPS, "he", seed) for seed in (7, 8))
    return CleanFile(
        "קובץ.xlsx", make.as_xlsx(Sheet("א", one.copy()), Sheet("ב", other.copy())), ((one, 1), (other, 1))
    )


def _hebrew_years(declared: Declarations) -> CleanFile:
    """One year in all the ways in which it is written."""
    forms: Mapping[str, int] = {
        'תשפ"ב': 2022, "תשפ״ב": 2022, 'התשפ"ב': 2022, "תשפ''ב": 2022, "תשפב": 2022, "תש״ף": 2020, 'תש"פ': 2020,
        "2021-22": 2022, "2021/22": 2022, "2021–2022": 2022, "2021/2022": 2022, "2022": 2022,
    }  # fmt: skip
    table = make.clean(declared, PROGRAMS, "he", 7, n_rows=len(forms))
    at = table.position("school_year")
    grid, values = table.copy(), [dict(row) for row in table.values]
    for row, (text, year) in enumerate(forms.items(), start=1):
        grid[row][at], values[row - 1]["school_year"] = text, year
    return CleanFile("קובץ.csv", make.as_csv(grid), ((replace(table, values=tuple(values)), 1),))


def _padded(kind: str) -> Callable[[Declarations], CleanFile]:
    """Codes and counts that are numbers, and show zeros by the format of their cells."""

    def build(declared: Declarations) -> CleanFile:
        table = make.clean(declared, GROUPS, "he", 7, codes=True)
        grid, values = table.copy(), [dict(row) for row in table.values]
        grid[1][table.position("authority_code")], values[0]["authority_code"] = "0031", "0031"
        for column, zeros in (("authority_code", "0000"), ("subject_code", "000"), ("n_examinees", "00000")):
            for row in grid[1:]:
                row[table.position(column)] = make.Shown(int(row[table.position(column)]), zeros)
        content = make.WORKBOOKS[kind](Sheet(TITLE, grid))
        return CleanFile(f"קובץ.{kind}", content, ((replace(table, values=tuple(values)), 1),))

    return build


FILES |= {f"zeros shown by a format in {kind}": _padded(kind) for kind in make.WORKBOOKS}
FILES |= {
    "every declared mark": _marked,
    "texts that look like formulas": _harmless,
    "several sheets": _several,
    "one table on two sheets": _split,
    "years in every form": _hebrew_years,
}
