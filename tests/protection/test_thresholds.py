"""Thresholds by indicator: a stricter source, a least number of what is no persons, and an audit that knows of both."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from protection_tables import AREAS, INDICATORS, SETTINGS, across, table

from pipelines.protection import protect
from pipelines.protection.audit import audit

# The source of the share of those who passed allows no number of fewer than 20 persons; the house's threshold is 11.
STRICT = INDICATORS.assign(threshold=INDICATORS["indicator_id"].map({"passed_share": 20, "sessions": 0}).fillna(11))
# Sessions are no persons; fewer than 3 of them are hidden.
SESSIONS = STRICT.assign(least_shown=STRICT["indicator_id"].map({"sessions": 3}))
SESSIONS.loc[SESSIONS["indicator_id"] == "sessions", "threshold"] = 3


def hidden(values: pd.DataFrame, indicators: pd.DataFrame) -> set[tuple[str, str]]:
    published = protect(values, indicators, AREAS, SETTINGS)
    rows = published[published["conf_status"] == "C"]
    return set(zip(rows["indicator_id"], rows["area_code"], strict=True))


def checks(published: pd.DataFrame, indicators: pd.DataFrame, **policy: Any) -> set[str]:
    settings = {**SETTINGS, "policy": {**SETTINGS["policy"], **policy}}
    found = audit(published, indicators, AREAS, settings)
    return {leak.check.removeprefix("check_confidentiality_") for leak in found}


@pytest.fixture
def towns() -> pd.DataFrame:
    """Examinees of four towns and, of three of them, how many of these passed; nothing adds up to a total."""
    return pd.concat(
        [
            across("examinees", {"0001": 15, "0002": 90, "0003": 15, "0004": 80}),
            across("passed_share", {"0001": (0, 15), "0002": (45, 90), "0004": (15, 80)}),
            across("persistence", {"0001": (15, 40), "0003": (15, 40)}),
            across("sessions", {"0001": 2}),
        ],
        ignore_index=True,
    )


def test_stricter_source_hides_its_own_numbers_and_shared_ones_and_no_others(towns: pd.DataFrame) -> None:
    # Of all, 11 is the least. None of 15 who passed are fewer than that, which hides the share and no examinees.
    assert hidden(towns, INDICATORS) == {("passed_share", "0001")}
    # 15 who passed in 0004 are fewer than 20; so are the 15 of whom they are a part in 0001, whoever else shows them.
    # The 15 of 0003 are shown: nobody asks there how many passed.
    assert hidden(towns, STRICT) == {
        ("passed_share", "0001"), ("examinees", "0001"), ("persistence", "0001"), ("passed_share", "0004"),
    }  # fmt: skip


def test_rest_of_a_share_is_held_to_its_own_threshold() -> None:
    # 85 of 100 leave 15.
    shares = pd.concat(
        [
            across("passed_share", {"0001": (85, 100), "0002": (80, 100)}),
            across("examinees_share", {"0003": (85, 100), "0004": (90, 100)}),
        ]
    )
    assert hidden(shares, STRICT) == {("passed_share", "0001"), ("examinees_share", "0004")}


def test_audit_finds_what_is_hidden_by_a_weaker_threshold(towns: pd.DataFrame) -> None:
    weak = protect(towns, INDICATORS, AREAS, SETTINGS)
    assert checks(weak, INDICATORS) == set()
    leaks = audit(weak, STRICT, AREAS, SETTINGS)
    assert {(leak.message, leak.where.split(",")[0], leak.where.split(", ")[1]) for leak in leaks} == {
        ("A shown numerator is too small.", "passed_share", "0004"),
        ("A shown numerator is too small.", "examinees", "0001"),
        ("A shown numerator is too small.", "persistence", "0001"),
    }
    assert checks(protect(towns, STRICT, AREAS, SETTINGS), STRICT) == set()


def test_audit_holds_persons_to_the_house_where_a_register_says_less(towns: pd.DataFrame) -> None:
    weak = protect(towns, INDICATORS, AREAS, SETTINGS)
    assert checks(weak, INDICATORS.assign(threshold=5), threshold=16) == {"threshold"}
    assert hidden(across("examinees", {"0001": 8, "0003": 40}), INDICATORS.assign(threshold=5)) == {
        ("examinees", "0001")
    }


@pytest.mark.parametrize(("least_left", "told"), [(19, True), (20, False)])
def test_part_left_out_is_told_by_its_own_threshold(least_left: int, told: bool) -> None:
    # One town says nothing; its district less the other town is how many passed there.
    values = across("passed_share", {"N": (60 + least_left, 200), "0001": (60, 120), "0002": (None, None)})
    shown = protect(values, INDICATORS, AREAS, SETTINGS)
    assert checks(shown, INDICATORS) == set()
    assert ("alone" in checks(shown, STRICT)) is told
    assert bool(hidden(values, STRICT)) is told
    assert checks(protect(values, STRICT, AREAS, SETTINGS), STRICT) == set()


def test_baseline_is_held_to_the_indicators_own_threshold() -> None:
    strict = INDICATORS.assign(threshold=20)
    values = across("examinees", {"0001": 40}, period="2014").assign(baseline_value=15.0, baseline_period="2013")
    (shown, cut) = (protect(values, own, AREAS, SETTINGS)["baseline_value"].iloc[0] for own in (INDICATORS, strict))
    assert shown == 15 and pd.isna(cut)
    assert checks(protect(values, INDICATORS, AREAS, SETTINGS), strict) == {"threshold"}


def test_least_number_of_what_is_no_persons_is_protected_like_persons() -> None:
    sessions = table("sessions", {"all": 20, "a": 2, "b": 5, "c": 13})
    assert protect(sessions, STRICT, AREAS, SETTINGS)["conf_status"].eq("F").all()
    published = protect(sessions, SESSIONS, AREAS, SETTINGS)
    # Two are fewer than three; 20 - 5 - 13 would show them, so the next smallest is hidden too.
    assert set(published.loc[published["conf_status"] == "C", "member"]) == {"a", "b"}
    assert checks(published, SESSIONS) == set()
    is_b = published["member"] == "b"
    told = published.assign(
        conf_status=published["conf_status"].mask(is_b, "F"), numerator=published["numerator"].mask(is_b, 5)
    )
    assert checks(told, SESSIONS) == {"alone"}
    assert checks(protect(sessions, STRICT, AREAS, SETTINGS), SESSIONS) == {"threshold"}


@pytest.mark.parametrize(("zeros", "hides"), [("hidden", True), ("shown", False)])
def test_zeros_of_what_is_no_persons_follow_the_policy(zeros: str, hides: bool) -> None:
    settings = {**SETTINGS, "policy": {**SETTINGS["policy"], "zeros": zeros}}
    published = protect(across("sessions", {"0001": 0, "0003": 4}), SESSIONS, AREAS, settings)
    assert published["conf_status"].eq("C").tolist() == [hides, False]
