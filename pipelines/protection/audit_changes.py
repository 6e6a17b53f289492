"""Audit of what a release repeats of the one before: is it what that one showed, and could it be shown today?

Belongs here: checks that see only the published rows of both releases, the registers and the policy. Does not belong
here: what both tell together (`audit_together`), and anything imported from what makes these tables.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines.protection.audit import Leak, leaks_at, too_few_shown

CELL = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]
# What stands for an earlier value or word: the column of its period, and what it was called.
REPEATED: Mapping[str, tuple[str, str]] = {
    "before_value": ("period", "value"),
    "from_verdict": ("from_period", "verdict"),
}
TOTAL = {"dimension": "all", "member": "all"}


def audit_changes(
    values: pd.DataFrame,
    previous: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    indicators: pd.DataFrame,
    areas: pd.DataFrame,
    settings: Mapping[str, Any],
) -> list[Leak]:
    """Every leak in what the tables repeat of the release before; an empty list is a pass.

    Args:
        values, previous: `indicator_values` as published now and in the release before.
        tables: the other published tables, by name.
        indicators, areas, settings: as in `audit`.
    """
    hidden = values[values["conf_status"] == "C"]
    shown = previous[(previous["conf_status"] == "F") & previous["value"].notna()]
    found = []
    for name, table in sorted(tables.items()):
        for column, (period, called) in REPEATED.items():
            rows = table[table[column].notna()] if column in table.columns else table.iloc[:0]
            if rows.empty:
                continue
            rows = rows if set(TOTAL) <= set(rows.columns) else rows.assign(**TOTAL)
            rows = rows.assign(period=rows[period]).drop_duplicates(CELL).reset_index(drop=True)
            told = rows[CELL].assign(**{called: rows[column]})
            check = f"hidden_in_{name}"
            is_known = _among(told, shown)
            found += leaks_at(check, f"A row of {name} repeats what the last release did not show.", rows[~is_known])
            is_hidden = _among(rows[CELL], hidden)
            found += leaks_at(check, f"A row of {name} repeats what is hidden now.", rows[is_hidden])
            few = too_few_shown(_as_if_shown_now(rows, values, shown), indicators, areas, settings)
            at = {leak.where for leak in leaks_at(check, "", rows)}
            found += [
                Leak(f"check_confidentiality_{check}", leak.message, leak.where) for leak in few if leak.where in at
            ]
    return found


def _among(rows: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Which rows stand among the known ones, by all of their columns; numbers to nine digits after the point."""
    columns = list(rows.columns)
    merged = rows.round(9).merge(known[columns].round(9).drop_duplicates(), on=columns, how="left", indicator="found")
    return merged["found"] == "both"


def _as_if_shown_now(rows: pd.DataFrame, values: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """The earlier rows of these cells, beside what is published now at the same places: as thresholds are found."""
    earlier = rows[CELL].merge(shown, on=CELL)
    beside = values.merge(rows[CELL[1:]].drop_duplicates(), on=CELL[1:])
    others = beside[~_among(beside[CELL].reset_index(drop=True), rows[CELL]).to_numpy()]
    return pd.concat([earlier, others], ignore_index=True)[list(shown.columns)]
