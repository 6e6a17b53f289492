"""What municipality ecosystems report of themselves: meetings, tasks, initiatives, surveys, written answers.

Belongs here: the model and rows of these tables, in Hebrew as a coordinator writes them. Does not belong here: what the
numbers mean (SQL of the indicators). Organisations are invented and say that they are a sample; there are no persons.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.sample.files import Row, Sheet, write_workbook
from pipelines.sample.population import Authority, Country, ecosystems

PARTNERSHIP_STREAM = 60
# School years by the year that closes them.
YEARS = (2022, 2023, 2024)
PUBLIC, BUSINESS, THIRD = "ציבורי", "עסקי", "שלישי"
ORGANISATIONS = (
    ("דוגמה: אגף החינוך", PUBLIC),
    ("דוגמה: בית ספר תיכון", PUBLIC),
    ("דוגמה: מרכז לפיתוח סגל", PUBLIC),
    ("דוגמה: חברת תוכנה", BUSINESS),
    ("דוגמה: מפעל לחומרים", BUSINESS),
    ("דוגמה: קרן קהילתית", THIRD),
    ("דוגמה: עמותת מדע לנוער", THIRD),
    ("דוגמה: מכללה אזורית", PUBLIC),
)
WORKING_GROUPS = ("ועדת היגוי", "קבוצת עבודה: מתמטיקה", "קבוצת עבודה: בנות במדעים")
# Month and day of the meetings of a school year that has so many of them.
MEETING_DAYS = ((10, 17), (12, 5), (1, 16), (3, 12), (5, 7), (6, 18))
INITIATIVES = (
    "מעבדה פתוחה אחר הצהריים",
    "יום שיא במדעים",
    "חונכות של מהנדסות",
    "ביקורים במפעלים",
    "קורס הכנה בקיץ",
    "ספריית ציוד משותפת",
)
STATES = ("הועלתה", "אומצה", "בביצוע", "הושלמה", "ירדה מהפרק")
TOPICS = ("אמון", "תקשורת", "עבודת ארגון השידרה")
# The register of released texts has all of them but the last three.
ANSWERS = (
    "המפגשים מתחילים ומסתיימים בזמן, וזה עושה הבדל.",
    "עכשיו אני יודעת אל מי לפנות בכל ארגון.",
    "כדאי לשלוח את הנתונים שבוע לפני המפגש.",
    "יש יותר אמון, אבל ההחלטות עדיין איטיות.",
    "הסיכומים ברורים ומגיעים מהר.",
    "חסר לנו נציג של בתי הספר.",
    "اللقاءات مفيدة، ونحتاج إلى ترجمة المواد مسبقًا.",
    "The shared numbers ended an old argument.",
    "הקבוצה עובדת, אך המטלות נופלות על אותם שני ארגונים.",
    "תשובה שעוד לא נקראה, ראשונה.",
    "תשובה שעוד לא נקראה, שנייה.",
    "תשובה שעוד לא נקראה, שלישית.",
)

MEETINGS_HEADER = ("רשות מקומית", "קבוצת עבודה", "תאריך המפגש", "סעיפים שתוכננו", "סעיפים שנדונו")
ATTENDANCE_HEADER = ("רשות מקומית", "קבוצת עבודה", "תאריך המפגש", "ארגון", "מגזר הארגון", "הוזמנו", "נכחו")
TASKS_HEADER = ("רשות מקומית", "קבוצת עבודה", "מספר מטלה", "הוחלט בתאריך", "לביצוע עד", "בוצע בתאריך", "ארגון")
INITIATIVES_HEADER = ("רשות מקומית", "קוד יוזמה", "שם היוזמה", "הועלתה בתאריך", "ארגון", "מגזר הארגון", "מצב")
SURVEYS_HEADER = ("רשות מקומית", "תאריך הסקר", "נושא", "השיבו", "הסכימו")
ANSWERS_HEADER = ("רשות מקומית", "מספר תשובה", "תאריך תשובה", "נושא", "תשובה")


@dataclass(frozen=True)
class Ecosystem:
    """One partnership: who belongs to it, how faithful each organisation is, and a chance of its own."""

    area: str
    organisations: Sequence[tuple[str, str]]
    faithful: Sequence[float]
    groups: Sequence[str]
    n_members: int
    chance: np.random.Generator


def write_partnership(country: Country, seed: int, target: Path) -> Path:
    """A workbook with a sheet a table."""
    found = [_ecosystem(country.authorities[position], seed) for position in ecosystems(country)]
    meetings: list[Row] = [MEETINGS_HEADER]
    attendance: list[Row] = [ATTENDANCE_HEADER]
    tasks: list[Row] = [TASKS_HEADER]
    raised: list[Row] = [INITIATIVES_HEADER]
    surveys: list[Row] = [SURVEYS_HEADER]
    answers: list[Row] = [ANSWERS_HEADER]
    for one in found:
        for group in one.groups:
            days = _meeting_days(one)
            meetings += _meeting_rows(one, group, days)
            attendance += _attendance_rows(one, group, days)
            tasks += _task_rows(one, group, days)
        raised += _initiative_rows(one)
        surveys += _survey_rows(one)
        answers += _answer_rows(one)
    titles = ("מפגשים", "נוכחות", "מטלות", "יוזמות", "סקרים", "תשובות")
    tables = (meetings, attendance, tasks, raised, surveys, answers)
    sheets = [
        Sheet(title, rows, right_to_left=True, widths=(18,) * len(rows[0]))
        for title, rows in zip(titles, tables, strict=True)
    ]
    return write_workbook(target, sheets, "Synthetic sample")


def _ecosystem(authority: Authority, seed: int) -> Ecosystem:
    chance = np.random.default_rng([seed, PARTNERSHIP_STREAM, int(authority.area_code)])
    names = [ORGANISATIONS[i] for i in sorted(chance.permutation(len(ORGANISATIONS))[: int(chance.integers(5, 8))])]
    return Ecosystem(
        area=authority.area_code,
        organisations=names,
        faithful=chance.uniform(0.35, 0.95, len(names)).tolist(),
        groups=WORKING_GROUPS[: int(chance.integers(2, 4))],
        n_members=int(chance.integers(30, 75)),
        chance=chance,
    )


def _meeting_days(one: Ecosystem) -> list[datetime.date]:
    """Four to six meetings a school year, each a few days off the plan."""
    days = []
    for year in YEARS:
        kept = sorted(one.chance.permutation(len(MEETING_DAYS))[: int(one.chance.integers(4, 7))])
        for month, day in (MEETING_DAYS[i] for i in kept):
            planned = datetime.date(year - 1 if month >= 9 else year, month, day)
            days.append(planned + datetime.timedelta(days=int(one.chance.integers(-4, 5))))
    return days


def _meeting_rows(one: Ecosystem, group: str, days: Sequence[datetime.date]) -> Iterator[Row]:
    for day in days:
        planned = int(one.chance.integers(3, 8))
        yield [one.area, group, day.isoformat(), planned, int(one.chance.binomial(planned, 0.8))]


def _attendance_rows(one: Ecosystem, group: str, days: Sequence[datetime.date]) -> Iterator[Row]:
    for day in days:
        better = 0.05 * (day.year - YEARS[0])
        for (name, sector), faithful in zip(one.organisations, one.faithful, strict=True):
            invited = int(one.chance.integers(1, 3))
            came = int(one.chance.binomial(invited, min(faithful + better, 1)))
            yield [one.area, group, day.isoformat(), name, sector, invited, came]


def _task_rows(one: Ecosystem, group: str, days: Sequence[datetime.date]) -> Iterator[Row]:
    """Two or three tasks a meeting; of the last year some stay open."""
    number = 0
    for day in days:
        for _ in range(int(one.chance.integers(2, 4))):
            number += 1
            due = day + datetime.timedelta(days=30)
            done = day + datetime.timedelta(days=int(one.chance.integers(5, 90)))
            is_open = day >= datetime.date(YEARS[-1], 1, 1) and one.chance.random() < 0.3
            name, _ = one.organisations[int(one.chance.integers(0, len(one.organisations)))]
            yield [
                one.area,
                group,
                f"T-{number:03}",
                day.isoformat(),
                due.isoformat(),
                None if is_open else done.isoformat(),
                name,
            ]


def _initiative_rows(one: Ecosystem) -> Iterator[Row]:
    number = 0
    for year in YEARS:
        for position in one.chance.permutation(len(INITIATIVES))[: int(one.chance.integers(1, 5))]:
            number += 1
            day = datetime.date(year, 1, 10) + datetime.timedelta(days=int(one.chance.integers(0, 150)))
            name, sector = one.organisations[int(one.chance.integers(0, len(one.organisations)))]
            state = STATES[int(one.chance.integers(0, len(STATES)))]
            yield [one.area, f"I-{number:02}", INITIATIVES[position], day.isoformat(), name, sector, state]


def _survey_rows(one: Ecosystem) -> Iterator[Row]:
    for year in YEARS:
        answered = int(one.chance.binomial(one.n_members, 0.85))
        for topic in TOPICS:
            agree = int(one.chance.binomial(answered, one.chance.uniform(0.45, 0.7)))
            yield [one.area, _survey_day(year), topic, answered, agree]


def _answer_rows(one: Ecosystem) -> Iterator[Row]:
    number = 0
    for year in YEARS[1:]:
        for position in one.chance.permutation(len(ANSWERS))[:2]:
            number += 1
            topic = TOPICS[int(one.chance.integers(0, len(TOPICS)))]
            yield [one.area, f"A-{number:02}", _survey_day(year), topic, ANSWERS[position]]


def _survey_day(year: int) -> str:
    return f"{year}-05-20"
