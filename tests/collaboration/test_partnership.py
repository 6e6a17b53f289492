"""The tables of the partnership itself, from a few rows that can be counted by hand."""

from types import MappingProxyType
from typing import Any

import pandas as pd

from pipelines.collaboration import Inputs
from pipelines.collaboration.partnership import partnership_tables
from pipelines.declarations import Declarations
from pipelines.warehouse import shape_columns

GROUP = {"area_code": "x", "working_group": "A"}
FIRST, SECOND = (GROUP | {"meeting_date": day, "period": "2024"} for day in ("2024-01-16", "2024-03-12"))
# Its day has not come: it is of no period.
PLANNED = GROUP | {"meeting_date": "2024-06-11", "period": None}


def came(meeting: dict[str, str], organisation: str, sector: str, n_invited: int, n_attended: int) -> dict[str, Any]:
    numbers = {"n_invited": n_invited, "n_attended": n_attended}
    return meeting | {"organisation": organisation, "organisation_sector": sector} | numbers


ROWS: dict[str, list[dict[str, Any]]] = {
    # Of the second meeting nobody told the agenda; of a third only that.
    "meetings": [
        FIRST | {"n_agenda_planned": 5, "n_agenda_covered": 4},
        GROUP | {"meeting_date": "2024-05-01", "period": "2024", "n_agenda_planned": 3, "n_agenda_covered": 3},
        PLANNED | {"n_agenda_planned": 6, "n_agenda_covered": None},
    ],
    "meeting_attendance": [
        came(FIRST, "City", "public", 3, 2),
        came(FIRST, "School", "public", 1, 1),
        came(FIRST, "Fund", "third", 1, 0),
        came(FIRST, "Guest", "third", 0, 0),
        came(SECOND, "City", "public", 3, 0),
        came(PLANNED, "City", "public", 3, 0),
    ],
    "tasks": [
        GROUP | {"organisation": "City", "decided_on": "2024-01-16", "done_on": "2024-02-01", "due_on": "2024-01-30"},
        GROUP | {"organisation": "City", "decided_on": "2024-04-30", "done_on": None, "due_on": "2024-06-01"},
        GROUP | {"organisation": "City", "decided_on": "2024-05-01", "done_on": None, "due_on": "2024-05-31"},
        GROUP | {"organisation": None, "decided_on": "2024-05-02", "done_on": None, "due_on": None},
        # A group of which no meeting was told.
        {"area_code": "x", "working_group": "B", "organisation": "City", "decided_on": "2024-01-01"},
    ],
    "initiatives_raised": [{"area_code": "x", "raised_id": "1", "title": "An idea", "raised_on": "2024-02-13"}],
    "partnership_answers": [
        {"area_code": "x", "answer_id": "9", "period": "2024", "survey_topic": "trust", "answer_text": "b"},
        {"area_code": "x", "answer_id": "1", "period": "2024", "survey_topic": "trust", "answer_text": None},
        {"area_code": "x", "answer_id": "2", "period": "2023", "survey_topic": "trust", "answer_text": "z"},
        {"area_code": "y", "answer_id": "1", "period": "2024", "survey_topic": "trust", "answer_text": None},
        {"area_code": "y", "answer_id": "2", "period": "2024", "survey_topic": "trust", "answer_text": None},
    ],
}


def made(declared: Declarations, rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Each table's rows in its contract's columns, None where a cell is empty."""
    shapes = {
        shape: pd.DataFrame(rows.get(shape, []), columns=list(shape_columns(table)), dtype=object)
        for shape, table in declared.shapes.items()
    }
    inputs = Inputs(declared, MappingProxyType(shapes), pd.DataFrame(), pd.DataFrame(), "2024-06-01")
    found = {}
    for name, frame in partnership_tables(inputs).items():
        plain = frame[[column.name for column in declared.objects[name].columns]].astype(object)
        found[name] = list(plain.where(plain.notna(), None).itertuples(index=False, name=None))
    return found


def test_meetings_count_organisations_and_say_what_nobody_told(declared: Declarations) -> None:
    assert sorted(made(declared, ROWS)["partnership_meetings"]) == [
        # City and School came, of one sector; the guest was not invited.
        ("x", "A", "2024-01-16", 3, 2, 1, 5, 4),
        ("x", "A", "2024-03-12", 1, 0, 0, None, None),
        ("x", "A", "2024-05-01", None, None, None, 3, 3),
    ]


def test_tasks_are_past_due_from_the_day_after_and_counted_where_no_meeting_followed(declared: Declarations) -> None:
    assert made(declared, ROWS)["partnership_tasks"] == [
        # The group met last on 2024-05-01: it has not met since two of the tasks.
        ("x", "A", "City", 3, 1, 2, 1, 1),
        ("x", "A", "–", 1, 0, 1, 0, 1),
        ("x", "B", "City", 1, 0, 1, 0, 1),
    ]


def test_answers_are_numbered_anew_and_those_that_wait_are_only_counted(declared: Declarations) -> None:
    tables = made(declared, ROWS)
    assert tables["partnership_answers_released"] == [
        ("x", 1, "2023", "trust", "z"),
        ("x", 2, "2024", "trust", "b"),
    ]
    assert tables["partnership_answers_waiting"] == [("x", 1), ("y", 2)]


def test_initiative_without_partnerships_has_empty_tables(declared: Declarations) -> None:
    tables = made(declared, {})
    assert len(tables) == 5 and not any(tables.values())


def test_words_wait_for_their_release(declared: Declarations) -> None:
    shapes = declared.shapes
    texts = {
        (shape, column.name) for shape, table in shapes.items() for column in table.columns if column.needs_release
    }
    assert texts >= {
        ("initiatives_raised", "title"),
        ("initiatives_raised", "organisation"),
        ("tasks", "organisation"),
        ("partnership_answers", "answer_text"),
    }
