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
from dashboards.views import Badge, Link, Page

TABLE = "mapping_panel"
NEWS = ("improved", "worsened")
# Columns that fit a page.
PERIODS = 6


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
    """One measure of the panel over the periods."""

    indicator_id: str
    name: Name
    cells: tuple[Cell, ...]


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
    return Line(indicator.id, headline(voice, indicator), cells)


def _cell(voice: Voice, indicator: Indicator, point: Point | None, row: Row | None) -> Cell:
    """A hidden value is told from one that nobody reported; both are a sign here, and in words below the tables."""
    if point is None or point.state != SHOWN:
        state = point.state if point else "missing"
        return Cell(voice.word(STATES, state) if state == HIDDEN else "–", state, None)
    news = _badge(voice, row) if row is not None and row["news"] in NEWS else None
    return Cell(voice.value(indicator.unit, point.value), SHOWN, news)
