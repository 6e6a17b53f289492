"""The Ministry's own workbook: all four sheets, every row, every name."""

from pathlib import Path

import pytest
from support import WORKBOOK

from pipelines.declarations import Declarations
from pipelines.intake.examine import ACCEPTED, Examination, Examiner


@pytest.fixture(scope="module")
def examined(declared: Declarations, real_files: Path) -> Examination:
    return Examiner(declared).examine((real_files / WORKBOOK).read_bytes(), WORKBOOK)


def test_every_row_of_every_sheet_is_accepted(examined: Examination) -> None:
    counts = {table.contract.id: (table.rows_read, len(table.accepted)) for table in examined.tables}
    assert counts == {
        "matriculation_national": (323, 323),
        "matriculation_authority": (14401, 14401),
        "matriculation_school": (51818, 51818),
        "eligibility_school": (2097, 2097),
    }
    assert examined.verdict == ACCEPTED


def test_the_ministry_s_own_spellings_are_no_changes(examined: Examination) -> None:
    assert [table.cells_changed for table in examined.tables] == [0, 0, 0, 0]


def test_header_row_is_the_one_a_person_sees(examined: Examination) -> None:
    assert {table.header_row for table in examined.tables} == {16}


def test_nothing_is_unresolved(examined: Examination) -> None:
    assert [f for f in examined.findings if f.severity == "error"] == []


def test_left_over_pivot_is_said_and_not_read(examined: Examination) -> None:
    pivots = [f for f in examined.findings if f.rule == "cells_without_header"]
    assert [(f.sheet, f.column_letter, f.row) for f in pivots] == [("סע' 3", "R", 28198)]


def test_authority_zero_is_mikve_israel_in_the_school_sheet_only(examined: Examination, declared: Declarations) -> None:
    schools = next(t for t in examined.tables if t.contract.id == "matriculation_school").accepted
    assert (schools["authority_code"] == "0022").sum() == 86
    header = "שם רשות,מחזור סיום,מקצוע,יחידות לימוד,מספר נבחנים\r\n0,2022,מתמטיקה,5,30\r\n"
    elsewhere = Examiner(declared).examine(header.encode(), "authorities.csv")
    assert [f.rule for f in elsewhere.findings] == ["unknown_value"]
