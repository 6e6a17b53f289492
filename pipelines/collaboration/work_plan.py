"""Work plans: how far the work is, and whether success below goes with success above, at three levels.

Belongs here: verdicts of doing, sums of work and money below a goal and a mission, and the alignment of two levels.
Does not belong here: a goal's own value and way (`work_goals`), and how a plan is shown (`dashboards`).

The verdict of doing, by what is told and the day of the release; the first line that holds decides:

1. done_late       told to be done, on a day after the one by which it was to be done
2. done, stopped   as told
3. late            the day by which it was to be done has passed
4. not_due         planned, and it is to begin today or later
5. not_begun       planned, and the day on which it was to begin has passed
6. cannot_tell     it lacks the date that would decide
7. on_time         under way
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from pipelines.collaboration.inputs import Inputs
from pipelines.collaboration.work_goals import (
    ALL,
    BEHIND,
    FREE,
    GOING_WELL,
    HIDDEN,
    Catalogue,
    Cell,
    Goal,
    across_breaks,
    conf_status,
    judged_goals,
)
from pipelines.protection.suppression import Policy

DONE, DONE_LATE, ON_TIME, LATE, NOT_BEGUN, NOT_DUE, STOPPED, CANNOT_TELL = (
    "done", "done_late", "on_time", "late", "not_begun", "not_due", "stopped", "cannot_tell",
)  # fmt: skip
# What a component is told to be, where that is no verdict by itself.
PLANNED = "planned"
DONE_OR_ON_TIME = frozenset({DONE, ON_TIME})
# Of these nothing can be said yet, for or against.
NOT_COUNTED = frozenset({NOT_DUE, CANNOT_TELL})
NO_TARGET = "no_target"
# Of an indicator without a target: whether it comes nearer to what is wanted. No clear change is no answer: where there
# are few persons, hardly any change is clear.
NEARER: Mapping[str | None, bool] = {"improved": True, "worsened": False}
# "Most" says something of several goals only; one component can be all the work of a goal.
FEWEST_GOALS, FEWEST_COMPONENTS = 2, 1
ALIGNMENTS: Mapping[tuple[bool, bool], str] = {
    (True, True): "both",
    (True, False): "below_only",
    (False, True): "above_only",
    (False, False): "neither",
}
PERSONS = "persons"

Row = TypeVar("Row")
Part = TypeVar("Part")


@dataclass(frozen=True)
class Component:
    """An action component as it is published."""

    area_code: str
    component_id: str
    work_goal_id: str
    component_name: str | None
    lever: str | None
    executing_body: str | None
    partners: str | None
    status: str
    starts_on: str | None
    ends_on: str | None
    done_on: str | None
    verdict: str
    days_late: int | None
    amount_unit: str | None
    amount_of: str | None
    planned_amount: float | None
    done_amount: float | None
    amount_conf_status: str | None
    budget_planned: float | None
    budget_spent: float | None


@dataclass(frozen=True)
class Work:
    """The work below a goal or a mission, and its money."""

    n_components: int
    n_due: int
    n_done_or_on_time: int
    n_done_late: int
    budget_planned: float | None
    budget_spent: float | None


@dataclass(frozen=True)
class GoalStanding(Goal, Work):
    """A goal beside the work below it."""

    alignment: str


@dataclass(frozen=True)
class AreaWork(Work):
    """All the work of an area's plan."""

    area_code: str


@dataclass(frozen=True)
class Mission:
    """An indicator of the mission at an area, beside the goals of its plan."""

    area_code: str
    indicator_id: str
    frequency: str
    unit: str
    period: str | None
    value: float | None
    value_low: float | None
    value_high: float | None
    conf_status: str | None
    verdict: str | None
    change_from_baseline: str | None
    is_across_break: bool
    n_goals: int
    n_measurable: int
    n_judged: int
    n_going_well: int
    alignment: str


@dataclass(frozen=True)
class Year:
    """Money of one component in one year."""

    area_code: str
    component_id: str
    budget_year: int
    budget_planned: float | None
    budget_spent: float | None


def work_plan_tables(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """The published tables of work plans; all empty where an initiative takes none."""
    settings = inputs.declarations.initiative.settings
    most = float(settings["work_plan"]["going_well"])
    policy = Policy.from_settings(settings)
    years = [_year(row) for row in inputs.shapes["work_plan_budgets"].itertuples(index=False)]
    told: list[Any] = list(inputs.shapes["work_plan"].itertuples(index=False))
    money = _grouped(years, lambda year: (year.area_code, year.component_id))
    components = [
        _component(row, money.get((row.area_code, row.component_id), ()), inputs.as_of, policy) for row in told
    ]
    of_goal = _grouped(components, lambda component: (component.area_code, component.work_goal_id))
    goals = [
        _with_work(goal, of_goal.get((goal.area_code, goal.work_goal_id), ()), most)
        for goal in judged_goals(inputs, inputs.shapes["work_plan_goals"])
    ]
    of_area = _grouped(components, lambda component: component.area_code)
    goals_of = _grouped(goals, lambda goal: goal.area_code)
    area_codes = sorted({*goals_of, *of_area})
    areas = [AreaWork(**asdict(_work(of_area.get(area, ()))), area_code=area) for area in area_codes]
    missions = _missions(inputs, {area: goals_of.get(area, ()) for area in area_codes}, most)
    tables: dict[str, tuple[type, Sequence[Any]]] = {
        "work_plan_components": (Component, components),
        "work_plan_years": (Year, [*years, *_totals(years)]),
        "work_plan_goals_standing": (GoalStanding, goals),
        "work_plan_areas": (AreaWork, areas),
        "work_plan_missions": (Mission, missions),
    }
    return {name: _frame(inputs, kind, rows) for name, (kind, rows) in tables.items()}


def doing(status: str, starts_on: str | None, ends_on: str | None, done_on: str | None, as_of: str) -> str:
    """The verdict of doing; days as ISO text, which sorts as time does."""
    if status == DONE and None not in (ends_on, done_on) and str(done_on) > str(ends_on):
        return DONE_LATE
    if status in (DONE, STOPPED):
        return status
    if ends_on is not None and ends_on < as_of:
        return LATE
    if status == PLANNED and starts_on is not None:
        return NOT_BEGUN if starts_on < as_of else NOT_DUE
    return CANNOT_TELL if status == PLANNED or ends_on is None else ON_TIME


def days_late(verdict: str, starts_on: str | None, ends_on: str | None, done_on: str | None, as_of: str) -> int | None:
    """Days since the day that has passed, or by which it was done late; None where it is not late."""
    day, until = {DONE_LATE: (ends_on, done_on), LATE: (ends_on, as_of), NOT_BEGUN: (starts_on, as_of)}.get(
        verdict, (None, None)
    )
    if day is None or until is None:
        return None
    return (date.fromisoformat(until) - date.fromisoformat(day)).days


def alignment(below: bool | None, above: bool | None) -> str:
    """How success below and above go together; what is not known of one side leaves it open."""
    return CANNOT_TELL if below is None or above is None else ALIGNMENTS[below, above]


def succeeds(verdict: str | None) -> bool | None:
    """Whether a verdict against a path says yes or no; None where it leaves it open."""
    return True if verdict in GOING_WELL else False if verdict in BEHIND else None


def mostly(n_well: int, n_all: int, most: float, fewest: int) -> bool | None:
    """Whether more than a share of them go well; None where it is just that share, or of fewer than so many."""
    if n_all < fewest or n_well / n_all == most:
        return None
    return n_well / n_all > most


def comes_nearer(goal: Goal) -> bool | None:
    """Whether the value of a goal says yes or no; it is left open where the method changed on the way."""
    return None if goal.is_across_break else succeeds(goal.verdict)


def _component(row: Any, years: Sequence[Year], as_of: str, policy: Policy) -> Component:
    verdict = doing(row.status, row.starts_on, row.ends_on, row.done_on, as_of)
    status = _amount_status(row, policy)
    return Component(
        area_code=row.area_code,
        component_id=row.component_id,
        work_goal_id=row.work_goal_id,
        component_name=row.component_name,
        lever=row.lever,
        executing_body=row.executing_body,
        partners=row.partners,
        status=row.status,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        done_on=row.done_on,
        verdict=verdict,
        days_late=days_late(verdict, row.starts_on, row.ends_on, row.done_on, as_of),
        amount_unit=row.amount_unit,
        amount_of=row.amount_of,
        planned_amount=None if _counts_persons(row) and _is_few(row.planned_amount, policy) else row.planned_amount,
        done_amount=None if status == HIDDEN else row.done_amount,
        amount_conf_status=status,
        budget_planned=_sum(year.budget_planned for year in years),
        budget_spent=_sum(year.budget_spent for year in years),
    )


def _amount_status(row: Any, policy: Policy) -> str | None:
    """C where the amounts would tell of too few persons: planned, done, or the rest of the plan."""
    planned, done = row.planned_amount, row.done_amount
    if _counts_persons(row) and (_is_few(planned, policy) or _is_few(done, policy) or _leaves_few(row, policy)):
        return HIDDEN
    return None if done is None else FREE


def _counts_persons(row: Any) -> bool:
    """What counts nothing said may be persons."""
    return row.amount_unit in (None, PERSONS)


def _is_few(amount: float | None, policy: Policy) -> bool:
    return amount is not None and bool(policy.hides(np.array(amount, dtype=float), policy.threshold))


def _leaves_few(row: Any, policy: Policy) -> bool:
    """Whether the plan less what is done is a few persons; a plan that is done to the last one tells of no rest."""
    if row.planned_amount is None or row.done_amount is None or not policy.hides_complements:
        return False
    return bool(0 < row.planned_amount - row.done_amount < policy.threshold)


def _year(row: Any) -> Year:
    return Year(row.area_code, row.component_id, int(row.budget_year), row.budget_planned, row.budget_spent)


def _totals(years: Iterable[Year]) -> list[Year]:
    """All components of an area together, one row a year."""
    return [
        Year(area, ALL, year, _sum(row.budget_planned for row in rows), _sum(row.budget_spent for row in rows))
        for (area, year), rows in _grouped(years, lambda row: (row.area_code, row.budget_year)).items()
    ]


def _work(components: Sequence[Component]) -> Work:
    verdicts = [component.verdict for component in components]
    return Work(
        n_components=len(components),
        n_due=sum(verdict not in NOT_COUNTED for verdict in verdicts),
        n_done_or_on_time=sum(verdict in DONE_OR_ON_TIME for verdict in verdicts),
        n_done_late=verdicts.count(DONE_LATE),
        budget_planned=_sum(component.budget_planned for component in components),
        budget_spent=_sum(component.budget_spent for component in components),
    )


def _with_work(goal: Goal, components: Sequence[Component], most: float) -> GoalStanding:
    work = _work(components)
    below = mostly(work.n_done_or_on_time, work.n_due, most, FEWEST_COMPONENTS)
    return GoalStanding(**asdict(work), **asdict(goal), alignment=alignment(below, comes_nearer(goal)))


def _missions(inputs: Inputs, goals_of: Mapping[str, Sequence[GoalStanding]], most: float) -> list[Mission]:
    indicator_ids: Sequence[str] = inputs.declarations.initiative.settings["mission_indicators"]
    catalogue = Catalogue(inputs, indicator_ids, goals_of)
    return [
        _mission(catalogue, indicator_id, area, goals, most)
        for area, goals in goals_of.items()
        for indicator_id in indicator_ids
    ]


def _mission(
    catalogue: Catalogue, indicator_id: str, area_code: str, goals: Sequence[GoalStanding], most: float
) -> Mission:
    period, now = catalogue.latest(catalogue.key(indicator_id, area_code))
    status = conf_status(now)
    is_told = status == FREE
    (is_across,) = across_breaks([indicator_id], [(now.baseline_period, period)], catalogue.inputs.declarations)
    answers = [answer for goal in goals if (answer := comes_nearer(goal)) is not None]
    below = mostly(sum(answers), len(answers), most, FEWEST_GOALS)
    return Mission(
        area_code=area_code,
        indicator_id=indicator_id,
        frequency=catalogue.indicators[indicator_id]["frequency"],
        unit=catalogue.indicators[indicator_id]["unit"],
        period=period if is_told else None,
        value=now.value if is_told else None,
        value_low=now.value_low if is_told else None,
        value_high=now.value_high if is_told else None,
        conf_status=status,
        verdict=now.verdict if is_told else None,
        change_from_baseline=now.change_from_baseline if is_told else None,
        is_across_break=is_told and is_across,
        n_goals=len(goals),
        n_measurable=sum(goal.is_measurable for goal in goals),
        n_judged=len(answers),
        n_going_well=sum(answers),
        alignment=alignment(below, _mission_comes_nearer(now) if is_told and not is_across else None),
    )


def _mission_comes_nearer(cell: Cell) -> bool | None:
    """Against its path where it has a target, else by the change since the baseline."""
    if cell.verdict in (None, NO_TARGET):
        return NEARER.get(cell.change_from_baseline)
    return succeeds(cell.verdict)


def _sum(amounts: Iterable[float | None]) -> float | None:
    told = [amount for amount in amounts if amount is not None]
    return math.fsum(told) if told else None


def _grouped(rows: Iterable[Row], part: Callable[[Row], Part]) -> dict[Part, list[Row]]:
    found: dict[Part, list[Row]] = {}
    for row in rows:
        found.setdefault(part(row), []).append(row)
    return found


def _frame(inputs: Inputs, kind: type, rows: Sequence[Any]) -> pd.DataFrame:
    """Rows as a frame of plain objects, so that whole numbers beside empty cells stay whole."""
    columns = [field.name for field in fields(kind)]
    frame = pd.DataFrame([asdict(row) for row in rows], columns=columns, dtype=object)
    return frame.assign(initiative_id=inputs.declarations.initiative.id)
