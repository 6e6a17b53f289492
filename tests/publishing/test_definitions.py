"""Definitions: remembered when published; changed in silence they stop a run, in the open they break and ask."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from pipelines.declarations import DeclarationError, Declarations
from pipelines.paths import Home
from pipelines.publishing import definitions, release
from pipelines.publishing.ledger import Ledger

Change = Callable[..., Declarations]


@pytest.fixture
def declared(declared: Declarations) -> Declarations:
    """The home initiative as when every definition was new."""
    first = {"definition_version": 1, "version_first_period": None}
    rows = {"indicators": tuple({**row, **first} for row in declared.rows("indicators"))}
    return replace(declared, register_rows=MappingProxyType({**declared.register_rows, **rows}))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Home(tmp_path))


@pytest.fixture
def first(declared: Declarations) -> str:
    return str(declared.rows("indicators")[0]["indicator_id"])


@pytest.fixture
def changed(declared: Declarations) -> Change:
    """The declarations with other cells in the first indicator, and perhaps further breaks."""

    def change(breaks: tuple[str, ...] = (), **cells: object) -> Declarations:
        row, *others = declared.rows("indicators")
        broken = [{"indicator_id": row["indicator_id"], "period": period} for period in breaks]
        rows = {"indicators": ({**row, **cells}, *others), "breaks": (*declared.rows("breaks"), *broken)}
        return replace(declared, register_rows=MappingProxyType({**declared.register_rows, **rows}))

    return change


def test_definitions_are_remembered_once(declared: Declarations, ledger: Ledger) -> None:
    definitions.check(declared, ledger)
    definitions.record(declared, ledger)
    definitions.record(declared, ledger)
    events = list(ledger.of("definition"))
    assert [e["indicator_id"] for e in events] == [row["indicator_id"] for row in declared.rows("indicators")]
    assert all(e["version"] == 1 and len(e["digest"]) == 64 for e in events)
    definitions.check(declared, ledger)


@pytest.mark.parametrize("part", definitions.PARTS)
def test_changed_definition_under_its_old_version_is_told_in_one_line(
    declared: Declarations, ledger: Ledger, changed: Change, first: str, part: str
) -> None:
    definitions.record(declared, ledger)
    with pytest.raises(DeclarationError) as raised:
        definitions.check(changed(**{part: "other=1" if part.endswith("filter") else "other"}), ledger)
    said = str(raised.value)
    assert said.startswith(f"5p2/indicators.csv: row 2: {first}: {part}: ")
    assert "raise definition_version to 2" in said and "\n" not in said


def test_changed_sql_of_a_model_is_a_changed_definition(declared: Declarations, ledger: Ledger) -> None:
    definitions.record(declared, ledger)
    name, sql = next((name, sql) for name, sql in declared.models.items() if "= 2" in sql)
    definitions.check(replace(declared, models={**declared.models, name: sql.replace("\n", "\n  ")}), ledger)
    with pytest.raises(DeclarationError, match=f"{name}: model: the definition changed"):
        definitions.check(replace(declared, models={**declared.models, name: sql.replace("= 2", "= 1")}), ledger)


def test_texts_groups_and_the_order_of_conditions_are_no_definition(
    declared: Declarations, ledger: Ledger, changed: Change
) -> None:
    definitions.record(declared, ledger)
    conditions = declared.rows("indicators")[0]["numerator_filter"]
    turned = ";".join(reversed(conditions.split(";")))
    assert turned != conditions
    more = {"name_en": "Other", "dimensions": None, "sort_order": 99, "minimum_denominator": 5, "responsible": "Other"}
    definitions.check(changed(numerator_filter=turned, **more), ledger)


def test_new_version_is_accepted_and_remembered_beside_the_old(
    declared: Declarations, ledger: Ledger, changed: Change, first: str
) -> None:
    definitions.record(declared, ledger)
    second = changed(direction="down", definition_version=2, version_first_period="2020")
    definitions.check(second, ledger)
    definitions.record(second, ledger)
    assert [e["version"] for e in ledger.of("definition") if e["indicator_id"] == first] == [1, 2]
    # Undoing the change gives the first version again, which is known.
    definitions.check(declared, ledger)
    with pytest.raises(DeclarationError, match="raise definition_version to 3"):
        definitions.check(changed(direction="up", definition_version=2, version_first_period="2020"), ledger)


def test_version_that_was_passed_over_cannot_be_used(declared: Declarations, ledger: Ledger, changed: Change) -> None:
    definitions.record(declared, ledger)
    definitions.record(changed(definition_version=3, version_first_period="2020"), ledger)
    with pytest.raises(DeclarationError, match="definition_version: 2 is below 3"):
        definitions.check(changed(definition_version=2, version_first_period="2021"), ledger)


def test_break_of_an_earlier_version_may_not_be_forgotten(
    declared: Declarations, ledger: Ledger, changed: Change
) -> None:
    definitions.record(declared, ledger)
    definitions.record(changed(definition_version=2, version_first_period="2019"), ledger)
    third = {"definition_version": 3, "version_first_period": "2021"}
    with pytest.raises(DeclarationError, match=r"version 2 began in 2019.*breaks\.csv"):
        definitions.check(changed(**third), ledger)
    definitions.check(changed(breaks=("2019",), **third), ledger)


def test_remembering_changes_neither_the_release_nor_its_date(declared: Declarations, ledger: Ledger) -> None:
    before = ledger.as_of, release.release_id(declared, ledger)
    definitions.record(declared, ledger)
    assert (ledger.as_of, release.release_id(declared, ledger)) == before


def test_baseline_older_than_its_definition_asks_for_a_decision(
    declared: Declarations, changed: Change, first: str
) -> None:
    assert list(definitions.decisions(declared)) == []
    (line,) = definitions.decisions(changed(definition_version=2, version_first_period="2020"))
    assert line.startswith(f"Baseline of {first} (2013) was agreed before version 2")
    decided = changed(definition_version=2, version_first_period="2013")
    assert list(definitions.decisions(decided)) == []
