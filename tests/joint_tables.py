"""Random tables of sector by gender by district by authority with all margins, and what of them is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from protection_tables import INDICATORS, SETTINGS, assessed

from pipelines.protection.audit import Leak, audit
from pipelines.protection.audit_together import leaks_together
from pipelines.protection.suppression import EMPTIED

Flags = npt.NDArray[np.bool_]

PLACE = ["area_code", "period", "dimension", "member"]
SECTORS, GENDERS = ("x", "y"), ("f", "m")
MEMBERS = [
    ("all", "all", slice(None), slice(None)),
    *[("sector", s, n, slice(None)) for n, s in enumerate(SECTORS)],
    *[("gender", g, slice(None), n) for n, g in enumerate(GENDERS)],
    *[("sector.gender", f"{s}.{g}", n, m) for n, s in enumerate(SECTORS) for m, g in enumerate(GENDERS)],
]

# A shown row says its own numbers and nothing of other years.
SAYS_NO_MORE: dict[str, Any] = {
    "baseline_value": np.nan,
    "target_value": np.nan,
    "path_value": np.nan,
    "verdict": "no_target",
    "change_from_baseline": "not_comparable",
    "change_from_previous": "not_comparable",
}


@dataclass(frozen=True)
class Tables:
    """Tables, each a country of its own, side by side in one frame of values and one of areas."""

    values: pd.DataFrame
    areas: pd.DataFrame

    @cached_property
    def table(self) -> npt.NDArray[np.int64]:
        """By row, the number of its table."""
        return self.values["area_code"].str[:3].astype(int).to_numpy()

    @cached_property
    def is_primary(self) -> Flags:
        """By row, whether its own numbers are too small to be shown, by the plain words of the policy."""
        threshold = SETTINGS["policy"]["threshold"]
        part, whole = (self.values[side].astype(float).to_numpy() for side in ("numerator", "denominator"))
        own = (part < threshold) | (whole < threshold) | (whole - part < threshold)
        # A count and a share of the same examinees are hidden together.
        return at_places(self.values, own)


@dataclass(frozen=True)
class Release:
    """Tables, and what of them is published."""

    tables: Tables
    published: pd.DataFrame

    @classmethod
    def hiding(cls, tables: Tables, hidden: Flags) -> Release:
        """The tables with these rows hidden and the true numbers of all others."""
        published = tables.values.assign(conf_status=np.where(hidden, "C", "F"), **SAYS_NO_MORE)
        emptied = published.columns.intersection(list(EMPTIED))
        published[emptied] = published[emptied].mask(pd.Series(hidden, index=published.index), axis=0)
        return cls(tables, published)

    @cached_property
    def is_hidden(self) -> Flags:
        return (self.published["conf_status"] == "C").to_numpy()

    @cached_property
    def is_secondary(self) -> Flags:
        """By row, whether it is hidden though its own numbers may be shown."""
        return self.is_hidden & ~self.tables.is_primary

    def of(self, wanted: set[int]) -> Release:
        """Some of the tables."""
        rows = np.isin(self.tables.table, list(wanted))
        return Release(Tables(self.tables.values[rows], self.tables.areas), self.published[rows])

    @cached_property
    def leaks(self) -> list[Leak]:
        given = (INDICATORS, self.tables.areas, SETTINGS)
        return audit(self.published, *given) + leaks_together(self.published, *given)

    @property
    def broken(self) -> set[int]:
        """The tables in which a leak is found."""
        return {int(leak.where.split(", ")[1][:3]) for leak in self.leaks}


def corrected(tables: Tables) -> Tables:
    """The same tables with one to three more examinees, and five more enrolled, in one inner cell of each."""
    random = np.random.default_rng(0)
    values = tables.values.copy()
    is_first = (values["period"] == "2013") & (values["indicator_id"] == "examinees_share")
    # The length of a code tells the level: country, district, authority.
    inner = values[is_first & (values["dimension"] == "sector.gender") & (values["area_code"].str.len() == 5)]
    for _, cells in inner.groupby(inner["area_code"].str[:3]):
        area, member = cells.iloc[random.integers(len(cells))][["area_code", "member"]]
        is_above = values["area_code"].isin([area[:3], area[:4], area]) & (values["period"] == "2013")
        counted = is_above & values["member"].isin(["all", *member.split("."), member])
        values.loc[counted, "numerator"] += int(random.integers(1, 4))
        values.loc[counted, "denominator"] += 5
    values["value"] = (values["numerator"] / values["denominator"]).fillna(values["numerator"])
    return Tables(values, tables.areas)


def secondary_cells(release: Release) -> Iterator[tuple[set[int], Flags]]:
    """One secondary cell of each table, then another, in random order: which tables have one, and its rows."""
    place = release.tables.values.groupby(PLACE, sort=False).ngroup().to_numpy()
    cells = pd.DataFrame({"table": release.tables.table, "place": place})[release.is_secondary].drop_duplicates()
    cells = cells.sample(frac=1, random_state=0)
    for _, own in cells.groupby(cells.groupby("table").cumcount()):
        yield set(own["table"]), np.isin(place, own["place"])


def at_places(values: pd.DataFrame, rows: Flags) -> Flags:
    """The rows at the places of some of them."""
    places = pd.MultiIndex.from_frame(values[PLACE])
    return np.asarray(places.isin(places[rows]))


def make_tables(numbers: range) -> Tables:
    """Tables by number: of the same number always the same."""
    rows: list[tuple[Any, ...]] = []
    areas: list[tuple[Any, ...]] = []
    for number in numbers:
        _add_table(number, rows, areas)
    frame = pd.DataFrame(areas, columns=["area_code", "area_type", "parent_code"])
    return Tables(assessed(rows), frame)


def _add_table(number: int, rows: list[tuple[Any, ...]], areas: list[tuple[Any, ...]]) -> None:
    random = np.random.default_rng(number)
    country = f"{number:03d}"
    n_years, n_authorities = random.integers(1, 3), random.integers(2, 5, size=2)
    areas.append((country, "country", None))
    for district, n in enumerate(n_authorities):
        areas.append((f"{country}{district}", "district", country))
        areas += [(f"{country}{district}{authority}", "authority", f"{country}{district}") for authority in range(n)]
    # Sizes are skewed: many small cells, some large ones.
    enrolled = random.lognormal(3.8, 0.9, size=(n_years, n_authorities.sum(), 2, 2)).astype(int) + 1
    examined = random.binomial(enrolled, random.uniform(0.2, 0.6, size=enrolled.shape))
    for year in range(n_years):
        district_at = np.repeat([0, 1], n_authorities)
        own = [(country, slice(None)), *[(f"{country}{d}", district_at == d) for d in (0, 1)]]
        for d in (0, 1):
            own += [(f"{country}{d}{n}", [at]) for n, at in enumerate(np.flatnonzero(district_at == d))]
        for area, at in own:
            for dimension, member, sector, gender in MEMBERS:
                part, whole = (int(of[year, at][:, sector, gender].sum()) for of in (examined, enrolled))
                place = (area, str(2013 + year), dimension, member)
                rows.append(("examinees", *place, part, None))
                rows.append(("examinees_share", *place, part, whole))


def naively_hidden(tables: Tables) -> Flags:
    """The rows that rows and columns demand: as long as a sum has one hidden cell, its smallest other part goes too.

    The sums are all that there are: areas in the areas above them, groups in all wider ones.
    """
    places = tables.values[tables.values["indicator_id"] == "examinees"].reset_index(drop=True)
    number = places["numerator"].astype(float).tolist()
    hidden = tables.is_primary[(tables.values["indicator_id"] == "examinees").to_numpy()].tolist()
    lines = _lines(places)
    is_changed = True
    while is_changed:
        is_changed = False
        for total, parts in lines:
            if sum(hidden[cell] for cell in (total, *parts)) == 1:
                others = [part for part in parts if not hidden[part]]
                hidden[min(others, key=number.__getitem__) if others else total] = True
                is_changed = True
    rows = pd.MultiIndex.from_frame(tables.values[PLACE])
    return np.asarray(rows.isin(pd.MultiIndex.from_frame(places.loc[hidden, PLACE])))


def _lines(places: pd.DataFrame) -> list[tuple[int, list[int]]]:
    """Total and parts, as positions in `places`."""
    at = {place: number for number, place in enumerate(places[PLACE].itertuples(index=False, name=None))}
    lines: dict[tuple[int, str], list[int]] = {}
    for (area, period, dimension, member), own in at.items():
        # The length of a code tells the level: country, district, authority.
        for length in range(3, len(area)):
            lines.setdefault((at[area[:length], period, dimension, member], f"areas {len(area)}"), []).append(own)
        wider = {("all", "all")} if dimension != "all" else set()
        if "." in dimension:
            wider |= set(zip(dimension.split("."), member.split("."), strict=True))
        for total in sorted(wider):
            lines.setdefault((at[area, period, *total], dimension), []).append(own)
    return [(total, parts) for (total, _), parts in lines.items()]
