"""What the two charts made of dots share: which indicators share an axis, and how values become dots."""

from collections.abc import Iterable, Sequence

from dashboards.charts.words import value_axis
from dashboards.content import SHOWN, Indicator, Point, Series
from dashboards.language import Voice
from dashboards.panels.dots import CLEAR, Dot, DotRow, DotRows
from dashboards.panels.room import roomy, width

# More rows than this nobody reads on a phone; the list of all indicators has the others.
MOST_ROWS = 8


def first_ones(indicators: Iterable[Indicator]) -> list[Indicator]:
    """The indicators that a chart has room for: the headline ones, then the others in declared order."""
    found = sorted(indicators, key=lambda indicator: not indicator.is_headline)
    return found[:MOST_ROWS]


def by_scale(indicators: Iterable[Indicator]) -> dict[tuple[str, str], list[Indicator]]:
    """Indicators that may share an axis, by kind and unit: a ratio can be ten times as large as a part of a whole."""
    found: dict[tuple[str, str], list[Indicator]] = {}
    for indicator in indicators:
        found.setdefault((str(indicator.row["kind"]), indicator.unit), []).append(indicator)
    return dict(sorted(found.items()))


def latest_shown(points: Series) -> str | None:
    """The newest period with a value."""
    return next((p.period for p in reversed(points) if p.state == SHOWN), None)


def at(points: Series, period: str) -> Point | None:
    """The point of a period; None where the series has none."""
    return next((p for p in reversed(points) if p.period == period), None)


def dot(voice: Voice, unit: str, series: int, value: float, point: Point | None = None) -> Dot:
    """A dot with its value beside it, and its range where a point is given."""
    low, high = (point.value_low, point.value_high) if point else (None, None)
    return Dot(series, value, low, high, voice.value(unit, value))


def dot_input(voice: Voice, unit: str, rows: Sequence[DotRow], reference: float | None = None) -> DotRows:
    """The input of a panel of dots, on an axis round its values."""
    values = [v for row in rows for d in row.dots for v in (d.value, d.low, d.high) if v is not None]
    values += [reference] if reference is not None else []
    longest = max((width(d.text, 13) for row in rows for d in row.dots), default=0)
    axis = roomy(lambda steps: value_axis(voice, unit, values, steps), taken=longest + CLEAR)
    return DotRows(tuple(rows), axis, voice.direction, reference)
