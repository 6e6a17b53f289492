"""When a number is due, by every calendar; days counted by hand."""

from itertools import islice

import pytest

from pipelines.collaboration.due import due_day, periods_from

DUE = [
    pytest.param("2022", "school_year", 9, 0, "2022-08-31", id="a school year ends before the next begins"),
    pytest.param("2022", "school_year", 9, 6, "2023-02-28", id="six months later, a short month"),
    pytest.param("2022", "school_year", 9, 18, "2024-02-29", id="in a leap year"),
    pytest.param("2022", "school_year", 2, 0, "2022-01-31", id="where schools begin in February"),
    pytest.param("2022", "calendar_year", 9, 0, "2022-12-31", id="a calendar year"),
    pytest.param("2022", "calendar_year", 9, 3, "2023-03-31", id="three months after it"),
    pytest.param("2022-Q3", "quarter", 9, 1, "2022-10-31", id="a month after a quarter"),
    pytest.param("2022-Q4", "quarter", 9, 0, "2022-12-31", id="the last quarter"),
    pytest.param("2022-02", "month", 9, 0, "2022-02-28", id="a month"),
    pytest.param("2022-12", "month", 9, 2, "2023-02-28", id="over the new year"),
]


@pytest.mark.parametrize(("period", "calendar", "begins", "months", "day"), DUE)
def test_last_day_in_time(period: str, calendar: str, begins: int, months: int, day: str) -> None:
    assert due_day(period, calendar, begins, months).isoformat() == day


def test_periods_follow_in_their_rhythm() -> None:
    assert list(periods_from("2020", "A", "2022")) == ["2020", "2021", "2022"]
    assert list(islice(periods_from("2021-Q4", "Q"), 3)) == ["2021-Q4", "2022-Q1", "2022-Q2"]
    assert list(periods_from("2021-12", "M", "2022-01")) == ["2021-12", "2022-01"]
    assert list(periods_from("2022", "A", "2021")) == []


def test_a_first_period_of_another_rhythm_begins_where_it_lies() -> None:
    assert next(periods_from("2022-08", "Q")) == "2022-Q3"
    assert next(periods_from("2022-Q3", "A")) == "2022"
