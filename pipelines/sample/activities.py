"""What partners do: teachers of five units and programmes with volunteers.

Belongs here: the model and rows of these two tables, in English as their sender writes. Does not belong here:
pupils and examinations (`population`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.sample.assumptions import CHEMISTRY, COMPUTER_SCIENCE, MATHEMATICS, PHYSICS, YEARS
from pipelines.sample.files import Row
from pipelines.sample.population import Authority, Country
from pipelines.sample.schools import SchoolYearbook
from pipelines.sample.wording import split_year

FIRST_TEACHER_YEAR = 2016
EXAMINEES_A_TEACHER = 22
FIRST_PROGRAM_YEAR = 2018
TEACHER_STREAM, PROGRAM_STREAM = 30, 31


@dataclass(frozen=True)
class Program:
    """One synthetic programme and how widely it runs."""

    program_id: str
    name: str
    audience: str
    subject_code: str | None
    in_schools: bool
    reach: float
    girls: float
    participants: int


PROGRAMS = (
    Program("P-01", "Sample: mentors for five units", "pupils", MATHEMATICS, True, 0.25, 0.45, 30),
    Program("P-02", "Sample: physics evenings", "pupils", PHYSICS, False, 0.15, 0.36, 24),
    Program("P-03", "Sample: girls meet engineers", "pupils", COMPUTER_SCIENCE, True, 0.18, 0.97, 28),
    Program("P-04", "Sample: teachers' laboratory", "teachers", CHEMISTRY, False, 0.12, 0.70, 9),
    Program("P-05", "Sample: choosing five units, for parents", "parents", None, False, 0.14, 0.58, 40),
    Program("P-06", "Sample: visits to companies", "pupils", None, True, 0.30, 0.48, 35),
)


def teacher_rows(country: Country, subjects: Mapping[str, str], seed: int) -> Iterator[Row]:
    """Per authority, year and subject that has examinees: teachers, new, stayed, trained, and those of last year."""
    chance = np.random.default_rng([seed, TEACHER_STREAM])
    for learners in country.core:
        examinees = learners.examinees.sum(axis=(2, 3))
        teachers = -(-examinees // EXAMINEES_A_TEACHER)
        for area, authority in enumerate(country.authorities):
            for number, year in enumerate(YEARS):
                now = int(teachers[number, area])
                if year < FIRST_TEACHER_YEAR or not now:
                    continue
                before = int(teachers[number - 1, area])
                could_stay = min(before, now)
                stayed = could_stay - int(chance.binomial(could_stay, 0.1))
                trained = int(chance.binomial(now, 0.3))
                subject = subjects[learners.slot.subject_code]
                yield [authority.area_code, split_year(year), subject, now, now - stayed, stayed, trained, before]


def program_rows(country: Country, yearbook: SchoolYearbook, subjects: Mapping[str, str], seed: int) -> Iterator[Row]:
    """Per programme, authority and year in which it ran; completers are some of the participants."""
    chance = np.random.default_rng([seed, PROGRAM_STREAM])
    first_school: dict[str, int] = {}
    for school in yearbook.schools:
        first_school.setdefault(school.authority.area_code, school.school_id)
    for program in PROGRAMS:
        subject = subjects[program.subject_code] if program.subject_code else None
        for authority, year in _runs(program, country, chance):
            female = int(chance.binomial(program.participants, program.girls))
            male = int(chance.binomial(program.participants, 1 - program.girls))
            yield [
                program.program_id,
                program.name,
                authority.area_code,
                split_year(year),
                first_school.get(authority.area_code) if program.in_schools else None,
                subject,
                program.audience,
                female,
                male,
                int(chance.integers(4, 15)),
                int(chance.integers(1, 7)),
                int(chance.binomial(female + male, 0.8)),
            ]


def _runs(program: Program, country: Country, chance: np.random.Generator) -> Iterator[tuple[Authority, int]]:
    """Where and when it ran: an authority joins in one year or never, the first of them at once."""
    years = [year for year in YEARS if year >= FIRST_PROGRAM_YEAR]
    for position, authority in enumerate(country.authorities):
        joins = chance.random() < program.reach
        since = int(chance.integers(0, len(years)))
        if joins or position == 0:
            for year in years[since if position else 0 :]:
                yield authority, year
