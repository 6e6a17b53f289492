"""What readers know beside plain sums: the policy's words, registers that change, and what they have already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from joint_tables import Release, Tables, make_tables, naively_hidden
from protection_tables import AREAS, INDICATORS, SETTINGS, across, assessed, table

from pipelines.protection import Again, protect
from pipelines.protection.audit import Leak, audit
from pipelines.protection.audit_together import Kept, leaks_between, leaks_together
from pipelines.protection.feasible import Proofs


def settings(**policy: Any) -> dict[str, Any]:
    return {**SETTINGS, "policy": {**SETTINGS["policy"], **policy}}


def hiding(values: pd.DataFrame, column: str, names: set[str]) -> pd.DataFrame:
    """What is published where just the rows with these names are hidden."""
    return Release.hiding(Tables(values, AREAS), values[column].isin(names).to_numpy()).published


def alone(published: pd.DataFrame, own: dict[str, Any] = SETTINGS, areas: pd.DataFrame = AREAS) -> list[Leak]:
    return audit(published, INDICATORS, areas, own) + leaks_together(published, INDICATORS, areas, own)


def between(
    published: pd.DataFrame, *kept: pd.DataFrame, own: dict[str, Any] = SETTINGS, areas: pd.DataFrame = AREAS
) -> list[Leak]:
    """Beside what was published before, the newest first, of the areas as they are now."""
    before = {f"r{number}": Kept(values, INDICATORS, areas) for number, values in enumerate(kept)}
    return leaks_between(published, before, INDICATORS, areas, own)


def places(leaks: list[Leak]) -> set[str]:
    return {leak.where for leak in leaks}


@pytest.mark.parametrize("width", [None, 30])
def test_hidden_numbers_range_over_as_many_as_the_policy_asks(width: int | None) -> None:
    tables = make_tables(range(8))
    asked = settings(width=width)
    published = protect(tables.values, INDICATORS, tables.areas, asked)
    assert alone(published, asked, tables.areas) == []
    wider = settings(width=(width or SETTINGS["policy"]["threshold"]) + 20)
    assert alone(published, wider, tables.areas) != []


def test_whoever_is_hidden_is_somebody_where_nobody_is_shown_as_nobody() -> None:
    shows_zeros = settings(zeros="shown", complements="shown")
    ones = table("examinees", {"all": 11, **dict.fromkeys("abcdefghijk", 1)})
    # Eleven groups of eleven persons, none of them nobody: each is one.
    told = hiding(ones, "member", set("abcdefghijk"))
    assert len(alone(told, shows_zeros)) == 11
    assert alone(told) == []
    assert alone(protect(ones, INDICATORS, AREAS, shows_zeros), shows_zeros) == []


def test_share_that_is_hidden_for_its_whole_may_have_no_part_though_zeros_are_shown() -> None:
    shows_zeros = settings(zeros="shown", complements="shown")
    shares = {"all": (20, 40), "a": (0, 5), "b": (20, 35)}
    published = protect(table("examinees_share", shares), INDICATORS, AREAS, shows_zeros)
    assert alone(published, shows_zeros) == []


@pytest.mark.parametrize("n_examined", [38, 40])
def test_rest_that_is_nobody_is_told_as_one_of_two_is(n_examined: int) -> None:
    place = ("0001", "2013")
    values = assessed(
        [
            ("examinees_share", *place, "all", "all", n_examined, 40),
            ("examinees_share", *place, "sector", "a", 14, 26),
            ("examinees_share", *place, "sector", "b", n_examined - 17, 14),
            ("grade", *place, "all", "all", n_examined * 80, n_examined),
        ]
    )
    is_hidden = (values["indicator_id"] == "examinees_share") & (values["member"] == "all")
    published = Release.hiding(Tables(values, AREAS), is_hidden.to_numpy()).published
    assert "examinees_share, 0001, 2013 (A), all all" in places(leaks_together(published, INDICATORS, AREAS, SETTINGS))


def test_row_without_a_number_is_not_hidden_for_a_small_whole_that_others_tell_of() -> None:
    examinees = across("examinees", {"IL": 100, "0001": 40, "0002": 5, "0003": 12, "0004": 43})
    none = (None, None)
    passed = {"IL": (40, 100), "0001": (20, 40), "0002": none, "0003": none, "0004": (20, 43)}
    values = pd.concat([examinees, across("passed_share", passed)], ignore_index=True)
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    hidden = published[published["conf_status"] == "C"]
    assert set(zip(hidden["indicator_id"], hidden["area_code"], strict=True)) == {
        ("examinees", "0002"),
        ("examinees", "0003"),
    }
    # The country's total leaves nobody for the two: it was added up without them.
    assert alone(published) == []


def test_total_that_contradicts_its_parts_makes_none_of_them_seem_few() -> None:
    # Of b and c all but five are examined, so both are hidden. Less the 20 of a, the total leaves five for the two.
    shares = {"all": (25, 90), "a": (20, 40), "b": (5_000, 5_005), "c": (6_000, 6_005)}
    published = protect(table("examinees_share", shares), INDICATORS, AREAS, SETTINGS)
    assert alone(published) == []
    assert "a" not in set(published.loc[published["conf_status"] == "C", "member"])
    # Where it leaves enough, it is shown.
    shares["all"] = (50, 90)
    published = protect(table("examinees_share", shares), INDICATORS, AREAS, SETTINGS)
    assert alone(published) == []
    assert set(published.loc[published["conf_status"] == "C", "member"]) == {"b", "c"}


@pytest.mark.parametrize("large", [1_000, 12_000_000, 60_000_000])
def test_numbers_of_persons_may_be_as_large_as_countries(large: int) -> None:
    counts = {("0001", "a"): 5, ("0001", "b"): large, ("0002", "a"): 4, ("0002", "b"): 3}
    rows = []
    for area in ("N", "0001", "0002"):
        for member in ("all", "a", "b"):
            own = [n for (at, of), n in counts.items() if area in ("N", at) and member in ("all", of)]
            rows.append(("examinees", area, "2013", "all" if member == "all" else "sector", member, sum(own), None))
    values, areas = assessed(rows), AREAS.assign(parent_code=AREAS["parent_code"].mask(AREAS["area_code"] == "N"))
    crossed = (values["area_code"] != "N") & (values["member"] != "all")
    told = Release.hiding(Tables(values, areas), crossed.to_numpy()).published
    assert len(leaks_together(told, INDICATORS, areas, SETTINGS)) == 4
    assert alone(protect(values, INDICATORS, areas, SETTINGS), areas=areas) == []


def test_releases_are_added_up_by_the_areas_that_were_theirs() -> None:
    towns = {"0001": 5, "0002": 20, "0003": 40, "0004": 30, "0005": 35}
    then = pd.concat(
        [AREAS, pd.DataFrame([("E", "district", "IL"), ("0005", "authority", "E")], columns=AREAS.columns)]
    )
    then["parent_code"] = then["parent_code"].mask(then["area_code"] == "0004", "E")
    now = then.assign(parent_code=then["parent_code"].mask(then["area_code"] == "0002", "S"))
    first = hiding(across("examinees", {"IL": 130, "N": 25, "S": 40, "E": 65, **towns}), "area_code", {"0001", "0002"})
    # Once 0002 belongs to another district it is shown; but it was a part of the 25.
    second = across("examinees", {"IL": 130, "N": 5, "S": 60, "E": 65, **towns})
    second = hiding(second, "area_code", {"N", "E", "0001", "0004", "0005"})
    assert alone(first, areas=then) == alone(second, areas=now) == []
    told = leaks_between(second, {"first": Kept(first, INDICATORS, then)}, INDICATORS, now, SETTINGS)
    assert "examinees, 0001, 2013 (A), all all" in places(told)


def test_several_releases_may_tell_together_what_one_of_them_hid() -> None:
    first = hiding(table("examinees", {"all": 80, "a": 5, "b": 20, "c": 25, "d": 30}), "member", {"a", "b", "c"})
    second, third = (table("examinees", own).assign(conf_status="F") for own in ({"b": 20}, {"c": 25}))
    assert alone(first) == between(second, first) == between(third, first) == []
    leaks = between(third, second, first)
    assert places(leaks) == {"examinees, 0001, 2013 (A), sector a"}
    assert "Releases r0, r1 and this one" in leaks[0].message


def test_stricter_threshold_hides_what_earlier_releases_show() -> None:
    stricter = settings(threshold=20)
    tables = make_tables(range(4))
    before = protect(tables.values, INDICATORS, tables.areas, SETTINGS)
    now = protect(tables.values, INDICATORS, tables.areas, stricter, kept=(before,))
    assert (now["conf_status"] == "C").sum() > (before["conf_status"] == "C").sum()
    assert alone(now, stricter, tables.areas) == []
    # What readers have cannot be taken back, and is no news.
    assert between(now, before, own=stricter, areas=tables.areas) == []


def test_release_after_one_that_told_too_much_is_published() -> None:
    tables = make_tables(range(12))
    before = Release.hiding(tables, naively_hidden(tables)).published
    assert len(leaks_together(before, INDICATORS, tables.areas, SETTINGS)) > 10
    # Where that hides other cover, what the first one hid stays hidden.
    again = Again(before, hides_all=True)
    now = protect(tables.values, INDICATORS, tables.areas, SETTINGS, kept=(before,), again=again)
    assert alone(now, areas=tables.areas) == between(now, before, areas=tables.areas) == []


def test_what_was_found_before_is_found_again_without_solving(tmp_path: Path) -> None:
    tables = make_tables(range(5))
    told = Release.hiding(tables, tables.is_primary).published

    def found(proofs: Proofs) -> list[Leak]:
        return leaks_together(told, INDICATORS, tables.areas, SETTINGS, proofs=proofs)

    file = tmp_path / "build" / "proofs.json"
    first = Proofs(file, "these rules")
    leaks = found(first)
    first.keep()
    again, others = Proofs(file, "these rules"), Proofs(file, "other rules")
    assert found(again) == found(others) == leaks != []
    assert first.n_solved == others.n_solved > again.n_solved == 0
    # A run that was cut short leaves no proofs behind, and no error.
    file.write_text(json.dumps({"made_by": "these rules"})[:-5], encoding="utf-8")
    cut = Proofs(file, "these rules")
    assert found(cut) == leaks and cut.n_solved == first.n_solved


def test_order_of_rows_says_nothing() -> None:
    tables = make_tables(range(5))
    published = protect(tables.values, INDICATORS, tables.areas, SETTINGS)
    shuffled = tables.values.iloc[np.random.default_rng(0).permutation(len(tables.values))]
    other = protect(shuffled, INDICATORS, tables.areas, SETTINGS)
    pd.testing.assert_series_equal(other["conf_status"].sort_index(), published["conf_status"])


def test_what_has_not_changed_is_covered_by_the_same_others() -> None:
    tables = make_tables(range(30))
    before = protect(tables.values, INDICATORS, tables.areas, SETTINGS)
    now = tables.values.copy()
    is_other = tables.table == 7
    now.loc[is_other & (now["numerator"] > 0).to_numpy(), ["numerator", "denominator"]] += 3
    published = protect(now, INDICATORS, tables.areas, SETTINGS, kept=(before,), again=Again(before))
    assert (published["conf_status"] != before["conf_status"])[is_other].any()
    pd.testing.assert_frame_equal(published[~is_other], before[~is_other])


def test_what_was_hidden_is_shown_where_it_has_grown() -> None:
    before = protect(table("examinees", {"all": 50, "a": 5, "b": 12, "c": 33}), INDICATORS, AREAS, SETTINGS)
    assert set(before.loc[before["conf_status"] == "C", "member"]) == {"a", "b"}
    grown = table("examinees", {"all": 90, "a": 25, "b": 22, "c": 43})
    for hides_all in (False, True):
        published = protect(grown, INDICATORS, AREAS, SETTINGS, kept=(before,), again=Again(before, hides_all))
        assert set(published.loc[published["conf_status"] == "C", "member"]) == ({"a", "b"} if hides_all else set())


def test_total_that_left_nothing_says_nothing_of_what_is_reported_only_now() -> None:
    first = across("examinees", {"N": 60, "0001": 60, "0002": None}).assign(conf_status="F")
    # The source sent its total again as it was.
    second = hiding(across("examinees", {"N": 60, "0001": 60, "0002": 7}), "area_code", {"0001", "0002"})
    assert places(between(second, first)) == set()
    # It is told where the total has grown, by what it has grown.
    grown = hiding(across("examinees", {"N": 67, "0001": 60, "0002": 7}), "area_code", {"0001", "0002"})
    assert places(between(grown, first)) == {"examinees, 0002, 2013 (A), all all"}
