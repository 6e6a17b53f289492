"""What collaboration is told: rows of declared shapes, protected values, deliveries, the day.

Belongs here: reading the models `int_<shape>`, without texts that nobody has released. Does not belong here: what
follows from the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
from duckdb import DuckDBPyConnection

from pipelines.collaboration import texts
from pipelines.declarations import Declarations
from pipelines.warehouse import shape_columns

# Dates are ISO text from here on, as they are in published tables.
READ_AS_TEXT = "date"
DELIVERIES = ("partner_id", "indicator_id", "area_code", "period", "submission_id")


@dataclass(frozen=True)
class Inputs:
    """Everything that tables of collaboration are made from.

    `shapes`: shape → rows of all its tables, with the shape's columns and object_id, partner_id, submission_id; dates
    are ISO text, and a text that needs its release and has none is None. `values`: published indicator_values,
    protected. `submissions`: one row per effective submission and object, with partner_id and received_on. `as_of`: ISO
    date of the last ledger event, the only clock. `deliveries`: `DELIVERIES`, one row per partner, indicator, area and
    period that the partner ever told of, with the first submission that did.
    """

    declarations: Declarations
    shapes: Mapping[str, pd.DataFrame]
    values: pd.DataFrame
    submissions: pd.DataFrame
    as_of: str
    deliveries: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DELIVERIES), dtype=object))


def register_frame(declarations: Declarations, register_id: str) -> pd.DataFrame:
    """A register's rows in file order, with all its columns where it has no row."""
    columns = list(declarations.objects[register_id].types)
    return pd.DataFrame([dict(row) for row in declarations.rows(register_id)], columns=columns)


def read_shapes(connection: DuckDBPyConnection, declarations: Declarations) -> dict[str, pd.DataFrame]:
    """Rows of every declared shape, in a fixed order; an empty frame of its columns where no table has the shape."""
    return {shape: _read_shape(connection, declarations, shape) for shape in declarations.shapes}


def read_deliveries(connection: DuckDBPyConnection) -> pd.DataFrame:
    """`Inputs.deliveries`, in a fixed order."""
    columns = ", ".join(DELIVERIES)
    return connection.sql(f"select {columns} from int_deliveries order by {columns}").df()


def _read_shape(connection: DuckDBPyConnection, declarations: Declarations, shape: str) -> pd.DataFrame:
    defined = declarations.shapes[shape]
    columns = shape_columns(defined)
    if not declarations.of_shape(shape):
        return pd.DataFrame(columns=list(columns), dtype=object)
    selected = ", ".join(
        f"cast({name} as string) as {name}" if kind == READ_AS_TEXT else name for name, kind in columns.items()
    )
    rows = connection.sql(f"select {selected} from int_{shape} order by {', '.join(columns)}").df()
    rows = rows.astype(object).where(rows.notna(), None)
    return texts.without_unreleased(rows, defined, texts.released_ids(declarations))
