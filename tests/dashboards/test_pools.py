"""Years taken together stand on pages where single ones may not be shown, and say that they are."""

from dataclasses import replace

import pandas as pd
import pytest
from made_up_release import AREAS

from dashboards.bidi import plain
from dashboards.cards import card
from dashboards.charts.divisions import group_charts
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import Voice
from dashboards.language import voice as voice_in
from dashboards.pages.area_indicators import pages

INDICATOR, AREA = "mathematics_5u_examinees_share", AREAS[0]
YEARS = "2021/22 to 2023/24 together"


@pytest.fixture
def material(content: SiteContent) -> Material:
    """A release in which every year of one indicator is hidden at one area, and three years together are not."""
    values = content.values.copy()
    is_here = (values["indicator_id"] == INDICATOR) & (values["area_code"] == AREA)
    values.loc[is_here, "conf_status"] = "C"
    rows = values[is_here & (values["period"] == "2024")]
    total, girls, boys = (
        rows[(rows["dimension"] == dimension) & (rows["member"] == member)].assign(
            frequency="A3", conf_status="F", numerator=234, denominator=780, value=value,
            value_low=value - 0.01, value_high=value + 0.01,
            change_from_baseline="improved",
        )
        for dimension, member, value in (("all", "all", 0.3), ("gender", "female", 0.25), ("gender", "male", 0.35))
    )  # fmt: skip
    return prepare(replace(content, values=pd.concat([values, total, girls, boys], ignore_index=True)))


@pytest.fixture
def voice(material: Material) -> Voice:
    return voice_in("en", material.declarations.initiative.default_language, "school_year")


def test_card_tells_of_years_together_where_the_newest_is_hidden(material: Material, voice: Voice) -> None:
    found = card(material, voice, material.areas[AREA], material.indicators[INDICATOR])
    assert found.state == "hidden"
    assert any(plain(note) == f"{YEARS}: 234 of 780, 30.0% (29.0%–31.0%)." for note in found.notes), found.notes


def test_list_of_indicators_shows_years_together(material: Material, voice: Voice) -> None:
    (page,) = (page for page in pages(material, voice) if f"/{AREA}/" in page.path)
    (row,) = (row for _, _, rows, _ in page.context["goals"] for row in rows if row.id == INDICATOR)
    assert (plain(row.period), plain(row.value)) == (YEARS, "30.0%")
    assert row.change is not None and row.change.code == "improved"


def test_groups_are_compared_over_years_together_where_that_shows_more_of_them(
    material: Material, voice: Voice
) -> None:
    by_dimension = {plain(name.text): charts for name, charts in group_charts(material, voice, material.areas[AREA])}
    (chart,) = (c for c in by_dimension["Gender"] if c.table and any(YEARS in plain(r[1]) for r in c.table.rows))
    name = plain(voice.name(material.indicators[INDICATOR].row).text)
    (row,) = (row for row in chart.table.rows if plain(row[0]) == name)
    assert [plain(text) for text in row[1:]] == [YEARS, "25.0% (24.0%–26.0%)", "35.0% (34.0%–36.0%)"]
    assert any(YEARS in plain(note) for note in chart.notes)
