"""What changed since the release before: which cells, how many, from what, and what is not said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.declarations import Declarations
from pipelines.paths import Home
from pipelines.protection.audit_changes import audit_changes
from pipelines.publishing import differences, release, tables
from pipelines.publishing.changes import before, change_tables
from pipelines.publishing.ledger import Ledger

COUNT, SHARE = "mathematics_5u_examinees", "mathematics_5u_examinees_share"
COUNTS = [
    "n_added",
    "n_restated",
    "n_restated_areas",
    "n_restated_periods",
    "n_gone",
    "n_newly_hidden",
    "n_newly_shown",
]
TYPES = {"IL": "country", "3000": "authority", "0070": "authority"}
HIDDEN = "hidden"
# Area, period, and what each release says of the count: a number, hidden, no value (None) or nothing ("").
CELLS: Sequence[tuple[str, str, Any, Any]] = (
    ("IL", "2022", 1000, 1100),
    ("IL", "2023", "", 1200),
    ("3000", "2020", 25, ""),
    ("3000", "2021", HIDDEN, 30),
    ("3000", "2022", 7041, HIDDEN),
    ("3000", "2023", "", HIDDEN),
    ("0070", "2018", "", HIDDEN),
    ("0070", "2019", 12, 13),
    ("0070", "2020", 14, 14),
    ("0070", "2021", 15, None),
    ("0070", "2022", None, 16),
    ("0070", "2023", HIDDEN, HIDDEN),
)


def row(declared: Declarations, indicator: str, area: str, period: str, value: Any, **more: Any) -> dict[str, Any]:
    """A published row of a total; a hidden one carries nothing."""
    kept = {} if value == HIDDEN else {"value": value, "numerator": value, **more}
    return {
        **dict.fromkeys(column.name for column in declared.objects[tables.VALUES].columns),
        "initiative_id": declared.initiative.id, "indicator_id": indicator, "definition_version": 1, "unit": "persons",
        "area_type": TYPES[area], "area_code": area, "frequency": "A", "period": period, "dimension": "all",
        "member": "all", "obs_status": "A", "conf_status": "C" if value == HIDDEN else "F", **kept,
    }  # fmt: skip


def side(declared: Declarations, number: int) -> pd.DataFrame:
    """What the first (0) or second (1) release publishes of `CELLS`."""
    cells = ((area, period, said[number]) for area, period, *said in CELLS)
    return pd.DataFrame([row(declared, COUNT, *cell) for cell in cells if cell[2] != ""])


def keep(home: Home, declared: Declarations, ledger: Ledger, identity: str, values: pd.DataFrame) -> None:
    """Put a release where published ones are kept, as far as it is read again, and record it."""
    data = home.releases / identity / "site" / "data"
    data.mkdir(parents=True)
    contract = declared.objects[tables.VALUES]
    pq.write_table(tables.as_written(contract, values), data / f"{tables.VALUES}.parquet")
    for register in tables.PUBLIC_REGISTERS:
        pq.write_table(tables.register_as_written(declared, register), data / f"{register}.parquet")
    manifest = {"as_of": ledger.as_of, "policy": release.policy_digest(declared)}
    (home.releases / identity / release.MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")
    ledger.append("release", release_id=identity, previous=None)


def with_rows(declared: Declarations, changed: Mapping[str, Mapping[str, Any]]) -> Declarations:
    """The declarations with some cells of some indicators' rows changed."""
    rows = tuple(
        MappingProxyType({**row, **changed.get(row["indicator_id"], {})}) for row in declared.rows("indicators")
    )
    return replace(declared, register_rows=MappingProxyType({**declared.register_rows, "indicators": rows}))


def told(
    home: Home, declared: Declarations, values: pd.DataFrame, now: Declarations | None = None
) -> dict[str, pd.DataFrame]:
    """What a second release with these values says of the first one that is kept."""
    ledger, now = Ledger(home), now or declared
    return change_tables(values, now, ledger, before(home, now, ledger, "first"))


@pytest.fixture
def home(tmp_path: Path, declared: Declarations) -> Home:
    """A home whose first release is kept."""
    home = Home(tmp_path)
    keep(home, declared, Ledger(home), "first", side(declared, 0))
    return home


def test_each_way_to_change_is_counted_by_indicator(home: Home, declared: Declarations) -> None:
    found = told(home, declared, side(declared, 1))["release_changes"].set_index("indicator_id")
    # New: 2023 of the country and the 16 where nobody had reported. Gone: the 25 and the 15. Restated: 1000 and 12, in
    # two areas and two periods.
    assert found.loc[COUNT, COUNTS].tolist() == [2, 2, 2, 2, 2, 1, 1]
    assert not found.loc[SHARE, COUNTS].any()
    assert found["before_release_id"].eq("first").all()


def test_only_what_both_releases_show_is_repeated(home: Home, declared: Declarations) -> None:
    restated = told(home, declared, side(declared, 1))["restated_values"]
    columns = ["area_type", "area_code", "period", "before_value", "value"]
    assert restated[columns].to_numpy().tolist() == [
        ["authority", "0070", "2019", 12, 13],
        ["country", "IL", "2022", 1000, 1100],
    ]


def test_difference_of_two_releases_does_not_repeat_what_one_of_them_hides(home: Home, declared: Declarations) -> None:
    keep(home, declared, Ledger(home), "second", side(declared, 1))
    found = differences.compare(home, "first", "second")
    assert found.changed == (
        f"{COUNT} 0070 A 2019 all all: 12.0 → 13.0",
        f"{COUNT} 0070 A 2021 all all: 15.0 → no value",
        f"{COUNT} 0070 A 2022 all all: no value → 16.0",
        f"{COUNT} 3000 A 2021 all all: hidden → shown",
        f"{COUNT} 3000 A 2022 all all: shown → hidden",
        f"{COUNT} IL A 2022 all all: 1000.0 → 1100.0",
    )
    assert found.added == (
        f"{COUNT} 0070 A 2018 all all: hidden",
        f"{COUNT} 3000 A 2023 all all: hidden",
        f"{COUNT} IL A 2023 all all: 1200.0",
    )
    assert found.gone == (f"{COUNT} 3000 A 2020 all all: 25.0",)


def test_numbers_are_compared_as_they_are_written(home: Home, declared: Declarations) -> None:
    values = side(declared, 0)
    values["value"] = values["value"] + 1e-12
    found = told(home, declared, values.sample(frac=1, random_state=3))
    assert not found["release_changes"][COUNTS].any(axis=None) and found["restated_values"].empty


def test_first_release_is_all_new(tmp_path: Path, declared: Declarations) -> None:
    home = Home(tmp_path)
    assert before(home, declared, Ledger(home), None) is None
    found = change_tables(side(declared, 1), declared, Ledger(home), None)
    counts = found["release_changes"].set_index("indicator_id")
    # 1100, 1200, 30, 13, 14 and 16.
    assert counts.loc[COUNT, COUNTS].tolist() == [6, 0, 0, 0, 0, 0, 0]
    assert counts["before_release_id"].isna().all()
    assert found["restated_values"].empty and found["verdict_changes"].empty


@pytest.mark.parametrize(
    ("then", "now", "is_repeated"),
    [(11, 11, True), (11, 5, True), (5, 11, False)],
    ids=["as it was", "less strict", "stricter"],
)
def test_nothing_is_repeated_where_hiding_is_stricter_now(
    tmp_path: Path, declared: Declarations, then: int, now: int, is_repeated: bool
) -> None:
    home, old = Home(tmp_path), with_rows(declared, {COUNT: {"threshold": then}})
    keep(home, old, Ledger(home), "first", side(declared, 0).assign(verdict="behind"))
    found = told(
        home, old, side(declared, 1).assign(verdict="on_track"), with_rows(declared, {COUNT: {"threshold": now}})
    )
    assert len(found["restated_values"]) == (2 if is_repeated else 0)
    assert len(found["verdict_changes"]) == (1 if is_repeated else 0)
    assert found["release_changes"]["n_restated"].sum() == 2
    causes = found["release_causes"].query("cause == 'threshold'")[["cause_id", "before", "after"]]
    assert causes.to_numpy().tolist() == ([] if then == now else [[COUNT, str(then), str(now)]])


def test_nothing_is_repeated_where_a_new_indicator_could_show_the_same_and_is_stricter(
    home: Home, declared: Declarations
) -> None:
    now = with_rows(declared, {SHARE: {"threshold": 20, "definition_version": 2}})
    assert told(home, declared, side(declared, 1), now)["restated_values"].empty


def test_another_policy_is_named_and_nothing_is_repeated(home: Home, declared: Declarations) -> None:
    settings = declared.initiative.settings
    policy = {**settings["policy"], "zeros": "another"}
    initiative = replace(declared.initiative, settings=MappingProxyType({**settings, "policy": policy}))
    found = told(home, declared, side(declared, 1), replace(declared, initiative=initiative))
    assert found["release_causes"]["cause"].tolist() == ["policy"]
    assert found["restated_values"].empty


def test_verdicts_are_compared_in_the_newest_period_that_both_show(tmp_path: Path, declared: Declarations) -> None:
    home = Home(tmp_path)
    old = [
        row(declared, COUNT, "IL", "2021", 900, verdict="on_track"),
        row(declared, COUNT, "IL", "2022", 1000, verdict="behind"),
        # Hidden since, so nothing is said of it, though the year after is shown.
        row(declared, COUNT, "3000", "2022", 40, verdict="behind"),
        row(declared, COUNT, "0070", "2022", 50, verdict="met"),
    ]
    new = [
        row(declared, COUNT, "IL", "2022", 1000, verdict="behind"),
        row(declared, COUNT, "IL", "2023", 1300, verdict="ahead"),
        row(declared, COUNT, "3000", "2022", HIDDEN),
        row(declared, COUNT, "3000", "2023", 60, verdict="met"),
        row(declared, COUNT, "0070", "2022", 50, verdict="behind"),
        # The newest period is hidden, and so is the verdict.
        row(declared, COUNT, "0070", "2023", HIDDEN),
    ]
    keep(home, declared, Ledger(home), "first", pd.DataFrame(old))
    found = told(home, declared, pd.DataFrame(new))["verdict_changes"]
    columns = ["area_code", "from_period", "from_verdict", "period", "verdict"]
    assert found[columns].to_numpy().tolist() == [["IL", "2022", "behind", "2023", "ahead"]]


def sent(ledger: Ledger, submission_id: str, verdict: str = "accepted", rows: int = 3) -> None:
    """A delivery of matriculation rows and what became of it."""
    ledger.append(
        "submission", submission_id=submission_id, partner="moe", path=f"moe/{submission_id}.csv",
        file_name=f"{submission_id}.csv", sha256=submission_id, duplicate_of=None,
    )  # fmt: skip
    table = {"object": "matriculation_authority", "rows_accepted": rows, "rows_refused": 0}
    ledger.append("verdict", submission_id=submission_id, verdict=verdict, tables=[table])


def test_causes_are_what_happened_after_the_release_before(tmp_path: Path, declared: Declarations) -> None:
    home = Home(tmp_path)
    ledger = Ledger(home)
    for name in ("stays", "withdrawn"):
        sent(ledger, name)
    sent(ledger, "held", "held")
    old = with_rows(declared, {COUNT: {"definition_version": 1}})
    keep(home, old, ledger, "first", side(declared, 0))
    sent(ledger, "new")
    sent(ledger, "refused", "refused", 0)
    sent(ledger, "gone at once")
    for name in ("withdrawn", "gone at once"):
        ledger.append("withdrawal", submission_id=name, why="a private reason")
    # What was held is counted from now on.
    ledger.append("verdict", submission_id="held", verdict="accepted", tables=ledger.verdicts["held"]["tables"])
    now = with_rows(declared, {COUNT: {"definition_version": 2}})
    ledger.append("acceptance", check="a_check", why="it is real", inputs=release.inputs_digest(now, ledger))
    ledger.append("acceptance", check="another", why="of other inputs", inputs="others")
    causes = told(home, old, side(declared, 1), now)["release_causes"]
    assert sorted(causes[["cause", "cause_id", "object_id"]].itertuples(index=False, name=None)) == [
        ("acceptance", "a_check", "none"),
        ("definition", COUNT, "indicators"),
        ("delivery", "held", "matriculation_authority"),
        ("delivery", "new", "matriculation_authority"),
        ("register", "indicators", "indicators"),
        ("withdrawal", "withdrawn", "matriculation_authority"),
    ]
    assert causes.loc[causes["cause"] == "definition", ["before", "after"]].to_numpy().tolist() == [["1", "2"]]
    assert causes["why"].dropna().tolist() == ["it is real"]


def test_release_before_is_read_as_it_was_whatever_came_later(home: Home, declared: Declarations) -> None:
    ledger = Ledger(home)
    sent(ledger, "later")
    found = before(home, declared, ledger, "first")
    assert found is not None and found.ledger.effective == () and len(ledger.effective) == 1
    assert before(home, declared, ledger, "lost") is None


# The audit


def leaks(
    declared: Declarations, changed: Mapping[str, pd.DataFrame], old: pd.DataFrame, new: pd.DataFrame
) -> set[str]:
    registers = (pd.DataFrame([dict(row) for row in declared.rows(name)]) for name in ("indicators", "areas"))
    found = audit_changes(new, old, changed, *registers, declared.initiative.settings)
    assert {leak.check for leak in found} <= {f"check_confidentiality_hidden_in_{name}" for name in changed}
    return {leak.message for leak in found}


def test_audit_of_changes_finds_nothing_in_what_is_made(home: Home, declared: Declarations) -> None:
    old, new = side(declared, 0).assign(verdict="behind"), side(declared, 1).assign(verdict="met")
    keep(home, declared, Ledger(home), "other", old)
    ledger = Ledger(home)
    found = change_tables(new, declared, ledger, before(home, declared, ledger, "other"))
    assert len(found["restated_values"]) == 2 and len(found["verdict_changes"]) == 1
    assert leaks(declared, found, old, new) == set()


@pytest.mark.parametrize(
    ("area", "period", "value", "message"),
    [
        ("IL", "2022", 999.0, "A row of restated_values repeats what the last release did not show."),
        ("3000", "2022", 7041.0, "A row of restated_values repeats what is hidden now."),
        ("0070", "2019", 7.0, "A shown numerator is too small."),
    ],
    ids=["another value", "hidden now", "too few by now"],
)
def test_audit_of_changes_finds_what_may_not_be_repeated(
    declared: Declarations, area: str, period: str, value: float, message: str
) -> None:
    old, new = side(declared, 0), side(declared, 1)
    is_few = (old["area_code"] == "0070") & (old["period"] == "2019")
    old.loc[is_few, ["value", "numerator"]] = 7.0
    told = pd.DataFrame([row(declared, COUNT, area, period, 1.0) | {"before_value": value}])
    assert leaks(declared, {"restated_values": told}, old, new) == {message}


def test_audit_of_changes_finds_a_verdict_that_was_not_said(declared: Declarations) -> None:
    old, new = side(declared, 0).assign(verdict="behind"), side(declared, 1)
    turn = row(declared, COUNT, "IL", "2023", 1200, verdict="met")
    kept = {name: turn[name] for name in ("indicator_id", "area_code", "frequency", "period", "verdict")}
    for verdict, message in (("behind", None), ("met", "A row of turns repeats what the last release did not show.")):
        told = pd.DataFrame([{**kept, "from_period": "2022", "from_verdict": verdict}])
        assert leaks(declared, {"turns": told}, old, new) == ({message} if message else set())
