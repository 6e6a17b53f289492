"""The audit of targets: silent where shown cells give them, loud where only a hidden one can have."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from protection_tables import AREAS, INDICATORS, SETTINGS, assessed

import pipelines.protection.audit_targets as audited_module
from pipelines.protection.audit import audit

COLUMNS = [
    "indicator_id", "area_type", "area_code", "dimension", "member", "kind", "amount", "target_period",
    "reference_indicator", "reference_area", "reference_member",
]  # fmt: skip
# Persons in the country and one authority, and in two groups of it; a share of them each.
ROWS: list[tuple[Any, ...]] = [
    ("examinees_share", "IL", "2013", "all", "all", 500, 2000),
    ("examinees_share", "IL", "2014", "all", "all", 600, 2000),
    ("examinees_share", "0001", "2013", "all", "all", 50, 400),
    ("examinees_share", "0001", "2014", "all", "all", 60, 400),
    ("examinees_share", "0001", "2013", "sector", "a", 30, 200),
    ("examinees_share", "0001", "2013", "sector", "b", 20, 200),
    ("examinees", "0001", "2013", "all", "all", 50, None),
]


def values(number: float, indicator_id: str, area: str, period: str, member: str) -> pd.DataFrame:
    """The rows with one target, at indicator, area, period and member."""
    frame = assessed(ROWS).assign(conf_status="F", target_value=None, path_value=None)
    is_there = (frame["indicator_id"] == indicator_id) & (frame["area_code"] == area)
    frame.loc[is_there & (frame["period"] == period) & (frame["member"] == member), "target_value"] = number
    return frame


def target(*cells: Any) -> pd.DataFrame:
    return pd.DataFrame([cells], columns=COLUMNS)


SHARE = target(
    "examinees", "authority", None, "all", "all", "share_of_cohort", 0.2, "2014", "examinees_share", None, None
)
GAP = target("examinees_share", "authority", "0001", "sector", "b", "close_gap", 0.02, "2020", None, None, "a")
CONVERGE = target("examinees_share", "authority", None, "all", "all", "converge", None, "2013", None, "IL", None)


@pytest.fixture
def leaks() -> Any:
    def of(frame: pd.DataFrame, targets: pd.DataFrame, direction: str = "up") -> list[str]:
        found = audit(frame, INDICATORS.assign(direction=direction), AREAS, SETTINGS, None, targets)
        assert {leak.check for leak in found} <= {"check_confidentiality_references"}
        return [leak.where for leak in found]

    return of


@pytest.mark.parametrize(
    ("targets", "number", "where", "direction", "giver"),
    [
        pytest.param(SHARE, 80.0, ("examinees", "0001", "2013", "all"), "up", ("0001", "all"), id="a fifth of 400"),
        pytest.param(GAP, 0.13, ("examinees_share", "0001", "2013", "b"), "up", ("0001", "a"), id="0.02 under 0.15"),
        pytest.param(GAP, 0.17, ("examinees_share", "0001", "2013", "b"), "down", ("0001", "a"), id="0.02 over it"),
        pytest.param(CONVERGE, 0.25, ("examinees_share", "0001", "2013", "all"), "up", ("IL", "all"), id="500 of 2000"),
    ],
)
def test_target_must_follow_from_a_shown_cell(leaks, targets, number, where, direction, giver) -> None:
    shown = values(number, *where)
    assert leaks(shown, targets, direction) == []
    assert len(leaks(values(number * 1.01, *where), targets, direction)) == 1
    gives = (
        (shown["indicator_id"] == "examinees_share") & (shown["area_code"] == giver[0]) & (shown["member"] == giver[1])
    )
    assert len(leaks(shown[~gives], targets, direction)) == 1


def test_who_has_converged_shows_the_comparator_s_own_target_of_the_same_period(leaks) -> None:
    shown = values(0.4, "examinees_share", "0001", "2014", "all")
    assert len(leaks(shown, CONVERGE)) == 1
    shown.loc[(shown["area_code"] == "IL") & (shown["period"] == "2014"), "target_value"] = 0.4
    assert leaks(shown, CONVERGE) == []


def test_target_of_an_area_s_own_is_not_measured_by_the_one_for_all(leaks) -> None:
    own = target("examinees_share", "authority", "0001", "all", "all", "absolute", 0.4, "2020", None, None, None)
    assert leaks(values(0.4, "examinees_share", "0001", "2014", "all"), pd.concat([CONVERGE, own])) == []


def test_audit_of_targets_imports_nothing_of_what_hides() -> None:
    tree = ast.parse(Path(audited_module.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name and name.startswith("pipelines")}
