"""The rules of this room over the whole table of indicator values.

Belongs here: finding each row's baseline and previous row, putting results back. Does not belong here: taking columns
apart (`rows`), any rule of its own (`intervals`, `variation`, `changes`, `verdicts`), and what only follows from
published values (`outlook`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.assessment.changes import change, crosses_break, difference_interval
from pipelines.assessment.intervals import garwood, hidden_part_bounds, poisson_ratio, widened, wilson
from pipelines.assessment.periods import Positions, months, rows_at, taken
from pipelines.assessment.rows import Rows, numbers, read_rows
from pipelines.assessment.variation import Variation, VariationRules, variation
from pipelines.assessment.verdicts import Rules, Standing, verdicts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Earlier:
    """The earlier point that each row is compared with; NaN where there is none."""

    month: Floats
    value: Floats
    low: Floats
    high: Floats
    is_usable: Flags


def assess(
    values: pd.DataFrame,
    indicators: pd.DataFrame,
    settings: Mapping[str, Any],
    breaks: pd.DataFrame | None = None,
    top_area_type: str | None = None,
) -> pd.DataFrame:
    """Indicator values with their intervals, verdict and changes.

    Args:
        values: one row per indicator, area, frequency, period, dimension and member (`fct_indicator_values`).
        indicators: the register's rows: indicator_id, kind, direction, counts_persons, minimum_denominator, and
            threshold where the values have n_hidden.
        settings: the initiative's; `assessment` holds confidence, too_early_periods, on_track_width, extra_variation.
        breaks: indicator_id and period from which a series is no longer comparable with its past.
        top_area_type: of the areas whose totals show the extra variation; None for the declared default everywhere.

    Returns:
        The same rows, order and index, with value_low, value_high (unit of the value; the least and most that a count
        with hidden parts can be), verdict, change_from_baseline and change_from_previous. The trend is not here: it may
        only use what is published.

    Raises:
        ValueError: an indicator is not declared, a key is there twice, or a frequency is unknown.
    """
    rules = Rules.from_settings(settings)
    chance = read_rows(values, indicators, rules.confidence)
    extra = variation(values, chance, VariationRules.from_settings(settings), rules.confidence, breaks, top_area_type)
    rows = _with_extra(chance, extra, rules.confidence)
    baseline_months = months(values["baseline_period"])
    baseline = _baseline(values, rows, extra.phi, baseline_months, rules.confidence)
    # The last period that shares no months with this one: a year before, but three for years pooled by three.
    previous = _previous(rows, rows_at(values, rows.month - rows.span))
    standing = Standing(
        rows.value,
        rows.low,
        rows.high,
        rows.has_enough,
        (rows.month - baseline_months) / rows.spacing,
        baseline.value,
        numbers(values, "target_value"),
        numbers(values, "path_value"),
        rows.is_up,
        rows.is_whole,
        rows.kind == "count",
    )
    return values.assign(
        **_published_bounds(values, rows, indicators),
        verdict=_text(verdicts(standing, rules)),
        change_from_baseline=_text(_changes(values, rows, baseline, breaks)),
        change_from_previous=_text(_changes(values, rows, previous, breaks)),
    )


def _with_extra(rows: Rows, extra: Variation, confidence: float) -> Rows:
    """The rows with intervals that hold the extra variation.

    What has no interval of chance (a mean) gets one from the extra variation alone, and only in the series that it was
    estimated from: how much more a smaller area varies is not in the data. An estimate of none at all is no interval
    either: it would call the smallest difference certain.
    """
    is_bare = extra.is_own & np.isnan(rows.low) & (extra.phi > 0)
    low, high = np.where(is_bare, rows.value, rows.low), np.where(is_bare, rows.value, rows.high)
    low, high = widened(rows.value, low, high, extra.phi, rows.highest, confidence)
    return replace(rows, low=low, high=high)


def _published_bounds(values: pd.DataFrame, rows: Rows, indicators: pd.DataFrame) -> dict[str, Floats]:
    """Each row's interval, or what its hidden parts leave open, which chance does not make narrower.

    Verdicts and changes go by the interval: a lower bound just above the path may be there by chance.
    """
    if "n_hidden" not in values:
        return {"value_low": rows.low, "value_high": rows.high}
    n_hidden = np.where((rows.kind == "count") & rows.counts_persons, numbers(values, "n_hidden"), np.nan)
    threshold = indicators.set_index("indicator_id")["threshold"].reindex(values["indicator_id"]).to_numpy(float)
    low, high = hidden_part_bounds(rows.value, n_hidden, threshold)
    is_bounded = ~np.isnan(high)
    return {"value_low": np.where(is_bounded, low, rows.low), "value_high": np.where(is_bounded, high, rows.high)}


def _previous(rows: Rows, at: Positions) -> Earlier:
    return Earlier(
        month=taken(rows.month, at),
        value=taken(rows.value, at),
        low=taken(rows.low, at),
        high=taken(rows.high, at),
        is_usable=(at >= 0) & rows.has_enough[at] & rows.is_whole[at] if len(at) else np.zeros(0, dtype=bool),
    )


def _baseline(values: pd.DataFrame, rows: Rows, phi: Floats, baseline_months: Floats, confidence: float) -> Earlier:
    """The baseline of each row: its row in the baseline period, or the value that was agreed instead.

    An agreed value keeps its force when the source restates the year or never delivered it. Its interval is
    then that of the agreed count, or of the agreed share on the restated row's denominator; an agreed share
    without a denominator cannot be compared.
    """
    at = rows_at(values, baseline_months)
    restated = _previous(rows, at)
    value = numbers(values, "baseline_value")
    is_agreed = ~np.isnan(value) & ~np.isclose(value, restated.value, rtol=1e-9, atol=0)
    denominator = taken(rows.denominator, at)
    low, high = restated.low.copy(), restated.high.copy()
    for kind, found in (
        ("count", lambda r: garwood(value[r], confidence)),
        ("proportion", lambda r: wilson(value[r] * denominator[r], denominator[r], confidence)),
        ("ratio", lambda r: poisson_ratio(value[r] * denominator[r], denominator[r], confidence)),
    ):
        chosen = is_agreed & (rows.kind == kind) & rows.counts_persons
        low[chosen], high[chosen] = widened(
            value[chosen], *found(chosen), phi[chosen], rows.highest[chosen], confidence
        )
    low[is_agreed & ~rows.counts_persons], high[is_agreed & ~rows.counts_persons] = np.nan, np.nan
    lacks_denominator = np.isin(rows.kind, ["proportion", "ratio"]) & np.isnan(denominator)
    return Earlier(
        month=baseline_months,
        value=value,
        low=low,
        high=high,
        is_usable=np.where(is_agreed, ~lacks_denominator & ((at < 0) | restated.is_usable), restated.is_usable),
    )


def _changes(
    values: pd.DataFrame, rows: Rows, earlier: Earlier, breaks: pd.DataFrame | None
) -> npt.NDArray[np.object_]:
    # A pooled period begins before the one that names it, so a break inside the pool also parts the two.
    first_month = earlier.month - (rows.span - rows.spacing)
    is_comparable = (
        ~np.isnan(rows.value)
        & ~np.isnan(earlier.value)
        & rows.has_enough
        # Two values that leave out different areas differ for that alone.
        & rows.is_whole
        & earlier.is_usable
        # The baseline row beside itself, and years before the baseline, are no change since the baseline.
        & (rows.month - earlier.month >= rows.span)
        & ~crosses_break(values["indicator_id"], first_month, rows.month, breaks)
    )
    low, high = difference_interval(rows.value, rows.low, rows.high, earlier.value, earlier.low, earlier.high)
    return change(low, high, rows.is_up, is_comparable)


def _text(names: npt.NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    return pd.array(names, dtype="str")
