"""What a reader sees of hidden values: their sign, how many there are, and what can be said instead."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from made_up_release import AREAS
from site_reading import pages

from dashboards.bidi import plain
from dashboards.cards import card
from dashboards.charts.comparisons import comparison_charts
from dashboards.charts.divisions import group_charts
from dashboards.charts.trends import trend_chart
from dashboards.content import Material, SiteContent, prepare
from dashboards.hiding import counted_in_charts, told_by
from dashboards.language import voice as voice_in
from dashboards.pages import area_indicators
from dashboards.pages.area import pages as area_pages
from dashboards.pages.methods import pages as methods_pages
from dashboards.site import render
from dashboards.views import Absent, Chart, Told

EN = voice_in("en", "he", "school_year")
# A part of a whole that is divided by gender and sector, a count that is, and a town in a district.
SHARE, COUNT, TOWN, DISTRICT = "mathematics_5u_examinees_share", "mathematics_5u_examinees", AREAS[0], "south"
SECTORS = ("jewish", "arab", "druze", "bedouin")
WORDS = {"shown": "shown", "hidden": "hidden to protect small groups", "withheld": "withheld by the source"} | {
    "not_collected": "exists, but was not collected", "not_applicable": "cannot exist here", "missing": "not reported",
}  # fmt: skip


def changed(values: pd.DataFrame, area: str, indicator: str, group: str = "all", **columns: object) -> pd.DataFrame:
    """The values with columns of one series set anew, in all its periods."""
    is_series = (values["area_code"] == area) & (values["indicator_id"] == indicator) & (values["member"] == group)
    assert is_series.any()
    changed = values.copy()
    changed.loc[is_series, list(columns)] = list(columns.values())
    return changed


def hidden(values: pd.DataFrame, area: str, indicator: str, *groups: str) -> pd.DataFrame:
    for group in groups or ("all",):
        values = changed(values, area, indicator, group, conf_status="C")
    return values


def line_of(content: SiteContent, total: int, shown: Sequence[int], indicator: str = SHARE, **of_total: object) -> str:
    """What the district's chart says instead of its hidden sectors, of a total and the first sectors, all shown."""
    values = changed(content.values, DISTRICT, indicator, numerator=total, **{"coverage": 1.0} | of_total)
    for sector, number in zip(SECTORS, shown, strict=False):
        values = changed(values, DISTRICT, indicator, sector, numerator=number)
    values = hidden(values, DISTRICT, indicator, *SECTORS[len(shown) :])
    return instead(prepare(replace(content, values=values)), DISTRICT, indicator)


def instead(material: Material, area: str, indicator: str, dimension: str = "Sector") -> str:
    name = plain(EN.name(material.indicators[indicator].row).text)
    lines = (plain(text) for chart in charts_of(material, area, dimension) for text in chart.hidden)
    found = [text for text in lines if text.startswith(f"{name} – ")]
    assert len(found) < 2
    return found[0].removeprefix(f"{name} – ") if found else ""


def charts_of(material: Material, area: str, dimension: str) -> tuple[Chart, ...]:
    divided = group_charts(material, EN, material.areas[area])
    return next(charts for name, charts in divided if plain(name.text) == dimension)


def pooled(values: pd.DataFrame, area: str, indicator: str, group: str, last: int, **columns: object) -> pd.DataFrame:
    """The values with a row of three years together, of a series."""
    is_last = (values["indicator_id"] == indicator) & (values["period"] == str(last)) & (values["member"] == group)
    row = values[is_last & (values["area_code"] == area)].assign(frequency="A3", conf_status="F", **columns)
    return pd.concat([values, row], ignore_index=True)


POOL = {"numerator": 61, "denominator": 540, "value": 61 / 540, "value_low": 0.089, "value_high": 0.142}


@pytest.mark.parametrize(
    ("total", "shown", "said"),
    [
        # 540 − 300 − 200 = 40 for two groups; 540 − 300 − 100 − 60 = 80 for one.
        (540, (300, 200), "Druze, Bedouin all told, 2023/24: at most 40 of the 540 counted."),
        (540, (300, 100, 60), "Bedouin, 2023/24: at most 80 of the 540 counted."),
        # Eleven is as many as the policy's threshold.
        (511, (300, 200), "Druze, Bedouin all told, 2023/24: at most 11 of the 511 counted."),
    ],
)
def test_hidden_groups_are_told_by_what_their_shown_total_leaves(
    content: SiteContent, total: int, shown: Sequence[int], said: str
) -> None:
    assert line_of(content, total, shown) == said


@pytest.mark.parametrize("total", [510, 501, 500, 490])
def test_what_a_total_leaves_is_never_told_when_narrower_than_the_threshold(content: SiteContent, total: int) -> None:
    assert content.declarations.initiative.settings["policy"]["threshold"] == 11
    said = line_of(content, total, (300, 200))
    assert "at most" not in said and said.startswith("in Israel, 2023/24: Druze ")


def with_threshold(content: SiteContent, indicator: str, **declared: object) -> SiteContent:
    """The content with other cells in an indicator's row of the register."""
    declarations = content.declarations
    rows = tuple(
        MappingProxyType({**row, **declared}) if row["indicator_id"] == indicator else row
        for row in declarations.rows("indicators")
    )
    registers = MappingProxyType({**declarations.register_rows, "indicators": rows})
    return replace(content, declarations=replace(declarations, register_rows=registers))


@pytest.mark.parametrize(
    ("threshold", "total", "is_told"), [(20, 519, False), (20, 520, True), (0, 510, False), (0, 511, True)]
)
def test_what_a_total_leaves_is_held_to_the_indicators_own_threshold(
    content: SiteContent, threshold: int, total: int, is_told: bool
) -> None:
    # 519 - 300 - 200 = 19; a source that demands 20 is stricter than the initiative's 11. One without any has that.
    said = line_of(with_threshold(content, SHARE, threshold=threshold), total, (300, 200))
    assert ("at most" in said) is is_told


@pytest.mark.parametrize(
    ("case", "of_total", "n_shown"),
    [
        ("the total may lack something", {"coverage": 0.999}, 2),
        ("nobody knows of how much the total is", {"coverage": None}, 2),
        ("others delivered the total", {"submissions": "s2"}, 2),
        ("the total is hidden too", {"conf_status": "C"}, 2),
        ("no group is shown", {}, 0),
    ],
)
def test_a_total_that_cannot_bound_its_parts_tells_nothing(
    content: SiteContent, case: str, of_total: dict[str, object], n_shown: int
) -> None:
    assert "at most" in line_of(content, 540, (300, 200))
    assert "at most" not in line_of(content, 540, (300, 200)[:n_shown], **of_total), case


def test_years_together_come_before_what_a_total_leaves(content: SiteContent) -> None:
    values = changed(content.values, DISTRICT, SHARE, numerator=540, coverage=1.0)
    for sector, number in zip(SECTORS[:2], (300, 200), strict=True):
        values = changed(values, DISTRICT, SHARE, sector, numerator=number)
    values = pooled(hidden(values, DISTRICT, SHARE, "druze", "bedouin"), DISTRICT, SHARE, "druze", 2024, **POOL)
    assert instead(prepare(replace(content, values=values)), DISTRICT, SHARE) == (
        "Druze, 2021/22 to 2023/24 together: 61 of 540, 11.3% (8.9%–14.2%); "
        "Bedouin, 2023/24: at most 40 of the 540 counted."
    )


def test_years_together_that_are_long_past_come_after_a_wider_area(content: SiteContent) -> None:
    values = hidden(content.values, DISTRICT, SHARE, *SECTORS[2:])
    values = changed(values, DISTRICT, SHARE, coverage=0.9)
    recent, past = (
        instead(
            prepare(replace(content, values=pooled(values, DISTRICT, SHARE, "druze", last, **POOL))), DISTRICT, SHARE
        )
        for last in (2021, 2020)
    )
    assert recent.startswith("Druze, 2018/19 to 2020/21 together: 61 of 540")
    assert past.startswith("in Israel, 2023/24: Druze ")


def test_trend_says_the_years_together_that_hold_its_hidden_years(content: SiteContent) -> None:
    is_here = (content.values["area_code"] == TOWN) & (content.values["indicator_id"] == SHARE)
    is_hidden = is_here & content.values["period"].isin(["2019", "2020", "2021"]) & (content.values["member"] == "all")
    values = content.values.copy()
    values.loc[~is_hidden & is_here, ["conf_status", "obs_status", "value"]] = ["F", "A", 0.2]
    values.loc[is_hidden, ["conf_status", "obs_status"]] = ["C", "A"]
    for last in (2018, 2021):
        values = pooled(values, TOWN, SHARE, "all", last, **POOL)
    material = prepare(replace(content, values=values))
    chart = trend_chart(material, EN, material.areas[TOWN], material.indicators[SHARE])
    # The pool of 2016 to 2018 holds no hidden year.
    assert [plain(text) for text in chart.hidden] == [
        "Hidden to protect small groups: 2018/19–2020/21. 2018/19 to 2020/21 together: 61 of 540, 11.3% (8.9%–14.2%)."
    ]
    assert chart.figure is not None and chart.figure["gaps"] == [
        [year, "hidden", year - 2013] for year in range(2019, 2022)
    ]


def test_wider_area_stands_in_for_a_share_and_never_for_a_count(content: SiteContent) -> None:
    values = hidden(hidden(content.values, TOWN, SHARE), TOWN, COUNT)
    values = changed(changed(values, DISTRICT, SHARE, value=0.123), DISTRICT, COUNT, value=2500)
    material = prepare(replace(content, values=values))
    share, count = (card(material, EN, material.areas[TOWN], material.indicators[i]) for i in (SHARE, COUNT))
    assert [plain(note) for note in share.notes] == ["In Southern District, 2023/24: 12.3%."]
    assert count.notes == ()
    (page,) = (p for p in area_indicators.pages(material, EN) if p.path == f"areas/{TOWN}/indicators/index.html")
    rows = {row.id: row for _, _, rows, _ in page.context["goals"] for row in rows}
    assert plain(rows[SHARE].instead) == "In Southern District, 2023/24: 12.3%."
    assert (plain(rows[COUNT].value), rows[COUNT].instead) == ("hidden", "")


def test_nothing_is_said_instead_where_nothing_is_published(content: SiteContent) -> None:
    is_share = content.values["indicator_id"] == SHARE
    values = content.values.assign(conf_status=content.values["conf_status"].where(~is_share, "C"))
    material = prepare(replace(content, values=values))
    for area in material.areas.values():
        if area.code == AREAS[-1]:
            continue
        found = card(material, EN, area, material.indicators[SHARE])
        assert (found.state, found.notes) == ("hidden", ())
        assert instead(material, area.code, SHARE, "Gender") == ""
        chart = trend_chart(material, EN, area, material.indicators[SHARE])
        assert [plain(text) for text in chart.hidden] == ["Hidden to protect small groups: 2012/13–2023/24."]


def test_where_no_area_above_shows_a_group_all_groups_together_stand_in(content: SiteContent) -> None:
    values = changed(hidden(content.values, "IL", SHARE, *SECTORS), "IL", SHARE, value=0.167)
    assert instead(prepare(replace(content, values=values)), "IL", SHARE) == "all groups together, 2023/24: 16.7%."


def test_empty_trend_says_what_a_wider_area_shows(content: SiteContent) -> None:
    values = changed(hidden(content.values, TOWN, SHARE), DISTRICT, SHARE, value=0.123)
    material = prepare(replace(content, values=values))
    chart = trend_chart(material, EN, material.areas[TOWN], material.indicators[SHARE])
    assert chart.figure is None and [plain(t) for t in chart.hidden] == ["In Southern District, 2023/24: 12.3%."]


def test_what_is_hidden_altogether_is_named_though_it_has_no_row(content: SiteContent) -> None:
    material = prepare(replace(content, values=hidden(content.values, DISTRICT, SHARE, *SECTORS)))
    (chart,) = (c for c in charts_of(material, DISTRICT, "Sector") if c.id == "groups-sector-proportion-share")
    name = plain(EN.name(material.indicators[SHARE].row).text)
    assert chart.table is not None and name not in [plain(row[0]) for row in chart.table.rows]
    assert "Some values are hidden to protect small groups: Jewish, Arab, Druze, Bedouin." in plain(chart.hidden[0])
    assert any(plain(text).startswith(f"{name} – in Israel, 2023/24: Jewish ") for text in chart.hidden)


def test_group_of_which_nothing_is_reported_has_a_note_and_no_column(content: SiteContent) -> None:
    is_druze = (content.values["area_code"] == DISTRICT) & (content.values["member"] == "druze")
    material = prepare(replace(content, values=content.values[~is_druze]))
    for chart in charts_of(material, DISTRICT, "Sector"):
        assert chart.table is not None
        assert [plain(h) for h in chart.table.headers[2:]] == ["Jewish", "Arab", "Bedouin"]
        assert "Not reported: Druze." in [plain(note) for note in chart.notes]


def charts_on(material: Material, area: str) -> list[Chart]:
    place = material.areas[area]
    return [
        *(trend_chart(material, EN, place, indicator) for indicator in material.headlines()),
        *comparison_charts(material, EN, place),
        *(chart for _, charts in group_charts(material, EN, place) for chart in charts),
    ]


@pytest.mark.parametrize("area", ["IL", DISTRICT, *AREAS[:3]])
def test_page_counts_each_value_once_and_by_its_published_state(
    content: SiteContent, material: Material, area: str
) -> None:
    key = ["indicator_id", "dimension", "member", "period"]
    published = content.values[(content.values["area_code"] == area) & (content.values["frequency"] == "A")]
    rows = published.set_index(key)[["conf_status", "value", "obs_status"]]
    told = told_by(charts_on(material, area))
    assert len({one[:4] for one in told}) == len(told)
    expected = Counter()
    for one in told:
        row = rows.loc[one[:4]]
        reason = {"Q": "withheld"}.get(row["obs_status"], "missing")
        expected["hidden" if row["conf_status"] == "C" else "shown" if pd.notna(row["value"]) else reason] += 1
    (page,) = (p for p in area_pages(material, EN) if p.path == f"areas/{area}/index.html")
    sentence = plain(page.context["counted"])
    counts = {s: int(n) for s in WORDS for n in re.findall(rf"[:,] {WORDS[s]} (\d+)", sentence)}
    assert {s: n for s, n in counts.items() if n} == expected
    assert f"tell of {sum(expected.values())} values of" in sentence


@pytest.mark.parametrize("area", [DISTRICT, *AREAS[:3]])
def test_counts_are_those_of_the_tables(material: Material, area: str) -> None:
    place, charts = material.areas[area], charts_on(material, area)
    trends = [c for c in charts if c.id.startswith("trend-") and c.table]
    divided = [c for c in charts if c.id.startswith("groups-") and c.table]
    # Of the columns of a trend the second is the value, and forecasts have no state; groups begin after the period.
    cells = [row[1] for chart in trends for row in chart.table.rows if row[-1] != "forecast"]  # type: ignore[union-attr]
    cells += [cell for chart in divided for row in chart.table.rows for cell in row[2:]]  # type: ignore[union-attr]
    in_tables = Counter(cell.code if isinstance(cell, Absent) else "shown" for cell in cells)
    told = told_by([*trends, *divided])
    drawn = {(one.indicator_id, one.dimension) for one in told if one.state != "hidden"}
    in_rows = [one for one in told if (one.indicator_id, one.dimension) in drawn]
    assert Counter(one.state for one in in_rows) == in_tables
    assert counted_in_charts(EN, EN.name(place.row), told).count(str(len(told)))


def test_same_value_in_two_charts_counts_once() -> None:
    one = Told(SHARE, "all", "all", "2024", 1, "shown")
    charts = [Chart("a", "", "", told=(one,)), Chart("b", "", "", told=(one, one._replace(years=3))), None]
    assert told_by(charts) == (one, one._replace(years=3))


def test_every_page_with_a_hidden_value_explains_the_sign(site: Path) -> None:
    signed = [page for page in pages(site) if "i-hidden" in page.read_text(encoding="utf-8")]
    assert {page.relative_to(site).parts[1] for page in signed} >= {"areas", "index.html", "indicators"}
    for page in signed:
        text = page.read_text(encoding="utf-8")
        assert 'methods/index.html#hidden"' in text, page
    for language in ("he", "en", "ar"):
        assert 'id="hidden"' in (site / language / "methods" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "word"), [("en", "hidden"), ("he", "מוסתר"), ("ar", "مخفي")])
def test_cell_of_a_hidden_value_has_sign_and_word(site: Path, language: str, word: str) -> None:
    page = (site / language / "areas" / TOWN / "index.html").read_text(encoding="utf-8")
    cells = re.findall(r"<td class=i-hidden>([^<]*)<", page)
    assert cells and set(cells) == {word}


@pytest.mark.browser
def test_alternative_text_of_a_chart_says_what_is_hidden(site: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((site / "en" / "areas" / TOWN / "index.html").as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    plots = page.locator("figure:has(.notes.i-hidden) .plot")
    names = [plot.aria_snapshot().splitlines()[0] for plot in plots.all()]
    page.close()
    assert names and all("img " in name and "idden to protect small groups" in name for name in names)


@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_downloads_say_what_free_and_hidden_mean_and_methods_the_threshold(site: Path, language: str) -> None:
    quality, methods = (
        (site / language / page / "index.html").read_text(encoding="utf-8") for page in ("quality", "methods")
    )
    meaning = quality.split('id="downloads"')[1].split('class="files"')[0]
    assert re.findall(r"conf_status <code>(\w)</code></dt><dd>[^<]{40,}</dd>", meaning) == ["F", "C"]
    assert re.search(r"\b11\b", methods.split('id="hidden"')[1])


def test_methods_name_the_indicators_of_which_more_are_hidden(content: SiteContent) -> None:
    def paragraphs(content: SiteContent) -> list[str]:
        (page,) = methods_pages(prepare(content), EN)
        found = [*page.context["stricter"], *page.context["least_shown"]]
        return [plain(f"{least}: {names}") for least, names in found]

    assert paragraphs(content) == []
    strict = with_threshold(with_threshold(content, SHARE, threshold=20), COUNT, threshold=20)
    schools = next(i for i in content.declarations.rows("indicators") if not i["counts_persons"])
    strict = with_threshold(strict, schools["indicator_id"], threshold=3, least_shown=3)
    names = {i.id: plain(EN.name(i.row).text) for i in prepare(strict).indicators.values()}
    assert paragraphs(strict) == [f"20: {names[COUNT]}, {names[SHARE]}", f"3: {names[schools['indicator_id']]}"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "fewer than 20 persons are not shown in"),
        ("he", "פחות מ-20 אנשים אינם מוצגים ב"),
        ("ar", "أقل من 20 أشخاص لا يُعرضون في"),
    ],
)
def test_methods_page_says_what_sources_demand_more(
    content: SiteContent, tmp_path: Path, language: str, said: str
) -> None:
    render(with_threshold(content, SHARE, threshold=20), tmp_path)
    page = (tmp_path / language / "methods" / "index.html").read_text(encoding="utf-8")
    assert said in plain(re.sub(r"</?bdi>", "", page))
