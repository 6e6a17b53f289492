"""Pooled years: shown where all of their years are hidden or too few, and never to the cost of a single year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from protection_tables import AREAS, INDICATORS, SETTINGS, assessed

from pipelines.protection import protect
from pipelines.protection.audit import audit
from pipelines.protection.audit_together import leaks_together

YEARS = ("2013", "2014", "2015")
Pair = tuple[float, float | None]


def pooled(indicator_id: str, numbers: Mapping[str, Sequence[Any]], area: str = "0001") -> pd.DataFrame:
    """Three years of a count (numbers) or a share (pairs) by member, and the three together."""
    single, together = [], []
    for member, of_years in numbers.items():
        place = (indicator_id, area)
        group = ("all" if member == "all" else "sector", member)
        pairs: list[Pair] = [n if isinstance(n, tuple) else (n, None) for n in of_years]
        single += [(*place, year, *group, *pair) for year, pair in zip(YEARS, pairs, strict=False)]
        if len(pairs) == len(YEARS):
            whole = None if pairs[0][1] is None else sum(below or 0 for _, below in pairs)
            together.append((*place, YEARS[-1], *group, sum(above for above, _ in pairs), whole))
    return pd.concat([assessed(single), assessed(together, frequency="A3")], ignore_index=True)


def published(*tables: pd.DataFrame) -> pd.DataFrame:
    shown = protect(pd.concat(tables, ignore_index=True), INDICATORS, AREAS, SETTINGS)
    assert audit(shown, INDICATORS, AREAS, SETTINGS) == []
    return shown


def pools(shown: pd.DataFrame) -> dict[str, float | None]:
    """Member → number of the three years together, None where it is hidden."""
    rows = shown[shown["frequency"] == "A3"]
    is_free = rows["conf_status"] == "F"
    return dict(zip(rows["member"], rows["numerator"].astype(object).where(is_free, None), strict=True))


def test_years_together_stand_for_a_group_whose_years_are_all_hidden() -> None:
    shown = published(pooled("examinees", {"all": (40, 40, 40), "a": (5, 6, 7), "b": (35, 34, 33)}))
    assert set(shown.loc[(shown["frequency"] == "A") & (shown["conf_status"] == "C"), "member"]) == {"a", "b"}
    # The total's years are all shown: whoever wants them together can add them up.
    assert pools(shown) == {"a": 18, "b": 102}


def test_no_pool_is_shown_of_which_a_year_is_shown() -> None:
    assert pools(published(pooled("examinees", {"all": (40, 40, 40), "a": (5, 12, 7), "b": (35, 28, 33)}))) == {}


def test_pool_is_hidden_where_it_is_too_few_and_with_it_what_would_give_it_away() -> None:
    assert pools(published(pooled("examinees", {"all": (40, 40, 40), "a": (1, 2, 3), "b": (39, 38, 37)}))) == {}


def test_pool_that_readers_can_add_up_is_no_cover() -> None:
    # Hidden: two pupils of `a`, and that all but five of `b` passed. Together fifteen of `b` did not, so that could be
    # shown; but `c` is known, and the total less both would be `a`.
    shares = {"all": [(72, 125)] * 3, "a": [(2, 30)] * 3, "b": [(50, 55)] * 3, "c": [(20, 40)] * 3}
    assert pools(published(pooled("examinees_share", shares))) == {}
    # Without `a` it is shown.
    alone = {"all": [(70, 95)] * 3, "b": [(50, 55)] * 3, "c": [(20, 40)] * 3, "d": [(9, 60)] * 3}
    assert pools(published(pooled("examinees_share", alone)))["b"] == 150


def test_pools_that_are_not_published_are_parts_of_wider_ones_all_the_same() -> None:
    # A district whose wider pool of `a` would leave nine persons to the three towns of which none is published.
    towns = {
        "0001": {"a": (5, 5, 4), "b": (7, 6, 7)},
        **{area: {"a": (1, 1, 1), "b": (4, 4, 3)} for area in ("0002", "0003", "0004")},
    }
    areas = pd.DataFrame(
        [("N", "district", None), *((area, "authority", "N") for area in towns)], columns=AREAS.columns
    )
    towns["N"] = {member: added(*(of[member] for of in towns.values())) for member in ("a", "b")}
    tables = [pooled("examinees", {"all": added(*own.values()), **own}, area) for area, own in towns.items()]
    shown = protect(pd.concat(tables, ignore_index=True), INDICATORS, areas, SETTINGS)
    assert audit(shown, INDICATORS, areas, SETTINGS) == []
    assert leaks_together(shown, INDICATORS, areas, SETTINGS) == []


def added(*of_years: Sequence[int]) -> tuple[int, ...]:
    return tuple(sum(numbers) for numbers in zip(*of_years, strict=True))


def test_pool_of_a_group_that_lacks_a_year_stays_hidden() -> None:
    # `a` did not report the third year; the total of three years less `b` would be its two hidden ones.
    shown = published(pooled("examinees", {"all": (40, 40, 35), "a": (5, 6), "b": (35, 34, 35)}))
    assert pools(shown) == {}


def test_years_of_too_few_for_a_verdict_are_shown_together_beside_the_other_groups() -> None:
    numbers = {"all": [(62, 75)] * 3, "a": [(12, 15)] * 3, "b": [(50, 60)] * 3}
    assert pools(published(pooled("persistence", numbers))) == {"a": 36, "b": 150}
    # With 20 and more in each year the pool would say nothing new.
    assert (
        pools(published(pooled("persistence", {"all": [(62, 80)] * 3, "a": [(12, 20)] * 3, "b": [(50, 60)] * 3}))) == {}
    )


def test_pool_that_one_indicator_shows_need_not_be_shown_by_another_of_the_same_persons() -> None:
    # The count has a break between its years, so that nobody adds them up.
    counts = pooled("examinees", {"all": (40, 40, 40), "a": (5, 6, 7), "b": (35, 34, 33)})
    shares = {"all": [(40, 90)] * 3, "a": [(n, 45) for n in (5, 6, 7)], "b": [(n, 45) for n in (35, 34, 33)]}
    shown = published(counts[counts["frequency"] == "A"], pooled("examinees_share", shares))
    assert pools(shown) == {"a": 18, "b": 102}


@pytest.fixture
def shown() -> pd.DataFrame:
    return published(pooled("examinees", {"all": (40, 40, 40), "a": (5, 6, 7), "b": (35, 34, 33)}))


def findings(values: pd.DataFrame) -> set[str]:
    return {leak.check.removeprefix("check_confidentiality_") for leak in audit(values, INDICATORS, AREAS, SETTINGS)}


def test_audit_finds_a_year_that_its_pool_gives_away(shown: pd.DataFrame) -> None:
    is_year = (shown["period"] == "2014") & (shown["frequency"] == "A") & shown["member"].isin(["a", "b"])
    shown.loc[is_year, "conf_status"] = "F"
    shown.loc[is_year, "numerator"] = shown.loc[is_year, "member"].map({"a": 12, "b": 28})
    shown.loc[is_year, "value"] = shown.loc[is_year, "numerator"]
    assert findings(shown) == {"pools"}


def test_audit_adds_up_the_years_that_are_shown(shown: pd.DataFrame) -> None:
    # The total of three years is not published, but its years are: less `b`, they are the hidden pool of `a`.
    assert findings(shown[(shown["frequency"] == "A") | (shown["member"] == "b")]) == {"alone"}


def test_audit_finds_a_change_from_a_pool_that_is_hidden(shown: pd.DataFrame) -> None:
    later = shown[shown["frequency"] == "A3"].assign(period="2018", change_from_previous="improved")
    is_hidden = (shown["frequency"] == "A3") & (shown["member"] == "a")
    assert "references" in findings(pd.concat([shown[~is_hidden], later], ignore_index=True))


@st.composite
def countries(draw: st.DrawFn) -> pd.DataFrame:
    """Counts of three groups in four authorities, added up to districts and country, in three years."""
    tables = []
    small = st.one_of(st.integers(0, 14), st.integers(11, 60))
    towns = {
        area: {group: [draw(small) for _ in YEARS] for group in "abc"} for area in ("0001", "0002", "0003", "0004")
    }

    def together(*areas: str) -> dict[str, list[int]]:
        return {g: [sum(towns[area][g][i] for area in areas) for i in range(len(YEARS))] for g in "abc"}

    places = {
        **towns,
        "N": together("0001", "0002"),
        "S": together("0003", "0004"),
        "IL": together(*towns),
    }
    for area, groups in places.items():
        totals = [sum(numbers[i] for numbers in groups.values()) for i in range(len(YEARS))]
        tables.append(pooled("examinees", {"all": totals, **groups}, area))
        shares = {m: [(n, 3 * n + 20) for n in numbers] for m, numbers in {"all": totals, **groups}.items()}
        tables.append(pooled("examinees_share", shares, area))
    return pd.concat(tables, ignore_index=True)


@limits(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(countries())
def test_audit_finds_nothing_in_any_pools(values: pd.DataFrame) -> None:
    shown = published(values)
    # A pool stands for its years; that of the others is not told twice.
    free = shown[(shown["frequency"] == "A3") & (shown["conf_status"] == "F")]
    assert (free["numerator"] >= 11).all()
