"""Made-up values for every state that a panel can be in, drawn by the functions that draw a release's.

Belongs here: states, each a world of a few indicators, places and groups, with names of no initiative. Does not belong
here: how a state is drawn (`charts`, `panels`), and the page that shows them all (`pages.gallery`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from types import MappingProxyType
from typing import Any

import pandas as pd

from dashboards.charts.commitments import one_number_chart
from dashboards.charts.comparisons import comparison_charts
from dashboards.charts.divisions import group_charts
from dashboards.charts.funnels import COMPARISONS, compared
from dashboards.charts.standings import verdict_chart
from dashboards.charts.trends import trend_chart
from dashboards.content import (
    ALL,
    ENTRIES,
    FORECASTS,
    HIDDEN,
    MISSING,
    NOT_APPLICABLE,
    NOT_COLLECTED,
    REASONS,
    RESTATED,
    SHOWN,
    WITHHELD,
    Area,
    Material,
    Point,
    SiteContent,
    prepare,
)
from dashboards.labels import POSITIONS, VERDICTS
from dashboards.language import Voice
from dashboards.views import Chart, Table
from pipelines.declarations import Declarations
from pipelines.translation import N_, SOURCE_LANGUAGE, translator

AS_OF = "2025-06-30"
FIRST_YEAR = 2017
WHOLE, PLACE, MEMBERS = "0", "1", "made_up"
TOTAL = (ALL, ALL)
COLUMNS = ("area_code", "indicator_id", "frequency", "dimension", "member", "conf_status", *Point._fields)
STATUS = {state: status for status, state in REASONS.items()} | {MISSING: "O", SHOWN: "A"}

NAME = N_("Members who came at least once a month")
LONG_NAME = N_(
    "Share of members aged 15–17 (per 1,000) who came at least once a month in every one of the last 3 school years"
)
LONG_GROUP = N_("Members who joined in the last two years and live more than 40 km (25 miles) from the nearest meeting")
LONG_PLACE = N_(
    "Made-up union of small towns and villages between the upper river, the old road and the 3 eastern hills"
)
PLACE_NAME, WHOLE_NAME = N_("Made-up town {number}"), N_("Made-up country")
GROUP_NAMES = (N_("New members"), N_("Members for years"), N_("Guests (15+)"))
ANY_GROUP = N_("Group {number}")
REASON = N_("who comes twice a day has counted once since then.")
GROUP_NAME = N_("Evening group")
DECISION = N_("to move the meetings to the evening, from 17:30 to 19:00")

Row = Mapping[str, Any]
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class Line:
    """A made-up indicator: rows of values at places and of groups, and rows of the tables that follow from values.

    `breaks` are pairs of a period and a reason, `decisions` of a day and the year it belongs to.
    """

    id: str
    rows: Rows
    unit: str = "share"
    kind: str = "proportion"
    frequency: str = "A"
    name: str = NAME
    breaks: tuple[tuple[str, str], ...] = ()
    decisions: tuple[tuple[str, str], ...] = ()
    tables: Mapping[str, Rows] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Indicators at one place of `places`, all in one country; what the place and the groups are called."""

    lines: tuple[Line, ...]
    places: int = 1
    place: str = PLACE_NAME
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """What is seen, in a few words, and the world it is seen in.

    `is_told_in_each`: drawn once with names of each language, whatever the page's language is.
    """

    title: str
    world: World
    is_told_in_each: bool = False


def told(
    values: Sequence[float | str], *, at: str = PLACE, group: tuple[str, str] = TOTAL, first: int = FIRST_YEAR,
    spread: float = 0.0, target: tuple[int, float] | None = None, periods: Sequence[str] = (), **cells: Any,
) -> Rows:  # fmt: skip
    """Rows of a series, a value or a state a period; `spread` is half a range, `target` a year and a value.

    The first value is the baseline of a target. `cells` stand in every row.
    """
    whens = periods or [str(first + n) for n in range(len(values))]
    rows = []
    for period, value in zip(whens, values, strict=True):
        row: dict[str, Any] = {"area_code": at, "dimension": group[0], "member": group[1], "period": period}
        if target:
            begins, step = int(whens[0]), (target[1] - float(values[0])) / (target[0] - int(whens[0]))
            row |= {"baseline_period": whens[0], "baseline_value": values[0], "target_period": str(target[0])}
            row |= {"target_value": target[1], "path_value": float(values[0]) + step * (int(period) - begins)}
        if isinstance(value, str):
            row["absence"] = value
        else:
            row["value"] = value
            if spread:
                most = value + spread if value > 1 else min(value + spread, 1.0)
                row |= {"value_low": max(value - spread, 0.0), "value_high": most}
        rows.append({"coverage": 1.0, "verdict": "no_target", "submissions": "made-up", **row, **cells})
    return tuple(rows)


def ahead(*values: float, first: int, spread: float) -> Mapping[str, Rows]:
    """The table of forecasts with these values, a year each."""
    rows = (
        {"period": str(first + n), "value": value, "value_low": value - spread * (n + 1),
         "value_high": value + spread * (n + 1)}
        for n, value in enumerate(values)
    )  # fmt: skip
    return {FORECASTS: tuple(rows)}


UP = (0.41, 0.43, 0.46, 0.45, 0.49, 0.52, 0.54, 0.57)
DOWN = (0.57, 0.55, 0.56, 0.51, 0.48, 0.47, 0.44, 0.41)
GAPS = (0.41, 0.43, HIDDEN, 0.45, WITHHELD, 0.52, MISSING, NOT_COLLECTED, NOT_APPLICABLE, HIDDEN, 0.55, HIDDEN)
DECIDED = tuple((day, "2024") for day in ("2023-10-02", "2023-11-20", "2023-12-11", "2024-01-08", "2024-02-12"))
OFTEN = tuple((f"{year}-{month:02}-03", str(year)) for year in (2023, 2024) for month in range(1, 7))
BEHIND: Row = {"verdict": "behind", "change_from_baseline": "worsened", "change_from_previous": "no_clear_change"}
MET: Row = {"verdict": "met", "change_from_baseline": "improved", "change_from_previous": "improved"}
LARGE = (987_654_321.0, 1_123_456_789.0, 1_234_567_890.0)
ALL_AT_ONCE = Line(
    "all_at_once",
    told((0.21, 0.26, HIDDEN, 0.31, 0.38, 0.36, 0.44, 0.45), spread=0.03, target=(2026, 0.46), verdict="on_track"),
    breaks=(("2021", REASON), ("2023", REASON)),
    decisions=DECIDED,
    tables=ahead(0.46, 0.48, first=2025, spread=0.03),
)
LINES = {
    N_("Normal"): Line("normal", told(UP, spread=0.03, target=(2027, 0.7), verdict="on_track")),
    N_("One value only"): Line("one", told((0.41,), spread=0.04)),
    N_("Two values only"): Line("two", told((0.41, 0.44), spread=0.04)),
    N_("Hidden, withheld and missing periods"): Line("gaps", told(GAPS, first=2013, spread=0.02)),
    N_("Years that nobody reported"): Line("apart", (*told(UP[:3], first=2009), *told(UP[3:6], first=2018))),
    N_("Parts left out, and doubts of the source"): Line(
        "partial", (*told(UP[:4], coverage=0.8, obs_status="P"), *told(UP[4:], first=2021))
    ),
    N_("A change of method"): Line("changed", told(UP, target=(2025, 0.6)), breaks=(("2020", REASON),)),
    N_("A change of method just before the last period"): Line("just_changed", told(UP), breaks=(("2024", REASON),)),
    N_("Decisions close together"): Line("decided", told(UP), decisions=DECIDED),
    N_("Many decisions"): Line("often", told(UP[:3], first=2022), decisions=OFTEN),
    N_("Forecast"): Line("ahead", told(UP, spread=0.02), tables=ahead(0.59, 0.61, 0.63, first=2025, spread=0.03)),
    N_("Target met"): Line("met", told(UP, target=(2024, 0.56), **MET)),
    N_("Behind the path"): Line("behind", told(DOWN, spread=0.03, target=(2027, 0.8), **BEHIND)),
    N_("A low target far ahead"): Line("far", told((31.0, 29.5, 30.2, 26.0), target=(2040, 4.0)), "grade", "mean"),
    N_("Everything at once"): ALL_AT_ONCE,
    N_("Nothing reported"): Line("empty", ()),
    N_("Everything hidden"): Line("hidden", told((HIDDEN,) * 4)),
    N_("Zero"): Line("zero", told((0.0,) * 5)),
    N_("All of them"): Line("full", told((0.97, 0.99, 1.0, 1.0), target=(2022, 1.0), **MET)),
    N_("Very large numbers"): Line("large", told(LARGE, target=(2021, 1.4e9)), "persons", "count"),
    N_("Below zero"): Line("negative", told((12.5, 3.25, -4.75, -12.5), **BEHIND), "balance", "reported"),
    N_("Very small numbers"): Line("small", told((0.0004, 0.0007, 0.0005), spread=0.0002)),
    N_("Quarters"): Line(
        "quarters", told(UP, periods=[f"{y}-Q{q}" for y in (2023, 2024) for q in (1, 2, 3, 4)]), frequency="Q",
        breaks=(("2024-Q2", REASON),),
    ),
    N_("Months"): Line("months", told(UP, periods=[f"2024-{month:02}" for month in range(2, 10)]), frequency="M"),
    N_("A baseline that is told otherwise today"): Line(
        "restated", told(UP, target=(2027, 0.7)),
        tables={RESTATED: ({"baseline_period": "2017", "baseline_value": 0.41, "baseline_restated_value": 0.39},)},
    ),
}  # fmt: skip
LONG_LINE = replace(ALL_AT_ONCE, id="long", name=LONG_NAME)
TRENDS = (
    *(State(title, World((line,))) for title, line in LINES.items()),
    State(N_("Long names"), World((LONG_LINE,)), is_told_in_each=True),
)


def beside(line_id: str, *values: float, spread: float = 0.0, **about: Any) -> Line:
    """An indicator with the newest value of the place, of the country, and of more places."""
    rows = [told((value / 2, value), at=at, first=2023, spread=spread, baseline_period="2023", baseline_value=value / 2)
            for at, value in zip((PLACE, WHOLE, "2", "3"), values, strict=False)]  # fmt: skip
    return Line(line_id, tuple(row for found in rows for row in found), **about)


COMPARED = (
    State(N_("Normal"), World((beside("a", 0.42, 0.51, spread=0.08), beside("b", 0.77, 0.75, spread=0.03)))),
    State(N_("One value only"), World((beside("c", 0.42),))),
    State(N_("Zero and all of them"), World((beside("d", 0.0, 1.0), beside("e", 1.0, 0.0), beside("f", 1.0, 1.0)))),
    State(N_("Very large numbers"), World((beside("g", 1.4e9, 1.2e9, unit="persons", kind="mean"),))),
    State(N_("Counts, by how many times they grew"), World((
        beside("h", 800.0, 7e6, unit="persons", kind="count"), Line("i", (
            *told((1.0, 1234.0), first=2023, baseline_period="2023", baseline_value=1.0),
            *told((1.0, 1.1), first=2023, at=WHOLE, baseline_period="2023", baseline_value=1.0),
        ), "persons", "count"),
    ))),
    State(N_("A change of method"), World((
        replace(beside("j", 800.0, 7e6, unit="persons", kind="count"), breaks=(("2024", REASON),)),
    ))),
    State(N_("Nothing reported"), World((Line("k", ()),))),
    State(N_("Below zero"), World((beside("l", -4.5, -12.25, unit="balance", kind="reported"),))),
    State(
        N_("Long names"),
        World((beside("m", 0.42, 0.51, spread=0.08, name=LONG_NAME), beside("n", 1.0, 0.75, name=LONG_NAME)),
              place=LONG_PLACE),
        is_told_in_each=True,
    ),
)  # fmt: skip


def divided(line_id: str, *values: float | str, spread: float = 0.0, **about: Any) -> Line:
    """An indicator with a value or a state for each group."""
    rows = [told((value,), group=(MEMBERS, str(n)), first=2024, spread=spread) for n, value in enumerate(values)]
    return Line(line_id, tuple(row for found in rows for row in found), **about)


MANY = tuple(round(0.08 * n + 0.1, 2) for n in range(10))
GROUPED = (
    State(N_("Normal"), World((divided("oa", 0.42, 0.51, 0.44, spread=0.08), divided("ob", 0.8, 0.77, 0.9)),
                              groups=GROUP_NAMES)),
    State(N_("One value only"), World((divided("oc", 0.42, MISSING, MISSING),), groups=GROUP_NAMES)),
    State(N_("Some groups hidden"), World((divided("od", 0.42, HIDDEN, 0.44), divided("oe", 0.8, HIDDEN, HIDDEN)),
                                          groups=GROUP_NAMES)),
    State(N_("Everything hidden"), World((divided("of", HIDDEN, HIDDEN, HIDDEN),), groups=GROUP_NAMES)),
    State(N_("Nothing reported"), World((Line("og", ()),), groups=GROUP_NAMES)),
    State(N_("Zero and all of them"), World((
        divided("oh", 0.0, 1.0, 0.0), divided("oi", 1.0, 1.0, 0.995, spread=0.004),
    ), groups=GROUP_NAMES)),
    State(N_("Very large numbers"), World((divided("oj", 1.4e9, 1.2e9, 7.0, unit="persons", kind="count"),),
                                          groups=GROUP_NAMES)),
    State(N_("Below zero"), World((divided("ok", -4.5, 3.25, -12.25, unit="balance", kind="reported"),),
                                  groups=GROUP_NAMES)),
    State(N_("Many groups"), World((divided("ol", *MANY, spread=0.05),), groups=(ANY_GROUP,) * len(MANY))),
    State(N_("Long names"), World((divided("om", 0.42, 1.0, spread=0.08, name=LONG_NAME),),
                                  groups=(LONG_GROUP, LONG_GROUP)), is_told_in_each=True),
)  # fmt: skip


def judged(line_id: str, counts: Mapping[str, int], name: str = NAME) -> Line:
    """An indicator with so many places of each verdict."""
    verdicts = [code for code, count in counts.items() for _ in range(count)]
    rows = (told((0.5,), at=str(n), first=2024, verdict=code) for n, code in enumerate(verdicts, start=1))
    return Line(line_id, tuple(row for found in rows for row in found), name=name)


EVEN = {code: 9 for code in VERDICTS}
UNEVEN = {code: 1 for code in VERDICTS} | {"behind": 241}
FULL = {"met": 247}
JUDGED = (
    State(N_("Normal"), World((judged("pa", EVEN), judged("pb", UNEVEN), judged("pc", FULL)), places=260)),
    State(N_("One area only"), World((judged("pd", {"behind": 1}),))),
    State(N_("Many areas"), World((judged("pe", {code: 180 for code in VERDICTS}),), places=1260)),
    State(N_("Long names"), World((judged("pf", EVEN, LONG_NAME), judged("pg", UNEVEN, LONG_NAME)), places=260),
          is_told_in_each=True),
)  # fmt: skip


def spread_out(
    line_id: str, sizes: Sequence[float], rate: float = 0.5, *, is_limited: bool = True, **about: Any
) -> Line:
    """An indicator at places of these sizes, its values to both sides of the rate, some beyond chance."""
    rows = []
    for n, size in enumerate(sizes):
        chance = sqrt(rate * (1 - rate) / size)
        off = (-2.0, 0.3, 1.4, -0.8, 4.0, -0.2, -4.2)[n % 7]
        position = "inside" if abs(off) < 3.09 else "above" if off > 0 else "below"
        assert position in POSITIONS
        rows.append({
            "area_code": str(n + 1), "period": "2024", "value": min(max(rate + off * chance, 0.0), 1.0),
            "denominator": size, "definition_version": 1, "position": position if is_limited else None,
            "limit_low_998": max(rate - 3.09 * chance, 0.0) if is_limited else None,
            "limit_high_998": min(rate + 3.09 * chance, 1.0) if is_limited else None,
        })  # fmt: skip
    return Line(line_id, told((rate,), at=WHOLE, first=2024), tables={COMPARISONS: tuple(rows)}, **about)


SIZES = tuple(40 * 1.22**n for n in range(40))
SCATTERED = (
    State(N_("Normal"), World((spread_out("qa", SIZES),), places=40)),
    State(N_("Three areas only"), World((spread_out("qb", SIZES[20:23], is_limited=False),), places=3)),
    State(N_("Very large numbers"), World((spread_out("qc", [12 * 1.5**n for n in range(30)]),), places=30)),
    State(N_("Zero and all of them"), World((
        spread_out("qd", SIZES[:9], 0.0), spread_out("qe", SIZES[:9], 1.0),
    ), places=9)),
    State(N_("Long names"), World((spread_out("qf", SIZES, name=LONG_NAME),), places=40, place=LONG_PLACE),
          is_told_in_each=True),
)  # fmt: skip

ADDED_UP = (
    State(N_("Normal"), World((Line("ra", told((1200.0, 4100.0, 5400.0), path_value=6000.0), "persons"),))),
    State(N_("Nothing reported"), World((Line("rb", told((MISSING,)), "persons"),))),
    State(N_("Target met"), World((Line("rc", told((4100.0, 9800.0, 10_250.0), path_value=10_000.0), "persons"),))),
)


def trends(material: Material, voice: Voice) -> Iterator[Chart]:
    """The trend of each indicator at the place."""
    for indicator in material.indicators.values():
        yield trend_chart(material, voice, place(material), indicator)


def comparisons(material: Material, voice: Voice) -> Iterator[Chart]:
    """The place beside the country."""
    yield from comparison_charts(material, voice, place(material))


def divisions(material: Material, voice: Voice) -> Iterator[Chart]:
    """The groups of the one made-up dimension."""
    for _, charts in group_charts(material, voice, place(material)):
        yield from charts


def standings(material: Material, voice: Voice) -> Iterator[Chart]:
    """How many places stand where."""
    chart = verdict_chart(material, voice)
    if chart:
        yield chart


def funnels(material: Material, voice: Voice) -> Iterator[Chart]:
    """Places by size."""
    for indicator in material.indicators.values():
        found = compared(material, voice, indicator)
        if found and found.chart:
            yield found.chart


def one_numbers(material: Material, voice: Voice) -> Iterator[Chart]:
    """What was delivered so far of ten thousand."""
    for indicator in material.indicators.values():
        number = {
            "unit": indicator.unit, "amount": 10_000, "names": _named(voice, indicator.row),
            "from_period": str(FIRST_YEAR - 1), "to_period": "2024",
        }  # fmt: skip
        points = material.points(PLACE, indicator.id)
        rows = tuple(
            {"period": p.period, "total_delivered": p.value, "amount_delivered": p.value, "total_due": p.path_value,
             "path_value": p.path_value}
            for p in points
        )  # fmt: skip
        cells = tuple((voice.period(p.period), voice.value(indicator.unit, p.value)) for p in points)
        yield one_number_chart(voice, number, rows, Table((voice.period_word, voice.say("Value")), cells))


def _named(voice: Voice, row: Row) -> Mapping[str, str]:
    name = voice.name(row)
    return {name.language: name.text}


Draw = Callable[[Material, Voice], Iterator[Chart]]
SHELVES: tuple[tuple[str, Draw, tuple[State, ...]], ...] = (
    (N_("Adding up to one number"), one_numbers, ADDED_UP),
    (N_("Beside other areas"), comparisons, COMPARED),
    (N_("For whom"), divisions, GROUPED),
    (N_("Where the areas stand"), standings, JUDGED),
    (N_("By size"), funnels, SCATTERED),
)


def place(material: Material) -> Area:
    """The place that all of a world is about."""
    return material.areas[PLACE]


def nothing(declarations: Declarations) -> SiteContent:
    """The content of an initiative that has published no value."""
    return SiteContent(
        declarations=declarations,
        values=pd.DataFrame(columns=[*COLUMNS]),
        checks=(),
        submissions=pd.DataFrame(columns=["submission_id"]),
        release_id="",
        as_of=AS_OF,
        is_synthetic=True,
    )


def made_up(declarations: Declarations, world: World, languages: Sequence[str]) -> Material:
    """A world as a release would show it, with the initiative's settings and names in these languages."""
    types = declarations.initiative.area_types
    places = [
        _place(str(n), types[-1], WHOLE, _names(world.place if n == 1 else PLACE_NAME, languages, number=n))
        for n in range(1, world.places + 1)
    ]
    groups = tuple(
        {"dimension": MEMBERS, "member": str(n), "sort_order": n, **_names(name, languages, number=n + 1)}
        for n, name in enumerate(world.groups)
    )
    registers = {
        "areas": (_place(WHOLE, types[0], None, _names(WHOLE_NAME, languages)), *places),
        "area_aliases": (), "goals": (), "groups": groups,
        "indicators": tuple(_indicator(line, n, world, languages) for n, line in enumerate(world.lines)),
        "breaks": tuple(
            {"indicator_id": line.id, "period": period, **_names(reason, languages)}
            for line in world.lines for period, reason in line.breaks
        ),
    }  # fmt: skip
    declared = replace(declarations, register_rows=MappingProxyType({**declarations.register_rows, **registers}))
    values = [_published(line, row) for line in world.lines for row in line.rows]
    content = replace(
        nothing(declared), values=pd.DataFrame(values, columns=[*COLUMNS]), tables=_tables(world, languages)
    )
    return prepare(content)


def told_in(declarations: Declarations) -> tuple[str, ...]:
    """The languages of the initiative, and the one that sentences are written in."""
    return tuple(dict.fromkeys((*declarations.initiative.languages, SOURCE_LANGUAGE)))


def _names(text: str, languages: Sequence[str], **parts: Any) -> Mapping[str, str]:
    return {f"name_{code}": translator(code)(text).format(**parts) for code in languages}


def _place(code: str, area_type: str, parent: str | None, names: Row) -> Row:
    return {"area_code": code, "area_type": area_type, "parent_code": parent, **names}


def _indicator(line: Line, order: int, world: World, languages: Sequence[str]) -> Row:
    return {
        "indicator_id": line.id, "goal_id": None, "is_headline": True, "kind": line.kind, "unit": line.unit,
        "dimensions": MEMBERS if world.groups else "", "frequency": line.frequency, "sort_order": order,
        "threshold": None,
        **_names(line.name, languages),
    }  # fmt: skip


def _published(line: Line, row: Row) -> Row:
    state = row.get("absence", SHOWN)
    status = STATUS.get(state, STATUS[SHOWN])
    about = {"indicator_id": line.id, "frequency": line.frequency, "conf_status": "C" if state == HIDDEN else "F"}
    return {"obs_status": status, **row, **about}


def _tables(world: World, languages: Sequence[str]) -> Mapping[str, pd.DataFrame]:
    rows: dict[str, list[Row]] = {}
    for line in world.lines:
        about = {"indicator_id": line.id, "area_code": PLACE, "dimension": ALL, "frequency": line.frequency}
        for name, found in line.tables.items():
            rows.setdefault(name, []).extend({**about, **row} for row in found)
        for number, (day, period) in enumerate(line.decisions):
            entry = {"entry_id": f"{number:02}", "partner_id": "made_up", "entry_date": day, "entry_period": period}
            said, group = map(translator(languages[0]), (DECISION, GROUP_NAME))
            entry |= {"what_we_decided": said, "working_group": group, "member": ALL}
            rows.setdefault(ENTRIES, []).append({**about, **entry})
    return {name: pd.DataFrame(found) for name, found in rows.items()}
