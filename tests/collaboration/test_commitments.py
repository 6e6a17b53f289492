"""Promises added up by unit, line, partner and year, and the straight path of the one number."""

from typing import Any

import pandas as pd
import pytest

from pipelines.collaboration import Inputs
from pipelines.collaboration.commitments import (
    commitment_progress,
    commitment_states,
    commitment_tables,
    has_begun,
    without_small_amounts,
)
from pipelines.collaboration.due import Clock
from pipelines.declarations import load

ONE_NUMBER = {"unit": "teachers", "amount": 1000, "from_period": 2010, "to_period": 2020}
AS_OF = "2013-06-30"


def promise(
    number: str, promised: float, due: int, delivered: float | None, when: int | None, **cells: Any
) -> dict[str, Any]:
    return {
        "commitment_id": number, "partner_id": "office", "promised_by": "school", "line": "supply", "unit": "teachers",
        "amount_promised": promised, "promised_on": "2011-02-01", "promised_period": "2011", "due_on": f"{due}-05-31",
        "due_period": str(due), "amount_delivered": delivered, "delivered_on": when and f"{when}-05-01",
        "delivered_period": when and str(when),
    } | cells  # fmt: skip


ROWS = pd.DataFrame(
    [
        promise("1", 100, 2011, 150, 2011),
        promise("2", 100, 2012, 40, 2012, promised_by=None),
        promise("3", 60, 2013, 60, 2014),
        promise("4", 200, 2014, None, None, line="stay"),
        promise("5", 7000, 2012, 7000, 2012, unit="usd"),
    ],
    dtype=object,
)
CLOCK = Clock("A", "calendar_year", 9)
STATES = commitment_states(ROWS, AS_OF)
PROGRESS = commitment_progress(STATES, CLOCK, AS_OF, ONE_NUMBER)


def row(period: str, unit: str = "teachers", line: str = "all", partner: str = "all") -> dict[str, Any]:
    keys = {"unit": unit, "line": line, "partner_id": partner, "period": period}
    (found,) = PROGRESS[(PROGRESS[list(keys)] == pd.Series(keys)).all(axis=1)].to_dict("records")
    return found


def test_a_promise_is_kept_when_all_of_it_came_and_late_once_its_day_has_passed() -> None:
    assert STATES["standing"].tolist() == ["kept", "late", "kept", "running", "kept"]
    assert commitment_states(ROWS, "2014-05-31")["standing"].tolist()[3] == "running"
    assert commitment_states(ROWS, "2014-06-01")["standing"].tolist()[3] == "late"


def test_a_promise_is_of_whom_the_list_names_else_of_who_sent_it() -> None:
    assert STATES["partner_id"].tolist() == ["school", "office", "school", "school", "school"]
    assert set(STATES["sent_by"]) == {"office"}


def test_what_was_promised_due_and_delivered_by_year() -> None:
    """Promised 460 in 2011; due 100, 100, 60, 200; delivered 150, 40, 0, 60."""
    years = [row(str(year)) for year in (2011, 2012, 2013, 2014)]
    assert [y["amount_promised"] for y in years] == [460, 0, 0, 0]
    assert [y["amount_due"] for y in years] == [100, 100, 60, 200]
    assert [y["amount_delivered"] for y in years] == [150, 40, 0, 60]
    assert [y["total_delivered"] for y in years[:3]] == [150, 190, 190]
    assert [y["n_late"] for y in years] == [0, 1, 0, 0]


def test_what_falls_due_after_the_release_is_not_due_yet() -> None:
    assert [row(str(year))["total_due"] for year in (2012, 2013)] == [200, 260]


def test_a_year_that_begins_after_the_release_has_no_totals() -> None:
    """200 fall due in 2014; the release is of 2013, so that nothing has been added up to then."""
    later = row("2014")
    assert (later["amount_due"], later["path_value"]) == (200, pytest.approx(400))
    names = ("total_promised", "total_due", "total_delivered", "share_due_delivered")
    assert all(pd.isna(later[name]) for name in names) and not any(pd.isna(row("2013")[name]) for name in names)


@pytest.mark.parametrize(
    ("period", "clock", "day", "is_begun"),
    [
        ("2014", CLOCK, "2013-12-31", False),
        ("2014", CLOCK, "2014-01-01", True),
        ("2014", Clock("A", "school_year", 9), "2013-08-31", False),
        ("2014", Clock("A", "school_year", 9), "2013-09-01", True),
        ("2014-Q2", Clock("Q", "quarter", 9), "2014-03-31", False),
        ("2014-Q2", Clock("Q", "quarter", 9), "2014-04-01", True),
    ],
)
def test_a_period_has_begun_from_its_first_day_on(period: str, clock: Clock, day: str, is_begun: bool) -> None:
    assert has_begun(period, clock, day) is is_begun


def test_few_persons_are_not_told_of_a_named_area_below_the_whole() -> None:
    """Eleven may be shown and ten may not; of the whole, and of money, any amount may."""
    areas = {row["area_type"]: row["area_code"] for row in load("100kin10").rows("areas")}
    rows = pd.DataFrame(
        [
            promise("1", 11, 2012, 10, 2012, unit="new_teachers", area_code=areas["state"]),
            promise("2", 10, 2012, 10, 2012, unit="new_teachers", area_code=areas["nation"]),
            promise("3", 10, 2012, 10, 2012, unit="new_teachers", area_code=None),
            promise("4", 10, 2012, 10, 2012, unit="usd", area_code=areas["state"]),
        ],
        dtype=object,
    )
    shown = without_small_amounts(commitment_states(rows, AS_OF), load("100kin10"))
    assert shown["amount_promised"].tolist() == [11, 10, 10, 10]
    assert shown["amount_delivered"].isna().tolist() == [True, False, False, False]


def test_more_than_was_promised_in_one_place_does_not_make_up_for_less_in_another() -> None:
    """(100 of 100 + 40 of 100) / 200; in 2013 nothing of 60 yet."""
    shares = [row(str(year))["share_due_delivered"] for year in (2011, 2012, 2013)]
    assert shares == pytest.approx([1.0, 0.7, 140 / 260])


def test_where_nothing_was_due_there_is_no_share() -> None:
    assert pd.isna(row("2013", line="stay")["share_due_delivered"])


def test_lines_and_partners_add_up_and_units_stand_apart() -> None:
    lines = [row("2013", line=line)["total_promised"] for line in ("supply", "stay")]
    partners = [row("2013", partner=partner)["total_promised"] for partner in ("school", "office")]
    assert (lines, partners, row("2013")["total_promised"]) == ([260, 200], [360, 100], 460)
    assert row("2012", unit="usd")["total_delivered"] == 7000


def test_the_path_of_the_one_number_is_straight_and_stands_in_the_whole_alone() -> None:
    """From 0 in 2010 to 1000 in 2020: a tenth of the way each year."""
    assert [row(str(year))["path_value"] for year in (2011, 2012, 2014)] == pytest.approx([100, 200, 400])
    assert PROGRESS.loc[PROGRESS["line"] != "all", "path_value"].isna().all()
    assert PROGRESS.loc[PROGRESS["unit"] == "usd", "path_value"].isna().all()
    assert commitment_progress(STATES, CLOCK, AS_OF, None)["path_value"].isna().all()


def test_every_year_between_the_first_and_the_last_has_a_row() -> None:
    apart = ROWS.iloc[[0, 2]].assign(promised_period="2009")
    progress = commitment_progress(commitment_states(apart, AS_OF), CLOCK, AS_OF, None)
    whole = progress[(progress["line"] == "all") & (progress["partner_id"] == "all")]
    assert whole["period"].tolist() == ["2009", "2010", "2011", "2012", "2013", "2014"]


def test_nobody_promises_anything() -> None:
    declared = load("100kin10")
    columns = [*ROWS.columns, "area_code"]
    inputs = Inputs(
        declared, {"commitments": pd.DataFrame(columns=columns, dtype=object)}, pd.DataFrame(), pd.DataFrame(), AS_OF
    )
    tables = commitment_tables(inputs)
    assert [len(table) for table in tables.values()] == [0, 0]
    assert {c.name for c in declared.objects["commitment_progress"].columns} <= set(
        tables["commitment_progress"].columns
    )
