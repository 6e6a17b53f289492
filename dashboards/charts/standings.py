"""How many areas stand where."""

from collections.abc import Iterable, Mapping, Sequence

from dashboards.charts.words import heading_lines, headline, text
from dashboards.content import SHOWN, Area, Indicator, Material
from dashboards.labels import JUDGED, VERDICTS
from dashboards.language import Voice
from dashboards.panels.verdicts import VerdictRow, Verdicts, verdicts
from dashboards.views import Chart, LegendItem, Table


def verdict_chart(material: Material, voice: Voice) -> Chart | None:
    """How many ecosystems stand where, for each headline indicator in its latest period; None where none is judged."""
    areas = [a for a in material.areas.values() if a.type == material.ecosystem_type]
    rows, table = [], []
    used: set[str] = set()
    for indicator in material.headlines():
        counts = _count_verdicts(material, areas, indicator)
        if not counts:
            continue
        used |= {code for code, count in counts.items() if count}
        rows.append((indicator, counts))
    if used.isdisjoint(JUDGED):
        return None
    order = tuple(code for code in VERDICTS if code in used)
    for indicator, counts in rows:
        numbers = (voice.integer(counts.get(code, 0)) for code in order)
        table.append((headline(voice, indicator).isolated, *numbers))
    data = Verdicts(
        tuple(VerdictRow(heading_lines(voice, headline(voice, i)), _segments(voice, c, order)) for i, c in rows),
        order, voice.direction,
    )  # fmt: skip
    words = tuple(voice.translate(VERDICTS[code]) for code in order)
    return Chart(
        "verdicts",
        voice.say("Where the areas stand"),
        voice.say(
            "For each indicator, how many areas stand where in their latest period; hidden areas are not counted."
        ),
        figure=verdicts(data),
        legend=tuple(LegendItem(code, word) for code, word in zip(order, words, strict=True)),
        notes=_method_note(material, voice, areas, [indicator for indicator, _ in rows]),
        table=Table((voice.say("Indicator"), *words), tuple(table)),
    )


def _method_note(
    material: Material, voice: Voice, areas: Sequence[Area], indicators: Iterable[Indicator]
) -> tuple[str, ...]:
    """Which verdicts set a number against a baseline that was counted otherwise."""
    names = [headline(voice, i).isolated for i in indicators if any(_is_across(material, area, i) for area in areas)]
    if not names:
        return ()
    return (voice.say("Counted differently since the baseline: {indicators}.", indicators=voice.series(names)),)


def _is_across(material: Material, area: Area, indicator: Indicator) -> bool:
    points = material.points(area.code, indicator.id)
    return bool(points) and points[-1].verdict in JUDGED and material.is_across_break(indicator, points[-1])


def _segments(voice: Voice, counts: Mapping[str, int], order: Sequence[str]) -> tuple[tuple[str, int, str, str], ...]:
    found = []
    for code in order:
        written = voice.integer(counts.get(code, 0))
        said = f"{voice.translate(VERDICTS[code])}: {written}"
        found.append((code, counts.get(code, 0), text(voice, written), text(voice, said)))
    return tuple(found)


def _count_verdicts(material: Material, areas: Iterable[Area], indicator: Indicator) -> dict[str, int]:
    counts: dict[str, int] = {}
    for area in areas:
        points = material.points(area.code, indicator.id)
        if points and points[-1].state == SHOWN and points[-1].verdict:
            counts[points[-1].verdict] = counts.get(points[-1].verdict, 0) + 1
    return counts
