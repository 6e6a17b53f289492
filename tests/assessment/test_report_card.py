"""Report card: what is counted, once each, by goal and in all."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from derived_tables import INDICATORS, numbers

from pipelines.assessment.report_card import report_card

AREAS = pd.DataFrame({"area_code": ["0001", "0002"], "area_type": "authority"})
COUNTS = ["n_indicators", "n_improved", "n_worsened", "n_no_clear_change", "n_not_judged", "n_improved_by_trend"]


def value(indicator_id: str, from_baseline: str, trend: str = "no_clear_trend", **columns: Any) -> pd.DataFrame:
    """One free total that is said to have changed so; the previous period is not comparable unless said."""
    frame = numbers(indicator_id, {"all": (50, 100)})
    words = {"change_from_baseline": from_baseline, "change_from_previous": "not_comparable", "trend": trend}
    return frame.assign(**{**words, **columns})


@pytest.fixture
def free() -> pd.DataFrame:
    return pd.concat(
        [
            value("examinees", "improved", "improved"),
            value("share", "improved", change_from_previous="worsened"),
            value("share_2", "no_clear_change"),
            value("dropout_share", "worsened", "worsened", period="2015"),
            value("persistence", "not_comparable"),
        ],
        ignore_index=True,
    )


def counts(card: pd.DataFrame, area: str, goal: str, scope: str, compared_with: str = "baseline") -> list[int]:
    key = ["area_code", "goal_id", "scope", "compared_with"]
    return list(card.set_index(key).loc[(area, goal, scope, compared_with), COUNTS])


def test_each_indicator_counts_once_by_goal_and_in_all(free) -> None:
    card = report_card(free, INDICATORS, AREAS)
    assert counts(card, "0001", "all", "all") == [6, 2, 1, 1, 2, 1]
    assert counts(card, "0001", "more", "all") == [4, 2, 0, 1, 1, 1]
    assert counts(card, "0001", "stay", "all") == [2, 0, 1, 0, 1, 0]
    assert counts(card, "0001", "all", "headline") == [2, 2, 0, 0, 0, 1]


def test_previous_period_is_counted_apart(free) -> None:
    assert counts(report_card(free, INDICATORS, AREAS), "0001", "all", "all", "previous") == [6, 0, 1, 0, 5, 0]


def test_counts_add_up_in_every_row_and_goals_add_up_to_all(free) -> None:
    card = report_card(free, INDICATORS, AREAS)
    assert (card[COUNTS[1:5]].sum(axis=1) == card["n_indicators"]).all()
    by_goal = card[card["goal_id"] != "all"].groupby(["area_code", "scope", "compared_with"])[COUNTS].sum()
    in_all = card[card["goal_id"] == "all"].set_index(["area_code", "scope", "compared_with"])[COUNTS]
    assert by_goal.sort_index().equals(in_all.sort_index())


def test_area_without_a_free_value_is_there_and_nothing_of_it_is_judged(free) -> None:
    card = report_card(free, INDICATORS, AREAS)
    assert counts(card, "0002", "all", "all") == [6, 0, 0, 0, 6, 0]
    assert card.loc[card["area_code"] == "0002", ["first_period", "last_period"]].isna().all(axis=None)
    nothing = report_card(free.iloc[:0], INDICATORS, AREAS)
    assert len(nothing) == len(card) and (nothing["n_not_judged"] == nothing["n_indicators"]).all()


def test_latest_period_speaks_even_where_it_cannot_be_compared(free) -> None:
    later = value("share", "not_comparable", period="2016")
    card = report_card(pd.concat([later, free], ignore_index=True), INDICATORS, AREAS)
    assert counts(card, "0001", "all", "headline") == [2, 1, 0, 0, 1, 1]


def test_groups_and_other_rhythms_are_not_counted(free) -> None:
    others = pd.concat(
        [
            value("share_2", "improved", period="2020", dimension="gender", member="girls"),
            value("share_2", "improved", period="2020", frequency="A3"),
        ]
    )
    card = report_card(pd.concat([free, others], ignore_index=True), INDICATORS, AREAS)
    assert counts(card, "0001", "all", "all") == [6, 2, 1, 1, 2, 1]


def test_periods_say_from_when_the_judged_values_are(free) -> None:
    row = report_card(free, INDICATORS, AREAS).set_index(["area_code", "goal_id", "scope", "compared_with"])
    in_all = row.loc[("0001", "all", "all", "baseline")]
    assert (in_all["first_period"], in_all["last_period"]) == ("2013", "2015")
