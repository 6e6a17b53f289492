"""All indicators of one area, by goal: the newest value of each, how it changed and what is said of it.

Belongs here: the list that is too long for an area's own page. Does not belong here: charts.
"""

from collections.abc import Iterator

from dashboards.cards import latest, verdict_badge
from dashboards.charts.words import beside_goals, cell, headline
from dashboards.content import ALL, HIDDEN, MISSING, SHOWN, Area, Indicator, Material, Point
from dashboards.decisions import NOT_COMPARABLE
from dashboards.hiding import counted_in_list, legend
from dashboards.instead import earlier, of_wider
from dashboards.labels import CHANGES
from dashboards.language import Name, Voice
from dashboards.views import Badge, IndicatorRow, Page, Told


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page for every area for which anything was published."""
    for area in material.areas.values():
        if area.code in material.series:
            yield _page(material, voice, area)


def path_below(area: Area) -> str:
    """Where the page of an area lies, below the language's folder."""
    return f"areas/{area.code}/indicators/index.html"


def _page(material: Material, voice: Voice, area: Area) -> Page:
    name = voice.name(area.row)
    told = tuple(_told(material, area, indicator) for indicator in material.told_of(area.code))
    return Page(
        path=path_below(area),
        template="area_indicators.html",
        title=f"{name.text}: {voice.say('All indicators')}",
        section="areas",
        context={
            "name": name,
            "goals": list(_goals(material, voice, area)),
            "marks": legend(voice, told),
            "counted": counted_in_list(voice, name, told),
        },
    )


def _told(material: Material, area: Area, indicator: Indicator) -> Told:
    """What the row of an indicator says: its newest value, years together, or why there is none."""
    now, pool = _newest(material, area, indicator)
    point, years = (pool, material.pooled_years) if pool else (now, 1)
    period, state = (point.period, point.state) if point else ("", MISSING)
    return Told(indicator.id, ALL, ALL, period, years, state)


def _newest(material: Material, area: Area, indicator: Indicator) -> tuple[Point | None, Point | None]:
    """The newest period, and the years together that stand for it where it has no value."""
    now = latest(material.points(area.code, indicator.id))
    own = earlier(material, area, indicator, now.period) if now and now.state != SHOWN else None
    return now, own.point if own and own.is_pool else None


def _goals(material: Material, voice: Voice, area: Area) -> Iterator[tuple[str, Name, tuple[IndicatorRow, ...], str]]:
    """Number, name and rows of each goal that an indicator serves; at last, without a number, those that serve none.

    Indicators that nobody reported stand in a sentence under the rows of their goal.
    """
    told = material.told_of(area.code)
    goals = [(voice.integer(n), voice.name(goal), goal["goal_id"]) for n, goal in enumerate(material.goals, start=1)]
    for number, name, goal_id in (*goals, ("", beside_goals(voice), None)):
        served = [indicator for indicator in told if indicator.goal_id == goal_id]
        silent = [i for i in served if _told(material, area, i).state == MISSING]
        rows = tuple(_row(material, voice, area, indicator) for indicator in served if indicator not in silent)
        names = voice.series(headline(voice, i).isolated for i in silent)
        if served:
            yield number, name, rows, voice.say("Not reported: {groups}.", groups=names) if silent else ""


def _row(material: Material, voice: Voice, area: Area, indicator: Indicator) -> IndicatorRow:
    now, pool = _newest(material, area, indicator)
    told = pool or (now if now and now.state == SHOWN else None)
    change = told.change_from_baseline if told and told.change_from_baseline != NOT_COMPARABLE else None
    return IndicatorRow(
        id=indicator.id,
        name=headline(voice, indicator),
        period=voice.pool(pool.period, material.pooled_years) if pool else voice.period(now.period) if now else "–",
        value=cell(voice, indicator.unit, pool or now),
        instead="" if told else _instead(material, voice, area, indicator, now),
        change=Badge(change, voice.word(CHANGES, change)) if change else None,
        verdict=verdict_badge(material, voice, indicator, told),
        is_own=bool(indicator.row["owner_partner_id"]),
    )


def _instead(material: Material, voice: Voice, area: Area, indicator: Indicator, now: Point | None) -> str:
    """An earlier value where the newest is hidden, or one of a wider area."""
    if now is None or now.state != HIDDEN:
        return ""
    own = earlier(material, area, indicator, now.period)
    if own is None:
        return of_wider(material, voice, area, indicator, now.period)
    return f"{voice.period(own.point.period)}: {voice.value(indicator.unit, own.point.value)}."
