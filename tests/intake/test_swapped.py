"""Swapped: two columns of numbers in each other's place are held, and nothing else is."""

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.declarations import Declarations
from pipelines.intake.examine import HELD, PARTLY, Background, Examination, Examiner
from pipelines.intake.swapped import orders

AREAS = ("ערד", "רהט", "ירוחם", "ראש פינה", "מזכרת בתיה", "דימונה")
GROUPS = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "מקצוע", 'יח""ל', "מתחילים", "נבחנים", "עוברים", "מצטיינים"]
MEASURES = ("n_started", "n_examinees", "n_passed", "n_excellent")
GRADES = ["רשות מקומית", "מחזור סיום", "מקצוע", 'יח""ל', "נבחנים", "ממוצע ציון סופי"]


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    return "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [header, *rows]).encode()


def groups(examiner: Examiner, rows: Sequence[Sequence[object]], known: Background | None = None) -> Examination:
    """A file of groups with these four numbers a row: started, examinees, passed, excellent."""
    keys = [
        (area, year, "יהודי", gender, "מתמטיקה", 5)
        for year in range(2015, 2024)
        for area in AREAS
        for gender in ("בנות", "בנים")
    ]
    content = csv(GROUPS, [[*key, *row] for key, row in zip(keys, rows, strict=False)])
    return examiner.examine(content, "a.csv", *([known] if known else []))


def earlier(rows: Sequence[Sequence[object]]) -> Background:
    return background(pd.DataFrame(rows, columns=list(MEASURES)).astype("Int64"))


def background(frame: pd.DataFrame | None, headers: Mapping[str, Mapping[str, str | None]] | None = None) -> Background:
    return Background(headers or {}, lambda _, pairs: orders([] if frame is None else [frame], pairs))


def told(examined: Examination) -> list[tuple[str, int | None, str | None, object, object]]:
    return [
        (f.rule, f.row, f.column_letter, f.parameters["header"], f.parameters["other"])
        for f in examined.findings
        if f.rule == "columns_swapped"
    ]


NUMBERS = [(60 + n, 54 + n, 50 + n, 18 + n) for n in range(6)]
SWAPS = [
    ("examinees and passed", (0, 2, 1, 3), ("H", "נבחנים", "עוברים")),
    ("passed and excellent", (0, 1, 3, 2), ("I", "עוברים", "מצטיינים")),
    ("examinees and excellent", (0, 3, 2, 1), ("H", "נבחנים", "מצטיינים")),
]


@pytest.mark.parametrize(("name", "order", "place"), SWAPS, ids=[name for name, *_ in SWAPS])
def test_columns_that_contradict_row_rules_until_exchanged_are_one_question(
    examiner: Examiner, name: str, order: Sequence[int], place: tuple[str, str, str]
) -> None:
    examined = groups(examiner, [[row[at] for at in order] for row in NUMBERS])
    assert examined.verdict == HELD and len(examined.findings) == 1
    assert told(examined) == [("columns_swapped", 1, *place)]


def test_grades_under_counts_and_counts_under_grades_are_one_question(examiner: Examiner) -> None:
    rows = [[area, 2022, "מתמטיקה", 5, 78.5 + n, 50 + n] for n, area in enumerate(AREAS)]
    examined = examiner.examine(csv(GRADES, rows), "a.csv")
    assert examined.verdict == HELD and len(examined.findings) == 1
    assert told(examined) == [("columns_swapped", 1, "E", "נבחנים", "ממוצע ציון סופי")]


def test_one_row_that_contradicts_is_a_mistake_not_a_swap(examiner: Examiner) -> None:
    examined = groups(examiner, [*NUMBERS[:5], (60, 50, 54, 18)])
    assert examined.verdict == PARTLY and [f.rule for f in examined.findings] == ["row_rule"]


def test_few_wrong_rows_among_rows_of_equal_numbers_are_mistakes(examiner: Examiner) -> None:
    examined = groups(examiner, [*[(60, 54, 54, 18)] * 5, (60, 50, 54, 18)])
    assert [f.rule for f in examined.findings] == ["row_rule"]


def test_two_rows_are_too_few_to_tell(examiner: Examiner) -> None:
    assert told(groups(examiner, [(60, 50, 54, 18)] * 2)) == []


def test_exchange_that_breaks_another_row_is_none(examiner: Examiner) -> None:
    """Most rows have more passed than examinees, but one has fewer: no exchange makes all of them right."""
    examined = groups(examiner, [*((60, 50, 54, 18) for _ in range(5)), (60, 54, 50, 18)])
    assert told(examined) == [] and [f.rule for f in examined.findings] == ["row_rule"] * 5


def test_fractions_that_stay_wrong_after_an_exchange_are_cell_findings(examiner: Examiner) -> None:
    rows = [[area, 2022, "מתמטיקה", 5, 78.5 + n, 81.5 + n] for n, area in enumerate(AREAS)]
    examined = examiner.examine(csv(GRADES, rows), "a.csv")
    assert {f.rule for f in examined.findings} == {"not_whole"} and len(examined.findings) == len(rows)


# Against earlier submissions: fewer pupils finish than start, almost everywhere; no rule says so.
BEFORE = [(70 + n, 54 + n, 50 + n, 18 + n) for n in range(12)]
STARTED_LAST = [(54 + n, 60 + n, 50 + n, 18 + n) for n in range(6)]


def test_order_that_is_the_reverse_of_all_earlier_ones_is_held(examiner: Examiner) -> None:
    assert groups(examiner, STARTED_LAST).findings == ()
    examined = groups(examiner, STARTED_LAST, earlier(BEFORE))
    assert examined.verdict == HELD and len(examined.findings) == 1
    assert told(examined) == [("columns_swapped", 1, "G", "מתחילים", "נבחנים")]


def test_of_all_orders_that_one_exchange_turns_round_that_exchange_is_asked(examiner: Examiner) -> None:
    """The largest and the smallest in each other's place turn round their orders with the middle one, too."""
    header = ["קוד תכנית", "רשות מקומית", "שנת לימודים", "קהל יעד", "משתתפות", "משתתפים", "מסיימים"]
    before = pd.DataFrame({"n_female": range(30, 42), "n_male": range(20, 32), "n_completed": range(10, 22)})
    rows = [[f"P-{n:02}", area, 2022, "pupils", 10 + n, 20 + n, 30 + n] for n, area in enumerate(AREAS)]
    examined = examiner.examine(csv(header, rows), "a.csv", background(before))
    assert examined.verdict == HELD
    assert told(examined) == [("columns_swapped", 1, "E", "משתתפות", "מסיימים")]


FEW = [
    ("nine earlier rows", BEFORE[:9], STARTED_LAST),
    ("four rows now", BEFORE, STARTED_LAST[:4]),
    ("earlier rows in both orders", [*BEFORE[:11], (50, 60, 40, 20)], STARTED_LAST),
    ("rows of now in both orders", BEFORE, [*STARTED_LAST[:5], (70, 60, 50, 18)]),
    ("equal numbers now", BEFORE, [(54, 54, 50, 18)] * 6),
]


@pytest.mark.parametrize(("name", "before", "now"), FEW, ids=[name for name, *_ in FEW])
def test_nothing_is_held_on_thin_evidence(
    examiner: Examiner, name: str, before: Sequence[Sequence[object]], now: Sequence[Sequence[object]]
) -> None:
    assert told(groups(examiner, now, earlier(before))) == []


def test_headers_that_the_partner_named_are_asked_about_like_others(examiner: Examiner) -> None:
    frame = pd.DataFrame(BEFORE, columns=list(MEASURES)).astype("Int64")
    both = {"מתחילים": "n_started", "נבחנים": "n_examinees"}
    assert told(groups(examiner, STARTED_LAST, background(frame, {"matriculation_groups": both}))) != []


def test_earlier_rows_are_asked_for_only_where_two_numbers_are_of_one_unit(examiner: Examiner) -> None:
    asked: list[object] = []
    known = Background({}, lambda contract, pairs: asked.append((contract.id, pairs)) or {})
    examiner.examine(csv(GRADES, [[area, 2022, "מתמטיקה", 5, 50, 81.5] for area in AREAS]), "a.csv", known)
    assert asked == []
    groups(examiner, NUMBERS, known)
    [(object_id, pairs)] = asked
    assert object_id == "matriculation_groups" and ("n_started", "n_examinees") in pairs and len(pairs) == 6


def test_orders_are_counted_over_all_frames_and_only_where_both_numbers_are_known() -> None:
    frames = [
        pd.DataFrame({"a": [1, 2, None], "b": [2, 2, 1]}),
        pd.DataFrame({"a": [3, 3], "b": [1, 5]}).astype("Int64"),
    ]
    assert orders(frames, [("a", "b")]) == {("a", "b"): (1, 2)}


def test_numbers_of_different_units_are_never_compared(examiner: Examiner) -> None:
    frame = pd.DataFrame({"n_examinees": range(200, 220), "mean_final_grade": [80.0] * 20})
    rows = [[area, 2022, "מתמטיקה", 5, 50, 81.5] for area in AREAS]
    assert told(examiner.examine(csv(GRADES, rows), "a.csv", background(frame))) == []


@st.composite
def clean(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Rows in which each number is at most the one before, as the field has them; withheld ones among them."""
    ranges = st.tuples(*[st.integers(0, 200)] * 4).map(lambda row: tuple(sorted(row, reverse=True)))
    return draw(st.lists(ranges, min_size=1, max_size=30))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(before=clean(), now=clean())
def test_clean_table_is_never_held(
    examiner: Examiner, before: list[tuple[int, ...]], now: list[tuple[int, ...]]
) -> None:
    assert told(groups(examiner, now, earlier(before))) == []
