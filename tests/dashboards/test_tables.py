"""Tables of an area's page: the report card and the position among peers say what the published tables say."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from made_up_release import AREAS
from site_reading import pages

from dashboards.bidi import plain
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import voice
from dashboards.pages.report_card import pages as report_card_pages
from dashboards.tables import positions, report_card
from dashboards.views import Table

EN = voice("en", "en", "school_year")


def cells(table: Table | None) -> list[list[str]]:
    assert table is not None
    return [["".join(c for c in plain(cell) if c.isprintable()) for cell in row] for row in table.rows]


def changed(content: SiteContent, name: str, **columns: object) -> Material:
    return prepare(replace(content, tables={**content.tables, name: content.tables[name].assign(**columns)}))


def test_report_card_counts_by_goal_and_in_all_since_the_baseline(content: SiteContent, material: Material) -> None:
    found = report_card(material, EN, material.areas["IL"])
    assert found is not None
    table = content.tables["report_card"]
    rows = table[(table["area_code"] == "IL") & (table["scope"] == "all") & (table["compared_with"] == "baseline")]
    in_all = rows[rows["goal_id"] == "all"].iloc[0]
    assert cells(found[1])[-1][1:6] == [
        str(in_all[name]) for name in ("n_indicators", "n_improved", "n_worsened", "n_no_clear_change", "n_not_judged")
    ]
    assert len(found[1].rows) == len(rows)
    sentence = "".join(c for c in plain(found[0]) if c.isprintable())
    assert sentence.startswith(f"{in_all['n_improved']} of {in_all['n_indicators']} indicators improved")


def test_area_of_which_nothing_can_be_judged_has_no_report_card(content: SiteContent) -> None:
    judged_nothing = changed(content, "report_card", n_not_judged=content.tables["report_card"]["n_indicators"])
    assert report_card(judged_nothing, EN, judged_nothing.areas["IL"]) is None
    without = prepare(replace(content, tables={}))
    assert report_card(without, EN, without.areas["IL"]) is None and positions(without, EN, without.areas["IL"]) is None


@pytest.mark.parametrize("position", ["inside", "above", "below"])
def test_position_is_said_with_the_range_that_chance_allows(content: SiteContent, position: str) -> None:
    found = changed(content, "peer_positions", position=position, limit_low_998=0.1, limit_high_998=0.3, n_peers=7)
    (row, *_) = cells(positions(found, EN, found.areas[AREAS[0]]))
    assert row[3] == "Socio-economic cluster (7)"
    assert row[5:] == ["10.0%–30.0%", f"{position.capitalize()} what chance and the usual variety of places allow"]


def test_only_headline_indicators_have_a_line_in_declared_order(content: SiteContent, material: Material) -> None:
    table = content.tables["peer_positions"]
    of_area = set(table.loc[table["area_code"] == AREAS[0], "indicator_id"])
    shown = [i for i in material.headlines() if i.id in of_area]
    names = [row[0] for row in cells(positions(material, EN, material.areas[AREAS[0]]))]
    assert names == [i.row["name_en"] for i in shown] and len(of_area) > len(shown) > 0


def test_declared_group_of_peers_goes_by_its_name(content: SiteContent) -> None:
    group = MappingProxyType({"peer_group_id": "coast", "area_code": AREAS[0], "name_en": "Coastal towns"})
    registers = MappingProxyType({**content.declarations.register_rows, "peer_groups": (group,)})
    declared = replace(content, declarations=replace(content.declarations, register_rows=registers))
    found = changed(declared, "peer_positions", peer_group_id="coast")
    assert cells(positions(found, EN, found.areas[AREAS[0]]))[0][3].startswith("Coastal towns (")


def test_country_has_no_peers_and_pages_rank_nobody(site: Path, material: Material) -> None:
    assert positions(material, EN, material.areas["IL"]) is None
    text = "".join(page.read_text(encoding="utf-8") for page in pages(site / "en" / "areas"))
    assert "Beside areas like it" in text and "How many improved" in text


def test_report_card_of_all_places_counts_as_each_place_s_own_page_does(material: Material) -> None:
    (page,) = report_card_pages(material, EN)
    assert page.path == "report-card/index.html"
    found = {line.code: line.counts for line in page.context["lines"]}
    judged = {
        area.code: card[1].rows[-1][1:]
        for area in material.areas.values()
        if area.type == material.ecosystem_type and (card := report_card(material, EN, area))
    }
    assert found == judged
    assert judged
    assert page.context["whole"] == report_card(material, EN, material.root)
