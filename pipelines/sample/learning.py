"""What groups decide and companies promise: a learning log of some municipality ecosystems, and a list of commitments.

Belongs here: invented entries, the same words at several places, and which of them somebody has released. Does not
belong here: the numbers that they are about (`population`).
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipelines.sample.files import Row
from pipelines.sample.population import Country, ecosystems

LOG_HEADER = (
    "קוד אזור",
    "מספר רישום",
    "תאריך",
    "קבוצת עבודה",
    "מדד",
    "מגדר",
    "מה ראינו",
    "מה החלטנו",
    "שאלה פתוחה",
    "גוף אחראי",
    "תאריך בחינה חוזרת",
    "מצב",
)
COMMITMENTS_HEADER = (
    "Commitment number",
    "Line",
    "Unit",
    "Promised",
    "Promised on",
    "Due on",
    "Delivered",
    "Delivered on",
    "Evidence",
    "Area",
)
ENTRIES_AN_AREA = 3
FIRST_DAY = datetime.date(2018, 3, 5)
FIRST_OF_THE_WHOLE = datetime.date(2015, 11, 30)
# Later entries are still open, so that the next meeting has something to do.
CLOSED_BEFORE = datetime.date(2020, 1, 1)
OPEN, CLOSED = "פתוח", "סגור"


@dataclass(frozen=True)
class Decision:
    """What a group says of an indicator, in its own words; `is_released` is what the register of the sample says."""

    group: str
    indicator_id: str
    saw: str
    decided: str
    responsible: str
    question: str | None = None
    gender: str | None = None
    is_released: bool = True

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything of it that waits for somebody to release it."""
        return tuple(text for text in (self.saw, self.decided, self.question, self.responsible) if text)


DECISIONS = (
    Decision(
        "קבוצת מתמטיקה",
        "mathematics_5u_examinees_share",
        "השיעור עולה לאט יותר מהמסלול ליעד.",
        "לפתוח שיעורי תגבור לתלמידי כיתה י שבחרו חמש יחידות.",
        "אגף החינוך (דוגמה)",
        "מי מתחיל חמש יחידות ולא מסיים?",
    ),
    Decision(
        "קבוצת מדעים",
        "physics_5u_examinees",
        "רק חלק מבתי הספר מציעים פיזיקה בחמש יחידות.",
        "לחבר שני בתי ספר לכיתת פיזיקה משותפת.",
        "ארגון השידרה (דוגמה)",
    ),
    Decision(
        "קבוצת בנות במדעים",
        "computer_science_5u_examinees",
        "פחות בנות מבנים בוחרות במדעי המחשב.",
        "להזמין מהנדסות לבתי הספר פעם בחודש.",
        "חברות היי-טק באזור (דוגמה)",
        "מה אומרות הבנות שבחרו מקצוע אחר?",
        gender="נקבה",
    ),
    Decision(
        "קבוצת מורים",
        "stem_teachers_5u",
        "מורים חדשים עוזבים אחרי שנה אחת.",
        "ללוות כל מורה חדש במורה ותיק במשך שנתיים.",
        "מכללה להוראה (דוגמה)",
    ),
    Decision(
        "קבוצת מתמטיקה",
        "excellence_share",
        "השיעור לא השתנה בשלוש השנים האחרונות.",
        "לקיים מחנה קיץ לתלמידי כיתה ט.",
        "עמותה מקומית (דוגמה)",
        "האם המחנה מגיע גם למי שלא היה נרשם ממילא?",
        is_released=False,
    ),
)
OF_THE_WHOLE = (
    Decision(
        "ועדת היגוי",
        "mathematics_5u_examinees_share",
        "השיעור נמוך ברוב המחוזות ואינו עולה.",
        "להרחיב את התכנית לבתי ספר שאין בהם עדיין חמש יחידות.",
        "משרד החינוך (דוגמה)",
    ),
    Decision(
        "ועדת היגוי",
        "physics_5u_examinees",
        "מספר הנבחנים בפיזיקה כמעט לא השתנה.",
        "לבדוק בכמה בתי ספר חסר מורה לפיזיקה.",
        "ארגון השידרה (דוגמה)",
        "כמה בתי ספר היו פותחים מגמה אילו היה מורה?",
    ),
)
COMMITMENTS: tuple[Row, ...] = (
    ("B-01", "Volunteering", "hours of volunteers", 1200, "2018-09-02", "2019-06-30", 1310, "2019-06-20", "S1", None),
    ("B-02", "Volunteering", "hours of volunteers", 1500, "2019-09-01", "2020-06-30", 820, "2020-03-10", "S2", None),
    ("B-03", "Volunteering", "hours of volunteers", 1500, "2020-09-01", "2021-06-30", 1500, "2021-06-15", "S3", None),
    ("B-04", "Visits to companies", "visits of classes", 40, "2018-10-15", "2019-06-30", 40, "2019-06-02", "S1", None),
    ("B-05", "Visits to companies", "visits of classes", 60, "2021-10-01", "2022-06-30", 45, "2022-06-10", "S4", None),
    ("B-06", "Laboratories", "shekels", 250000, "2019-01-20", "2020-08-31", 250000, "2020-07-01", "S2", None),
    ("B-07", "Laboratories", "shekels", 400000, "2021-02-01", "2023-08-31", 150000, "2022-11-30", None, None),
    ("B-08", "Volunteering", "hours of volunteers", 2000, "2023-09-03", "2032-06-30", None, None, None, None),
)  # fmt: skip
# Which reference stands behind B-01 to B-06, and is released as it is.
EVIDENCE: Mapping[str, str] = {
    "S1": "Yearly report of the coalition 2019 (sample)",
    "S2": "Yearly report of the coalition 2020 (sample)",
    "S3": "Yearly report of the coalition 2021 (sample)",
    "S4": "Yearly report of the coalition 2022 (sample)",
}


def released_texts() -> Iterator[str]:
    """Every text of the sample that its register of released texts releases, each once."""
    decisions = (*DECISIONS, *OF_THE_WHOLE)
    said = [text for decision in decisions if decision.is_released for text in decision.texts]
    yield from dict.fromkeys([*said, *EVIDENCE.values()])


def log_rows(country: Country, top_area: str, measures: Mapping[str, str]) -> Iterator[Row]:
    """Rows under LOG_HEADER: a few entries at each ecosystem, and at the whole country.

    `measures`: indicator_id → its name.
    """
    for place, number in enumerate(ecosystems(country)):
        for entry in range(ENTRIES_AN_AREA):
            decision = DECISIONS[(place + entry) % len(DECISIONS)]
            day = FIRST_DAY + datetime.timedelta(days=365 * ((place + 2 * entry) % 6) + 21 * place)
            yield _row(country.authorities[number].area_code, entry + 1, day, decision, measures)
    for entry, decision in enumerate(OF_THE_WHOLE):
        day = FIRST_OF_THE_WHOLE + datetime.timedelta(days=1200 * entry)
        yield _row(top_area, entry + 1, day, decision, measures)


def _row(area_code: str, number: int, day: datetime.date, decision: Decision, measures: Mapping[str, str]) -> Row:
    return [
        area_code,
        number,
        _written(day),
        decision.group,
        measures[decision.indicator_id],
        decision.gender,
        decision.saw,
        decision.decided,
        decision.question,
        decision.responsible,
        _written(day + datetime.timedelta(days=365)),
        CLOSED if day < CLOSED_BEFORE else OPEN,
    ]


def _written(day: datetime.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def commitment_rows() -> Iterator[Row]:
    """Rows under COMMITMENTS_HEADER."""
    for row in COMMITMENTS:
        *before, evidence, area = row
        yield [*before, EVIDENCE.get(str(evidence)), area]
