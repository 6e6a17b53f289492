"""Texts that people wrote freely: shown as given, once somebody has read them and said so.

A release holds for the text itself, by its hash: an edited text waits again. Belongs here: which texts wait, and
leaving them out. Does not belong here: where they are shown.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pandas as pd
from duckdb import DuckDBPyConnection

from pipelines.declarations import Declarations, TableContract

RELEASED = "released_texts"
DIGITS = 16


@dataclass(frozen=True)
class Waiting:
    """A text that nobody has released: where it stands, and its id for the register."""

    text_id: str
    object_id: str
    column: str
    partner_id: str
    text: str


def text_id(text: str) -> str:
    """Of the text itself: the same words have the same id wherever they stand."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def released_ids(declarations: Declarations) -> frozenset[str]:
    """Ids of the texts that somebody released."""
    return frozenset(row["text_id"] for row in declarations.rows(RELEASED))


def without_unreleased(rows: pd.DataFrame, contract: TableContract, released: Collection[str]) -> pd.DataFrame:
    """The rows with None in place of every text that waits for its release."""
    shown = rows.copy()
    for column in contract.columns:
        if column.needs_release:
            kept = (text if isinstance(text, str) and text_id(text) in released else None for text in rows[column.name])
            # Of a list pandas would make a column of strings, in which None is not a number.
            shown[column.name] = pd.Series(list(kept), index=rows.index, dtype=object)
    return shown


def waiting(connection: DuckDBPyConnection, declarations: Declarations) -> Iterator[Waiting]:
    """Texts of the current warehouse that nobody has released, in a fixed order, each once."""
    released = released_ids(declarations)
    seen: set[str] = set()
    for table in declarations.datasets:
        for name in (column.name for column in table.columns if column.needs_release):
            found = connection.sql(
                f"select partner_id, {name} from stg_{table.id} where {name} is not null order by 1, 2"
            ).fetchall()
            for partner_id, text in found:
                identity = text_id(text)
                if identity not in released and identity not in seen:
                    seen.add(identity)
                    yield Waiting(identity, table.id, name, partner_id, text)
