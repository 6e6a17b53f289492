"""What the synthetic country is assumed to look like: each number that was chosen, with its source.

Belongs here: constants and the table beside it, `authorities.csv`. Does not belong here: the computing
(`population`) or how partners write it down (`deliveries`).

National five-unit examinees of 2022 and 2023, and mathematics of 2013 (9,100), 2016 (12,800) and 2017
(16,000), are published figures (Ministry of Education, release of 15/01/2025 and earlier publications); the
years between are interpolated. Cohorts follow from the published shares of grade 12: 15.5 % (2019), 17.3 %
(2022), 16.2 % (2023), 16.0 % (2024). The published pairs "Jewish 10.2 %, Arab 7.1 %" and "boys 13 %, girls 9
%" of 2013 stand on different populations; sectors are met as they are, of the genders the ratio.

`authorities.csv`: `n_pupils`, grade-12 pupils around 2022, is a rough estimate in tens from residents aged 15
to 19 (Central Bureau of Statistics, local authorities 2021) and examinees in civics (the Ministry's release);
sectors in per cent, rounded to five, from the sectors of the same release; `haredi_of_jewish`, in per cent,
is a guess.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

YEARS = tuple(range(2013, 2025))
SECTORS = ("jewish", "arab", "druze", "bedouin")
GENDERS = ("female", "male")

# Pupils enrolled in grade 12 in the country's schools.
COHORTS = dict(
    zip(
        YEARS,
        (97250, 98400, 100300, 103200, 107400, 111500, 115484, 119000, 122000, 125145, 129500, 133000),
        strict=True,
    )
)

# Enrolled pupils as a part of all of that age, by residence.
ENROLLED_OF_AGE = {"jewish": 0.92, "arab": 0.88, "druze": 0.93, "bedouin": 0.75}

# A Haredi pupil's chance of sitting these examinations beside another Jewish pupil's.
HAREDI_PARTICIPATION = 0.08

# Effects of the area's clusters on participation in the first year; they fade by the part in CLUSTERS_FADE
# until the last. Socio-economic clusters run from 1 (lowest), peripherality clusters from 1 (most
# peripheral).
SES_EFFECT = {1: 0.62, 2: 0.70, 3: 0.78, 4: 0.86, 5: 0.94, 6: 1.02, 7: 1.12, 8: 1.24, 9: 1.34, 10: 1.40}
PERIPHERY_EFFECT = {1: 0.84, 2: 0.87, 3: 0.90, 4: 0.93, 5: 0.96, 6: 1.0, 7: 1.03, 8: 1.06, 9: 1.09, 10: 1.12}
CLUSTERS_FADE = 0.35


@dataclass(frozen=True)
class Slot:
    """A subject at a number of units: national examinees a year and who they are.

    `sectors` and `girls` hold (first year, last year), interpolated between: rates in per cent of the
    sector's cohort, of which only the ratios count, and a girl's chance beside a boy's. `persistence`:
    examinees per starter.
    """

    subject_code: str
    units: int
    totals: Mapping[int, int]
    sectors: Mapping[str, tuple[float, float]]
    girls: tuple[float, float]
    persistence: tuple[float, float] = (0.70, 0.82)
    grade: float = 84.0
    # Pupils in an authority's cohort below which it may well have no school that offers the subject.
    offered_from: int = 0


def _years(*totals: int) -> dict[int, int]:
    return dict(zip(YEARS, totals, strict=True))


def share_of_cohort(share: float) -> dict[int, int]:
    """National examinees a year when the share of grade 12 does not move."""
    return {year: round(size * share) for year, size in COHORTS.items()}


def _sectors(jewish: float, arab: float, druze: float, bedouin: float) -> dict[str, float]:
    return {"jewish": jewish, "arab": arab, "druze": druze, "bedouin": bedouin}


def _between(first: dict[str, float], last: dict[str, float]) -> dict[str, tuple[float, float]]:
    return {sector: (first[sector], last[sector]) for sector in SECTORS}


def _steady(rates: dict[str, float]) -> dict[str, tuple[float, float]]:
    return _between(rates, rates)


MATHEMATICS, PHYSICS, CHEMISTRY, COMPUTER_SCIENCE = "35", "36", "37", "899"
ELECTRONICS, MECHANICS = "815", "838"

# What the initiative counts.
CORE = (
    Slot(
        MATHEMATICS,
        5,
        _years(9100, 9700, 11300, 12800, 16000, 17000, 17900, 19000, 20400, 21650, 20979, 21280),
        _between(_sectors(10.2, 7.1, 7.6, 4.5), _sectors(17.2, 13.4, 16.5, 8.0)),
        (9 / 13, 0.86),
        persistence=(0.64, 0.80),
        grade=83.0,
    ),
    Slot(
        PHYSICS,
        5,
        _years(9000, 9300, 9900, 10600, 11500, 12300, 13000, 13500, 14000, 14412, 14701, 14900),
        _between(_sectors(9.8, 8.0, 7.0, 3.5), _sectors(11.6, 10.4, 11.0, 5.5)),
        (0.54, 0.64),
        grade=87.0,
        offered_from=90,
    ),
    Slot(
        CHEMISTRY,
        5,
        _years(8600, 8700, 8900, 9300, 9800, 10200, 10600, 10900, 11200, 11362, 10895, 11000),
        _between(_sectors(7.0, 17.0, 15.0, 9.0), _sectors(6.4, 16.0, 15.5, 10.0)),
        (1.45, 1.60),
        grade=85.5,
        offered_from=90,
    ),
    Slot(
        COMPUTER_SCIENCE,
        5,
        _years(5600, 6000, 6600, 7300, 8100, 8900, 9600, 10200, 10700, 11060, 10791, 10900),
        _between(_sectors(6.6, 4.0, 4.5, 1.5), _sectors(9.2, 6.4, 9.0, 3.0)),
        (0.46, 0.56),
        grade=86.5,
        offered_from=110,
    ),
    Slot(
        ELECTRONICS,
        5,
        _years(2400, 2450, 2550, 2650, 2800, 2950, 3100, 3250, 3380, 3477, 3454, 3500),
        _between(_sectors(2.4, 2.6, 2.2, 1.4), _sectors(2.6, 3.2, 3.0, 2.0)),
        (0.30, 0.36),
        grade=82.5,
        offered_from=150,
    ),
    Slot(
        MECHANICS,
        5,
        _years(800, 810, 830, 850, 880, 910, 940, 970, 1000, 1021, 1001, 1010),
        _between(_sectors(0.8, 0.6, 0.7, 0.4), _sectors(0.9, 0.7, 0.8, 0.5)),
        (0.22, 0.28),
        grade=78.0,
        offered_from=150,
    ),
)

# What else stands in the Ministry's workbook, so that a reader has something to leave out. Subject 11 carries
# the mirrored brackets.
BACKGROUND = (
    Slot(MATHEMATICS, 4, share_of_cohort(0.21), _steady(_sectors(22, 18, 22, 14)), (1.1, 1.1), grade=81.0),
    Slot(MATHEMATICS, 3, share_of_cohort(0.38), _steady(_sectors(40, 44, 46, 50)), (1.0, 1.0), grade=77.5),
    Slot("16", 5, share_of_cohort(0.40), _steady(_sectors(50, 22, 30, 10)), (1.0, 1.0), grade=83.0),
    Slot("11", 2, share_of_cohort(0.48), _steady(_sectors(80, 0, 0, 0)), (1.1, 1.1), grade=80.0),
)

# Any other subject, at a scale above 1.
EXTRA_SECTORS = _steady(_sectors(1, 1, 1, 1))
EXTRA_SHARES = (0.002, 0.03)


@dataclass(frozen=True)
class AuthorityAssumption:
    """Size and make-up of one local authority's grade 12; sector and Haredi parts are 0 to 1."""

    n_pupils: int
    sectors: Mapping[str, float]
    haredi: float


UNKNOWN_AUTHORITY = AuthorityAssumption(30, {"jewish": 1.0, "arab": 0.0, "druze": 0.0, "bedouin": 0.0}, 0.0)


@cache
def authority_assumptions() -> Mapping[str, AuthorityAssumption]:
    """`authorities.csv` by area code."""
    with (Path(__file__).parent / "authorities.csv").open(encoding="utf-8", newline="") as handle:
        return {
            row["area_code"]: AuthorityAssumption(
                n_pupils=int(row["n_pupils"]),
                sectors={sector: int(row[sector]) / 100 for sector in SECTORS},
                haredi=int(row["haredi_of_jewish"]) / 100,
            )
            for row in csv.DictReader(handle)
        }
