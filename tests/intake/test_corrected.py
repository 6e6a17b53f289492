"""Corrected copies: the sender's own layout, each change and mistake marked in its cell, and a file that comes back."""

import hashlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from intake import clean_tables as make
from openpyxl.workbook.defined_name import DefinedName

from pipelines.declarations import Declarations
from pipelines.intake import corrected, receipt, spreadsheet
from pipelines.intake.examine import ACCEPTED, PARTLY, Examination, Examiner
from pipelines.intake.read import CORRECTED_COPY, Sheet, column_letter, read
from pipelines.paths import REPOSITORY

HEADER = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", 'לומדים בכיתה י"ב']
LETTERHEAD = ["ריכוז נתונים", "=1+1"]
# Two changed cells (a former name, a thousands separator), one wrong name, one missing value.
ROWS: list[list[Any]] = [
    ["נצרת עילית", "2021/22", "יהודי", "בנות", 120],
    ["ערד", "2021/22", "יהודי", "בנות", "1,234"],
    ["ערדד", "2020/21", "יהודי", "בנות", 7],
    ["ערד", "2020/21", "יהודי", "בנים", None],
]
CHANGED, WRONG, CLEAN = ROWS[:2], ROWS[:3], [["ערד", "2021/22", "יהודי", "בנות", 120]]


def book_of(rows: list[list[Any]]) -> bytes:
    """An xlsx with letterhead, merged cells, a width, a colour, a note, two sheets, and a formula without a result."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "נתונים "
    sheet.sheet_view.rightToLeft = True
    for row in (LETTERHEAD, [], HEADER, *rows):
        sheet.append(row)
    sheet.merge_cells("C1:D1")
    sheet.column_dimensions["B"].width = 33
    sheet["D2"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00FF00")
    sheet["D2"].comment = openpyxl.comments.Comment("שלי", "אני")
    sheet["H9"] = "הערה בצד"
    book.create_sheet("ריק").sheet_state = "hidden"
    book.defined_names["elsewhere"] = DefinedName("elsewhere", attr_text="[1]x!$A$1")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def csv_of(rows: list[list[Any]]) -> bytes:
    lines = [LETTERHEAD, [], HEADER, *rows]
    quoted = [",".join('"' + str("" if c is None else c).replace('"', '""') + '"' for c in line) for line in lines]
    return "\r\n".join(quoted).encode()


def ods_of(rows: list[list[Any]]) -> bytes:
    return make.as_ods(make.Sheet("נתונים ", [LETTERHEAD, [], HEADER, *rows]))


def xls_of(rows: list[list[Any]]) -> bytes:
    pytest.importorskip("xlwt")
    return make.as_xls(make.Sheet("נתונים ", [LETTERHEAD, [], HEADER, *rows]))


FORMATS: dict[str, Callable[[list[list[Any]]], bytes]] = {
    "xlsx": book_of, "csv": csv_of, "ods": ods_of, "xls": xls_of
}  # fmt: skip


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def answered(
    declared: Declarations, examiner: Examiner, content: bytes, name: str = "cohorts.xlsx", language: str = "he"
) -> tuple[Examination, bytes]:
    examination = examiner.examine(content, name)
    copy = corrected.as_xlsx(declared, receipt.Header(name), content, examination, language)
    assert copy is not None
    return examination, copy


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(declared: Declarations, content: bytes, name: str) -> dict[tuple[int, int], str]:
    """What our own reader sees of the data sheet: place → text."""
    sheets = [s for s in read(content, name, declared.initiative.settings["reading"]).sheets if not is_summary(s)]
    return {
        (row, position): text
        for position, column in sheets[0].cells.items()
        for row, text in column.items()
        if text  # type: ignore[misc]
    }


def is_summary(sheet: Sheet) -> bool:
    return bool(sheet.cells.iloc[:5].map(lambda text: text.startswith(CORRECTED_COPY)).any(axis=None))


def filled(cell: Any) -> str | None:
    return next((kind for kind, colour in corrected.COLOURS.items() if cell.fill.fgColor.rgb == colour), None)


def note(cell: Any) -> str:
    return str(cell.comment.text) if cell.comment is not None else ""


@pytest.mark.parametrize("extension", FORMATS)
def test_counts_of_changes_are_the_cells_in_which_the_copy_differs(
    declared: Declarations, examiner: Examiner, extension: str
) -> None:
    content = FORMATS[extension](ROWS)
    examination, copy = answered(declared, examiner, content, f"a.{extension}")
    before, after = cells(declared, content, f"a.{extension}"), cells(declared, copy, "a.xlsx")
    differing = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    assert differing == {(4, 0), (5, 4)}
    assert sum(table.cells_changed for table in examination.tables) == len(differing)


@pytest.mark.parametrize("extension", FORMATS)
def test_copy_with_changes_alone_comes_back_accepted_and_unchanged(
    declared: Declarations, examiner: Examiner, extension: str
) -> None:
    _, copy = answered(declared, examiner, FORMATS[extension](CHANGED), f"a.{extension}")
    again = examiner.examine(copy, "a.corrected.xlsx")
    assert again.verdict == ACCEPTED
    assert [table.cells_changed for table in again.tables] == [0] and len(again.tables[0].accepted) == 2


@pytest.mark.parametrize("extension", FORMATS)
def test_choosing_the_suggestion_in_the_copy_makes_the_file_right(
    declared: Declarations, examiner: Examiner, extension: str
) -> None:
    examination, copy = answered(declared, examiner, FORMATS[extension](WRONG), f"a.{extension}")
    assert examination.verdict == PARTLY
    book = opened(copy)
    sheet = book.worksheets[1]
    rule = next(rule for rule in sheet.data_validations.dataValidation if "A6" in rule.sqref)
    sheet["A6"] = rule.formula1.strip('"').split(",")[0]
    content = io.BytesIO()
    book.save(content)
    again = examiner.examine(content.getvalue(), "a.corrected.xlsx")
    assert again.verdict == ACCEPTED and len(again.tables[0].accepted) == 3


@pytest.mark.parametrize("extension", FORMATS)
def test_each_cell_bears_its_colour_and_its_note(declared: Declarations, examiner: Examiner, extension: str) -> None:
    examination, copy = answered(declared, examiner, FORMATS[extension](ROWS), f"a.{extension}", "en")
    sheet = opened(copy).worksheets[1]
    assert (sheet["A4"].value, sheet["E5"].value) == ("נוף הגליל", 1234)
    assert [filled(sheet[place]) for place in ("A4", "E5", "A6", "E7", "A5")] == [
        "change", "change", "error", "error", None
    ]  # fmt: skip
    assert "נצרת עילית" in note(sheet["A4"]) and "1,234" in note(sheet["E5"])
    wrong = next(f for f in examination.findings if (f.row, f.column_letter) == (6, "A"))
    assert receipt.message(wrong, "en") in note(sheet["A6"]) and str(wrong.suggestion) in note(sheet["A6"])
    assert sheet["A6"].comment.author == declared.initiative.names["en"]
    assert sheet["A6"].value == "ערדד"


@pytest.mark.parametrize("extension", FORMATS)
def test_nothing_in_the_copy_runs(declared: Declarations, examiner: Examiner, extension: str) -> None:
    rows = [*WRONG, ["=cmd|' /C calc'!A0", "2019/20", "יהודי", "@SUM(A1)", -5], ["+1-2", "2019/20", "יהודי", "בנים", 5]]
    content = FORMATS[extension](rows)
    _, copy = answered(declared, examiner, content, f"=evil.{extension}")
    book = opened(copy)
    all_cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in all_cells if cell.data_type == "f"] == []
    sheet = book.worksheets[1]
    assert sheet["E7"].value == -5 and sheet["E7"].data_type == "n" and not sheet["E7"].quotePrefix
    dangerous = [cell for cell in all_cells if cell.data_type == "s" and spreadsheet.runs(cell.value)]
    assert {"@SUM(A1)", "+1-2"} <= {cell.value for cell in dangerous}
    assert all(cell.quotePrefix for cell in dangerous)


def test_layout_of_an_edited_workbook_stays(declared: Declarations, examiner: Examiner) -> None:
    _, copy = answered(declared, examiner, book_of(ROWS))
    book = opened(copy)
    sheet = book["נתונים "]
    assert book.sheetnames[1:] == ["נתונים ", "ריק"] and book["ריק"].sheet_state == "hidden"
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["C1:D1"]
    assert sheet.sheet_view.rightToLeft and sheet.column_dimensions["B"].width == 33
    assert sheet["D2"].fill.fgColor.rgb == "FF00FF00" and sheet["D2"].comment.text == "שלי"
    assert (sheet["A1"].value, sheet["H9"].value) == ("ריכוז נתונים", "הערה בצד")
    assert [s.title for s in book.worksheets if s.sheet_view.tabSelected] == [book.sheetnames[0]]
    assert "elsewhere" not in book.defined_names


def test_workbook_that_cannot_be_edited_is_built_anew(
    declared: Declarations, examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise TypeError("a colour that the library does not know")

    content = book_of(ROWS)
    examination = examiner.examine(content, "a.xlsx")
    # What the reader tells of merged cells and hidden sheets goes into the new workbook.
    assert examination.file is not None
    told = replace(examination.file.sheets[0], merged=((1, 2, 1, 3),), is_hidden=True)
    examination = replace(examination, file=replace(examination.file, sheets=(told, *examination.file.sheets[1:])))
    monkeypatch.setattr(openpyxl, "load_workbook", fails)
    copy = corrected.as_xlsx(declared, receipt.Header("a.xlsx"), content, examination, "he")
    monkeypatch.undo()
    assert copy is not None
    sheet = opened(copy)["נתונים "]
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["C1:D1"]
    assert (sheet.sheet_state, sheet.sheet_view.rightToLeft) == ("hidden", True)
    assert (sheet["A1"].value, filled(sheet["A6"]), sheet["H9"].value) == ("ריכוז נתונים", "error", "הערה בצד")


def test_large_workbook_is_built_anew(
    declared: Declarations, examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrected, "MAXIMUM_EDITED_BYTES", 10)
    _, copy = answered(declared, examiner, book_of(ROWS))
    assert opened(copy)["נתונים "].column_dimensions["B"].width != 33


def test_codes_of_a_new_sheet_keep_their_zeros(declared: Declarations, examiner: Examiner) -> None:
    _, copy = answered(declared, examiner, csv_of([["0831", "2022", "יהודי", "בנות", "1,234"]]), "a.csv")
    sheet = opened(copy).worksheets[1]
    assert [cell.value for cell in sheet[4]] == ["0831", 2022, "יהודי", "בנות", 1234]


def test_sheet_of_a_csv_is_called_by_its_table(declared: Declarations, examiner: Examiner) -> None:
    examination, copy = answered(declared, examiner, csv_of(ROWS), "a.csv", "ar")
    assert opened(copy).sheetnames[1] == examination.tables[0].contract.label("ar")


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_summary_comes_first_in_the_senders_language_and_leads_to_the_cells(
    declared: Declarations, examiner: Examiner, language: str
) -> None:
    content = book_of(ROWS)
    examination, copy = answered(declared, examiner, content, language=language)
    summary = opened(copy).worksheets[0]
    assert summary.sheet_view.rightToLeft == (language != "en")
    assert summary["A2"].value == f"{CORRECTED_COPY}{hashlib.sha256(content).hexdigest()}"
    said = [cell.value for row in summary.iter_rows() for cell in row if cell.value is not None]
    answer = receipt.as_json(declared, receipt.Header("cohorts.xlsx"), examination)
    assert answer["next_step"][language] in said
    assert {4, 2} <= set(said), "rows read, rows taken in"
    links = {cell.coordinate: cell.hyperlink.location for row in summary for cell in row if cell.hyperlink}
    assert {"'נתונים '!A6", "'נתונים '!E7", "'נתונים '!A4"} <= set(links.values())
    assert all(summary[place].value.startswith(link.rsplit("!", 1)[1]) for place, link in links.items())


def test_summary_has_a_name_of_its_own(declared: Declarations, examiner: Examiner) -> None:
    book = opened(book_of(ROWS))
    book["ריק"].title = corrected.translator("he")("Summary")
    content = io.BytesIO()
    book.save(content)
    _, copy = answered(declared, examiner, content.getvalue())
    assert len({title.casefold() for title in opened(copy).sheetnames}) == 3


def test_copy_of_a_copy_has_one_summary_and_no_stale_marks(declared: Declarations, examiner: Examiner) -> None:
    content = book_of(ROWS)
    _, copy = answered(declared, examiner, content)
    examination = examiner.examine(copy, "b.xlsx")
    assert examination.file is not None
    sheets = tuple(sheet for sheet in examination.file.sheets if not is_summary(sheet))
    sha256 = hashlib.sha256(content).hexdigest()
    examination = replace(examination, file=replace(examination.file, sheets=sheets, corrects=sha256))
    second = corrected.as_xlsx(declared, receipt.Header("b.xlsx"), copy, examination, "ar")
    assert second is not None
    book = opened(second)
    assert len(book.sheetnames) == 3
    assert book.worksheets[0]["A2"].value == f"{CORRECTED_COPY}{sha256}"
    sheet = book["נתונים "]
    assert [filled(sheet[place]) for place in ("A4", "A6")] == [None, "error"]
    assert note(sheet["A4"]) == "" and note(sheet["A6"]).count("ערדד") == 1


def test_number_written_over_a_percentage_in_the_copy_is_a_number(declared: Declarations, examiner: Examiner) -> None:
    table = make.clean(declared, "cohorts", "he", 5)
    letter = column_letter(table.position("n_enrolled_grade_12"))
    content = make.as_xlsx(make.Sheet("נתונים", table.set(2, "n_enrolled_grade_12", make.Percent(0.85))))
    examination = examiner.examine(content, "a.xlsx")
    assert [(f.rule, f.row, f.column_letter) for f in examination.findings] == [("percentage", 3, letter)]
    copy = corrected.as_xlsx(declared, receipt.Header("a.xlsx"), content, examination, "he")
    assert copy is not None
    book = openpyxl.load_workbook(io.BytesIO(copy))
    # What is typed into a cell takes on the cell's own format.
    cell = book["נתונים"][f"{letter}3"]
    assert cell.value == "85%" and "%" not in cell.number_format
    cell.value = 9000
    answered = io.BytesIO()
    book.save(answered)
    again = examiner.examine(answered.getvalue(), "a.xlsx")
    assert again.findings == () and again.tables[0].accepted.at[3, "n_enrolled_grade_12"] == 9000


def test_question_is_answered_by_choosing_in_the_header(declared: Declarations, examiner: Examiner) -> None:
    from pipelines.intake.findings import Finding

    content = book_of(CHANGED)
    examination = examiner.examine(content, "a.xlsx")
    column = examination.tables[0].contract.columns[0]
    asked = Finding(
        "which_column", sheet="נתונים ", row=3, column_letter="A", header="רשות", suggestion=column.label("he"),
        parameters={"header": "רשות", "column": column, "table": examination.tables[0].contract},
    )  # fmt: skip
    examination = replace(examination, findings=(*examination.findings, asked))
    copy = corrected.as_xlsx(declared, receipt.Header("a.xlsx"), content, examination, "he")
    assert copy is not None
    sheet = opened(copy)["נתונים "]
    assert filled(sheet["A3"]) == "error"
    assert [(r.formula1, str(r.sqref)) for r in sheet.data_validations.dataValidation] == [
        (f'"{column.label("he")}"', "A3")
    ]


def test_senders_own_list_and_note_stay_on_a_wrong_cell(declared: Declarations, examiner: Examiner) -> None:
    book = opened(book_of(WRONG))
    sheet = book["נתונים "]
    rule = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"x,y"')
    sheet.add_data_validation(rule)
    rule.add("A4:A9")
    sheet["A6"].comment = openpyxl.comments.Comment("לבדוק", "אני")
    content = io.BytesIO()
    book.save(content)
    _, copy = answered(declared, examiner, content.getvalue())
    sheet = opened(copy)["נתונים "]
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"x,y"']
    assert note(sheet["A6"]).endswith("לבדוק")


def test_file_without_anything_wrong_or_changed_gets_no_copy(declared: Declarations, examiner: Examiner) -> None:
    for content in (book_of(CLEAN), csv_of([[*CLEAN[0], "הערה"]]), b"nothing", b""):
        examination = examiner.examine(content, "a.csv")
        assert corrected.as_xlsx(declared, receipt.Header("a.csv"), content, examination, "he") is None


def test_characters_that_a_workbook_cannot_hold_are_left_out(declared: Declarations, examiner: Examiner) -> None:
    content = csv_of(ROWS)
    examination = examiner.examine(content, "a.csv")
    assert examination.file is not None
    sheet = examination.file.sheets[0]
    odd = replace(sheet, cells=sheet.cells.replace("ערדד", "ערד\x02ד"))
    examination = replace(examination, file=replace(examination.file, sheets=(odd,)))
    copy = corrected.as_xlsx(declared, receipt.Header("a\x02.csv"), content, examination, "he")
    assert copy is not None and opened(copy).worksheets[1]["A6"].value == "ערדד"


MAKE_BOTH = """
import hashlib, sys
from pipelines.declarations import load
from pipelines.intake import corrected, receipt
from pipelines.intake.examine import Examiner
declared = load()
for name in sys.argv[1:]:
    content = open(name, "rb").read()
    header = receipt.Header("a.xlsx", received_at="2026-11-20T10:00:00+00:00")
    copy = corrected.as_xlsx(declared, header, content, Examiner(declared).examine(content, name), "he")
    print(hashlib.sha256(copy).hexdigest())
"""


def test_copy_is_the_same_byte_for_byte_in_another_process_at_another_time(tmp_path: Any) -> None:
    files = [tmp_path / "a.xlsx", tmp_path / "a.csv"]
    files[0].write_bytes(book_of(ROWS))
    files[1].write_bytes(csv_of(ROWS))
    answers = set()
    # Sets of text change their order from process to process, and a day's time from call to call.
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        done = subprocess.run(
            [sys.executable, "-c", MAKE_BOTH, *map(str, files)], cwd=REPOSITORY, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PATH": ""}, check=True,
        )  # fmt: skip
        answers.add(done.stdout)
    assert len(answers) == 1 and len(answers.pop().split()) == 2


def test_no_part_of_the_copy_bears_a_time_of_day(declared: Declarations, examiner: Examiner) -> None:
    for name, content in (("a.xlsx", book_of(ROWS)), ("a.csv", csv_of(ROWS))):
        examination = examiner.examine(content, name)
        header = receipt.Header(name, received_at="2026-11-20T10:00:00+00:00")
        copy = corrected.as_xlsx(declared, header, content, examination, "he")
        assert copy is not None
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {spreadsheet.ZIP_DATE}
        properties = opened(copy).properties
        assert {properties.created.isoformat(), properties.modified.isoformat()} == {"2026-11-20T10:00:00"}


def test_number_is_written_as_one_only_where_it_reads_back_the_same() -> None:
    texts = ["5", "-5", "0.5", "007", "12.50", "1e5", "5.0", "1" * 16, "", "٣", "+5"]
    assert [spreadsheet.number(text) for text in texts] == [5, -5, 0.5, *[None] * 8]


def shared(content: bytes, texts: list[str]) -> bytes:
    """An xlsx whose texts stand in a list that its cells refer to, each encoded underscore by underscore."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts: dict[str, str | bytes] = {name: book.read(name) for name in book.namelist()}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    items = "".join(f"<si><t>{text.replace('_x', '_x005F_x')}</t></si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet, types, relations = (
        str(parts[name], "utf-8")  # type: ignore[arg-type]
        for name in ("xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels")
    )
    for number, text in enumerate(texts):
        sheet = sheet.replace(f't="inlineStr"><is><t>{text}</t></is>', f't="s"><v>{number}</v>')
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    target = f'<Relationship Id="shared" Type="{relation}" Target="sharedStrings.xml"/></Relationships>'
    return make.zipped(
        parts
        | {
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": f'<sst xmlns="{space}">{items}</sst>',
            "[Content_Types].xml": types.replace("</Types>", override),
            "xl/_rels/workbook.xml.rels": relations.replace("</Relationships>", target),
        }
    )


@pytest.mark.parametrize("extension", FORMATS)
def test_text_that_looks_like_an_encoded_character_stays_what_it_was(
    declared: Declarations, examiner: Examiner, extension: str
) -> None:
    said = ["_x000D_", "שורה_x000A_שנייה", "_x005F_x000D_", "_x00_"]
    content = FORMATS[extension]([*ROWS, [], *([text] for text in said)])
    if extension == "xlsx":
        # As a spreadsheet writes it: among the texts that cells share, where the underscore is encoded.
        content = shared(content, said)
    _, copy = answered(declared, examiner, content, f"a.{extension}")
    before, after = cells(declared, content, f"a.{extension}"), cells(declared, copy, "a.xlsx")
    assert [after[row, 0] for row in range(9, 13)] == [before[row, 0] for row in range(9, 13)] == said
