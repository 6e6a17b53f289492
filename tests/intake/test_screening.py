"""What may come in: each cell and row that may not is reported at its own row, column and header."""

import csv
import io

import openpyxl
import pandas as pd
import pytest

from pipelines.declarations import Declarations
from pipelines.intake.examine import CHANGED, HELD, PARTLY, REFUSED, Examination, Examiner
from pipelines.intake.receipt import message

HEADER = 'רשות מקומית,שנת לימודים,מגזר,מגדר,מקצוע,יח"ל,מתחילים,נבחנים,עוברים,מצטיינים'.replace('"', '""')
HEADER = ",".join(f'"{name}"' for name in HEADER.split(","))
GOOD = "ערד,2022,יהודי,בנות,מתמטיקה,5,60,54,50,18"


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def examine(examiner: Examiner, *rows: str, header: str = HEADER) -> Examination:
    return examiner.examine("\r\n".join([header, *rows]).encode(), "groups.csv")


CELLS = [
    ("unknown place", "ערדה,2022,יהודי,בנות,מתמטיקה,5,60,54,50,18", "unknown_value", "A"),
    ("missing place", ",2022,יהודי,בנות,מתמטיקה,5,60,54,50,18", "missing_value", "A"),
    ("old council code that is a town's too", "31,2022,יהודי,בנות,מתמטיקה,5,60,54,50,18", "ambiguous_value", "A"),
    ("range of years", 'ערד,"תשפ""א-תשפ""ג",יהודי,בנות,מתמטיקה,5,60,54,50,18', "year_range", "B"),
    ("no year", "ערד,לא ידוע,יהודי,בנות,מתמטיקה,5,60,54,50,18", "not_a_year", "B"),
    ("year of another age", "ערד,1822,יהודי,בנות,מתמטיקה,5,60,54,50,18", "below_minimum", "B"),
    ("unknown gender", "ערד,2022,יהודי,מעורב,מתמטיקה,5,60,54,50,18", "unknown_value", "D"),
    ("eleven units", "ערד,2022,יהודי,בנות,מתמטיקה,11,60,54,50,18", "above_maximum", "F"),
    ("words for a number", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,רבים,50,18", "not_a_number", "H"),
    ("per cent for a count", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,90%,50,18", "percentage", "H"),
    ("too many digits", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,99999999999999999999,50,18", "not_a_number", "H"),
    ("a programmer's number", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,1e2,50,18", "not_a_number", "H"),
    ("half a pupil", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,54.5,50,18", "not_whole", "H"),
    ("fewer than none", "ערד,2022,יהודי,בנות,מתמטיקה,5,-1,54,50,18", "below_minimum", "G"),
    ("more passed than examined", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,54,55,18", "row_rule", "I"),
    ("more excellent than passed", "ערד,2022,יהודי,בנות,מתמטיקה,5,60,54,50,51", "row_rule", "J"),
]


@pytest.mark.parametrize(("name", "row", "rule", "letter"), CELLS, ids=[name for name, *_ in CELLS])
def test_wrong_cell_is_found_at_its_place_and_the_other_row_goes_on(
    examiner: Examiner, name: str, row: str, rule: str, letter: str
) -> None:
    other = GOOD.replace("בנות", "בנים")
    examined = examine(examiner, other, row)
    errors = [(f.rule, f.row, f.column_letter) for f in examined.findings if f.severity == "error"]
    assert errors == [(rule, 3, letter)]
    assert examined.verdict == PARTLY
    assert list(examined.tables[0].accepted.index) == [2]
    assert list(examined.tables[0].refused["source_row"]) == [3]


def test_every_wrong_cell_of_one_file_is_found_at_its_own_place(examiner: Examiner) -> None:
    examined = examine(examiner, *(row for _, row, _, _ in CELLS), GOOD)
    errors = {(f.rule, f.row, f.column_letter) for f in examined.findings if f.severity == "error"}
    assert errors == {(rule, row, letter) for row, (_, _, rule, letter) in enumerate(CELLS, start=2)}
    assert list(examined.tables[0].accepted.index) == [len(CELLS) + 2]


@pytest.mark.parametrize(("name", "row", "rule", "letter"), CELLS, ids=[name for name, *_ in CELLS])
def test_every_message_can_be_said_in_every_language(
    examiner: Examiner, declared: Declarations, name: str, row: str, rule: str, letter: str
) -> None:
    said = {message(f, language) for f in examine(examiner, row).findings for language in declared.initiative.languages}
    assert all(said) and not any("{" in sentence for sentence in said)
    assert len(said) >= len(declared.initiative.languages)


def test_starters_may_be_fewer_than_completers_because_pupils_move(examiner: Examiner) -> None:
    assert not examine(examiner, "ערד,2022,יהודי,בנות,מתמטיקה,5,40,54,50,18").findings


def test_alias_is_understood_and_said_as_a_change(examiner: Examiner) -> None:
    examined = examine(examiner, GOOD.replace("ערד", "נצרת עילית"))
    assert examined.verdict == CHANGED
    assert examined.tables[0].accepted["authority_code"].tolist() == ["1061"]
    assert [(f.rule, f.row, f.column_letter) for f in examined.findings] == [("other_spelling", 2, "A")]


def test_near_name_is_a_suggestion_and_never_taken(examiner: Examiner) -> None:
    examined = examine(examiner, GOOD.replace("ערד", "תל ביב-יפו"))
    assert examined.verdict == REFUSED
    assert "תל אביב-יפו" in (examined.findings[0].suggestion or "")


def test_near_name_is_suggested_in_the_language_that_was_written(examiner: Examiner) -> None:
    in_english = examine(examiner, GOOD.replace("ערד", "Beersheva"))
    assert "באר שבע" not in (in_english.findings[0].suggestion or "")
    assert any(name.isascii() for name in (in_english.findings[0].suggestion or "").split("; "))


def test_withheld_number_is_neither_zero_nor_missing(examiner: Examiner) -> None:
    examined = examine(examiner, "ערד,2022,יהודי,בנות,מתמטיקה,5,*,54,,18")
    row = examined.tables[0].accepted.iloc[0]
    assert (row["n_started__obs_status"], row["n_passed__obs_status"], row["n_examinees__obs_status"]) == (
        "Q",
        "O",
        "A",
    )
    assert row[["n_started", "n_passed"]].isna().all()


def test_withheld_number_is_taken_even_where_one_is_required(examiner: Examiner) -> None:
    examined = examine(examiner, "ערד,2022,יהודי,בנות,מתמטיקה,5,60,<11,,")
    assert not [f for f in examined.findings if f.severity == "error"]
    assert examined.tables[0].accepted["n_examinees__obs_status"].tolist() == ["Q"]


def test_headers_without_rows_are_refused_with_a_reason(examiner: Examiner) -> None:
    examined = examine(examiner)
    assert (examined.verdict, [f.rule for f in examined.findings]) == (REFUSED, ["no_rows"])


def sheets(**rows: list[str]) -> bytes:
    """A workbook with a sheet for each name, its header and these rows."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, own in rows.items():
        sheet = book.create_sheet(name)
        for row in csv.reader([HEADER, *own]):
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_one_key_on_two_sheets_that_differ_is_refused_on_both(examiner: Examiner) -> None:
    boys, girls = (GOOD.replace("2022,יהודי,בנות", f"{year},יהודי,בנים") for year in (2021, 2022))
    examined = examiner.examine(sheets(a=[GOOD, boys], b=[girls, GOOD.replace(",18", ",17")]), "groups.xlsx")
    errors = [(f.rule, f.sheet, f.row, f.column_letter) for f in examined.findings if f.severity == "error"]
    assert errors == [("key_twice", "a", 2, "A"), ("key_twice", "b", 3, "A")]
    assert [list(t.accepted.index) for t in examined.tables] == [[3], [2]]
    assert [list(t.refused["source_row"]) for t in examined.tables] == [[2], [3]]
    said = [message(finding, "en") for finding in examined.findings]
    assert ["row 3 of the sheet 'b'" in said[0], "row 2 of the sheet 'a'" in said[1]] == [True, True]


def test_same_row_on_two_sheets_is_taken_once_and_said_with_its_sheet(examiner: Examiner) -> None:
    examined = examiner.examine(sheets(a=[GOOD], b=[GOOD]), "groups.xlsx")
    assert [(f.rule, f.sheet, f.row) for f in examined.findings] == [("same_row_twice", "b", 2)]
    assert [len(t.accepted) for t in examined.tables] == [1, 0] and not any(len(t.refused) for t in examined.tables)
    assert "repeats row 2 of the sheet 'a'" in message(examined.findings[0], "en")


def test_row_that_differs_from_a_repeated_one_on_another_sheet_refuses_all_of_them(examiner: Examiner) -> None:
    examined = examiner.examine(sheets(a=[GOOD, GOOD], b=[GOOD.replace(",18", ",17")]), "groups.xlsx")
    assert [(f.rule, f.sheet, f.row, f.parameters) for f in examined.findings] == [
        ("key_twice", "a", 2, {"other": 3}),
        ("key_twice", "a", 3, {"other": 2}),
        ("key_twice", "b", 2, {"other": 2, "sheet": "a"}),
    ]
    assert examined.verdict == REFUSED


def test_keys_that_differ_between_sheets_are_told_without_comparing_each_with_each(
    examiner: Examiner, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[int] = []
    duplicated = pd.DataFrame.duplicated
    monkeypatch.setattr(
        pd.DataFrame, "duplicated", lambda self, *a, **k: passes.append(len(self)) or duplicated(self, *a, **k)
    )
    years = range(1990, 2020)
    one, other = ([GOOD.replace("2022", str(y)).replace(",18", f",{n}") for y in years] for n in (18, 17))
    examined = examiner.examine(sheets(a=one, b=other), "groups.xlsx")
    assert [len(table.refused) for table in examined.tables] == [len(years)] * 2
    assert sum(passes) <= 10 * len(years)


def test_same_row_twice_is_taken_once_and_said(examiner: Examiner) -> None:
    examined = examine(examiner, GOOD, GOOD)
    assert [(f.rule, f.row) for f in examined.findings] == [("same_row_twice", 3)]
    assert len(examined.tables[0].accepted) == 1 and len(examined.tables[0].refused) == 0


def test_two_rows_of_one_key_that_differ_are_both_refused(examiner: Examiner) -> None:
    examined = examine(examiner, GOOD, GOOD.replace(",18", ",17"))
    assert [(f.rule, f.row) for f in examined.findings] == [("key_twice", 2), ("key_twice", 3)]
    assert examined.verdict == REFUSED


def test_missing_required_column_is_named(examiner: Examiner) -> None:
    header = HEADER.replace('"מגדר",', "")
    examined = examine(examiner, GOOD.replace("בנות,", ""), header=header)
    assert [(f.rule, f.field) for f in examined.findings] == [("missing_column", "gender")]
    assert examined.verdict == REFUSED


def test_unknown_column_is_said_and_the_rest_read(examiner: Examiner) -> None:
    examined = examine(examiner, GOOD + ",הערה חשובה", header=HEADER + ",הערות")
    assert [(f.rule, f.header) for f in examined.findings] == [("unknown_column", "הערות")]
    assert len(examined.tables[0].accepted) == 1


def test_one_header_twice_over_different_cells_is_held(examiner: Examiner) -> None:
    header = HEADER + ',"נבחנים"'
    examined = examine(examiner, GOOD + ",55", header=header)
    assert (examined.verdict, [(f.rule, f.column_letter) for f in examined.findings if f.severity == "error"]) == (
        HELD, [("header_twice", "K")],
    )  # fmt: skip
    same = examine(examiner, GOOD + ",54", header=header)
    assert [f.rule for f in same.findings] == ["second_column"] and len(same.tables[0].accepted) == 1


def test_headers_that_fit_two_tables_are_held(declared: Declarations) -> None:
    twin = declared.objects["teachers"]
    import dataclasses
    from types import MappingProxyType

    doubled = MappingProxyType({**declared.objects, "teachers_again": dataclasses.replace(twin, id="teachers_again")})
    examiner = Examiner(dataclasses.replace(declared, objects=doubled))
    content = "Authority code,School year,Subject,Teachers teaching five units\r\n0031,2022,35,4\r\n"
    examined = examiner.examine(content.encode(), "teachers.csv")
    assert examined.verdict == HELD
    assert [f.rule for f in examined.findings] == ["ambiguous_table"]
