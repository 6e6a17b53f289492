"""Promises against deliveries, and comments with what became of them; numbers worked out by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from pipelines.collaboration.due import Clock
from pipelines.collaboration.inputs import DELIVERIES, Inputs
from pipelines.collaboration.reports import Promise, clock_of, platform_tables, standing
from pipelines.collaboration.texts import text_id
from pipelines.declarations import Declarations
from pipelines.warehouse import shape_columns

AREA, OTHER = "0831", "1161"
YEARS = Clock("A", "school_year", 9)
QUESTION = "Is a pupil of two programmes counted twice?"


def test_what_is_due_today_is_expected_and_the_last_day_is_in_time() -> None:
    """Four months after a school year is the last of December; 2020 came on it, 2021 a day later, 2022 and 2023 not."""
    told = {(AREA, "2020"): "2020-12-31", (AREA, "2021"): "2022-01-01", (OTHER, "2022"): "2022-09-01"}
    found = standing(Promise(AREA, "2020", None, 4), YEARS, told, "2023-12-31")
    assert (found.n_expected, found.n_delivered, found.n_on_time, found.n_early) == (4, 2, 1, 0)
    assert (found.overdue_period, found.next_due_period, found.next_due_on) == ("2022", "2024", "2024-12-31")


def test_the_day_before_it_is_due_nothing_is_expected() -> None:
    found = standing(Promise(AREA, "2020", None, 4), YEARS, {}, "2020-12-30")
    assert (found.n_expected, found.overdue_period, found.next_due_on) == (0, None, "2020-12-31")


def test_what_comes_early_is_counted_apart_and_the_next_one_is_due() -> None:
    told = {(AREA, "2020"): "2020-10-01", (AREA, "2021"): "2020-11-01"}
    found = standing(Promise(AREA, "2020", None, 4), YEARS, told, "2020-12-01")
    assert (found.n_expected, found.n_delivered, found.n_early, found.next_due_period) == (0, 0, 2, "2022")


def test_a_promise_ends_with_its_last_period() -> None:
    found = standing(Promise(AREA, "2020", "2021", 0), YEARS, {(AREA, "2021"): "2021-08-31"}, "2030-01-01")
    assert (found.n_expected, found.n_delivered, found.n_on_time) == (2, 1, 1)
    assert (found.overdue_period, found.next_due_period) == ("2020", None)


def test_an_earlier_period_than_the_first_counts_for_nothing() -> None:
    found = standing(Promise(AREA, "2021", None, 0), YEARS, {(AREA, "2020"): "2020-08-01"}, "2021-08-31")
    assert (found.n_expected, found.n_delivered) == (1, 0)


def frame(declared: Declarations, shape: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    columns = list(shape_columns(declared.shapes[shape]))
    return pd.DataFrame([{name: row.get(name) for name in columns} for row in rows], columns=columns, dtype=object)


def inputs(
    declared: Declarations,
    choices: Sequence[Mapping[str, Any]] = (),
    comments: Sequence[Mapping[str, Any]] = (),
    deliveries: Sequence[tuple[str, ...]] = (),
    as_of: str = "2024-03-01",
) -> Inputs:
    received = {"s1": "2023-02-28", "s2": "2023-03-01", "s3": "2024-03-01"}
    submissions = pd.DataFrame({"submission_id": list(received), "received_on": list(received.values())})
    shapes = {
        "measure_choices": frame(declared, "measure_choices", choices),
        "measure_comments": frame(declared, "measure_comments", comments),
    }
    told = pd.DataFrame(deliveries, columns=list(DELIVERIES), dtype=object)
    return Inputs(declared, shapes, pd.DataFrame(), submissions, as_of, told)


def chosen(indicator: str, area: str, first: str, months: int, partner: str = "sample_volunteers") -> dict[str, Any]:
    return {
        "object_id": "measure_choices", "partner_id": partner, "indicator_id": indicator, "area_code": area,
        "first_period": first, "months_to_deliver": months,
    }  # fmt: skip


def report(found: Mapping[str, pd.DataFrame], partner: str, indicator: str) -> dict[str, Any]:
    rows = found["partner_reports"]
    (row,) = rows[(rows["partner_id"] == partner) & (rows["indicator_id"] == indicator)].to_dict("records")
    return {str(name): value for name, value in row.items()}


def test_areas_and_periods_of_a_measure_are_counted_together(declared: Declarations) -> None:
    """Two areas from 2022 on, due on 28 February after: of 2022 and 2023 four; one came in time, one a day late."""
    promised = [chosen("program_participants", area, "2022", 6) for area in (AREA, OTHER)]
    told = [
        ("sample_volunteers", "program_participants", AREA, "2022", "s1"),
        ("sample_volunteers", "program_participants", OTHER, "2022", "s2"),
        ("sample_backbone", "program_participants", AREA, "2023", "s1"),
    ]
    found = platform_tables(inputs(declared, promised, deliveries=told))
    row = report(found, "sample_volunteers", "program_participants")
    numbers = ("n_areas_chosen", "n_expected", "n_delivered", "n_on_time", "n_early")
    assert [row[name] for name in numbers] == [2, 4, 2, 1, 0]
    assert (row["overdue_period"], row["next_due_period"], row["next_due_on"]) == ("2023", "2024", "2025-02-28")
    assert (row["n_areas_reported"], row["n_periods_reported"], row["last_new_on"]) == (2, 1, "2023-03-01")


def test_an_area_that_is_promised_twice_is_one_area(declared: Declarations) -> None:
    promised = [chosen("program_participants", area, first, 6) for area, first in ((AREA, "2020"), (AREA, "2023"))]
    row = report(platform_tables(inputs(declared, promised)), "sample_volunteers", "program_participants")
    assert row["n_areas_chosen"] == 1


def test_a_partner_that_promised_nothing_is_told_of_and_nothing_is_expected(declared: Declarations) -> None:
    told = [("sample_backbone", "program_participants", AREA, "2023", "s1")]
    row = report(platform_tables(inputs(declared, deliveries=told)), "sample_backbone", "program_participants")
    assert (row["is_chosen"], row["n_expected"], row["n_areas_reported"]) == (False, 0, 1)


def test_a_measure_is_its_owner_s_own_and_nobody_else_s(declared: Declarations) -> None:
    promised = [chosen("company_visits", AREA, "2022", 6, partner) for partner in ("sample_volunteers", "moe")]
    found = platform_tables(inputs(declared, promised))
    assert report(found, "sample_volunteers", "company_visits")["is_own"] is True
    assert report(found, "moe", "company_visits")["is_own"] is False


def test_periods_before_a_new_version_were_reported_by_the_earlier_one(declared: Declarations) -> None:
    rows = tuple(
        MappingProxyType({**row, "definition_version": 2, "version_first_period": "2023"})
        if row["indicator_id"] == "program_participants" else row
        for row in declared.rows("indicators")
    )  # fmt: skip
    registers = MappingProxyType({**declared.register_rows, "indicators": rows})
    told = [("moe", "program_participants", AREA, period, "s1") for period in ("2022", "2023")]
    found = platform_tables(inputs(replace(declared, register_rows=registers), deliveries=told))
    assert report(found, "moe", "program_participants")["definition_versions"] == "1;2"


def test_an_indicator_s_clock_is_that_of_its_tables(declared: Declarations) -> None:
    row = next(row for row in declared.rows("indicators") if row["indicator_id"] == "program_participants")
    assert clock_of(declared, row) == YEARS


@pytest.fixture
def answered(declared: Declarations) -> Declarations:
    answer = {
        "text_id": text_id(QUESTION), "indicator_id": "program_participants", "outcome": "explained",
        "answered_on": "2024-02-01", "answer_he": "כן", "answer_en": "Yes", "answer_ar": "نعم",
    }  # fmt: skip
    registers = {**declared.register_rows, "comment_answers": (MappingProxyType(answer),)}
    return replace(declared, register_rows=MappingProxyType(registers))


def test_a_comment_is_shown_with_its_answer_and_one_that_waits_is_not_shown(answered: Declarations) -> None:
    said = [
        {"partner_id": "moe", "indicator_id": indicator, "commented_on": "2024-01-01", "kind": "unclear",
         "comment_text": text}
        for indicator, text in (
            ("program_participants", QUESTION), ("program_girls_share", QUESTION), ("trained_teachers_5u", None),
        )
    ]  # fmt: skip
    shown = platform_tables(inputs(answered, comments=said))["measure_comments_shown"]
    assert shown["indicator_id"].tolist() == ["program_participants", "program_girls_share"]
    assert (shown["outcome"][0], shown["answer_en"][0]) == ("explained", "Yes")
    assert shown.loc[1, ["outcome", "answer_en"]].isna().all()


def test_without_choices_and_comments_both_tables_are_empty(declared: Declarations) -> None:
    found = platform_tables(inputs(declared))
    assert {name: len(table) for name, table in found.items()} == {"partner_reports": 0, "measure_comments_shown": 0}
