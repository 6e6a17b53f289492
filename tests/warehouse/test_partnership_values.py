"""Whether a partnership works, worked out by hand for the small country (its meetings stand in conftest)."""

import re

import pytest

ATTENDANCE, AGENDA = "partnership_attendance_share", "partnership_agenda_covered_share"
PERSISTENCE, TASKS = "partnership_persistence_share", "partnership_tasks_in_time_share"
RAISED, GROUPS, MIX, TRUST = (
    "partnership_initiatives_raised",
    "partnership_active_groups",
    "partnership_sector_mix",
    "partnership_trust_share",
)


@pytest.mark.parametrize(
    ("indicator", "area", "numerator", "denominator", "value", "coverage"),
    [
        # City 4 of 7 places, Company 2 of 3, Fund 1 of 4, School 2 of 2
        pytest.param(ATTENDANCE, "0101", 9, 16, 9 / 16, 1, id="places taken of places invited"),
        pytest.param(ATTENDANCE, "IL", 14, 21, 14 / 21, 2 / 3, id="sum over sum of the areas"),
        pytest.param(AGENDA, "0101", 13, 17, 13 / 17, 1, id="agenda items of all groups"),
        # City came to 3 of 4, Company to exactly two thirds, Fund to 1 of 4; School was invited to two meetings only
        pytest.param(PERSISTENCE, "0101", 2, 3, 2 / 3, 1, id="organisations that keep coming"),
        pytest.param(PERSISTENCE, "IL", 2, 3, 2 / 3, 1 / 3, id="nobody else was invited three times"),
        # Tasks 1 and 4 of the group that met again; not the one of the meeting's own day, nor those that wait
        pytest.param(TASKS, "0101", 2, 4, 0.5, 1, id="done before the next meeting"),
        pytest.param(TASKS, "IL", 3, 5, 0.6, 2 / 3, id="tasks of two areas"),
        pytest.param(RAISED, "0101", 2, None, 2, 1, id="raised from September to August"),
        pytest.param(GROUPS, "0101", 1, None, 1, 1, id="a group that met once is not active"),
        # 0202, which is not expected to report, adds its group and nothing to the coverage
        pytest.param(GROUPS, "IL", 3, None, 3, 2 / 3, id="groups of three areas"),
        pytest.param(GROUPS, "north", 1, None, 1, 1 / 2, id="one of two areas"),
        # 3/2 (1 - (2² + 1 + 1) / 4²), then one sector alone, then 3/2 (1 - (3² + 1 + 3²) / 7²)
        pytest.param(MIX, "0101", None, 4, 0.9375, 1, id="two, one and one"),
        pytest.param(MIX, "0201", None, 1, 0, 1, id="one sector only"),
        pytest.param(MIX, "0202", None, 2, 0, 1, id="the newest meeting says of which sector"),
        pytest.param(MIX, "IL", None, 7, 45 / 49, 2 / 3, id="all partnerships together"),
        pytest.param(TRUST, "0101", 26, 40, 0.65, 1, id="of one topic only"),
        pytest.param(TRUST, "IL", 38, 70, 38 / 70, 2 / 3, id="both surveys"),
    ],
)
def test_partnership_is_measured(values, indicator, area, numerator, denominator, value, coverage) -> None:
    row = values[indicator, area, "2024", "all", "all"]
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)
    assert row["value"] == pytest.approx(value, abs=1e-9)
    assert row["coverage"] == pytest.approx(coverage, abs=1e-9)


def test_planned_meetings_count_nowhere(values) -> None:
    assert values[AGENDA, "0101", "2025", "all", "all"]["denominator"] == 5
    assert (ATTENDANCE, "0101", "2025", "all", "all") not in values
    assert values[GROUPS, "0101", "2025", "all", "all"]["value"] == 0


def test_mix_knows_the_sectors_that_the_contract_declares(declared) -> None:
    sectors = [c.value for c in declared.shapes["meeting_attendance"].column("organisation_sector").codes]
    sql = declared.models[MIX]
    assert re.findall(r"organisation_sector = '(\w+)'", sql) == sectors
    squares = " + ".join(f"n_{sector} * n_{sector}" for sector in sectors)
    highest = 1 - 1 / len(sectors)
    assert squares in sql and f"    {1 / highest:g} * (" in sql


def test_a_year_in_which_no_group_met_twice_has_no_active_group(values) -> None:
    row = values[GROUPS, "0101", "2025", "all", "all"]
    assert (row["value"], row["obs_status"]) == (0, "A")


def test_tasks_of_the_last_meeting_are_not_counted_yet(values) -> None:
    assert (TASKS, "0101", "2025", "all", "all") not in values


@pytest.mark.parametrize("indicator", [ATTENDANCE, AGENDA, PERSISTENCE, TASKS, RAISED, GROUPS, MIX, TRUST])
def test_an_area_without_a_partnership_misses_nothing(values, indicator) -> None:
    assert not [key for key in values if key[:2] == (indicator, "0102")]


def test_a_partnership_that_reported_once_shows_the_other_periods_as_missing(values) -> None:
    assert values[GROUPS, "0201", "2025", "all", "all"]["obs_status"] == "O"


def test_submissions_behind_a_model_are_named(values) -> None:
    assert values[TASKS, "0101", "2024", "all", "all"]["submissions"] == "sg"
    assert values[ATTENDANCE, "0101", "2024", "all", "all"]["submissions"] == "sf"
