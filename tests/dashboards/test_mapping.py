"""The page of the continuous mapping: what is new, the whole panel, and what is hidden."""

from dataclasses import replace
from types import MappingProxyType

import pandas as pd
import pytest
from made_up_release import AREAS, LEAKS

from dashboards.bidi import plain
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import Voice
from dashboards.language import voice as voice_in
from dashboards.pages.mapping import Line, link, pages
from dashboards.views import Page

INDICATOR, AREA = "mathematics_5u_examinees_share", AREAS[0]


@pytest.fixture
def material(content: SiteContent) -> Material:
    """A release in which one measure of an area improved beyond chance in its newest period, and no other."""
    panel = content.tables["mapping_panel"].assign(news="no_clear_change")
    compared = panel[(panel["indicator_id"] == INDICATOR) & (panel["area_code"] == AREA) & panel["p_value"].notna()]
    panel.loc[compared.index[-1], "news"] = "improved"
    return prepare(replace(content, tables=MappingProxyType({**content.tables, "mapping_panel": panel})))


@pytest.fixture
def voice(material: Material) -> Voice:
    return voice_in("en", material.declarations.initiative.default_language, "school_year")


def page_of(material: Material, voice: Voice, area: str) -> Page:
    return next(page for page in pages(material, voice) if page.path == f"areas/{area}/mapping/index.html")


def test_what_moved_beyond_chance_is_named_with_both_values(material: Material, voice: Voice) -> None:
    context = page_of(material, voice, AREA).context
    (news,) = context["news"]
    assert news.indicator_id == INDICATOR
    assert news.badge.code == "improved"
    row = material.tables["mapping_panel"][AREA]
    newest = max(
        (r for r in row if r["indicator_id"] == INDICATOR and r["news"] == "improved"), key=lambda r: r["period"]
    )
    assert plain(voice.value("share", newest["value"])) in plain(news.sentence)
    assert plain(voice.value("share", newest["previous_value"])) in plain(news.sentence)
    found = link(material, voice, material.areas[AREA])
    assert found is not None and plain(found.note) == "new: 1"


def test_panel_stands_by_stage_of_life_and_marks_only_what_is_new(material: Material, voice: Voice) -> None:
    stages = page_of(material, voice, AREA).context["stages"]
    declared = [row["name_en"] for row in material.declarations.rows("stages")]
    names = [name.text for name, _ in stages]
    assert names == [name for name in declared if name in names]
    cells = [cell for _, lines in stages for line in lines for cell in line.cells]
    assert sum(cell.news is not None for cell in cells) == 1


def test_an_area_without_values_has_no_page_and_no_way_to_it(material: Material, voice: Voice) -> None:
    empty = material.areas[AREAS[-1]]
    assert link(material, voice, empty) is None
    assert not any(f"/{empty.code}/" in page.path for page in pages(material, voice))


def test_a_hidden_value_says_so_and_one_that_nobody_reported_is_a_dash(content: SiteContent, voice: Voice) -> None:
    values = content.values.copy()
    unreported = (values["indicator_id"] == INDICATOR) & (values["area_code"] == AREA) & (values["period"] == "2024")
    values.loc[unreported, ["value", "obs_status", "conf_status"]] = [float("nan"), "O", "F"]
    changed = prepare(replace(content, values=values))
    cells = [c for p in pages(changed, voice) for _, lines in p.context["stages"] for line in lines for c in line.cells]
    words = {state: {cell.text for cell in cells if cell.state == state} for state in ("hidden", "missing")}
    assert words == {"hidden": {"hidden to protect small groups"}, "missing": {"–"}}


def test_hidden_values_are_in_no_row_of_the_panel(content: SiteContent) -> None:
    key = ["indicator_id", "area_code", "frequency", "period"]
    totals = content.values[content.values["dimension"] == "all"]
    hidden = totals[totals["conf_status"] == "C"][key]
    assert len(hidden)
    assert pd.merge(hidden, content.tables["mapping_panel"], on=key).empty


def test_small_line_is_drawn_from_what_its_row_shows_and_breaks_where_it_shows_nothing(
    content: SiteContent, voice: Voice
) -> None:
    """From 0.2 to 0.3 over 20 pixels; 0.25 is in the middle. Nobody reported 2021, and 2023 is hidden."""
    told = {"2019": 0.2, "2020": 0.25, "2022": 0.3, "2024": 0.2}
    values = content.values.copy()
    is_line = (values["indicator_id"] == INDICATOR) & (values["area_code"] == AREA) & (values["dimension"] == "all")
    values.loc[is_line, ["value", "obs_status", "conf_status"]] = [float("nan"), "O", "F"]
    for period, value in told.items():
        values.loc[is_line & (values["period"] == period), ["value", "obs_status"]] = [value, "A"]
    values.loc[is_line & (values["period"] == "2023"), ["value", "conf_status"]] = [LEAKS[1], "C"]
    line = line_of(prepare(replace(content, values=values)), voice)
    assert (line.course, line.end) == ("M0 20 10 10M30 0h0M50 20h0", "M50 20h0")
    # What moves little is no steep line: the height is a quarter of 0.22 at least, of which 0.02 is 7 of 20 pixels.
    values.loc[is_line & (values["period"] == "2020"), "value"] = 0.2
    values.loc[is_line & (values["period"] == "2022"), "value"] = 0.22
    flat = line_of(prepare(replace(content, values=values)), voice)
    assert flat.course == "M0 14 10 14M30 6h0M50 14h0"
    values.loc[is_line & values["period"].isin(["2019", "2020", "2022"]), "value"] = float("nan")
    alone = line_of(prepare(replace(content, values=values)), voice)
    assert (alone.course, alone.end) == ("", "")


def test_small_line_does_not_cross_a_change_of_method(content: SiteContent, voice: Voice) -> None:
    values = content.values.copy()
    is_line = (values["indicator_id"] == INDICATOR) & (values["area_code"] == AREA) & (values["dimension"] == "all")
    values.loc[is_line, ["value", "obs_status", "conf_status"]] = [0.2, "A", "F"]
    break_ = MappingProxyType({"indicator_id": INDICATOR, "period": "2022", "name_en": "Another way"})
    registers = MappingProxyType({**content.declarations.register_rows, "breaks": (break_,)})
    declared = replace(content.declarations, register_rows=registers)
    line = line_of(prepare(replace(content, declarations=declared, values=values)), voice)
    assert line.course == "M0 10 10 10 20 10M30 10 40 10 50 10"


def line_of(material: Material, voice: Voice) -> Line:
    stages = page_of(material, voice, AREA).context["stages"]
    found: Line = next(line for _, lines in stages for line in lines if line.indicator_id == INDICATOR)
    return found
