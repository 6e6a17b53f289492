"""All indicators of one area, by goal: the newest value of each, how it changed and what is said of it.

Belongs here: the list that is too long for an area's own page. Does not belong here: charts.
"""

from collections.abc import Iterator

from dashboards.cards import last_shown, latest, verdict_badge
from dashboards.charts.words import cell, headline
from dashboards.content import SHOWN, Area, Indicator, Material
from dashboards.labels import CHANGES
from dashboards.language import Name, Voice
from dashboards.views import Badge, IndicatorRow, Page


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
    return Page(
        path=path_below(area),
        template="area_indicators.html",
        title=f"{name.text}: {voice.say('All indicators')}",
        section="areas",
        context={"name": name, "goals": list(_goals(material, voice, area))},
    )


def _goals(material: Material, voice: Voice, area: Area) -> Iterator[tuple[str, Name, tuple[IndicatorRow, ...]]]:
    """Number, name and rows of each goal that an indicator serves."""
    for number, goal in enumerate(material.goals, start=1):
        found = (i for i in material.indicators.values() if i.goal_id == goal["goal_id"])
        rows = tuple(_row(material, voice, area, indicator) for indicator in found)
        if rows:
            yield voice.integer(number), voice.name(goal), rows


def _row(material: Material, voice: Voice, area: Area, indicator: Indicator) -> IndicatorRow:
    now = latest(material.points(area.code, indicator.id))
    shown = now if now and now.state == SHOWN else None
    pool = None if shown else last_shown(material.pool(area.code, indicator.id))
    told = shown or pool
    change = told.change_from_baseline if told else None
    return IndicatorRow(
        id=indicator.id,
        name=headline(voice, indicator),
        period=voice.pool(pool.period, material.pooled_years) if pool else voice.period(now.period) if now else "–",
        value=cell(voice, indicator.unit, pool or now),
        change=Badge(change, voice.word(CHANGES, change)) if change else None,
        verdict=verdict_badge(material, voice, indicator, told),
        is_own=bool(indicator.row["owner_partner_id"]),
    )
