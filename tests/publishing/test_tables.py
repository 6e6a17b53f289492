"""Published tables: each declared one is made and written, by the columns of its contract."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pipelines.declarations import Declarations
from pipelines.publishing.tables import PUBLIC_REGISTERS, VALUES, read_tables, write_tables


@pytest.fixture
def frames(declared: Declarations) -> dict[str, pd.DataFrame]:
    """Two rows of every published table, in the wrong order and with a column too many."""
    return {
        contract.id: pd.DataFrame(
            {
                **{column.name: _cells(column.type) for column in contract.columns},
                "only_inside": ["x", "y"],
            }
        )
        for contract in declared.published
    }


def _cells(kind: str) -> list[object]:
    return {"text": ["b", "a"], "integer": [2, 1]}.get(kind, [0.12345678905, -1e-12])


def test_every_declared_table_is_written_as_its_contract_says(
    frames: dict[str, pd.DataFrame], declared: Declarations, tmp_path: Path
) -> None:
    write_tables(tmp_path, declared, frames)
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    named = [resource["name"] for resource in package["resources"]]
    assert named == [*(contract.id for contract in declared.published), *PUBLIC_REGISTERS]
    for contract in declared.published:
        written = pd.read_parquet(tmp_path / f"{contract.id}.parquet")
        assert list(written.columns) == [column.name for column in contract.columns]
        assert written[contract.key[0]].tolist() == ["a", "b"]
        assert (tmp_path / f"{contract.id}.csv").read_text("utf-8-sig").count("\n") == 3


def test_published_indicators_say_below_which_number_each_is_hidden(
    frames: dict[str, pd.DataFrame], declared: Declarations, tmp_path: Path
) -> None:
    write_tables(tmp_path, declared, frames)
    published = pd.read_csv(tmp_path / "indicators.csv", index_col="indicator_id")["threshold"]
    rows = {row["indicator_id"]: row for row in declared.rows("indicators")}
    of_persons = [name for name, row in rows.items() if row["counts_persons"]]
    assert set(published[of_persons]) == {11} and set(published.drop(of_persons)) == {0}
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    (told,) = (resource for resource in package["resources"] if resource["name"] == "indicators")
    (field,) = (field for field in told["schema"]["fields"] if field["name"] == "threshold")
    assert field["type"] == "integer" and "hidden" in field["description"]


def test_numbers_are_rounded_and_no_zero_is_negative(
    frames: dict[str, pd.DataFrame], declared: Declarations, tmp_path: Path
) -> None:
    write_tables(tmp_path, declared, frames)
    assert read_tables(tmp_path, declared)[VALUES]["value"].tolist() == [0.0, 0.1234567890]
    assert str(read_tables(tmp_path, declared)[VALUES]["value"].iloc[0]) == "0.0"


@pytest.mark.parametrize("change", ["missing", "undeclared"])
def test_table_that_is_not_made_or_not_declared_is_an_error(
    change: str, frames: dict[str, pd.DataFrame], declared: Declarations, tmp_path: Path
) -> None:
    values = frames.pop(VALUES)
    given = frames if change == "missing" else {**frames, VALUES: values, "surplus": values}
    with pytest.raises(ValueError, match=VALUES if change == "missing" else "surplus"):
        write_tables(tmp_path, declared, given)
