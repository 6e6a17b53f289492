"""The page of one area, in the order in which a meeting reads it.

How it stands, goals, curves, for whom, beside others; then in short what pages below it say: plan, partnership and
mapping; how far to trust it, the story behind the curves, downloads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from dashboards import bidi
from dashboards.cards import goal_views, state_in_one, state_sentence
from dashboards.charts.comparisons import comparison_charts
from dashboards.charts.divisions import group_charts
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import common_breaks, common_legend
from dashboards.content import SHOWN, Area, Material
from dashboards.hiding import counted_in_charts, counted_in_newest, legend, told_by
from dashboards.language import Voice
from dashboards.pages import compare, learning, mapping, partnership, work_plan
from dashboards.questions import questions
from dashboards.tables import positions, report_card, widest_gap
from dashboards.views import Page, Part

# Tables that hold the numbers of an area's page, as downloads.
TABLES = ("indicator_values", "trends", "equity_gaps")
FEW = 20
# Of the questions that the data ask, those for the head of the page; a meeting pack has more.
N_QUESTIONS = 1
# What pages below an area say, in short, in this order; how far to trust the page stands before the story.
PARTS: Sequence[Callable[[Material, Voice, Area], Part | None]] = (work_plan.part, partnership.part, mapping.part)


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page for every declared area."""
    for area in material.areas.values():
        yield _page(material, voice, area)


def _page(material: Material, voice: Voice, area: Area) -> Page:
    name = voice.name(area.row)
    has_values = any(
        p.state == SHOWN
        for groups in material.series.get(area.code, {}).values()
        for points in groups.values()
        for p in points
    )
    parts = [part for find in PARTS if (part := find(material, voice, area))]
    story = learning.part(material, voice, area)
    context = {
        "area": area,
        "name": name,
        "type_name": voice.of(material.type_names(area.type)),
        "ancestors": [(a, voice.name(a.row)) for a in reversed(material.ancestors(area))],
        "facts": _facts(material, voice, area),
        "has_values": has_values,
        "parts": parts,
        "story": story,
        "more": [part for part in (*parts, story) if part and part.links],
    }
    if has_values:
        deliveries = _deliveries(material, area)
        goals = goal_views(material, voice, area)
        trends = [trend_chart(material, voice, area, i) for i in material.headlines()]
        comparison = comparison_charts(material, voice, area)
        divided = group_charts(material, voice, area)
        told = told_by([*trends, *comparison, *(chart for _, charts in divided for chart in charts)])
        context |= {
            "marks": legend(voice, told),
            "counted": counted_in_charts(voice, name, told),
            "in_one": state_in_one(material, voice, area),
            "standing": state_sentence(material, voice, area),
            "questions": questions(material, voice, area, N_QUESTIONS),
            "goals": goals,
            "unmeasured": " · ".join(f"{goal.number} {goal.name.isolated}" for goal in goals if not goal.cards),
            "card": report_card(material, voice, area),
            "positions": positions(material, voice, area),
            "trends": trends,
            "trend_legend": common_legend(trends),
            "trend_breaks": common_breaks(trends),
            "comparison": comparison,
            "comparison_legend": common_legend(comparison),
            "compare": compare.link_of(material, voice, area),
            "gap": widest_gap(material, voice, area),
            "groups": [(dimension, common_legend(charts), charts) for dimension, charts in divided],
            "n_indicators": voice.integer(len(material.told_of(area.code))),
            "complete": counted_in_newest(material, voice, area, max(deliveries.values(), default="")),
            "sources": _sources(material, voice, deliveries),
            "tables": [file for file in map("{}.csv".format, TABLES) if file in material.content.downloads],
            "rows_of": _rows_of(voice, area),
        }
    children = material.children.get(area.code, ())
    context["child_type"] = voice.of(material.type_names(children[0].type, plural=True)) if children else None
    # A long list stands once, in the index.
    few = children if len(children) <= FEW else ()
    named = ((child, voice.name(child.row)) for child in few)
    context["children"] = sorted(named, key=lambda pair: (pair[1].text, pair[0].code))
    return Page(f"areas/{area.code}/index.html", "area.html", name.text, "areas", context)


def _rows_of(voice: Voice, area: Area) -> str:
    """How to find an area in the tables of the whole site."""
    return voice.say(
        "These tables are of all places; the rows of this one have {code} in the column {column}:",
        code=bidi.number(area.code),
        column=bidi.number("area_code"),
    )


def _facts(material: Material, voice: Voice, area: Area) -> list[tuple[str, str]]:
    """Whole numbers that the register of areas knows of a place, such as clusters, where the contract labels them."""
    register = material.declarations.objects.get("areas")
    columns = register.by_role("attribute") if register else ()
    return [
        (voice.of(column.labels).isolated, voice.integer(area.row[column.name]))
        for column in columns
        if column.type == "integer" and column.labels and area.row.get(column.name) is not None
    ]


def _deliveries(material: Material, area: Area) -> dict[str, str]:
    """Whose deliveries stand behind the page, and the ISO date of each one's newest, by code of the partner."""
    series = material.series.get(area.code, {}).values()
    points = (p for groups in series for points in groups.values() for p in points)
    used = {submission for p in points for submission in (p.submissions or "").split(";")}
    newest: dict[str, str] = {}
    for submission in sorted(used & material.submissions.keys()):
        row = material.submissions[submission][0]
        newest[row["partner_id"]] = max(newest.get(row["partner_id"], ""), str(row["received_on"]))
    return dict(sorted(newest.items()))


def _sources(material: Material, voice: Voice, newest: Mapping[str, str]) -> list[tuple[str, str]]:
    """Partners' names with the day of their newest delivery."""
    partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    return [(voice.name(partners[p]).isolated if p in partners else p, voice.date(day)) for p, day in newest.items()]
