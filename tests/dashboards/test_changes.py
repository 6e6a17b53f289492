"""The page that says what changed since the release before."""

import re
from dataclasses import replace
from pathlib import Path

import made_up_release
import pandas as pd
import pytest

from dashboards.content import SiteContent
from dashboards.labels import VERDICTS
from dashboards.pages import changes
from dashboards.site import draw_page

WEIGHT = 60_000
OTHERS = ("physics_5u_examinees", "chemistry_5u_examinees")


def text_of(page: str) -> str:
    """What a reader sees of a page, in one line."""
    return " ".join(re.sub(r"<[^<>]*>", "", page.partition("<main")[2]).split())


def drawn(content: SiteContent, tables: dict[str, pd.DataFrame], language: str, folder: Path) -> str:
    told = replace(content, tables={**content.tables, **tables})
    page = draw_page(told, lambda material, voice: next(changes.pages(material, voice)), language, folder)
    return page.read_text(encoding="utf-8")


def test_page_says_which_release_it_is_beside_and_what_became_of_its_numbers(site: Path) -> None:
    page = text_of((site / "en" / "changes" / "index.html").read_text(encoding="utf-8"))
    assert "(r-0123456789ab, deliveries up to" in page and "(r-ba9876543210, deliveries up to May 31, 2024)" in page
    assert "new numbers 12, restated 3, gone 4, hidden now that were shown 5, shown now that were hidden 6." in page
    assert "8,100" in page and "9,000" in page
    # Of one headline's verdict, the country first; the indicator that did not change is in no list of numbers.
    assert re.search(r"Behind the path ?On track ?2: Israel", page)
    assert "The policy of hiding is another." in page
    assert "fewer than 11 are hidden, instead of fewer than 5" in page
    assert "version 2 instead of 1" in page and "gone: no longer measured" in page


def test_every_language_has_the_page_and_ways_to_it(site: Path, content: SiteContent) -> None:
    for language in content.declarations.initiative.languages:
        assert (site / language / "changes" / "index.html").stat().st_size < WEIGHT
        assert 'href="changes/index.html"' in (site / language / "index.html").read_text(encoding="utf-8")
        assert 'href="../changes/index.html"' in (site / language / "quality" / "index.html").read_text(
            encoding="utf-8"
        )
    page = text_of((site / "he" / "changes" / "index.html").read_text(encoding="utf-8"))
    assert "מספרים חדשים 12, תוקנו 3" in page and "מדיניות ההסתרה השתנתה" in page


@pytest.mark.parametrize("has_tables", [True, False])
def test_first_release_says_that_there_is_none_before(content: SiteContent, tmp_path: Path, has_tables: bool) -> None:
    first = content.tables["release_changes"].assign(before_release_id=None, before_as_of=None)
    page = drawn(content, {"release_changes": first if has_tables else first.iloc[:0]}, "en", tmp_path)
    assert "This is the first release that is kept here" in text_of(page)
    assert "restated" not in text_of(page)


def test_each_empty_part_says_why_it_is_empty(content: SiteContent, tmp_path: Path) -> None:
    tables = {name: frame.iloc[:0] for name, frame in made_up_release.change_tables(content.declarations).items()}
    quiet = content.tables["release_changes"].assign(**dict.fromkeys(changes.COUNTS, 0))
    page = drawn(content, {**tables, "release_changes": quiet}, "en", tmp_path)
    for sentence in (
        "No verdict that both releases show is another.", "Every published number is as it was.",
        "No total of an area that contains others was restated.", "Nothing was delivered since then",
        "No delivery was withdrawn.", "The same indicators are measured",
        "No change of the policy or of a threshold is known.",
        "No check of this release had to be accepted", "The published registers say what they said.",
    ):  # fmt: skip
        assert sentence in text_of(page), sentence
    assert page.count('class="empty"') == 9


def test_restated_numbers_that_may_not_be_repeated_are_not_said_to_be_none(
    content: SiteContent, tmp_path: Path
) -> None:
    none = content.tables["restated_values"].iloc[:0]
    page = text_of(drawn(content, {"restated_values": none}, "en", tmp_path))
    assert "more strictly than it was" in page and "No total" not in page


def test_page_is_light_and_says_how_much_it_leaves_out(content: SiteContent, tmp_path: Path) -> None:
    page = drawn(content, many(content), "ar", tmp_path)
    assert len(page.encode()) < WEIGHT
    english = text_of(drawn(content, many(content), "en", tmp_path))
    # 500 deliveries less 20; 40 areas less 12 of each turn.
    assert "and 480 more" in english and "40: " in english and "and 28 more" in english


def many(content: SiteContent) -> dict[str, pd.DataFrame]:
    """More changes of everything than a release ever has."""
    declared = content.declarations
    tables = made_up_release.change_tables(declared)
    headlines = [row["indicator_id"] for row in declared.rows("indicators") if row["is_headline"]]
    places = [area["area_code"] for area in declared.rows("areas")]
    causes, restated = tables["release_causes"], tables["restated_values"]
    # There are only so many checks and registers, and one policy.
    is_one = causes["cause"].isin(["policy", "acceptance", "register"])
    return {
        "release_changes": pd.DataFrame(
            [
                {**tables["release_changes"].iloc[0].to_dict(), "indicator_id": row["indicator_id"]}
                for row in declared.rows("indicators")
            ]
        ),
        "release_causes": causes.loc[causes.index.repeat((~is_one) * 499 + 1)],
        "restated_values": restated.loc[restated.index.repeat(500)],
        "verdict_changes": pd.DataFrame(
            [
                {
                    "indicator_id": indicator,
                    "area_code": places[number % len(places)],
                    "from_verdict": old,
                    "verdict": new,
                }
                for indicator in headlines
                for old in VERDICTS
                for new in VERDICTS
                for number in range(40)
                if old != new
            ]
        ),
    }


def test_largest_restated_totals_stand_first_each_once(content: SiteContent, tmp_path: Path) -> None:
    row = content.tables["restated_values"].iloc[0].to_dict()
    other, third = (i["indicator_id"] for i in content.declarations.rows("indicators") if i["indicator_id"] in OTHERS)
    # Beside the larger of both: a fifth, and in another year a tenth; a half; a third. Then an area that contains no
    # others, what is no total, and years pooled.
    rows = [
        {**row, "period": "2019", "before_value": 3000.0, "value": 2700.0},
        {**row, "period": "2020", "before_value": 8000.0, "value": 10000.0},
        {**row, "indicator_id": other, "before_value": 4444.0, "value": 2222.0},
        {**row, "indicator_id": third, "before_value": 2200.0, "value": 3300.0},
        {**row, "before_value": 6666.0, "value": 1.0, "area_type": "authority", "area_code": "3000"},
        {**row, "before_value": 5555.0, "value": 1.0, "dimension": "gender", "member": "female"},
        {**row, "before_value": 7777.0, "value": 1.0, "frequency": "A3"},
    ]
    page = text_of(drawn(content, {"restated_values": pd.DataFrame(rows)}, "en", tmp_path))
    assert re.findall("8,000|4,444|3,000|2,200|6,666|5,555|7,777", page) == ["4,444", "2,200", "8,000"]
    assert re.search(r"Israel ?2 ?2019/20 ?8,000 ?10,000", page)
