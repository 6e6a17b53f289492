"""Room on the narrowest screen: a figure is made before any screen is known, and must fit a phone without moving.

Belongs here: how wide words are about, and which ticks have room for theirs. Does not belong here: what is drawn.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from dashboards.bidi import plain
from dashboards.panels.axes import Axis

# Pixels of a chart on a phone 360 wide, and between the words of two ticks.
NARROW, APART = 302, 6
# Of the size of letters: a digit of the site's fonts.
DIGIT = 0.6


def width(text: str, size: int) -> float:
    """Pixels that a number or a period takes, rather too many than too few."""
    return DIGIT * size * len(plain(text))


def roomy(make: Callable[[int], Axis], taken: float) -> Axis:
    """The axis of the most steps, of 4 at most, whose words stand apart on a phone; `taken` pixels are not its own."""
    for steps in (4, 3, 2):
        axis = make(steps)
        apart = (NARROW - taken) / (len(axis.ticks) - 1)
        if all(width(text, 12) + APART <= apart for text in axis.texts):
            return axis
    return make(1)


def thinned(axis: Axis, at: Callable[[float], float]) -> Axis:
    """An axis of times with every tick, or every second, third … back from the last, so that words stand apart there.

    `at`: where a time stands on a phone, in pixels.
    """
    n = len(axis.ticks)
    for step in range(1, n):
        kept = range((n - 1) % step, n, step)
        places = [(at(axis.ticks[k]), width(axis.texts[k], 12) / 2) for k in kept]
        if all(b - a >= left + right + APART for (a, left), (b, right) in pairwise(places)):
            return replace(axis, ticks=tuple(axis.ticks[k] for k in kept), texts=tuple(axis.texts[k] for k in kept))
    return replace(axis, ticks=axis.ticks[-1:], texts=axis.texts[-1:])
