"""Report card: how many indicators improved, in one area, by goal and in all.

Belongs here: counting what was said of single values. Does not belong here: saying it (`changes`, `verdicts`), and
which rows may be looked at (`derived`).
"""

from __future__ import annotations

import pandas as pd

ALL = "all"
HEADLINE = "headline"
# What a value is compared with, and the column that says how.
COMPARISONS = {"baseline": "change_from_baseline", "previous": "change_from_previous"}
COUNTED = {"n_improved": "improved", "n_worsened": "worsened", "n_no_clear_change": "no_clear_change"}
KEY = ["area_code", "goal_id", "scope", "compared_with"]
COLUMNS = [
    "area_type", *KEY, "n_indicators", *COUNTED, "n_not_judged", "n_improved_by_trend", "first_period", "last_period",
]  # fmt: skip


def report_card(free: pd.DataFrame, indicators: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """One row per area, goal (and `all` goals), scope (headline or all indicators) and what is compared with.

    Each indicator counts once, by its total in the latest period in which the area has a free value of it, in the
    frequency that it declares. An indicator without one, or whose value is not comparable, is not judged.

    Args:
        free: as from `derived.free_rows`.
        indicators: indicator_id, goal_id, is_headline, frequency; a goal without indicators has no row, and one that
            serves no goal is not counted.
        areas: area_code, area_type.

    Returns:
        `COLUMNS`: n_improved + n_worsened + n_no_clear_change + n_not_judged = n_indicators; n_improved_by_trend are
        those of the improved whose trend says improved too; first_period and last_period are the earliest and latest
        period of the judged values.
    """
    scopes = _scopes(indicators)
    wholes = scopes.groupby(["goal_id", "scope"], as_index=False).agg(n_indicators=("indicator_id", "size"))
    card = areas[["area_code", "area_type"]].merge(wholes, how="cross")
    card = card.merge(pd.DataFrame({"compared_with": list(COMPARISONS)}), how="cross")
    card = card.merge(_counts(_latest(free, indicators).merge(scopes, on="indicator_id")), on=KEY, how="left")
    numbers = [*COUNTED, "n_improved_by_trend"]
    card[numbers] = card[numbers].fillna(0).astype("int64")
    card["n_not_judged"] = card["n_indicators"] - card[list(COUNTED)].sum(axis=1)
    return card.sort_values(KEY, kind="stable", ignore_index=True)[COLUMNS]


def _scopes(indicators: pd.DataFrame) -> pd.DataFrame:
    """indicator_id, goal_id, scope: each indicator under its goal and under all, among all and if so the headlines."""
    own = indicators.loc[indicators["goal_id"].notna(), ["indicator_id", "goal_id", "is_headline"]]
    by_goal = pd.concat([own, own.assign(goal_id=ALL)])
    every = by_goal.assign(scope=ALL)
    headlines = by_goal[by_goal["is_headline"].astype(bool)].assign(scope=HEADLINE)
    return pd.concat([every, headlines], ignore_index=True).drop(columns="is_headline")


def _latest(free: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    totals = free[(free["dimension"] == ALL) & (free["member"] == ALL)]
    totals = totals.merge(indicators[["indicator_id", "frequency"]], on=["indicator_id", "frequency"])
    # Within one frequency, periods are texts that sort by time.
    ordered = totals.sort_values("period", kind="stable")
    return ordered.drop_duplicates(["indicator_id", "area_code"], keep="last")


def _counts(latest: pd.DataFrame) -> pd.DataFrame:
    """By `KEY`, how many were called what, and between which periods."""
    counted = []
    for compared_with, column in COMPARISONS.items():
        judged = latest[latest[column].isin(list(COUNTED.values()))]
        flags = {name: judged[column] == word for name, word in COUNTED.items()}
        by_trend = flags["n_improved"] & (judged["trend"] == "improved")
        counted.append(judged.assign(compared_with=compared_with, **flags, n_improved_by_trend=by_trend))
    sums = {name: (name, "sum") for name in (*COUNTED, "n_improved_by_trend")}
    periods = {"first_period": ("period", "min"), "last_period": ("period", "max")}
    return pd.concat(counted).groupby(KEY, as_index=False).agg(**sums, **periods)
