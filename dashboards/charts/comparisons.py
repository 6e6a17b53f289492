"""An area beside the areas around it."""

from collections.abc import Sequence

from dashboards.charts.dots import at, by_scale, dot, dot_input, first_ones, latest_shown
from dashboards.charts.words import cell, heading_lines, headline, title, with_range
from dashboards.content import ALL, SHOWN, Area, Indicator, Material
from dashboards.language import Voice
from dashboards.panels.comparison import comparison
from dashboards.panels.dots import DotRow
from dashboards.theme import SERIES, series_shape
from dashboards.views import Chart, LegendItem, Table, Told

MULTIPLE = "multiple"


def comparison_charts(material: Material, voice: Voice, area: Area) -> tuple[Chart, ...]:
    """The area beside the areas around it: a chart for each unit, and the growth of counts since the baseline."""
    others = material.ancestors(area)
    indicators = material.indicators.values() if area.type == material.ecosystem_type else material.headlines()
    others = others or _few_children(material, area)
    if not others:
        return ()
    everybody = (area, *others)
    rates = first_ones(i for i in indicators if not i.is_count and _has_value(material, area, i))
    charts = [_growth_chart(material, voice, everybody)]
    for scale, alike in by_scale(rates).items():
        charts.append(_level_chart(material, voice, everybody, alike, scale))
    return tuple(chart for chart in charts if chart)


def _has_value(material: Material, area: Area, indicator: Indicator) -> bool:
    return latest_shown(material.points(area.code, indicator.id)) is not None


def _few_children(material: Material, area: Area) -> tuple[Area, ...]:
    """The parts of an area, while their shapes can still be told apart."""
    children = material.children.get(area.code, ())
    return children if len(children) < len(SERIES) else ()


def _level_chart(
    material: Material, voice: Voice, everybody: Sequence[Area], indicators: Sequence[Indicator],
    scale: tuple[str, str],
) -> Chart | None:  # fmt: skip
    unit = scale[1]
    rows, table, told = [], [], []
    for indicator in indicators:
        period = latest_shown(material.points(everybody[0].code, indicator.id))
        if period is None:
            continue
        found = [at(material.points(a.code, indicator.id), period) for a in everybody]
        told.append(Told(indicator.id, ALL, ALL, period, 1, SHOWN))
        # The ranges of the larger areas would be too short to see.
        dots = (
            dot(voice, unit, n, p.value, None if n else p) for n, p in enumerate(found) if p and p.value is not None
        )
        rows.append(DotRow(heading_lines(voice, headline(voice, indicator)), tuple(dots)))
        name = headline(voice, indicator).isolated
        cells = (cell(voice, unit, p) for p in found[1:])
        table.append((name, voice.period(period), with_range(voice, unit, found[0]), *cells))
    if not rows:
        return None
    return Chart(
        f"comparison-{'-'.join(scale)}",
        title(voice, scale),
        _comparison_summary(voice, everybody),
        figure=comparison(dot_input(voice, unit, rows)),
        legend=_area_legend(voice, everybody),
        table=_comparison_table(voice, everybody, table),
        told=tuple(told),
    )


def _growth_chart(material: Material, voice: Voice, everybody: Sequence[Area]) -> Chart | None:
    """Counts of areas of different size cannot be compared; how many times they grew can."""
    rows, table, parted = [], [], []
    for indicator in (i for i in material.headlines() if i.is_count):
        period = latest_shown(material.points(everybody[0].code, indicator.id))
        if period is None:
            continue
        found = [at(material.points(a.code, indicator.id), period) for a in everybody]
        growth = [p.value / p.baseline_value if p and p.value is not None and p.baseline_value else None for p in found]
        if growth[0] is None:
            continue
        name = headline(voice, indicator).isolated
        if any(p and material.is_across_break(indicator, p) for p in found):
            parted.append(name)
            continue
        dots = tuple(dot(voice, MULTIPLE, n, g) for n, g in enumerate(growth) if g is not None)
        rows.append(DotRow(heading_lines(voice, headline(voice, indicator)), dots))
        cells = (
            voice.value(MULTIPLE, g) if g is not None else cell(voice, indicator.unit, p) if not p or p.value is None
            else voice.say("no baseline")
            for p, g in zip(found, growth, strict=True)
        )  # fmt: skip
        table.append((name, voice.period(period), *cells))
    title_of_growth = voice.say("Growth since the baseline")
    why_not = voice.say(
        "Not shown, because the method changed since the baseline: {indicators}.", indicators=voice.series(parted)
    )
    if not rows:
        return Chart("comparison-growth", title_of_growth, "", empty=why_not) if parted else None
    return Chart(
        "comparison-growth",
        title_of_growth,
        voice.say(
            "Each count as a multiple of its own baseline; {one} means unchanged, {two} means doubled.",
            one=voice.value(MULTIPLE, 1), two=voice.value(MULTIPLE, 2),
        ),
        figure=comparison(dot_input(voice, MULTIPLE, rows, reference=1)),
        legend=_area_legend(voice, everybody),
        notes=(why_not,) if parted else (),
        table=_comparison_table(voice, everybody, table),
    )  # fmt: skip


def _comparison_summary(voice: Voice, everybody: Sequence[Area]) -> str:
    own, others = everybody[0], everybody[1:]
    return voice.say(
        "{area} beside {others}, each in the latest period with a value.",
        area=voice.name(own.row).isolated,
        others=voice.series(voice.name(a.row).isolated for a in others),
    )


def _comparison_table(voice: Voice, everybody: Sequence[Area], rows: Sequence[tuple[str, ...]]) -> Table:
    names = (voice.name(a.row).isolated for a in everybody)
    return Table((voice.say("Indicator"), voice.period_word, *names), tuple(rows))


def _area_legend(voice: Voice, everybody: Sequence[Area]) -> tuple[LegendItem, ...]:
    return tuple(LegendItem(series_shape(n), voice.name(a.row).isolated) for n, a in enumerate(everybody))
