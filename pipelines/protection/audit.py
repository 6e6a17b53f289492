"""Audit: does what is about to be published show, or let subtract, what the policy hides?

Belongs here: checks that see only the published rows, the registers and the policy. Does not belong here: any
hiding, and anything imported from `suppression` or `cells`; an audit that shares the rule shares its mistakes.

It proves the policy's plain promises: hidden rows are empty, no shown number is under the threshold, what one
indicator hides no other shows, no hidden or left-out part stands alone under its shown total, and nothing of a
hidden row lives on in other periods or in years pooled with it; what follows from the values is looked at in
`audit_tables`. It does not solve for several hidden cells at once. A message says where a leak is and never what
leaked: it may be printed and logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipelines.protection.audit_lines import (
    GROUP,
    areas_of_members,
    described,
    members_of_areas,
    published_quantities,
    summed_areas,
    wider_areas,
    wider_groups,
    with_strictest_thresholds,
    without_empty_sums,
)
from pipelines.protection.audit_pools import single_years_told, with_hidden_pools, with_known_pools
from pipelines.protection.audit_targets import unexplained_targets

SERIES = ["indicator_id", "area_code", "frequency", "dimension", "member"]
MUST_BE_EMPTY = """numerator denominator value value_low value_high coverage baseline_period baseline_value
    target_period target_value path_value verdict change_from_baseline change_from_previous trend submissions"""


@dataclass(frozen=True)
class Leak:
    """One place where confidentiality is broken: the check's name, a sentence, and the row."""

    check: str
    message: str
    where: str


@dataclass(frozen=True)
class _Published:
    """The published rows with what their indicators declare, each with its own threshold, and the policy."""

    rows: pd.DataFrame
    areas: pd.DataFrame
    summed_areas: pd.DataFrame
    zeros_are_free: bool
    complements_are_free: bool
    agreed: frozenset[tuple[str, str, str, str]]

    def is_small(self, count: pd.Series, threshold: pd.Series) -> pd.Series:
        small = count.lt(threshold).fillna(False).astype(bool)
        return small & ~(count.eq(0).fillna(False).astype(bool)) if self.zeros_are_free else small


def audit(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
    agreed_baselines: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    area_groups: pd.DataFrame | None = None,
) -> list[Leak]:
    """Every leak in the rows to be published; an empty list is a pass.

    Args:
        values: `indicator_values` as published, with conf_status.
        indicators: the register's rows; fewer than `threshold` (without that column: than the policy's) are hidden.
        areas: the register's rows.
        settings: the initiative's; `policy` holds threshold, zeros, complements.
        agreed_baselines: indicator_id, area_code, dimension, member whose baseline is a public agreement.
        targets: the register's rows; a target measured by other cells must follow from shown ones.
        area_groups: the register's rows: which members are sums of which areas.
    """
    key = ["indicator_id", "area_code", "dimension", "member"]
    agreed = [] if agreed_baselines is None else agreed_baselines[key].itertuples(index=False, name=None)
    published = _published(with_hidden_pools(values), indicators, areas, settings, frozenset(agreed), area_groups)
    checks: tuple[Callable[[_Published], list[Leak]], ...] = (
        _status_is_known,
        _hidden_rows_are_empty,
        _shown_counts_reach_the_threshold,
        _hidden_counts_are_shown_nowhere,
        _no_part_stands_alone,
        _pools_tell_of_no_year,
        _hidden_baselines_are_gone,
        _hidden_previous_rows_are_not_compared,
    )
    found = [leak for check in checks for leak in check(published)]
    if targets is not None and len(targets):
        unexplained = unexplained_targets(values, indicators, areas, targets)
        found += leaks_at("references", "The row shows a target that no shown cell gives.", unexplained)
    return found


def too_few_shown(
    values: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame, settings: Mapping[str, Any]
) -> list[Leak]:
    """A leak for each free row with a number under its threshold: the part of the audit that looks at single rows."""
    return _shown_counts_reach_the_threshold(_published(values, indicators, areas, settings))


def _published(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
    agreed: frozenset[tuple[str, str, str, str]] = frozenset(),
    area_groups: pd.DataFrame | None = None,
) -> _Published:
    policy = settings["policy"]
    return _Published(
        with_strictest_thresholds(described(values, indicators), int(policy["threshold"])),
        areas,
        summed_areas(areas, area_groups),
        policy["zeros"] == "shown",
        policy["complements"] == "shown",
        agreed,
    )


def leaks_at(check: str, message: str, rows: pd.DataFrame) -> list[Leak]:
    """A leak for each row, which names indicator, area, frequency, period, dimension and member."""
    places = rows[["indicator_id", *GROUP]].itertuples(index=False, name=None)
    return [
        Leak(f"check_confidentiality_{check}", message, f"{name}, {area}, {period} ({frequency}), {group} {member}")
        for name, area, frequency, period, group, member in places
    ]


def _status_is_known(published: _Published) -> list[Leak]:
    rows = published.rows
    unknown = rows[~rows["conf_status"].isin(["F", "C"])]
    undeclared = rows[rows["kind"].isna()]
    return [
        *leaks_at("status", "The row is neither free (F) nor hidden (C).", unknown),
        *leaks_at("status", "The row's indicator is not declared, so nothing is known of its persons.", undeclared),
    ]


def _hidden_rows_are_empty(published: _Published) -> list[Leak]:
    hidden = published.rows[published.rows["conf_status"] == "C"]
    columns = [column for column in MUST_BE_EMPTY.split() if column in hidden.columns]
    carries = hidden[columns].notna() & (hidden[columns] != "")
    return [
        *leaks_at("hidden_rows", "The row is hidden but carries numbers or words.", hidden[carries.any(axis=1)]),
        *leaks_at("hidden_rows", "The row's status says why it is hidden.", hidden[hidden["obs_status"] != "A"]),
    ]


def _shown_counts_reach_the_threshold(published: _Published) -> list[Leak]:
    rows = published.rows[(published.rows["conf_status"] == "F") & published.rows["is_guarded"].eq(True)]
    is_counted = ~rows["rests_on_persons"].astype(bool)
    rest = (rows["denominator"] - rows["numerator"]).where(rows["kind"] == "proportion")
    reported = rows[(rows["kind"] == "reported") & (rows["unit"] == "share")] if "unit" in rows else rows.head(0)
    told = (reported["value"] * reported["denominator"]).round()
    tells_rest = (rest.ge(0) & rest.lt(rows["threshold"])).fillna(False).astype(bool)
    small_baseline = (rows["kind"] == "count") & published.is_small(rows["baseline_value"], rows["threshold"])
    few_above, few_below = (
        published.is_small(rows[side], rows[f"{side}_threshold"]) for side in ("numerator", "denominator")
    )
    few_told = published.is_small(told, reported["threshold"])
    found = [
        *leaks_at("threshold", "A shown numerator is too small.", rows[is_counted & few_above]),
        *leaks_at("threshold", "A shown share tells of too few persons.", reported[few_told]),
        *leaks_at("threshold", "A shown denominator is too small.", rows[few_below]),
        *leaks_at("threshold", "A shown baseline is too small.", rows[small_baseline]),
    ]
    if not published.complements_are_free:
        told_rest = (reported["denominator"] - told).lt(reported["threshold"]).fillna(False).astype(bool)
        for leaving in (rows[tells_rest], reported[told_rest]):
            found += leaks_at("threshold", "A shown share leaves too small a rest of the whole.", leaving)
    return found


def _hidden_counts_are_shown_nowhere(published: _Published) -> list[Leak]:
    """A hidden count hides its one number; a hidden share may be hidden for either of two."""
    # What pools of unpublished series hide, others may show: whether they tell of a year is asked by itself.
    rows = published.rows[published.rows["is_guarded"].eq(True) & ~published.rows["is_implied"].astype(bool)]
    counts = rows[(rows["conf_status"] == "C") & (rows["kind"] == "count")]
    hidden = counts[["numerator_shows", *GROUP]].drop_duplicates().rename(columns={"numerator_shows": "shows"})
    found = []
    for side in ("numerator", "denominator"):
        shown = published.rows[(published.rows["conf_status"] == "F") & published.rows[side].notna()]
        shown = shown.rename(columns={f"{side}_shows": "shows"}).merge(hidden, on=["shows", *GROUP])
        found += leaks_at("shared_counts", f"The {side} is a number that a hidden count hides.", shown)
    return found


def _no_part_stands_alone(published: _Published) -> list[Leak]:
    quantities = with_known_pools(published_quantities(published.rows))
    quantities = without_empty_sums(quantities, published.summed_areas)
    found = []
    for cut, parents in (
        ("group", wider_groups(quantities, published.summed_areas)),
        ("area", wider_areas(published.areas)),
        ("group of areas", members_of_areas(quantities, published.areas, published.summed_areas)),
        ("area of a group", areas_of_members(published.summed_areas)),
    ):
        own = list(parents.columns.intersection(GROUP))
        parts = quantities.merge(parents, on=own)
        parts["is_missing"] = parts["least"].isna() & ~parts["is_hidden"]
        if "counts_if_missing" in parts:
            parts = parts[parts["is_missing"] | ~parts["counts_if_missing"]]
        # Of a part left out, how many are too few to be told.
        parts["missing_threshold"] = parts["threshold"].where(parts["is_missing"])
        parts["seen_least"], parts["seen_most"] = parts["least"].fillna(0), parts["most"].fillna(0)
        keys = ["shows", *[f"total_{name}" if name in own else name for name in GROUP], "cut"]
        sums = {name: (name, "sum") for name in ("is_hidden", "is_missing", "seen_least", "seen_most")}
        sums["missing_threshold"] = ("missing_threshold", "max")
        groups = parts.groupby(keys, as_index=False).agg(**sums).rename(columns={f"total_{n}": n for n in own})
        if "is_beside" in parts:
            # Areas beside members make up a total only together with members.
            groups = groups[~parts.groupby(keys)["is_beside"].all().to_numpy()]
        shown = quantities.loc[quantities["least"].notna()].drop(columns="is_hidden")
        totals = groups.merge(shown, on=["shows", *GROUP])
        alone = totals[totals["is_hidden"] == 1]
        is_single = (totals["is_hidden"] == 0) & (totals["is_missing"] == 1)
        rest_is_small = (totals["most"] - totals["seen_least"] > 0) & (
            totals["least"] - totals["seen_most"] < totals["missing_threshold"]
        )
        told = totals[is_single & rest_is_small]
        found += leaks_at("alone", f"One single {cut} is hidden under this shown total.", alone)
        found += leaks_at("alone", f"This hidden total is the sum of its shown {cut}s.", _bare(quantities, groups))
        found += leaks_at("alone", f"This total and its parts tell of one {cut} left out.", told)
    return found


def _pools_tell_of_no_year(published: _Published) -> list[Leak]:
    told = single_years_told(published_quantities(published.rows))
    return leaks_at("pools", "These years together, less those that are shown, tell of a hidden one.", told)


def _bare(quantities: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Hidden totals whose parts are all shown, one of them at least being more than nobody."""
    hidden = quantities.loc[quantities["is_hidden"]].drop(columns=["is_hidden", "least", "most"])
    totals = groups.merge(hidden, on=["shows", *GROUP])
    return totals[(totals["is_hidden"] == 0) & (totals["seen_most"] > 0)]


def series_of(rows: pd.DataFrame, period: pd.Series) -> pd.MultiIndex:
    """What identifies each row's series, with a period of it."""
    return pd.MultiIndex.from_arrays([*(rows[column] for column in SERIES), period])


def _hidden_baselines_are_gone(published: _Published) -> list[Leak]:
    rows = published.rows
    hidden = rows[rows["conf_status"] == "C"]
    relies = series_of(rows, rows["baseline_period"]).isin(series_of(hidden, hidden["period"]))
    rows = rows[relies & (rows["conf_status"] == "F")]
    places = rows[["indicator_id", "area_code", "dimension", "member"]].itertuples(index=False, name=None)
    rows = rows.loc[[at for at, place in zip(rows.index, places, strict=True) if place not in published.agreed]]
    shows = rows[["baseline_value", "target_value", "path_value"]].notna().any(axis=1)
    judges = rows["verdict"].isin(["met", "ahead", "on_track", "behind"])
    compares = rows["change_from_baseline"].isin(["improved", "worsened", "no_clear_change"])
    return [
        *leaks_at("references", "The row shows a baseline, target or path that is hidden.", rows[shows]),
        *leaks_at("references", "The row is judged or compared beside a hidden baseline.", rows[judges | compares]),
    ]


def _hidden_previous_rows_are_not_compared(published: _Published) -> list[Leak]:
    rows = published.rows
    hidden = rows[rows["conf_status"] == "C"]
    own = rows[["frequency", "period"]]
    distinct = own.drop_duplicates()
    before = [_previous(*pair) for pair in distinct.itertuples(index=False, name=None)]
    previous = own.merge(distinct.assign(previous=before), on=["frequency", "period"], how="left")["previous"]
    relies = series_of(rows, previous).isin(series_of(hidden, hidden["period"]))
    compares = rows["change_from_previous"].isin(["improved", "worsened", "no_clear_change"])
    return leaks_at("references", "The row is compared with a hidden one.", rows[relies & compares])


def _previous(frequency: str, period: str) -> str:
    """The period before that shares no time with this one, in the period's own notation."""
    year, part = int(period[:4]), period[4:]
    if not part:
        return f"{year - int(frequency[1:] or 1):04d}"
    per_year, mark, width = (4, "-Q", 1) if part.startswith("-Q") else (12, "-", 2)
    place = year * per_year + int(part.removeprefix(mark)) - 1 - int(frequency[1:] or 1)
    return f"{place // per_year:04d}{mark}{place % per_year + 1:0{width}d}"
