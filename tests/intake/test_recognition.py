"""Recognition: which table a sheet holds, under which header, and which of its rows are records."""

import dataclasses
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
import pandas as pd
import pytest
from support import SCHOOL_FILE, WORKBOOK

from pipelines.declarations import Declarations
from pipelines.intake.examine import REFUSED, Examiner
from pipelines.intake.findings import Finding
from pipelines.intake.normalise import Normaliser
from pipelines.intake.read import Sheet
from pipelines.intake.receipt import message
from pipelines.intake.recognise import Table, recognise
from pipelines.intake.text import fold

# The columns of `cohorts`, by the names in its template.
COHORTS = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", 'לומדים בכיתה י"ב']
ROWS = [["ערד", "2022", "יהודי", "בנות", "120"], ["ערד", "2022", "יהודי", "בנים", "131"]]
GROUPS = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "מקצוע", 'יח"ל', "מתחילים", "נבחנים", "עוברים", "מצטיינים"]


class Recogniser:
    """`recognise` as intake calls it, on rows of text."""

    def __init__(self, declared: Declarations):
        self.declared = declared
        self.settings: Mapping[str, Any] = declared.initiative.settings["reading"]
        self.fits = Normaliser(declared).share_readable

    def __call__(self, *rows: Sequence[str], merged: Any = (), name: str | None = None, **options: Any) -> Any:
        width = max(len(row) for row in rows)
        cells = pd.DataFrame([[*row, *[""] * (width - len(row))] for row in rows], dtype=object)
        cells.index = pd.RangeIndex(1, len(rows) + 1)
        options = {"contracts": self.declared.datasets, "fits": self.fits, **options}
        return recognise(Sheet(name, cells, tuple(merged)), options.pop("contracts"), self.settings, **options)


@pytest.fixture(scope="module")
def recogniser(declared: Declarations) -> Recogniser:
    return Recogniser(declared)


def said(found: Table | Finding) -> list[tuple[str, int | None, str | None]]:
    assert isinstance(found, Table)
    return [(f.rule, f.row, f.column_letter) for f in found.findings]


def without(header: Sequence[str], *names: str) -> list[str]:
    return [f"?{at}" if name in names else name for at, name in enumerate(header)]


# Headers.


HEADER_CASES: Mapping[str, tuple[Sequence[Sequence[str]], Sequence[tuple[int, int, int, int]], int]] = {
    "one row": ([COHORTS], (), 1),
    "below a letterhead": ([["דוח שנתי"], [], ["נכון ליום 1.1.2023"], COHORTS], (), 4),
    "merged across two rows": (
        [["רשות מקומית", "שנת לימודים", "אוכלוסייה", "", ""], ["", "", "מגזר", "מגדר", 'לומדים בכיתה י"ב']],
        [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 4)], 2,
    ),
    "the same as CSV, upper row blank after its first cell": (
        [["רשות מקומית", "שנת לימודים", "אוכלוסייה", "", ""], ["", "", "מגזר", "מגדר", 'לומדים בכיתה י"ב']], (), 2,
    ),
    "name split over two rows": (
        [["רשות", "שנת", "מגזר", "מגדר", "לומדים"], ["מקומית", "לימודים", "", "", 'בכיתה י"ב']], (), 2,
    ),
    "units under the names": (
        [["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "לומדים"], ["(שם)", "", "", "", 'בכיתה י"ב']], (), 2,
    ),
    "three rows": (
        [["מאפיינים", "", "", "", "לומדים"], ["רשות", "", "קבוצה", "", "בכיתה"],
         ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", 'י"ב']],
        [(1, 0, 1, 3), (2, 0, 2, 1), (2, 2, 2, 3)], 3,
    ),
    "two languages in one cell": (
        [["רשות מקומית\nAuthority", "שנה\nSchool year", "מגזר\nSector", "מגדר\nG.", 'לומדים בכיתה י"ב\nN']], (), 1,
    ),
    "footnotes": ([["רשות מקומית1", "שנת לימודים (2)", "מגזר*", "מגדר²", 'לומדים בכיתה י"ב [3]']], (), 1),
}  # fmt: skip


@pytest.mark.parametrize("case", HEADER_CASES)
def test_header_is_understood_in_whatever_shape(recogniser: Recogniser, case: str) -> None:
    header, merged, last_row = HEADER_CASES[case]
    found = recogniser(*header, *ROWS, merged=merged)
    assert said(found) == []
    assert (found.contract.id, found.header_row, list(found.positions.values())) == ("cohorts", last_row, [*range(5)])
    assert found.rows.to_numpy().tolist() == ROWS and list(found.rows.index) == [last_row + 1, last_row + 2]


def test_header_of_several_rows_is_shown_as_a_person_sees_it(recogniser: Recogniser) -> None:
    upper = ["רשות מקומית", "שנת לימודים", "אוכלוסייה", "", ""]
    found = recogniser(upper, ["", "", "מגזר", "מגדר", 'לומדים בכיתה י"ב'], *ROWS)
    assert list(found.headers.values()) == ["רשות מקומית", "שנת לימודים", *(f"אוכלוסייה {h}" for h in COHORTS[2:])]


def test_number_under_one_heading_of_several_is_not_taken_for_the_heading(recogniser: Recogniser) -> None:
    """Regular and special classes under 'enrolled' are neither of them the enrolled."""
    upper = ["רשות מקומית", "שנת לימודים", "קבוצה", "", 'לומדים בכיתה י"ב', ""]
    found = recogniser(upper, ["", "", "מגזר", "מגדר", "רגיל", "מיוחד"], *([*row, "7"] for row in ROWS))
    assert "n_enrolled_grade_12" not in found.positions
    assert said(found) == [("which_column", 2, "E"), ("unknown_column", 2, "F")]


@pytest.mark.parametrize("merged", [(), ((1, 4, 1, 5),)], ids=["CSV", "merged"])
def test_heading_of_two_columns_beside_headers_of_one_row_is_held(recogniser: Recogniser, merged: Any) -> None:
    found = recogniser([*COHORTS, ""], ["", "", "", "", "רגיל", "מיוחד"], *([*r, "7"] for r in ROWS), merged=merged)
    assert said(found) == [("header_twice", 1, "F")]


def test_first_row_of_data_is_never_part_of_a_header(recogniser: Recogniser) -> None:
    assert recogniser(COHORTS, *ROWS).header_row == 1


def test_year_at_the_end_of_a_header_is_no_footnote(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:4], 'לומדים בכיתה י"ב 2021', 'לומדים בכיתה י"ב 2022'], *([*r, "9"] for r in ROWS))
    assert "n_enrolled_grade_12" not in found.positions


def test_header_with_a_footnote_is_another_column_where_the_plain_one_is_there(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS, 'לומדים בכיתה י"ב 2'], *([*r, "9"] for r in ROWS))
    assert found.positions["n_enrolled_grade_12"] == 4
    assert said(found) == [("unknown_column", 1, "F")]


def test_lines_of_a_header_that_mean_two_columns_mean_none(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:4], 'לומדים בכיתה י"ב\nגודל שנתון'], *ROWS)
    assert [f.rule for f in found.findings] == ["which_column"]


def test_two_numbers_of_one_meaning_that_differ_are_held(recogniser: Recogniser) -> None:
    """Two synonyms over two different counts: nobody knows which one is meant."""
    found = recogniser([*COHORTS, 'תלמידי י"ב'], *([*r, "9"] for r in ROWS))
    assert [f.rule for f in found.findings] == ["header_twice"]
    assert [f.rule for f in recogniser([*COHORTS, 'תלמידי י"ב'], *([*r, r[4]] for r in ROWS)).findings] == [
        "second_column"
    ]


def test_girls_and_boys_under_one_name_each_are_held_with_the_name_they_share(recogniser: Recogniser) -> None:
    upper = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "בנות", "בנים"]
    lower = ["", "", "", "", 'לומדים בכיתה י"ב', 'לומדים בכיתה י"ב']
    found = recogniser(upper, lower, *([*r, "9"] for r in ROWS))
    [finding] = found.findings
    assert (finding.rule, finding.column_letter) == ("header_twice", "F")
    assert finding.parameters["header"] == 'לומדים בכיתה י"ב' and finding.header == 'בנים לומדים בכיתה י"ב'


# Rows that are no records.


def test_totals_notes_and_repeated_headers_are_said_once_a_row_and_left_out(recogniser: Recogniser) -> None:
    found = recogniser(
        COHORTS, ["צפון"], *ROWS, COHORTS, ROWS[0], ['סה״כ:', "", "", "", "251"], ["סך הכל יהודי", "", "", "", "251"],
        [], [], ["* הנתונים ארעיים"],
    )  # fmt: skip
    assert said(found) == [
        ("note_not_read", 2, "A"), ("header_repeated", 5, "A"), ("totals_not_read", 7, "A"),
        ("totals_not_read", 8, "A"), ("note_not_read", 11, "A"),
    ]  # fmt: skip
    assert list(found.rows.index) == [3, 4, 6]


@pytest.mark.parametrize(
    "row",
    [
        ["סהההכ", "", "", "", "251"],
        ["Sumsum", "2022", "יהודי", "בנות", "251"],
        ["ערד", "", "", "", "251"],
        ["", "", "", "", "251"],
        ["ערד", "2022", "", "", ""],
    ],
    ids=["typo for a total", "word that begins alike", "gaps", "lone number", "numbers that are missing"],
)
def test_row_that_could_be_a_record_is_one(recogniser: Recogniser, row: list[str]) -> None:
    found = recogniser(COHORTS, *ROWS, row)
    assert said(found) == [] and list(found.rows.index) == [2, 3, 4]


@pytest.mark.parametrize(
    "row",
    [
        ["ערד", "2022", "יהודי", 'סה"כ', "251"],
        ["0031", "2022", 'סה"כ', "בנות", "251"],
        ['ערד סה"כ', "2022", "", "", "251"],
        ["ערד", 'סה"כ:', "", "", "251"],
    ],
)
def test_total_of_one_place_or_group_is_a_total(recogniser: Recogniser, row: list[str]) -> None:
    assert said(recogniser(COHORTS, *ROWS, row)) == [("totals_not_read", 4, "A")]


@pytest.mark.parametrize(
    "row", [["הערה:", "הנתונים ארעיים"], ["1.", "בלי חינוך מיוחד"], ["מקור: משרד החינוך", " 2022"], ["---"] * 5]
)
def test_note_below_the_records_may_run_over_two_cells(recogniser: Recogniser, row: list[str]) -> None:
    assert said(recogniser(COHORTS, *ROWS, row)) == [("note_not_read", 4, "A")]
    above = recogniser(COHORTS, row, *ROWS)
    assert said(above) == [] and len(above.rows) == 3


def test_misspelt_total_is_refused_with_a_reason(declared: Declarations) -> None:
    content = "\r\n".join(",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in
                          [COHORTS, *ROWS, ["סהה״כ", "2022", "יהודי", "בנות", "251"]])  # fmt: skip
    examined = Examiner(declared).examine(content.encode(), "a.csv")
    assert [(f.rule, f.row, f.column_letter) for f in examined.findings] == [("unknown_value", 4, "A")]


def test_place_that_is_called_like_a_total_is_a_place(declared: Declarations) -> None:
    areas = declared.register_rows["areas"]
    place = next(row for row in areas if row["area_type"] == "authority")
    renamed = MappingProxyType({**place, "name_he": "סך הכל יישובים"})
    registers = {**declared.register_rows, "areas": tuple(renamed if row is place else row for row in areas)}
    recogniser = Recogniser(dataclasses.replace(declared, register_rows=MappingProxyType(registers)))
    found = recogniser(COHORTS, *ROWS, ["סך הכל יישובים", "2022", "יהודי", "בנות", "9"])
    assert said(found) == [] and len(found.rows) == 3


def test_word_for_a_total_in_a_column_that_is_not_read_counts_where_the_row_is_about_nothing(
    recogniser: Recogniser,
) -> None:
    rows = [["", *row] for row in ROWS]
    found = recogniser(["שורה", *COHORTS], *rows, ['סה"כ', "", "", "", "", "251"])
    assert said(found) == [("unknown_column", 1, "A"), ("totals_not_read", 4, "F")]


def test_note_in_a_row_with_other_cells_under_headers_is_a_record(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS, "הערות"], *([*r, ""] for r in ROWS), ["ערד", "", "", "", "", "חסר"])
    assert len(found.rows) == 3


def test_left_over_pivot_beside_the_table_makes_no_record_of_a_note(recogniser: Recogniser) -> None:
    found = recogniser(COHORTS, *ROWS, ["הערה", "", "", "", "", "Row Labels"], ["", "", "", "", "", "17"])
    assert said(found) == [("cells_without_header", 4, "F"), ("note_not_read", 4, "A")]
    assert list(found.rows.index) == [2, 3]


def test_page_of_a_two_row_header_repeated_is_left_out_whole(recogniser: Recogniser) -> None:
    header = [["רשות מקומית", "שנת לימודים", "קבוצה", "", ""], ["", "", "מגזר", "מגדר", 'לומדים בכיתה י"ב']]
    found = recogniser(*header, *ROWS, *header, *ROWS)
    assert said(found) == [("header_repeated", 5, "A"), ("header_repeated", 6, "C")]
    assert list(found.rows.index) == [3, 4, 7, 8]


def test_thousands_of_notes_are_counted_not_listed(recogniser: Recogniser) -> None:
    limit = recogniser.settings["maximum_findings"]
    found = recogniser(COHORTS, *ROWS, *([["הערה"]] * (limit + 7)))
    assert (len(found.findings), found.findings[-1].n_more) == (limit, 7)


# Which table.


def test_table_of_others_gets_one_answer(recogniser: Recogniser) -> None:
    budget = ["סמל מוסד", "שם מוסד", "רשות מקומית", "מגזר", "פיקוח", *(f"תקציב {n}" for n in range(20))]
    found = recogniser(budget, [str(n) for n in range(25)])
    assert isinstance(found, Finding) and found.rule == "sheet_not_read"


def test_fewer_than_half_of_the_required_columns_is_not_that_table(recogniser: Recogniser) -> None:
    assert isinstance(recogniser(["שנת לימודים", "גודל שנתון"], ["2022", "140"]), Finding)


def test_list_of_codes_is_no_table(recogniser: Recogniser) -> None:
    lists = [["רשות מקומית", "מגזר", "מגדר"], ["ערד", "יהודי", "בנות"], ["רהט", "ערבי", "בנים"]]
    assert isinstance(recogniser(*lists), Finding)


@pytest.fixture(scope="module")
def twins(declared: Declarations) -> Recogniser:
    teachers = declared.objects["teachers"]
    again = dataclasses.replace(teachers, id="teachers_again", labels=MappingProxyType({"he": "מורים בהשתלמות"}))
    doubled = MappingProxyType({**declared.objects, "teachers_again": again})
    return Recogniser(dataclasses.replace(declared, objects=doubled))


TEACHERS = ["רשות מקומית", "שנת לימודים", "מקצוע", 'מורים המלמדים 5 יח"ל'], ["ערד", "2022", "מתמטיקה", "4"]


@pytest.mark.parametrize(
    ("file_name", "object_id"),
    [
        ("מורים_2022.xlsx", "teachers"), ("Teachers 2022.csv", "teachers"), ("teachers_again.csv", "teachers_again"),
        ("דוח מורים בהשתלמות.xlsx", "teachers_again"), ("2022.csv", None), ("schoolteachers.csv", None), ("", None),
    ],
)  # fmt: skip
def test_tie_between_tables_is_broken_by_the_files_name_alone(
    twins: Recogniser, file_name: str, object_id: str | None
) -> None:
    found = twins(*TEACHERS, file_name=file_name)
    assert (found.contract.id if isinstance(found, Table) else None) == object_id
    if object_id is None:
        assert (found.rule, found.row) == ("ambiguous_table", 1)


def test_files_name_never_overrules_headers(recogniser: Recogniser) -> None:
    assert recogniser(COHORTS, *ROWS, file_name="teachers.csv").contract.id == "cohorts"


# Questions, suggestions and what a partner's headers meant before.


def test_one_unknown_header_is_exactly_one_question(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:4], "מס' תלמידים"], *ROWS)
    [finding] = found.findings
    assert (finding.rule, finding.row, finding.column_letter) == ("which_column", 1, "E")
    assert (finding.header, finding.field, finding.n_cells) == ("מס' תלמידים", "n_enrolled_grade_12", 2)
    assert finding.suggestion == 'לומדים בכיתה י"ב' and finding.parameters["column"].name == "n_enrolled_grade_12"


def test_suggestion_is_in_the_language_of_the_other_headers(recogniser: Recogniser) -> None:
    header = ["Local authority", "School year", "Sector", "Gender", "Kids"]
    assert recogniser(header, *ROWS).findings[0].suggestion == "Enrolled in grade 12"


@pytest.mark.parametrize("at", range(5))
def test_question_is_about_the_column_that_the_cells_fit(recogniser: Recogniser, at: int) -> None:
    """Whatever column has the unknown header, and with a free-text column beside it."""
    header = [*without(COHORTS, COHORTS[at]), "מלל"]
    found = recogniser(header, *([*row, "מילים של אדם"] for row in ROWS))
    rules = [(f.rule, f.column_letter) for f in found.findings]
    assert rules == [("which_column", "ABCDE"[at]), ("unknown_column", "F")]
    assert found.findings[0].field == recogniser.declared.objects["cohorts"].columns[at].name


def test_several_unknown_headers_are_each_one_question(recogniser: Recogniser) -> None:
    found = recogniser(without(COHORTS, "שנת לימודים", 'לומדים בכיתה י"ב'), *ROWS)
    assert [(f.rule, f.column_letter, f.field) for f in found.findings] == [
        ("which_column", "B", "school_year"), ("which_column", "E", "n_enrolled_grade_12"),
    ]  # fmt: skip


def test_cells_that_two_columns_can_read_go_to_the_stricter_one(recogniser: Recogniser) -> None:
    """Years are whole numbers, too, and stand where the numbers should."""
    header = ["רשות מקומית", "?", "מגזר", "מגדר", "!"]
    found = recogniser(header, *([row[0], row[4], *row[2:4], row[1]] for row in ROWS))
    assert {f.header: f.field for f in found.findings} == {"?": "n_enrolled_grade_12", "!": "school_year"}


def test_one_unknown_header_and_two_missing_columns_are_one_question(recogniser: Recogniser) -> None:
    header = [name for name in without(COHORTS, "מגדר") if name != "שנת לימודים"]
    found = recogniser(header, *([row[0], *row[2:]] for row in ROWS))
    assert [(f.rule, f.field) for f in found.findings] == [
        ("missing_column", "school_year"),
        ("which_column", "gender"),
    ]


def test_column_whose_cells_fit_nothing_is_no_question(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:4], "הערות"], *([*row[:4], "מילים של אדם"] for row in ROWS))
    assert [f.rule for f in found.findings] == ["missing_column", "unknown_column"]


def test_near_name_is_a_question_even_where_its_cells_are_wrong(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:4], 'לומדים בכתה י"ב'], *([*row[:4], "רבים"] for row in ROWS))
    assert [f.rule for f in found.findings] == ["which_column"]


def test_without_readers_the_place_in_the_sheet_decides(recogniser: Recogniser) -> None:
    found = recogniser(without(COHORTS, "מגזר", "מגדר"), *ROWS, fits=None)
    assert {f.column_letter: f.field for f in found.findings} == {"C": "sector", "D": "gender"}
    last = recogniser([*COHORTS[1:4], "?"], *(row[1:] for row in ROWS), fits=None)
    assert [(f.rule, f.field) for f in last.findings] == [
        ("missing_column", "authority_code"), ("which_column", "n_enrolled_grade_12"),
    ]  # fmt: skip


def test_near_name_of_an_absent_column_is_suggested_and_never_taken(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS, "גדל שנתון", "הערות"], *([*row, "140", ""] for row in ROWS))
    assert [(f.rule, f.header, f.suggestion) for f in found.findings] == [
        ("unknown_column", "גדל שנתון", "גודל שנתון"), ("unknown_column", "הערות", None),
    ]  # fmt: skip
    assert "n_age_cohort" not in found.positions


def remembered(**columns: str | None) -> Mapping[str, Mapping[str, str | None]]:
    words = {"pupils": "מס' תלמידים", "notes": "הערות", "known": 'תלמידי י"ב'}
    return {"cohorts": {fold(words[word]): column for word, column in columns.items()}}


def test_remembered_header_is_read_without_a_word(recogniser: Recogniser) -> None:
    header = [*COHORTS[:4], "מס׳ תלמידים", "הערות"]
    mapping = remembered(pupils="n_enrolled_grade_12", notes=None)
    found = recogniser(header, *([*row, "מילים"] for row in ROWS), remembered=mapping)
    assert said(found) == [] and found.rows["n_enrolled_grade_12"].tolist() == ["120", "131"]


def test_remembered_header_of_two_rows_is_read_as_it_was_shown(recogniser: Recogniser) -> None:
    rows = [["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "מספרים*"], ["", "", "", "", "כולם (2)"]]
    header = [[*rows[0], "עוד"], [*rows[1], "גודל שנתון"]]
    body = [[*row, "140"] for row in ROWS]
    [question] = recogniser(*header, *body).findings
    assert question.header == "מספרים* כולם (2)"
    mapping = {"cohorts": {fold(question.header): question.field}}
    assert said(recogniser(*header, *body, remembered=mapping)) == []


def test_declared_name_comes_before_what_is_remembered(recogniser: Recogniser) -> None:
    header = [*COHORTS[:4], 'תלמידי י"ב']
    for column in (None, "n_age_cohort"):
        found = recogniser(header, *ROWS, remembered=remembered(known=column))
        assert said(found) == [] and found.positions["n_enrolled_grade_12"] == 4


def test_mapping_of_another_table_or_of_a_column_that_is_gone_changes_nothing(recogniser: Recogniser) -> None:
    for mapping in ({"teachers": {"?4": "n_enrolled_grade_12"}}, {"cohorts": {"?4": "n_gone"}}):
        found = recogniser(without(COHORTS, COHORTS[4]), *ROWS, remembered=mapping)
        assert [f.rule for f in found.findings] == ["which_column"]


# Files of others.


def test_merged_header_of_a_real_workbook_is_read(declared: Declarations) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["רשות מקומית", "שנת לימודים", "לומדים", "", ""], ["", "", "מגזר", "מגדר", 'לומדים בכיתה י"ב'], *ROWS]:
        sheet.append([cell or None for cell in row])
    for cells in ("A1:A2", "B1:B2", "C1:E1"):
        sheet.merge_cells(cells)
    content = io.BytesIO()
    book.save(content)
    examined = Examiner(declared).examine(content.getvalue(), "a.xlsx")
    assert [f for f in examined.findings if f.severity != "change"] == []
    assert [(t.header_row, list(t.accepted.index)) for t in examined.tables] == [(2, [3, 4])]


OTHERS = (
    "cbs_bycode2021.xlsx", "cbs_p_libud_2021.xlsx",
    "cbs_periphery_index_2020_24_22_420t1.xlsx", "cbs_ses_index_2019_24_22_375t1.xlsx", "muni_ids.csv",
    "moe_school_budget_institutions_2014_15.csv", "residents_by_age_groups.csv", "yishuv_names.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_real_file_of_others_gets_one_clear_answer(declared: Declarations, real_files: Path, name: str) -> None:
    examined = Examiner(declared).examine((real_files / name).read_bytes(), name)
    assert examined.verdict == REFUSED
    (finding,) = examined.findings
    assert finding.rule in ("unknown_table", "nearest_table")


def test_answer_names_the_nearest_table_and_what_is_missing_in_it(declared: Declarations) -> None:
    content = "שנת לימודים,סמל מוסד,צבע,מחיר,גודל\r\n2022,148080,אדום,3,4\r\n".encode()
    examined = Examiner(declared).examine(content, "a.csv")
    (finding,) = examined.findings
    assert (examined.verdict, finding.rule, finding.row) == (REFUSED, "nearest_table", 1)
    nearest, found = finding.parameters["nearest"], {"school_id", "school_year"}
    wanted = [c for c in nearest.columns if c.is_required or c.role == "measure"]
    missing = [c.label("he") for c in wanted if c.name not in found]
    assert missing and all(label in message(finding, "he") for label in (nearest.label("he"), *missing))
    one_word = Examiner(declared).examine("שנת לימודים,צבע\r\n2022,אדום\r\n".encode(), "a.csv")
    assert [f.rule for f in one_word.findings] == ["unknown_table"]


def test_keys_alone_among_headers_of_others_are_no_table(declared: Declarations) -> None:
    examiner = Examiner(declared)
    for header, is_known in {"גיל": False, "נבחני מתמטיקה בכל הרמות": True}.items():
        content = f"סמל מוסד,מחזור סיום,צבע,מחיר,{header}\r\n148081,2016,אדום,3,40\r\n".encode()
        examined = examiner.examine(content, "a.csv")
        assert [len(t.accepted) for t in examined.tables] == ([1] if is_known else []), header


def test_every_real_file_is_in_one_of_the_two_lists(real_files: Path) -> None:
    tables = {file.name for file in real_files.iterdir() if file.suffix in (".csv", ".xlsx")}
    assert tables == {WORKBOOK, SCHOOL_FILE, *OTHERS}


def test_row_of_stars_above_the_header_costs_nothing(recogniser: Recogniser) -> None:
    # Marks at the end of a header were looked for in a way that took twice as long for every further star.
    found = recogniser(["*" * 400 + " שים לב"], ["1 " * 15_000 + "x"], COHORTS, *ROWS)
    assert list(found.rows.index) == [4, 5]


def test_number_that_stands_apart_in_a_header_is_no_footnote(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS[:-1], f"{COHORTS[-1]} 3"], *ROWS)
    assert [f.rule for f in found.findings] == ["which_column"]
    assert said(recogniser([*COHORTS[:-1], f"{COHORTS[-1]}3"], *ROWS)) == []


def test_pivot_that_repeats_headers_beside_the_table_holds_nothing(recogniser: Recogniser) -> None:
    found = recogniser([*COHORTS, "", COHORTS[-1], "סכום"], *([*row, "", "7", "9"] for row in ROWS))
    assert found.is_complete and [f.rule for f in found.findings] == ["second_column", "unknown_column"]
    beside = recogniser([*COHORTS, COHORTS[-1]], *([*row, "7"] for row in ROWS))
    assert [f.rule for f in beside.findings] == ["header_twice"]


def test_tables_that_fit_alike_are_called_by_their_names(declared: Declarations) -> None:
    twin = dataclasses.replace(declared.objects["teachers"], id="teachers_again")
    doubled = dataclasses.replace(declared, objects=MappingProxyType({**declared.objects, "teachers_again": twin}))
    content = b"Authority code,School year,Subject,Teachers teaching five units\r\n0031,2022,35,4\r\n"
    (finding,) = Examiner(doubled).examine(content, "a.csv").findings
    told = message(finding, "he")
    assert twin.label("he") in told and "teachers" not in told
