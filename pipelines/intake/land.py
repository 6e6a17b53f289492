"""Landing: accepted rows → one Parquet file a submission and object, refused ones beside; registers likewise.

Files are written under a temporary name and renamed: a killed write leaves nothing under a final name.
"""

import os
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.declarations import LINEAGE, STATUS_SUFFIX, Declarations, TableContract
from pipelines.paths import Home

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.string(),
}
ORIGIN = dict(zip(LINEAGE, (pa.string(), pa.string(), pa.string(), pa.int64()), strict=True))
# The file that stands in for an object that nobody delivered: dbt's sources need at least one.
NOTHING_YET = "empty"


def landing_schema(contract: TableContract) -> pa.Schema:
    """Columns of a landed object: the contract's, a status a measure, and where the row came from."""
    fields: dict[str, pa.DataType] = {}
    for column in contract.columns:
        fields[column.name] = ARROW[column.type]
        if column.role == "measure":
            fields[column.name + STATUS_SUFFIX] = pa.string()
    return pa.schema(fields | ORIGIN)


def land(
    home: Home,
    contract: TableContract,
    submission_id: str,
    partner_id: str,
    frames: Mapping[str | None, pd.DataFrame],
) -> None:
    """Write the accepted rows of one submission; `frames` is sheet name → typed rows with row numbers as index."""
    parts = [_with_lineage(frame, submission_id, partner_id, sheet) for sheet, frame in frames.items()]
    table = pa.Table.from_pandas(pd.concat(parts), schema=landing_schema(contract), preserve_index=False)
    write_parquet(table, home.landing / contract.id / f"{submission_id}.parquet")


def land_refused(home: Home, object_id: str, submission_id: str, rows: pd.DataFrame) -> None:
    """Keep refused rows as the text that was sent (columns of the contract, `source_sheet`, `source_row`)."""
    write_parquet(
        pa.Table.from_pandas(rows, preserve_index=False),
        home.refused / object_id / f"{submission_id}.parquet",
    )


def remove(home: Home, submission_id: str) -> None:
    """Take a submission's rows out of what the warehouse reads; archive and ledger keep it."""
    for folder in (home.landing, home.refused):
        for file in folder.glob(f"*/{submission_id}.parquet"):
            file.unlink()


def keep_only(home: Home, submission_ids: Set[str]) -> None:
    """Remove landed rows of every other submission: withdrawn ones, and ones that the ledger does not know."""
    for folder in (home.landing, home.refused):
        for file in folder.glob("*/*-*.parquet"):
            if file.stem not in submission_ids:
                file.unlink()


def landed(home: Home, contract: TableContract, submission_ids: Set[str]) -> list[Path]:
    """Files of these submissions' rows, oldest first; what was landed under an older contract is left out."""
    schema = landing_schema(contract)
    files = sorted((home.landing / contract.id).glob("*-*.parquet"))
    return [file for file in files if file.stem in submission_ids and pq.read_schema(file).equals(schema)]


def numbers(home: Home, contract: TableContract, submission_ids: Set[str], names: Set[str]) -> Iterator[pd.DataFrame]:
    """These number columns of these submissions' rows, a part of a file at a time: a partner may send for years."""
    for file in landed(home, contract, submission_ids):
        with pq.ParquetFile(file) as rows:
            for batch in rows.iter_batches(columns=sorted(names)):
                yield batch.to_pandas()


def prepare(home: Home, declarations: Declarations) -> None:
    """Land the registers, and an empty typed file for each dataset, so that every source can be read."""
    for contract in declarations.registers:
        schema = pa.schema({column.name: ARROW[column.type] for column in contract.columns})
        rows = [dict(row) for row in declarations.rows(contract.id)]
        write_parquet(pa.Table.from_pylist(rows, schema=schema), home.landing / contract.id / f"{contract.id}.parquet")
    for contract in declarations.datasets:
        empty = landing_schema(contract).empty_table()
        write_parquet(empty, home.landing / contract.id / f"{NOTHING_YET}.parquet")


def write_parquet(table: pa.Table, target: Path) -> None:
    """Parquet without pandas metadata, under a temporary name first."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.part")
    pq.write_table(table.replace_schema_metadata(None), temporary, compression="zstd")
    os.replace(temporary, target)


def _with_lineage(frame: pd.DataFrame, submission_id: str, partner_id: str, sheet: str | None) -> pd.DataFrame:
    lineage: dict[str, Any] = dict(zip(LINEAGE, (submission_id, partner_id, sheet, frame.index), strict=True))
    return frame.assign(**lineage)
