"""Synthetic schools, and an authority's pupils spread over them.

Belongs here: schools with invented codes (from 900001, where the Ministry has none) and names that say so,
for the years of the Ministry's workbook. Does not belong here: the authorities' own numbers (`population`),
which schools sum up to exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.sample.allocation import Floats, Integers, allocate
from pipelines.sample.assumptions import HAREDI_PARTICIPATION, SECTORS, YEARS
from pipelines.sample.population import Authority, Country, Learners

FIRST_CODE = 900001
PUPILS_A_SCHOOL = 250
RELIGIOUS_PART = 0.25
SCHOOL_YEARS = (2021, 2022, 2023)
SCHOOL_STREAM, GRADE_STREAM, SPREAD_STREAM, ELIGIBLE_STREAM = range(10, 14)


@dataclass(frozen=True)
class School:
    """One invented school."""

    school_id: int
    number: int
    authority: Authority
    sector: str
    supervision: str
    size: float


@dataclass(frozen=True)
class Results:
    """Examinees and mean grades of one subject and number of units: (school years, schools)."""

    learners: Learners
    examinees: Integers
    grades: Floats


@dataclass(frozen=True)
class SchoolYearbook:
    """Schools with their grade-12 pupils, eligible pupils and results; rows are `SCHOOL_YEARS`."""

    schools: tuple[School, ...]
    pupils: Integers
    eligible: Integers
    certificate_grades: Floats
    results: tuple[Results, ...]


def open_schools(country: Country, seed: int) -> SchoolYearbook:
    """Schools for the whole country and everything that the workbook says of them."""
    schools = tuple(_schools(country, np.random.default_rng([seed, SCHOOL_STREAM])))
    groups = _by_group(country, schools)
    sizes = np.array([school.size for school in schools])
    pupils = _spread(country.cohorts, groups, sizes, None)
    chance = np.random.default_rng([seed, GRADE_STREAM])
    level = chance.uniform(-6, 6, len(schools))
    results = []
    for learners in (*country.core, *country.background):
        purpose = [seed, SPREAD_STREAM, int(learners.slot.subject_code), learners.slot.units]
        chance = np.random.default_rng(purpose)
        weights = _inclination(schools) * sizes * chance.uniform(0.5, 1.5, len(schools))
        grades = learners.slot.grade + level + chance.uniform(-3, 3, pupils.shape)
        spread = _spread(learners.examinees, groups, weights, pupils)
        results.append(Results(learners, spread, np.round(np.clip(grades, 56, 100), 2).astype(np.float64)))
    chance = np.random.default_rng([seed, ELIGIBLE_STREAM])
    return SchoolYearbook(
        schools,
        pupils,
        eligible=chance.binomial(pupils, np.round(_eligibility(schools, chance), 6)),
        certificate_grades=np.round(82 + level / 2 + chance.uniform(-2, 2, pupils.shape), 2),
        results=tuple(results),
    )


def _schools(country: Country, chance: np.random.Generator) -> Iterator[School]:
    code = FIRST_CODE
    sizes = country.cohorts.sum(axis=3).max(axis=0)
    for position, authority in enumerate(country.authorities):
        number = 0
        for column, sector in enumerate(SECTORS):
            if not sizes[position, column]:
                continue
            count = max(1, round(int(sizes[position, column]) / PUPILS_A_SCHOOL))
            for supervision in _supervisions(authority, sector, count):
                number += 1
                yield School(code, number, authority, sector, supervision, round(float(chance.uniform(0.6, 1.4)), 6))
                code += 1


def _supervisions(authority: Authority, sector: str, count: int) -> list[str]:
    if sector != "jewish":
        return ["state"] * count
    haredi = round(count * authority.assumption.haredi)
    religious = round((count - haredi) * RELIGIOUS_PART)
    return ["state"] * (count - haredi - religious) + ["state_religious"] * religious + ["haredi"] * haredi


def _by_group(country: Country, schools: tuple[School, ...]) -> Mapping[tuple[int, int], Integers]:
    """Positions of the schools of each (authority, sector), both by position."""
    where = {authority.area_code: position for position, authority in enumerate(country.authorities)}
    groups: dict[tuple[int, int], list[int]] = {}
    for position, school in enumerate(schools):
        key = (where[school.authority.area_code], SECTORS.index(school.sector))
        groups.setdefault(key, []).append(position)
    return {key: np.array(positions, dtype=np.int64) for key, positions in groups.items()}


def _spread(
    persons: Integers, groups: Mapping[tuple[int, int], Integers], weights: Floats, limits: Integers | None
) -> Integers:
    """Each authority's and sector's persons over its schools; sums stay exact."""
    rows = []
    for number, year in enumerate(SCHOOL_YEARS):
        totals = persons[YEARS.index(year)].sum(axis=2)
        row = np.zeros(len(weights), dtype=np.int64)
        for (area, sector), positions in groups.items():
            total = int(totals[area, sector])
            roomy = np.full(len(positions), max(total, 1), dtype=np.int64)
            limit = roomy if limits is None else limits[number, positions]
            row[positions] = allocate(total, weights[positions], limit)
        rows.append(row)
    return np.stack(rows)


def _inclination(schools: tuple[School, ...]) -> Floats:
    return np.array([HAREDI_PARTICIPATION if school.supervision == "haredi" else 1.0 for school in schools])


def _eligibility(schools: tuple[School, ...], chance: np.random.Generator) -> Floats:
    high = chance.uniform(0.62, 0.92, len(schools))
    return np.where(_inclination(schools) < 1, high * 0.2, high)
