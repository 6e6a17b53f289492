"""A change of method: marked where it happened, and nothing compared across it. Definitions' versions are no other."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from site_reading import drawn_figures, pages, read

from dashboards.bidi import plain
from dashboards.cards import card, state_sentence, verdict_badge
from dashboards.charts.comparisons import comparison_charts
from dashboards.charts.standings import verdict_chart
from dashboards.charts.trends import trend_chart
from dashboards.content import Indicator, Material, SiteContent, prepare
from dashboards.language import Voice, voice
from dashboards.views import Chart
from pipelines.declarations import load

EN = voice("en", "en", "school_year")
REASON = "From here on only completed forms are counted, which many schools leave unsigned."


def said(text: str) -> str:
    return "".join(c for c in plain(text) if c.isprintable())


def broken_at(content: SiteContent, *periods: str) -> Material:
    """The made-up release, its first headline indicator counted otherwise from each of these periods on."""
    indicator = prepare(content).headlines()[0].id
    rows = tuple(
        MappingProxyType(
            {"indicator_id": indicator, "period": period, "name_en": REASON, "name_he": REASON, "source": "s"}
        )
        for period in periods
    )
    registers = MappingProxyType({**content.declarations.register_rows, "breaks": rows})
    return prepare(replace(content, declarations=replace(content.declarations, register_rows=registers)))


def country(material: Material) -> tuple[Indicator, Chart]:
    indicator = material.headlines()[0]
    return indicator, trend_chart(material, EN, material.root, indicator)


def line(chart: Chart) -> dict[str, Any]:
    assert chart.figure is not None
    return next(trace for trace in chart.figure["data"] if trace["style"] == "value")


def test_line_and_band_end_where_the_method_changed(content: SiteContent) -> None:
    _, chart = country(broken_at(content, "2016", "2022"))
    runs: list[list[float]] = [[]]
    for x in line(chart)["x"]:
        runs[-1].append(x) if x is not None else runs.append([])
    assert [(run[0], run[-1]) for run in runs] == [(2013, 2015), (2016, 2021), (2022, 2024)]


def test_mark_stands_between_the_periods_with_its_words_and_the_reason_of_the_register(content: SiteContent) -> None:
    _, chart = country(broken_at(content, "2016", "2022"))
    assert chart.figure is not None
    layout = chart.figure["layout"]
    assert [(shape["x0"], shape["x1"]) for shape in layout["shapes"]] == [(2015.5, 2015.5), (2021.5, 2021.5)]
    labels = [a for a in layout["annotations"] if a.get("name", "").startswith("break-")]
    assert [(a["x"], said(a["text"])) for a in labels] == [
        (2015.5, "From 2015/16 counted differently"),
        (2021.5, "From 2021/22 counted differently"),
    ]
    # Pointing at a mark shows the note of its name.
    notes = {note.id: said(note.text) for note in chart.breaks}
    assert [notes[a["name"]] for a in labels] == [
        f"From {year} counted differently: {REASON}" for year in ("2015/16", "2021/22")
    ]


def test_table_under_the_chart_marks_the_first_period_of_each_method(content: SiteContent) -> None:
    _, chart = country(broken_at(content, "2016", "2022"))
    assert chart.table is not None and said(chart.table.headers[-1]) == "Remarks"
    marked = [said(row[0]) for row in chart.table.rows if "counted differently from here" in row[-1]]
    assert marked == ["2015/16", "2021/22"]


def test_new_version_of_a_definition_is_marked_like_any_break(content: SiteContent, tmp_path: Path) -> None:
    folder = tmp_path / "renewed"
    shutil.copytree(content.declarations.initiative.folder, folder)
    with (folder / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[0] |= {"definition_version": "3", "version_first_period": "2017"}
    with (folder / "indicators.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    material = prepare(replace(content, declarations=load(folder)))
    indicator = material.indicators[rows[0]["indicator_id"]]
    told = [said(note.text) for note in trend_chart(material, EN, material.root, indicator).breaks]
    assert "From 2016/17 counted differently: The definition changed (version 3)." in told


@pytest.mark.parametrize(("period", "is_across"), [("2013", False), ("2014", True), ("2024", True), ("2025", False)])
def test_verdict_across_a_break_says_that_it_was_counted_differently(
    content: SiteContent, period: str, is_across: bool
) -> None:
    """The baseline is of 2013 and the newest value of 2024: a break in 2014 to 2024 parts them, one beside does not."""
    material = broken_at(content, period)
    indicator, chart = country(material)
    shown = material.points("IL", indicator.id)[-1]
    badge = verdict_badge(material, EN, indicator, shown)
    assert badge is not None and badge.code == shown.verdict and shown.verdict in ("met", "ahead", "behind", "on_track")
    assert ("counted differently" in said(badge.text)) is is_across
    notes = [said(note) for note in card(material, EN, material.root, indicator).notes]
    told = f"The method changed in {int(period) - 1}/{period[2:]}: not comparable with the baseline of 2012/13."
    assert (told in notes) is is_across
    assert ("the two are not compared" in said(chart.summary)) is is_across
    assert ("From" in said(chart.summary)) is not is_across
    (names,) = (said(text) for _, text in state_sentence(material, EN, material.root) if _named(material, text))
    assert ("(counted differently since the baseline)" in names) is is_across


def _named(material: Material, text: str) -> bool:
    return str(material.headlines()[0].row["name_en"]) in said(text)


def test_growth_across_a_break_is_not_shown_and_said_why(content: SiteContent) -> None:
    def growth(material: Material) -> Chart:
        district = next(area for area in material.areas.values() if area.type == "district")
        return next(c for c in comparison_charts(material, EN, district) if c.id == "comparison-growth")

    name = str(prepare(content).headlines()[0].row["name_en"])
    whole, broken = growth(broken_at(content)), growth(broken_at(content, "2022"))
    assert whole.table is not None and broken.table is not None
    assert name in [said(row[0]) for row in whole.table.rows] and whole.notes == ()
    assert name not in [said(row[0]) for row in broken.table.rows]
    assert [said(n) for n in broken.notes] == [f"Not shown, because the method changed since the baseline: {name}."]
    nothing = growth(_all_broken(content))
    assert nothing.figure is None and name in said(nothing.empty)


def _all_broken(content: SiteContent) -> Material:
    breaks = tuple(
        MappingProxyType({"indicator_id": i.id, "period": "2022", "name_en": REASON, "name_he": REASON, "source": "s"})
        for i in prepare(content).headlines()
    )
    registers = MappingProxyType({**content.declarations.register_rows, "breaks": breaks})
    return prepare(replace(content, declarations=replace(content.declarations, register_rows=registers)))


def test_counts_of_verdicts_name_the_indicators_that_were_counted_differently(content: SiteContent) -> None:
    name = str(prepare(content).headlines()[0].row["name_en"])
    whole, broken = verdict_chart(broken_at(content), EN), verdict_chart(broken_at(content, "2022"), EN)
    assert whole is not None and whole.notes == ()
    assert broken is not None
    assert [said(note) for note in broken.notes] == [f"Counted differently since the baseline: {name}."]


@pytest.mark.parametrize(
    "speaker", [voice(code, "he", "school_year") for code in ("he", "ar", "en")], ids=["he", "ar", "en"]
)
def test_mark_has_words_in_every_language(content: SiteContent, speaker: Voice) -> None:
    material = broken_at(content, "2022")
    chart = trend_chart(material, speaker, material.root, material.headlines()[0])
    assert chart.figure is not None
    (label,) = [a["text"] for a in chart.figure["layout"]["annotations"] if a.get("name", "").startswith("break-")]
    assert said(label) == said(speaker.say("From {period} counted differently", period="2021/22"))


def test_every_mark_finds_its_note_on_its_page(site: Path) -> None:
    seen = 0
    for page in pages(site):
        ids = set(read(page).ids)
        names = [a["name"] for f in drawn_figures(page) for a in f["layout"].get("annotations", ()) if "name" in a]
        assert set(names) <= ids, page
        seen += len(names)
    assert seen > 100
