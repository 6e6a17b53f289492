"""Audit of the drawn figures: does a page draw, or write beside a figure, a number that no published table holds there?

Belongs here: what each kind of figure may draw, told by its id and its page, from the published tables alone. Does not
belong here: which files a site may have (`audit_site`), and anything imported from what draws.

A figure whose id no rule knows, and a key that no rule reads, is a finding: a new figure says here what it may draw.
Looks and places in pixels are left out by where they stand. Words, cards and sentences of a page are not read here.
"""

import base64
import json
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from pipelines.protection.leak_scan import PLAIN, TAG, TYPED, array_of

FIGURE = re.compile(
    r'<figure class="chart" id="([^"]*)">(?:(?!</figure>).)*?'
    r'<script type="application/json">(.*?)</script>(.*?)</figure>',
    re.DOTALL,
)
# A row of a panel: the indicator that it is about, its small line, and a cell a period.
PANEL = re.compile(r"areas/([^/]+)/mapping/index\.html")
PANEL_HEAD = re.compile(r"<thead>(.*?)<tbody>", re.DOTALL)
PANEL_ROW = re.compile(r'<tr><th><a href="[^"]*indicators/([^/"]+)/index\.html"(.*?)(?=<tr>|</table>)', re.DOTALL)
SMALL = re.compile(r'<svg><path d="([^"]*)"/><path d="([^"]*)"/></svg>')
RUN = re.compile(r"M(\d+ \d+(?: \d+ \d+)*)(?:h0)?")
CELL = re.compile(r"<td\b[^>]*>")
# In pixels: how far apart periods stand in a small line, and how high it is; the least that counts as its whole height.
STEP, HEIGHT, LEAST_MOVE = 10, 20, 0.25
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)")
NUMBER = re.compile(r"(?<![\d.,])[-−]?\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?")
YEAR = re.compile(r"\d{4}(?:[/–-](?:\d{4}|\d{2}|Q[1-4]))*")
DRAWN = {"x", "y", "customdata", "text", "hovertext", "error_x"}
LOOKS = {
    "style", "type", "mode", "marker", "line", "fill", "fillcolor", "hoverinfo", "orientation", "width",
    "textposition", "insidetextanchor", "textangle", "constraintext", "textfont",
}  # fmt: skip
# What a trace of this style draws is an area, not points.
BANDS = ("band", "forecast-band")
# Half the width of a band over one period, as a part of the axis; a little more, for what is rounded.
LONE_BAND = 0.0125
ALL = "all"
# What a sign says where there is no value.
NO_VALUE = ("hidden", "missing", "withheld", "not_collected", "not_applicable")
SERIES = (
    "period", "value", "value_low", "value_high", "path_value", "baseline_period", "baseline_value", "target_period",
    "target_value",
)  # fmt: skip
LAID_OUT = {"template", "height", "margin", "xaxis", "yaxis", "annotations", "shapes", "barmode", "hovermode"}
SEEN = {"height", "xaxis", "yaxis", "annotations", "shapes"}
AXIS = {"tickvals", "ticktext", "range", "type", "showgrid", "showticklabels"}
NOTED = {"x", "y", "text", "name"}
NOTE = {"style", "yref", "xanchor", "yanchor", "xshift", "yshift", "textangle", "bgcolor", "borderpad", "font"}
LINED = {"style", "type", "layer", "line"}
SHAPE = LINED | {"xref", "yref", "x0", "x1", "y0", "y1"}
# How far an axis reaches beyond what stands on it, as parts of its length.
BELOW, ABOVE = (0.0, 0.05), (0.0, 0.06, 0.17, 0.3, 0.5, 0.75, 1.0)
YEARS = (1900.0, 2200.0)
PROBLEM = {
    "unknown": "No check knows what this figure draws.",
    "key": "No check reads a part of this figure.",
    "point": "A figure draws a number that no published row holds for it.",
    "row": "A figure points at a row of its table that is not the point's own.",
    "text": "A figure writes a number that it does not draw.",
    "axis": "An axis reaches further than what is drawn on it needs.",
    "looks": "A figure carries numbers among its colours and sizes.",
    "table": "The table under a figure says a number that the figure may not.",
    "array": "A figure carries a typed array that cannot be read.",
}


class Finding(Exception):
    """What a figure breaks, by its name in `PROBLEM`."""


@dataclass(frozen=True)
class Row:
    """A published value of a series; None where nothing is published."""

    period: str
    value: float | None
    low: float | None
    high: float | None
    extra: tuple[tuple[float, float], ...] = ()
    path: float | None = None
    # What the table beside it says too.
    told: tuple[float, ...] = ()


@dataclass(frozen=True)
class Published:
    """What figures may draw, by where they stand: the published tables, sorted when first asked.

    `values`, `forecasts`, `comparisons`, `progress`: what is published of values, forecasts, comparisons of areas, and
    promises by period; `indicators`, `areas`: registers. `one_number`: the setting of this name, None where there is
    none.
    """

    values: pd.DataFrame
    forecasts: pd.DataFrame
    comparisons: pd.DataFrame
    indicators: pd.DataFrame
    areas: pd.DataFrame
    progress: pd.DataFrame = field(default_factory=pd.DataFrame)
    one_number: Mapping[str, Any] | None = None
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def kept(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What was made under a key, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def sort(self) -> None:
        """Sort everything now, so that copies of this process need not each do it."""
        _ = self.newest, self.lowest, self._totals, self._ahead, self._shown, self.root, self.name_digits

    @cached_property
    def frequency(self) -> Mapping[str, str]:
        """Indicator → its own rhythm."""
        return dict(zip(self.indicators["indicator_id"], self.indicators["frequency"], strict=True))

    @cached_property
    def root(self) -> str:
        """The area above all."""
        parents = self.areas["parent_code"]
        return str(self.areas.loc[parents.isna() | (parents == ""), "area_code"].iloc[0])

    @cached_property
    def name_digits(self) -> frozenset[str]:
        """Numbers that stand in names of indicators, such as a grade or a level."""
        named = self.indicators[[c for c in self.indicators.columns if c.startswith("name")]]
        return frozenset(n for names in named.to_numpy() for name in names for n in re.findall(r"\d+", str(name)))

    def beside(self, area: str) -> frozenset[str]:
        """An area, those that contain it, and those in it: whom a page compares."""
        found = {area, *self._above(area)}
        return frozenset(found | {code for code, above in self._parent.items() if above == area})

    @cached_property
    def lowest(self) -> tuple[str, ...]:
        """The areas of the type that lies deepest, in the order of their codes."""
        depth = {code: len(self._above(code)) for code in self._parent}
        types = dict(zip(self.areas["area_code"], self.areas["area_type"], strict=True))
        deepest = types[max(depth, key=lambda code: depth[code])]
        return tuple(sorted(code for code in types if types[code] == deepest))

    @cached_property
    def newest(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The row of the newest period of each area's total, by area and indicator."""
        rows = self.totals.sort_values("period", kind="stable")
        rows = rows.drop_duplicates(["area_code", "indicator_id"], keep="last")
        found: list[Any] = rows.to_dict("records")
        return {(row["area_code"], row["indicator_id"]): row for row in found}

    def _above(self, area: str) -> list[str]:
        found, at = [], area
        while isinstance(above := self._parent.get(at), str) and above:
            found.append(above)
            at = above
        return found

    @cached_property
    def _parent(self) -> Mapping[str, Any]:
        return dict(zip(self.areas["area_code"], self.areas["parent_code"], strict=True))

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Totals in each indicator's own rhythm; a hidden row keeps its period alone, whatever else it carries."""
        rows = self._own(self.values)
        carried = [name for name in SERIES if name != "period"]
        return rows.assign(**{name: rows[name].where(rows["conf_status"] == "F") for name in carried})

    @cached_property
    def _totals(self) -> "_Cut":
        return _Cut(self.totals, "indicator_id", SERIES)

    @cached_property
    def _ahead(self) -> "_Cut":
        return _Cut(self._own(self.forecasts), "indicator_id", SERIES[:4])

    @cached_property
    def _shown(self) -> "_Cut":
        free = self.values[(self.values["conf_status"] == "F") & self.values["value"].notna()]
        return _Cut(free, "dimension", ("period", "value", "value_low", "value_high", "baseline_value"))

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows[(rows["dimension"] == "all") & (rows["frequency"] == rows["indicator_id"].map(self.frequency))]

    @cached_property
    def dimensions(self) -> frozenset[str]:
        """The dimensions in which something is shown."""
        return frozenset(str(place[1]) for place in self._shown.places)

    def series(self, area: str, indicator: str) -> tuple[list[Row], list[Row]]:
        """Periods of an area's total with what is published of each, hidden ones empty; and the forecasts."""

        def make() -> tuple[list[Row], list[Row]]:
            found = (cut.rows(area, indicator) for cut in (self._totals, self._ahead))
            past, ahead = (sorted((_row(*row) for row in rows), key=lambda row: row.period) for rows in found)
            return past, ahead

        return self.kept(("series", area, indicator), make)  # type: ignore[no-any-return]

    def delivered(self) -> list[Row]:
        """What was delivered of the one number so far, period by period, with the ends of the straight path to it."""
        number = self.one_number
        if number is None:
            return []
        rows = self.progress
        whole = (rows["unit"] == number["unit"]) & (rows["line"] == ALL) & (rows["partner_id"] == ALL)
        ends = (
            (position(str(number["from_period"])), 0.0),
            (position(str(number["to_period"])), float(number["amount"])),
        )
        found = []
        for row in rows[whole].sort_values("period").to_dict("records"):
            told = (
                _number(cell) for name, cell in row.items() if name.startswith(("amount_", "total_", "share_", "n_"))
            )
            value, path = _number(row["total_delivered"]), _number(row["path_value"])
            numbers = tuple(cell for cell in told if cell is not None)
            found.append(Row(row["period"], value, None, None, ends, path, numbers))
        return found

    def dots(self, area: str, dimension: str) -> Mapping[float, list[Row]]:
        """What is shown of an area in a dimension, by the value as drawn; of totals also how many times they grew."""

        def make() -> Mapping[float, list[Row]]:
            found: dict[float, list[Row]] = {}
            for period, value, low, high, start in self._shown.rows(area, dimension):
                found.setdefault(drawn(value), []).append(Row(period, value, _number(low), _number(high)))
                if dimension == ALL and start and start == start:
                    found.setdefault(drawn(value / start), []).append(Row(period, value / start, None, None))
            return found

        return self.kept(("dots", area, dimension), make)  # type: ignore[no-any-return]


class _Cut:
    """Some columns of a table, by area and another column; sites ask for few of a table's many places."""

    def __init__(self, rows: pd.DataFrame, column: str, columns: Sequence[str]) -> None:
        grouped = rows.groupby(["area_code", column], sort=False).indices if len(rows) else {}
        self.places: Mapping[Any, Any] = grouped
        self._columns = [rows[name].tolist() for name in columns]

    def rows(self, area: str, of: str) -> Iterator[tuple[Any, ...]]:
        """The rows of one place."""
        for n in self.places.get((area, of), ()):
            yield tuple(column[n] for column in self._columns)


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _row(period: str, value: Any, low: Any, high: Any, path: Any = None, *ends: Any) -> Row:
    """From the columns of `SERIES`, or the first of them."""
    pairs = zip(ends[::2], ends[1::2], strict=True)
    extra = tuple((position(at), float(number)) for at, number in pairs if isinstance(at, str) and number == number)
    return Row(period, _number(value), _number(low), _number(high), extra, _number(path))


def position(period: str) -> float:
    """A period's place on an axis of years."""
    year, part = int(period[:4]), period[4:]
    if not part:
        return float(year)
    steps, number = (4, part[2:]) if part.startswith("-Q") else (12, part[1:])
    return year + round((int(number) - 1) / steps, 4)


@lru_cache(maxsize=2**18)
def drawn(value: float) -> float:
    """A number to the five digits that a screen needs, large ones with three decimals, for a month is a part of a year:
    beyond these two are taken for the same.
    """
    decimals = 0 if value == 0 else min(max(4 - math.floor(math.log10(abs(value))), 3), 6)
    return round(value, decimals) + 0.0


def figures_broken(page: str, text: str, published: Published) -> list[tuple[str, str]]:
    """Figure and problem of each that draws, or says in its table, what it may not.

    Args:
        page: its path below the language's folder, `areas/<code>/index.html` where it is an area's.
        text: the page.
    """
    found = []
    n_scripts = len(SCRIPT.findall(text))
    for figure_id, data, rest in FIGURE.findall(text) if n_scripts else ():
        n_scripts -= 1
        try:
            figure = json.loads(data)
            _check(page, figure_id, _decoded(figure) if "bdata" in data else figure, rest, published)
        except Finding as broken:
            found.append((figure_id, str(broken)))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            # What has another form than the rules expect is not read by them.
            found.append((figure_id, "key"))
    if n_scripts:
        found.append(("a script", "unknown"))
    return found + _small_lines_broken(page, text, published)


def _small_lines_broken(page: str, text: str, published: Published) -> list[tuple[str, str]]:
    """The same of the small lines of a panel and the cells beside them; a drawing of any other kind is unknown."""
    found = []
    n_drawings = text.count("<svg")
    panel, head = PANEL.fullmatch(page), PANEL_HEAD.search(text)
    if panel and head:
        periods = [_period(TAG.sub("", f"<{cell}")) for cell in head[1].split("<th")[3:]]
        for indicator, row in PANEL_ROW.findall(text):
            n_drawings -= row.count("<svg")
            rows = {row.period: row.value for row in published.series(panel[1], indicator)[0]}
            try:
                _check_row(CELL.split(row)[1:], [rows.get(period) for period in periods])
            except Finding as broken:
                found.append((f"the line of {indicator}", str(broken)))
    if n_drawings:
        found.append(("a drawing", "unknown"))
    return found


def _period(said: str) -> str:
    """The period of a heading: of two years, the second one names it."""
    words = _plain(said).strip()
    years = re.fullmatch(r"(\d{4})/\d{2}", words)
    return str(int(years[1]) + 1) if years else words


def _check_row(cells: Sequence[str], values: Sequence[float | None]) -> None:
    """The small line in the first cell, and the numbers in the others, one a period."""
    small, *told = cells
    for cell, value in zip(told, values, strict=True):
        _says(TAG.sub("", cell), [] if value is None else [value], "table")
    shown = {n: value for n, value in enumerate(values) if value is not None}
    drawn_line = SMALL.fullmatch(small.strip())
    if drawn_line is None:
        if "<svg" in small:
            raise Finding("key")
        return
    course, end = drawn_line.groups()
    if RUN.sub("", course) or len(shown) < 2:
        raise Finding("point")
    numbers = [int(number) for run in RUN.findall(course) for number in run.split()]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    low, high = min(shown.values()), max(shown.values())
    span = max(high - low, LEAST_MOVE * abs(high)) or 1.0
    expected = [(STEP * n, HEIGHT * ((low + high + span) / 2 - value) / span) for n, value in shown.items()]
    if [x for x, _ in points] != [x for x, _ in expected] or end != f"M{points[-1][0]} {points[-1][1]}h0":
        raise Finding("point")
    if any(abs(y - height) > 0.501 for (_, y), (_, height) in zip(points, expected, strict=True)):
        raise Finding("point")


def _decoded(part: Any) -> Any:
    """A figure with each typed array as the list that it stands for."""
    if isinstance(part, list):
        return [_decoded(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "bdata" in part:
        if part.get("dtype") not in TYPED:
            raise Finding("array")
        return array_of(base64.b64decode(part["bdata"]), part["dtype"]).tolist()
    return {key: _decoded(one) for key, one in part.items()}


def _check(page: str, figure_id: str, figure: Mapping[str, Any], rest: str, published: Published) -> None:
    if figure_id.startswith("map-"):
        _check_map(figure, published, figure_id.removeprefix("map-"))
        return
    _keys(figure)
    place = page.split("/")
    area = place[1] if place[0] == "areas" else published.root
    kind, _, of = figure_id.partition("-")
    if "gaps" in figure and kind != "trend":
        raise Finding("unknown")
    if kind == "trend":
        past, ahead = published.series(area, of)
        points = published.kept(("points", area, of), lambda: _points([*past, *ahead]))
        _Trend([*past, *ahead], points, of).check(figure, rest)
    elif kind == "groups":
        dimensions = {d for d in published.dimensions if of.startswith(f"{d}-")}
        dots = published.dots(area, max(dimensions, key=len)) if dimensions else {}
        _check_dots(figure, rest, published, [dots])
    elif kind == "comparison":
        dots_of = (published.dots(code, ALL) for code in sorted(published.beside(area)))
        _check_dots(figure, rest, published, list(dots_of))
    elif figure_id == "compared" and place[0] == "indicators":
        _check_compared(figure, rest, published, place[1])
    elif figure_id == "one-number":
        delivered = published.delivered()
        n_told = len(list(_table_rows(rest)))
        _Trend(delivered[:n_told], _points(delivered), "").check(figure, rest)
    elif figure_id == "verdicts":
        _check_verdicts(figure, rest, published)
    else:
        raise Finding("unknown")


def _keys(figure: Mapping[str, Any]) -> None:
    """Whether every part has a rule, and colours and sizes hold no lists of numbers."""
    layout = figure["layout"]
    known = set(figure) <= {"data", "layout", "gaps"} and set(layout) <= LAID_OUT
    notes, shapes = layout.get("annotations", ()), layout.get("shapes", ())
    axes = [layout.get(axis, {}) for axis in ("xaxis", "yaxis")]
    if not known or any(set(axis) - AXIS for axis in axes) or any(set(s) - SHAPE for s in shapes):
        raise Finding("key")
    # As high as its rows are many, in whole pixels.
    is_high = type(layout["height"]) is int and 0 < layout["height"] < 10_000
    looks = [
        *(layout[name] for name in LAID_OUT - SEEN if name in layout),
        *({k: s[k] for k in LINED & set(s)} for s in shapes),
    ]
    for note in notes:
        if set(note) - NOTE - NOTED:
            raise Finding("key")
        looks += [note[name] for name in NOTE & set(note)]
        if note.get("yref") == "paper" and note["y"] not in (0, 1):
            raise Finding("point")
    if any(_has_listed_number(part) for part in looks) or not is_high:
        raise Finding("looks")
    for trace in figure["data"]:
        if set(trace) - DRAWN - LOOKS or set(trace.get("error_x", {})) - {"color", "array", "arrayminus"}:
            raise Finding("key")
        if any(_has_listed_number(trace[name]) for name in LOOKS & set(trace)):
            raise Finding("looks")


def _has_listed_number(part: Any, *, is_listed: bool = False) -> bool:
    if isinstance(part, dict):
        return any(_has_listed_number(one, is_listed=is_listed) for one in part.values())
    if isinstance(part, list):
        return any(_has_listed_number(one, is_listed=True) for one in part)
    if isinstance(part, str):
        return (
            re.fullmatch(r"[a-z+ ,_-]*|#[0-9a-f]{6}|rgba\((\d{1,3},){3}[01]?\.?\d{0,2}\)|\d{1,2}px(,\d{1,2}px)*", part)
            is None
        )
    return is_listed or (isinstance(part, int | float) and not (abs(part) < 1000 and part * 10 == int(part * 10)))


def _pairs(trace: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """The points of a trace; a gap is none."""
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is not None or y is not None:
            yield x, y


def _points(rows: Iterable[Row]) -> frozenset[tuple[float, float]]:
    """Place and number of all that is published of a series' periods."""
    found = set()
    for row in rows:
        at = drawn(position(row.period))
        numbers = (row.value, row.low, row.high, row.path)
        found |= {(at, drawn(number)) for number in numbers if number is not None}
        found |= {(drawn(place), drawn(number)) for place, number in row.extra}
    return frozenset(found)


@dataclass(frozen=True)
class _Trend:
    """What a figure over time may draw: its periods in the order of its table, and the points."""

    rows: Sequence[Row]
    points: frozenset[tuple[float, float]]
    indicator: str

    def check(self, figure: Mapping[str, Any], rest: str) -> None:
        """Raises Finding."""
        numbers = []
        low, high = figure["layout"]["xaxis"]["range"]
        for trace in figure["data"]:
            # A band over one period is drawn a little wider than it is.
            near = LONE_BAND * max(high - low, 1) if trace.get("style") in BANDS else 0
            for x, y in _pairs(trace):
                places = {drawn(x)} | {place for place, _ in self.points if abs(place - x) <= near}
                if not any((place, drawn(y)) in self.points for place in places):
                    raise Finding("point")
                numbers.append(y)
            if "text" in trace:
                raise Finding("key")
            for said, y in zip(trace.get("hovertext", ()), trace["y"], strict="hovertext" in trace):
                _says(said, [y])
            self._rows(trace)
        layout = figure["layout"]
        self._annotations(layout)
        _check_shapes(layout, lambda at: YEARS[0] < at < YEARS[1], lambda _: False)
        _check_axis(layout["yaxis"], numbers)
        _check_times(layout["xaxis"])
        self._gaps(figure)
        self._table(rest)

    def _gaps(self, figure: Mapping[str, Any]) -> None:
        """Signs of periods without a value: each at its own period, with a word and no number."""
        for at, state, row in figure.get("gaps", ()):
            if type(row) is not int or not 0 <= row < len(self.rows) or self.rows[row].value is not None:
                raise Finding("row")
            if drawn(position(self.rows[row].period)) != drawn(at) or not re.fullmatch("[a-z_]+", state):
                raise Finding("row")

    def _rows(self, trace: Mapping[str, Any]) -> None:
        periods = [drawn(position(row.period)) for row in self.rows]
        for row, x in zip(trace.get("customdata", ()), trace["x"], strict="customdata" in trace):
            if row is None and x is None:
                continue
            if type(row) is not int or not 0 <= row < len(periods) or periods[row] != drawn(x):
                raise Finding("row")

    def _annotations(self, layout: Mapping[str, Any]) -> None:
        notes = layout.get("annotations", ())
        for note in notes:
            if note.get("yref") != "paper":
                if (drawn(note["x"]), drawn(note["y"])) not in self.points:
                    raise Finding("point")
                _says(note["text"], [note["y"]])
                continue
            if not YEARS[0] < note["x"] < YEARS[1]:
                raise Finding("point")
            left = NUMBER.findall(YEAR.sub("", _plain(note["text"])))
            if left and not (len(left) == 1 and 0 < int(left[0]) <= len(notes)):
                raise Finding("text")

    def _table(self, rest: str) -> None:
        """Each row of the table says of its period what is published of it, and of a hidden one no number."""
        n_decisions = rest.count(f'id="decision-{self.indicator}-')
        for row, (_, *cells) in zip(self.rows, _table_rows(rest), strict="<tbody>" in rest):
            allowed = [n for n in (row.value, row.low, row.high, row.path, *row.told) if n is not None]
            for cell in cells:
                worded = any(c.isalpha() for c in cell)
                _says(cell, range(1, n_decisions + 1) if worded else allowed, "table")


def _check_dots(
    figure: Mapping[str, Any], rest: str, published: Published, places: Sequence[Mapping[float, list[Row]]]
) -> None:
    """Dots under headings: each with its range is one shown row; what stands beside it is its own value."""
    lanes: set[float] = set()
    numbers: list[float] = []
    for trace in figure["data"]:
        if "customdata" in trace or "hovertext" in trace:
            raise Finding("key")
        errors = trace.get("error_x", {})
        n = len(trace["x"])
        above, below = (errors.get(side, [0] * n) for side in ("array", "arrayminus"))
        for x, y, more, less in zip(trace["x"], trace["y"], above, below, strict=True):
            if not any(_is_dot(x, more, less, row) for rows in places for row in rows.get(drawn(x), ())) or y > 0:
                raise Finding("point")
            lanes.add(y)
            numbers += [x, x + more, x - less]
        for x, said in zip(trace["x"], trace["text"], strict=True):
            _says(said, [x])
    layout = figure["layout"]
    _check_headings(layout, published)
    _check_lanes(layout, lanes)
    _check_shapes(layout, lambda at: at == 1 or drawn(at) in numbers, lambda _: False)
    reference = [shape["x0"] for shape in layout.get("shapes", ())]
    _check_axis(layout["xaxis"], [*numbers, *reference])
    for _, when, *cells in _table_rows(rest):
        left = YEAR.sub("", when)
        _says(left, ())
        for cell in cells:
            _says(cell, numbers, "table")


def _is_dot(x: float, more: float, less: float, row: Row) -> bool:
    if not more and not less:
        return True
    if row.value is None or row.low is None or row.high is None:
        return False
    return drawn(row.high - row.value) == drawn(more) and drawn(row.value - row.low) == drawn(less)


def _check_lanes(layout: Mapping[str, Any], lanes: Iterable[float]) -> None:
    """Places from top to bottom are pixels of the figure's own height."""
    bottom, top = layout["yaxis"]["range"]
    if top != 0 or not 0 <= layout["height"] + bottom < 100 or any(lane < bottom for lane in lanes):
        raise Finding("axis")


def _check_headings(layout: Mapping[str, Any], published: Published) -> None:
    for note in layout.get("annotations", ()):
        if set(note) != {"y", "text"} or not layout["yaxis"]["range"][0] <= note["y"] <= 0:
            raise Finding("key")
        if not set(re.findall(r"\d+", _plain(note["text"]))) <= published.name_digits:
            raise Finding("text")


def _check_compared(figure: Mapping[str, Any], rest: str, published: Published, indicator: str) -> None:
    """Values by size: each area's own pair, the limits at its size, and the whole's value."""
    rows = published.comparisons[published.comparisons["indicator_id"] == indicator]
    sized = rows[rows["denominator"].notna()]
    pairs: dict[tuple[float, float], str] = {}
    for column in ("value", "limit_low_998", "limit_high_998"):
        for size, number in zip(sized["denominator"], sized[column], strict=True):
            if number == number:
                pairs.setdefault((drawn(size), drawn(number)), column)
    seen: list[int] = []
    for trace in figure["data"]:
        if "text" in trace or "hovertext" in trace or "error_x" in trace:
            raise Finding("key")
        for x, y in _pairs(trace):
            if (drawn(x), drawn(y)) not in pairs:
                raise Finding("point")
        seen += trace.get("customdata", [])
    if len(set(seen)) != len(seen) or any(type(row) is not int or not 0 <= row < len(rows) for row in seen):
        raise Finding("row")
    whole = {drawn(row.value) for row in published.series(published.root, indicator)[0] if row.value is not None}
    layout = figure["layout"]
    _check_shapes(layout, lambda _: False, lambda at: drawn(at) in whole)
    reference = [shape["y0"] for shape in layout.get("shapes", ())]
    ends = sized[["value", "limit_low_998", "limit_high_998"]].to_numpy().ravel()
    _check_axis(layout["yaxis"], [*(n for n in ends if n == n), *reference])
    _check_magnitudes(layout["xaxis"], sized["denominator"].tolist())
    allowed = [*rows["value"].tolist(), *sized["denominator"].tolist()]
    for _, *cells in _table_rows(rest):
        for cell in cells:
            _says(cell, allowed, "table")


def _check_verdicts(figure: Mapping[str, Any], rest: str, published: Published) -> None:
    """Counts of areas by verdict, and their shares."""
    lowest = set(published.areas["area_code"]) - set(published.areas["parent_code"].dropna())
    rows = published.totals
    rows = rows[rows["area_code"].isin(lowest)]
    newest = rows.sort_values("period").drop_duplicates(["indicator_id", "area_code"], keep="last")
    newest = newest[newest["value"].notna() & (newest["conf_status"] == "F")]
    counts = newest.groupby(["indicator_id", "verdict"]).size().rename("n").reset_index()
    wholes = counts.groupby("indicator_id")["n"].transform("sum")
    shares = {0.0, *(counts["n"] / wholes).round(4)}
    allowed = [0, *counts["n"]]
    for trace in figure["data"]:
        if not set(trace["x"]) <= shares or any(y > 0 for y in trace["y"]) or "customdata" in trace:
            raise Finding("point")
        for said in (*trace.get("text", ()), *trace.get("hovertext", ())):
            _says(said, allowed)
    _check_headings(figure["layout"], published)
    _check_lanes(figure["layout"], [y for trace in figure["data"] for y in trace["y"]])
    _check_shapes(figure["layout"], lambda _: False, lambda _: False)
    if set(figure["layout"]["xaxis"]["range"]) != {0, 1} or "tickvals" in figure["layout"]["xaxis"]:
        raise Finding("axis")
    for _, *cells in _table_rows(rest):
        for cell in cells:
            _says(cell, allowed, "table")


def _check_map(figure: Mapping[str, Any], published: Published, indicator: str) -> None:
    """Of each lowest area the number that is published of its newest period, its verdict or change, or why not."""
    if set(figure) != {"signs", "marks", "values", "periods", "when"}:
        raise Finding("key")
    if any(re.search(r"\d", word) for _, word in figure["signs"]):
        raise Finding("text")
    columns = (figure[name] for name in ("marks", "values", "when"))
    for area, mark, value, when in zip(published.lowest, *columns, strict=True):
        row = published.newest.get((area, indicator))
        _says(YEAR.sub("", figure["periods"][when]) if when is not None else "", ())
        if (row is None) != (when is None) or (row and row["period"][2:4] not in figure["periods"][when]):
            raise Finding("row")
        allowed = [] if row is None or _number(row["value"]) is None else [row["value"]]
        _says(value, allowed)
        code = figure["signs"][mark][0]
        if bool(NUMBER.search(value)) != bool(allowed):
            raise Finding("point")
        if (row is not None and row["conf_status"] == "C") != (code == "hidden"):
            raise Finding("point")
        if allowed and row and code not in (row["verdict"], row["change_from_baseline"], "no_target", "not_comparable"):
            raise Finding("point")
        if not allowed and code not in NO_VALUE:
            raise Finding("point")


def _check_shapes(
    layout: Mapping[str, Any], is_place_x: Callable[[float], bool], is_place_y: Callable[[float], bool]
) -> None:
    for shape in layout.get("shapes", ()):
        for axis, is_place in (("x", is_place_x), ("y", is_place_y)):
            if not {f"{axis}0", f"{axis}1", f"{axis}ref"} & set(shape):
                # From end to end.
                continue
            ends = [shape[f"{axis}{n}"] for n in (0, 1)]
            if not (ends == [0, 1] if shape.get(f"{axis}ref", axis) == "paper" else all(map(is_place, ends))):
                raise Finding("point")


def _check_axis(axis: Mapping[str, Any], numbers: Collection[float]) -> None:
    """An axis of round steps that ends with the first step past what is drawn on it: its end tells nothing more."""
    ticks, (start, end) = axis["tickvals"], axis["range"]
    step = ticks[1] - ticks[0]
    low, high = min(numbers), max(numbers)
    # Ticks and ends are rounded as all that is drawn: on a short axis of large numbers that is much of a step.
    rounding = 10 ** (math.floor(math.log10(max(abs(low), abs(high), 1e-6))) - 4)
    close = max(1e-3 * step, rounding)
    if any(abs(b - a - step) > 2 * close for a, b in pairwise(ticks)) or not _is_round(step, close):
        raise Finding("axis")
    if low < ticks[0] - close or (ticks[0] != 0 and low - ticks[0] > step + close) or ticks[-1] - high > step + close:
        raise Finding("axis")
    top = max(ticks[-1], high)
    length = top - ticks[0]
    reaches = [abs(start - (ticks[0] - part * length)) for part in BELOW], [abs(end - top - p * length) for p in ABOVE]
    if any(min(away) > max(2e-3 * length, rounding) for away in reaches):
        raise Finding("axis")
    for tick, said in zip(ticks, axis["ticktext"], strict=True):
        _says(said, [tick], "axis")


def _is_round(step: float, close: float) -> bool:
    unit = 10 ** math.floor(math.log10(step * 1.0001))
    return any(abs(step - factor * unit) <= close for factor in (1, 2, 5, 10))


def _check_times(axis: Mapping[str, Any]) -> None:
    numbers = [*axis["tickvals"], *axis["range"]]
    if any(not YEARS[0] < number < YEARS[1] for number in numbers):
        raise Finding("axis")
    if any(re.search(r"\d", YEAR.sub("", _plain(said))) for said in axis["ticktext"]):
        raise Finding("axis")


def _check_magnitudes(axis: Mapping[str, Any], sizes: Sequence[float]) -> None:
    """An axis of magnitudes: from a little below the smallest size to a little above the largest."""
    ends = [math.log10(min(sizes) / 1.3), math.log10(max(sizes) * 1.3)]
    is_round = all(_is_magnitude(tick) or tick == round(min(sizes)) for tick in axis["tickvals"])
    if any(abs(a - b) > 1e-3 for a, b in zip(axis["range"], ends, strict=True)) or not is_round:
        raise Finding("axis")
    for tick, said in zip(axis["tickvals"], axis["ticktext"], strict=True):
        _says(said, [tick], "axis")


def _is_magnitude(tick: float) -> bool:
    return any(abs(tick - factor * 10 ** round(math.log10(tick / factor))) < 1e-6 for factor in (1, 3))


def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(PLAIN)


def _says(text: str, allowed: Iterable[float], problem: str = "text") -> None:
    """Raises Finding where a text holds a number that, as exactly as it is written, is none of the allowed ones."""
    for readings in _written(text):
        if not any(abs(abs(one) - number) <= half for one in allowed for number, half in readings):
            raise Finding(problem)


@cache
def _written(text: str) -> tuple[frozenset[tuple[float, float]], ...]:
    """The numbers of a text, shares as such, each with half a unit of its last digit; a point may be a comma.

    What a number was rounded by before it was drawn comes on top of the half.
    """
    found = []
    plain = _plain(text)
    for match in NUMBER.finditer(plain):
        scale = 0.01 if plain[match.end() : match.end() + 3].lstrip().startswith(("%", "٪")) else 1.0
        readings = ((number * scale, 0.5 * 10**-digits * scale) for number, digits in _readings(match[0].lstrip("-−")))
        found.append(frozenset((number, half * 1.001 + 6e-5 * number) for number, half in readings))
    return tuple(found)


def _readings(written: str) -> Iterator[tuple[float, int]]:
    """What a number may mean, and its digits after the point: languages divide thousands by each other's points."""
    for point in ".,":
        whole, found, fraction = written.rpartition(point)
        if not found or point in whole or not fraction.isdigit():
            whole, fraction = written, ""
        yield float(re.sub(r"\D", "", whole) + "." + (fraction or "0")), len(fraction)


def _table_rows(rest: str) -> Iterator[list[str]]:
    """Rows of the table under a figure, as texts of cells, the heading of a row first."""
    body = rest.partition("<tbody>")[2].partition("</table>")[0]
    for row in body.split("<tr>")[1:]:
        yield [TAG.sub("", "<" + cell) for cell in re.split(r"<(?=t[hd]\b)", row)[1:]]
