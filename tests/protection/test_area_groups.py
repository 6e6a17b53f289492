"""Members that are made of areas: a second way to add areas up, which may show no area that the first one hides."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from protection_tables import INDICATORS, SETTINGS, assessed

from pipelines.protection import protect
from pipelines.protection.audit import audit

# Two districts; towns by cluster. `h` has none, as an area has that its source leaves out; no town of N is far.
CLUSTERS = {"a": 1, "b": 2, "c": 2, "d": 9, "e": 10, "f": 1, "k": 1, "l": 2, "g": 9, "m": 10, "w": 5, "x": 5}
TOWNS = {"N": "abcde", "S": "fklghm", "W": "wx"}
DISTRICT = {town: district for district, towns in TOWNS.items() for town in towns}
AREAS = pd.DataFrame(
    [
        ("IL", "country", None, None),
        *((district, "district", "IL", None) for district in TOWNS),
        *((town, "town", district, CLUSTERS.get(town)) for town, district in DISTRICT.items()),
    ],
    columns=["area_code", "area_type", "parent_code", "cluster"],
)
AREA_GROUPS = pd.DataFrame(
    [("place", "outer", "cluster=1|2"), ("place", "inner", "cluster=9|10"), ("place", "far", "cluster=5")],
    columns=["dimension", "member", "area_filter"],
)
MEMBER = {town: "outer" if n < 5 else "far" if n == 5 else "inner" for town, n in CLUSTERS.items()}
Numbers = Mapping[str, float | None]


def counted(
    towns: Numbers,
    districts: tuple[str, ...] = (),
    totals: Mapping[tuple[str, str], float | None] | None = None,
    period: str = "2013",
    frequency: str = "A",
) -> pd.DataFrame:
    """Examinees of towns, and of districts and their members as sums of them; `totals` beside these or instead."""
    numbers: dict[tuple[str, str], float | None] = {(town, "all"): number for town, number in towns.items()}
    for district in districts:
        inside = towns if district == "IL" else {t: n for t, n in towns.items() if DISTRICT[t] == district}
        for town, number in inside.items():
            for member in ("all", MEMBER.get(town)):
                if member and number is not None:
                    numbers[district, member] = (numbers.get((district, member)) or 0) + number
    rows = [
        ("examinees", area, period, "all" if member == "all" else "place", member, number, None)
        for (area, member), number in {**numbers, **(totals or {})}.items()
    ]
    return assessed(rows, frequency=frequency)


def published(values: pd.DataFrame, area_groups: pd.DataFrame | None = AREA_GROUPS) -> pd.DataFrame:
    return protect(values, INDICATORS, AREAS, SETTINGS, area_groups=area_groups)


def hidden(values: pd.DataFrame) -> set[str]:
    """What is hidden: towns by their name, members as `district member`."""
    rows = published(values)
    rows = rows[rows["conf_status"] == "C"]
    return {
        area if member == "all" else f"{area} {member}"
        for area, member in rows[["area_code", "member"]].itertuples(index=False)
    }


def leaks(rows: pd.DataFrame) -> set[str]:
    found = audit(rows, INDICATORS, AREAS, SETTINGS, area_groups=AREA_GROUPS)
    return {f"{leak.message} {leak.where}" for leak in found}


NORTH: Numbers = {"a": 5, "b": 40, "c": 30, "d": 8, "e": 100}


def test_member_whose_single_hidden_town_it_would_show_is_hidden_and_no_other_town_is() -> None:
    # 75 outer less 40 and 30 is the 5; 108 inner less 100 is the 8. In the district the two cover each other.
    assert hidden(counted(NORTH, ("N",))) == {"a", "d", "N outer", "N inner"}


def test_member_with_two_hidden_towns_is_shown() -> None:
    assert hidden(counted({"a": 5, "b": 6, "c": 30, "d": 50, "e": 100}, ("N",))) == {"a", "b"}


def test_member_beside_a_hidden_one_is_hidden_where_it_has_hidden_towns_itself() -> None:
    # 198 in all less 41 outer would be the 157 inner, and less 150 the 7. Far has no town here and covers nothing.
    values = counted({"a": 5, "b": 6, "c": 30, "d": 7, "e": 150}, ("N",), {("N", "far"): None})
    assert hidden(values) == {"a", "b", "d", "N outer", "N inner"}


def test_member_of_the_country_is_hidden_where_no_second_district_can_be() -> None:
    south = {"f": 50, "k": 5, "l": 6, "g": 60, "m": 70}
    values = counted({"a": 5, "b": 40, "c": 30, "d": 90, "e": 100, **south}, ("N", "S", "IL"))
    # The district's own rule hides c beside a, and with two hidden towns N outer is shown.
    assert hidden(values) == {"a", "c", "k", "l"}
    # Where a and d cover each other, N outer and inner are hidden, and IL inner, whose only hidden town is d. IL outer
    # less the 61 in S would be N outer; to hide S outer is no help, for S less its inner towns gives it: IL outer goes.
    values = counted({**NORTH, **south}, ("N", "S", "IL"))
    assert hidden(values) == {"a", "d", "k", "l", "N outer", "N inner", "IL outer", "IL inner"}
    # With a hidden town in S inner too, S outer can be hidden and the country shown. Yet d and g make 15 of IL inner,
    # and d at most the 13 that a and d make of N: g would be at least 2. Beside c, too, it may be nobody.
    values = counted({**NORTH, **south, "g": 7}, ("N", "S", "IL"))
    assert hidden(values) == {"a", "c", "d", "k", "l", "g", "N outer", "N inner", "S outer", "S inner"}


def test_town_in_no_member_is_a_part_of_the_total_beside_them() -> None:
    # S outer shows k by its own towns. h is hidden beside it, so inner may stay: 125 less 65 is f, k and h together.
    assert hidden(counted({"f": 50, "k": 5, "g": 60, "h": 10}, ("S",))) == {"k", "h", "S outer"}
    # With all members shown the total would leave h alone.
    values = counted({"f": 50, "k": 5, "l": 6, "g": 60, "h": 10}, ("S",))
    assert hidden(values) == {"k", "l", "h", "S outer"}


def test_town_without_a_value_that_members_leave_over_is_hidden() -> None:
    # 126 in all less 61 outer and 60 inner is 5: h, which its source hides. In the district two hidden towns cover it.
    towns: Numbers = {"f": 50, "k": 5, "l": 6, "g": 60, "h": None}
    values = counted(towns, ("S",), {("S", "all"): 126})
    assert hidden(values) == {"k", "l", "h", "S outer"}
    # Where a town of a member is missing too, what is left over is of two.
    values = counted({**towns, "m": None}, ("S",), {("S", "all"): 126})
    assert hidden(values) == {"k", "l"}


def test_member_that_has_no_town_in_the_district_is_not_what_a_total_leaves_over() -> None:
    values = counted({"f": 50, "g": 60}, ("S",), {("S", "all"): 115, ("S", "far"): None})
    assert hidden(values) == set()
    assert leaks(published(values)) == set()


def test_other_indicators_of_the_same_pupils_are_hidden_with_them() -> None:
    count = counted(NORTH, ("N",))
    share = count.assign(indicator_id="examinees_share", denominator=10 * count["numerator"])
    rows = published(pd.concat([count, share], ignore_index=True))
    assert set(rows.loc[rows["member"] == "inner", "conf_status"]) == {"C"}
    assert set(rows.loc[rows["conf_status"] == "C", "indicator_id"]) == {"examinees", "examinees_share"}


@pytest.mark.parametrize(
    ("towns", "totals", "message"),
    [
        pytest.param(NORTH, {}, "One single area of a group is hidden", id="one town under its member"),
        pytest.param(
            {"f": 50, "k": 5, "l": 6, "g": 60, "h": 10},
            {},
            "One single group of areas is hidden",
            id="one beside members",
        ),
        pytest.param(
            {"f": 50, "k": 5, "l": 6, "g": 60, "h": None},
            {("S", "all"): 126},
            "This total and its parts tell of one group of areas left out.",
            id="one left out beside members",
        ),
    ],
)
def test_audit_finds_what_suppression_without_these_sums_leaves(towns, totals, message) -> None:
    district = DISTRICT[next(iter(towns))]
    values = counted(towns, (district,), totals)
    assert leaks(published(values)) == set()
    assert any(message in leak for leak in leaks(published(values, area_groups=None)))


def test_audit_finds_a_hidden_member_that_its_shown_towns_give_and_one_alone_under_a_total() -> None:
    rows = published(counted({"a": 20, "b": 40, "c": 30, "d": 80, "e": 100}, ("N",)))
    of_outer = rows["member"] == "outer"
    for column in ("numerator", "denominator", "value", "coverage", "submissions"):
        rows[column] = rows[column].mask(of_outer)
    rows.loc[of_outer, ["conf_status", "obs_status"]] = ["C", "A"]
    found = leaks(rows)
    assert any("This hidden total is the sum of its shown area of a groups." in leak for leak in found)
    assert any("One single group of areas is hidden under this shown total." in leak for leak in found)


@limits(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({t: st.one_of(st.none(), st.integers(0, 60)) for t in DISTRICT}),
    st.sampled_from(["hidden", "shown"]),
    st.integers(0, 40),
)
def test_audit_finds_nothing_after_protection_whatever_the_towns_report(towns, zeros: str, left_out: int) -> None:
    settings = {**SETTINGS, "policy": {**SETTINGS["policy"], "zeros": zeros}}
    total = sum(number or 0 for number in towns.values()) + left_out
    values = counted(towns, ("N", "S", "W", "IL"), {("IL", "all"): total, ("W", "outer"): None})
    rows = protect(values, INDICATORS, AREAS, settings, area_groups=AREA_GROUPS)
    assert audit(rows, INDICATORS, AREAS, settings, area_groups=AREA_GROUPS) == []


EVERYWHERE = ("N", "S", "W", "IL")


def years_together(towns: Mapping[str, list[int]]) -> pd.DataFrame:
    """Three years of towns and all sums, one by one and together."""
    of_years = [{town: numbers[year] for town, numbers in towns.items()} for year in range(3)]
    single = [counted(numbers, EVERYWHERE, period=str(2013 + year)) for year, numbers in enumerate(of_years)]
    together = {town: sum(numbers) for town, numbers in towns.items()}
    return pd.concat([*single, counted(together, EVERYWHERE, period="2015", frequency="A3")], ignore_index=True)


def test_member_covers_another_in_years_together_where_readers_know_the_country_s_own() -> None:
    # `f` stays hidden with three pupils in three years, and the south's outer member with it. The country's is known,
    # as its years are shown: the north's may not be, though its hidden towns are enough over three years.
    south = {"f": 1, "k": 50, "l": 60, "g": 5, "h": 70, "m": 80}
    rows = published(years_together({town: [n] * 3 for town, n in {**NORTH, **south, "w": 50, "x": 60}.items()}))
    assert audit(rows, INDICATORS, AREAS, SETTINGS, area_groups=AREA_GROUPS) == []


@limits(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {
            town: st.one_of(st.lists(st.integers(0, 20), min_size=3, max_size=3), st.just([50, 60, 70]))
            for town in DISTRICT
        }
    )
)
def test_audit_finds_nothing_in_years_together_whatever_the_towns_report(towns) -> None:
    assert audit(published(years_together(towns)), INDICATORS, AREAS, SETTINGS, area_groups=AREA_GROUPS) == []


def test_total_that_is_not_divided_by_members_has_no_parts_beside_them() -> None:
    values = counted({"f": 50, "k": 5, "g": 60, "h": 10}, (), {("S", "all"): 125})
    assert hidden(values) == {"k", "h"}
    values = counted({"f": 50, "k": 50, "g": 60, "h": 10, "m": 8}, (), {("S", "all"): 178})
    assert hidden(values) == {"h", "m"}
