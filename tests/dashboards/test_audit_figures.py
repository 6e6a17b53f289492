"""The audit of figures on the pages of a made-up release: as drawn it finds nothing, and each tampering is found."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_release import AREAS, LEAKS

from dashboards.content import HIDDEN, Material, Point, SiteContent
from pipelines.protection.audit_figures import FIGURE, Finding, Published, _says, figures_broken

AREA = AREAS[0]
PAGE, FIRST = f"areas/{AREA}/index.html", "index.html"
Change = Callable[[dict[str, Any]], object]
# Nothing in the made-up release has these digits.
CANARY = 913.37


@pytest.fixture(scope="module")
def published(content: SiteContent) -> Published:
    declared = content.declarations
    return Published(
        values=content.values,
        # The made-up release has neither of the two.
        forecasts=content.values.iloc[:0],
        comparisons=content.values.iloc[:0],
        indicators=pd.DataFrame([dict(row) for row in declared.rows("indicators")]),
        areas=pd.DataFrame([dict(row) for row in declared.rows("areas")]),
    )


@pytest.fixture(scope="module")
def page(site: Path) -> str:
    return (site / "en" / PAGE).read_text("utf-8")


def figure_id(page: str, start: str) -> str:
    return next(found for found, _, _ in FIGURE.findall(page) if found.startswith(start))


def tampered(page: str, start: str, change: Change) -> str:
    """The page with its first figure of a kind changed."""
    name = figure_id(page, start)
    match = next(match for match in FIGURE.finditer(page) if match[1] == name)
    figure = json.loads(match[2])
    change(figure)
    return page[: match.start(2)] + json.dumps(figure) + page[match.end(2) :]


def problems(text: str, published: Published, path: str = PAGE) -> set[str]:
    return {problem for _, problem in figures_broken(path, text, published)}


def line(figure: dict[str, Any]) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace["style"] == "value")


def typed(numbers: list[float]) -> dict[str, str]:
    return {"dtype": "f8", "bdata": base64.b64encode(np.array(numbers, "<f8").tobytes()).decode()}


def test_pages_as_drawn_break_no_rule(site: Path, published: Published) -> None:
    kinds = set()
    for language in ("he", "en", "ar"):
        for file in sorted((site / language).rglob("*.html")):
            text = file.read_text("utf-8")
            assert figures_broken(file.relative_to(site / language).as_posix(), text, published) == [], file
            kinds |= {found.partition("-")[0] for found, _, _ in FIGURE.findall(text)}
    assert kinds >= {"trend", "groups", "comparison", "verdicts"}


def set_customdata(figure: dict[str, Any]) -> None:
    line(figure)["customdata"][0] = CANARY


def add_customdata(figure: dict[str, Any]) -> None:
    figure["data"][0]["customdata"] = [CANARY] * len(figure["data"][0]["x"])


def set_value(figure: dict[str, Any]) -> None:
    line(figure)["y"][0] = CANARY


def set_packed_value(figure: dict[str, Any]) -> None:
    """As a numpy array would be written, without gaps."""
    trace = line(figure)
    points = [(x, y) for x, y in zip(trace["x"], trace["y"], strict=True) if x is not None]
    trace["x"], trace["y"] = typed([x for x, _ in points]), typed([CANARY, *(y for _, y in points[1:])])
    del trace["customdata"]


def set_band(figure: dict[str, Any]) -> None:
    next(trace for trace in figure["data"] if trace["style"] == "band")["y"][0] = CANARY


def swap_periods(figure: dict[str, Any]) -> None:
    """Every number is published, but two stand in each other's period."""
    y = line(figure)["y"]
    y[0], y[1] = y[1], y[0]


def swap_rows(figure: dict[str, Any]) -> None:
    rows = line(figure)["customdata"]
    rows[0], rows[1] = rows[1], rows[0]


def set_annotation(figure: dict[str, Any]) -> None:
    next(note for note in figure["layout"]["annotations"] if "yref" not in note)["text"] = "\u2066913\u2069"


def set_break_label(figure: dict[str, Any]) -> None:
    next(note for note in figure["layout"]["annotations"] if "yref" in note)["text"] += " 913"


def reach_further(figure: dict[str, Any]) -> None:
    figure["layout"]["yaxis"]["range"][1] *= 1.31337


def add_tick(figure: dict[str, Any]) -> None:
    axis = figure["layout"]["yaxis"]
    step = axis["tickvals"][1] - axis["tickvals"][0]
    for more in (1, 2):
        axis["tickvals"].append(axis["tickvals"][-1] + more * step)
        axis["ticktext"].append("")


def set_tick_text(figure: dict[str, Any]) -> None:
    figure["layout"]["yaxis"]["ticktext"][1] = "\u2066913\u2069"


def size_dots(figure: dict[str, Any]) -> None:
    line(figure)["marker"] = {"size": [7] * len(line(figure)["x"])}


def name_in_colour(figure: dict[str, Any]) -> None:
    line(figure)["line"] = {"color": "913"}


def add_part(figure: dict[str, Any]) -> None:
    figure["data"][0]["z"] = [CANARY]


def add_note(figure: dict[str, Any]) -> None:
    figure["layout"]["meta"] = {"n": CANARY}


def add_line(figure: dict[str, Any]) -> None:
    shape = {"type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": CANARY, "y1": CANARY}
    figure["layout"]["shapes"] = [shape]


def set_height(figure: dict[str, Any]) -> None:
    figure["layout"]["height"] = CANARY


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (set_customdata, "row"), (add_customdata, "row"), (set_value, "point"), (set_packed_value, "point"),
        (swap_periods, "point"), (swap_rows, "row"), (set_annotation, "text"),
        (set_break_label, "text"), (reach_further, "axis"), (add_tick, "axis"), (set_tick_text, "axis"),
        (size_dots, "looks"), (name_in_colour, "looks"), (add_part, "key"), (add_note, "key"), (add_line, "point"),
        (set_height, "looks"),
    ],
)  # fmt: skip
def test_tampered_trend_is_found(page: str, published: Published, change: Change, problem: str) -> None:
    assert problems(tampered(page, "trend-", change), published) == {problem}


def set_dot(figure: dict[str, Any]) -> None:
    figure["data"][0]["x"][0] = CANARY


def set_range(figure: dict[str, Any]) -> None:
    next(trace for trace in figure["data"] if "error_x" in trace)["error_x"]["arrayminus"][0] *= 1.2


def set_dot_text(figure: dict[str, Any]) -> None:
    figure["data"][-1]["text"][0] = "\u206691.3%\u2069"


def set_heading(figure: dict[str, Any]) -> None:
    figure["layout"]["annotations"][0]["text"] += " 913"


def reach_further_across(figure: dict[str, Any]) -> None:
    figure["layout"]["xaxis"]["range"][1] *= 1.31337


@pytest.mark.parametrize("kind", ["groups-", "comparison-"])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (set_dot, "point"), (set_dot_text, "text"), (set_heading, "text"), (reach_further_across, "axis"),
        (add_part, "key"), (add_note, "key"), (set_height, "looks"), (add_customdata, "key"),
    ],
)  # fmt: skip
def test_tampered_rows_of_dots_are_found(
    page: str, published: Published, kind: str, change: Change, problem: str
) -> None:
    assert problems(tampered(page, kind, change), published) == {problem}


def test_range_of_another_row_is_found(page: str, published: Published) -> None:
    start = next(name for name, data, _ in FIGURE.findall(page) if name.startswith("groups-") and "error_x" in data)
    assert problems(tampered(page, start, set_range), published) == {"point"}


def test_tampered_counts_of_areas_are_found(site: Path, published: Published) -> None:
    first = (site / "en" / FIRST).read_text("utf-8")

    def set_share(figure: dict[str, Any]) -> None:
        figure["data"][0]["x"][0] = 0.91337

    def set_said(figure: dict[str, Any]) -> None:
        figure["data"][0]["hovertext"][0] = "913"

    assert problems(tampered(first, "verdicts", set_share), published, FIRST) == {"point"}
    assert problems(tampered(first, "verdicts", set_said), published, FIRST) == {"text"}


def test_honest_typed_array_is_no_finding(page: str, published: Published) -> None:
    def pack(figure: dict[str, Any]) -> None:
        for trace in figure["data"]:
            if None not in trace["y"]:
                trace["y"] = typed(trace["y"])

    assert "bdata" in tampered(page, "trend-", pack)
    assert problems(tampered(page, "trend-", pack), published) == set()


def test_tampered_band_is_found(page: str, published: Published) -> None:
    name = next(found for found, data, _ in FIGURE.findall(page) if found.startswith("trend-") and '"band"' in data)
    assert problems(tampered(page, name, set_band), published) == {"point"}


@pytest.fixture(scope="module")
def partly_hidden(site: Path, material: Material) -> tuple[str, str, str, Point]:
    """A page with a trend of which a period is hidden: path, text, figure, and that period."""
    for area in AREAS[:-1]:
        path = f"areas/{area}/index.html"
        text = (site / "en" / path).read_text("utf-8")
        for name, *_ in FIGURE.findall(text):
            points = material.points(area, name.removeprefix("trend-"))
            hidden = [point for point in points if point.state == HIDDEN]
            if hidden:
                return path, text, name, hidden[0]
    raise AssertionError("no trend has a hidden period")


def test_hidden_period_may_not_be_drawn(published: Published, partly_hidden: tuple[str, str, str, Point]) -> None:
    """Neither with its own number, which its row carries here, nor with that of a shown period."""
    path, text, name, hidden = partly_hidden
    shown = next(y for f, data, _ in FIGURE.findall(text) if f == name for y in line(json.loads(data))["y"])
    for number in (*LEAKS, shown):

        def draw(figure: dict[str, Any], number: float = number) -> None:
            trace = line(figure)
            trace["x"].append(int(hidden.period))
            trace["y"].append(number)
            trace["customdata"].append(None)

        assert problems(tampered(text, name, draw), published, path) == {"point"}


def test_table_may_not_say_a_number_of_a_hidden_period(
    published: Published, partly_hidden: tuple[str, str, str, Point]
) -> None:
    path, text, name, hidden = partly_hidden
    start = text.index(f'id="{name}"')
    row = text.index(f"/{hidden.period[2:]}<td", text.index("<tbody>", start))
    cell = text.index(">", text.index("<td", row)) + 1
    assert text[cell : cell + 6] == "hidden"
    spoiled = text[:cell] + "<bdi>913</bdi>" + text[text.index("<", cell) :]
    assert problems(spoiled, published, path) == {"table"}


def test_sign_of_a_hidden_period_carries_no_number(
    published: Published, partly_hidden: tuple[str, str, str, Point]
) -> None:
    path, text, name, _ = partly_hidden

    def set_row(figure: dict[str, Any]) -> None:
        figure["gaps"][0][2] = 913

    def set_place(figure: dict[str, Any]) -> None:
        figure["gaps"][0][0] += 0.313

    def set_word(figure: dict[str, Any]) -> None:
        figure["gaps"][0][1] = "hidden 913"

    for change in (set_row, set_place, set_word):
        assert problems(tampered(text, name, change), published, path) == {"row"}


def test_page_of_another_area_may_not_show_it(page: str, published: Published) -> None:
    assert problems(page, published, f"areas/{AREAS[1]}/index.html") >= {"point"}


def test_the_one_number_may_only_be_drawn_as_it_adds_up(published: Published) -> None:
    """10 and 15 delivered: 10, then 25 of 100; what one partner did is another row."""
    columns = ["unit", "line", "partner_id", "period", "amount_delivered", "total_delivered", "path_value"]
    rows = [
        ("teachers", "all", "all", "2011", 10, 10, 0.0), ("teachers", "all", "all", "2012", 15, 25, 10.0),
        ("teachers", "all", "somebody", "2012", 7, 7, None),
    ]  # fmt: skip
    told = replace(
        published,
        progress=pd.DataFrame(rows, columns=columns),
        one_number={"unit": "teachers", "amount": 100, "from_period": "2011", "to_period": "2021"},
    )
    figure = {
        "data": [
            {"style": "path", "x": [2011, 2021], "y": [0, 100]},
            {"style": "value", "x": [2011, 2012], "y": [10, 25], "customdata": [0, 1]},
        ],
        "layout": {
            "template": "trend", "height": 270, "annotations": [{"x": 2012, "y": 25, "text": "25"}],
            "xaxis": {"tickvals": [2011, 2021], "ticktext": ["2011", "2021"], "range": [2010.5, 2021.7]},
            "yaxis": {"tickvals": [0, 50, 100], "ticktext": ["0", "50", "100"], "range": [0, 106]},
        },
    }  # fmt: skip
    table = "<table><tbody><tr><th>2011<td>10<td>10<tr><th>2012<td>15<td>25</table>"
    page = (
        f'<figure class="chart" id="one-number"><script type="application/json">{json.dumps(figure)}</script>{table}'
        "</figure>"
    )
    path = "commitments/index.html"
    assert problems(page, told, path) == set()
    assert problems(page.replace("[10, 25]", "[10, 7]"), told, path) == {"point"}
    assert problems(page.replace("<td>15", "<td>7"), told, path) == {"table"}
    assert problems(page, published, path) == {"point"}


@pytest.mark.parametrize(
    ("written", "number"),
    [("82.2%", 0.8221), ("82,2%", 0.8221), ("٨٢٫٢٪", 0.8221), ("1,234", 1234), ("1.234", 1234), ("1 234,5", 1234.5),
     ("1,234,567", 1234567), ("×1.3", 1.31), ("-7", -7), ("\u20665–9\u2069", 5)],
)  # fmt: skip
def test_number_is_read_as_every_language_writes_it(written: str, number: float) -> None:
    _says(written, [number, 9])
    with pytest.raises(Finding):
        _says(written, [number * 1.4, 9])


def test_figure_and_script_that_no_rule_knows_are_found(page: str, published: Published) -> None:
    name = figure_id(page, "trend-")
    assert problems(page.replace(f'id="{name}"', 'id="bubbles"'), published) == {"unknown"}
    assert problems(page + '<script type="application/json">[913]</script>', published) == {"unknown"}
    assert problems(page + "<script>let n = 913</script>", published) == {"unknown"}


def test_typed_array_of_an_unknown_kind_is_found(page: str, published: Published) -> None:
    def pack(figure: dict[str, Any]) -> None:
        line(figure)["y"] = {"dtype": "c16", "bdata": "AAAA"}

    assert problems(tampered(page, "trend-", pack), published) == {"array"}


SHARE = "mathematics_5u_examinees_share"
PANEL_PAGE = f"areas/{AREA}/mapping/index.html"
SMALL_LINE = re.compile(r"<svg>.*?</svg>")


@pytest.fixture(scope="module")
def panel(site: Path) -> str:
    return (site / "en" / PANEL_PAGE).read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda line: re.sub(r"M\d+ \d+", "M0 913", line, count=1), "point"),
        (lambda line: line.replace('"/><path', ' 60 7"/><path', 1), "point"),
        (lambda line: line.replace('"/><path', ' 913"/><path', 1), "point"),
        (lambda line: re.sub(r"M\d+ \d+h0\"/></svg>", 'M50 913h0"/></svg>', line), "point"),
        (lambda line: line.replace("<svg", '<svg data-value="913"'), "key"),
        (lambda line: f"{line}<svg><path d='M0 913'/></svg>", "key"),
    ],
    ids=["place", "point more", "half a point", "dot", "attribute", "drawing more"],
)
def test_tampered_small_line_is_found(
    panel: str, published: Published, change: Callable[[str], str], problem: str
) -> None:
    found = SMALL_LINE.search(panel)
    assert found and problems(panel, published, PANEL_PAGE) == set()
    changed = change(found[0])
    assert changed != found[0]
    assert problems(panel.replace(found[0], changed, 1), published, PANEL_PAGE) == {problem}
    # Elsewhere nothing may be drawn like this.
    assert problems(panel, published, "areas/index.html") == {"unknown"}


def test_hidden_value_may_stand_neither_in_a_small_line_nor_beside_it(panel: str, published: Published) -> None:
    values = published.values
    is_row = values["indicator_id"].eq(SHARE) & values["area_code"].eq(AREA) & values["period"].eq("2023")
    hidden = replace(published, values=values.assign(conf_status=values["conf_status"].mask(is_row, "C")))
    assert problems(panel, hidden, PANEL_PAGE) == {"table"}
    row = next(row for row in re.split("(?=<tr>)", panel) if f"indicators/{SHARE}/" in row and "<td>" in row)
    cells = row.split("<td>")
    # The one before the newest.
    cells[-2] = "–"
    assert problems(panel.replace(row, "<td>".join(cells)), hidden, PANEL_PAGE) == {"point"}
