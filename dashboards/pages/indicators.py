"""The catalogue of indicators: what each is, why it matters, how it is computed, and who answers for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboards import comments
from dashboards.charts.funnels import compared
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import beside_goals, headline
from dashboards.content import Indicator, Material
from dashboards.hiding import counted_in_charts, legend
from dashboards.labels import AXES, DIRECTIONS, KINDS, UNITS
from dashboards.language import Name, Voice
from dashboards.pages.partners import reporters
from dashboards.views import Page
from pipelines.declarations import split_list

DIVIDED = ("proportion", "ratio")


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """The catalogue by goal, and one page an indicator."""
    goals = [
        (voice.integer(number), voice.name(goal), _listed(material, voice, goal["goal_id"]))
        for number, goal in enumerate(material.goals, start=1)
    ]
    if beside := _listed(material, voice, None):
        goals.append(("", beside_goals(voice), beside))
    yield Page("indicators/index.html", "indicators.html", voice.say("Indicators"), "indicators", {"goals": goals})
    for indicator in material.indicators.values():
        yield _page(material, voice, indicator)


def _listed(material: Material, voice: Voice, goal_id: str | None) -> list[tuple[str, Name, str, bool, bool]]:
    """Id, name, unit, whether it is a headline or one partner's own, of every indicator of one goal, or of none."""
    return [
        (i.id, headline(voice, i), voice.unit(UNITS, i.unit), i.is_headline, bool(i.row["owner_partner_id"]))
        for i in material.indicators.values()
        if i.goal_id == goal_id
    ]


def _page(material: Material, voice: Voice, indicator: Indicator) -> Page:
    name, root_name = headline(voice, indicator), voice.name(material.root.row)
    trend = trend_chart(material, voice, material.root, indicator)
    return Page(
        path=f"indicators/{indicator.id}/index.html",
        template="indicator.html",
        title=name.text,
        section="indicators",
        context={
            "name": name,
            "description": voice.name(indicator.row, "description"),
            "texts": _texts(voice, indicator),
            "facts": _facts(material, voice, indicator),
            "trend": trend,
            "marks": legend(voice, trend.told),
            "counted": counted_in_charts(voice, root_name, trend.told) if trend.told else "",
            "root_name": root_name,
            "id": indicator.id,
            "owner": _owner(material, voice, indicator),
            "compared": compared(material, voice, indicator),
            "reporters": reporters(material, voice, indicator),
            "comments": comments.of_measure(material, voice, indicator.id),
        },
    )


def _owner(material: Material, voice: Voice, indicator: Indicator) -> tuple[str, Name] | None:
    """The partner whose own measure it is: its id and name."""
    partner_id = indicator.row["owner_partner_id"]
    partner = material.declarations.partner(partner_id) if partner_id else None
    return (partner_id, voice.name(partner)) if partner_id and partner else None


def _texts(voice: Voice, indicator: Indicator) -> list[tuple[str, Name]]:
    """What the register says in words, under a heading each; what it does not say is left out."""
    titles = {
        "importance": voice.say("Why it matters"),
        "computation": voice.say("How it is computed"),
        "limits": voice.say("What it does not say"),
        "population": voice.say("Who is counted"),
    }
    named = ((title, voice.name(indicator.row, stem)) for stem, title in titles.items())
    return [(title, name) for title, name in named if name.text]


def _facts(material: Material, voice: Voice, indicator: Indicator) -> list[tuple[str, str]]:
    row = indicator.row
    facts = [
        (voice.say("Axis"), voice.word(AXES, row["axis"])),
        (voice.say("Kind of number"), voice.word(KINDS, row["kind"])),
        (voice.say("Unit"), voice.unit(UNITS, row["unit"])),
        (voice.say("Direction"), voice.word(DIRECTIONS, row["direction"])),
        (voice.say("Source"), _sources(material, voice, row["numerator_objects"])),
        (voice.say("Divided by"), _divisor(material, voice, row)),
        (voice.say("Responsible"), str(row["responsible"] or "")),
        (voice.say("Baseline"), voice.period(row["baseline_period"])),
        (voice.say("First period"), voice.period(row["first_period"])),
        (voice.say("Version of the definition"), voice.integer(row["definition_version"])),
        (voice.say("This version holds from"), voice.period(row["version_first_period"])),
    ]
    if row.get("minimum_denominator"):
        facts.append((voice.say("No verdict below a group of"), voice.integer(row["minimum_denominator"])))
    return [(label, text) for label, text in facts if text and text != "–"]


def _divisor(material: Material, voice: Voice, row: Mapping[str, Any]) -> str:
    """Where the number below the line comes from; a mean and a reported value have a weight, not a divisor."""
    return _sources(material, voice, row["denominator_objects"]) if row["kind"] in DIVIDED else ""


def _sources(material: Material, voice: Voice, objects: str | None) -> str:
    """What contracts call the tables a number is made from."""
    found = (material.declarations.objects.get(o) for o in split_list(objects))
    return voice.series(voice.of(table.labels or {voice.fallback: table.id}).isolated for table in found if table)
