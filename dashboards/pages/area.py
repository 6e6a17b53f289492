"""The page of one area: cards, trends, comparison, groups, and how far to trust the page."""

from collections.abc import Callable, Iterator, Sequence

from dashboards.cards import goal_views, state_sentence
from dashboards.charts.comparisons import comparison_charts
from dashboards.charts.divisions import group_charts
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import common_breaks, common_legend
from dashboards.content import SHOWN, Area, Material
from dashboards.hiding import counted_in_charts, legend, told_by
from dashboards.language import Voice
from dashboards.pages import compare, learning, mapping, partnership, work_plan
from dashboards.tables import positions, report_card
from dashboards.views import Link, Page

FEW = 20
# What else there is of an area, each on a page of its own; none where nobody reported it.
MORE: Sequence[Callable[[Material, Voice, Area], Link | None]] = (
    work_plan.link,
    mapping.link,
    partnership.link,
    learning.log_link,
    learning.agenda_link,
    compare.link_of,
)


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
    context = {
        "area": area,
        "name": name,
        "type_name": voice.of(material.type_names(area.type)),
        "ancestors": [(a, voice.name(a.row)) for a in reversed(material.ancestors(area))],
        "facts": _facts(material, voice, area),
        "has_values": has_values,
        "more": [link for find in MORE if (link := find(material, voice, area))],
    }
    if has_values:
        trends = [trend_chart(material, voice, area, i) for i in material.headlines()]
        comparison = comparison_charts(material, voice, area)
        divided = group_charts(material, voice, area)
        told = told_by([*trends, *comparison, *(chart for _, charts in divided for chart in charts)])
        context |= {
            "marks": legend(voice, told),
            "counted": counted_in_charts(voice, name, told),
            "standing": state_sentence(material, voice, area),
            "goals": goal_views(material, voice, area),
            "card": report_card(material, voice, area),
            "positions": positions(material, voice, area),
            "trends": trends,
            "trend_legend": common_legend(trends),
            "trend_breaks": common_breaks(trends),
            "comparison": comparison,
            "comparison_legend": common_legend(comparison),
            "groups": [(dimension, common_legend(charts), charts) for dimension, charts in divided],
            "n_indicators": voice.integer(len(material.told_of(area.code))),
            "sources": _sources(material, voice, area),
        }
    children = material.children.get(area.code, ())
    context["child_type"] = voice.of(material.type_names(children[0].type, plural=True)) if children else None
    # A long list stands once, in the index.
    few = children if len(children) <= FEW else ()
    named = ((child, voice.name(child.row)) for child in few)
    context["children"] = sorted(named, key=lambda pair: (pair[1].text, pair[0].code))
    return Page(f"areas/{area.code}/index.html", "area.html", name.text, "areas", context)


def _facts(material: Material, voice: Voice, area: Area) -> list[tuple[str, str]]:
    """Whole numbers that the register of areas knows of a place, such as clusters, where the contract labels them."""
    register = material.declarations.objects.get("areas")
    columns = register.by_role("attribute") if register else ()
    return [
        (voice.of(column.labels).isolated, voice.integer(area.row[column.name]))
        for column in columns
        if column.type == "integer" and column.labels and area.row.get(column.name) is not None
    ]


def _sources(material: Material, voice: Voice, area: Area) -> list[tuple[str, str]]:
    """Whose deliveries stand behind the page, and the day of the newest."""
    series = material.series.get(area.code, {}).values()
    points = (p for groups in series for points in groups.values() for p in points)
    used = {submission for p in points for submission in (p.submissions or "").split(";")}
    partners = {row["partner_id"]: row for row in material.declarations.rows("partners")}
    newest: dict[str, str] = {}
    for submission in sorted(used & material.submissions.keys()):
        row = material.submissions[submission][0]
        newest[row["partner_id"]] = max(newest.get(row["partner_id"], ""), str(row["received_on"]))
    return [
        (voice.name(partners[p]).isolated if p in partners else p, voice.date(day)) for p, day in sorted(newest.items())
    ]
