"""Intervals: the range of true values that an observed value is compatible with.

Belongs here: one closed-form interval a kind of indicator, and the bounds of a sum with hidden parts. Does not
belong here: comparing two values (`changes`) or judging one (`verdicts`).

| kind | interval | source |
|---|---|---|
| proportion | Wilson score | Wilson, E. B. (1927), JASA 22, 209-212 |
| count of persons | exact Poisson | Garwood, F. (1936), Biometrika 28, 437-442 |
| ratio of persons to persons | two Poisson counts, given their sum | Przyborowski & Wilenski (1940) |
| mean, and whatever does not count persons | none | |

Each is widened by what years differ beyond chance (`variation`): on each side the distance to the bound becomes
sqrt(distance² + (z * phi * value)²), so that the sides keep their asymmetry, and the bounds stay possible values.

A mean has no interval of its own because its spread is not in the data, only its sum and its number. A ratio may
exceed 1 (pupils move, so completers need not be among the starters), so it cannot be binomial; given the sum of two
Poisson counts the numerator is, and Wilson's interval of numerator / (numerator + denominator), turned back into
odds, is the ratio's. Most completers did start: the two counts rise and fall together, so that this interval is wider
than the truth and errs towards "no clear change".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Interval = tuple[Floats, Floats]


def wilson(numerator: Floats, denominator: Floats, confidence: float) -> Interval:
    """Wilson score interval of numerator / denominator, both shares 0-1.

    NaN unless 0 <= numerator <= denominator and denominator > 0. The numerator need not be whole: an
    agreed share times its denominator is not.
    """
    from statsmodels.stats.proportion import proportion_confint

    low, high = np.full(len(numerator), np.nan), np.full(len(numerator), np.nan)
    usable = (numerator >= 0) & (numerator <= denominator) & (denominator > 0)
    if usable.any():
        low[usable], high[usable] = proportion_confint(
            numerator[usable], denominator[usable], alpha=1 - confidence, method="wilson"
        )
    # At 0 of n and n of n rounding would put the bound a hair beyond the observed share.
    return np.where(numerator == 0, np.minimum(low, 0.0), low), np.where(
        numerator == denominator, np.maximum(high, 1.0), high
    )


def garwood(count: Floats, confidence: float) -> Interval:
    """Exact Poisson interval of a count, in the count's unit; NaN where the count is negative or missing."""
    from scipy.stats import chi2

    tail = (1 - confidence) / 2
    usable = count >= 0
    distinct, where = np.unique(count[usable], return_inverse=True)
    low, high = np.full(len(count), np.nan), np.full(len(count), np.nan)
    # At 0 the formula has no degrees of freedom; the bound itself is 0.
    low[usable] = np.where(distinct > 0, chi2.ppf(tail, 2 * np.maximum(distinct, 0.5)) / 2, 0.0)[where]
    high[usable] = (chi2.ppf(1 - tail, 2 * distinct + 2) / 2)[where]
    return low, high


def poisson_ratio(numerator: Floats, denominator: Floats, confidence: float) -> Interval:
    """Interval of the ratio of two Poisson counts; NaN where one is missing or the denominator is 0."""
    usable = (numerator >= 0) & (denominator > 0)
    part = np.where(usable, numerator, np.nan)
    low, high = wilson(part, part + np.where(usable, denominator, np.nan), confidence)
    return low / (1 - low), high / (1 - high)


def hidden_part_bounds(count: Floats, n_hidden: Floats, threshold: Floats) -> Interval:
    """Least and most that a count can be whose source hides `n_hidden` of its parts, in persons.

    A hidden part may be nobody, and at most one less than the threshold: [count, count + n_hidden x (threshold - 1)].
    That supposes a source that hides small parts only, under the indicator's threshold. NaN where no part is hidden,
    or where it is not known how many are.
    """
    has_hidden = n_hidden > 0
    low, high = count, count + n_hidden * (threshold - 1)
    return np.where(has_hidden, low, np.nan), np.where(has_hidden, high, np.nan)


def quantile(confidence: float) -> float:
    """Two-sided quantile of the normal distribution: 1.96 for 0.95."""
    from scipy.stats import norm

    return float(norm.ppf((1 + confidence) / 2))


def sampling_variance(low: Floats, high: Floats, confidence: float) -> Floats:
    """The variance that an interval of chance stands for: its half width is `quantile` standard deviations."""
    return np.square((high - low) / (2 * quantile(confidence)))


def widened(value: Floats, low: Floats, high: Floats, extra: Floats, highest: Floats, confidence: float) -> Interval:
    """An interval with extra variation in it, within 0 and the highest possible value.

    Args:
        value, low, high: the value and its interval of chance, in one unit.
        extra: relative standard deviation of the true value of a period around its course (`variation`).
        highest: the highest possible value: 1 of a proportion, infinity where there is none.
        confidence: that of the interval.
    """
    beyond = quantile(confidence) * extra * value
    return (
        np.maximum(value - np.hypot(value - low, beyond), 0.0),
        np.minimum(value + np.hypot(high - value, beyond), highest),
    )


def intervals(
    kind: npt.NDArray[np.object_],
    counts_persons: Flags,
    numerator: Floats,
    denominator: Floats,
    confidence: float,
) -> Interval:
    """The interval of each row by its kind; NaN where the table in the module's docstring gives none.

    Numerators (and a ratio's denominators) that are not whole numbers count nobody: they get no interval.
    """
    low, high = np.full(len(kind), np.nan), np.full(len(kind), np.nan)
    whole = (numerator == np.floor(numerator)) & counts_persons
    whole_pair = whole & (denominator == np.floor(denominator))

    def put(rows: Flags, found: Interval) -> None:
        low[rows], high[rows] = found

    rows = (kind == "proportion") & whole_pair
    put(rows, wilson(numerator[rows], denominator[rows], confidence))
    rows = (kind == "ratio") & whole_pair
    put(rows, poisson_ratio(numerator[rows], denominator[rows], confidence))
    rows = (kind == "count") & whole
    put(rows, garwood(numerator[rows], confidence))
    return low, high
