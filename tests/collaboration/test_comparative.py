"""One measure over all areas that report it: which period, whose value beside whose, and what chance allows."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from pipelines.assessment.derived import NUMBERS, WORDS
from pipelines.assessment.peers import exact_limit
from pipelines.collaboration.comparative import common_period, comparison_tables
from pipelines.collaboration.inputs import DELIVERIES, Inputs
from pipelines.declarations import Declarations
from pipelines.protection.audit_tables import audit_tables

SHARE, OWN = "trained_teachers_5u_share", "company_visits"
AREAS = ("0831", "1161", "2400", "2600", "3000", "4000", "5000")


def value(
    indicator: str, area: str, period: str, numerator: int, denominator: int | None, **more: Any
) -> dict[str, Any]:
    share = numerator / denominator if denominator else numerator
    row = dict.fromkeys([*WORDS, *NUMBERS, "conf_status"])
    return row | {
        "indicator_id": indicator, "area_code": area, "frequency": "A", "period": period, "dimension": "all",
        "member": "all", "numerator": numerator, "denominator": denominator, "value": share, "value_low": share,
        "value_high": share, "coverage": 1.0, "conf_status": "F",
    } | more  # fmt: skip


def compare(declared: Declarations, rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(DELIVERIES))
    found = comparison_tables(Inputs(declared, {}, pd.DataFrame(rows), pd.DataFrame(), "2024-03-01", empty))
    return found["area_comparisons"]


def test_the_newest_period_that_is_half_as_full_as_the_fullest() -> None:
    """Of four areas in 2022, two in 2023 and one in 2024: 2023 is the newest that most share."""
    assert common_period(pd.Series(["2022"] * 4 + ["2023"] * 2 + ["2024"]), 0.5) == "2023"
    assert common_period(pd.Series(["2022"] * 4 + ["2023"] * 2 + ["2024"]), 0.6) == "2022"


def test_all_areas_stand_in_one_period_and_hidden_ones_nowhere(declared: Declarations) -> None:
    rows = [value(SHARE, area, "2022", 20, 40) for area in AREAS]
    rows += [value(SHARE, AREAS[0], "2023", 30, 40)]
    rows += [value(SHARE, area, "2023", 3, 9, conf_status="C") for area in AREAS[1:]]
    found = compare(declared, rows)
    assert found["period"].unique().tolist() == ["2022"]
    assert sorted(found["area_code"]) == sorted(AREAS)
    assert found["n_areas"].unique().tolist() == [7]


def test_the_audit_finds_a_hidden_value_in_a_comparison(declared: Declarations) -> None:
    rows = [value(SHARE, area, "2022", 20, 40) for area in AREAS]
    found = compare(declared, rows)
    hidden = pd.DataFrame([*rows[1:], value(SHARE, AREAS[0], "2022", 20, 40, conf_status="C")])
    assert audit_tables(pd.DataFrame(rows), {"area_comparisons": found}) == []
    assert {leak.check for leak in audit_tables(hidden, {"area_comparisons": found})} == {
        "check_confidentiality_hidden_in_area_comparisons"
    }


def test_an_area_is_set_beside_all_others_and_never_beside_itself(declared: Declarations) -> None:
    """Six areas with 20 of 40 each and one with 40 of 40: the others of that one have 120 of 240, of each other one
    100 + 40 of 200 + 40. With differences among the six no larger than chance the limits are those of the binomial,
    widened only by the uncertainty of the others' own value: 1 + 40/240."""
    rows = [value(SHARE, area, "2022", 20, 40) for area in AREAS[:-1]] + [value(SHARE, AREAS[-1], "2022", 40, 40)]
    found = compare(declared, rows).set_index("area_code")
    assert found.loc[AREAS[-1], "others_value"] == pytest.approx(0.5)
    assert found.loc[AREAS[0], "others_value"] == pytest.approx(140 / 240)
    reach = exact_limit(0.999, pd.Series([40.0]).to_numpy(), pd.Series([0.5]).to_numpy())[0] - 0.5
    assert found.loc[AREAS[-1], "limit_high_998"] == pytest.approx(0.5 + reach * (1 + 40 / 240) ** 0.5)
    assert found.loc[AREAS[-1], "position"] == "above"
    assert found.loc[AREAS[0], "position"] == "inside"


def test_a_partner_s_own_measure_is_compared_with_nobody(declared: Declarations) -> None:
    assert compare(declared, [value(OWN, area, "2022", 20, None) for area in AREAS]).empty


def test_counts_stand_side_by_side_without_limits(declared: Declarations) -> None:
    found = compare(declared, [value("program_participants", area, "2022", 20, None) for area in AREAS])
    assert len(found) == 7 and found["position"].isna().all()


def test_the_version_of_the_definition_is_that_of_the_period(declared: Declarations) -> None:
    rows = tuple(
        MappingProxyType({**row, "definition_version": 2, "version_first_period": "2023"})
        if row["indicator_id"] == SHARE else row
        for row in declared.rows("indicators")
    )  # fmt: skip
    revised = replace(declared, register_rows=MappingProxyType({**declared.register_rows, "indicators": rows}))
    for period, version in (("2022", 1), ("2023", 2)):
        found = compare(revised, [value(SHARE, area, period, 20, 40) for area in AREAS])
        assert found["definition_version"].unique().tolist() == [version]
