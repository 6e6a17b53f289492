"""The gate: each check passes on a plausible release and is seen to fail on the one thing it is there for."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipelines.publishing.gate import ACCEPTABLE, CHECKS, GateResult, run_gate

SETTINGS: dict[str, Any] = {
    "policy": {"threshold": 11, "zeros": "hidden", "complements": "hidden"},
    "gate": {
        "maximum_yearly_change": {"persons": 1.5, "share": 1.5, "grade": 0.5},
        "minimum_coverage": 0.95,
        "maximum_ratio": 2.0,
    },
}

AREAS = [
    {"area_code": "IL", "area_type": "country", "parent_code": None},
    {"area_code": "N", "area_type": "district", "parent_code": "IL"},
    {"area_code": "0001", "area_type": "authority", "parent_code": "N"},
    {"area_code": "0002", "area_type": "authority", "parent_code": "N"},
]


def indicator(indicator_id: str, kind: str, unit: str, numerator: str, denominator: str | None) -> dict[str, Any]:
    return {
        "indicator_id": indicator_id,
        "kind": kind,
        "unit": unit,
        "counts_persons": kind != "mean",
        "numerator_measure": numerator,
        "numerator_filter": None,
        "denominator_measure": denominator,
        "denominator_filter": None,
    }


INDICATORS = [
    indicator("examinees", "count", "persons", "n_examinees", None),
    indicator("examinees_share", "proportion", "share", "n_examinees", "n_enrolled"),
    indicator("persistence", "ratio", "share", "n_examinees", "n_started"),
    indicator("grade", "mean", "grade", "grade", "n_examinees"),
]

# Two published tables: the values, and one that follows from them.
TABLES = [SimpleNamespace(id="indicator_values"), SimpleNamespace(id="gaps")]

COUNTS = {"IL": 1000, "N": 300, "0001": 100, "0002": 200}
WORDS = ["value_low", "value_high", "target_value", "path_value", "baseline_value"]


def release() -> pd.DataFrame:
    """A plausible release: four indicators, four areas, three years."""
    rows = []
    for period, factor in (("2020", 1.0), ("2021", 1.1), ("2022", 1.2)):
        for area in AREAS:
            count = round(COUNTS[area["area_code"]] * factor)
            numbers = {
                "examinees": (count, None, count),
                "examinees_share": (count, 4 * count, 0.25),
                "persistence": (count, count // 2, count / (count // 2)),
                "grade": (80 * count, count, 80),
            }
            for declared in INDICATORS:
                numerator, denominator, value = numbers[declared["indicator_id"]]
                rows.append(
                    {
                        "initiative_id": "test",
                        "indicator_id": declared["indicator_id"],
                        "unit": declared["unit"],
                        "area_type": area["area_type"],
                        "area_code": area["area_code"],
                        "period": period,
                        "numerator": numerator,
                        "denominator": denominator,
                        "value": value,
                    }
                )
    frame = pd.DataFrame(rows).astype({"numerator": float, "denominator": float, "value": float})
    return frame.assign(
        frequency="A",
        dimension="all",
        member="all",
        obs_status="A",
        conf_status="F",
        coverage=1.0,
        baseline_period="2020",
        target_period="2030",
        verdict="no_target",
        change_from_baseline="no_clear_change",
        change_from_previous="no_clear_change",
        trend="not_enough_data",
        submissions="s1",
        **dict.fromkeys(WORDS, float("nan")),
    )


def declared(settings: dict[str, Any]) -> Any:
    """Declarations of the four indicators: what the gate asks of them and nothing else."""
    registers = {"indicators": INDICATORS, "areas": AREAS, "area_groups": [], "baselines": [], "targets": []}
    return SimpleNamespace(rows=registers.__getitem__, initiative=SimpleNamespace(settings=settings), published=TABLES)


def gaps(about: pd.DataFrame) -> pd.DataFrame:
    """Rows of the derived table about these values."""
    key = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]
    shown = about[about["value"].notna()]
    return shown[key].assign(reference_member=shown["member"], gap=0.1)


def at(frame: pd.DataFrame, indicator_id: str, area: str = "IL", period: str = "2022") -> pd.Series:
    return (frame["indicator_id"] == indicator_id) & (frame["area_code"] == area) & (frame["period"] == period)


@pytest.fixture
def gate(tmp_path: Path) -> Any:
    def run(values: pd.DataFrame, previous: pd.DataFrame | None = None, **changed: Any) -> GateResult:
        folders = {"published": values} if previous is None else {"published": values, "previous": previous}
        for name, frame in folders.items():
            (tmp_path / name).mkdir(exist_ok=True)
            frame.to_parquet(tmp_path / name / "indicator_values.parquet")
            changed.get("derived", gaps(frame)).to_parquet(tmp_path / name / "gaps.parquet")
        changed.pop("derived", None)
        return run_gate(
            tmp_path / "published",
            None if previous is None else tmp_path / "previous",
            declared(changed.pop("settings", SETTINGS)),
            **{"explanations": {}, "accepted": {}, **changed},
        )

    return run


def failed(result: GateResult) -> dict[str, str]:
    return {check.check.removeprefix("check_release_"): check.message for check in result.checks if not check.passed}


def test_plausible_release_passes_every_check_with_and_without_a_previous_one(gate) -> None:
    for previous in (None, release()):
        result = gate(release(), previous)
        assert failed(result) == {} and result.passed
        assert [check.check for check in result.checks] == list(CHECKS)


def test_doubled_key_is_found_and_named(gate) -> None:
    values = pd.concat([release(), release()[at(release(), "grade")]])
    result = gate(values)
    assert not result.passed
    assert list(failed(result)) == ["keys_unique"]
    assert "grade, IL, 2022, all, all" in failed(result)["keys_unique"]


def test_delivered_indicator_without_values_is_found_unless_explained(gate) -> None:
    values = release()
    values.loc[values["indicator_id"] == "grade", ["numerator", "denominator", "value"]] = None
    assert "grade" in failed(gate(values))["indicators_present"]
    assert gate(values, explanations={"grade": "the source stopped publishing it"}).passed


def test_indicator_that_nobody_delivered_may_be_empty_until_it_was_published(gate) -> None:
    values = release()[release()["indicator_id"] != "grade"]
    assert gate(values).passed
    assert set(failed(gate(values, release()))) == {"indicators_present", "coverage_kept"}


def test_share_above_one_grade_above_hundred_and_negative_count_are_found(gate) -> None:
    for indicator_id, value in (("examinees_share", 1.01), ("grade", 100.5), ("persistence", 2.1)):
        values = release()
        values.loc[at(values, indicator_id, "0002"), "value"] = value
        assert list(failed(gate(values))) == ["values_in_range"]
    values = release()
    values.loc[at(values, "examinees", "0002"), "value"] = -1
    assert list(failed(gate(values))) == ["values_in_range"]


def test_ratio_may_exceed_one_up_to_the_declared_bound(gate) -> None:
    values = release()
    values.loc[at(values, "persistence"), "value"] = 2.0
    assert gate(values).passed


def test_total_smaller_than_its_parts_is_found(gate) -> None:
    values = release()
    values.loc[at(values, "examinees", "0002"), ["numerator", "value"]] = 1081
    assert failed(gate(values))["totals_cover_parts"].startswith(
        "Totals are smaller than the sum of their parts (1 of 3)"
    )
    values.loc[at(values, "examinees", "0002"), ["numerator", "value"]] = 1080
    assert gate(values).passed


def test_lost_values_are_found_unless_few_hidden_or_explained(gate) -> None:
    values, previous = release(), release()
    lost = at(values, "grade", "0001")
    values.loc[lost, ["numerator", "denominator", "value"]] = None
    assert list(failed(gate(values, previous))) == ["coverage_kept"]  # 11 of 12 kept
    assert gate(values, previous, explanations={"grade": "submission 7 was withdrawn"}).passed
    lenient = {**SETTINGS, "gate": {**SETTINGS["gate"], "minimum_coverage": 0.9}}
    assert gate(values, previous, settings=lenient).passed


def test_new_rows_cannot_make_up_for_lost_ones_and_new_gaps_are_no_loss(gate) -> None:
    values = release()
    new = values[values["period"] == "2022"].assign(period="2023")
    gaps = new.assign(value=None, numerator=None, denominator=None)
    assert gate(pd.concat([values, gaps]), values).passed
    lost = values[~((values["indicator_id"] == "grade") & (values["period"] == "2020"))]
    assert list(failed(gate(pd.concat([lost, new]), values))) == ["coverage_kept"]


def test_implausible_step_of_the_country_is_found_in_both_directions(gate) -> None:
    for count in (2751, 439):  # 1100 times and divided by 2.5
        values = release()
        values.loc[at(values, "examinees"), ["numerator", "value"]] = count
        assert list(failed(gate(values))) == ["change_plausible"]
    values = release()
    values.loc[at(values, "examinees"), ["numerator", "value"]] = 2750
    assert gate(values).passed


def test_fall_to_nothing_is_found_and_start_from_nothing_is_not(gate) -> None:
    shown = {**SETTINGS, "policy": {**SETTINGS["policy"], "zeros": "shown"}}
    for period, found in (("2022", {"change_plausible", "totals_cover_parts"}), ("2020", {"totals_cover_parts"})):
        values = release()
        values.loc[at(values, "examinees", period=period), ["numerator", "value"]] = 0
        assert set(failed(gate(values, settings=shown))) == found


def test_step_that_was_published_before_or_is_explained_is_no_news(gate) -> None:
    values = release()
    values.loc[at(values, "examinees"), ["numerator", "value"]] = 4000
    assert gate(values, values).passed
    assert gate(values, release(), explanations={"examinees": "a second exam date counts"}).passed
    assert not gate(values, release()).passed


def test_leak_is_found_without_saying_what_leaks(gate) -> None:
    values = release()
    values.loc[at(values, "examinees", "0001"), ["numerator", "value"]] = 7
    message = failed(gate(values))["confidentiality"]
    assert "examinees, 0001, 2022" in message and "7" not in message


def test_accepted_check_lets_the_release_through_and_stays_marked(gate) -> None:
    values = release()
    values.loc[at(values, "examinees"), ["numerator", "value"]] = 4000
    result = gate(values, accepted={"check_release_change_plausible": "the exam became compulsory"})
    (check,) = [check for check in result.checks if not check.passed]
    assert result.passed and check.accepted
    assert check.message.endswith("Accepted: the exam became compulsory")


def test_derived_row_about_a_hidden_value_is_a_leak(gate) -> None:
    values = release()
    where = at(values, "persistence", "0002")
    values.loc[where, "conf_status"] = "C"
    of_shown, of_all = (
        {check.check: check.n_failed for check in gate(values, derived=gaps(rows)).checks}
        for rows in (values[~where], values)
    )
    assert of_all["check_release_confidentiality"] > of_shown["check_release_confidentiality"]


def test_confidentiality_can_never_be_accepted(gate) -> None:
    values = release()
    values.loc[at(values, "examinees", "0001"), ["numerator", "value"]] = 7
    result = gate(values, accepted={"check_release_confidentiality": "please"})
    (check,) = [check for check in result.checks if not check.passed]
    assert not result.passed and not check.accepted
    assert "check_release_confidentiality" not in ACCEPTABLE


def test_every_message_is_one_line_with_at_most_three_examples(gate) -> None:
    values = release().assign(value=-1.0)
    for message in failed(gate(values)).values():
        assert "\n" not in message and message.count(", all, all") <= 3


def test_result_survives_being_kept_as_json(gate) -> None:
    values = release()
    values.loc[at(values, "grade"), "value"] = 101
    result = gate(values, accepted={"check_release_values_in_range": "an honorary grade"})
    assert GateResult.from_json(json.loads(json.dumps(result.to_json()))) == result
    (check,) = [check for check in result.checks if not check.passed]
    assert (check.n_examined, check.n_failed) == (48, 1)


def test_missing_file_is_an_error_and_not_a_failed_check(gate, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_gate(
            tmp_path,
            None,
            declared(SETTINGS),
            explanations={},
            accepted={},
        )
