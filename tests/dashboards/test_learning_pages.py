"""Pages of learning and commitments, and decisions on charts: words, marks, and what waits."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from made_up_collaboration import DECIDED, HOSTILE_WORDS
from made_up_release import AREAS
from site_reading import read

from dashboards import periods
from dashboards.bidi import plain
from dashboards.charts.trends import trend_chart
from dashboards.content import Material, SiteContent, prepare
from dashboards.decisions import entry_view
from dashboards.language import Voice, voice
from dashboards.pages import commitments, learning

EN, HE = (voice(code, "he", "school_year") for code in ("en", "he"))
AREA = AREAS[0]


def said(text: str) -> str:
    return "".join(c for c in plain(text) if c.isprintable())


def entry(material: Material, area: str, number: str) -> dict[str, Any]:
    (row,) = (dict(row) for row in material.tables["learning_entries"][area] if row["entry_id"] == number)
    return row


@pytest.mark.parametrize(
    ("day", "period", "calendar", "at"),
    [
        ("2021-09-01", "2022", "school_year", 2021.5),
        ("2022-03-01", "2022", "school_year", 2022.0),
        ("2022-07-01", "2022", "calendar_year", 2022.0),
        ("2022-07-01", "2022-Q3", "quarter", 2022.375),
        ("2022-07-01", "2022-07", "month", 2022.458),
    ],
)
def test_a_day_stands_in_its_period_whose_point_is_its_middle(day: str, period: str, calendar: str, at: float) -> None:
    """A school year begins in September: its first day lies half a year before its point, as a break does."""
    assert periods.day_position(day, period, calendar, 9) == at


def test_decisions_are_numbered_boxes_at_the_foot_with_their_words_in_the_list(material: Material) -> None:
    chart = trend_chart(material, EN, material.root, material.headlines()[0])
    assert chart.figure is not None and chart.table is not None
    boxes = [a for a in chart.figure["layout"]["annotations"] if a["style"] == "decision"]
    # 2016-03-03 lies 6 months and 2 days into 2015/16, and 2019-12-01 three months into 2019/20.
    assert [(said(b["text"]), b["x"], b["y"]) for b in boxes] == [("1", 2016.005, 0), ("2", 2019.75, 0)]
    assert [note.id for note in chart.decisions] == [b["name"] for b in boxes]
    assert [said(note.text) for note in chart.decisions] == [
        f"March 3, 2016, Mathematics <group>: {DECIDED}",
        "December 1, 2019, Mathematics <group>: decided; the words are not released yet",
    ]
    assert "decision" in [item.kind for item in chart.legend]
    remarks = {said(row[0]): said(row[-1]) for row in chart.table.rows}
    assert "decision 1" in remarks["2015/16"] and "decision 2" in remarks["2019/20"]
    assert "decision" not in remarks["2016/17"]


def test_a_decision_about_a_group_names_it_in_the_page_s_language(material: Material) -> None:
    indicator = material.headlines()[-1]
    english, hebrew = (trend_chart(material, v, material.root, indicator).decisions for v in (EN, HE))
    assert [said(n.text) for n in english] == [f"February 1, 2021, Mathematics <group>, about Girls: {DECIDED}"]
    assert [said(n.text) for n in hebrew] == [f"1 בפברואר 2021, Mathematics <group>, על בנות: {DECIDED}"]


def test_a_decision_after_the_newest_value_stretches_the_axis_and_one_long_before_does_not(
    content: SiteContent,
) -> None:
    frame = content.tables["learning_entries"]
    ids = prepare(content).headlines()
    of_first = (frame["area_code"] == "IL") & (frame["indicator_id"] == ids[0].id)
    moved = frame.copy()
    moved.loc[of_first & (frame["entry_id"] == "1"), ["entry_date", "entry_period"]] = ["1999-10-01", "2000"]
    moved.loc[of_first & (frame["entry_id"] == "2"), ["entry_date", "entry_period"]] = ["2024-10-20", "2025"]
    material = prepare(replace(content, tables=MappingProxyType({**content.tables, "learning_entries": moved})))
    chart = trend_chart(material, EN, material.root, ids[0])
    assert chart.figure is not None
    boxes = [a for a in chart.figure["layout"]["annotations"] if a["style"] == "decision"]
    low, high = chart.figure["layout"]["xaxis"]["range"]
    assert [said(b["text"]) for b in boxes] == ["2"] and boxes[0]["x"] < high and low > 2012
    # Both stand in the list.
    assert len(chart.decisions) == 2


def test_days_too_near_for_two_boxes_stand_one_above_the_other(content: SiteContent) -> None:
    moved = content.tables["learning_entries"].copy()
    moved.loc[moved["entry_id"] == "2", ["entry_date", "entry_period"]] = ["2016-03-20", "2016"]
    material = prepare(replace(content, tables=MappingProxyType({**content.tables, "learning_entries": moved})))
    chart = trend_chart(material, EN, material.root, material.headlines()[0])
    assert chart.figure is not None
    boxes = [a for a in chart.figure["layout"]["annotations"] if a["style"] == "decision"]
    assert boxes[1]["yshift"] - boxes[0]["yshift"] >= 15


FOLLOWED = {
    "follow_up": "told", "then_period": "2020", "then_value": 0.142, "since_period": "2024", "since_value": 0.168,
    "difference": 0.026, "difference_low": 0.004, "difference_high": 0.048, "change": "improved",
    "entry_date": "2021-03-03",
}  # fmt: skip


@pytest.mark.parametrize(
    ("speaker", "cells", "sentence", "word"),
    [
        (
            EN, {}, "Since the decision of March 3, 2021: from 14.2% in 2019/20 to 16.8% in 2023/24, +2.6 points "
            "(+0.4 to +4.8).", "Improved",
        ),
        (
            HE, {}, "מאז ההחלטה של 3 במרץ 2021: מ-14.2% ב-2019/20 ל-16.8% ב-2023/24, ‎+2.6 נקודות אחוז (‎+0.4 עד ‎+4.8).",
            "שיפור",
        ),
        (
            EN, {"difference_low": None, "change": "no_clear_change"},
            "Since the decision of March 3, 2021: from 14.2% in 2019/20 to 16.8% in 2023/24, +2.6 points; "
            "its range is not known.",
            "No clear change",
        ),
        (
            EN, {"difference": None, "change": "not_comparable"},
            "Since the decision of March 3, 2021: 14.2% in 2019/20, 16.8% in 2023/24.", "Cannot be compared",
        ),
        (EN, {"follow_up": "no_value_since"}, "No value since the decision is shown yet.", None),
        (
            EN, {"follow_up": "no_value_then"},
            "No value from before the decision is shown, so nothing can be said of what came since.", None,
        ),
        (
            EN, {"follow_up": "not_due", "look_again_on": "2025-09-01"},
            "To be looked at again on September 1, 2025.", None,
        ),
        (EN, {"follow_up": "not_due", "look_again_on": None}, "", None),
    ],
)  # fmt: skip
def test_what_came_since_is_a_plain_sentence(
    material: Material, speaker: Voice, cells: dict[str, Any], sentence: str, word: str | None
) -> None:
    share = next(i for i in material.headlines() if i.unit == "share")
    view = entry_view(material, speaker, entry(material, AREA, "1") | FOLLOWED | {"indicator_id": share.id} | cells)
    assert said(view.follow_up) == said(sentence)
    assert (view.change and view.change.text) == word


def test_an_area_without_entries_has_no_page_and_no_way_to_one(material: Material, site: Path) -> None:
    empty = material.areas[AREAS[-1]]
    assert learning.log_link(material, EN, empty) is None and learning.agenda_link(material, EN, empty) is None
    assert not (site / "he" / "areas" / empty.code / "learning").exists()
    assert (site / "he" / "areas" / AREA / "learning" / "index.html").is_file()


@pytest.mark.parametrize(
    ("language", "waits"), [("en", "wait until somebody"), ("he", "ממתין עד שמישהו"), ("ar", "ينتظر")]
)
def test_the_log_is_newest_first_and_says_what_waits(site: Path, language: str, waits: str) -> None:
    page = (site / language / "areas" / AREA / "learning" / "index.html").read_text("utf-8")
    days = ["2024", "2021", "2019", "2016"]
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert [next(day for day in days if day in heading) for heading in headings] == days
    assert page.count(waits) == 1
    assert "<script>alert('log')" not in page and "alert(&#39;log&#39;)" in page and "\u202e" not in page


def test_hostile_words_are_text_wherever_they_stand(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert HOSTILE_WORDS not in text and "Mathematics <group>" not in text


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_the_agenda_lists_what_is_due_then_what_is_open(site: Path, language: str) -> None:
    reader = read(site / language / "areas" / AREA / "agenda" / "index.html")
    lists = [attributes for tag, attributes in reader.tags if tag == "ol"]
    # Crumbs, two to look at again, and two questions that count on; the entry that is not due and the closed one wait.
    assert [attributes.get("start") for attributes in lists] == [None, None, "3"]
    page = (site / language / "areas" / AREA / "agenda" / "index.html").read_text("utf-8")
    section = page.split('<section class="agenda"')[1].split("</section>")[0]
    assert section.count("<li>") == 4
    assert "Who leaves?" in section and "Few girls." not in section


def test_the_overview_counts_what_became_of_decisions_and_shows_no_cause(
    material: Material, content: SiteContent
) -> None:
    overview = next(iter(learning.pages(material, EN))).context
    told = content.tables["learning_entries"].query("follow_up == 'told'")
    compared = told[told["change"] != "not_comparable"]
    assert said(overview["n_compared"]) == str(len(compared)) != "0"
    counts = {said(name): int(said(number)) for name, number in overview["became"].rows}
    assert counts["Improved"] == (told["change"] == "improved").sum() > 0
    assert counts["Cannot be compared"] == (told["change"] == "not_comparable").sum()
    assert sum(counts.values()) == len(told)


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_pages_of_learning_are_light_and_remind_that_they_show_no_cause(site: Path, language: str) -> None:
    reminder = voice(language, "he", "school_year").say(
        "An indicator that moved after a decision did not therefore move because of it: other things changed too. This "
        "alone shows no cause."
    )
    own = [*site.glob(f"{language}/areas/*/learning/*.html"), *site.glob(f"{language}/areas/*/agenda/*.html")]
    for page in [*own, site / language / "learning" / "index.html"]:
        assert reminder in page.read_text("utf-8") and page.stat().st_size < 60_000
    assert len(own) >= 6


def tables_of(material: Material, speaker: Voice) -> dict[str, Any]:
    (page,) = commitments.pages(material, speaker)
    return {unit["id"]: unit for unit in page.context["units"]}


def test_commitments_stand_apart_by_unit_with_what_is_late(material: Material) -> None:
    units = tables_of(material, EN)
    assert list(units) == ["hours", "ils"] and [said(u["name"]) for u in units.values()] == [
        "Hours of volunteers",
        "Shekels",
    ]
    assert [[said(c) for c in row] for row in units["hours"]["by_line"].rows] == [
        ["Visits to companies", "1,200", "1,200", "900", "75%", "1"],
        ["Together", "1,200", "1,200", "900", "75%", "1"],
    ]
    (late,) = units["hours"]["late"].rows
    assert [said(c) for c in late[1:]] == ["Visits to companies", "June 30, 2021", "1,200", "900", "300"]
    # What falls due after the release is neither due nor late, and years in which nothing happens are left out.
    assert units["ils"]["late"] is None
    assert [[said(c) for c in row] for row in units["ils"]["by_period"].rows] == [
        ["2020/21", "50,000", "0", "0", "0", "–"],
        ["2024/25", "0", "50,000", "0", "0", "–"],
    ]


def test_periods_to_come_have_no_totals_and_the_table_of_lines_ends_before_them(content: SiteContent) -> None:
    frame = content.tables["commitment_progress"].copy()
    later = (frame["unit"] == "ils") & (frame["period"] == frame.loc[frame["unit"] == "ils", "period"].max())
    frame.loc[later, ["total_promised", "total_due", "total_delivered", "share_due_delivered"]] = None
    tables = MappingProxyType({**content.tables, "commitment_progress": frame})
    unit = tables_of(prepare(replace(content, tables=tables)), EN)["ils"]
    assert [said(c) for c in unit["by_period"].rows[-1]] == ["2024/25", "0", "50,000", "0", "–", "–"]
    assert [said(c) for c in unit["by_line"].rows[-1][1:4]] == ["50,000", "0", "0"]


def test_one_number_has_a_chart_with_its_straight_path(content: SiteContent) -> None:
    number = {
        "unit": "hours",
        "amount": 6000,
        "from_period": 2020,
        "to_period": 2026,
        "names": {"en": "Hours", "he": "שעות"},
    }
    frame = content.tables["commitment_progress"].copy()
    whole = (frame["unit"] == "hours") & (frame["line"] == "all") & (frame["partner_id"] == "all")
    frame.loc[whole, "path_value"] = 1000.0
    initiative = content.declarations.initiative
    settings = MappingProxyType({**initiative.settings, "one_number": number})
    declared = replace(content.declarations, initiative=replace(initiative, settings=settings))
    tables = MappingProxyType({**content.tables, "commitment_progress": frame})
    chart = tables_of(prepare(replace(content, declarations=declared, tables=tables)), EN)["hours"]["chart"]
    assert said(chart.summary) == "900 of 6,000 by 2020/21; the straight path stands at 1,000."
    lines = {trace["style"]: (trace["x"], trace["y"]) for trace in chart.figure["data"]}
    assert lines["path"] == ([2020, 2026], [0, 6000])
    assert lines["value"] == ([2021], [900])
    assert [said(cell) for cell in chart.table.rows[0]] == ["2020/21", "1,200", "1,200", "900", "900", "75%", "1,000"]


def test_who_has_neither_log_nor_promises_has_neither_section(content: SiteContent) -> None:
    without = {name: frame.iloc[:0] for name, frame in content.tables.items()}
    material = prepare(replace(content, tables=MappingProxyType(without)))
    assert learning.section(material, EN) is None and commitments.section(material, EN) is None
    assert [*learning.pages(material, EN), *commitments.pages(material, EN)] == []
