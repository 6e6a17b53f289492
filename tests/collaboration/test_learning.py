"""What an indicator did since a decision, from published values alone, and what the next meeting takes up."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from pipelines.collaboration import Inputs
from pipelines.collaboration.learning import learning_tables, meeting_agendas
from pipelines.declarations import Declarations, load
from pipelines.warehouse import shape_columns

DECLARED = load("ctc")
LOG = "learning_log"
# Of an indicator of which less is better, and one of which more is.
DOWN, UP = "alcohol_share", "trusted_adult_share"
VALUE = {
    "area_code": "town_1", "frequency": "A", "dimension": "all", "member": "all", "unit": "share", "numerator": 200.0,
    "denominator": 1000.0, "coverage": 1.0, "conf_status": "F", "obs_status": "A",
}  # fmt: skip


def entry(**cells: Any) -> dict[str, Any]:
    row = dict.fromkeys(shape_columns(DECLARED.shapes[LOG]))
    row |= {
        "object_id": LOG, "partner_id": "p", "area_code": "town_1", "entry_id": "1", "entry_date": "2018-05-14",
        "entry_period": "2018", "working_group": "Youth", "indicator_id": DOWN, "what_we_saw": "a",
        "what_we_decided": "b", "has_open_question": False, "look_again_on": "2019-05-14", "entry_status": "open",
    }  # fmt: skip
    return row | cells


def value(period: str, amount: float | None, half: float = 0.02, **cells: Any) -> dict[str, Any]:
    ends = (None, None) if amount is None else (amount - half, amount + half)
    interval = dict(zip(("value_low", "value_high"), ends, strict=True))
    return {**VALUE, "indicator_id": DOWN, "period": period, "value": amount, **interval, **cells}


BEFORE, AFTER = value("2017", 0.20), value("2020", 0.15)


def made(
    entries: list[dict[str, Any]],
    values: list[dict[str, Any]],
    as_of: str = "2021-01-01",
    declared: Declarations = DECLARED,
) -> dict[str, pd.DataFrame]:
    columns = list(shape_columns(declared.shapes[LOG]))
    shapes = {LOG: pd.DataFrame(entries, columns=columns, dtype=object)}
    frame = pd.DataFrame(values, columns=[*value("2017", 0.2)])
    return dict(learning_tables(Inputs(declared, shapes, frame, pd.DataFrame(), as_of)))


def told(values: list[dict[str, Any]], as_of: str = "2021-01-01", **cells: Any) -> dict[str, Any]:
    (row,) = made([entry(**cells)], values, as_of)["learning_entries"].to_dict("records")
    return {str(name): None if pd.isna(cell) else cell for name, cell in row.items()}


def test_difference_since_the_decision_has_the_interval_of_both_values() -> None:
    """0.15 - 0.20 = -0.05; each end lies hypot(0.02, 0.02) = 0.028284 beside it; of drinking, less is better."""
    row = told([BEFORE, value("2018", 0.19), value("2019", 0.17), AFTER])
    assert (row["follow_up"], row["then_period"], row["since_period"]) == ("told", "2017", "2020")
    assert row["difference"] == pytest.approx(-0.05)
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((-0.078284, -0.021716), abs=1e-6)
    assert row["change"] == "improved"


def test_more_is_not_better_where_less_is() -> None:
    assert told([value("2017", 0.15), value("2020", 0.20)])["change"] == "worsened"
    up = [value("2017", 0.15, indicator_id=UP), value("2020", 0.20, indicator_id=UP)]
    assert told(up, indicator_id=UP)["change"] == "improved"


def test_what_chance_can_make_is_no_clear_change() -> None:
    """0.18 - 0.20 = -0.02, and 0.028284 beside it reaches 0.008284."""
    row = told([BEFORE, value("2020", 0.18)])
    assert (row["change"], row["difference_high"]) == ("no_clear_change", pytest.approx(0.008284, abs=1e-6))


def test_the_running_period_is_not_then_but_may_be_since() -> None:
    row = told([value("2016", 0.3), value("2018", 0.19)])
    assert (row["then_period"], row["since_period"]) == ("2016", "2018")


@pytest.mark.parametrize(
    ("period", "change"),
    [("2017", "improved"), ("2018", "not_comparable"), ("2020", "not_comparable"), ("2021", "improved")],
)
def test_across_a_declared_break_nothing_is_compared(period: str, change: str) -> None:
    broken = MappingProxyType({"indicator_id": DOWN, "period": period, "name_en": "a", "source": "s"})
    rows = MappingProxyType({**DECLARED.register_rows, "breaks": (broken,)})
    entries = made([entry()], [BEFORE, AFTER], declared=replace(DECLARED, register_rows=rows))["learning_entries"]
    assert entries["change"].tolist() == [change]
    assert entries["difference"].notna().tolist() == [change != "not_comparable"]


@pytest.mark.parametrize(
    "cells", [{"coverage": 0.5}, {"coverage": None}, {"denominator": 10.0}], ids=["parts", "unknown parts", "too few"]
)
def test_values_that_leave_parts_out_or_rest_on_too_few_are_not_compared(cells: dict[str, Any]) -> None:
    for pair in ([BEFORE | cells, AFTER], [BEFORE, AFTER | cells]):
        row = told(pair)
        assert (row["follow_up"], row["change"], row["difference"]) == ("told", "not_comparable", None)


def test_of_a_hidden_period_nothing_is_told_nor_of_what_lies_before_it() -> None:
    hidden = {"value": None, "value_low": None, "value_high": None, "conf_status": "C"}
    then = told([value("2016", 0.3), BEFORE | hidden, AFTER])
    since = told([BEFORE, value("2019", 0.17), AFTER | hidden])
    assert (then["follow_up"], since["follow_up"]) == ("no_value_then", "no_value_since")
    for row in (then, since):
        numbers = [cell for name, cell in row.items() if name.startswith(("then_", "since_", "difference", "change"))]
        assert numbers == [None] * 12


def test_a_period_that_nobody_reported_is_passed_over() -> None:
    missing = {"value": None, "value_low": None, "value_high": None, "obs_status": "O"}
    row = told([value("2016", 0.25), BEFORE | missing, value("2019", 0.17), AFTER | missing])
    assert (row["then_period"], row["since_period"]) == ("2016", "2019")


def test_years_pooled_and_other_areas_and_groups_are_other_series() -> None:
    others = [{"frequency": "A3"}, {"area_code": "town_2"}, {"dimension": "gender", "member": "female"}]
    for other in others:
        assert told([BEFORE, AFTER | other])["follow_up"] == "no_value_since"


@pytest.mark.parametrize(
    ("as_of", "state"), [("2019-05-13", "not_due"), ("2019-05-14", "told"), ("2019-05-15", "told")]
)
def test_it_is_told_from_the_look_again_day_on(as_of: str, state: str) -> None:
    row = told([BEFORE, AFTER], as_of)
    assert (row["follow_up"], row["change"] is not None) == (state, state == "told")


def test_without_a_look_again_day_nothing_is_told() -> None:
    assert told([BEFORE, AFTER], look_again_on=None)["follow_up"] == "not_due"


def test_an_entry_about_a_group_follows_that_group() -> None:
    girls = {"dimension": "gender.age_group", "member": "female.15_17"}
    row = told([BEFORE, AFTER, BEFORE | girls, value("2020", 0.18) | girls], gender="female", age_group="15_17")
    assert (row["dimension"], row["member"]) == ("gender.age_group", "female.15_17")
    assert row["since_value"] == pytest.approx(0.18)


def test_an_entry_whose_words_are_not_released_says_that_they_wait() -> None:
    assert told([], what_we_decided=None)["has_waiting_texts"] is True
    assert told([], has_open_question=True)["has_waiting_texts"] is True
    assert told([], has_open_question=True, open_question="why?")["has_waiting_texts"] is False


def test_nobody_keeps_a_log() -> None:
    tables = made([], [BEFORE])
    assert [len(table) for table in tables.values()] == [0, 0]
    for name, table in tables.items():
        assert {column.name for column in DECLARED.objects[name].columns} <= set(table.columns)


def agenda(
    entries: list[dict[str, Any]], meetings: list[tuple[str, str, str]] | None, as_of: str
) -> list[tuple[Any, ...]]:
    days = None
    if meetings is not None:
        days = pd.DataFrame(meetings, columns=["area_code", "working_group", "meeting_date"], dtype=object)
    found = meeting_agendas(pd.DataFrame(entries, dtype=object), days, as_of)
    found = found.astype(object).where(found.notna(), None)
    return [tuple(row) for row in found[["working_group", "item_number", "item", "entry_id", "meeting_on"]].to_numpy()]


ENTRIES = [
    entry(entry_id="late", look_again_on="2020-03-01"),
    entry(entry_id="asks", look_again_on="2020-01-01", has_open_question=True),
    entry(entry_id="closed", entry_status="closed", look_again_on="2019-01-01", has_open_question=True),
    entry(entry_id="far", look_again_on="2020-06-01"),
    entry(entry_id="other", working_group="Board", look_again_on=None, has_open_question=True),
]


def test_agenda_takes_up_what_is_due_in_order_of_its_day_then_what_is_open_and_nothing_closed() -> None:
    assert agenda(ENTRIES, None, "2020-04-01") == [
        ("Board", 1, "open_question", "other", None),
        ("Youth", 1, "look_again", "asks", None),
        ("Youth", 2, "look_again", "late", None),
        ("Youth", 3, "open_question", "asks", None),
    ]


def test_agenda_of_a_known_meeting_takes_up_what_falls_due_before_it() -> None:
    """The first meeting from today on counts: not one that was, not a later one, not another group's."""
    days = ("2020-03-31", "2020-06-02", "2020-09-01")
    meetings = [("town_1", "Youth", day) for day in days] + [("town_2", "Board", "2020-05-01")]
    found = agenda(ENTRIES, meetings, "2020-04-01")
    assert [row[3] for row in found] == ["other", "asks", "late", "far", "asks"]
    assert {row[0]: row[4] for row in found} == {"Board": None, "Youth": "2020-06-02"}
