from itertools import pairwise
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import pytest
from site_reading import drawn_figures, pages

from dashboards import theme
from dashboards.bidi import plain
from dashboards.charts.trends import trend_chart
from dashboards.charts.words import value_axis
from dashboards.content import SHOWN, Material
from dashboards.language import voice
from dashboards.panels.axes import Axis, round_axis
from dashboards.panels.trend import Mark, Trend, TrendPoint, trend

TIMES = Axis(2013, 2017, (2013.0, 2017.0), ("2012/13", "2016/17"))
VALUES = Axis(0, 20, (0.0, 20.0), ("0", "20"))


@pytest.fixture(autouse=True, scope="module")
def known_templates() -> None:
    """Figures name their template; the page puts it in, and so does Plotly once it knows the name."""
    for name, template in theme.templates().items():
        pio.templates[name] = go.layout.Template(template)


def drawn(values: list[float | None], **changes: Any) -> list[dict[str, Any]]:
    points = tuple(
        TrendPoint(2013 + n, v, None if v is None else v - 1, None if v is None else v + 1, n, n == changes.get("cut"))
        for n, v in enumerate(values)
    )
    path = changes.get("path", ())
    figure = trend(Trend(points, path, path[-1] if path else None, None, (), TIMES, VALUES))
    return list(figure["data"])


def test_every_figure_of_the_site_is_one_that_plotly_accepts(site: Path) -> None:
    seen = 0
    for page in pages(site):
        for figure in drawn_figures(page):
            go.Figure(figure)
            seen += 1
    assert seen > 100


def test_shared_templates_are_ones_that_plotly_accepts() -> None:
    for template in theme.templates().values():
        go.Figure(layout={"template": template})


def test_a_gap_is_never_bridged() -> None:
    band, line = drawn([10, None, 12, 13])
    assert line["y"] == [10, None, 12, 13]
    assert band["x"].count(None) == 1, "the band of each stretch is a shape of its own"


def test_a_break_in_method_cuts_the_line() -> None:
    _, line = drawn([10, 11, 12], cut=2)
    assert line["x"] == [2013, 2014, None, 2015]


def test_a_series_without_values_draws_nothing() -> None:
    assert drawn([None, None]) == []


def test_a_straight_path_has_two_points_and_a_bent_one_three() -> None:
    straight = tuple(Mark(2013 + n, 10 + n, "") for n in range(5))
    bent = (*straight[:3], Mark(2016, 20, ""), Mark(2017, 28, ""))
    assert drawn([10], path=straight)[1]["x"] == [2013, 2017]
    assert drawn([10], path=bent)[1]["x"] == [2013, 2015, 2017]


@pytest.mark.parametrize("values", [[3, 17], [0.12, 0.2], [0], [1.0], [8_869, 21_650]])
def test_axes_have_round_steps_from_zero(values: list[float]) -> None:
    ticks = round_axis(values, str, from_zero=True, ceiling=None).ticks
    assert ticks[0] == 0 and ticks[-1] >= max(values)
    steps = {round(after - before, 6) for before, after in pairwise(ticks)}
    assert len(steps) == 1
    assert f"{steps.pop():e}"[0] in "125"


def test_an_axis_of_shares_ends_at_the_whole() -> None:
    assert round_axis([0.97], str, from_zero=True, ceiling=1.0).ticks[-1] == 1.0


def test_the_table_twin_equals_the_figure(material: Material) -> None:
    speaker = voice("en", "he", "school_year")
    for area in material.areas.values():
        for indicator in material.headlines():
            chart = trend_chart(material, speaker, area, indicator)
            points = material.points(area.code, indicator.id)
            if chart.figure is None or chart.table is None:
                assert not any(p.state == SHOWN for p in points)
                continue
            line = next(t for t in chart.figure["data"] if t["style"] == "value")
            shown = [speaker.value(indicator.unit, y) for y in line["y"] if y is not None]
            assert shown == [row[1] for row, p in zip(chart.table.rows, points, strict=True) if p.state == SHOWN]
            assert len(chart.table.rows) == len(points)


def test_an_axis_of_whole_numbers_has_no_parts_of_one() -> None:
    """Of up to two schools a step would be a half, and the words of half a school those of the next whole one."""
    speaker = voice("en", "en", "school_year")
    assert [plain(text) for text in value_axis(speaker, "schools", [1, 2]).texts] == ["0", "1", "2"]
    assert value_axis(speaker, "share", [0.01]).ticks[1] < 0.01
