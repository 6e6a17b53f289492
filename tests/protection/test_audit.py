"""The audit: silent on protected tables, and loud on each thing that it is there to find."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from protection_tables import AREAS, INDICATORS, SETTINGS, across, assessed, table

from pipelines.protection import protect
from pipelines.protection.audit import MUST_BE_EMPTY, _previous, audit
from pipelines.protection.audit_tables import REPEAT_NOTHING, audit_tables


@pytest.fixture
def published() -> pd.DataFrame:
    """Two years of a count and its share: `a` is too small, `c` covers it."""
    frames = []
    for period in ("2013", "2014"):
        counts = {"all": 95, "a": 5, "b": 40, "c": 20, "d": 30}
        frames.append(table("examinees", counts, period=period))
        frames.append(table("examinees_share", {m: (n, 3 * n) for m, n in counts.items()}, period=period))
    return protect(pd.concat(frames, ignore_index=True), INDICATORS, AREAS, SETTINGS)


@pytest.fixture
def checks() -> Any:
    def of(values: pd.DataFrame, **policy: str) -> set[str]:
        declared = {**SETTINGS, "policy": {**SETTINGS["policy"], **policy}}
        return {
            leak.check.removeprefix("check_confidentiality_") for leak in audit(values, INDICATORS, AREAS, declared)
        }

    return of


def row(values: pd.DataFrame, indicator_id: str, member: str, period: str = "2013") -> pd.Series:
    return (values["indicator_id"] == indicator_id) & (values["member"] == member) & (values["period"] == period)


def unhidden(
    values: pd.DataFrame, which: pd.Series, numerator: float, denominator: float | None = None
) -> pd.DataFrame:
    values = values.copy()
    values.loc[which, ["conf_status", "numerator", "denominator"]] = ["F", numerator, denominator]
    values.loc[which, "value"] = numerator / (denominator or 1)
    return values


def test_protected_table_passes(published, checks) -> None:
    assert set(published.loc[published["conf_status"] == "C", "member"]) == {"a", "c"}
    assert checks(published) == set()


def test_unhidden_small_cell_is_found(published, checks) -> None:
    assert "threshold" in checks(unhidden(published, row(published, "examinees", "a"), 5))


def test_schools_are_not_taken_for_their_hidden_examinees(checks) -> None:
    values = pd.concat([table("examinees", {"all": 5}), table("schools", {"all": 5})], ignore_index=True)
    published = protect(values, INDICATORS, AREAS, SETTINGS)
    assert published["conf_status"].tolist() == ["C", "F"]
    assert checks(published) == set()


@pytest.mark.parametrize("pair", [(5, 10), (10, 100), (90, 100)])
def test_reported_share_of_too_few_is_found(checks, pair) -> None:
    shown = table("skills", {"all": pair}, numerator=float("nan"), conf_status="F")
    assert checks(shown) == {"threshold"}
    assert checks(protect(shown.drop(columns="conf_status"), INDICATORS, AREAS, SETTINGS)) == set()


def test_unhidden_cover_is_found(published, checks) -> None:
    both = unhidden(published, row(published, "examinees", "c"), 20)
    assert "alone" in checks(both)


def test_hidden_total_of_shown_parts_is_found(checks) -> None:
    values = table("examinees", {"all": 95, "b": 40, "c": 25, "d": 30})
    free = protect(values, INDICATORS, AREAS, SETTINGS)
    assert checks(free) == set()
    emptied = [name for name in free.columns if name in MUST_BE_EMPTY.split()]
    free.loc[free["member"] == "all", emptied] = None
    free.loc[free["member"] == "all", "conf_status"] = "C"
    assert checks(free) == {"alone"}


def test_share_that_shows_what_the_count_hides_is_found(published, checks) -> None:
    assert "shared_counts" in checks(unhidden(published, row(published, "examinees_share", "c"), 20, 60))


def test_hidden_row_that_still_carries_anything_is_found(published, checks) -> None:
    at = published.index[row(published, "examinees", "a")][0]
    for column, left in (
        ("coverage", 0.5),
        ("verdict", "no_target"),
        ("submissions", "s1"),
        ("baseline_period", "2013"),
    ):
        leaking = published.copy()
        leaking.loc[at, column] = left
        assert checks(leaking) == {"hidden_rows"}


def test_reason_for_hiding_and_unknown_status_are_found(published, checks) -> None:
    assert checks(published.assign(obs_status="Q")) == {"hidden_rows"}
    assert "status" in checks(published.assign(conf_status=None))


def test_small_complement_denominator_mean_and_baseline_are_found(checks) -> None:
    free = {"conf_status": "F"}
    assert checks(table("examinees_share", {"all": (30, 35)}).assign(**free)) == {"threshold"}
    assert checks(table("examinees_share", {"all": (30, 35)}).assign(**free), complements="shown") == set()
    assert checks(table("persistence", {"all": (30, 10)}).assign(**free)) == {"threshold"}
    assert checks(table("grade", {"all": (800, 10)}).assign(**free)) == {"threshold"}
    assert checks(table("examinees", {"all": 30}, baseline_value=9.0).assign(**free)) == {"threshold"}


def test_shown_zero_is_found_only_where_zeros_are_hidden(checks) -> None:
    values = table("examinees", {"all": 0}, baseline_value=None).assign(conf_status="F")
    assert checks(values) == {"threshold"}
    assert checks(values, zeros="shown") == set()


def test_single_hidden_area_is_found_at_every_distance(checks) -> None:
    values = across("examinees", {"IL": 175, "0001": None, "0002": 40, "0003": 30, "0004": 100})
    values = values.assign(conf_status="F", obs_status="A")
    values.loc[values["area_code"] == "0001", "conf_status"] = "C"
    empty = [*MUST_BE_EMPTY.split()]
    values.loc[values["area_code"] == "0001", [c for c in empty if c in values]] = None
    assert checks(values) == {"alone"}


def test_part_that_its_total_gives_away_is_found(checks) -> None:
    values = table("examinees", {"all": 37, "a": None, "b": 30}).assign(conf_status="F")
    assert checks(values) == {"alone"}


def test_what_lives_on_from_a_hidden_baseline_or_previous_row_is_found(published, checks) -> None:
    later = unhidden(published, row(published, "examinees", "c", "2014"), 20)
    later.loc[row(later, "examinees", "c", "2014"), ["baseline_period", "change_from_previous"]] = ["2013", "improved"]
    assert "references" in checks(later)
    later.loc[row(later, "examinees", "c", "2014"), ["baseline_value", "change_from_previous"]] = [20, "not_comparable"]
    assert "references" in checks(later)
    later.loc[row(later, "examinees", "c", "2014"), "baseline_value"] = None
    assert "references" not in checks(later)


def test_message_says_where_and_never_what(published) -> None:
    leaking = unhidden(published, row(published, "examinees", "a"), 7)
    found = audit(leaking, INDICATORS, AREAS, SETTINGS)
    assert any(leak.where == "examinees, 0001, 2013 (A), sector a" for leak in found)
    assert not any("7" in leak.message for leak in found)


def test_previous_period_is_named_in_its_own_notation() -> None:
    known = {("A", "2014"): "2013", ("A3", "2016"): "2013", ("Q", "2022-Q1"): "2021-Q4", ("M", "2022-01"): "2021-12"}
    assert {pair: _previous(*pair) for pair in known} == known


# What the audit may read of this room: itself, and the solver and the reader of files, which hide nothing.
AUDIT = {file.stem for file in Path(str(find_spec("pipelines.protection.audit").origin)).parent.glob("audit*.py")}
OWN = {f"pipelines.protection.{name}" for name in (*AUDIT, "feasible", "leak_scan")}


@pytest.mark.parametrize("module", sorted(OWN))
def test_audit_shares_no_code_with_suppression(module: str) -> None:
    tree = ast.parse(Path(str(find_spec(module).origin)).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not [name for name in (modules | names) - OWN if name and name.startswith("pipelines")]


@st.composite
def countries(draw: st.DrawFn) -> pd.DataFrame:
    """Random small tables: authorities by sector, some cells missing, totals added up or counted apart."""
    sectors = draw(st.sampled_from([["x", "y"], ["x", "y", "z"]]))
    number = st.one_of(st.integers(0, 14), st.integers(0, 60))
    cells: dict[tuple[str, str], dict[str, int] | None] = {}
    for area in ("0001", "0002", "0003", "0004"):
        for sector in sectors:
            enrolled, examinees, passed = sorted(draw(st.tuples(number, number, number)), reverse=True)
            counts = {"enrolled": enrolled, "examinees": examinees, "passed": passed, "started": draw(number)}
            # Persistence takes the same examinees from another source, which need not agree.
            counts["elsewhere"] = draw(st.sampled_from([examinees, examinees, max(examinees - 3, 0)]))
            cells[area, sector] = draw(st.sampled_from([counts, counts, counts, None]))
    reach = {"IL": ["0001", "0002", "0003", "0004"], "N": ["0001", "0002"], "S": ["0003", "0004"]}
    extra = draw(st.sampled_from([0, 0, 3, 40]))  # pupils whom only the country's own table knows
    chosen = draw(st.lists(st.sampled_from(sorted(SIDES)), min_size=1, unique=True))
    left_out = draw(st.sets(st.tuples(st.sampled_from(sorted(SIDES)), st.sampled_from(sectors)), max_size=2))
    rows = []
    for area in AREAS["area_code"]:
        for member in ("all", *sectors):
            parts = [
                cells[part, sector]
                for part in reach.get(area, [area])
                for sector in (sectors if member == "all" else [member])
            ]
            known = [part for part in parts if part is not None]
            more = extra if (area, member) == ("IL", "all") else 0
            sums = {name: sum(part[name] for part in known) + more for name in NAMES} if known else dict.fromkeys(NAMES)
            for period in ("2013", "2014"):
                for indicator_id in chosen:
                    numerator, denominator = SIDES[indicator_id]
                    is_left_out = (indicator_id, member) in left_out and area not in reach and period == "2014"
                    pair = (None if is_left_out else sums[numerator], sums[denominator] if denominator else None)
                    rows.append((indicator_id, area, period, "all" if member == "all" else "sector", member, *pair))
    return assessed(rows)


def test_derived_row_is_a_leak_whichever_of_its_members_is_hidden(published) -> None:
    key = ["indicator_id", "area_code", "frequency", "period", "dimension", "member"]
    of_b = published.loc[row(published, "examinees_share", "b"), key]
    for member, reference, is_leak in (("b", "d", False), ("a", "b", True), ("b", "a", True)):
        found = audit_tables(published, {"gaps": of_b.assign(member=member, reference_member=reference)})
        assert {leak.check for leak in found} == ({"check_confidentiality_hidden_in_gaps"} if is_leak else set())
    assert audit_tables(published, {"counts": pd.DataFrame({"n_improved": [3]})}) == []


def test_derived_row_that_names_no_member_is_about_the_total() -> None:
    values = protect(table("examinees_share", {"all": (5, 50)}), INDICATORS, AREAS, SETTINGS)
    place = values[["indicator_id", "area_code", "frequency", "period"]]
    assert {leak.check for leak in audit_tables(values, {"positions": place})} == {
        "check_confidentiality_hidden_in_positions"
    }


NAMES = ("enrolled", "examinees", "passed", "started", "elsewhere")
SIDES = {
    "examinees": ("examinees", None),
    "examinees_share": ("examinees", "enrolled"),
    "passed_share": ("passed", "examinees"),
    "persistence": ("elsewhere", "started"),
    "grade": ("enrolled", "examinees"),
}


@limits(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(countries(), st.sampled_from(["hidden", "shown"]), st.sampled_from(["hidden", "shown"]), st.randoms())
def test_audit_finds_nothing_after_protection_and_every_unhidden_small_cell(
    values: pd.DataFrame, zeros: str, complements: str, random: Any
) -> None:
    settings = {**SETTINGS, "policy": {**SETTINGS["policy"], "zeros": zeros, "complements": complements}}
    published = protect(values, INDICATORS, AREAS, settings)
    assert audit(published, INDICATORS, AREAS, settings) == []
    small = (published["conf_status"] == "C") & values["indicator_id"].isin(["examinees", "passed_share"])
    small &= values["numerator"].between(1, 10).fillna(False)
    if small.any():
        at = random.choice(sorted(values.index[small]))
        restored = published.copy()
        for column in values.columns:
            restored[column] = restored[column].where(restored.index != at, values[column])
        restored.loc[at, "conf_status"] = "F"
        assert audit(restored, INDICATORS, AREAS, settings) != []


FOLLOWING = {"indicator_id": "examinees", "area_code": "0001", "frequency": "A", "dimension": "sector"}


@pytest.mark.parametrize(
    ("message", "columns"),
    [
        ("of a series that shows nothing", {"member": "a"}),
        ("of a series that shows nothing", {"member": "no such"}),
        ("of a period that is hidden", {"member": "b", "period": "2014"}),
        ("of a period that is hidden", {"member": "b", "first_period": "2013", "last_period": "2014"}),
        ("on more points than are shown", {"member": "b", "last_period": "2013", "n_points": 2}),
    ],
)
def test_table_that_follows_from_the_values_tells_nothing_of_hidden_rows(published, message, columns) -> None:
    hidden = row(published, "examinees", "b", "2014")
    published.loc[hidden, ["conf_status", "value"]] = ["C", None]
    (leak,) = audit_tables(published, {"slopes": pd.DataFrame([{**FOLLOWING, **columns}])})
    assert message in leak.message and leak.check == "check_confidentiality_hidden_in_slopes"


def test_table_that_keeps_to_what_is_shown_passes(published) -> None:
    row = {**FOLLOWING, "member": "b", "first_period": "2013", "last_period": "2014", "n_points": 2}
    free = pd.DataFrame([row])
    assert audit_tables(published, {"slopes": free}) == []
    # A table may say of itself which rows are hidden; those are held to nothing here.
    assert audit_tables(published, {"slopes": free.assign(member="a", conf_status="C")}) == []
    # What is not of series (a register) is passed over.
    assert audit_tables(published, {"goals": free[["indicator_id"]]}) == []


def test_a_table_repeats_a_value_only_as_it_is_shown(published) -> None:
    place = ["indicator_id", "area_code", "dimension", "member"]
    of_b = published.loc[row(published, "examinees", "b"), [*place, "period", "value"]]
    renamed = {"period": "then_period", "value": "then_value"}
    told = of_b.rename(columns=renamed).assign(then_value_low=1.0)
    assert audit_tables(published, {"entries": told}) == []
    nothing = told.assign(then_value=None, then_period=None, then_value_low=None)
    assert audit_tables(published, {"entries": nothing}) == []
    for other in ({"then_value": told["then_value"] + 1}, {"member": "a"}, {"then_period": "1999"}):
        (leak,) = audit_tables(published, {"entries": told.assign(**other)})
        assert leak.check == "check_confidentiality_hidden_in_entries"


@pytest.fixture
def totals() -> pd.DataFrame:
    """A share in two years: 30 of 90, then hidden; and the same of another area, shown in both."""
    first = table("examinees_share", {"all": (30, 90)}, period="2013")
    hidden = table("examinees_share", {"all": (5, 90)}, period="2014")
    values = protect(pd.concat([first, hidden], ignore_index=True), INDICATORS, AREAS, SETTINGS)
    assert values["conf_status"].tolist() == ["F", "C"]
    return values


CELL = {"indicator_id": "examinees_share", "area_code": "0001", "frequency": "A", "dimension": "all", "member": "all"}
SHOWN = {"period": "2013", "value": 30 / 90}


def told(values: pd.DataFrame, **columns: Any) -> list[str]:
    return [leak.message for leak in audit_tables(values, {"table": pd.DataFrame([columns])})]


VALUE_LEAKS = "A row of table tells a value that is not shown."
PERIOD_LEAKS = "A row of table tells of a period that is hidden."
CARRIES = "A row of table that is not free carries numbers."


def test_a_value_beside_its_period_is_the_published_one_with_its_size(totals) -> None:
    assert told(totals, **CELL, **SHOWN, denominator=90.0, value_low=0.2) == []
    assert told(totals, **CELL, **SHOWN | {"value": 0.3}) == [VALUE_LEAKS]
    assert told(totals, **CELL, **SHOWN, denominator=80.0) == [VALUE_LEAKS]
    assert told(totals, **CELL, period="2014", value=5 / 90) == [VALUE_LEAKS, PERIOD_LEAKS]
    assert told(totals, **CELL, period="2013", value=None, value_high=0.4) == [VALUE_LEAKS]


def test_every_period_of_a_row_is_looked_at(totals) -> None:
    assert told(totals, **CELL, **SHOWN, previous_period=None, previous_value=None) == []
    assert told(totals, **CELL, **SHOWN, previous_period="2013", previous_value=30 / 90) == []
    hidden = {"previous_period": "2014", "previous_value": 5 / 90}
    assert told(totals, **CELL, **SHOWN, **hidden) == [VALUE_LEAKS, PERIOD_LEAKS]
    assert told(totals, **CELL, **SHOWN, **hidden | {"previous_value": None}) == [PERIOD_LEAKS]


@pytest.mark.parametrize("column", ["value", "from_value", "to_value", "path_value", "difference_low"])
def test_a_row_that_is_not_free_carries_no_number(totals, column) -> None:
    hidden = {**CELL, "period": None, "from_period": "2013", "conf_status": "C", "n_due": 3, "budget_spent": 9.0}
    assert told(totals, **hidden, to_value=None) == []
    assert CARRIES in told(totals, **hidden, **{column: 7.0})


def test_a_row_without_a_status_may_tell_a_plan_and_nothing_measured(totals) -> None:
    unknown = {**CELL, "conf_status": None, "from_period": "2013", "from_value": 0.33, "to_value": 0.5}
    assert told(totals, **unknown) == []
    assert told(totals, **unknown | {"from_period": "2014"}) == [VALUE_LEAKS]
    assert told(totals, **unknown, difference=0.1) == [CARRIES]


@pytest.mark.parametrize(
    "columns",
    [
        {"indicator_id": "examinees_share", "value": 0.1},
        {"indicator_id": "examinees_share", "area_code": "0001", "period": "2013", "value": 30 / 90},
        {"indicator_id": "examinees_share", "share": 0.1},
        {**CELL, "old_value": 0.1},
        {**CELL, "denominator": 90},
        {name: value for name, value in CELL.items() if name != "frequency"} | {"difference": 0.1},
    ],
)
def test_a_number_that_no_check_takes_is_a_leak(totals, columns) -> None:
    (message,) = told(totals, **columns)
    assert message.startswith("No check knows what ")


def test_tables_without_what_was_measured_are_passed_over(totals) -> None:
    assert told(totals, indicator_id="examinees_share", n_areas_reported=3, is_own=True) == []
    assert told(totals, area_code="0001", share=0.3) == []
    for name in REPEAT_NOTHING:
        assert audit_tables(totals, {name: pd.DataFrame([{"indicator_id": "examinees_share", "value": 3.0}])}) == []


def test_what_is_foretold_of_a_period_is_no_value_of_it(totals) -> None:
    later = pd.DataFrame([{**CELL, "period": "2015", "value": 0.4}])
    assert audit_tables(totals, {"forecasts": later}) == []
    assert len(audit_tables(totals, {"forecasts": later.assign(period="2014")})) == 1
