"""What a site is made from, and its reading into lookups.

Belongs here: the typed content of one release, and one pass over the published tables that sorts them by area, so that
no page searches a table. Does not belong here: words, formats or layout. Only published (protected) values enter;
what a hidden row carries is dropped here once more, before any page could show it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import pandas as pd

from pipelines.declarations import Declarations, split_list
from pipelines.publishing.gate import CheckResult

ALL = "all"
# Coverage is rounded on pages: nearly all is all.
WHOLE = 0.995
SHOWN, HIDDEN, WITHHELD, MISSING = "shown", "hidden", "withheld", "missing"
NOT_COLLECTED, NOT_APPLICABLE = "not_collected", "not_applicable"
# Why there is no value, by SDMX status; any other says no more than that it is missing.
REASONS: Mapping[str, str] = {"Q": WITHHELD, "L": NOT_COLLECTED, "M": NOT_APPLICABLE}
FORECASTS, RESTATED, TRENDS = "forecasts", "baselines_restated", "trends"
ENTRIES = "learning_entries"


@dataclass(frozen=True)
class SiteContent:
    """Everything one release shows.

    `values`: the published indicator_values, one row per indicator, area, frequency, period, dimension, member.
    `submissions`: submission_id, partner_id, received_on (ISO date), object_id, rows_accepted, rows_refused, verdict;
    one row per submission and table in it.
    `as_of`: ISO date of the last ledger event, the only clock of the site. `downloads`: file names beside the pages in
    `data/`, which somebody else writes. `tables`: the published tables that follow from the values, by name.
    """

    declarations: Declarations
    values: pd.DataFrame
    checks: Sequence[CheckResult]
    submissions: pd.DataFrame
    release_id: str
    as_of: str
    is_synthetic: bool
    downloads: tuple[str, ...] = ("indicator_values.csv", "indicators.csv")
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


class Point(NamedTuple):
    """One period of one series; every number is None unless the state is shown."""

    period: str
    state: str
    value: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    coverage: float | None = None
    baseline_period: str | None = None
    baseline_value: float | None = None
    target_period: str | None = None
    target_value: float | None = None
    path_value: float | None = None
    verdict: str | None = None
    change_from_baseline: str | None = None
    change_from_previous: str | None = None
    numerator: float | None = None
    denominator: float | None = None
    submissions: str | None = None
    obs_status: str | None = None

    @property
    def is_partial(self) -> bool:
        """Whether a shown value comes from some of the parts only, or nobody knows from how many."""
        return self.state == SHOWN and (self.coverage is None or self.coverage < WHOLE)


_KEYS = ("area_code", "indicator_id", "dimension", "member", "period", "conf_status")
_CARRIED = Point._fields[2:]
Series = tuple[Point, ...]
ByArea = Mapping[str, tuple[Mapping[str, Any], ...]]
AreaSeries = Mapping[str, Mapping[tuple[str, str], Series]]


@dataclass(frozen=True)
class Area:
    """A place, with its row of the register and its neighbours in the hierarchy."""

    code: str
    type: str
    parent: str | None
    row: Mapping[str, Any]
    spellings: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """An indicator as declared."""

    id: str
    goal_id: str | None
    is_headline: bool
    is_count: bool
    unit: str
    dimensions: tuple[str, ...]
    row: Mapping[str, Any]


@dataclass(frozen=True)
class Material:
    """The content of a site, sorted for pages: lookups by code, in declared order."""

    content: SiteContent
    areas: Mapping[str, Area]
    children: Mapping[str, tuple[Area, ...]]
    goals: tuple[Mapping[str, Any], ...]
    indicators: Mapping[str, Indicator]
    members: Mapping[str, tuple[Mapping[str, Any], ...]]
    breaks: Mapping[str, tuple[Mapping[str, Any], ...]]
    submissions: Mapping[str, tuple[Mapping[str, Any], ...]]
    series: Mapping[str, AreaSeries] = field(repr=False)
    pools: Mapping[str, AreaSeries] = field(repr=False)
    tables: "_Tables" = field(repr=False)

    @property
    def declarations(self) -> Declarations:
        """What the initiative declares."""
        return self.content.declarations

    @property
    def ecosystem_type(self) -> str:
        """The area type that has an ecosystem of its own: the last declared."""
        return self.declarations.initiative.area_types[-1]

    @property
    def root(self) -> Area:
        """The area that contains all others."""
        return next(a for a in self.areas.values() if a.type == self.declarations.initiative.area_types[0])

    def type_names(self, area_type: str, *, plural: bool = False) -> Mapping[str, Any]:
        """What an area type is called, by language; the plural is the singular where none is declared."""
        initiative = self.declarations.initiative
        plurals = initiative.settings.get("area_type_names_plural", {})
        return plurals.get(area_type) if plural and area_type in plurals else initiative.area_type_names[area_type]

    def points(self, area: str, indicator: str, dimension: str = ALL, member: str = ALL) -> Series:
        """A series in order of time; empty where nothing was published."""
        return self.series.get(area, {}).get(indicator, {}).get((dimension, member), ())

    def breaks_between(self, indicator: str, after: str | None, until: str) -> tuple[Mapping[str, Any], ...]:
        """The declared breaks of an indicator that part one period from a later one; none where there is no first."""
        rows = self.breaks.get(indicator, ())
        return tuple(row for row in rows if after is not None and after < row["period"] <= until)

    def is_across_break(self, indicator: Indicator, point: Point) -> bool:
        """Whether the method changed between the baseline and a point, so that the two are not compared."""
        return bool(self.breaks_between(indicator.id, point.baseline_period, point.period))

    def forecasts(self, area: str, indicator: Indicator) -> tuple[Mapping[str, Any], ...]:
        """Published forecasts of an area's total in the indicator's own rhythm, in order of time."""
        rows = self._totals(FORECASTS, area, indicator)
        return tuple(sorted((r for r in rows if r["frequency"] == indicator.row["frequency"]), key=_period))

    def trend(self, area: str, indicator: Indicator) -> Mapping[str, Any] | None:
        """The published trend and pace of an area's total in the indicator's own rhythm; None where there is none."""
        rows = self._totals(TRENDS, area, indicator)
        return next((r for r in rows if r["frequency"] == indicator.row["frequency"]), None)

    def restated(self, area: str, indicator: Indicator) -> Mapping[str, Any] | None:
        """The agreed baseline of an area's total with what the sources say of its period today; None where hidden."""
        rows = self._totals(RESTATED, area, indicator)
        return next((r for r in rows if None not in (r["baseline_value"], r["baseline_restated_value"])), None)

    def rows_of(self, table: str, column: str, value: str) -> tuple[Mapping[str, Any], ...]:
        """Rows of a published table with a value in a column; none where the release has no such table."""
        return self.tables.by(table, column).get(value, ()) if table in self.tables else ()

    def _totals(self, table: str, area: str, indicator: Indicator) -> Iterator[Mapping[str, Any]]:
        for row in self.tables.get(table, {}).get(area, ()):
            if row["indicator_id"] == indicator.id and row["dimension"] == ALL:
                yield row

    def decisions(self, area: str, indicator: str) -> tuple[Mapping[str, Any], ...]:
        """Published entries of an area's learning log about an indicator, of any group of it, the oldest first."""
        rows = (row for row in self.tables.get(ENTRIES, {}).get(area, ()) if row["indicator_id"] == indicator)
        return tuple(sorted(rows, key=lambda row: (row["entry_date"], row["partner_id"], row["entry_id"])))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A published table that is not about areas, whole and in its own order; empty where there is none."""
        frame = self.content.tables.get(table)
        return [] if frame is None else records(frame)

    def pool(self, area: str, indicator: str, dimension: str = ALL, member: str = ALL) -> Series:
        """Years taken together, in order of time; empty where none are published."""
        return self.pools.get(area, {}).get(indicator, {}).get((dimension, member), ())

    @property
    def pooled_years(self) -> int:
        """How many years a pool holds."""
        return int(self.declarations.initiative.settings["assessment"]["pooling"]["years"])

    def ancestors(self, area: Area) -> tuple[Area, ...]:
        """The areas that contain an area, the nearest first."""
        found: list[Area] = []
        while area.parent and area.parent in self.areas:
            area = self.areas[area.parent]
            found.append(area)
        return tuple(found)

    def told_of(self, area: str) -> tuple[Indicator, ...]:
        """The indicators that an area's pages list: those of goals, and what else was ever reported of it."""
        return tuple(i for i in self.indicators.values() if i.goal_id is not None or self.points(area, i.id))

    def headlines(self) -> tuple[Indicator, ...]:
        """The indicators that lead every page, in declared order."""
        return tuple(i for i in self.indicators.values() if i.is_headline)


class _Tables(Mapping[str, ByArea]):
    """Published tables by name, sorted by area, or another column, when a page first asks: most are only downloads."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self._frames = frames
        self._sorted: dict[tuple[str, str], ByArea] = {}

    def __getitem__(self, name: str) -> ByArea:
        return self.by(name, "area_code")

    def by(self, name: str, column: str) -> ByArea:
        """Rows of a table by the values of a column; KeyError where there is no such table."""
        if (name, column) not in self._sorted:
            self._sorted[name, column] = _grouped(records(self._frames[name]), column)
        return self._sorted[name, column]

    def __contains__(self, name: object) -> bool:
        return name in self._frames

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)


def prepare(content: SiteContent) -> Material:
    """Sort a release's content for its pages; one pass over the values."""
    declared = content.declarations
    areas = _areas(declared)
    indicators = _indicators(declared)
    rhythm = content.values["indicator_id"].map({i.id: i.row["frequency"] for i in indicators.values()})
    is_single = content.values["frequency"] == rhythm
    by_parent: dict[str, list[Area]] = {}
    for area in areas.values():
        by_parent.setdefault(area.parent or "", []).append(area)
    return Material(
        content=content,
        areas=areas,
        children={code: tuple(found) for code, found in by_parent.items()},
        goals=tuple(sorted(declared.rows("goals"), key=lambda row: row["sort_order"])),
        indicators=indicators,
        members=_grouped(sorted(declared.rows("groups"), key=lambda row: row["sort_order"]), "dimension"),
        breaks=_grouped(declared.rows("breaks"), "indicator_id"),
        submissions=_grouped(records(content.submissions), "submission_id"),
        series=_series(content.values[is_single]),
        pools=_series(content.values[~is_single & rhythm.notna()]),
        tables=_Tables(content.tables),
    )


def _period(row: Mapping[str, Any]) -> str:
    return str(row["period"])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame as plain dictionaries, with None where a cell is empty."""
    columns = [_plain(frame[name]) for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    return column.astype(object).where(column.notna(), None).tolist()


def _grouped(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, tuple[Mapping[str, Any], ...]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return {value: tuple(group) for value, group in found.items()}


def _areas(declared: Declarations) -> dict[str, Area]:
    spellings: dict[str, set[str]] = {}
    for alias in declared.rows("area_aliases"):
        # An alias of one dataset only may mean another place to a reader.
        if not alias.get("object_id"):
            spellings.setdefault(alias["area_code"], set()).add(alias["alias"])
    rank = {area_type: number for number, area_type in enumerate(declared.initiative.area_types)}
    rows = sorted(declared.rows("areas"), key=lambda row: (rank[row["area_type"]], row["area_code"]))
    return {
        row["area_code"]: Area(
            row["area_code"],
            row["area_type"],
            row["parent_code"],
            row,
            tuple(sorted(spellings.get(row["area_code"], ()))),
        )
        for row in rows
    }


def _indicators(declared: Declarations) -> dict[str, Indicator]:
    goals = {row["goal_id"]: row["sort_order"] for row in declared.rows("goals")}
    last = 1 + max(goals.values(), default=0)
    rows = sorted(declared.rows("indicators"), key=lambda row: (goals.get(row["goal_id"], last), row["sort_order"]))
    return {
        row["indicator_id"]: Indicator(
            id=row["indicator_id"],
            goal_id=row["goal_id"],
            is_headline=bool(row["is_headline"]),
            is_count=row["kind"] == "count",
            unit=row["unit"],
            dimensions=split_list(row["dimensions"]),
            row=row,
        )
        for row in rows
    }


def _series(values: pd.DataFrame) -> dict[str, AreaSeries]:
    """Published rows of one frequency an indicator, so that no line mixes two, by area, indicator and group."""
    frame = values.sort_values(["area_code", "indicator_id", "dimension", "member", "period"], kind="stable")
    keys = zip(*(_plain(frame[name]) for name in _KEYS), strict=True)
    carried = zip(*(_plain(frame[name]) for name in _CARRIED), strict=True)
    # Most periods without a value are alike, so they share one point.
    blank = cache(_blank)
    found: dict[str, dict[str, dict[tuple[str, str], list[Point]]]] = {}
    for key, numbers in zip(keys, carried, strict=True):
        area, indicator, dimension, member, period, conf_status = key
        state = _state(numbers[0], numbers[-1], conf_status)
        point = Point(period, state, *numbers) if state == SHOWN else blank(period, state, numbers)
        found.setdefault(area, {}).setdefault(indicator, {}).setdefault((dimension, member), []).append(point)
    return {
        area: {indicator: {group: tuple(p) for group, p in groups.items()} for indicator, groups in by_id.items()}
        for area, by_id in found.items()
    }


def _state(value: Any, obs_status: str, conf_status: str) -> str:
    if conf_status == "C":
        return HIDDEN
    if value is not None:
        return SHOWN
    return REASONS.get(obs_status, MISSING)


def _blank(period: str, state: str, numbers: tuple[Any, ...]) -> Point:
    """A period without a value: a hidden one keeps nothing, the others keep what was agreed about their target."""
    if state == HIDDEN:
        return Point(period, state)
    agreed = dict(zip(_CARRIED, numbers, strict=True))
    kept = ("baseline_period", "baseline_value", "target_period", "target_value", "path_value", "verdict")
    return Point(period, state, **{name: agreed[name] for name in kept})
