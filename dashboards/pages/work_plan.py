"""The work plan of one area as a tree: its mission, the goals below it, and the work below each goal.

Belongs here: words around rows of the published tables of work plans. Does not belong here: verdicts, sums and whether
two levels go together (`pipelines.collaboration`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from babel.numbers import get_currency_name

from dashboards import bidi
from dashboards.charts.words import capital, headline
from dashboards.content import ALL, HIDDEN, Area, Material
from dashboards.labels import (
    ALIGNMENT_ICONS,
    ALIGNMENTS,
    CHANGES,
    COUNTED_DIFFERENTLY,
    DOING,
    DOING_ICONS,
    GOAL_ICONS,
    GOAL_VERDICTS,
    JUDGED,
    LACKS,
    MISSION_ALIGNMENTS,
    NO_TARGET,
    STATES,
    VERDICTS,
)
from dashboards.language import Voice
from dashboards.parts import or_empty, places_below
from dashboards.views import Badge, Link, Page, Part, Table
from pipelines.declarations import split_list
from pipelines.translation import N_

AREAS, COMPONENTS, YEARS, GOALS, MISSIONS = (
    "work_plan_areas", "work_plan_components", "work_plan_years", "work_plan_goals_standing", "work_plan_missions",
)  # fmt: skip
SHAPE, AMOUNT_UNIT = "work_plan", "amount_unit"
HIDDEN_STATUS = "C"
Rows = Sequence[Any]
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Bar:
    """How much of a planned amount or sum is there already."""

    text: str
    value: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class ComponentView:
    """An action component: what, how far, planned beside done, and further facts."""

    name: str
    verdict: Badge
    note: str
    amount: Bar | None
    budget: Bar | None
    facts: Facts


@dataclass(frozen=True)
class GoalView:
    """A goal with its way, and the work below it."""

    name: str
    verdict: Badge
    facts: Facts
    lacks: tuple[str, ...]
    work: str
    budget: Bar | None
    alignment: Badge | None
    components: tuple[ComponentView, ...]


@dataclass(frozen=True)
class MissionView:
    """An indicator of the mission, beside the goals of the plan."""

    name: str
    verdict: Badge | None
    facts: Facts
    goals: str
    alignment: Badge


def pages(material: Material, voice: Voice) -> Iterator[Page]:
    """One page for every area that has a plan."""
    for area in material.areas.values():
        if has_plan(material, area):
            yield _page(material, voice, area)


def has_plan(material: Material, area: Area) -> bool:
    """Whether anybody sent goals or work of the area."""
    return bool(_rows(material, AREAS, area))


def link(material: Material, voice: Voice, area: Area) -> Link | None:
    """The way to the page, and how much of the work is done or on time; None without a plan."""
    rows = _rows(material, AREAS, area)
    return Link(path_below(area), voice.say("Work plan"), _work(voice, rows[0])) if rows else None


def part(material: Material, voice: Voice, area: Area) -> Part | None:
    """The plan in numbers for the area's own page; of an area above plans, which places have one."""
    way = link(material, voice, area)
    whole = Part(
        id="plan",
        title=voice.say("Work plan and budget"),
        numbers=tuple(_numbers(material, voice, area)),
        lines=() if way else places_below(material, voice, area, material.tables.get(AREAS, {})),
        links=(way,) if way else (),
    )
    words = N_(
        "No work plan has been sent for this place yet. Its goals, tasks and budget will stand here once somebody sends"
        " the form “{form}”."
    )
    return or_empty(material, voice, area, whole, SHAPE, words)


def _numbers(material: Material, voice: Voice, area: Area) -> Iterator[tuple[str, str]]:
    """Goals and money, as the page has them; the way to it says how far the work is."""
    for row in _rows(material, AREAS, area):
        yield voice.say("Goals"), voice.integer(len(_rows(material, GOALS, area)))
        if row.budget_planned is not None:
            yield f"{voice.say('Budget planned')} ({_currency(material, voice)})", _sum(voice, row.budget_planned)
            yield f"{voice.say('Budget spent')} ({_currency(material, voice)})", _sum(voice, row.budget_spent)


def path_below(area: Area) -> str:
    """Where the page of an area lies, below the language's folder."""
    return f"areas/{area.code}/plan/index.html"


def _rows(material: Material, table: str, area: Area) -> Rows:
    """Rows of an area's plan, with a cell by the name of its column."""
    return [SimpleNamespace(**row) for row in material.tables.get(table, {}).get(area.code, ())]


def _page(material: Material, voice: Voice, area: Area) -> Page:
    name = voice.name(area.row)
    initiative = material.declarations.initiative
    mission = initiative.settings.get("mission") or {}
    components = _rows(material, COMPONENTS, area)
    goals = [_goal(material, voice, row, components) for row in _rows(material, GOALS, area)]
    known = {row.work_goal_id for row in _rows(material, GOALS, area)}
    return Page(
        path=path_below(area),
        template="work_plan.html",
        title=f"{name.text}: {voice.say('Work plan')}",
        section="areas",
        context={
            "name": name,
            "mission": voice.of(mission) if mission else None,
            "missions": [_mission(material, voice, row) for row in _rows(material, MISSIONS, area)],
            "goals": goals,
            "others": [_component(material, voice, row) for row in components if row.work_goal_id not in known],
            "work": _work(voice, *_rows(material, AREAS, area)),
            "unmeasurable": [(goal.name, goal.lacks) for goal in goals if goal.lacks],
            "money": _money(voice, _rows(material, YEARS, area)),
            "currency": _currency(material, voice),
        },
    )


def _currency(material: Material, voice: Voice) -> str:
    """What money is counted in; empty where the initiative does not say."""
    currency = material.declarations.initiative.settings["currency"]
    return bidi.name(get_currency_name(currency, locale=voice.locale)) if currency else ""


def _work(voice: Voice, row: Any) -> str:
    """How much of the work due is done or on time; a colon before each number, so that one reads as well as many."""
    if not row.n_due:
        return voice.say("No work is due yet")
    well, due, late = (voice.integer(n) for n in (row.n_done_or_on_time, row.n_due, row.n_done_late))
    if row.n_done_late:
        return voice.say(
            "Components due: {due}; done or on time: {well}; done late: {late}", due=due, well=well, late=late
        )
    return voice.say("Components due: {due}; done or on time: {well}", due=due, well=well)


def _mission(material: Material, voice: Voice, row: Any) -> MissionView:
    verdict, change = row.verdict, row.change_from_baseline
    badge = Badge(verdict, _verdict_word(voice, VERDICTS, row)) if verdict else None
    if verdict == NO_TARGET and change:
        badge = Badge(change, f"{voice.say('Since the baseline')}: {voice.word(CHANGES, change)}")
    goals = voice.say(
        "Goals: {total}; measurable: {measurable}; can be judged: {judged}; of these on their way: {well}",
        well=voice.integer(row.n_going_well),
        judged=voice.integer(row.n_judged),
        total=voice.integer(row.n_goals),
        measurable=voice.integer(row.n_measurable),
    )
    return MissionView(
        name=headline(voice, material.indicators[row.indicator_id]).isolated,
        verdict=badge,
        facts=((voice.say("Now"), _now(voice, row)),),
        goals=goals,
        alignment=_alignment(voice, MISSION_ALIGNMENTS, row),
    )


def _goal(material: Material, voice: Voice, row: Any, components: Rows) -> GoalView:
    below = [c for c in components if c.work_goal_id == row.work_goal_id]
    return GoalView(
        name=_text(voice, row.work_goal_name, voice.say("Goal {code}", code=bidi.name(row.work_goal_id))),
        verdict=_goal_verdict(voice, row),
        facts=tuple(_goal_facts(material, voice, row)),
        lacks=tuple(voice.word(LACKS, code) for code in split_list(row.missing)),
        work=_work(voice, row),
        budget=_spent(voice, row.budget_planned, row.budget_spent),
        alignment=_alignment(voice, ALIGNMENTS, row) if row.is_measurable else None,
        components=tuple(_component(material, voice, component) for component in below),
    )


def _goal_verdict(voice: Voice, row: Any) -> Badge:
    verdict = row.verdict
    if verdict is None:
        return Badge(HIDDEN, capital(voice.word(STATES, HIDDEN)))
    word = _verdict_word(voice, GOAL_VERDICTS, row)
    if row.is_within_chance:
        word = voice.say("{verdict}, within chance", verdict=word)
    return Badge(GOAL_ICONS.get(verdict, verdict), word)


def _verdict_word(voice: Voice, words: Mapping[str, str], row: Any) -> str:
    word = voice.word(words, row.verdict)
    is_marked = row.is_across_break and row.verdict in JUDGED
    return voice.say("{verdict}, counted differently", verdict=word) if is_marked else word


def _goal_facts(material: Material, voice: Voice, row: Any) -> Iterator[tuple[str, str]]:
    goal = next((goal for goal in material.goals if goal["goal_id"] == row.goal_id), None)
    if goal is not None:
        yield voice.say("Goal of the initiative"), voice.name(goal).isolated
    indicator = material.indicators.get(row.indicator_id)
    if indicator is None:
        if row.measure_text:
            yield voice.say("Measure"), bidi.name(row.measure_text)
        return
    group = _group(material, voice, row)
    measured = headline(voice, indicator).isolated
    yield voice.say("Measured by"), f"{measured} ({group})" if group else measured
    if row.from_value is not None:
        start = voice.value(row.unit, row.from_value)
        yield voice.say("From"), voice.series((start, voice.period(row.from_period)))
    if row.to_value is not None:
        end = voice.value(row.unit, row.to_value)
        by = (voice.say("by {period}", period=voice.period(row.by_period)),) if row.by_period else ()
        yield voice.say("To"), voice.series((end, *_of_area(material, voice, row), *by))
    yield voice.say("Now"), _now(voice, row)
    if row.path_value is not None:
        yield voice.say("Where the way stands"), voice.value(row.unit, row.path_value)


def _of_area(material: Material, voice: Voice, row: Any) -> tuple[str, ...]:
    area = material.areas.get(row.to_area_code)
    return (voice.say("as in {area}", area=voice.name(area.row).isolated),) if area else ()


def _group(material: Material, voice: Voice, row: Any) -> str:
    if row.member == ALL or row.dimension is None:
        return ""
    members = material.members.get(row.dimension, ())
    return next((voice.name(m).isolated for m in members if m["member"] == row.member), "")


def _now(voice: Voice, row: Any) -> str:
    """The newest value with its range and period, or in words why there is none."""
    if row.conf_status == HIDDEN_STATUS:
        return voice.word(STATES, HIDDEN)
    if row.value is None:
        return voice.word(STATES, "missing")
    value = voice.value(row.unit, row.value)
    if row.value_low is not None:
        value = f"{value} ({voice.span(row.unit, row.value_low, row.value_high)})"
    return voice.series((value, voice.period(row.period)))


def _component(material: Material, voice: Voice, row: Any) -> ComponentView:
    verdict, late = row.verdict, row.days_late
    # The badge says already what the days are late for.
    note = "" if late is None else voice.say("Days: {days}", days=voice.integer(late))
    code = voice.say("Component {code}", code=bidi.name(row.component_id))
    return ComponentView(
        name=_text(voice, row.component_name, code),
        verdict=Badge(DOING_ICONS[verdict], voice.word(DOING, verdict)),
        note=note,
        amount=_amount(material, voice, row),
        budget=_spent(voice, row.budget_planned, row.budget_spent),
        facts=tuple(_component_facts(voice, row)),
    )


def _component_facts(voice: Voice, row: Any) -> Iterator[tuple[str, str]]:
    texts = (
        (voice.say("Lever"), row.lever),
        (voice.say("Executing body"), row.executing_body),
        (voice.say("Partners"), row.partners),
    )
    yield from ((label, bidi.name(text)) for label, text in texts if text)
    days = (
        (voice.say("Starts"), row.starts_on),
        (voice.say("Ends"), row.ends_on),
        (voice.say("Done on"), row.done_on),
    )
    yield from ((label, voice.date(day)) for label, day in days if day)


def _amount(material: Material, voice: Voice, row: Any) -> Bar | None:
    """Planned beside done, of what; None where neither is told. Of few persons it says neither."""
    planned, done = row.planned_amount, row.done_amount
    if planned is None and row.amount_conf_status is None:
        return None
    codes = material.declarations.shapes[SHAPE].column(AMOUNT_UNIT).codes
    unit = next((voice.of(code.labels).isolated for code in codes if code.value == row.amount_unit), "")
    words = bidi.name(row.amount_of) if row.amount_of else unit
    is_hidden = row.amount_conf_status == HIDDEN_STATUS
    bar = (None, None) if is_hidden else (done, planned)
    if is_hidden and planned is None:
        text = capital(voice.word(STATES, HIDDEN))
    else:
        gap = voice.word(STATES, HIDDEN if is_hidden else "missing")
        text = voice.say(
            "{planned} planned, done: {done}",
            planned=_sum(voice, planned),
            done=gap if done is None else voice.integer(done),
        )
    return Bar(f"{text} · {words}" if words else text, *bar)


def _spent(voice: Voice, planned: float | None, spent: float | None) -> Bar | None:
    if planned is None and spent is None:
        return None
    text = voice.say("Budget {planned}, spent {spent}", planned=_sum(voice, planned), spent=_sum(voice, spent))
    share = _share(voice, planned, spent)
    return Bar(f"{text} ({share})" if share else text, spent, planned)


def _share(voice: Voice, planned: float | None, spent: float | None) -> str:
    return voice.percent(spent / planned) if planned and spent is not None else ""


def _sum(voice: Voice, amount: float | None) -> str:
    return "–" if amount is None else voice.integer(amount)


def _money(voice: Voice, rows: Rows) -> Table | None:
    """Planned and spent by year; None where no money is told of."""
    lines = tuple(
        (
            bidi.number(str(row.budget_year)),
            _sum(voice, row.budget_planned),
            _sum(voice, row.budget_spent),
            _share(voice, row.budget_planned, row.budget_spent) or "–",
        )
        for row in sorted(rows, key=lambda row: row.budget_year)
        if row.component_id == ALL
    )
    headers = (voice.say("Year"), voice.say("Planned"), voice.say("Spent"), voice.say("Spent of planned"))
    return Table(headers, lines) if lines else None


def _text(voice: Voice, text: str | None, code: str) -> str:
    """Somebody's words, or the code of the thing while they wait to be released."""
    return bidi.name(text) if text else voice.say("{thing} (its words have not been released)", thing=code)


def _alignment(voice: Voice, words: Mapping[str, str], row: Any) -> Badge:
    """Whether two levels go together; where the method changed on the way, that this is why it is left open."""
    text = COUNTED_DIFFERENTLY if row.is_across_break else words[row.alignment]
    return Badge(ALIGNMENT_ICONS[row.alignment], voice.say(text))
