"""Periods as numbers, and the row of the same series in another period.

Belongs here: reading `2022`, `2022-Q3`, `2022-09` with their frequency, and looking rows up by series and
period. Does not belong here: calendars and how partners write a year (`pipelines.intake`), and any judgement.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]

# A series is what is followed over time; one row of it is one period.
SERIES = ("indicator_id", "area_code", "frequency", "dimension", "member")

_PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")
_FREQUENCY = re.compile(r"(A|Q|M)([1-9]\d*)?")
_MONTHS = {"A": 12, "Q": 3, "M": 1}


def month_number(period: object) -> float:
    """Months from year 0 to the period's start: orders and subtracts; NaN where the text is no period."""
    found = _PERIOD.fullmatch(period) if isinstance(period, str) else None
    if found is None:
        return float("nan")
    year, quarter, month = found.groups()
    return int(year) * 12.0 + (3 * int(quarter) - 3 if quarter else int(month) - 1 if month else 0)


def frequency_months(frequency: object) -> tuple[int, int]:
    """Months from one period to the next, and months that one period spans.

    `A` gives (12, 12), `Q` (3, 3), `M` (1, 1). `A3`, three years pooled that end in the named one, gives
    (12, 36): a pool ends every year, but only pools three years apart share no pupils.

    Raises:
        ValueError: the text is none of these.
    """
    found = _FREQUENCY.fullmatch(str(frequency))
    if found is None:
        raise ValueError(f"frequency {frequency!r} is none of A, Q, M or A with a number of years")
    spacing = _MONTHS[found[1]]
    return spacing, spacing * int(found[2] or 1)


def months(periods: pd.Series) -> Floats:
    """`month_number` of each row; each distinct text is read once."""
    codes, texts = pd.factorize(periods, use_na_sentinel=False)
    return np.array([month_number(text) for text in texts], dtype=float)[codes]


def period_names(month: Floats, frequencies: pd.Series) -> pd.Series:
    """The period of each row's frequency that starts in a month: `2022`, `2022-Q3`, `2022-09`; empty where NaN."""
    pairs = pd.DataFrame({"month": month, "frequency": frequencies.to_numpy(object)})
    distinct = pairs.drop_duplicates()
    texts = [period_name(*pair) for pair in distinct.itertuples(index=False, name=None)]
    named = pairs.merge(distinct.assign(period=pd.array(texts, dtype="str")), on=list(pairs.columns), how="left")
    return named["period"].set_axis(frequencies.index)


def period_name(month: float, frequency: str) -> str | None:
    """The period of a frequency that starts in a month: `2022`, `2022-Q3`, `2022-09`; None where NaN."""
    if np.isnan(month):
        return None
    year, start = divmod(int(month), 12)
    return f"{year:04d}" + {"A": "", "Q": f"-Q{start // 3 + 1}", "M": f"-{start + 1:02d}"}[frequency[0]]


def spacings(frequencies: pd.Series) -> tuple[Floats, Floats]:
    """`frequency_months` of each row, as two arrays."""
    codes, texts = pd.factorize(frequencies, use_na_sentinel=False)
    pairs = np.array([frequency_months(text) for text in texts], dtype=float).reshape(-1, 2)[codes]
    return pairs[:, 0], pairs[:, 1]


def rows_at(values: pd.DataFrame, wanted_months: Floats) -> Positions:
    """Position of the row of the same series in the wanted month; -1 where there is none.

    Args:
        values: one row per `SERIES` and period.
        wanted_months: one a row, as from `months`; NaN finds nothing.

    Raises:
        ValueError: two rows have the same series and period.
    """
    series = np.asarray(values.groupby(list(SERIES), sort=False, dropna=False).ngroup(), dtype=np.int64)
    own, own_is_known = _keys(series, months(values["period"]))
    wanted, wanted_is_known = _keys(series, wanted_months)
    positions = np.flatnonzero(own_is_known)
    index = pd.Index(own[positions])
    if not index.is_unique:
        where = values.iloc[positions[index.duplicated()][0]][[*SERIES, "period"]].to_dict()
        raise ValueError(f"indicator values have two rows with the same series and period: {where}")
    found = index.get_indexer(pd.Index(wanted))
    found = np.where(wanted_is_known, found, -1)
    return np.append(positions, -1)[found].astype(np.int64)


def _keys(series: Positions, month: Floats) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Series and month in one number (120,000 months reach the year 9999), and whether the month is known."""
    return series * 120_000 + np.nan_to_num(month).astype(np.int64), ~np.isnan(month)


def taken(column: Floats, positions: Positions) -> Floats:
    """The column's value at each position; NaN where the position is -1."""
    if not len(column):
        return np.full(len(positions), np.nan)
    return np.where(positions >= 0, column[positions], np.nan)
