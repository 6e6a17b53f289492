"""The first page of a language: what the initiative wants and where the whole stands."""

from collections.abc import Iterator

from dashboards.cards import goal_views, state_sentence
from dashboards.charts.standings import verdict_chart
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import common_breaks, common_legend
from dashboards.content import Material
from dashboards.hiding import counted_in_charts, legend, told_by
from dashboards.language import Voice
from dashboards.pages import changes, report_card
from dashboards.views import Page


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page: mission, goals, trends of the whole, and how many areas stand where."""
    initiative = material.declarations.initiative
    root = material.root
    mission = initiative.settings.get("mission") or {}
    trends = [trend_chart(material, voice, root, i) for i in material.headlines()]
    told = told_by(trends)
    yield Page(
        path="index.html",
        template="home.html",
        title=voice.of(initiative.names).text,
        section="home",
        context={
            "name": voice.of(initiative.names),
            "mission": voice.of(mission) if mission else None,
            "root": root,
            "card": report_card.link(material, voice),
            "changes": changes.link(voice),
            "root_name": voice.name(root.row),
            "standing": state_sentence(material, voice, root),
            "goals": goal_views(material, voice, root),
            "marks": legend(voice, told),
            "counted": counted_in_charts(voice, voice.name(root.row), told),
            "trends": trends,
            "trend_legend": common_legend(trends),
            "trend_breaks": common_breaks(trends),
            "verdicts": verdict_chart(material, voice),
            "ecosystems": voice.of(material.type_names(material.ecosystem_type, plural=True)),
        },
    )
