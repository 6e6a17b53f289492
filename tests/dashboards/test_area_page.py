"""The page of an area: its order, its pace in words, and the line that stands where a part is empty."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from made_up_release import AREAS, LEAKS

from dashboards.bidi import plain
from dashboards.cards import state_in_one
from dashboards.charts.pace import pace_words
from dashboards.content import ALL, HIDDEN, SHOWN, Area, Material, Point, SiteContent, prepare
from dashboards.hiding import counted_in_newest
from dashboards.language import Voice, voice
from dashboards.pages import learning, mapping, partnership, work_plan
from dashboards.pages.area import pages
from dashboards.tables import widest_gap
from dashboards.views import Part
from pipelines.assessment.outlook import outlook

EN = voice("en", "en", "school_year")
COUNT, SHARE = "mathematics_5u_examinees", "mathematics_5u_examinees_share"
TOWN, OTHER_TOWN, EMPTY_TOWN = AREAS[0], AREAS[1], AREAS[-1]
ORDER = [
    "state", "card", "trends", "groups", "comparison", "peers", "parts", "plan", "infrastructure", "mapping", "trust",
    "story", "downloads",
]  # fmt: skip
Make = Callable[[Material, Voice, Area], Part | None]


def said(text: str) -> str:
    return "".join(c for c in plain(text) if c.isprintable())


def with_register(content: SiteContent, name: str, rows: Sequence[Mapping[str, Any]]) -> SiteContent:
    registers = MappingProxyType({**content.declarations.register_rows, name: tuple(map(MappingProxyType, rows))})
    return replace(content, declarations=replace(content.declarations, register_rows=registers))


def with_tables(content: SiteContent, **tables: pd.DataFrame) -> Material:
    return prepare(replace(content, tables={**content.tables, **tables}))


# The order


@pytest.mark.parametrize(
    ("area", "without"), [(TOWN, {"parts"}), ("IL", {"peers"}), ("north", {"peers"}), (EMPTY_TOWN, None)]
)
@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_sections_stand_in_the_order_of_a_meeting(
    site: Path, language: str, area: str, without: set[str] | None
) -> None:
    page = (site / language / "areas" / area / "index.html").read_text(encoding="utf-8")
    expected = [name for name in ORDER if name not in without] if without is not None else [*ORDER[7:10], "story"]
    assert re.findall(r'<h2 id="(\w+)"', page) == expected


def test_one_sentence_stands_before_the_list_and_a_question_after_it(site: Path) -> None:
    page = (site / "en" / "areas" / TOWN / "index.html").read_text(encoding="utf-8")
    places = [
        page.index(mark)
        for mark in ("Headline indicators: ", 'class="state"', "To ask in the meeting:", 'class="goal"')
    ]
    assert places == sorted(places)


def test_state_is_one_sentence_that_counts_every_headline_once(content: SiteContent, material: Material) -> None:
    verdicts = ("met", "ahead", "behind", "no_target")
    points = [*(Point("2024", SHOWN, 5.0, verdict=verdict) for verdict in verdicts), Point("2024", HIDDEN)]
    ids = [i.id for i in material.headlines()]
    # The last of the six has no row at all.
    series = {i: {(ALL, ALL): (point,)} for i, point in zip(ids, points, strict=False)}
    changed = replace(material, series={TOWN: series})
    assert said(state_in_one(changed, EN, changed.areas[TOWN])) == (
        "Headline indicators: 6. Of these on the way to the target or beyond it: 2; behind the path to the target: 1; "
        "without a target: 1; hidden to protect small groups: 1; not reported: 1."
    )
    across = {ids[0]: {(ALL, ALL): (Point("2024", SHOWN, 5.0, verdict="met", baseline_period="2013"),)}}
    changed = replace(material, series={TOWN: across})
    assert said(state_in_one(changed, EN, changed.areas[TOWN])).endswith("Counted differently since the baseline: 1.")
    # Of an initiative without headlines there is nothing to say, and not that it has none of each.
    none = replace(material, indicators={})
    assert state_in_one(none, EN, none.root) == counted_in_newest(none, EN, none.root, "2024-11-03") == ""


# Pace


def course(
    content: SiteContent, numbers: Mapping[int, float], target: tuple[int, float] | None = None, *,
    indicator: str = COUNT, direction: str = "up", breaks: Sequence[Mapping[str, Any]] = (),
    newest: dict[str, Any] | None = None,
) -> str:  # fmt: skip
    """The pace in words of the country's total with these values, as the pipeline works it out."""
    rows = [dict(r) | ({"direction": direction} if r["indicator_id"] == indicator else {})
            for r in content.declarations.rows("indicators")]  # fmt: skip
    declared = with_register(with_register(content, "indicators", rows), "breaks", breaks)
    values = content.values
    is_series = (values["area_code"] == "IL") & (values["indicator_id"] == indicator) & (values["dimension"] == "all")
    first = min(numbers)
    about: dict[Any, Any] = values[is_series].iloc[0].to_dict() | {
        "value_low": None, "value_high": None, "conf_status": "F", "obs_status": "A", "coverage": 1.0,
        "baseline_period": str(first), "baseline_value": numbers[first], "change_from_baseline": "improved",
        "target_period": str(target[0]) if target else None, "target_value": target[1] if target else None,
    }  # fmt: skip
    told = [about | {"period": str(year), "value": value} for year, value in numbers.items()]
    told[-1] |= newest or {}
    series = pd.DataFrame(told)
    trends = outlook(
        series, pd.DataFrame(rows), content.declarations.initiative.settings,
        pd.DataFrame(breaks, columns=["indicator_id", "period"]),
    ).trends  # fmt: skip
    material = with_tables(replace(declared, values=pd.concat([values[~is_series], series])), trends=trends)
    return said(pace_words(material, EN, material.root, material.indicators[indicator]))


def line(start: float, a_year: float) -> dict[int, float]:
    """From 2013 to 2024: eleven steps."""
    return {year: start + a_year * (year - 2013) for year in range(2013, 2025)}


GROWN = "Since 2012/13 it has grown by 38 a year"
FALLEN = "Since 2012/13 it has fallen by 20 a year"
RISING, SINKING = line(100, 38), line(500, -20)
DOWN = {"direction": "down"}


@pytest.mark.parametrize(
    ("numbers", "target", "about", "words"),
    [
        # 100 + 11 × 38 = 518; 698 − 518 = 180 in three years; 180 / 38 = 4.7, so in five.
        (
            RISING, (2027, 698.0), {},
            f"{GROWN}; to reach the target of 698 in 2026/27 it would have to grow by 60 a year; at this pace it "
            "arrives in 2028/29.",
        ),
        # 500 − 11 × 20 = 280; 80 in four years.
        (
            SINKING, (2028, 200.0), DOWN,
            f"{FALLEN}; to reach the target of 200 in 2027/28 it would have to fall by 20 a year; at this pace it "
            "arrives in 2027/28.",
        ),
        (RISING, (2027, 400.0), {}, f"{GROWN}; the target of 400 is reached."),
        (SINKING, (2027, 300.0), DOWN, f"{FALLEN}; the target of 300 is reached."),
        # 700 − 280 = 420 in three years, upwards.
        (
            SINKING, (2027, 700.0), {},
            f"{FALLEN}; to reach the target of 700 in 2026/27 it would have to grow by 140 a year; it is moving away "
            "from it.",
        ),
        # 4,482 in three years, or in 118.
        (
            RISING, (2027, 5000.0), {},
            f"{GROWN}; to reach the target of 5,000 in 2026/27 it would have to grow by 1,494 a year; at this pace it "
            "does not arrive within a hundred years.",
        ),
        # 600 − 518 = 82; 82 / 38 = 2.2, so in three years.
        (
            RISING, (2023, 600.0), {},
            f"{GROWN}; the target of 600 was set for 2022/23 and is still 82 away; at this pace it arrives in 2026/27.",
        ),
        # 0.1 + 11 × 0.005 = 0.155; 4.5 points in three years, or in nine.
        (
            line(0.1, 0.005), (2027, 0.2), {"indicator": SHARE},
            "Since 2012/13 it has grown by 0.5 points a year; to reach the target of 20.0% in 2026/27 it would have to "
            "grow by 1.5 points a year; at this pace it arrives in 2032/33.",
        ),
        (RISING, None, {}, f"{GROWN}."),
        # Up and down by ten.
        (
            {year: 100.0 + 10 * (year % 2) for year in range(2013, 2025)}, None, {},
            "Since 2012/13 it has neither clearly grown nor clearly fallen.",
        ),
        # Three points make no line: 76 in two years; then 120 in two.
        (
            {2022: 100.0, 2023: 138.0, 2024: 176.0}, (2026, 296.0), {},
            "Since the baseline of 2021/22 it has grown by 38 a year on average; to reach the target of 296 in 2025/26 "
            "it would have to grow by 60 a year.",
        ),
    ],
)  # fmt: skip
def test_pace_so_far_stands_beside_the_pace_needed(
    content: SiteContent, numbers: dict[int, float], target: tuple[int, float] | None, about: dict[str, Any], words: str
) -> None:
    assert course(content, numbers, target, **about) == words


@pytest.mark.parametrize(
    "about",
    [
        {"breaks": [{"indicator_id": COUNT, "period": "2022"}]},
        {"newest": {"conf_status": "C", "value": LEAKS[0]}},
        {"newest": {"value": None, "obs_status": "O"}},
        # A sum of only some of the areas.
        {"newest": {"coverage": 0.5}},
    ],
    ids=["across a break", "hidden", "not reported", "from some of the areas"],
)
def test_nothing_is_said_of_a_pace_that_cannot_be_known(content: SiteContent, about: dict[str, Any]) -> None:
    assert course(content, line(100, 38), (2027, 698.0), **about) == ""


def test_charts_of_an_area_say_its_pace(content: SiteContent) -> None:
    about = {"indicator_id": SHARE, "area_code": TOWN, "frequency": "A", "dimension": "all", "last_period": "2024",
             "first_period": "2013", "slope": 0.005, "trend": "improved", "target_value": None, "target_period": None,
             "change_needed_a_year": None, "pace": "no_target"}  # fmt: skip
    material = with_tables(content, trends=pd.DataFrame([about]))
    page = next(page for page in pages(material, EN) if page.path == f"areas/{TOWN}/index.html")
    chart = next(chart for chart in page.context["trends"] if chart.id == f"trend-{SHARE}")
    assert said(chart.summary).endswith(". Since 2012/13 it has grown by 0.5 points a year.")


# For whom


def gaps(content: SiteContent, *rows: dict[str, Any]) -> str:
    about = {"indicator_id": SHARE, "area_code": "IL", "frequency": "A", "period": "2024", "dimension": "gender",
             "member": "female", "reference_member": "male", "gap_direction": "behind"}  # fmt: skip
    material = with_tables(content, equity_gaps=pd.DataFrame([about | row for row in rows]))
    return said(widest_gap(material, EN, material.root))


SMALL_GAP = {"gap": -0.024, "gap_low": -0.037, "gap_high": -0.011}
WIDE_GAP = {"gap": -0.092, "gap_low": -0.104, "gap_high": -0.079}
OF_BEDOUIN = {"dimension": "sector", "member": "bedouin", "reference_member": "jewish"}


def test_widest_clear_gap_is_one_sentence(content: SiteContent) -> None:
    name = content.declarations.rows("indicators")
    share = next(row["name_en"] for row in name if row["indicator_id"] == SHARE)
    found = gaps(content, SMALL_GAP, OF_BEDOUIN | WIDE_GAP)
    assert found == f"The widest clear gap: {share}, 2023/24: Bedouin beside Jewish: -9.2 points (-10.4 to -7.9)."
    unclear = WIDE_GAP | OF_BEDOUIN | {"gap_direction": "no_clear_gap"}
    assert "Girls beside Boys: -2.4 points (-3.7 to -1.1)" in gaps(content, SMALL_GAP, unclear)
    pooled = {"frequency": "A3", **SMALL_GAP}
    assert "2021/22 to 2023/24 together: Girls" in gaps(content, pooled)


def test_gap_that_was_closed_since_or_seen_long_ago_is_not_told(content: SiteContent) -> None:
    closed = SMALL_GAP | {"gap_direction": "no_clear_gap"}
    none = "No gap between groups is so clear that chance could not explain it."
    assert gaps(content, WIDE_GAP | {"period": "2023"}, closed) == none
    assert gaps(content, OF_BEDOUIN | WIDE_GAP | {"period": "2021"}, closed) == none
    assert "Bedouin" in gaps(content, OF_BEDOUIN | WIDE_GAP | {"period": "2022"}, closed)
    assert gaps(content, SMALL_GAP | {"gap_direction": "not_comparable"}) == ""


# What pages below it say in short


def part(make: Make, material: Material, area: str = OTHER_TOWN) -> Part:
    found = make(material, EN, material.areas[area])
    assert found is not None
    return found


def test_plan_and_partnership_are_told_in_numbers_with_the_way_to_them(material: Material) -> None:
    plan, whole = part(work_plan.part, material, TOWN), part(partnership.part, material, TOWN)
    assert [(said(label), said(number)) for label, number in plan.numbers][:1] == [("Goals", "2")]
    assert [link.path for link in plan.links] == [f"areas/{TOWN}/plan/index.html"]
    assert ("Meetings reported", "8") in [(said(label), said(number)) for label, number in whole.numbers]
    assert [link.path for link in whole.links] == [f"areas/{TOWN}/partnership/index.html"]
    assert plan.empty == whole.empty == ""


def test_newest_released_words_are_the_story(content: SiteContent, material: Material) -> None:
    entry = part(learning.part, material, TOWN).entry
    assert entry is not None and said(entry.date) == "September 1, 2024"
    assert [text for _, text in entry.texts] == ["Slow.", "More hours in grade ten."]
    # The newest waits: the one before it stands here.
    entries = content.tables["learning_entries"].copy()
    entries.loc[entries["entry_id"] == "4", ["what_we_saw", "what_we_decided", "responsible"]] = None
    older = part(learning.part, with_tables(content, learning_entries=entries), TOWN).entry
    assert older is not None and said(older.date) == "February 1, 2021"
    entries[["what_we_saw", "what_we_decided", "open_question", "responsible"]] = None
    waiting = part(learning.part, with_tables(content, learning_entries=entries), TOWN)
    assert waiting.entry is None and waiting.lines == (
        "What was written waits until somebody has read and released it.",
    )


def test_new_of_the_panel_is_named(content: SiteContent) -> None:
    panel = content.tables["mapping_panel"].assign(news="no_clear_change")
    quiet = part(mapping.part, with_tables(content, mapping_panel=panel), TOWN)
    assert said(quiet.lines[0]).endswith("None moved beyond chance.")
    compared = panel[(panel["indicator_id"] == SHARE) & (panel["area_code"] == TOWN) & panel["p_value"].notna()]
    panel.loc[compared.index[-1], "news"] = "worsened"
    moved = part(mapping.part, with_tables(content, mapping_panel=panel), TOWN)
    assert said(moved.lines[0]).endswith("Moved beyond chance: Mathematics: five-unit share of grade 12 (Worsened).")


@pytest.mark.parametrize(
    ("make", "table", "words"),
    [
        (work_plan.part, "work_plan_areas", "once somebody sends the form “Components of work plans”."),
        (partnership.part, "partnership_meetings", "once it sends the form “Meetings”."),
        (learning.part, "learning_entries", "once it sends the form “Learning log”."),
        (mapping.part, "mapping_panel", "It fills as reports of other ages and subjects come in."),
    ],
)
def test_empty_part_says_what_would_fill_it(content: SiteContent, make: Make, table: str, words: str) -> None:
    frame = content.tables[table]
    told = {name: frame for name, frame in content.tables.items() if not name.startswith(("partnership_", "meeting_"))}
    nothing = prepare(replace(content, tables=told | {table: frame.iloc[:0]}))
    empty = part(make, nothing)
    assert said(empty.empty).endswith(words)
    assert not (empty.numbers or empty.lines or empty.links or empty.entry)


def test_area_above_plans_and_logs_names_the_places_that_have_one(content: SiteContent) -> None:
    entries = content.tables["learning_entries"]
    logs = with_tables(content, learning_entries=entries[entries["area_code"] == TOWN])
    town = logs.areas[TOWN].row["name_en"]
    for make in (work_plan.part, learning.part):
        assert [said(line) for line in part(make, logs, "IL").lines] == [f"Of the places here these have one: {town}."]
    none = with_tables(content, work_plan_areas=content.tables["work_plan_areas"].iloc[:0])
    assert part(work_plan.part, none, "IL").empty == "None of the places here has sent anything for this yet."


def test_initiative_without_plans_and_panels_has_no_such_parts(content: SiteContent) -> None:
    declared = content.declarations
    kept = {name: table for name, table in declared.objects.items() if table.shape is None}
    bare = replace(declared, objects=MappingProxyType(kept))
    registers = with_register(replace(content, declarations=bare, tables={}), "stages", ())
    material = prepare(registers)
    for make in (work_plan.part, partnership.part, learning.part, mapping.part):
        assert make(material, EN, material.areas[TOWN]) is None


# How far to trust it


def test_how_new_and_how_complete_the_headlines_are(material: Material) -> None:
    ids = [i.id for i in material.headlines()]
    shown, hidden, older = (
        (Point("2023", SHOWN, 1.0), Point("2024", SHOWN, 2.0)), (Point("2024", HIDDEN),), (Point("2023", SHOWN, 1.0),),
    )  # fmt: skip
    series = {i: {(ALL, ALL): points} for i, points in zip(ids, (shown, shown, hidden, older, older), strict=False)}
    changed = replace(material, series={TOWN: series})
    assert said(counted_in_newest(changed, EN, changed.areas[TOWN], "2024-11-03")) == (
        "The newest period is 2023/24, the newest delivery of November 3, 2024. Of the headline indicators (6) are, in "
        "that period: shown 2, hidden to protect small groups 1, not reported 3."
    )
    # Who stopped reporting is not complete: the whole country has a newer period.
    behind = replace(material, series={TOWN: {ids[0]: {(ALL, ALL): older}}, "IL": {ids[0]: {(ALL, ALL): shown}}})
    assert "shown 0, hidden to protect small groups 0, not reported 6" in said(
        counted_in_newest(behind, EN, behind.areas[TOWN], "2024-11-03")
    )


def test_downloads_say_how_to_find_the_rows_of_the_area(site: Path) -> None:
    page = (site / "en" / "areas" / TOWN / "index.html").read_text(encoding="utf-8")
    section = re.sub("</?bdi>", "", page.split('<h2 id="downloads">')[1])
    assert f"the rows of this one have {TOWN} in the column area_code" in section
    assert 'data/indicator_values.csv" download' in section and "quality/index.html#downloads" in section
