"""Agreed baselines beside what sources say today, as far as protected values show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines.publishing.baselines import restated_baselines

COLUMNS = [
    "indicator_id", "area_code", "frequency", "period", "dimension", "member", "value", "baseline_value", "conf_status",
]  # fmt: skip
AGREED = {
    "indicator_id": "examinees", "area_code": "0001", "dimension": "all", "member": "all", "period": "2013",
    "value": 50.0, "agreed_by": "steering committee", "agreed_on": "2014-01-01", "source": None,
}  # fmt: skip


@pytest.fixture
def numbers() -> Any:
    def of(*rows: tuple[Any, ...], baselines: list[dict[str, Any]] | None = None) -> list[tuple[Any, Any]]:
        registers = {
            "baselines": [AGREED] if baselines is None else baselines,
            "indicators": [{"indicator_id": "examinees", "frequency": "A"}],
        }
        values = pd.DataFrame(
            [("examinees", "0001", frequency, period, "all", "all", *rest) for frequency, period, *rest in rows],
            columns=COLUMNS,
        )
        found = restated_baselines(values, SimpleNamespace(rows=registers.__getitem__))
        pairs = found[["baseline_value", "baseline_restated_value"]].astype(object)
        return list(pairs.where(pairs.notna(), None).itertuples(index=False, name=None))

    return of


def test_agreed_value_stays_and_the_source_s_present_one_stands_beside_it(numbers) -> None:
    assert numbers(("A", "2013", 47.0, 50.0, "F"), ("A", "2014", 60.0, 50.0, "F")) == [(50, 47)]


def test_pooled_years_of_the_same_name_are_not_the_baseline_s_period(numbers) -> None:
    assert numbers(("A3", "2013", 150.0, 50.0, "F"), ("A", "2013", 47.0, 50.0, "F")) == [(50, 47)]


def test_hidden_baseline_cell_shows_no_restated_value_and_a_public_agreement_stays(numbers) -> None:
    assert numbers(("A", "2013", 8.0, None, "C"), ("A", "2014", 60.0, 50.0, "F")) == [(50, None)]


def test_agreed_value_that_protection_took_out_everywhere_is_not_published_here_either(numbers) -> None:
    assert numbers(("A", "2013", 8.0, 50.0, "C"), ("A", "2014", 60.0, None, "F")) == [(None, None)]


def test_period_that_no_source_reports_has_no_restated_value(numbers) -> None:
    assert numbers(("A", "2014", 60.0, 50.0, "F")) == [(50, None)]


def test_without_agreed_baselines_there_is_no_row(numbers) -> None:
    assert numbers(("A", "2014", 60.0, 50.0, "F"), baselines=[]) == []
