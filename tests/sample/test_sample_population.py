"""The synthetic country adds up to what is published of the real one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sample.allocation import allocate
from pipelines.sample.assumptions import GENDERS, SECTORS, YEARS
from pipelines.sample.population import Country, keep

MATHEMATICS, PHYSICS, CHEMISTRY, COMPUTER_SCIENCE = "35", "36", "37", "899"
ELECTRONICS, MECHANICS = "815", "838"
# National five-unit examinees by graduating cohort, as the Ministry published them.
KNOWN_ANSWERS = [
    (MATHEMATICS, 2013, 9100),
    (MATHEMATICS, 2016, 12800),
    (MATHEMATICS, 2017, 16000),
    (MATHEMATICS, 2022, 21650),
    (MATHEMATICS, 2023, 20979),
    (PHYSICS, 2022, 14412),
    (PHYSICS, 2023, 14701),
    (CHEMISTRY, 2022, 11362),
    (CHEMISTRY, 2023, 10895),
    (COMPUTER_SCIENCE, 2022, 11060),
    (COMPUTER_SCIENCE, 2023, 10791),
    (ELECTRONICS, 2022, 3477),
    (ELECTRONICS, 2023, 3454),
    (MECHANICS, 2022, 1021),
    (MECHANICS, 2023, 1001),
]


def examinees(country: Country, subject: str, year: int) -> np.ndarray:
    """(authorities, sectors, genders) of one subject at five units."""
    found = next(one for one in country.core if one.slot.subject_code == subject and one.slot.units == 5)
    return found.examinees[YEARS.index(year)]


def cohort(country: Country, year: int) -> np.ndarray:
    return country.cohorts[YEARS.index(year)]


@pytest.mark.parametrize(("subject", "year", "known"), KNOWN_ANSWERS)
def test_national_totals_are_the_published_ones(country: Country, subject: str, year: int, known: int) -> None:
    assert examinees(country, subject, year).sum() == known


@pytest.mark.parametrize(("year", "share"), [(2019, 0.155), (2022, 0.173), (2023, 0.162), (2024, 0.160)])
def test_share_of_grade_12_is_the_published_one(country: Country, year: int, share: float) -> None:
    found = examinees(country, MATHEMATICS, year).sum() / cohort(country, year).sum()
    # Published to a tenth of a point.
    assert found == pytest.approx(share, abs=0.0005)


@pytest.mark.parametrize(("sector", "share"), [("jewish", 0.102), ("arab", 0.071)])
def test_sectors_start_from_their_published_shares(country: Country, sector: str, share: float) -> None:
    column = SECTORS.index(sector)
    found = examinees(country, MATHEMATICS, 2013)[:, column].sum() / cohort(country, 2013)[:, column].sum()
    assert found == pytest.approx(share, abs=0.0005)


def test_girls_stand_to_boys_in_mathematics_as_nine_to_thirteen_in_2013(country: Country) -> None:
    rates = examinees(country, MATHEMATICS, 2013).sum(axis=(0, 1)) / cohort(country, 2013).sum(axis=(0, 1))
    assert rates[GENDERS.index("female")] / rates[GENDERS.index("male")] == pytest.approx(9 / 13, abs=0.01)


@pytest.mark.parametrize("year", [2013, 2015, 2017])
def test_girls_are_a_third_and_a_little_more_of_physics(country: Country, year: int) -> None:
    found = examinees(country, PHYSICS, year)
    assert 0.33 <= found[:, :, GENDERS.index("female")].sum() / found.sum() <= 0.37


@pytest.mark.parametrize("year", [2013, 2022])
def test_the_periphery_is_below_the_rest(country: Country, year: int) -> None:
    clusters = np.array([authority.periphery_cluster or 0 for authority in country.authorities])
    taken, enrolled = examinees(country, MATHEMATICS, year), cohort(country, year)
    far, near = (clusters >= 1) & (clusters <= 4), clusters >= 6
    assert taken[far].sum() / enrolled[far].sum() < taken[near].sum() / enrolled[near].sum()


def test_no_part_exceeds_its_whole(country: Country) -> None:
    for one in (*country.core, *country.background):
        assert (one.examinees >= 0).all()
        assert (one.examinees <= country.cohorts).all()
        assert (one.examinees <= one.started).all()
        assert (one.passed <= one.examinees).all()
        assert (one.excellent <= one.passed).all()


def test_all_levels_of_a_subject_together_fit_into_the_cohort(country: Country) -> None:
    levels = [one.examinees for one in (*country.core, *country.background) if one.slot.subject_code == MATHEMATICS]
    assert len(levels) == 3
    assert (np.sum(levels, axis=0) <= country.cohorts).all()


def test_a_small_scale_keeps_one_of_each_kind(country: Country) -> None:
    kept = keep(country.authorities, 0.01, 5)
    assert len(kept) < len(country.authorities) / 10
    kinds = frozenset().union(*(country.authorities[i].kinds for i in kept))
    assert kinds == frozenset().union(*(authority.kinds for authority in country.authorities))


@given(
    cells=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40)), min_size=1, max_size=30),
    part=st.floats(0, 1),
)
def test_allocation_meets_the_total_and_every_limit(cells: list[tuple[int, int]], part: float) -> None:
    weights = np.array([weight for weight, _ in cells], dtype=np.float64)
    limits = np.array([limit for _, limit in cells], dtype=np.int64)
    total = int(limits[weights > 0].sum() * part)
    parts = allocate(total, weights, limits)
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert (parts <= limits).all()
    assert (parts[weights == 0] == 0).all()


def test_allocation_refuses_a_total_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        allocate(5, np.array([1.0, 1.0]), np.array([2, 2]))
