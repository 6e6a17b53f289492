"""What made-up groups decided and partners promised, for page tests: as `made_up_release` has values for them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines.collaboration import Inputs
from pipelines.collaboration.commitments import commitment_tables
from pipelines.collaboration.learning import learning_tables
from pipelines.declarations import Declarations
from pipelines.warehouse import shape_columns

AS_OF = "2024-11-03"
LOG, COMMITMENTS = "learning_log", "commitments"
HOSTILE_WORDS = "<script>alert('log')</script>\u202eevil"
DECIDED = "More hours in grade ten."


def tables(declarations: Declarations, values: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The published tables of learning and commitments that follow from the made-up rows and these values."""
    inputs = Inputs(declarations, shapes_of(declarations), values, pd.DataFrame(), AS_OF)
    return {**learning_tables(inputs), **commitment_tables(inputs)}


def shapes_of(declarations: Declarations) -> dict[str, pd.DataFrame]:
    """The made-up rows by shape; empty tables of the others."""
    rows = {LOG: list(_entries(declarations)), COMMITMENTS: list(_promises())}
    return {shape: _frame(rows.get(shape, []), list(shape_columns(t))) for shape, t in declarations.shapes.items()}


def _frame(rows: list[Mapping[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame([[row.get(name) for name in columns] for row in rows], columns=columns, dtype=object)


def _entries(declarations: Declarations) -> list[Mapping[str, Any]]:
    """Of the whole and of each area but the last: one released, one waiting, one about girls, one not due."""
    indicators = [row["indicator_id"] for row in declarations.rows("indicators") if row["is_headline"]]
    areas = [row["area_code"] for row in declarations.rows("areas")][:-1]
    found = []
    for area in areas:
        about = {"object_id": LOG, "partner_id": "moe", "area_code": area, "working_group": "Mathematics <group>"}
        found += [
            about | {
                "entry_id": "1", "entry_date": "2016-03-03", "entry_period": "2016", "indicator_id": indicators[0],
                "what_we_saw": HOSTILE_WORDS, "what_we_decided": DECIDED, "open_question": "Who leaves?",
                "has_open_question": True, "responsible": "Office", "look_again_on": "2017-03-03",
                "entry_status": "open",
            },
            about | {
                "entry_id": "2", "entry_date": "2019-12-01", "entry_period": "2020", "indicator_id": indicators[0],
                "has_open_question": True, "look_again_on": "2020-12-01", "entry_status": "open",
            },
            about | {
                "entry_id": "3", "entry_date": "2021-02-01", "entry_period": "2021", "indicator_id": indicators[-1],
                "gender": "female", "what_we_saw": "Few girls.", "what_we_decided": DECIDED, "has_open_question": False,
                "look_again_on": "2022-02-01", "entry_status": "closed",
            },
            about | {
                "entry_id": "4", "entry_date": "2024-09-01", "entry_period": "2025", "indicator_id": indicators[1],
                "what_we_saw": "Slow.", "what_we_decided": DECIDED, "has_open_question": False,
                "look_again_on": "2025-09-01", "entry_status": "open",
            },
        ]  # fmt: skip
    return found


def _promises() -> list[Mapping[str, Any]]:
    about = {
        "object_id": COMMITMENTS, "partner_id": "moe", "line": "visits", "promised_on": "2020-09-01",
        "promised_period": "2021",
    }  # fmt: skip
    return [
        about | {
            "commitment_id": "1", "unit": "hours", "amount_promised": 1200, "due_on": "2021-06-30",
            "due_period": "2021", "amount_delivered": 900, "delivered_on": "2021-05-01", "delivered_period": "2021",
        },
        about | {
            "commitment_id": "2", "unit": "ils", "amount_promised": 50000, "due_on": "2025-06-30", "due_period": "2025",
        },
    ]  # fmt: skip
