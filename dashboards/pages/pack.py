"""The meeting pack of one area: what a group needs on the table, on at most four sheets of paper.

Belongs here: what is on the sheets, in this order: how it stands, three questions, what was said last time, lines to
write on; the curves; for whom. Does not belong here: printing (`dashboards.paper`). It is drawn when somebody asks for
it and is no part of a site.
"""

from dataclasses import replace
from itertools import islice

from dashboards.cards import state_sentence
from dashboards.charts.divisions import group_charts
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import common_breaks, common_legend
from dashboards.content import ENTRIES, Area, Material
from dashboards.decisions import entry_view, in_short
from dashboards.language import Voice
from dashboards.questions import questions
from dashboards.views import Chart, Page

# What fits on the first sheet, on the two after it, and on the last.
N_ENTRIES, N_TRENDS, N_GROUP_CHARTS = 3, 12, 4
N_LINES = 7
# In pixels: three rows of curves on a sheet.
HEIGHT = 150


def page(material: Material, voice: Voice, area: Area) -> Page:
    """The pack of an area, as one page that breaks into sheets."""
    name = voice.name(area.row)
    main = islice(material.headlines(), N_TRENDS)
    trends = [lower(trend_chart(material, voice, area, indicator)) for indicator in main]
    divided = [
        (dimension, chart)
        for dimension, charts in group_charts(material, voice, area)
        for chart in charts
        if chart.figure
    ]
    entries = material.tables.get(ENTRIES, {}).get(area.code, ())
    newest = sorted(entries, key=lambda row: (row["entry_date"], row["entry_id"]), reverse=True)[:N_ENTRIES]
    return Page(
        path=f"areas/{area.code}/pack/index.html",
        template="pack.html",
        title=voice.say("{area}: for the meeting", area=name.text),
        section="areas",
        context={
            "name": name,
            "type_name": voice.of(material.type_names(area.type)),
            "standing": state_sentence(material, voice, area),
            "questions": questions(material, voice, area),
            "entries": [in_short(entry_view(material, voice, row)) for row in newest],
            "n_lines": N_LINES,
            "trends": trends,
            "trend_legend": common_legend(trends),
            "trend_breaks": common_breaks(trends),
            "groups": divided[:N_GROUP_CHARTS],
        },
    )


def lower(chart: Chart) -> Chart:
    """A chart as high as a sheet has room for; words along a break would be longer, and stand above the charts."""
    if chart.figure is None:
        return chart
    layout, breaks = chart.figure["layout"], {note.id for note in chart.breaks}
    kept = [words for words in layout["annotations"] if words.get("name") not in breaks]
    return replace(chart, figure=chart.figure | {"layout": layout | {"height": HEIGHT, "annotations": kept}})
