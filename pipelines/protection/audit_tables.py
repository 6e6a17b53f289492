"""Audit of the published tables that follow from the values: do they tell what the values hide?

Belongs here: checks that see only the published rows of values and tables. Does not belong here: the values themselves
(`audit`), any hiding, and anything imported from what makes these tables.

A table is about cells where it names an indicator and an area. A number that no check here knows fails: a new table or
column says below why it repeats nothing, or it follows the names that are checked.
"""

from collections.abc import Iterator, Mapping

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from pipelines.protection.audit import SERIES, Leak, leaks_at, series_of

# Tables that name indicators and hold numbers, none of which was measured.
REPEAT_NOTHING: Mapping[str, str] = {
    "indicators": "definitions",
    "targets": "amounts that somebody set",
    "milestones": "amounts that somebody set",
}
# Values of cells' periods that are no values of these cells.
NOT_OF_THE_CELL: Mapping[str, str] = {
    "baseline_value": "what was agreed in public; where it stands beside the values, the audit of these looks at it",
    "target_value": "what somebody set",
    "to_value": "what somebody set",
    "path_value": "what lies between a start and what somebody set",
    "peers_value": "of other areas together",
    "others_value": "of other areas together",
    "before_value": "of the release before, which `audit_changes` looks at",
    "p_value": "how surprising a difference is",
}
# Tables whose periods have no value yet.
OF_LATER_PERIODS = ("forecasts",)
# Values told by somebody else, which need not be the published ones but may stand only where these are shown.
SAID_BY_OTHERS = ("from_value",)
# Numbers that a row may hold whose status is empty, since nothing is published of its cell, and any row.
OF_PLANS = ("from_value", "to_value")
MONEY = "budget_"
# The period of a value, where it is not the one of the value's own name.
PERIOD_OF: Mapping[str, str] = {"baseline_restated_value": "baseline_period"}
SIZES = ("numerator", "denominator")
TOTAL = {"dimension": "all", "member": "all"}


def audit_tables(values: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> list[Leak]:
    """Every leak in the published tables that follow from the values; an empty list is a pass.

    A table that names indicator and area follows from the values; one that names no members is about totals, and one
    that names several tells of each. With a frequency its rows, or the free ones where it says so, may only tell of
    series that show a value, never of a period that is hidden, and not count more points than are shown. Rows that are
    not free hold no number. Each `period` with its `value`, and each `x_period` with its `x_value`, must be shown as it
    is. A number in any other table that names indicators is a leak unless `REPEAT_NOTHING` says why not.

    Args:
        values: `indicator_values` as published.
        tables: the other published tables, by name.
    """
    shown = values[(values["conf_status"] == "F") & values["value"].notna()]
    hidden = values[values["conf_status"] == "C"]
    found = []
    for name, table in sorted(tables.items()):
        if "indicator_id" not in table.columns or name in REPEAT_NOTHING:
            continue
        if "area_code" not in table.columns or not {"frequency", "dimension", "member"} & set(table.columns):
            found += _unread(name, _numbers(table))
            continue
        found += _unread(name, _not_checked(table))
        rows = _of_members(table)
        found += _rows_that_are_not_free(rows, name)
        found += _pairs_are_shown(shown, rows, name)
        if "frequency" in table.columns:
            for side in _sides(table[_statuses(table) == "F"]):
                found += _hidden_is_not_told_of(shown, hidden, side, name)
    return found


def _unread(name: str, columns: list[str]) -> list[Leak]:
    return [
        Leak(f"check_confidentiality_hidden_in_{name}", f"No check knows what {column} of {name} repeats.", name)
        for column in columns
    ]


def _numbers(table: pd.DataFrame) -> list[str]:
    """Columns that may hold what was measured: numbers other than counts of rows, years and versions."""
    numeric = [c for c in table.columns if is_numeric_dtype(table[c]) and not is_bool_dtype(table[c])]
    named = [c for c in table.columns if _is_value(c) and c not in numeric]
    return [c for c in [*numeric, *named] if not c.startswith("n_") and c != "definition_version"]


def _is_value(column: str) -> bool:
    return column == "value" or column.endswith("_value")


def _not_checked(table: pd.DataFrame) -> list[str]:
    """Numbers of a table about cells that no check takes: values without a period, sizes without a value.

    Without a frequency its periods are not looked at, and what it holds must follow from values that are.
    """
    pairs = _pairs(table)
    if "frequency" not in table.columns and not pairs:
        return _numbers(table)
    sizes = [c for c in SIZES if c in table.columns and "value" not in pairs]
    return sizes + [c for c in table.columns if _is_value(c) and c not in pairs and c not in NOT_OF_THE_CELL]


def _pairs(table: pd.DataFrame) -> dict[str, str]:
    """Value columns of cells, with the column of their period."""
    periods = {c: PERIOD_OF.get(c, c.removesuffix("value") + "period") for c in table.columns if _is_value(c)}
    return {c: period for c, period in periods.items() if period in table.columns and c not in NOT_OF_THE_CELL}


def _of_members(table: pd.DataFrame) -> pd.DataFrame:
    return table if set(TOTAL) <= set(table.columns) else table.assign(**TOTAL)


def _located(rows: pd.DataFrame, period: str | None) -> pd.DataFrame:
    """The rows with all that names a place; a frequency or period that they do not name is left open."""
    frequency = rows["frequency"] if "frequency" in rows.columns else ""
    return rows.assign(frequency=frequency, period=rows[period] if period else "any period")


def _statuses(rows: pd.DataFrame) -> pd.Series:
    """F, C or empty; rows of a table without a status are free."""
    if "conf_status" not in rows.columns:
        return pd.Series("F", index=rows.index)
    return rows["conf_status"].fillna("").astype(str)


def _holds_numbers(rows: pd.DataFrame, but: tuple[str, ...] = ()) -> pd.Series:
    columns = [c for c in _numbers(rows) if not c.startswith(MONEY) and c not in but]
    return rows[columns].notna().any(axis=1)


def _rows_that_are_not_free(rows: pd.DataFrame, name: str) -> list[Leak]:
    status = _statuses(rows)
    is_hidden, is_empty = ~status.isin(["F", ""]), status == ""
    carries = (is_hidden & _holds_numbers(rows)) | (is_empty & _holds_numbers(rows, OF_PLANS))
    message = f"A row of {name} that is not free carries numbers."
    return leaks_at(f"hidden_in_{name}", message, _located(rows[carries], _last_period(rows)))


def _last_period(rows: pd.DataFrame) -> str | None:
    return next((c for c in ("last_period", "period") if c in rows.columns), None)


def _pairs_are_shown(shown: pd.DataFrame, rows: pd.DataFrame, name: str) -> list[Leak]:
    if name in OF_LATER_PERIODS:
        return []
    series = [column for column in SERIES if column in rows.columns]
    found = []
    for value, period in _pairs(rows).items():
        parts = {value: "value", **({c: c for c in SIZES if c in rows.columns} if value == "value" else {})}
        told = [*parts, *(f"{value}_{end}" for end in ("low", "high") if f"{value}_{end}" in rows.columns)]
        tells = rows[rows[told].notna().any(axis=1)]
        place = tells[series].assign(period=tells[period])
        if value not in SAID_BY_OTHERS:
            place = place.assign(**{of: pd.to_numeric(tells[c]).astype(float) for c, of in parts.items()})
        known = shown[shown["indicator_id"].isin(set(place["indicator_id"])) & shown["period"].isin(place["period"])]
        is_known = _is_among(place, known)
        message = f"A row of {name} tells a value that is not shown."
        found += leaks_at(f"hidden_in_{name}", message, _located(tells[~is_known], period))
    return found


def _is_among(rows: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Which rows stand among the known ones, by all of their columns; numbers to nine digits after the point."""
    numbers = {column: 9 for column in ("value", *SIZES) if column in rows.columns}
    keys = list(rows.columns)
    candidates = known[keys].astype(dict.fromkeys(numbers, "float64")).round(numbers).drop_duplicates()
    merged = rows.round(numbers).merge(candidates, on=keys, how="left", indicator="found")
    return pd.Series((merged["found"] == "both").to_numpy(), index=rows.index)


def _sides(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows once for each column that names a member; those without any are about totals."""
    named = [column for column in rows.columns if column == "member" or column.endswith("_member")]
    return [rows.assign(member=rows[column]) for column in named] or [rows.assign(**TOTAL)]


def _told_periods(rows: pd.DataFrame) -> Iterator[str]:
    own = {"from_period", "period", "first_period", "last_period", *_pairs(rows).values()}
    return (column for column in rows.columns if column in own)


def _hidden_is_not_told_of(shown: pd.DataFrame, hidden: pd.DataFrame, rows: pd.DataFrame, name: str) -> list[Leak]:
    n_shown = shown.groupby(SERIES, as_index=False).agg(n_shown=("value", "size"))
    counted = rows[SERIES].merge(n_shown, on=SERIES, how="left")["n_shown"].fillna(0).to_numpy()
    located = _located(rows, _last_period(rows))
    check = f"hidden_in_{name}"
    found = leaks_at(check, f"A row of {name} is of a series that shows nothing.", located[counted == 0])
    for column in _told_periods(rows):
        relies = series_of(rows, rows[column]).isin(series_of(hidden, hidden["period"]))
        found += leaks_at(check, f"A row of {name} tells of a period that is hidden.", located[relies])
    if "n_points" in rows.columns:
        more = rows["n_points"].to_numpy() > counted
        found += leaks_at(check, f"A row of {name} stands on more points than are shown.", located[more])
    return found
