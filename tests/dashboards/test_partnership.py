"""The page of a partnership: what it says in a minute, its tables, and the texts that somebody released."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up_partnership import AREA
from made_up_release import AREAS, COLUMNS
from site_reading import read

from dashboards.bidi import plain
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import voice
from dashboards.pages import area_indicators, partnership

EN = voice("en", "en", "school_year")
ATTENDANCE, AGENDA, GROUPS, TRUST = (
    "partnership_attendance_share",
    "partnership_agenda_covered_share",
    "partnership_active_groups",
    "partnership_trust_share",
)


def text(site: Path, language: str, path: str) -> str:
    return (site / language / path).read_text(encoding="utf-8")


def printable(said: str) -> str:
    return "".join(c for c in plain(said) if c.isprintable())


def told(content: SiteContent, *rows: dict[str, Any]) -> Material:
    """The content with these values alone, all of the partnership's area."""
    shared = {
        "initiative_id": "test", "definition_version": 1, "unit": "share", "area_type": "authority", "area_code": AREA,
        "frequency": "A", "dimension": "all", "member": "all", "obs_status": "A", "conf_status": "F", "coverage": 1.0,
    }  # fmt: skip
    return prepare(replace(content, values=pd.DataFrame([shared | row for row in rows], columns=COLUMNS)))


def pair(indicator: str, before: float, now: float, change: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"indicator_id": indicator, "period": "2023", "value": before, "change_from_previous": "not_comparable"},
        {"indicator_id": indicator, "period": "2024", "value": now, "change_from_previous": change} | more,
    ]


def counted(rows: list[dict[str, Any]], *parts: tuple[int, int]) -> list[dict[str, Any]]:
    """The rows with how many of how many each is."""
    return [row | {"numerator": n, "denominator": whole} for row, (n, whole) in zip(rows, parts, strict=True)]


def page_of(material: Material) -> dict[str, Any]:
    return next(page.context for page in partnership.pages(material, EN) if f"/{AREA}/" in page.path)


def test_only_a_partnership_and_the_areas_above_it_have_a_page(site: Path, material: Material) -> None:
    found = {page.parent.parent.name for page in (site / "en" / "areas").glob("*/partnership/index.html")}
    above = {a.code for a in material.ancestors(material.areas[AREA])}
    assert AREA in AREAS and found == {AREA} | above
    for code in material.areas:
        is_linked = f"areas/{code}/partnership/index.html" in text(site, "en", f"areas/{code}/index.html")
        assert is_linked == (code in found), code


def test_a_minute_tells_counts_as_they_are_and_persons_as_they_were_judged(content: SiteContent) -> None:
    material = told(
        content,
        *pair(ATTENDANCE, 0.5, 0.75, "no_clear_change"),
        *pair(AGENDA, 0.75, 0.5, "no_clear_change"),
        *pair(GROUPS, 3, 3, "no_clear_change", unit="groups"),
        # Ten points more of persons, which chance alone could do.
        *pair(TRUST, 0.5, 0.6, "no_clear_change"),
    )
    said = {code: printable(sentence) for code, sentence in page_of(material)["standing"]}
    assert said == {
        "improved": "Better than the period before: Attendance at meetings.",
        "worsened": "Worse than the period before: Agenda covered.",
        "no_clear_change": "No change, or none that is clear: Working groups active · Trust among partners.",
    }


def test_hidden_survey_says_so_and_gives_no_difference(content: SiteContent) -> None:
    context = page_of(told(content, *pair(TRUST, 0.5, 0.6, "improved", conf_status="C", coverage=None)))
    assert [code for code, _ in context["standing"]] == ["hidden"]
    (row,) = context["measures"]
    assert (printable(row.value), row.difference) == ("hidden", "–")


def test_judged_share_says_of_how_many_and_too_few_are_not_judged(content: SiteContent) -> None:
    # Declared: nothing is said of fewer than 20 places or items.
    material = told(
        content,
        *counted(pair(ATTENDANCE, 19 / 23, 0.4, "no_clear_change"), (19, 23), (10, 25)),
        *counted(pair(AGENDA, 19 / 23, 0.5, "not_comparable"), (19, 23), (9, 18)),
    )
    context = page_of(material)
    assert {code: printable(sentence) for code, sentence in context["standing"]} == {
        "worsened": "Worse than the period before: Attendance at meetings (10 of 25; before 19 of 23).",
        "not_enough_data": "Too few to say whether better or worse: Agenda covered.",
    }
    cells = {row.id: (printable(row.value), printable(row.before)) for row in context["measures"]}
    assert cells[AGENDA] == ("50.0% · 9 of 18", "82.6% · 19 of 23")


def test_unfinished_period_is_told_so_far_and_not_compared(content: SiteContent) -> None:
    # The release is of November 2024: the school year 2025 has begun, 2024 has ended.
    so_far = {"indicator_id": ATTENDANCE, "period": "2025", "value": 0.25, "change_from_previous": "no_clear_change"}
    of_first = {"indicator_id": AGENDA, "period": "2025", "value": 0.25}
    context = page_of(told(content, *pair(ATTENDANCE, 0.5, 0.75, "no_clear_change"), so_far, of_first))
    assert {code: printable(sentence) for code, sentence in context["standing"]} == {
        "improved": "Better than the period before: Attendance at meetings.",
        "too_early": "The period is not over yet: Agenda covered.",
    }
    rows = {row.id: row for row in context["measures"]}
    attendance = rows[ATTENDANCE]
    assert [printable(text) for text in (attendance.value, attendance.before, attendance.difference)] == [
        "75.0%", "50.0%", "+25.0 points",
    ]  # fmt: skip
    assert context["is_unfinished"] and printable(attendance.so_far).endswith(": 25.0%")
    assert (rows[AGENDA].value, rows[AGENDA].before) == ("–", "–")


def test_first_period_has_nothing_to_compare_with(content: SiteContent) -> None:
    context = page_of(told(content, {"indicator_id": ATTENDANCE, "period": "2024", "value": 0.5}))
    assert [code for code, _ in context["standing"]] == ["missing"] and not context["is_unfinished"]


def test_title_that_waits_says_so(content: SiteContent) -> None:
    tables = dict(content.tables)
    tables["partnership_initiatives"] = tables["partnership_initiatives"].assign(title=None)
    table, _ = page_of(prepare(replace(content, tables=tables)))["raised"]
    said = [printable(cell) for cell in table.rows[0]]
    assert (said[0], *said[3:]) == ("waits to be read", "third sector", "adopted")


def test_values_of_other_areas_than_before_are_not_subtracted(content: SiteContent) -> None:
    context = page_of(told(content, *pair(ATTENDANCE, 0.5, 0.75, "not_comparable")))
    assert [code for code, _ in context["standing"]] == ["not_comparable"]
    assert context["measures"][0].difference == "–"


def test_difference_of_shares_is_in_points(content: SiteContent) -> None:
    (row,) = page_of(told(content, *pair(ATTENDANCE, 0.5, 0.75, "no_clear_change")))["measures"]
    assert [printable(cell) for cell in (row.value, row.before, row.difference)] == ["75.0%", "50.0%", "+25.0 points"]


def test_meetings_stand_newest_first_and_the_older_ones_are_folded(material: Material) -> None:
    groups = dict(page_of(material)["meetings"])
    newest, older = groups["Group A"]
    assert [printable(row[0]) for row in newest.rows][::5] == ["February 1, 2024", "December 1, 2022"]
    assert [[printable(cell) for cell in row] for row in older.rows] == [
        ["October 1, 2022", "0 of 7", "2 of 3", "4 of 5"]
    ]
    assert groups["קבוצה ב"][0].rows[0][1:] == ("not reported",) * 3


def test_only_organisations_with_open_tasks_are_listed(material: Material) -> None:
    context = page_of(material)
    assert [[printable(cell) for cell in row] for row in context["tasks"].rows] == [["Group A", "City", "9", "4", "3"]]
    numbers = {printable(label): printable(number) for label, number in context["numbers"]}
    assert (numbers["Tasks still open"], numbers["Open tasks past their day"]) == ("4", "3")
    assert numbers["Tasks whose group has not met since"] == "2"


@pytest.mark.parametrize(
    ("language", "waiting"), [("en", "wait to be read: 3"), ("he", "שממתינות לקריאה: <bdi>3</bdi>")]
)
def test_answers_stand_as_given_and_those_that_wait_are_counted(site: Path, language: str, waiting: str) -> None:
    html = text(site, language, f"areas/{AREA}/partnership/index.html")
    assert (
        '<blockquote dir="auto">&lt;/blockquote&gt;&lt;script&gt;alert(1)&lt;/script&gt; אמון &amp; &#39;אמת&#39;'
        "</blockquote>"
    ) in html
    assert waiting in html


def test_page_has_headings_and_tables_with_headers(site: Path) -> None:
    tags = [tag for tag, _ in read(site / "he" / "areas" / AREA / "partnership" / "index.html").tags]
    assert tags.count("h1") == 1 and tags.count("h2") == 6
    assert tags.count("thead") == tags.count("table") >= 5


def test_indicators_beside_the_goals_are_listed_only_where_they_are_told(content: SiteContent, site: Path) -> None:
    material = told(content, *pair(ATTENDANCE, 0.5, 0.75, "no_clear_change"))
    (page,) = area_indicators.pages(material, EN)
    number, name, rows, silent = page.context["goals"][-1]
    assert (number, name.text, [row.id for row in rows], silent) == ("", "Beside the goals", [ATTENDANCE], "")
    assert "Beside the goals" in text(site, "en", "indicators/index.html")
    told_of = {i.id for i in material.told_of(page.path.split("/")[1])}
    assert GROUPS not in told_of and "mathematics_5u_examinees" in told_of
    # What serves a goal and nobody reported stands in a sentence, not in a row.
    assert page.context["goals"][0][2] == () and printable(page.context["goals"][0][3]).startswith("Not reported: ")
