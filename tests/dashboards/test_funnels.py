"""One measure at all areas: in the order of names, with those beyond chance named and nobody ranked."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import made_up_release
import pandas as pd
import plotly.graph_objects as go
import pytest
from site_reading import styled

from dashboards import bidi, theme
from dashboards.charts.funnels import Compared, compared
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import voice
from dashboards.panels.axes import Axis
from dashboards.panels.funnel import LINE_POINTS, FunnelDot, FunnelInput, funnel
from pipelines.declarations import Declarations

HEADLINE, OTHER, COUNT = "excellence_share", "trained_teachers_5u_share", "mathematics_5u_examinees"
# By name in English: Ashdod, Gadera, Jerusalem, Tamra; by value the other way round.
ROWS = [
    ("9800", 0.4, 100, None),
    ("0070", 0.1, 2500, "below"),
    ("3000", 0.3, 9000, "above"),
    ("1139", 0.2, 300, "inside"),
]


@pytest.fixture(scope="module")
def material(declared: Declarations) -> Material:
    few = made_up_release.few_areas(declared, made_up_release.AREAS)
    base: SiteContent = made_up_release.release(few)
    columns = [column.name for column in declared.objects["area_comparisons"].columns]

    def row(indicator: str, area: str, value: float, size: int | None, position: str | None) -> dict[str, Any]:
        limits = {"limit_low_998": 0.1, "limit_high_998": 0.3, "others_value": 0.2} if position else {}
        return dict.fromkeys(columns) | limits | {
            "indicator_id": indicator, "area_code": area, "definition_version": 1, "period": "2024", "value": value,
            "denominator": size, "n_areas": 4, "position": position,
        }  # fmt: skip

    rows = [row(indicator, *rest) for indicator in (HEADLINE, OTHER) for rest in ROWS]
    rows += [row(COUNT, area, value * 100, None, None) for area, value, *_ in ROWS]
    tables = {**base.tables, "area_comparisons": pd.DataFrame(rows, columns=columns)}
    return prepare(replace(base, tables=MappingProxyType(tables)))


def of(material: Material, indicator: str) -> Compared:
    found = compared(material, voice("en", "he", "school_year"), material.indicators[indicator])
    assert found is not None
    return found


def test_areas_stand_in_the_order_of_their_names_whatever_their_values(material: Material) -> None:
    chart = of(material, HEADLINE).chart
    assert chart is not None and chart.table is not None
    names = [bidi.plain(row[0]) for row in chart.table.rows]
    assert names == sorted(names) and len(names) == 4


def test_only_those_beyond_chance_are_named_and_the_rest_counted(material: Material) -> None:
    found = of(material, HEADLINE)
    named = [(words, bidi.plain(names)) for words, names in found.beyond]
    (above,), (below,) = ([r for r in ROWS if r[3] == position] for position in ("above", "below"))
    names = {row["area_code"]: row["name_en"] for row in material.declarations.rows("areas")}
    assert named == [
        ("Above what chance and the usual variety of places allow", names[above[0]]),
        ("Below what chance and the usual variety of places allow", names[below[0]]),
    ]
    # Three are judged, one of them lies inside.
    assert "Of 3 that are large enough to be judged, 1 lie inside" in bidi.plain(found.sentences[1])


def test_the_middle_half_is_that_of_the_values(material: Material) -> None:
    """Of 0.1, 0.2, 0.3, 0.4 the quartiles, inclusive, are 0.175 and 0.325."""
    assert "17.5%–32.5%" in bidi.plain(of(material, HEADLINE).sentences[0])


def test_a_dot_leads_to_its_row_of_the_table(material: Material) -> None:
    chart = of(material, HEADLINE).chart
    assert chart is not None and chart.figure is not None and chart.table is not None
    dots = [(x, row) for trace in chart.figure["data"] if "customdata" in trace
            for x, row in zip(trace["x"], trace["customdata"], strict=True)]  # fmt: skip
    assert len(dots) == 4
    assert all(float(bidi.plain(chart.table.rows[row][2]).replace(",", "")) == x for x, row in dots)
    drawn = styled(chart.figure)
    go.Figure({**drawn, "layout": {**drawn["layout"], "template": theme.templates()["trend"]}})


def test_other_measures_have_words_and_no_list_of_all_areas(material: Material) -> None:
    found = of(material, OTHER)
    assert found.sentences and found.beyond and found.chart is None and found.table is None


def test_counts_are_listed_and_not_drawn_against_size(material: Material) -> None:
    found = of(material, COUNT)
    assert found.chart is None and found.table is not None and found.beyond == ()
    assert "grows with the place" in found.sentences[1]


def test_a_line_of_many_limits_keeps_its_ends_in_few_points() -> None:
    limits = tuple((float(size), 0.5 - 1 / size, 0.5 + 1 / size) for size in range(10, 500))
    axis = Axis(1, 1000, (1.0, 1000.0), ("1", "1,000"))
    figure = funnel(FunnelInput((FunnelDot(10, 0.5, "", 0),), limits, None, axis, axis))
    low = figure["data"][0]
    assert (low["x"][0], low["x"][-1]) == (10, 499)
    assert len(low["x"]) <= 2 * LINE_POINTS + 1
