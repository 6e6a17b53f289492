"""The continuous mapping of one area: a fixed panel by stage of life, year by year, and what is new in it.

Belongs here: words around rows of the published table of this name. Does not belong here: what counts as new
(`pipelines.assessment.panel`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.charts.words import headline
from dashboards.content import HIDDEN, SHOWN, Area, Indicator, Material, Point
from dashboards.labels import CHANGES, STATES
from dashboards.language import Name, Voice
from dashboards.views import Badge, Link, Page, Part

TABLE = "mapping_panel"
NEWS = ("improved", "worsened")
# Columns that fit a page.
PERIODS = 6
# In pixels: how far apart periods are in a small line, and how high it is. A line is as high as what moves, but never
# less than a part of its highest value, so that nothing at all does not look like much.
STEP, HEIGHT, LEAST_MOVE = 10, 20, 0.25


@dataclass(frozen=True)
class News:
    """A measure that moved beyond chance: its name, how it moved, and a sentence with both values."""

    indicator_id: str
    name: Name
    badge: Badge
    sentence: str


@dataclass(frozen=True)
class Cell:
    """One period of one measure: its text, the reason where there is no value, the change where it is new."""

    text: str
    state: str
    news: Badge | None


@dataclass(frozen=True)
class Line:
    """One measure of the panel over the periods.

    `course` is its small line as the path of an SVG, `end` its newest dot; empty where fewer than two values are shown.
    """

    indicator_id: str
    name: Name
    cells: tuple[Cell, ...]
    course: str = ""
    end: str = ""


Row = Mapping[str, Any]


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page for every area that has a value in the panel."""
    for area in material.areas.values():
        if _rows(material, area):
            yield _page(material, voice, area)


def link(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way from an area's page, with how much is new there."""
    rows = _rows(material, area)
    if not rows:
        return None
    new = sum(row["news"] in NEWS for row in _compared(rows))
    return Link(_path(area), voice.say("Continuous mapping"), voice.say("new: {n}", n=voice.integer(new)))


def part(material: Material, voice: Voice, area: Area) -> Part | None:
    """What is new in the panel, for the area's own page; None where the initiative has no panel."""
    if not material.declarations.rows("stages"):
        return None
    title = voice.say("Continuous mapping")
    rows = _rows(material, area)
    if not rows:
        empty = voice.say(
            "No measure of the panel has a value here yet. It fills as reports of other ages and subjects come in."
        )
        return Part("mapping", title, empty=empty)
    way = link(material, voice, area)
    return Part("mapping", title, lines=(_in_short(material, voice, _compared(rows)),), links=(way,) if way else ())


def _in_short(material: Material, voice: Voice, compared: Sequence[Row]) -> str:
    """How many measures were compared, and which of them moved beyond chance."""
    if not compared:
        return voice.say("No measure can be compared with the period before it yet.")
    parts = {"n": voice.integer(len(compared)), "period": voice.period(compared[0]["period"])}
    new = [row for row in _ordered(material, compared) if row["news"] in NEWS]
    if not new:
        return voice.say(
            "Measures compared in {period} with the period before: {n}. None moved beyond chance.", **parts
        )
    names = voice.series(
        f"{headline(voice, material.indicators[row['indicator_id']]).isolated} ({voice.word(CHANGES, row['news'])})"
        for row in new
    )
    return voice.say(
        "Measures compared in {period} with the period before: {n}. Moved beyond chance: {names}.", names=names, **parts
    )


def _path(area: Area) -> str:
    return f"areas/{area.code}/mapping/index.html"


def _rows(material: Material, area: Area) -> Sequence[Row]:
    return material.tables.get(TABLE, {}).get(area.code, ())


def _compared(rows: Sequence[Row]) -> list[Row]:
    """Rows of the newest period in which any measure compares with the one before."""
    compared = [row for row in rows if row["p_value"] is not None]
    newest = max((row["period"] for row in compared), default=None)
    return [row for row in compared if row["period"] == newest]


def _page(material: Material, voice: Voice, area: Area) -> Page:
    rows = _rows(material, area)
    compared = _compared(rows)
    by_cell = {(row["indicator_id"], row["period"]): row for row in rows}
    periods = sorted({row["period"] for row in rows})[-PERIODS:]
    name = voice.name(area.row)
    rate = material.declarations.initiative.settings["assessment"]["mapping"]["false_discovery"]
    return Page(
        path=_path(area),
        template="mapping.html",
        title=f"{name.text}: {voice.say('Continuous mapping')}",
        section="areas",
        context={
            "name": name,
            "newest": voice.period(compared[0]["period"]) if compared else "",
            "news": [_news(material, voice, row) for row in _ordered(material, compared) if row["news"] in NEWS],
            "by_itself": voice.series(
                headline(voice, material.indicators[row["indicator_id"]]).isolated
                for row in _ordered(material, compared)
                if row["change"] in NEWS and row["news"] not in NEWS
            ),
            "n_compared": voice.integer(len(compared)),
            "n_together": voice.integer(max((row["n_compared"] for row in compared), default=0)),
            "rate": voice.percent(rate),
            "periods": [voice.period(period) for period in periods],
            "stages": list(_stages(material, voice, area, periods, by_cell)),
        },
    )


def _ordered(material: Material, rows: Sequence[Row]) -> list[Row]:
    order = {stage["stage_id"]: stage["sort_order"] for stage in material.declarations.rows("stages")}
    indicators = list(material.indicators)
    return sorted(rows, key=lambda row: (order[row["stage_id"]], indicators.index(row["indicator_id"])))


def _news(material: Material, voice: Voice, row: Row) -> News:
    indicator = material.indicators[row["indicator_id"]]
    unit = indicator.unit
    sentence = voice.say(
        "from {before} to {now}: {difference} ({low} to {high})",
        before=voice.value(unit, row["previous_value"]),
        now=voice.value(unit, row["value"]),
        difference=voice.difference(unit, row["difference"]),
        low=voice.difference(unit, row["difference_low"]),
        high=voice.difference(unit, row["difference_high"]),
    )
    return News(indicator.id, headline(voice, indicator), _badge(voice, row), sentence)


def _badge(voice: Voice, row: Row) -> Badge:
    return Badge(row["news"], voice.word(CHANGES, row["news"]))


def _stages(
    material: Material, voice: Voice, area: Area, periods: Sequence[str], by_cell: Mapping[tuple[str, str], Row]
) -> Iterator[tuple[Name, tuple[Line, ...]]]:
    """Each stage with the measures of which the area has anything, in declared order."""
    for stage in sorted(material.declarations.rows("stages"), key=lambda row: row["sort_order"]):
        lines = tuple(
            _line(material, voice, area, indicator, periods, by_cell)
            for indicator in material.indicators.values()
            if indicator.row["stage_id"] == stage["stage_id"] and material.points(area.code, indicator.id)
        )
        if lines:
            yield voice.name(stage), lines


def _line(
    material: Material,
    voice: Voice,
    area: Area,
    indicator: Indicator,
    periods: Sequence[str],
    by_cell: Mapping[tuple[str, str], Row],
) -> Line:
    points = {point.period: point for point in material.points(area.code, indicator.id)}
    cells = tuple(_cell(voice, indicator, points.get(p), by_cell.get((indicator.id, p))) for p in periods)
    course, end = _course(material, indicator, [points.get(p) for p in periods])
    return Line(indicator.id, headline(voice, indicator), cells, course, end)


def _course(material: Material, indicator: Indicator, points: Sequence[Point | None]) -> tuple[str, str]:
    """The small line through the shown points of a row: it ends at what is not shown, and where the method changed."""
    shown = {n: p for n, p in enumerate(points) if p is not None and p.state == SHOWN}
    if len(shown) < 2:
        return "", ""
    values = {n: p.value or 0.0 for n, p in shown.items()}
    low, high = min(values.values()), max(values.values())
    span = max(high - low, LEAST_MOVE * abs(high)) or 1.0
    top = (low + high + span) / 2
    places = {n: f"{STEP * n} {round(HEIGHT * (top - value) / span)}" for n, value in values.items()}
    runs: list[list[str]] = []
    for n, place in places.items():
        before = shown.get(n - 1)
        if before is None or material.breaks_between(indicator.id, before.period, shown[n].period):
            runs.append([])
        runs[-1].append(place)
    # A path that goes nowhere is a dot.
    drawn = (f"M{' '.join(run)}{'' if len(run) > 1 else 'h0'}" for run in runs)
    return "".join(drawn), f"M{places[max(places)]}h0"


def _cell(voice: Voice, indicator: Indicator, point: Point | None, row: Row | None) -> Cell:
    """A hidden value is told from one that nobody reported; both are a sign here, and in words below the tables."""
    if point is None or point.state != SHOWN:
        state = point.state if point else "missing"
        return Cell(voice.word(STATES, state) if state == HIDDEN else "–", state, None)
    news = _badge(voice, row) if row is not None and row["news"] in NEWS else None
    return Cell(voice.value(indicator.unit, point.value), SHOWN, news)
