"""Rows of shapes as collaboration reads them, and plans that several rooms' tests look at."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines.declarations import Declarations
from pipelines.warehouse import shape_columns


def shape_rows(declared: Declarations, shape: str, *rows: Mapping[str, Any]) -> pd.DataFrame:
    """A shape's frame of plain objects; a column that a row does not name is empty."""
    columns = list(shape_columns(declared.shapes[shape]))
    return pd.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], columns=columns, dtype=object)


def plan_shapes(declared: Declarations, area_code: str, indicator_id: str, text: str) -> dict[str, pd.DataFrame]:
    """A plan of two goals and two components, with words that somebody released, and some that nobody has."""
    of_area = {"area_code": area_code}
    goals = [
        {
            "work_goal_id": "Y-1", "work_goal_name": text, "indicator_id": indicator_id, "from_value": 26.0,
            "from_period": "2013", "to_value": 60.0, "by_period": "2026", "has_source": False,
        },
        {"work_goal_id": "Y-2", "has_source": False},
    ]  # fmt: skip
    components = [
        {
            "component_id": "Y-1.1", "work_goal_id": "Y-1", "component_name": text, "status": "under_way",
            "starts_on": "2024-01-01", "ends_on": "2024-06-30", "planned_amount": 40.0, "done_amount": 4.0,
            "amount_unit": "persons",
        },
        {"component_id": "X-9", "work_goal_id": "X-none", "status": "done"},
    ]  # fmt: skip
    money = [{"component_id": "Y-1.1", "budget_year": 2024, "budget_planned": 1000.0, "budget_spent": 250.0}]
    return {
        "work_plan_goals": shape_rows(declared, "work_plan_goals", *(of_area | row for row in goals)),
        "work_plan": shape_rows(declared, "work_plan", *(of_area | row for row in components)),
        "work_plan_budgets": shape_rows(declared, "work_plan_budgets", *(of_area | row for row in money)),
    }
