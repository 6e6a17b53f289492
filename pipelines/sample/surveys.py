"""What another body measured and reports as finished values: an assessment, a questionnaire, a follow-up after school.

Belongs here: the invented results, in whole persons asked and rounded values. Does not belong here: what a school
system counts itself (`population`, `schools`, `activities`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.sample.allocation import Integers
from pipelines.sample.assumptions import GENDERS, SECTORS, YEARS
from pipelines.sample.files import Row
from pipelines.sample.population import Country
from pipelines.sample.wording import GENDER_HE, HEBREW_YEARS, SECTOR_HE

SURVEY_YEARS = tuple(range(2018, 2025))
# Of single authorities only large ones are reported, every second year.
LARGE_COHORT = 400
SURVEY_STREAM, TEST_STREAM = 40, 41
COUNTRY = "IL"


@dataclass(frozen=True)
class Instrument:
    """One measure: `first` and `last` are its values in the first and last year, `asked` the part of a cohort."""

    indicator_id: str
    name: str
    first: float
    last: float
    girls: float
    asked: float
    is_share: bool
    # Years from one report of single authorities to the next.
    every: int

    @property
    def decimals(self) -> int:
        """Digits that are reported."""
        return 3 if self.is_share else 2


INSTRUMENTS = (
    Instrument("inquiry_skills_share", "מבחן לדוגמה במיומנויות חקר", 0.30, 0.36, 0.02, 0.45, True, 2),
    Instrument("stem_attitudes_mean", "שאלון לדוגמה לתלמידים", 3.30, 3.55, -0.15, 0.40, False, 2),
    Instrument("stem_degree_share", "מעקב לדוגמה אחר בוגרים", 0.24, 0.29, -0.05, 0.92, True, 1),
    Instrument("high_tech_employment_share", "מעקב לדוגמה אחר בוגרים", 0.17, 0.20, -0.05, 0.92, True, 1),
)


def survey_rows(country: Country, measures: Mapping[str, str], seed: int) -> Iterator[Row]:
    """Per measure, year and place: name, area code, year, sector, gender, share, mean, persons, instrument."""
    chance = np.random.default_rng([seed, SURVEY_STREAM])
    for instrument in INSTRUMENTS:
        for year in SURVEY_YEARS:
            done = (year - SURVEY_YEARS[0]) / (SURVEY_YEARS[-1] - SURVEY_YEARS[0])
            level = instrument.first + (instrument.last - instrument.first) * done
            for area, sector, gender, size in _places(country, instrument, year):
                asked = round(size * instrument.asked)
                effect = instrument.girls * {"female": 0.5, "male": -0.5}.get(gender, 0.0)
                value = level + effect + level * float(chance.uniform(-0.06, 0.06))
                shown = round(value, instrument.decimals)
                if asked:
                    yield [
                        measures[instrument.indicator_id],
                        area,
                        HEBREW_YEARS[year],
                        SECTOR_HE.get(sector),
                        GENDER_HE.get(gender),
                        shown if instrument.is_share else None,
                        None if instrument.is_share else shown,
                        asked,
                        instrument.name,
                    ]


@dataclass(frozen=True)
class Test:
    """A yearly test before high school, of which the pupils at its upper levels are counted in every authority."""

    indicator_id: str
    first: float
    last: float


TESTS = (
    Test("elementary_mathematics_share", 0.31, 0.35),
    Test("middle_school_mathematics_share", 0.24, 0.29),
)


def test_rows(country: Country, measures: Mapping[str, str], seed: int) -> Iterator[Row]:
    """Per test, year and authority: name, area code, year, pupils at the upper levels, pupils tested."""
    chance = np.random.default_rng([seed, TEST_STREAM])
    for test in TESTS:
        usual = chance.normal(0, 0.04, len(country.authorities))
        for year in SURVEY_YEARS:
            done = (year - SURVEY_YEARS[0]) / (SURVEY_YEARS[-1] - SURVEY_YEARS[0])
            level = test.first + (test.last - test.first) * done
            sizes = country.cohorts[YEARS.index(year)].sum(axis=(1, 2)).tolist()
            for authority, size, own in zip(country.authorities, sizes, usual, strict=True):
                share = min(max(level + own + float(chance.normal(0, 0.01)), 0.02), 0.9)
                yield [
                    measures[test.indicator_id],
                    authority.area_code,
                    HEBREW_YEARS[year],
                    int(chance.binomial(size, share)),
                    size,
                ]


def _places(country: Country, instrument: Instrument, year: int) -> Iterator[tuple[str, str, str, int]]:
    """(area code, sector, gender, pupils) of what is reported; an empty sector or gender is everybody."""
    cohort: Integers = country.cohorts[YEARS.index(year)]
    yield COUNTRY, "", "", int(cohort.sum())
    for number, gender in enumerate(GENDERS):
        yield COUNTRY, "", gender, int(cohort[:, :, number].sum())
    for number, sector in enumerate(SECTORS):
        yield COUNTRY, sector, "", int(cohort[:, number].sum())
    sizes = cohort.sum(axis=(1, 2)).tolist()
    districts: dict[str, int] = {}
    for authority, size in zip(country.authorities, sizes, strict=True):
        districts[authority.district_code] = districts.get(authority.district_code, 0) + size
    for district in sorted(districts):
        yield district, "", "", districts[district]
    if (year - SURVEY_YEARS[0]) % instrument.every == 0:
        for authority, size in zip(country.authorities, sizes, strict=True):
            if size >= LARGE_COHORT:
                yield authority.area_code, "", "", size
