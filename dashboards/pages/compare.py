"""Two to four areas side by side: one chart a headline indicator, chosen by the reader in the browser.

Belongs here: which areas can be chosen, what all of them have in common as data, and how the script writes numbers.
Does not belong here: drawing (`static/compare.js`). Areas stand in the order in which they were chosen; nobody is
ranked. Only published values are handed out, rounded as pages write them.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from babel.numbers import parse_pattern

from dashboards import bidi
from dashboards.charts.trends import after_gaps, break_notes
from dashboards.charts.words import headline
from dashboards.content import (
    HIDDEN,
    MISSING,
    NOT_APPLICABLE,
    NOT_COLLECTED,
    SHOWN,
    WITHHELD,
    Area,
    Indicator,
    Material,
    Point,
)
from dashboards.labels import CELL_WORDS
from dashboards.language import Name, Voice
from dashboards.scripts import read_script, variable
from dashboards.theme import SERIES, unit_format
from dashboards.views import Link, MarkNote, Page

PATH = "compare/index.html"
SCRIPT, VALUES = "compare.js", "compare-values.js"
MOST = 4
# How the data say in one letter why there is no value; a value from some of the parts only ends with the last one.
LETTERS = {HIDDEN: "h", WITHHELD: "w", NOT_COLLECTED: "c", NOT_APPLICABLE: "a", MISSING: ""}
PARTIAL = "p"


class Compared(NamedTuple):
    """One indicator: its heading, and how its numbers are written and drawn."""

    id: str
    name: Name
    form: Mapping[str, Any]


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page, where at least two areas can be compared."""
    way = link(material, voice)
    if way is None:
        return
    yield Page(
        path=PATH,
        template="compare.html",
        title=way.label,
        section="areas",
        context={
            "numbers": [(n, voice.integer(n)) for n in range(1, MOST + 1)],
            "choices": _choices(material, voice),
            "charts": [_chart(voice, indicator) for indicator in material.headlines()],
            "breaks": _break_notes(material, voice),
            "words": [(LETTERS[state], state, voice.translate(words)) for state, words in CELL_WORDS.items()],
            "above": _above(material),
        },
    )


def link(material: Material, voice: Voice) -> Link | None:
    """The way to the page; None where there are no two areas to compare."""
    able = (area for area in material.areas.values() if _is_comparable(material, area))
    # Every area's page asks: the first two are enough.
    if len(list(islice(able, 2))) < 2:
        return None
    return Link(PATH, voice.say("Compare areas"), voice.say("two to four areas in one chart"))


def link_of(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way there with an area chosen; None where nothing of it can be compared."""
    if link(material, voice) is None or not _is_comparable(material, area):
        return None
    return Link(f"{PATH}#{area.code}", voice.say("Compare with other areas"))


def assets(material: Material, voices: Mapping[str, Voice]) -> Mapping[str, str]:
    """The script of the page and the values that it draws, by file name; nothing where there is no page."""
    voice = next(iter(voices.values()))
    if link(material, voice) is None:
        return {}
    looks = [[colour, symbol, path] for colour, symbol, path in SERIES[:MOST]]
    values = {i.id: _values(material, voice, i) for i in material.headlines()}
    return {SCRIPT: variable("seriesLooks", looks) + read_script(SCRIPT), VALUES: variable("compared", values)}


def _is_comparable(material: Material, area: Area) -> bool:
    return any(p.state == SHOWN for i in material.headlines() for p in material.points(area.code, i.id))


def _choices(material: Material, voice: Voice) -> list[tuple[Name, list[tuple[str, Name]]]]:
    """Areas by what they are part of, in the order of their names; first those that contain others, by their type."""
    upper, groups = [], []
    for area in material.areas.values():
        if area.type != material.ecosystem_type and _is_comparable(material, area):
            upper.append((area.code, voice.name(area.row)))
        found = [
            (child.code, voice.name(child.row))
            for child in material.children.get(area.code, ())
            if child.type == material.ecosystem_type and _is_comparable(material, child)
        ]
        if found:
            groups.append((voice.name(area.row), sorted(found, key=lambda pair: (pair[1].text, pair[0]))))
    whole = Name(voice.say("Areas that contain others"), voice.code, voice.direction)
    return [(whole, upper), *groups] if upper else groups


def _above(material: Material) -> Mapping[str, str]:
    """Of each area that can be chosen, the nearest one above it that can."""
    able = {code: area for code, area in material.areas.items() if _is_comparable(material, area)}
    above = {code: [a.code for a in material.ancestors(area) if a.code in able] for code, area in able.items()}
    return {code: found[0] for code, found in above.items() if found}


def _chart(voice: Voice, indicator: Indicator) -> Compared:
    unit = unit_format(indicator.unit)
    form = {
        "value": _written(unit.pattern),
        "tick": _written(unit.tick_pattern),
        "zero": unit.starts_at_zero,
        "ceiling": unit.ceiling,
        "finest": unit.finest_tick,
    }
    return Compared(indicator.id, headline(voice, indicator), form)


def _written(pattern: str) -> Mapping[str, Any]:
    """A CLDR pattern as the browser's own formatter takes it: what stands before, percent or not, decimals."""
    parsed = parse_pattern(pattern)
    least, most = parsed.frac_prec
    return {"before": parsed.prefix[0], "percent": "%" in pattern, "decimals": [least, most]}


def _break_notes(material: Material, voice: Voice) -> tuple[MarkNote, ...]:
    """The changes of method of all charts, once: mostly all of them changed together."""
    found = (note for i in material.headlines() for note in break_notes(voice, _breaks(material, i)))
    return tuple(dict.fromkeys(found))


def _breaks(material: Material, indicator: Indicator) -> tuple[Mapping[str, Any], ...]:
    periods = _periods(material, indicator)
    return material.breaks_between(indicator.id, periods[0], periods[-1]) if periods else ()


def _periods(material: Material, indicator: Indicator) -> list[str]:
    return sorted({p.period for code in material.areas for p in material.points(code, indicator.id)})


def _values(material: Material, voice: Voice, indicator: Indicator) -> Mapping[str, Any]:
    """Periods with their names, where a new line begins, and by area one cell a period.

    Semicolons divide them: a comma may stand within a number.
    """
    periods = _periods(material, indicator)
    breaks = sorted(str(row["period"]) for row in _breaks(material, indicator))
    after = {next(n for n, period in enumerate(periods) if period >= row) for row in breaks}
    gaps = after_gaps(tuple(Point(period, MISSING) for period in periods), str(indicator.row["frequency"]))
    return {
        "periods": periods,
        "names": [bidi.plain(voice.period(period)) for period in periods],
        "breaks": breaks,
        "starts": sorted(after | {periods.index(period) for period in gaps}),
        "areas": {
            area.code: _cells(material.points(area.code, indicator.id), periods, indicator)
            for area in material.areas.values()
            if _is_comparable(material, area)
        },
    }


def _cells(points: Sequence[Point], periods: Sequence[str], indicator: Indicator) -> str:
    by_period = {point.period: point for point in points}
    return ";".join(_cell(by_period.get(period), unit_format(indicator.unit).decimals) for period in periods)


def _cell(point: Point | None, decimals: int) -> str:
    if point is None or point.state != SHOWN or point.value is None:
        return LETTERS[point.state if point else MISSING]
    return f"{round(point.value, decimals):.{decimals}f}" + (PARTIAL if point.is_partial else "")
