"""Audit of pooled years: what readers can work out of pools that are not published, and years that a pool gives away.

Belongs here: adding up published single years, and counting the hidden ones in each pool. Does not belong here: hiding,
and anything imported from `suppression`, `pooling` or `cells`.
"""

from __future__ import annotations

import pandas as pd

KEY = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]


def with_hidden_pools(values: pd.DataFrame) -> pd.DataFrame:
    """Published rows, and a hidden one for each pool of years that is not published and has a hidden year.

    `is_implied` tells these apart.
    """
    years = years_in_pools(values)
    hidden = years.loc[years["conf_status"] == "C", KEY].drop_duplicates()
    is_published = pd.MultiIndex.from_frame(hidden).isin(pd.MultiIndex.from_frame(values[KEY]))
    implied = hidden[~is_published].assign(conf_status="C", obs_status="A", is_implied=True)
    return pd.concat([values.assign(is_implied=False), implied], ignore_index=True)


def with_known_pools(quantities: pd.DataFrame) -> pd.DataFrame:
    """The quantities, with the sums of those pools of which no year is hidden: every reader can add the years up.

    Args:
        quantities: one row per guarded quantity and place: `shows`, area_code, frequency, period, dimension, member;
            `least` and `most` (of the numbers shown; missing where none is), `is_hidden`, threshold, an indicator_id.
    """
    key = ["shows", *KEY[1:]]
    years = years_in_pools(quantities)
    sums = {name: (name, "sum") for name in ("least", "most", "is_hidden")}
    summed = years.groupby(key, sort=False, as_index=False).agg(
        **sums, n_shown=("least", "count"), threshold=("threshold", "max"), indicator_id=("indicator_id", "min")
    )
    is_whole = summed["n_shown"] == summed["frequency"].str[1:].astype(int)
    known = summed[is_whole & (summed["is_hidden"] == 0)].drop(columns="n_shown")
    is_known = pd.MultiIndex.from_frame(quantities[key]).isin(pd.MultiIndex.from_frame(known[key]))
    return pd.concat([quantities[~is_known], known.assign(is_hidden=False)], ignore_index=True)


def single_years_told(quantities: pd.DataFrame) -> pd.DataFrame:
    """Quantities of pooled years that are shown while one or some, but not all of their years are hidden.

    `quantities` as in `with_known_pools`.
    """
    key = ["shows", *KEY[1:]]
    counted = years_in_pools(quantities).groupby(key, sort=False, as_index=False)["is_hidden"].sum()
    n_years = counted["frequency"].str[1:].astype(int)
    told = counted[(counted["is_hidden"] > 0) & (counted["is_hidden"] < n_years)]
    return quantities[quantities["least"].notna()].merge(told[key], on=key)


def years_in_pools(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of single years, once for each pool that is published and contains them, under its name."""
    found = [rows.head(0)]
    for frequency, last in sorted(set(rows[["frequency", "period"]].itertuples(index=False, name=None))):
        n_years = int(frequency[1:] or 1)
        if n_years > 1:
            years = {str(int(last) - back) for back in range(n_years)}
            is_in = (rows["frequency"] == frequency[0]) & rows["period"].isin(years)
            found.append(rows[is_in].assign(frequency=frequency, period=last))
    return pd.concat(found, ignore_index=True)
