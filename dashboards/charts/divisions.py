"""An area's numbers by group."""

from collections.abc import Iterator, Mapping, Sequence

from dashboards.charts.dots import at, by_scale, dot, dot_input, first_ones
from dashboards.charts.words import heading_lines, headline, title, with_range
from dashboards.content import HIDDEN, MISSING, SHOWN, Area, Indicator, Material, Point, Series
from dashboards.instead import Line, of_groups
from dashboards.language import Name, Voice
from dashboards.panels.dots import DotRow
from dashboards.panels.groups import groups
from dashboards.theme import series_shape
from dashboards.views import Chart, LegendItem, Table, Told
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
            unseen = [i for i in rates if _hidden_period(material, area, i, dimension)]
            known = (_without_values(material, voice, area, dimension, members, unseen or divided),)
        found.append((dimension_name(material, voice, dimension), known))
    return tuple(found)


def _group_charts(
    material: Material, voice: Voice, area: Area, dimension: str, members: Sequence[Mapping[str, object]],
    divided: Sequence[Indicator],
) -> tuple[Chart, ...]:  # fmt: skip
    known = [i for i in divided if _has_value(material, area, i, dimension)]
    if not known:
        return ()
    # What is hidden altogether has no row, but a line that says so: a headline before what else has a value.
    unseen = [i for i in divided if i not in known and _hidden_period(material, area, i, dimension)]
    told = first_ones([*known, *unseen])
    return tuple(
        _group_chart(material, voice, area, dimension, members, alike, scale) for scale, alike in by_scale(told).items()
    )


def _hidden_period(material: Material, area: Area, indicator: Indicator, dimension: str) -> str | None:
    """The newest period in which a group is hidden; None where none ever is."""
    groups = material.series.get(area.code, {}).get(indicator.id, {})
    hidden = (p.period for (cut, _), found in groups.items() if cut == dimension for p in found if p.state == HIDDEN)
    return max(hidden, default=None)


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


def _without_values(
    material: Material, voice: Voice, area: Area, dimension: str, members: Sequence[Mapping[str, object]],
    divided: Sequence[Indicator],
) -> Chart:  # fmt: skip
    """Why there is no chart; where that is because all is hidden, what can be said instead."""
    unseen = first_ones(i for i in divided if _hidden_period(material, area, i, dimension))
    lines = [line for i in unseen if (line := _line(material, area, dimension, members, i))]
    if not lines:
        empty = voice.say("No report divides the numbers of this area in this way.")
        return Chart(f"groups-{dimension}", "", "", empty=empty)
    names = [voice.name(m).isolated for m in members]
    return Chart(
        f"groups-{dimension}", "", "",
        empty=voice.say("There are numbers here, but all of them are hidden to protect small groups."),
        hidden=_hidden(material, voice, area, dimension, names, lines)[1:],
        told=tuple(_told(dimension, members, range(len(members)), (), lines)),
    )  # fmt: skip


def _line(
    material: Material, area: Area, dimension: str, members: Sequence[Mapping[str, object]], indicator: Indicator
) -> Line | None:
    """The newest period that shows a group; years together that show more of them; else the newest that hides one."""
    groups = [(dimension, str(m["member"])) for m in members]
    series = [material.points(area.code, indicator.id, *group) for group in groups]
    totals = material.points(area.code, indicator.id)
    period, found = _newest(series)
    if not indicator.is_count:
        # A count of several years would not stand on the axis of single ones.
        last, pooled = _newest([material.pool(area.code, indicator.id, *group) for group in groups])
        if last and (period is None or last >= period) and _n_shown(pooled) > _n_shown(found):
            total = at(material.pool(area.code, indicator.id), last)
            return Line(indicator, dimension, last, material.pooled_years, pooled, total)
    period = period or _hidden_period(material, area, indicator, dimension)
    if period is None:
        return None
    return Line(indicator, dimension, period, 1, [at(points, period) for points in series], at(totals, period))


def _group_chart(
    material: Material, voice: Voice, area: Area, dimension: str, members: Sequence[Mapping[str, object]],
    divided: Sequence[Indicator], scale: tuple[str, str],
) -> Chart:  # fmt: skip
    unit = scale[1]
    lines = [line for i in divided if (line := _line(material, area, dimension, members, i))]
    drawn = [line for line in lines if _n_shown(line.points)]
    names = [voice.name(m).isolated for m in members]
    # A group of which no line says anything has no column, but a note.
    named = [n for n in range(len(names)) if any(line.state(n) != MISSING for line in lines)]
    unnamed = [name for n, name in enumerate(names) if n not in named]
    rows, table = [], []
    for line in drawn:
        dots = tuple(dot(voice, unit, n, p.value, p) for n, p in enumerate(line.points) if p and p.value is not None)
        rows.append(DotRow(heading_lines(voice, headline(voice, line.indicator)), dots))
        when = voice.period(line.period) if line.years == 1 else voice.pool(line.period, line.years)
        cells = (with_range(voice, unit, line.points[n]) for n in named)
        table.append((headline(voice, line.indicator).isolated, when, *cells))
    used = sorted({dot.series for row in rows for dot in row.dots})
    empty = voice.say("There are numbers here, but all of them are hidden to protect small groups.")
    return Chart(
        f"groups-{dimension}-{'-'.join(scale)}",
        title(voice, scale),
        "",
        figure=groups(dot_input(voice, unit, rows)) if rows else None,
        legend=tuple(
            LegendItem(series_shape(n), names[n]) for n in used
        ),
        notes=tuple(_notes(material, voice, dimension, drawn, unnamed)),
        # That all of them are hidden stands in place of the chart.
        hidden=_hidden(material, voice, area, dimension, names, lines)[0 if rows else 1 :],
        table=Table((voice.say("Indicator"), voice.period_word, *(names[n] for n in named)), tuple(table))
        if rows else None,
        empty="" if rows else empty,
        told=tuple(_told(dimension, members, named, drawn, lines)),
    )  # fmt: skip


def _told(
    dimension: str, members: Sequence[Mapping[str, object]], named: Sequence[int], drawn: Sequence[Line],
    lines: Sequence[Line],
) -> Iterator[Told]:  # fmt: skip
    """Every cell of the table, and what is hidden of the lines that have none."""
    for line in lines:
        for n in named:
            state = line.state(n)
            if line in drawn or state == HIDDEN:
                yield Told(line.indicator.id, dimension, str(members[n]["member"]), line.period, line.years, state)


def _notes(
    material: Material, voice: Voice, dimension: str, drawn: Sequence[Line], unnamed: Sequence[str]
) -> Iterator[str]:
    if unnamed:
        yield voice.say("Not reported: {groups}.", groups=voice.series(unnamed))
    together = dict.fromkeys(voice.pool(line.period, line.years) for line in drawn if line.years > 1)
    if together:
        years = voice.series(together)
        yield voice.say("Where single years are too few, several are taken together: {years}.", years=years)
    if is_made_of_areas(material, dimension):
        yield voice.say("These are groups of places: everybody in a place counts with it, whoever they are.")


def _hidden(
    material: Material, voice: Voice, area: Area, dimension: str, names: Sequence[str], lines: Sequence[Line]
) -> tuple[str, ...]:
    """Which groups are hidden, then for each indicator what can be said instead, and of which nothing can."""
    groups = [name for n, name in enumerate(names) if any(line.state(n) == HIDDEN for line in lines)]
    if not groups:
        return ()
    found = [(line, of_groups(material, voice, area, line)) for line in lines]
    instead = [text for _, text in found if text]
    silent = [
        headline(voice, line.indicator).isolated for line, text in found if not text and not _n_shown(line.points)
    ]
    rest = [voice.say("All groups hidden: {indicators}.", indicators=voice.series(silent))] if silent else []
    said = voice.say("Some values are hidden to protect small groups: {groups}.", groups=voice.series(groups))
    if not instead:
        return (said, *rest)
    lead = voice.say("What can be said instead:")
    return (f"{said} {lead}", *instead, *rest)
