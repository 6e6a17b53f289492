"""Published tables of one made-up partnership, for page tests: many meetings, a hostile answer."""

import pandas as pd

AREA = "0070"
HOSTILE_ANSWER = "</blockquote><script>alert(1)</script> אמון & 'אמת'"


def partnership_tables() -> dict[str, pd.DataFrame]:
    """The tables of `published_partnership` for one area."""
    days = ("2022-10-01", "2022-12-01", "2023-02-01", "2023-04-01", "2023-10-01", "2023-12-01", "2024-02-01")
    meetings = [
        {
            "area_code": AREA, "working_group": "Group A", "meeting_date": day, "n_organisations_invited": 7,
            "n_organisations_came": number, "n_sectors_came": 2, "n_agenda_planned": 5, "n_agenda_covered": 4,
        }
        for number, day in enumerate(days)
    ]  # fmt: skip
    # Nobody told who was invited, or what was on the agenda.
    empty = {"n_organisations_invited": None, "n_organisations_came": None, "n_sectors_came": None}
    empty |= {"n_agenda_planned": None, "n_agenda_covered": None}
    meetings.append({"area_code": AREA, "working_group": "קבוצה ב", "meeting_date": "2024-03-01"} | empty)
    group = {"area_code": AREA, "working_group": "Group A"}
    tasks = [
        group | {"organisation": "City", "n_tasks": 9, "n_done": 5, "n_open": 4, "n_past_due": 3, "n_not_met_since": 2},
        group | {"organisation": "Fund", "n_tasks": 2, "n_done": 2, "n_open": 0, "n_past_due": 0, "n_not_met_since": 0},
    ]
    raised = {
        "area_code": AREA, "raised_id": "1", "title": "An open laboratory", "raised_on": "2024-01-15",
        "organisation": "Fund", "organisation_sector": "third", "initiative_status": "adopted",
    }  # fmt: skip
    answer = {
        "area_code": AREA, "answer_number": 1, "period": "2024", "survey_topic": "trust",
        "answer_text": HOSTILE_ANSWER,
    }  # fmt: skip
    return {
        "partnership_meetings": pd.DataFrame(meetings),
        "partnership_tasks": pd.DataFrame(tasks),
        "partnership_initiatives": pd.DataFrame([raised]),
        "partnership_answers_released": pd.DataFrame([answer]),
        "partnership_answers_waiting": pd.DataFrame([{"area_code": AREA, "n_waiting": 3}]),
    }
