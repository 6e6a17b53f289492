"""The page of a work plan: what it says, what it leaves out, and the way to it."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from made_up_release import AREAS, HOSTILE, LEAKS
from site_reading import read

from dashboards.content import Material, prepare
from dashboards.labels import DOING, DOING_ICONS
from dashboards.language import Voice, voice
from dashboards.pages import work_plan
from dashboards.pages.work_plan import GOALS, MISSIONS, ComponentView, GoalView, MissionView
from dashboards.views import Badge

PLANNER = AREAS[0]


@pytest.fixture(scope="module")
def speaker() -> Voice:
    return voice("en", "he", "school_year")


@pytest.fixture(scope="module")
def context(material: Material, speaker: Voice) -> dict[str, object]:
    (page,) = work_plan.pages(material, speaker)
    assert page.path == f"areas/{PLANNER}/plan/index.html"
    return page.context


@pytest.fixture(scope="module")
def goals(context: dict[str, object]) -> list[GoalView]:
    found = context["goals"]
    assert isinstance(found, list)
    return found


def plain(text: str) -> str:
    return re.sub("[\u2066-\u2069]", "", text)


def with_columns(material: Material, table: str, **columns: object) -> Material:
    """The same release, with other cells in every row of a table."""
    frame = material.content.tables[table]
    changed = frame.assign(**{name: pd.Series([cell] * len(frame), dtype=object) for name, cell in columns.items()})
    return prepare(replace(material.content, tables={**material.content.tables, table: changed}))


def first_goal(material: Material, speaker: Voice) -> GoalView:
    (page,) = work_plan.pages(material, speaker)
    found = page.context["goals"]
    assert isinstance(found, list) and isinstance(found[0], GoalView)
    return found[0]


def first_mission(material: Material, speaker: Voice) -> MissionView:
    (page,) = work_plan.pages(material, speaker)
    found = page.context["missions"]
    assert isinstance(found, list) and isinstance(found[0], MissionView)
    return found[0]


def words(file: Path) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", file.read_text(encoding="utf-8"))).split())


def test_only_an_area_with_a_plan_has_the_page_and_the_way_to_it(site: Path) -> None:
    assert [file.parent.parent.name for file in sorted((site / "en").glob("areas/*/plan/index.html"))] == [PLANNER]
    with_link = [
        file.parent.name
        for file in sorted((site / "en").glob("areas/*/index.html"))
        if any(link.endswith("/plan/index.html") for link in read(file).links)
    ]
    assert with_link == [PLANNER]


def test_the_way_says_how_much_of_the_work_is_done_or_on_time(material: Material, speaker: Voice) -> None:
    link = work_plan.link(material, speaker, material.areas[PLANNER])
    assert link is not None
    # One is late, one is done.
    assert plain(link.note) == "Components due: 2; done or on time: 1"


def test_what_is_counted_of_the_work_is_what_is_published(material: Material, speaker: Voice) -> None:
    counted = with_columns(material, "work_plan_areas", n_due=7, n_done_or_on_time=3, n_done_late=1)
    link = work_plan.link(counted, speaker, counted.areas[PLANNER])
    assert link is not None
    assert plain(link.note) == "Components due: 7; done or on time: 3; done late: 1"


def test_a_goal_counted_differently_since_its_start_says_why_nothing_is_set_beside_it(
    material: Material, speaker: Voice
) -> None:
    goal = first_goal(
        with_columns(material, GOALS, verdict="met", is_across_break=True, alignment="cannot_tell"), speaker
    )
    assert goal.verdict.text == "Target met, counted differently"
    assert goal.alignment is not None and goal.alignment.text.endswith("has been counted differently since the start.")


def test_a_target_met_within_chance_is_said_to_be(material: Material, speaker: Voice) -> None:
    standing = {"verdict": "met", "is_across_break": False, "alignment": "both"}
    assert first_goal(with_columns(material, GOALS, **standing, is_within_chance=True), speaker).verdict == Badge(
        "met", "Target met, within chance"
    )
    sure = first_goal(with_columns(material, GOALS, **standing, is_within_chance=False), speaker)
    assert sure.verdict.text == "Target met"


def test_a_mission_counted_differently_since_the_baseline_says_so(material: Material, speaker: Voice) -> None:
    changed = with_columns(material, MISSIONS, verdict="behind", is_across_break=True, alignment="cannot_tell")
    view = first_mission(changed, speaker)
    assert view.verdict is not None
    assert view.verdict.text == "Behind the path, counted differently"
    assert view.alignment.text.endswith("has been counted differently since the start.")


def test_a_count_of_one_reads_as_well_as_one_of_many(material: Material, speaker: Voice) -> None:
    one = with_columns(material, MISSIONS, n_goals=3, n_measurable=2, n_judged=1, n_going_well=1)
    said = plain(first_mission(one, speaker).goals)
    assert said == "Goals: 3; measurable: 2; can be judged: 1; of these on their way: 1"


def test_a_plan_for_few_persons_shows_no_amount(material: Material, speaker: Voice) -> None:
    hidden = with_columns(
        material, "work_plan_components", planned_amount=None, done_amount=None, amount_conf_status="C", amount_of=None,
        amount_unit=None,
    )  # fmt: skip
    amount = first_goal(hidden, speaker).components[0].amount
    assert amount is not None and amount.text == "Hidden to protect small groups"


def test_every_verdict_of_doing_has_its_word_and_its_icon() -> None:
    assert set(DOING) == set(DOING_ICONS) >= {"done_late"}


def test_a_goal_shows_its_way_and_its_work(goals: list[GoalView]) -> None:
    labels = [label for label, _ in goals[0].facts]
    assert labels == ["Measured by", "From", "To", "Now", "Where the way stands"]
    assert goals[0].lacks == () and goals[0].alignment is not None
    (component,) = goals[0].components
    assert isinstance(component, ComponentView)
    assert (component.verdict.code, component.verdict.text) == ("behind", "Late")
    # From 30 June to 3 November. That they are late is said once.
    assert plain(component.note) == "Days: 126"


def test_a_goal_that_says_nothing_is_listed_with_what_is_missing(site: Path, goals: list[GoalView]) -> None:
    assert goals[1].verdict.text == "Not yet measurable" and len(goals[1].lacks) == 5
    said = words(site / "en" / "areas" / PLANNER / "plan" / "index.html")
    assert "to what: the value to be reached" in said.partition("What is missing")[2]


def test_words_that_nobody_released_are_told_of_by_their_code(goals: list[GoalView]) -> None:
    assert "Y-2" in goals[1].name and "not been released" in goals[1].name


def test_few_persons_are_not_told_of(site: Path, goals: list[GoalView]) -> None:
    amount = goals[0].components[0].amount
    assert amount is not None and (amount.value, amount.most) == (None, None)
    assert "hidden to protect small groups" in amount.text and "4 " not in amount.text.partition("done")[2]
    text = (site / "en" / "areas" / PLANNER / "plan" / "index.html").read_text(encoding="utf-8")
    assert not any(f"{leak:,.0f}" in text for leak in LEAKS if leak > 1)


def test_work_below_no_goal_is_not_lost(context: dict[str, object]) -> None:
    others = context["others"]
    assert isinstance(others, list) and ["X-9" in view.name for view in others] == [True]


def test_hostile_words_stay_words(site: Path) -> None:
    page = site / "he" / "areas" / PLANNER / "plan" / "index.html"
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text and "\u202e" not in text
    assert "alert(1)" in text and "alert(1)" in HOSTILE
