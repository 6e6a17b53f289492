"""Axes shared by panels: round ticks for a range of values."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dashboards.bidi import plain


@dataclass(frozen=True)
class Axis:
    """Ends of an axis, and its ticks with their words."""

    low: float
    high: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]

    def layout(self) -> dict[str, Any]:
        """The part of a Plotly axis that places ticks."""
        return {"tickvals": [short(tick) for tick in self.ticks], "ticktext": list(self.texts)}

    @property
    def room(self) -> int:
        """Pixels for the tick texts beside it; Plotly's own measuring would draw a chart again and again on a phone."""
        return 12 + round(7.3 * max(len(plain(text)) for text in self.texts))


def round_axis(
    values: Iterable[float], text: Callable[[float], str], *, from_zero: bool, ceiling: float | None, steps: int = 4,
    finest: float = 0.0,
) -> Axis:  # fmt: skip
    """An axis of about `steps` round steps around the values.

    `ceiling` is a value that none can exceed; no step is smaller than `finest`, as half a person cannot be written.
    """
    known = list(values)
    low = 0.0 if from_zero else min(known)
    high = max(known)
    step = max(_round_step((high - low) / steps if high > low else max(abs(high), 1) / steps), finest)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if first == last:
        last += 1
    if ceiling is not None and last * step > ceiling and high <= ceiling:
        last = max(math.floor(ceiling / step + 1e-9), first + 1)
    ticks = tuple(round(number * step, 6) for number in range(first, last + 1))
    return Axis(ticks[0], max(ticks[-1], high), ticks, tuple(text(tick) for tick in ticks))


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def short(value: float) -> float:
    """A number in as few bytes as a screen needs: five digits, and of large ones three decimals: months are parts of a
    year.
    """
    decimals = 0 if value == 0 else min(max(4 - math.floor(math.log10(abs(value))), 3), 6)
    rounded = round(value, decimals)
    return int(rounded) if rounded == int(rounded) else rounded
