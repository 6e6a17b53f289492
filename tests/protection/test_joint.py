"""What all published sums tell together: random tables, an oracle that knows of no margins, and corrections."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from joint_tables import MEMBERS, Release, Tables, make_tables, naively_hidden, secondary_cells
from protection_tables import AREAS, INDICATORS, SETTINGS, assessed, table
from scipy.optimize import linprog

from pipelines.declarations import AREA_GROUPS
from pipelines.protection import Again, audit_system, protect
from pipelines.protection.audit import Leak
from pipelines.protection.audit_ranges import ranges, told_too_narrowly
from pipelines.protection.audit_system import System, build_system, guarded_rows
from pipelines.protection.audit_together import Kept, leaks_between, leaks_together
from pipelines.publishing.gate import BETWEEN_RELEASES, CHECKS, run_gate

N_TABLES = 200
THRESHOLD = SETTINGS["policy"]["threshold"]
TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def protected() -> Release:
    tables = make_tables(range(N_TABLES))
    return Release(tables, protect(tables.values, INDICATORS, tables.areas, SETTINGS))


def test_protected_tables_pass_the_audit_of_all_lines(protected: Release) -> None:
    assert set(protected.tables.table) == set(range(N_TABLES))
    assert protected.is_hidden[protected.tables.is_primary].all()
    assert protected.leaks == []


def test_rest_of_a_share_is_not_told_by_all_sums_together() -> None:
    part, whole = np.array([[19, 11, 22], [29, 5, 5], [8, 18, 18]]), np.array([[34, 34, 44], [40, 8, 9], [20, 41, 24]])
    members = [("all", "all", slice(None), slice(None))]
    members += [("sector", own, at, slice(None)) for at, own in enumerate("xyz")]
    members += [("gender", own, slice(None), at) for at, own in enumerate("fmo")]
    members += [("sector.gender", f"{s}.{g}", n, m) for n, s in enumerate("xyz") for m, g in enumerate("fmo")]
    values = assessed(
        [
            ("examinees_share", "0001", "2013", dimension, member, *(int(of[tuple(at)].sum()) for of in (part, whole)))
            for dimension, member, *at in members
        ]
    )
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    assert leaks_together(published, INDICATORS, AREAS, SETTINGS) == []


def test_one_secondary_cell_shown_again_is_found_in_every_table(protected: Release) -> None:
    found: set[int] = set()
    n_found_at_once = 0
    for tables, rows in secondary_cells(protected):
        left = tables - found
        if not left:
            break
        found |= Release.hiding(protected.tables, protected.is_hidden & ~rows).of(left).broken
        n_found_at_once = n_found_at_once or len(found)
    assert found == set(range(N_TABLES))
    # Of all single covers some 3 % tell nothing beside the others: each was found for several cells.
    assert n_found_at_once > 0.95 * N_TABLES


def test_tables_with_only_their_small_cells_hidden_are_broken(protected: Release) -> None:
    assert len(Release.hiding(protected.tables, protected.tables.is_primary).broken) == N_TABLES


def test_a_rule_of_rows_and_columns_would_not_do(protected: Release) -> None:
    some = protected.of(set(range(40))).tables
    naive = Release.hiding(some, naively_hidden(some))
    assert naive.is_hidden[some.is_primary].all()
    assert len(naive.broken) > 4


Form = npt.NDArray[np.float64]


class Oracle:
    """What readers of one table of one year can know of a number, without lines between margins.

    The unknowns are the examinees, and those enrolled who are none, of each authority, sector and gender. All that is
    shown is a sum of some of them.
    """

    def __init__(self, release: Release) -> None:
        areas = release.tables.areas
        self.authorities = areas.loc[areas["area_type"] == "authority", "area_code"].tolist()
        shown = release.published[~release.is_hidden]
        told: list[tuple[Form, float]] = []
        for row in shown.itertuples():
            place = (str(row.area_code), str(row.member))
            told.append((self.form("numerator", *place), float(row.numerator)))
            if row.indicator_id == "examinees_share":
                told.append((self.form("denominator", *place), float(row.denominator)))
        self.shown, self.sums = np.array([form for form, _ in told]), np.array([number for _, number in told])

    def form(self, side: str, area: str, member: str) -> Form:
        """Which of the unknowns a number counts."""
        is_in = [code.startswith(area) for code in self.authorities]
        ((sector, gender),) = [(s, g) for _, own, s, g in MEMBERS if own == member]
        counted = np.zeros((len(is_in), 2, 2, 2))
        kinds = {"numerator": [0], "denominator": [0, 1], "rest": [1]}[side]
        for authority in np.flatnonzero(is_in):
            for kind in kinds:
                counted[authority, sector, gender, kind] = 1
        return counted.ravel()

    def range_of(self, form: Form) -> tuple[float, float]:
        """The least and the greatest that it can be in all tables that fit."""
        least, greatest = (
            linprog(sign * form, A_eq=self.shown, b_eq=self.sums, bounds=(0, None), method="highs")
            for sign in (1.0, -1.0)
        )
        return float(least.fun), -float(greatest.fun)


def is_told(low: float, high: float, is_aside: bool) -> bool:
    """Whether a range is too narrow by the plain words of the policy."""
    is_broad = high - low > THRESHOLD - TOLERANCE
    if low < THRESHOLD - TOLERANCE:
        return high < THRESHOLD - 1 - TOLERANCE or not (low < TOLERANCE or is_broad)
    return not (is_aside or is_broad)


def system_of(release: Release) -> System:
    rows = guarded_rows(release.published, INDICATORS, THRESHOLD)
    own = audit_system.Release(rows, release.tables.areas, None)
    return build_system([own], zeros_are_free=False, complements_are_free=False)


def one_year_tables(n: int) -> list[Tables]:
    return [own for own in (make_tables(range(at, at + 1)) for at in range(20)) if own.values["period"].nunique() == 1][
        :n
    ]


@pytest.mark.parametrize("tables", one_year_tables(3))
@pytest.mark.parametrize("is_covered", [True, False])
def test_ranges_are_those_of_all_tables_that_fit(tables: Tables, is_covered: bool) -> None:
    release = Release.hiding(tables, tables.is_primary)
    if is_covered:
        release = Release(tables, protect(tables.values, INDICATORS, tables.areas, SETTINGS))
    system, oracle = system_of(release), Oracle(release)
    asked = system.unknowns["is_asked"].to_numpy(bool)
    rows = system.unknowns[asked]
    found = [oracle.range_of(oracle.form(row.side, row.area_code, row.member)) for row in rows.itertuples()]
    assert len(found) > 20
    np.testing.assert_allclose(np.column_stack(ranges(system, np.flatnonzero(asked))), found, atol=TOLERANCE)
    told = [is_told(*ends, is_aside) for ends, is_aside in zip(found, rows["is_aside"], strict=True)]
    assert set(told_too_narrowly(system, asked, 0.0)) == set(np.flatnonzero(asked)[told])
    assert any(told) is not is_covered


def release_of(*values: pd.DataFrame, kept: tuple[pd.DataFrame, ...] = (), again: Again | None = None) -> pd.DataFrame:
    return protect(pd.concat(values, ignore_index=True), INDICATORS, AREAS, SETTINGS, kept=kept, again=again)


def between(new: pd.DataFrame, **kept: pd.DataFrame) -> list[Leak]:
    earlier = {name: Kept(values, INDICATORS, AREAS) for name, values in kept.items()}
    return leaks_between(new, earlier, INDICATORS, AREAS, SETTINGS)


def hidden_members(values: pd.DataFrame) -> set[str]:
    return set(values.loc[values["conf_status"] == "C", "member"])


def corrected(reason: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers and their correction: releases of each, protected by itself, tell together that `a` was 5."""
    if reason == "small one has grown":
        # 25 - 20 = 5.
        return table("examinees", {"all": 25, "a": 5, "b": 20}), table("examinees", {"all": 32, "a": 12, "b": 20})
    # Other cover is hidden: 50 - 25 - 20 = 5, and that is not corrected.
    first = table("examinees", {"all": 50, "a": 5, "b": 20, "c": 25})
    return first, table("examinees", {"all": 37, "a": 5, "b": 20, "c": 12})


REASONS = ("small one has grown", "cover is shown")


@pytest.mark.parametrize("reason", REASONS)
def test_correction_that_would_tell_a_hidden_number_is_found_and_its_release_named(reason: str) -> None:
    first, second = (release_of(values) for values in corrected(reason))
    assert hidden_members(first) == {"a", "b"} and "b" not in hidden_members(second)
    assert between(first) == between(second) == []
    leaks = between(second, aaaa=first)
    assert {leak.where for leak in leaks} >= {"examinees, 0001, 2013 (A), sector a"}
    for leak in leaks:
        assert leak.check == "check_confidentiality_between_releases" and "Release aaaa and this one" in leak.message
        assert "5" not in leak.message + leak.where


@pytest.mark.parametrize("reason", REASONS)
def test_correction_tells_nothing_where_what_was_hidden_stays_hidden(reason: str) -> None:
    values, now = corrected(reason)
    first = release_of(values)
    second = release_of(now, kept=(first,), again=Again(first, hides_all=True))
    assert hidden_members(second) == {"a", "b"}
    assert between(second, aaaa=first) == []


def test_later_release_that_adds_a_year_or_nothing_tells_nothing() -> None:
    own = table("examinees", {"all": 50, "a": 5, "b": 20, "c": 25})
    first = release_of(own)
    later = release_of(own, table("examinees", {"all": 60, "a": 12, "b": 8, "c": 40}, period="2014"))
    assert between(later, aaaa=first) == []
    assert between(first, aaaa=first) == []
    assert between(later, bbbb=later, aaaa=first) == []


def test_what_an_earlier_release_shows_covers_nothing() -> None:
    first = release_of(table("examinees", {"all": 65, "a": 15, "b": 20, "c": 30}))
    assert hidden_members(first) == set()
    now = table("examinees", {"all": 55, "a": 5, "b": 20, "c": 30})
    assert hidden_members(release_of(now)) == {"a", "b"}
    # Both other groups are known: only the total, which is new, can be hidden.
    covered = release_of(now, kept=(first,))
    assert hidden_members(covered) == {"all", "a"}
    assert between(covered, aaaa=first) == []


def test_what_was_corrected_may_cover_though_an_earlier_release_shows_another_number() -> None:
    first = release_of(table("examinees", {"all": 65, "a": 15, "b": 20, "c": 30}))
    covered = release_of(table("examinees", {"all": 57, "a": 5, "b": 20, "c": 32}), kept=(first,))
    assert hidden_members(covered) == {"a", "c"}


def gate(folder: Path, new: pd.DataFrame, **kept: pd.DataFrame) -> Any:
    """The gate over a release beside those kept, with the confidentiality check accepted."""
    for name, values in {"new": new, **kept}.items():
        (folder / name).mkdir()
        own = values.assign(initiative_id="test", area_type="authority")
        own.to_parquet(folder / name / "indicator_values.parquet")
    registers = {"indicators": INDICATORS, "areas": AREAS, AREA_GROUPS: pd.DataFrame()}
    for name in kept:
        for register, rows in registers.items():
            rows.to_parquet(folder / name / f"{register}.parquet")
    bounds = {"maximum_yearly_change": {}, "minimum_coverage": 0.5}
    declarations: Any = SimpleNamespace(
        rows=lambda name: registers[name].to_dict("records") if name in registers else [],
        initiative=SimpleNamespace(settings={**SETTINGS, "gate": bounds}),
        published=[],
    )
    accepted = {name: "it is only a correction" for name in CHECKS if "confidentiality" in name}
    return run_gate(
        folder / "new",
        None,
        declarations,
        explanations={},
        accepted=accepted,
        kept={name: folder / name for name in kept},
    )


@pytest.mark.parametrize("reason", REASONS)
def test_gate_refuses_such_a_correction_whatever_is_accepted(tmp_path: Path, reason: str) -> None:
    first, second = (release_of(values) for values in corrected(reason))
    result = gate(tmp_path, second, aaaa=first)
    (check,) = [check for check in result.checks if not check.passed]
    assert check.check == BETWEEN_RELEASES and not check.accepted and not result.passed
    assert result.tells_between_releases
    assert "Release aaaa and this one" in check.message and "5" not in check.message


def test_gate_lets_a_further_year_through(tmp_path: Path) -> None:
    own = table("examinees", {"all": 50, "a": 5, "b": 20, "c": 25})
    later = release_of(own, table("examinees", {"all": 60, "a": 12, "b": 8, "c": 40}, period="2014"))
    assert gate(tmp_path, later, aaaa=release_of(own)).passed
