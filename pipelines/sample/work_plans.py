"""Work plans of some authorities, as an ecosystem's coordinator keeps them: a workbook of three sheets, in Hebrew.

Belongs here: invented goals, work and money, and the words for them. Does not belong here: the numbers that goals start
from, which are those of the synthetic country (`population`).

Two goals are real ones, quoted from the field: to reach the national rate of five-unit mathematics by 2022, and a
significant increase of girls in technological tracks, which says neither from what, to what, nor by when.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.sample.assumptions import COMPUTER_SCIENCE, GENDERS, MATHEMATICS, PHYSICS, YEARS
from pipelines.sample.files import Cell, Row, Sheet, write_workbook
from pipelines.sample.population import Authority, Country, ecosystems
from pipelines.sample.wording import HEBREW_YEARS

PLAN_STREAM = 50
START = 2016
GOALS_HEADER = (
    "רשות מקומית", "קוד יעד רשותי", "יעד", "מטרת המיזם", "מדד מהקטלוג", "קבוצה", "ערך מוצא", "שנת המוצא", "ערך יעד",
    "להגיע לערך של", "עד שנת", "מקור הנתון", "המדד במילים",
)  # fmt: skip
COMPONENTS_HEADER = (
    "רשות מקומית", "קוד רכיב", "קוד יעד רשותי", "מנוף", "רכיב פעולה", "גוף מבצע", "שותפים", "סטטוס", "תאריך התחלה",
    "תאריך סיום", "הושלם בתאריך", "מה סופרים", "פירוט הספירה", "כמות מתוכננת", "כמות שבוצעה",
)  # fmt: skip
BUDGETS_HEADER = ("רשות מקומית", "קוד רכיב", "שנת תקציב", "תקציב מתוכנן", "תקציב שנוצל")
UNITS_HE = {"persons": "אנשים", "sessions": "מפגשים", "hours": "שעות", "schools": "בתי ספר"}
BUDGET_YEARS = (2022, 2023, 2024)


@dataclass(frozen=True)
class Task:
    """An action component that any of the plans may have."""

    lever: str
    name: str
    body: str
    partners: str
    unit: str
    amount_of: str
    planned: int
    budget: int


@dataclass(frozen=True)
class Aim:
    """A goal that any of the plans may have; `growth`: the value to be reached, times that of the start."""

    code: str
    name: str
    goal_id: str
    tasks: tuple[Task, ...]
    indicator_id: str | None = None
    subject_code: str = MATHEMATICS
    gender: str | None = None
    is_share: bool = False
    growth: float | None = None
    by_year: int | None = None
    reaches: str | None = None
    measure: str | None = None
    source: str | None = None


AIMS = (
    Aim(
        "1",
        'להגיע עד סוף תשפ"ב לממוצע הארצי בשיעור נבחני 5 יח"ל במתמטיקה',
        "learners",
        (
            Task("הוראה איכותית", "קורס העמקה למורי מתמטיקה", "אגף החינוך (דוגמה)", "מכללה לדוגמה", "persons",
                 "מורים שסיימו את הקורס", 24, 60000),
            Task("תמיכה בלומדים", "תגבור לתלמידי חמש יחידות", "מרכז למידה לדוגמה", "קרן לדוגמה", "hours",
                 "שעות תגבור", 400, 120000),
            Task("בחירה מוקדמת", "ימי חשיפה בחטיבות הביניים", "אגף החינוך (דוגמה)", "חברת היי-טק לדוגמה", "sessions",
                 "ימי חשיפה", 12, 30000),
        ),
        indicator_id="mathematics_5u_examinees_share",
        is_share=True,
        by_year=2022,
        reaches="ישראל",
        measure='שיעור נבחני 5 יח"ל במתמטיקה מתלמידי כיתה י"ב',
    ),
    Aim(
        "2",
        "עלייה משמעותית בשיעור הבנות במגמות המדעיות-טכנולוגיות בתיכון ובהשכלה הגבוהה",
        "equity",
        (
            Task("שינוי תפיסות", "סדנאות לבנות ולהוריהן", "עמותה לדוגמה", "בתי הספר", "sessions", "סדנאות", 20, 40000),
            Task("דמויות מופת", "מפגשים עם מהנדסות", "חברת היי-טק לדוגמה", "עמותה לדוגמה", "persons", "משתתפות",
                 120, 15000),
        ),
    ),
    Aim(
        "3",
        'יותר בנות שנבחנות ב-5 יח"ל בפיזיקה',
        "equity",
        (
            Task("דמויות מופת", "מנטוריות לבנות בכיתה י", "אוניברסיטה לדוגמה", "עמותה לדוגמה", "persons", "בנות", 30,
                 45000),
            Task("סביבת למידה", "מעבדת פיזיקה ניידת", "מרכז מדעים לדוגמה", "קרן לדוגמה", "schools", "בתי ספר", 4,
                 150000),
            Task("הוראה איכותית", "השתלמות בהוראה מגדרית שוויונית", "אגף החינוך (דוגמה)", "מכללה לדוגמה", "persons",
                 "מורים", 15, 20000),
        ),
        indicator_id="physics_5u_examinees",
        subject_code=PHYSICS,
        gender="female",
        growth=1.5,
        by_year=2025,
        measure='מספר הבנות הנבחנות ב-5 יח"ל בפיזיקה',
    ),
    Aim(
        "4",
        'יותר נבחנים ב-5 יח"ל במדעי המחשב',
        "learners",
        (
            Task("סביבת למידה", "פתיחת כיתה טכנולוגית", "רשת חינוך לדוגמה", "חברת היי-טק לדוגמה", "schools", "בתי ספר",
                 2, 200000),
            Task("בחירה מוקדמת", "חוגי תכנות בחטיבות הביניים", "מתנס לדוגמה", "חברת היי-טק לדוגמה", "persons",
                 "תלמידים", 150, 90000),
        ),
        indicator_id="computer_science_5u_examinees",
        subject_code=COMPUTER_SCIENCE,
        growth=1.6,
        by_year=2026,
        measure='מספר הנבחנים ב-5 יח"ל במדעי המחשב',
    ),
    Aim(
        "5",
        "יותר בוגרות המועסקות במפעלים המקומיים",
        "equity",
        (Task("מעבר לתעסוקה", "יריד תעסוקה לבוגרות", "אגף הצעירים (דוגמה)", "מפעל לדוגמה", "sessions", "ירידים", 3,
              25000),),
        measure="שיעור הבוגרות המועסקות במפעלים",
        source="סקר רשותי לדוגמה",
    ),
)  # fmt: skip
# Which goals a plan has, by its place among the plans.
CHOICES = (("1", "2", "3"), ("1", "2"), ("1", "2", "4"), ("1", "2", "3", "5"), ("2", "3", "4"))
# status, starts on, ends on, done on, part of the amount done.
STATES = (
    ("הושלם", "2021-09-01", "2022-06-30", "2022-06-20", 1.0),
    ("הושלם", "2022-01-01", "2022-12-31", "2023-03-15", 0.9),
    ("בביצוע", "2022-09-01", "2031-06-30", None, 0.5),
    ("בביצוע", "2022-09-01", "2024-06-30", None, 0.4),
    ("מתוכנן", "2024-01-01", "2031-12-31", None, 0.0),
    ("מתוכנן", "2030-09-01", "2031-06-30", None, 0.0),
    ("הופסק", "2021-09-01", "2023-06-30", None, 0.2),
)
CHANCES = (0.3, 0.1, 0.25, 0.12, 0.08, 0.08, 0.07)


def write_work_plans(country: Country, indicators: Mapping[str, str], seed: int, target: Path) -> Path:
    """The workbook of the plans; `indicators`: id → name as the coordinator writes it."""
    sheets = plan_rows(country, indicators, seed)
    return write_workbook(
        target, [Sheet(title, rows, right_to_left=True) for title, rows in sheets.items()], "Synthetic sample"
    )


def plan_rows(country: Country, indicators: Mapping[str, str], seed: int) -> dict[str, list[Row]]:
    """Sheet → its rows, the header first."""
    chance = np.random.default_rng([seed, PLAN_STREAM])
    sheets: dict[str, list[Row]] = {
        "יעדים": [GOALS_HEADER], "רכיבי פעולה": [COMPONENTS_HEADER], "תקציב": [BUDGETS_HEADER],
    }  # fmt: skip
    for place, position in enumerate(ecosystems(country)):
        authority = country.authorities[position]
        for aim in (aim for aim in AIMS if aim.code in CHOICES[place % len(CHOICES)]):
            sheets["יעדים"].append(_goal(country, position, aim, indicators))
            for number, task in enumerate(aim.tasks, start=1):
                component_id = f"Y-{aim.code}.{number}"
                component, spent = _component(authority, aim, component_id, task, chance)
                sheets["רכיבי פעולה"].append(component)
                sheets["תקציב"] += _budgets(authority, component_id, task, spent, chance)
    return sheets


def _goal(country: Country, position: int, aim: Aim, indicators: Mapping[str, str]) -> Row:
    start = _start(country, position, aim) if aim.indicator_id else None
    end = round(start * aim.growth) if start is not None and aim.growth else None
    return [
        country.authorities[position].area_code,
        f"Y-{aim.code}",
        aim.name,
        aim.goal_id,
        indicators[aim.indicator_id] if aim.indicator_id else None,
        "בנות" if aim.gender else None,
        start,
        HEBREW_YEARS[START] if start is not None else None,
        end,
        aim.reaches,
        HEBREW_YEARS.get(aim.by_year, f"{aim.by_year - 1}/{aim.by_year % 100}") if aim.by_year else None,
        aim.source,
        aim.measure,
    ]


def _start(country: Country, position: int, aim: Aim) -> float:
    """The value of the year in which the plans start."""
    learners = next(one for one in country.core if one.slot.subject_code == aim.subject_code)
    genders = [GENDERS.index(aim.gender)] if aim.gender else list(range(len(GENDERS)))
    examinees = int(learners.examinees[YEARS.index(START), position][:, genders].sum())
    enrolled = int(country.cohorts[YEARS.index(START), position][:, genders].sum())
    return round(examinees / enrolled, 3) if aim.is_share else examinees


def _component(
    authority: Authority, aim: Aim, component_id: str, task: Task, chance: np.random.Generator
) -> tuple[Row, float]:
    """A row, and which part of its money is spent."""
    status, starts_on, ends_on, done_on, part = STATES[int(chance.choice(len(STATES), p=CHANCES))]
    row: list[Cell] = [
        authority.area_code, component_id, f"Y-{aim.code}", task.lever, task.name, task.body, task.partners, status,
        starts_on, ends_on, done_on, UNITS_HE[task.unit], task.amount_of, task.planned, round(task.planned * part),
    ]  # fmt: skip
    return row, part


def _budgets(
    authority: Authority, component_id: str, task: Task, spent: float, chance: np.random.Generator
) -> Iterator[Row]:
    for year in BUDGET_YEARS:
        planned = round(task.budget / len(BUDGET_YEARS) * float(chance.uniform(0.8, 1.2)), -2)
        used = round(planned * min(spent * float(chance.uniform(0.8, 1.3)), 1.2), -2)
        yield [authority.area_code, component_id, year, planned, used]


def texts() -> list[str]:
    """Every freely written text of the plans: what the sample's register of released texts holds."""
    tasks = [task for aim in AIMS for task in aim.tasks]
    found: list[Any] = [text for aim in AIMS for text in (aim.name, aim.measure, aim.source)]
    found += [text for t in tasks for text in (t.lever, t.name, t.body, t.partners, t.amount_of)]
    return sorted({text for text in found if text})
