"""The page of a work plan: what it says, what it leaves out, and the way to it."""

import re
from html import unescape
from pathlib import Path

import pytest
from made_up_release import AREAS, HOSTILE, LEAKS
from site_reading import read

from dashboards.content import Material
from dashboards.language import Voice, voice
from dashboards.pages import work_plan
from dashboards.pages.work_plan import ComponentView, GoalView

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
    assert re.sub("[\u2066\u2069]", "", link.note) == "1 of 2 components due are done or on time"


def test_a_goal_shows_its_way_and_its_work(goals: list[GoalView]) -> None:
    labels = [label for label, _ in goals[0].facts]
    assert labels == ["Measured by", "From", "To", "Now", "Where the way stands"]
    assert goals[0].lacks == () and goals[0].alignment is not None
    (component,) = goals[0].components
    assert isinstance(component, ComponentView)
    assert (component.verdict.code, component.verdict.text) == ("behind", "Late")
    # From 30 June to 3 November.
    assert re.sub("[\u2066\u2069]", "", component.note) == "126 days late"


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
