"""The synthetic country: who is enrolled and who is examined, in whole persons, year by year.

Belongs here: the model, from assumptions and declared areas to arrays of integers that add up. Does not
belong here: schools (`schools`), or how partners write any of it down (`deliveries`).

Every array has the shape (years, authorities, sectors, genders), in the order of `YEARS`,
`Country.authorities`, `SECTORS` and `GENDERS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.declarations import Declarations
from pipelines.sample.allocation import Floats, Integers, allocate
from pipelines.sample.assumptions import (
    BACKGROUND,
    CLUSTERS_FADE,
    COHORTS,
    CORE,
    EXTRA_SECTORS,
    EXTRA_SHARES,
    GENDERS,
    HAREDI_PARTICIPATION,
    PERIPHERY_EFFECT,
    SECTORS,
    SES_EFFECT,
    UNKNOWN_AUTHORITY,
    YEARS,
    AuthorityAssumption,
    Slot,
    authority_assumptions,
    share_of_cohort,
)

# Streams of chance, one a purpose: more subjects never move the numbers of those there were.
COHORT_STREAM, SLOT_STREAM, PROGRESS_STREAM, KEEP_STREAM, EXTRA_STREAM = range(5)

# A draw of nobody still leaves a cell a small chance, so that a group's total always finds room.
AT_LEAST = 1e-3
# Authorities of the sample around which a partnership works.
ECOSYSTEMS = 10


@dataclass(frozen=True)
class Authority:
    """One reporting local authority and what is assumed of it."""

    area_code: str
    district_code: str
    name: str
    ses_cluster: int | None
    periphery_cluster: int | None
    assumption: AuthorityAssumption

    @property
    def kinds(self) -> frozenset[str]:
        """What it is an example of; a small sample keeps one of each."""
        inside = [sector for sector in SECTORS if self.assumption.sectors[sector] > 0]
        kinds = {f"district {self.district_code}", *(f"sector {sector}" for sector in inside)}
        if len(inside) > 1:
            kinds.add("mixed")
        if self.assumption.haredi > 0:
            kinds.add("haredi")
        return frozenset(kinds)


@dataclass(frozen=True)
class Learners:
    """One subject at a number of units: from starting it to excelling in it."""

    slot: Slot
    started: Integers
    examinees: Integers
    passed: Integers
    excellent: Integers


@dataclass(frozen=True)
class Country:
    """The whole synthetic population, or that of a few authorities of it."""

    authorities: tuple[Authority, ...]
    cohorts: Integers
    core: tuple[Learners, ...]
    background: tuple[Learners, ...]
    extra: tuple[Learners, ...]

    def only(self, kept: Sequence[int]) -> "Country":
        """The same country reduced to some authorities, by position."""
        index = list(kept)

        def cut(learners: Learners) -> Learners:
            names = ("started", "examinees", "passed", "excellent")
            return replace(learners, **{name: getattr(learners, name)[:, index] for name in names})

        return Country(
            authorities=tuple(self.authorities[i] for i in index),
            cohorts=self.cohorts[:, index],
            core=tuple(map(cut, self.core)),
            background=tuple(map(cut, self.background)),
            extra=tuple(map(cut, self.extra)),
        )


def populate(declarations: Declarations, scale: float, seed: int) -> Country:
    """The whole country; a scale above 1 adds subjects, (scale - 1) times the core's number of them."""
    authorities = reporting_authorities(declarations.rows("areas"))
    cohorts = _cohorts(authorities, seed)
    more = _extra_slots(declarations.rows("subjects"), round(len(CORE) * (scale - 1)), seed)
    taken: dict[str, Integers] = {}
    learners = []
    for slot in (*CORE, *BACKGROUND, *more):
        room = cohorts - taken.get(slot.subject_code, 0)
        examinees = _examinees(slot, authorities, cohorts, room, seed)
        taken[slot.subject_code] = taken.get(slot.subject_code, 0) + examinees
        learners.append(_progress(slot, examinees, seed))
    first, second = len(CORE), len(CORE) + len(BACKGROUND)
    return Country(
        authorities,
        cohorts,
        core=tuple(learners[:first]),
        background=tuple(learners[first:second]),
        extra=tuple(learners[second:]),
    )


def reporting_authorities(areas: Sequence[Mapping[str, Any]]) -> tuple[Authority, ...]:
    """Local authorities that report, in the order of their codes."""
    assumed = authority_assumptions()
    found = [
        Authority(
            area_code=row["area_code"],
            district_code=row["parent_code"],
            name=row["name_he"],
            ses_cluster=row["ses_cluster"],
            periphery_cluster=row["periphery_cluster"],
            assumption=assumed.get(row["area_code"], UNKNOWN_AUTHORITY),
        )
        for row in areas
        if row["area_type"] == "authority" and row["is_reporting"]
    ]
    return tuple(sorted(found, key=lambda authority: authority.area_code))


def ecosystems(country: Country) -> list[int]:
    """Positions of the authorities around which a partnership works: the largest, then every few down to the middle."""
    size = country.cohorts.sum(axis=(0, 2, 3))
    order = np.argsort(-size, kind="stable").tolist()
    return order[:: max(1, len(order) // (2 * ECOSYSTEMS))][:ECOSYSTEMS]


def keep(authorities: Sequence[Authority], scale: float, seed: int) -> list[int]:
    """Positions of the authorities that a scale below 1 keeps: one of each kind at least, then by chance."""
    order = _stream(seed, KEEP_STREAM).permutation(len(authorities)).tolist()
    kept: list[int] = []
    seen: set[str] = set()
    for position in order:
        if not authorities[position].kinds <= seen:
            kept.append(position)
            seen |= authorities[position].kinds
    wanted = round(min(scale, 1) * len(authorities))
    rest = [position for position in order if position not in kept]
    return sorted(kept + rest[: max(wanted - len(kept), 0)])


def _stream(seed: int, *purpose: int) -> np.random.Generator:
    return np.random.default_rng([seed, *purpose])


def _slot_stream(seed: int, purpose: int, slot: Slot) -> np.random.Generator:
    return _stream(seed, purpose, int(slot.subject_code), slot.units)


def _between(pair: tuple[float, float], year: int) -> float:
    done = (year - YEARS[0]) / (YEARS[-1] - YEARS[0])
    return pair[0] + (pair[1] - pair[0]) * done


def _cohorts(authorities: Sequence[Authority], seed: int) -> Integers:
    chance = _stream(seed, COHORT_STREAM)
    sizes = np.array([[a.assumption.n_pupils * a.assumption.sectors[s] / 2 for s in SECTORS] for a in authorities])
    growth = chance.uniform(-0.12, 0.12, len(authorities))
    years = []
    for number, year in enumerate(YEARS):
        drift = 1 + growth * (number / (len(YEARS) - 1) - 0.5)
        noise = chance.uniform(0.96, 1.04, (len(authorities), len(SECTORS), len(GENDERS)))
        weights = (sizes * drift[:, None])[:, :, None] * noise
        years.append(_allocate_block(COHORTS[year], weights, np.full(weights.shape, COHORTS[year])))
    return np.stack(years)


def _allocate_block(total: int, weights: Floats, limits: Integers) -> Integers:
    return allocate(total, weights.ravel(), limits.ravel()).reshape(weights.shape)


def _examinees(slot: Slot, authorities: Sequence[Authority], cohorts: Integers, room: Integers, seed: int) -> Integers:
    """Totals of sector and gender first, met to the person; then areas within each group."""
    chance = _slot_stream(seed, SLOT_STREAM, slot)
    habit = chance.uniform(0.75, 1.3, len(authorities))
    offered = _offered(slot, cohorts, chance)
    result = np.zeros_like(cohorts)
    for number, year in enumerate(YEARS):
        inclination = _inclination(authorities, year) * (habit * offered)[:, None]
        groups = _group_totals(slot, year, cohorts[number])
        for sector, gender in np.ndindex(groups.shape):
            result[number, :, sector, gender] = _draw(
                int(groups[sector, gender]),
                cohorts[number, :, sector, gender],
                room[number, :, sector, gender],
                inclination[:, sector],
                chance,
            )
    return result


def _offered(slot: Slot, cohorts: Integers, chance: np.random.Generator) -> Floats:
    """0 where a small authority has no school with the subject, else 1."""
    small = cohorts.sum(axis=(2, 3)).max(axis=0) < slot.offered_from
    missing = chance.random(small.size) < 0.4
    return np.where(small & missing, 0.0, 1.0)


def _inclination(authorities: Sequence[Authority], year: int) -> Floats:
    """How likely a pupil of an area and sector is to sit the examination, beside the sector's others."""
    kept = 1 - _between((0.0, CLUSTERS_FADE), year)
    table = np.ones((len(authorities), len(SECTORS)))
    for position, authority in enumerate(authorities):
        effect = SES_EFFECT.get(authority.ses_cluster or 0, 1.0) * PERIPHERY_EFFECT.get(
            authority.periphery_cluster or 0, 1.0
        )
        table[position] = 1 + (effect - 1) * kept
        haredi = authority.assumption.haredi
        table[position, SECTORS.index("jewish")] *= 1 - haredi + haredi * HAREDI_PARTICIPATION
    return table


def _group_totals(slot: Slot, year: int, cohort: Integers) -> Integers:
    """National examinees by (sector, gender); sums to the slot's total."""
    rates = np.array([_between(slot.sectors[sector], year) for sector in SECTORS])
    genders = np.array([_between(slot.girls, year), 1.0])
    size = cohort.sum(axis=0)
    # The gender ratio moves nobody between sectors: each sector's pair of chances averages 1 over its own
    # pupils.
    chances = genders[None, :] * (size.sum(axis=1) / np.maximum((size * genders).sum(axis=1), 1))[:, None]
    return _allocate_block(slot.totals[year], size * rates[:, None] * chances, size)


def _draw(total: int, cohort: Integers, room: Integers, inclination: Floats, chance: np.random.Generator) -> Integers:
    """One group's examinees by area: drawn, then brought to the group's total."""
    expected = cohort * inclination
    probability = np.clip(np.round(inclination * (total / max(expected.sum(), 1e-9)), 6), 0, 0.95)
    drawn = chance.binomial(cohort, probability)
    return allocate(total, drawn + AT_LEAST * expected, room)


def _progress(slot: Slot, examinees: Integers, seed: int) -> Learners:
    """Starters two years before, and of the examinees those who passed and those who excelled."""
    chance = _slot_stream(seed, PROGRESS_STREAM, slot)
    persistence = np.array([_between(slot.persistence, year) for year in YEARS])
    left_per_examinee = np.round(1 / persistence - 1, 6)[:, None, None, None]
    passed = examinees - chance.binomial(examinees, 0.04)
    return Learners(
        slot,
        started=examinees + chance.poisson(examinees * left_per_examinee),
        examinees=examinees,
        passed=passed,
        excellent=chance.binomial(passed, 0.36),
    )


def _extra_slots(subjects: Sequence[Mapping[str, Any]], number: int, seed: int) -> list[Slot]:
    """Further subjects, five units first; as many as asked for or as there are."""
    known = {(slot.subject_code, slot.units) for slot in (*CORE, *BACKGROUND)}
    codes = sorted((row["subject_code"] for row in subjects if row["subject_code"].isdecimal()), key=int)
    free = [(code, units) for units in (5, 4, 3, 2, 1) for code in codes if (code, units) not in known]
    chance = _stream(seed, EXTRA_STREAM)
    return [
        Slot(code, units, share_of_cohort(chance.uniform(*EXTRA_SHARES)), EXTRA_SECTORS, (1.0, 1.0))
        for code, units in free[: max(number, 0)]
    ]
