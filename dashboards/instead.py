"""What can be said instead of a hidden value, out of what every reader can see.

Belongs here: choosing a published value near a hidden one, or the most that a shown total leaves, and its words. Does
not belong here: hiding, and anything that a reader could not find in the downloads. Nothing is worked out from more
than one published line: a total and its parts in one period.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dashboards.charts.words import with_range
from dashboards.content import ALL, HIDDEN, MISSING, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.language import Voice
from dashboards.periods import position

# Kinds whose numerators are sums of persons or things: those of the groups make up the total's.
SUMMED = ("count", "proportion", "ratio")
TOTAL = (ALL, ALL)
Group = tuple[str, str]


class Line(NamedTuple):
    """An indicator's groups in one period, or in years together that end with it: one published line.

    `points` has a point for each declared member of the dimension, in order; `total` is theirs.
    """

    indicator: Indicator
    dimension: str
    period: str
    years: int
    points: Sequence[Point | None]
    total: Point | None

    def state(self, place: int) -> str:
        """Whether the value of a member is shown, or why it is not."""
        point = self.points[place]
        return point.state if point else MISSING

    def group(self, material: Material, place: int) -> Group:
        """Dimension and member, as series are looked up by."""
        return self.dimension, str(material.members[self.dimension][place]["member"])


class Earlier(NamedTuple):
    """A shown value of the series itself: of a single period, or of years taken together."""

    point: Point
    is_pool: bool


def earlier(material: Material, area: Area, indicator: Indicator, until: str, group: Group = TOTAL) -> Earlier | None:
    """The newest shown value of a series up to a period; years together before a single one that ends with them."""
    single = _last_shown(material.points(area.code, indicator.id, *group), until)
    pool = _last_shown(material.pool(area.code, indicator.id, *group), until)
    if pool and (single is None or pool.period >= single.period):
        return Earlier(pool, True)
    return Earlier(single, False) if single else None


def _last_shown(points: Series, until: str) -> Point | None:
    return next((p for p in reversed(points) if p.state == SHOWN and p.period <= until), None)


def wider(
    material: Material, area: Area, indicator: Indicator, period: str, group: Group = TOTAL
) -> tuple[Area, Point] | None:
    """The same in the nearest area above that shows it in this period; a count of a larger place says nothing here."""
    for above in () if indicator.is_count else material.ancestors(area):
        points = material.points(above.code, indicator.id, *group)
        found = next((p for p in points if p.period == period and p.state == SHOWN), None)
        if found:
            return above, found
    return None


def left_over(indicator: Indicator, total: Point | None, parts: Sequence[Point | None], least: int) -> float | None:
    """How much of a total at most belongs to its hidden parts together: what the shown parts of its line leave.

    None where that would say nothing (no part is shown), not be sure (the total may lack something, or others delivered
    it than the parts) or be narrower than `least`, the indicator's threshold.
    """
    shown = [p for p in parts if p and p.state == SHOWN]
    if indicator.row["kind"] not in SUMMED or total is None or total.state != SHOWN or not shown:
        return None
    numbers = [p.numerator for p in shown if p.numerator is not None and p.submissions == total.submissions]
    if total.numerator is None or (total.coverage or 0) < 1 or len(numbers) < len(shown):
        return None
    rest = total.numerator - sum(numbers)
    return rest if rest >= least else None


def years_together(material: Material, voice: Voice, indicator: Indicator, pool: Point) -> str:
    """Years taken together and their value; of a part of a whole its two counts too."""
    return f"{voice.pool(pool.period, material.pooled_years)}: {counted(voice, indicator, pool)}"


def counted(voice: Voice, indicator: Indicator, point: Point) -> str:
    """A shown value with its range, and of a part of a whole its two counts."""
    value = with_range(voice, indicator.unit, point)
    if indicator.row["kind"] != "proportion" or point.numerator is None or point.denominator is None:
        return value
    parts = {"part": voice.integer(point.numerator), "whole": voice.integer(point.denominator)}
    return voice.say("{part} of {whole}, {value}", value=value, **parts)


def pools_over(material: Material, area: Area, indicator: Indicator, points: Series) -> tuple[Point, ...]:
    """The shown pools of an area's total that hold a hidden period of its series."""
    hidden = {p.period for p in points if p.state == HIDDEN}
    return tuple(
        pool
        for pool in material.pool(area.code, indicator.id)
        if pool.state == SHOWN and any(str(int(pool.period) - back) in hidden for back in range(material.pooled_years))
    )


def of_wider(material: Material, voice: Voice, area: Area, indicator: Indicator, period: str) -> str:
    """A sentence with the value of the nearest area above; empty where none shows it."""
    found = wider(material, area, indicator, period)
    if found is None:
        return ""
    above, point = found
    value = voice.value(indicator.unit, point.value)
    parts = {"area": voice.name(above.row).isolated, "period": voice.period(period), "value": value}
    return voice.say("In {area}, {period}: {value}.", **parts)


def of_groups(material: Material, voice: Voice, area: Area, line: Line) -> str:
    """A sentence on the hidden groups of a line: what can be said of each instead; empty where nothing can.

    What a group showed itself comes first, if that is no further back than years taken together reach.
    """
    names = {n: voice.name(m).isolated for n, m in enumerate(material.members[line.dimension])}
    said, others = [], {}
    for n, _ in enumerate(line.points):
        if line.state(n) != HIDDEN:
            continue
        own = earlier(material, area, line.indicator, line.period, line.group(material, n))
        words = f"{names[n]}, {_of_earlier(material, voice, line.indicator, own)}" if own else ""
        if own and position(line.period) - position(own.point.period) <= material.pooled_years:
            said.append(words)
        else:
            others[n] = words
    most = _most(material, voice, line, [names[n] for n in others]) if others else ""
    said += [most] if most else _further_up(material, voice, area, line, others)
    if not said:
        return ""
    return voice.say("{indicator} – {facts}.", indicator=voice.name(line.indicator.row).isolated, facts="; ".join(said))


def _of_earlier(material: Material, voice: Voice, indicator: Indicator, own: Earlier) -> str:
    if own.is_pool:
        return years_together(material, voice, indicator, own.point)
    return f"{voice.period(own.point.period)}: {voice.value(indicator.unit, own.point.value)}"


def _most(material: Material, voice: Voice, line: Line, names: Sequence[str]) -> str:
    """The most that the total of a line leaves to these groups."""
    house = int(material.declarations.initiative.settings["policy"]["threshold"])
    # What has no threshold is hidden for the sake of persons who stand elsewhere.
    rest = left_over(line.indicator, line.total, line.points, line.indicator.row["threshold"] or house)
    if rest is None or line.total is None or line.total.numerator is None:
        return ""
    when = voice.period(line.period) if line.years == 1 else voice.pool(line.period, line.years)
    parts = {"when": when, "most": voice.integer(rest), "total": voice.integer(line.total.numerator)}
    if len(names) == 1:
        return voice.say("{group}, {when}: at most {most} of the {total} counted", group=names[0], **parts)
    groups = voice.series(names)
    return voice.say("{groups} all told, {when}: at most {most} of the {total} counted", groups=groups, **parts)


def _further_up(material: Material, voice: Voice, area: Area, line: Line, others: Mapping[int, str]) -> Iterator[str]:
    """Of groups, by their places among the members: the same in an area above, else what they showed long ago, which
    `others` has in words, else their total."""
    unit, by_area = line.indicator.unit, dict[str, list[str]]()
    for n, words in others.items():
        found = wider(material, area, line.indicator, line.period, line.group(material, n))
        if found:
            name = voice.name(material.members[line.dimension][n]).isolated
            by_area.setdefault(found[0].code, []).append(f"{name} {voice.value(unit, found[1].value)}")
        elif words:
            yield words
    period = voice.period(line.period)
    for code, values in by_area.items():
        place = voice.name(material.areas[code].row).isolated
        yield voice.say("in {area}, {period}: {values}", area=place, period=period, values=voice.series(values))
    is_alone = bool(others) and not by_area and not any(others.values())
    if is_alone and line.total and line.total.state == SHOWN and not line.indicator.is_count:
        value = voice.value(unit, line.total.value)
        yield voice.say("all groups together, {period}: {value}", period=period, value=value)
