"""An area's numbers by group."""

from collections.abc import Mapping, Sequence

from dashboards.charts.dots import at, by_scale, dot, dot_input, first_ones
from dashboards.charts.words import heading_lines, headline, title, with_range
from dashboards.content import HIDDEN, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.language import Name, Voice
from dashboards.panels.dots import DotRow
from dashboards.panels.groups import groups
from dashboards.theme import SERIES as SHAPES
from dashboards.views import Chart, LegendItem, Table
from pipelines.declarations import AREA_GROUPS, parse_filter


def group_charts(material: Material, voice: Voice, area: Area) -> tuple[tuple[Name, tuple[Chart, ...]], ...]:
    """For each dimension that indicators are divided by: its name and a chart for each unit."""
    found = []
    for dimension, members in material.members.items():
        divided = [i for i in material.indicators.values() if dimension in i.dimensions]
        if not divided:
            continue
        # Groups differ in size: shares say more about them than counts, which stand in only where no share is known.
        rates = [i for i in divided if not i.is_count]
        known = _group_charts(material, voice, area, dimension, members, rates) or _group_charts(
            material, voice, area, dimension, members, [i for i in divided if i.is_count]
        )
        if not known and is_made_of_areas(material, dimension) and not _is_divided(material, area, dimension):
            # An area without areas in it is no sum of them: nothing is missing here.
            continue
        if not known:
            known = (Chart(f"groups-{dimension}", "", "", empty=_no_groups(material, voice, area, dimension, divided)),)
        found.append((dimension_name(material, voice, dimension), known))
    return tuple(found)


def _group_charts(
    material: Material, voice: Voice, area: Area, dimension: str, members: Sequence[Mapping[str, object]],
    divided: Sequence[Indicator],
) -> tuple[Chart, ...]:  # fmt: skip
    known = (i for i in divided if _has_value(material, area, i, dimension))
    charts = (
        _group_chart(material, voice, area, dimension, members, alike, scale)
        for scale, alike in by_scale(first_ones(known)).items()
    )
    return tuple(chart for chart in charts if chart)


def _has_value(material: Material, area: Area, indicator: Indicator, dimension: str) -> bool:
    groups = material.series.get(area.code, {}).get(indicator.id, {})
    return any(p.state == SHOWN for (cut, _), points in groups.items() if cut == dimension for p in points) or any(
        cut == dimension for cut, _ in material.pools.get(area.code, {}).get(indicator.id, {})
    )


def _newest(series: Sequence[Series]) -> tuple[str | None, list[Point | None]]:
    """The newest period in which one of several series shows a value, and each one's point there."""
    period = max((p.period for points in series for p in points if p.state == SHOWN), default=None)
    return period, [at(points, period) if period else None for points in series]


def _n_shown(points: Sequence[Point | None]) -> int:
    return sum(p is not None and p.state == SHOWN for p in points)


def dimension_name(material: Material, voice: Voice, dimension: str) -> Name:
    """What contracts call a dimension in this language: the column of persons, or that by which areas make it up."""
    for table in material.declarations.datasets:
        for column in table.by_role("dimension"):
            if column.name == dimension and column.labels:
                return voice.of(column.labels)
    for name in parse_filter(_area_filter(material, dimension)):
        labels = material.declarations.objects["areas"].column(name).labels
        if labels:
            return voice.of(labels)
    return Name(dimension, voice.code, voice.direction)


def is_made_of_areas(material: Material, dimension: str) -> bool:
    """Whether the members of a dimension are groups of places and not of persons."""
    return _area_filter(material, dimension) is not None


def _area_filter(material: Material, dimension: str) -> str | None:
    """By what areas make up the first member of a dimension; None where its members are groups of persons."""
    rows = material.declarations.rows(AREA_GROUPS)
    return next((str(row["area_filter"]) for row in rows if row["dimension"] == dimension), None)


def _is_divided(material: Material, area: Area, dimension: str) -> bool:
    return any(cut == dimension for groups in material.series.get(area.code, {}).values() for cut, _ in groups)


def _no_groups(material: Material, voice: Voice, area: Area, dimension: str, divided: Sequence[Indicator]) -> str:
    states = {
        p.state
        for i in divided
        for (d, _), points in material.series.get(area.code, {}).get(i.id, {}).items()
        if d == dimension
        for p in points
    }
    if HIDDEN in states:
        return voice.say("There are numbers here, but all of them are hidden to protect small groups.")
    return voice.say("No report divides the numbers of this area in this way.")


def _group_chart(
    material: Material, voice: Voice, area: Area, dimension: str, members: Sequence[Mapping[str, object]],
    divided: Sequence[Indicator], scale: tuple[str, str],
) -> Chart | None:  # fmt: skip
    unit = scale[1]
    rows, table = [], []
    together: list[str] = []
    used: set[int] = set()
    hidden: set[int] = set()
    for indicator in divided:
        series = [material.points(area.code, indicator.id, dimension, str(m["member"])) for m in members]
        period, found = _newest(series)
        when = voice.period(period)
        if not indicator.is_count:
            # A count of several years would not stand on the axis of single ones.
            pools = [material.pool(area.code, indicator.id, dimension, str(m["member"])) for m in members]
            last, pooled = _newest(pools)
            is_new = last is not None and (period is None or last >= period)
            if last and is_new and _n_shown(pooled) > _n_shown(found):
                period, found, when = last, pooled, voice.pool(last, material.pooled_years)
                together.append(when)
        if period is None:
            continue
        dots = tuple(dot(voice, unit, n, p.value, p) for n, p in enumerate(found) if p and p.value is not None)
        used |= {dot.series for dot in dots}
        hidden |= {n for n, p in enumerate(found) if p and p.state == HIDDEN}
        rows.append(DotRow(heading_lines(voice, headline(voice, indicator)), dots))
        name = headline(voice, indicator).isolated
        table.append((name, when, *(with_range(voice, unit, p) for p in found)))
    if not rows:
        return None
    names = [voice.name(m).isolated for m in members]
    unseen = voice.series(names[n] for n in sorted(hidden))
    notes = [voice.say("Some values are hidden to protect small groups: {groups}.", groups=unseen)] if hidden else []
    if together:
        years = voice.series(dict.fromkeys(together))
        notes.append(voice.say("Where single years are too few, several are taken together: {years}.", years=years))
    if is_made_of_areas(material, dimension):
        notes.append(voice.say("These are groups of places: everybody in a place counts with it, whoever they are."))
    return Chart(
        f"groups-{dimension}-{'-'.join(scale)}",
        title(voice, scale),
        voice.say("Every group in the latest period with a value; the lines show the range of uncertainty."),
        figure=groups(dot_input(voice, unit, rows)),
        legend=tuple(
            LegendItem("shape", names[n], SHAPES[n % len(SHAPES)][0], SHAPES[n % len(SHAPES)][2]) for n in sorted(used)
        ),
        notes=tuple(notes),
        table=Table((voice.say("Indicator"), voice.period_word, *names), tuple(table)),
    )
