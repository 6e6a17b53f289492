"""The whole table: shape, order, and refusals."""

from __future__ import annotations

import pandas as pd
import pytest
from assessment_tables import INDICATORS, SETTINGS, series

from pipelines.assessment import assess

ADDED = ["value_low", "value_high", "verdict", "change_from_baseline", "change_from_previous"]


def test_rows_keep_their_order_and_index_and_gain_the_assessment() -> None:
    values = series("share", {"2014": (30, 60), "2013": (20, 60)}).set_index(pd.Index([7, 3]))
    assessed = assess(values, INDICATORS, SETTINGS)
    assert list(assessed.columns) == [*values.columns, *ADDED]
    assert list(assessed.index) == [7, 3]
    pd.testing.assert_frame_equal(assessed[values.columns], values)


def test_every_row_carries_a_verdict_and_both_changes() -> None:
    values = pd.concat(
        [series(name, {"2013": (20, 60), "2014": (None, None)}) for name in INDICATORS["indicator_id"]],
        ignore_index=True,
    )
    assert assess(values, INDICATORS, SETTINGS)[ADDED[2:]].notna().all(axis=None)


def test_no_rows_give_no_rows_with_the_same_columns() -> None:
    assessed = assess(series("share", {"2013": (20, 60)}).iloc[:0], INDICATORS, SETTINGS)
    assert len(assessed) == 0 and set(ADDED) <= set(assessed.columns)


def test_undeclared_indicator_and_doubled_key_are_errors() -> None:
    values = series("share", {"2013": (20, 60)})
    with pytest.raises(ValueError, match="unheard_of"):
        assess(values.assign(indicator_id="unheard_of"), INDICATORS, SETTINGS)
    with pytest.raises(ValueError, match="same series and period"):
        assess(pd.concat([values, values]), INDICATORS, SETTINGS)


def test_count_with_hidden_parts_shows_its_bounds_and_is_judged_by_its_interval() -> None:
    # A source that demands 21 may leave out parts of up to 20.
    indicators = INDICATORS.assign(threshold=INDICATORS["indicator_id"].map({"examinees": 11}))
    strict = indicators.head(1).assign(indicator_id="strict", threshold=21)
    plan = {"target_value": 200, "path_value": 95, "coverage": 0.5}
    values = pd.concat(
        [
            series(name, {"2013": (50, None), "2016": (100, None)}, n_hidden=n, **plan)
            for name, n in (("examinees", 2), ("examinees", None), ("sessions", 2), ("strict", 2))
        ],
        keys=["known", "unknown", "no persons", "strict"],
    ).assign(area_code=["0001", "0001", "0002", "0002", "0001", "0001", "0001", "0001"])
    assessed = assess(values, pd.concat([indicators, strict]), SETTINGS).xs(1, level=1)
    assert tuple(assessed.loc["known", ["value_low", "value_high"]]) == (100, 120)
    assert tuple(assessed.loc["strict", ["value_low", "value_high"]]) == (100, 140)
    # Where it is not known how many are hidden, the interval is that of what is there.
    assert assessed.loc["unknown", "value_low"] < 100 < assessed.loc["unknown", "value_high"] < 122
    assert assessed.loc["no persons", ["value_low", "value_high"]].isna().all()
    # 100 lies above the path of 95 and may well do so by chance.
    assert set(assessed["verdict"]) == {"not_enough_data"}
