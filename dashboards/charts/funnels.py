"""One measure at all areas that report it: how they spread, who lies beyond chance, and the chart of values by size.

Belongs here: words and chart round rows of the published table of comparisons. Does not belong here: limits
(`pipelines.collaboration.comparative`).
"""

from collections.abc import Mapping, Sequence
from math import log10
from statistics import quantiles
from typing import Any, NamedTuple

from dashboards.charts.words import headline, value_axis
from dashboards.content import SHOWN, Indicator, Material
from dashboards.labels import POSITIONS
from dashboards.language import Voice
from dashboards.panels.axes import Axis
from dashboards.panels.funnel import BEYOND, FunnelDot, FunnelInput, funnel
from dashboards.views import Chart, LegendItem, Table

COMPARISONS = "area_comparisons"
# Fewer areas than this are read off their own pages.
FEWEST = 3
Rows = Sequence[Mapping[str, Any]]
# Of each magnitude, what stands on an axis of magnitudes.
MOST_TICKS = 5
MAGNITUDES = tuple(factor * 10**power for power in range(7) for factor in (1, 3))


class Compared(NamedTuple):
    """A measure over all areas: sentences, who lies beyond chance, and for a headline the chart with its table."""

    sentences: tuple[str, ...]
    beyond: tuple[tuple[str, str], ...]
    chart: Chart | None
    table: Table | None


def compared(material: Material, voice: Voice, indicator: Indicator) -> Compared | None:
    """Areas side by side, by name and never by rank; None where too few report the measure."""
    found = material.rows_of(COMPARISONS, "indicator_id", indicator.id)
    if len(found) < FEWEST:
        return None
    rows = sorted(found, key=lambda row: (voice.name(material.areas[row["area_code"]].row).text, row["area_code"]))
    table = _table(material, voice, indicator, rows) if indicator.is_headline else None
    chart = _chart(material, voice, indicator, rows, table) if table else None
    return Compared(
        sentences=tuple(_sentences(voice, indicator, rows)),
        beyond=_beyond(material, voice, rows),
        chart=chart,
        table=None if chart else table,
    )


def _sentences(voice: Voice, indicator: Indicator, rows: Rows) -> list[str]:
    low, _, high = quantiles([row["value"] for row in rows], n=4, method="inclusive")
    said = [
        voice.say(
            "{count} areas have a value for {period}, for which the register of indicators names version {version} of "
            "the definition. Half of them lie within {range}.",
            count=voice.integer(len(rows)), period=voice.period(rows[0]["period"]),
            version=voice.integer(rows[0]["definition_version"]), range=voice.span(indicator.unit, low, high),
        )
    ]  # fmt: skip
    judged = [row["position"] for row in rows if row["position"]]
    if judged:
        said.append(
            voice.say(
                "Of {count} that are large enough to be judged, {inside} lie inside what chance and the usual variety "
                "of places allow for an area of their size. Nobody is ranked, and this says nothing of why.",
                count=voice.integer(len(judged)), inside=voice.integer(judged.count("inside")),
            )
        )  # fmt: skip
    elif indicator.is_count:
        said.append(voice.say("A count grows with the place; areas are compared by shares."))
    return said


def _beyond(material: Material, voice: Voice, rows: Rows) -> tuple[tuple[str, str], ...]:
    """Which areas lie above and below what chance allows, by name."""
    named = {position: [_name(material, voice, r) for r in rows if r["position"] == position] for position in BEYOND}
    return tuple((voice.word(POSITIONS, position), voice.series(names)) for position, names in named.items() if names)


def _name(material: Material, voice: Voice, row: Mapping[str, Any]) -> str:
    return voice.name(material.areas[row["area_code"]].row).isolated


def _table(material: Material, voice: Voice, indicator: Indicator, rows: Rows) -> Table:
    is_sized = any(row["denominator"] is not None for row in rows)
    is_judged = any(row["position"] for row in rows)
    area_word = voice.of(material.type_names(material.ecosystem_type)).isolated
    headers = (
        area_word, voice.say("Value"), *((voice.say("Persons"),) if is_sized else ()),
        *((voice.say("Where this area stands"),) if is_judged else ()),
    )  # fmt: skip
    return Table(headers, tuple(_row(material, voice, indicator, row, is_sized, is_judged) for row in rows))


def _row(
    material: Material, voice: Voice, indicator: Indicator, row: Mapping[str, Any], is_sized: bool, is_judged: bool
) -> tuple[str, ...]:
    size = "–" if row["denominator"] is None else voice.integer(row["denominator"])
    # Most lie inside, and a word in every row would hide those that do not.
    stands = voice.word(POSITIONS, row["position"]) if row["position"] in BEYOND else ""
    return (
        _name(material, voice, row), voice.value(indicator.unit, row["value"]), *((size,) if is_sized else ()),
        *((stands,) if is_judged else ()),
    )  # fmt: skip


def _chart(material: Material, voice: Voice, indicator: Indicator, rows: Rows, table: Table) -> Chart | None:
    placed = [(number, row) for number, row in enumerate(rows) if row["denominator"]]
    if indicator.is_count or len(placed) < FEWEST:
        return None
    dots = tuple(FunnelDot(row["denominator"], row["value"], row["position"] or "", number) for number, row in placed)
    limits = tuple(
        (row["denominator"], row["limit_low_998"], row["limit_high_998"])
        for _, row in placed if row["limit_low_998"] is not None
    )  # fmt: skip
    period = rows[0]["period"]
    whole = next((p for p in material.points(material.root.code, indicator.id) if p.period == period), None)
    reference = whole.value if whole and whole.state == SHOWN else None
    reach = [end for _, *ends in limits for end in ends] + ([] if reference is None else [reference])
    data = FunnelInput(
        dots, limits, reference, _sizes(voice, [dot.size for dot in dots]),
        value_axis(voice, indicator.unit, [*(dot.value for dot in dots), *reach]),
    )  # fmt: skip
    return Chart(
        "compared",
        voice.say("{indicator}, {period}", indicator=headline(voice, indicator).isolated, period=voice.period(period)),
        voice.say("Each dot is an area: to the right the larger ones, by the persons that the value rests on."),
        figure=funnel(data),
        legend=tuple(_legend(voice, material, dots, bool(limits), reference is not None)),
        table=table,
    )


def _legend(
    voice: Voice, material: Material, dots: Sequence[FunnelDot], has_limits: bool, has_reference: bool
) -> list[LegendItem]:
    found = [LegendItem("area", voice.say("Area"))]
    for position in BEYOND:
        if any(dot.position == position for dot in dots):
            found.append(LegendItem(position, voice.word(POSITIONS, position)))
    if has_limits:
        found.append(LegendItem("limit", voice.say("What chance and the usual variety of places allow at this size")))
    if has_reference:
        found.append(LegendItem("whole", voice.name(material.root.row).isolated))
    return found


def _sizes(voice: Voice, sizes: Sequence[float]) -> Axis:
    """An axis of magnitudes a little wider than what stands on it."""
    low, high = min(sizes) / 1.3, max(sizes) * 1.3
    ticks = tuple(float(tick) for tick in MAGNITUDES if low <= tick <= high) or (float(round(min(sizes))),)
    if len(ticks) > MOST_TICKS:
        ticks = tuple(tick for tick in ticks if log10(tick).is_integer())
    return Axis(low, high, ticks, tuple(voice.integer(tick) for tick in ticks))
