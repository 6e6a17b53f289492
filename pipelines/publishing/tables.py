"""Published tables: protected values, what follows from them, and public registers → CSV, Parquet, data package.

The same rows always give the same bytes.
Column order, types and descriptions come from the contracts of kind `published` and of the registers. Does not belong
here: what a value is, or whether it may be shown.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipelines.declarations import Declarations, TableContract
from pipelines.intake.land import ARROW

VALUES = "indicator_values"
# Registers that explain the codes in the values; the others say how the initiative works inside. The agreed baselines
# are published beside what the sources say today, and only where they show no hidden value.
PUBLIC_REGISTERS = (
    "indicators", "areas", "groups", "area_groups", "peer_groups", "subjects", "goals", "targets", "milestones",
    "breaks", "stages",
)  # fmt: skip
# Digits after the point: below them, values differ between machines and mean nothing.
DECIMALS = 10
FRICTIONLESS = {"text": "string", "integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}


def write_tables(folder: Path, declarations: Declarations, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write every published table into `folder`, with a datapackage.json that describes them.

    `frames`: contract id → rows with at least the contract's columns, for each contract of kind `published`; they are
    sorted by its key. Raises ValueError where a declared table is not given, or one that is given is not declared.
    """
    contracts = {contract.id: contract for contract in declarations.published}
    if contracts.keys() != frames.keys():
        odd = ", ".join(sorted(contracts.keys() ^ frames.keys()))
        raise ValueError(f"published tables are either not declared or not made: {odd}")
    folder.mkdir(parents=True, exist_ok=True)
    for table_id, contract in contracts.items():
        _write(folder, contract, as_written(contract, frames[table_id]))
    registers = [declarations.objects[register_id] for register_id in PUBLIC_REGISTERS]
    for register in registers:
        _write(folder, register, register_as_written(declarations, register.id))
    package = _datapackage(declarations, [*contracts.values(), *registers])
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def names(declarations: Declarations) -> tuple[str, ...]:
    """What is published as a table: contracts of kind `published`, and public registers."""
    return (*(contract.id for contract in declarations.published), *PUBLIC_REGISTERS)


def read_tables(folder: Path, declarations: Declarations) -> dict[str, pd.DataFrame]:
    """Every declared published table by its contract's id, as it stands in its Parquet file.

    A release that was kept from before a table was declared lacks it.
    """
    files = {contract.id: folder / f"{contract.id}.parquet" for contract in declarations.published}
    return {name: pd.read_parquet(file) for name, file in files.items() if file.is_file()}


def _schema(contract: TableContract) -> pa.Schema:
    return pa.schema({name: ARROW[kind] for name, kind in contract.types.items()})


def register_as_written(declarations: Declarations, register_id: str) -> pa.Table:
    """A register as its file says it."""
    rows = [dict(row) for row in declarations.rows(register_id)]
    return pa.Table.from_pylist(rows, schema=_schema(declarations.objects[register_id]))


def as_written(contract: TableContract, rows: pd.DataFrame) -> pa.Table:
    """A published table as its file says it: columns and types of the contract, in the order of its key, rounded."""
    rounded = rows.sort_values(list(contract.key), kind="stable", ignore_index=True)
    for column in contract.columns:
        if column.type == "number":
            # Adding zero turns a negative zero, which would be printed as such, into zero.
            rounded[column.name] = pd.to_numeric(rounded[column.name]).astype("float64").round(DECIMALS) + 0.0
    return pa.Table.from_pandas(rounded, schema=_schema(contract), preserve_index=False)


def _write(folder: Path, contract: TableContract, table: pa.Table) -> None:
    plain = table.replace_schema_metadata(None)
    pq.write_table(plain, folder / f"{contract.id}.parquet", compression="zstd")
    temporary = folder / f".{contract.id}.part"
    with temporary.open("wb") as handle:
        # Spreadsheets read UTF-8 as something else without the mark.
        handle.write(b"\xef\xbb\xbf")
        pyarrow.csv.write_csv(plain, handle, pyarrow.csv.WriteOptions(quoting_style="needed"))
    os.replace(temporary, folder / f"{contract.id}.csv")


def _datapackage(declarations: Declarations, contracts: Iterable[TableContract]) -> Mapping[str, Any]:
    initiative = declarations.initiative
    return {
        "name": initiative.id,
        "title": initiative.names[initiative.default_language],
        "resources": [
            {
                "name": contract.id,
                "path": f"{contract.id}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "description": contract.description,
                "schema": {
                    "fields": _fields(contract),
                    "primaryKey": list(contract.key),
                    "missingValues": [""],
                },
            }
            for contract in contracts
        ],
    }


def _fields(contract: TableContract) -> list[Mapping[str, str]]:
    declared = [_field(column.name, column.type, column.description) for column in contract.columns]
    return declared + [_field(column.name, column.type, column.description) for column in contract.derived]


def _field(name: str, kind: str, description: str) -> Mapping[str, str]:
    return {"name": name, "type": FRICTIONLESS[kind], "description": description}
