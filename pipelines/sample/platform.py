"""The shared platform of the sample: which measures synthetic partners chose, one's own measure, comments on measures.

Belongs here: promises and remarks in a partner's own words. Does not belong here: the numbers that they promised
(`surveys`, `activities`, `population`).
"""

from collections.abc import Iterator, Mapping

import numpy as np

from pipelines.sample.allocation import Integers
from pipelines.sample.assumptions import YEARS
from pipelines.sample.files import Row
from pipelines.sample.population import Country
from pipelines.sample.surveys import COUNTRY

CHOICES_HEADER_HE = ("מדד", "אזור", "תקופה ראשונה לדיווח", "חודשים עד המסירה")
CHOICES_HEADER_EN = ("Measure", "Area", "First period", "Months to deliver", "Last period")
COMMENTS_HEADER_HE = ("מדד", "תאריך ההערה", "סוג ההערה", "ההערה")
COMMENTS_HEADER_EN = ("Measure", "Commented on", "Kind of comment", "Comment")
VISITS_HEADER = ("Measure", "Area", "School year", "Numerator", "Definition version")

OWN_MEASURE = "company_visits"
VISIT_YEARS = (2022, 2023, 2024)
VISITS_STREAM = 50
# The last of the authorities that were promised stopped reporting after the first year.
PROMISED_AUTHORITIES = 3


def _largest(country: Country) -> list[str]:
    size: Integers = country.cohorts.sum(axis=(0, 2, 3))
    order = np.argsort(-size, kind="stable").tolist()
    return [country.authorities[number].area_code for number in order[:PROMISED_AUTHORITIES]]


def assessment_choices(measures_he: Mapping[str, str]) -> Iterator[Row]:
    """Rows under CHOICES_HEADER_HE: two measures of the whole country, two years after each school year."""
    for indicator_id in ("inquiry_skills_share", "stem_attitudes_mean"):
        yield [measures_he[indicator_id], COUNTRY, 'תשפ"ב', 24]


def statistics_choices(country: Country, measures_he: Mapping[str, str]) -> Iterator[Row]:
    """Rows under CHOICES_HEADER_HE: five years' time, so that the first number came before it is due."""
    yield [measures_he["excellence_share"], _largest(country)[0], 2024, 60]


def volunteers_choices(country: Country) -> Iterator[Row]:
    """Rows under CHOICES_HEADER_EN: its own measure for the largest authorities, and its programmes."""
    for area_code in _largest(country):
        yield [OWN_MEASURE, area_code, "2021/22", 6, ""]
    yield ["program_participants", _largest(country)[0], "2021/22", 6, "2023/24"]


def visit_rows(country: Country, seed: int) -> Iterator[Row]:
    """Rows under VISITS_HEADER: two authorities every year, the last one in the first year only."""
    chance = np.random.default_rng([seed, VISITS_STREAM])
    largest = _largest(country)
    for year in VISIT_YEARS:
        for place, area_code in enumerate(largest):
            if year == VISIT_YEARS[0] or place + 1 < len(largest):
                yield [OWN_MEASURE, area_code, f"{year - 1}/{year % 100:02}", int(chance.integers(8, 30)), 1]


def volunteers_comments() -> Iterator[Row]:
    """Rows under COMMENTS_HEADER_EN; nobody has released the second one."""
    yield [
        "program_participants", f"{YEARS[-1]}-06-10", "unclear",
        "Is a pupil who takes part in two programmes counted once or twice?",
    ]  # fmt: skip
    yield [
        "program_completion_share", f"{YEARS[-1]}-06-10", "proposal",
        "Count those who came to at least half of the sessions, not only those who finished.",
    ]  # fmt: skip


def assessment_comments(measures_he: Mapping[str, str]) -> Iterator[Row]:
    """Rows under COMMENTS_HEADER_HE."""
    yield [
        measures_he["high_tech_employment_share"], f"{YEARS[-1]}-09-02", "לא ניתן לאיסוף",
        "אין לנו נתוני תעסוקה לפי רשות מקומית, רק לפי מחוז.",
    ]  # fmt: skip
    yield [
        measures_he["inquiry_skills_share"], f"{YEARS[-1]}-09-02", "הצעה",
        "להגדיר סף אחד לכל שנות המבחן, כדי שהשנים יהיו ברות השוואה.",
    ]  # fmt: skip
