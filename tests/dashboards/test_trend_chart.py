"""What a trend shows beside its line: forecasts, doubts of the source, parts left out, years that nobody reported."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from dashboards.bidi import plain
from dashboards.cards import card
from dashboards.charts.trends import trend_chart
from dashboards.content import Indicator, Material, SiteContent, prepare
from dashboards.language import voice
from dashboards.panels.axes import short
from dashboards.periods import position
from dashboards.specimens import REASON, Line, World, made_up, place, told
from dashboards.theme import PAPER, styles
from dashboards.views import Chart
from pipelines.declarations import load

EN = voice("en", "en", "school_year")


def said(text: str) -> str:
    return "".join(c for c in plain(text) if c.isprintable())


def first(content: SiteContent) -> Indicator:
    return prepare(content).headlines()[0]


def drawn(material: Material) -> Chart:
    return trend_chart(material, EN, material.root, material.headlines()[0])


def with_table(content: SiteContent, name: str, rows: list[Mapping[str, Any]]) -> Material:
    return prepare(replace(content, tables={**content.tables, name: pd.DataFrame(rows)}))


def with_total(content: SiteContent, period: str, **cells: Any) -> Material:
    """The release with other cells in the country's total of one period."""
    values = content.values.copy()
    row = (
        (values["indicator_id"] == first(content).id) & (values["area_code"] == "IL") & (values["dimension"] == "all")
        & (values["period"] == period)
    )  # fmt: skip
    for column, cell in cells.items():
        values.loc[row, column] = cell
    return prepare(replace(content, values=values))


def forecasts(content: SiteContent, *years: int, **cells: Any) -> list[Mapping[str, Any]]:
    about = {"indicator_id": first(content).id, "area_code": "IL", "frequency": "A", "dimension": "all"} | cells
    numbers = ({"period": str(y), "value": y * 10.0, "value_low": y * 9.0, "value_high": y * 11.0} for y in years)
    return [about | number for number in numbers]


def test_forecast_is_a_dotted_line_of_its_own_with_its_band(content: SiteContent) -> None:
    chart = drawn(with_table(content, "forecasts", forecasts(content, 2026, 2025)))
    assert chart.figure is not None and chart.table is not None
    (line,) = [t for t in chart.figure["data"] if t["style"] == "forecast"]
    (band,) = [t for t in chart.figure["data"] if t["style"] == "forecast-band"]
    assert styles()["forecast"]["line"]["dash"] == "dot"
    assert (line["x"], line["y"]) == ([2025, 2026], [20250, 20260])
    assert (band["x"], band["y"]) == ([2025, 2026, 2026, 2025], [18225, 18234, 22286, 22275])
    assert [[said(c) for c in row] for row in chart.table.rows[-2:]] == [
        [year, value, span, "–", "forecast"]
        for year, value, span in (("2024/25", "20,250", "18,225–22,275"), ("2025/26", "20,260", "18,234–22,286"))
    ]
    # Pointing at it shows these very rows.
    assert [chart.table.rows[n][0] for n in line["customdata"]] == [row[0] for row in chart.table.rows[-2:]]
    assert "Forecast if nothing changes, with its range (80%)" in [said(item.text) for item in chart.legend]


@pytest.mark.parametrize("cells", [{"dimension": "gender"}, {"frequency": "A3"}, {"area_code": "south"}])
def test_forecast_of_another_series_is_not_drawn(content: SiteContent, cells: Mapping[str, str]) -> None:
    assert drawn(with_table(content, "forecasts", forecasts(content, 2025, **cells))) == drawn(prepare(content))


@pytest.mark.parametrize(
    ("status", "words"), [("E", "estimated"), ("P", "provisional"), ("U", "of low reliability"), ("A", None)]
)
def test_doubts_of_the_source_stand_in_words_beside_the_value(
    content: SiteContent, status: str, words: str | None
) -> None:
    material = with_total(content, "2024", obs_status=status, coverage=1.0)
    chart, shown = drawn(material), card(material, EN, material.root, material.headlines()[0])
    assert chart.table is not None
    assert said(chart.table.rows[-1][-1]) == (words or "")
    assert [said(n) for n in chart.notes if "2023/24" in said(n)] == (
        [f"{words.capitalize()}: 2023/24."] if words else []
    )
    assert (f"{words.capitalize()}." in [said(note) for note in shown.notes]) if words else not shown.notes[1:]


@pytest.mark.parametrize(
    ("status", "word", "words"),
    [
        ("O", "not reported", "not reported"),
        ("Q", "withheld", "withheld by the source"),
        ("L", "not collected", "exists, but was not collected"),
        ("M", "cannot exist", "cannot exist here"),
    ],
)
def test_each_reason_for_no_value_has_words_of_its_own(
    content: SiteContent, status: str, word: str, words: str
) -> None:
    chart = drawn(with_total(content, "2024", obs_status=status, value=None))
    assert chart.table is not None
    assert said(chart.table.rows[-1][1]) == word
    assert f"{words[0].upper()}{words[1:]}: 2023/24." in [said(note) for note in chart.notes]


@pytest.mark.parametrize("status", ["A", "Q", "L", "M"])
def test_hidden_value_never_says_why(content: SiteContent, status: str) -> None:
    chart = drawn(with_total(content, "2024", conf_status="C", obs_status=status))
    assert chart.table is not None
    assert said(chart.table.rows[-1][1]) == "hidden"
    assert said(chart.table.rows[-1][-1]) == ""
    assert [said(text) for text in chart.hidden] == ["Hidden to protect small groups: 2023/24."]


def test_value_that_leaves_parts_out_is_an_open_dot(content: SiteContent) -> None:
    whole = content.values.assign(coverage=1.0)
    material = with_total(replace(content, values=whole), "2015", coverage=None)
    chart = drawn(material)
    assert chart.figure is not None and chart.table is not None
    line = next(t for t in chart.figure["data"] if t["style"] == "value")
    assert [x for x, c in zip(line["x"], line["marker"]["color"], strict=True) if c == PAPER and x] == [2015]
    assert "at least so much" in said(chart.table.rows[2][-1])
    assert "Parts are left out" in [item.text for item in chart.legend]


def test_years_that_nobody_reported_are_not_bridged(content: SiteContent) -> None:
    kept = content.values[~content.values["period"].isin(["2017", "2018", "2019"])]
    chart = drawn(prepare(replace(content, values=kept)))
    assert chart.figure is not None
    line = next(t for t in chart.figure["data"] if t["style"] == "value")
    assert line["x"][:6] == [2013, 2014, 2015, 2016, None, 2020]
    # The axis keeps their place.
    assert "2017/18" in [said(text) for text in chart.figure["layout"]["xaxis"]["ticktext"]]


def test_restated_baseline_stands_beside_the_agreed_one(content: SiteContent) -> None:
    row = {
        "indicator_id": first(content).id, "area_code": "IL", "dimension": "all", "baseline_period": "2013",
        "baseline_value": 9100.0, "baseline_restated_value": 8872.0,
    }  # fmt: skip
    material = with_table(content, "baselines_restated", [row])
    told = "The baseline of 2012/13 was agreed at 9,100; the sources say 8,872 today."
    assert told in [said(note) for note in drawn(material).notes]
    facts = dict(card(material, EN, material.root, material.headlines()[0]).facts)
    assert said(facts["The same by today's sources"]) == "8,872"
    hidden = with_table(content, "baselines_restated", [row | {"baseline_restated_value": None}])
    assert drawn(hidden) == drawn(prepare(content))


def test_quarters_stand_in_their_place_and_a_change_of_method_between_two_of_them() -> None:
    periods = ("2023-Q4", "2024-Q1", "2024-Q2")
    line = Line("q", told((0.4, 0.5, 0.6), periods=periods), frequency="Q", breaks=(("2024-Q2", REASON),))
    made = made_up(load(), World((line,)), ("en",))
    chart = trend_chart(made, EN, place(made), made.indicators["q"])
    assert chart.figure is not None
    (drawn_line,) = [t for t in chart.figure["data"] if "customdata" in t]
    assert [x for x in drawn_line["x"] if x is not None] == [2023.75, 2024, 2024.25]
    assert [shape["x0"] for shape in chart.figure["layout"]["shapes"]] == [2024.125]


def test_months_of_a_year_have_each_a_place_of_its_own() -> None:
    assert [short(position(f"2024-{month:02}")) for month in range(1, 13)] == [
        2024, 2024.083, 2024.167, 2024.25, 2024.333, 2024.417, 2024.5, 2024.583, 2024.667, 2024.75, 2024.833, 2024.917,
    ]  # fmt: skip
