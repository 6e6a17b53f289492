"""Goals of work plans: what each lacks to be measured, and where its value stands on its own way.

Belongs here: one goal beside the catalogue's protected values. Does not belong here: the work below a goal and whether
it goes together with the value (`work_plan`).

A goal says from what, to what, by when and from which source. Its verdict is that of `pipelines.assessment.verdicts`,
by the same code, on the straight way from its own start to its own end.

What a plan says of people is shown only where the catalogue shows it too: a value at the start whose cell is not shown
would give that cell away, so it is left out, and with it the end, the verdict, and what comparing the two would tell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipelines.assessment import assess
from pipelines.assessment.changes import crosses_break
from pipelines.assessment.periods import SERIES, month_number
from pipelines.collaboration.inputs import Inputs, register_frame
from pipelines.declarations import Declarations, split_list
from pipelines.publishing.gate import UNIT_BOUNDS

ALL = "all"
FREE, HIDDEN = "F", "C"
NOT_MEASURABLE, NOT_FOLLOWED, NOT_ENOUGH_DATA = "not_measurable", "not_followed", "not_enough_data"
# Verdicts that say yes or no; any other leaves it open.
MET = "met"
GOING_WELL, BEHIND = frozenset({MET, "ahead", "on_track"}), frozenset({"behind"})

Key = tuple[str, str, str, str, str]


class Cell(NamedTuple):
    """What is published of one period of a series; None where nothing is."""

    value: float | None
    value_low: float | None
    value_high: float | None
    coverage: float | None
    conf_status: str
    baseline_period: str | None
    verdict: str | None
    change_from_baseline: str | None

    @property
    def is_shown(self) -> bool:
        """Whether everybody can read its value."""
        return self.conf_status == FREE and self.value is not None


NO_CELL = Cell(None, None, None, None, "", None, None, None)


@dataclass(frozen=True)
class Goal:
    """A goal as it is published, without the work below it."""

    area_code: str
    work_goal_id: str
    work_goal_name: str | None
    goal_id: str | None
    indicator_id: str | None
    frequency: str | None
    dimension: str | None
    member: str | None
    unit: str | None
    measure_text: str | None
    value_source: str | None
    from_period: str | None
    from_value: float | None
    by_period: str | None
    to_value: float | None
    to_area_code: str | None
    is_measurable: bool
    missing: str
    period: str | None
    value: float | None
    value_low: float | None
    value_high: float | None
    conf_status: str | None
    path_value: float | None
    verdict: str | None
    is_across_break: bool
    is_within_chance: bool


@dataclass(frozen=True)
class Way:
    """From where to where a series is to go, and the period in which it is judged."""

    key: Key
    from_period: str
    from_value: float
    by_period: str
    to_value: float
    period: str

    def at(self, period: str) -> float:
        """Where the way stands in a period: straight, and level before its start and after its end."""
        start, end, now = (month_number(p) for p in (self.from_period, self.by_period, period))
        done = min(max((now - start) / (end - start), 0.0), 1.0)
        return self.from_value + (self.to_value - self.from_value) * done


class Catalogue:
    """The protected values of some areas and indicators in each indicator's own rhythm, cell by cell."""

    def __init__(self, inputs: Inputs, indicator_ids: Iterable[str], area_codes: Iterable[str]) -> None:
        self.inputs = inputs
        self.indicators = {row["indicator_id"]: row for row in inputs.declarations.rows("indicators")}
        rhythm = {name: row["frequency"] for name, row in self.indicators.items()}
        values = inputs.values
        of_indicator = values[values["indicator_id"].isin(set(indicator_ids))]
        self.rows = of_indicator[of_indicator["frequency"] == of_indicator["indicator_id"].map(rhythm)]
        wanted = self.rows[self.rows["area_code"].isin(set(area_codes))]
        self._cells: dict[Key, dict[str, Cell]] = {}
        names = [*SERIES, "period", *Cell._fields]
        for row in wanted[names].itertuples(index=False, name=None):
            key, period = row[: len(SERIES)], row[len(SERIES)]
            self._cells.setdefault(key, {})[period] = Cell(*(known(part) for part in row[len(SERIES) + 1 :]))

    def key(self, indicator_id: str, area_code: str, dimension: str = ALL, member: str = ALL) -> Key:
        """What identifies a series, in the order of `SERIES`."""
        return indicator_id, area_code, self.indicators[indicator_id]["frequency"], dimension, member

    def cell(self, key: Key, period: str | None) -> Cell:
        """The cell of a period; an empty one where none is published."""
        return self._cells.get(key, {}).get(period or "", NO_CELL)

    def latest(self, key: Key) -> tuple[str | None, Cell]:
        """The newest period and its cell, be it hidden or without a value."""
        found = self._cells.get(key, {})
        period = max(found, key=month_number, default=None)
        return period, self.cell(key, period)

    def newest_whole(self, key: Key, until: str) -> float | None:
        """The newest value up to a period that is shown and leaves no area out."""
        last = month_number(until)
        fitting = [p for p, c in self._cells.get(key, {}).items() if c.is_shown and c.coverage == 1]
        period = max((p for p in fitting if month_number(p) <= last), key=month_number, default=None)
        return self.cell(key, period).value


def known(value: Any) -> Any:
    """A value of a frame, None where it is missing."""
    return None if value is None or pd.isna(value) else value


def conf_status(*cells: Cell) -> str | None:
    """C where any cell is hidden; otherwise F where the last one shows a value, and None where it has none."""
    if any(cell.conf_status == HIDDEN for cell in cells):
        return HIDDEN
    return FREE if cells[-1].is_shown else None


def judged_goals(inputs: Inputs, rows: pd.DataFrame) -> list[Goal]:
    """Every goal of the shape's `rows`, in their order, with what it lacks and where it stands."""
    goals: list[Any] = list(rows.itertuples(index=False))
    indicator_ids = {goal.indicator_id for goal in goals} - {None}
    area_codes = {code for goal in goals for code in (goal.area_code, goal.to_area_code)} - {None}
    catalogue = Catalogue(inputs, indicator_ids, area_codes)
    found = [_standing(goal, catalogue) for goal in goals]
    ways = [way for _, way in found if way is not None]
    pairs = [(way.from_period, way.period) for way in ways]
    crossed = across_breaks([way.key[0] for way in ways], pairs, inputs.declarations)
    answers = iter(zip(_verdicts(ways, catalogue), crossed, strict=True))
    return [goal if way is None else _judged(goal, way, *next(answers), catalogue) for goal, way in found]


def across_breaks(
    indicator_ids: Sequence[str], periods: Sequence[tuple[str | None, str | None]], declarations: Declarations
) -> list[bool]:
    """Whether a declared break of each indicator parts its two periods; no where either is not told."""
    first, last = np.array([[month_number(p) for p in pair] for pair in periods], dtype=float).reshape(-1, 2).T
    crossed = crosses_break(pd.Series(indicator_ids, dtype=object), first, last, register_frame(declarations, "breaks"))
    return [bool(answer) for answer in crossed]


def _judged(goal: Goal, way: Way, verdict: str, is_across_break: bool, catalogue: Catalogue) -> Goal:
    is_within = verdict == MET and _falls_short(goal, way.to_value, catalogue.indicators[way.key[0]])
    return replace(goal, verdict=verdict, is_across_break=is_across_break, is_within_chance=is_within)


def _falls_short(goal: Goal, target: float, indicator: Mapping[str, Any]) -> bool:
    """Whether the interval of the value reaches to the worse side of the target."""
    end = goal.value_high if indicator["direction"] == "down" else goal.value_low
    return end is not None and _is_worse(end, target, indicator)


def _standing(row: Any, catalogue: Catalogue) -> tuple[Goal, Way | None]:
    """A goal, and the way that it is to be judged on; where there is none it has its verdict already."""
    indicator = catalogue.indicators.get(row.indicator_id)
    dimension, member = _group(row, indicator, catalogue.inputs.declarations)
    key = catalogue.key(row.indicator_id, row.area_code, dimension or "", member) if indicator else None
    period, now = catalogue.latest(key) if key else (None, NO_CELL)
    start = catalogue.cell(key, row.from_period) if key else NO_CELL
    target = _target(row, catalogue, dimension, member)
    status = conf_status(start, now)
    # What the catalogue does not show of the start is told by nothing here either, nor by what it is compared with; a
    # hidden row holds no number.
    is_hidden = status == HIDDEN
    is_own_way = indicator is not None and row.from_value is None
    is_start_shown = start.is_shown and not is_hidden
    is_end_told = not is_hidden and (is_start_shown or is_own_way)
    missing = tuple(_missing(row, indicator, dimension))
    if indicator is not None and (start.is_shown or is_own_way):
        missing += tuple(_unfit(row.from_value, target, indicator, catalogue.inputs.declarations))
    way = None
    if not missing and target is not None and key and period and status == FREE and is_start_shown:
        way = Way(key, row.from_period, row.from_value, row.by_period, target, period)
    is_told = status == FREE
    goal = Goal(
        area_code=row.area_code,
        work_goal_id=row.work_goal_id,
        work_goal_name=row.work_goal_name,
        goal_id=row.goal_id,
        indicator_id=row.indicator_id,
        frequency=indicator["frequency"] if indicator else None,
        dimension=dimension,
        member=member if dimension else row.member,
        unit=indicator["unit"] if indicator else None,
        measure_text=row.measure_text,
        value_source=row.value_source,
        from_period=row.from_period,
        from_value=row.from_value if is_start_shown else None,
        by_period=row.by_period,
        to_value=target if is_end_told else None,
        to_area_code=row.to_area_code,
        is_measurable=not missing,
        missing=";".join(missing),
        period=period if is_told else None,
        value=now.value if is_told else None,
        value_low=now.value_low if is_told else None,
        value_high=now.value_high if is_told else None,
        conf_status=status,
        path_value=way.at(way.period) if way else None,
        verdict=_without_way(missing, indicator, status),
        is_across_break=False,
        is_within_chance=False,
    )
    return goal, way


def _without_way(missing: Sequence[str], indicator: Any, status: str | None) -> str | None:
    """The verdict where nothing can be judged; none where something is hidden, for that would be its reason."""
    if missing:
        return NOT_MEASURABLE
    if indicator is None:
        return NOT_FOLLOWED
    return None if status == HIDDEN else NOT_ENOUGH_DATA


def _group(row: Any, indicator: Mapping[str, Any] | None, declarations: Declarations) -> tuple[str | None, str]:
    """Dimension and member that a goal is about; no dimension where its indicator is not divided by such a group."""
    if row.member is None:
        return ALL, ALL
    divided = split_list(indicator["dimensions"]) if indicator else ()
    of_member = [group["dimension"] for group in declarations.rows("groups") if group["member"] == row.member]
    fitting = (name for name in of_member if indicator is None or name in divided)
    return next(fitting, None), row.member


def _target(row: Any, catalogue: Catalogue, dimension: str | None, member: str) -> float | None:
    """The value to be reached: as it is said, or the newest one of the area whose value it is to be."""
    if row.to_value is not None or None in (row.to_area_code, row.by_period, row.indicator_id, dimension):
        return row.to_value
    key = catalogue.key(row.indicator_id, row.to_area_code, dimension or "", member)
    return catalogue.newest_whole(key, row.by_period)


def _missing(row: Any, indicator: Mapping[str, Any] | None, dimension: str | None) -> Iterator[str]:
    """What a goal lacks, as codes, in this order."""
    if row.from_value is None:
        yield "from_what"
    if row.from_period is None:
        yield "from_when"
    # Another area's value is one only where an indicator of the catalogue gives it.
    if row.to_value is None and (row.to_area_code is None or indicator is None):
        yield "to_what"
    if row.by_period is None or (row.from_period and month_number(row.by_period) <= month_number(row.from_period)):
        yield "by_when"
    # The values of the catalogue's own indicators have their sources.
    if indicator is None and not row.has_source:
        yield "source"
    if dimension is None:
        yield "group"


def _unfit(
    start: float | None, target: float | None, indicator: Mapping[str, Any], declarations: Declarations
) -> Iterator[str]:
    """What is wrong with the numbers of a way, as codes; the target may be another area's value."""
    low, high = _bounds(indicator, declarations)
    if any(value is not None and not low <= value <= high for value in (start, target)):
        yield "unit"
    elif start is not None and target is not None and _is_worse(target, start, indicator):
        yield "direction"


def _bounds(indicator: Mapping[str, Any], declarations: Declarations) -> tuple[float, float]:
    """What a value of the indicator can be at all."""
    low, high = UNIT_BOUNDS.get(indicator["unit"], (-np.inf, np.inf))
    if indicator["kind"] == "ratio":
        high = max(high, float(declarations.initiative.settings["gate"]["maximum_ratio"]))
    return low, high


def _is_worse(value: float, than: float, indicator: Mapping[str, Any]) -> bool:
    return bool(value > than if indicator["direction"] == "down" else value < than)


def _verdicts(ways: Sequence[Way], catalogue: Catalogue) -> list[str]:
    """The verdict of each way's series in its period. Ways of one series are judged one after another."""
    found: dict[int, str] = {}
    left = dict(enumerate(ways))
    while left:
        taken = {way.key: number for number, way in reversed(left.items())}
        of_key = {key: left.pop(number) for key, number in taken.items()}
        verdicts = _assessed(of_key, catalogue)
        found |= {number: verdicts[key] for key, number in taken.items()}
    return [found[number] for number in sorted(found)]


def _assessed(ways: Mapping[Key, Way], catalogue: Catalogue) -> dict[Key, str]:
    """One verdict a series, from its shown values; the whole's totals come along, for they tell how much years vary."""
    inputs = catalogue.inputs
    initiative = inputs.declarations.initiative
    rows = catalogue.rows
    free = rows[(rows["conf_status"] == FREE) & rows["value"].notna()]
    keys = list(free[list(SERIES)].itertuples(index=False, name=None))
    is_total = (free["area_type"] == initiative.area_types[0]) & (free["dimension"] == ALL)
    is_wanted = np.array([key in ways for key in keys], dtype=bool) | is_total.to_numpy(bool)
    kept = free[is_wanted].reset_index(drop=True)
    of_row = [ways.get(key) for key, wanted in zip(keys, is_wanted, strict=True) if wanted]
    pairs = list(zip(of_row, kept["period"], strict=True))
    ready = kept.assign(
        baseline_period=pd.array([way.from_period if way else None for way in of_row], dtype="str"),
        baseline_value=[way.from_value if way else np.nan for way in of_row],
        target_value=[way.to_value if way else np.nan for way in of_row],
        path_value=[way.at(period) if way else np.nan for way, period in pairs],
    )
    assessed = assess(
        ready,
        register_frame(inputs.declarations, "indicators"),
        initiative.settings,
        register_frame(inputs.declarations, "breaks"),
        initiative.area_types[0],
    )
    judged = zip(pairs, assessed["verdict"], strict=True)
    return {way.key: str(verdict) for (way, period), verdict in judged if way and period == way.period}
