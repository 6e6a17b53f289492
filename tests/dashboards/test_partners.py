"""Pages of partners and what a measure's page says of all who report it."""

import re
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import made_up_release
import pandas as pd
import pytest

from dashboards.content import SiteContent
from dashboards.site import render
from pipelines.declarations import Declarations

MEASURE, OTHER_PARTNER_S = "program_participants", "inquiry_skills_share"
SAID, ELSEWHERE = "Is it counted <twice>?", "A word of another partner."


def _report(declared: Declarations, partner: str, indicator: str, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {column.name: None for column in declared.objects["partner_reports"].columns}
    numbers = {name: 0 for name in row if name.startswith("n_")}
    return row | numbers | {
        "initiative_id": "5p2", "partner_id": partner, "indicator_id": indicator, "is_chosen": True, "is_own": False,
        "n_areas_chosen": 2, "definition_versions": "1",
    } | more  # fmt: skip


def _comment(declared: Declarations, partner: str, indicator: str, text: str, **more: Any) -> dict[str, Any]:
    row = {column.name: None for column in declared.objects["measure_comments_shown"].columns}
    return row | {
        "partner_id": partner, "indicator_id": indicator, "commented_on": "2024-01-01", "kind": "unclear",
        "text_id": "0" * 16, "comment_text": text,
    } | more  # fmt: skip


@pytest.fixture(scope="module")
def content(declared: Declarations) -> SiteContent:
    """Volunteers promised two measures; of six numbers four came and one of those in time."""
    few = made_up_release.few_areas(declared, made_up_release.AREAS)
    reports = [
        _report(
            declared, "sample_volunteers", MEASURE, n_expected=6, n_delivered=4, n_on_time=1, n_early=2,
            overdue_period="2022", next_due_period="2024", next_due_on="2025-02-28", n_areas_reported=3,
            n_periods_reported=2, first_period_reported="2021", last_period_reported="2023",
        ),
        _report(declared, "sample_volunteers", "company_visits", is_own=True, n_expected=2),
        _report(
            declared, "sample_assessment", MEASURE, is_chosen=False, n_areas_reported=5, n_periods_reported=1,
            first_period_reported="2022", last_period_reported="2022", definition_versions="1;2",
        ),
    ]  # fmt: skip
    comments = [
        _comment(
            declared, "sample_volunteers", MEASURE, SAID, outcome="explained", answered_on="2024-02-01",
            answer_en="Once each.", answer_he="פעם אחת.", answer_ar="مرة واحدة.",
        ),
        _comment(declared, "sample_assessment", OTHER_PARTNER_S, ELSEWHERE),
    ]  # fmt: skip
    base = made_up_release.release(few)
    tables = {**base.tables, "partner_reports": pd.DataFrame(reports), "measure_comments_shown": pd.DataFrame(comments)}
    return replace(base, tables=MappingProxyType(tables))


@pytest.fixture(scope="module")
def site(content: SiteContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    render(content, folder)
    return folder


def page(site: Path, path: str, language: str = "en") -> str:
    return (site / language / path / "index.html").read_text("utf-8")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_declared_partner_has_a_page_in_every_language(declared: Declarations, site: Path) -> None:
    for language in declared.initiative.languages:
        assert 'aria-current="page">' in page(site, "partners", language)
        for row in declared.rows("partners"):
            assert page(site, f"partners/{row['partner_id']}", language)


def test_promises_in_all_are_sums_over_measures(site: Path) -> None:
    """Six and two were due, four came, one of them in time."""
    said = words(page(site, "partners/sample_volunteers"))
    assert "4 of 8 (50%)" in said and "1 of 4 (25%)" in said
    assert "2023/24 by February 28, 2025" in said
    assert "Overdue since" in said and "2021/22" in said


def test_a_partner_s_page_says_nothing_of_another_partner(declared: Declarations, site: Path) -> None:
    own = page(site, "partners/sample_volunteers")
    assert "Is it counted &lt;twice&gt;?" in own and "Once each." in own
    assert ELSEWHERE not in own
    others = [row for row in declared.rows("partners") if row["partner_id"] != "sample_volunteers"]
    assert [row["partner_id"] for row in others if row["name_en"] in own or row["partner_id"] in own] == []


def test_who_promised_nothing_is_told_so_and_what_it_reported_stands_apart(site: Path) -> None:
    said = words(page(site, "partners/sample_assessment"))
    assert "has not yet said which measures" in said and "Reported without a promise" in said


def test_a_measure_names_all_who_report_it_and_by_which_definition(site: Path) -> None:
    said = words(page(site, f"indicators/{MEASURE}"))
    assert "All that report it" in said
    assert "2020/21 to 2022/23" in said and "1, 2" in said
    assert "Is it counted &lt;twice&gt;?" in page(site, f"indicators/{MEASURE}")


def test_an_own_measure_is_marked_as_such_wherever_it_is_listed(site: Path) -> None:
    own = page(site, "indicators/company_visits")
    assert "One partner&#39;s own measure" in own or "One partner's own measure" in own
    assert 'href="../../partners/sample_volunteers/index.html"' in own
    catalogue = page(site, "indicators")
    marked = re.findall(r'href="([a-z0-9_]+)/index.html"[^>]*>[^<]*</a> <span class="unit">[^<]*own measure', catalogue)
    assert marked == ["company_visits"]


def test_a_measure_without_comments_says_how_to_comment(site: Path) -> None:
    assert "Nobody has commented on it yet" in page(site, "indicators/company_visits")
