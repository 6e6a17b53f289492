"""The partnership itself: meetings, tasks by organisation, initiatives raised, written answers that were released.

Belongs here: counting organisations and tasks in rows of shapes. Does not belong here: indicators of the partnership
(SQL, and protected like all others), surveys (they are indicators), and layout. No person appears: what is counted are
organisations, and a text that nobody released is not even here (`inputs`).
"""

from collections.abc import Iterable, Mapping

import pandas as pd

from pipelines.collaboration.inputs import Inputs

GROUP = ["area_code", "working_group"]
MEETING = [*GROUP, "meeting_date"]
TAKEN_ON = [*GROUP, "organisation"]
# Nobody was named, or the name waits to be read.
NOT_NAMED = "–"


def partnership_tables(inputs: Inputs) -> Mapping[str, pd.DataFrame]:
    """Contract id → table of `published_partnership`; each empty where the initiative has nothing of its shape."""
    answers, held = inputs.shapes["partnership_answers"], taken_place(inputs.shapes["meetings"])
    return {
        "partnership_meetings": meetings(held, taken_place(inputs.shapes["meeting_attendance"])),
        "partnership_tasks": tasks(inputs.shapes["tasks"], held, inputs.as_of),
        "partnership_initiatives": initiatives(inputs.shapes["initiatives_raised"]),
        "partnership_answers_released": released(answers),
        "partnership_answers_waiting": waiting(answers),
    }


def taken_place(told: pd.DataFrame) -> pd.DataFrame:
    """Rows of meetings whose day has come; one that is planned is of no period yet."""
    return told[told["period"].notna()]


def meetings(held: pd.DataFrame, attendance: pd.DataFrame) -> pd.DataFrame:
    """One row per meeting that either table tells of; numbers of organisations, not of those who came from them."""
    invited = attendance[attendance["n_invited"].astype("Int64") > 0]
    came = invited[invited["n_attended"].astype("Int64") > 0]
    columns = {
        "n_organisations_invited": invited.groupby(MEETING)["organisation"].nunique(),
        "n_organisations_came": came.groupby(MEETING)["organisation"].nunique(),
        "n_sectors_came": came.groupby(MEETING)["organisation_sector"].nunique(),
    }
    known = pd.concat([held[MEETING], invited[MEETING]]).drop_duplicates()
    agenda = held[[*MEETING, "n_agenda_planned", "n_agenda_covered"]].drop_duplicates(MEETING)
    rows = known.merge(agenda, on=MEETING, how="left")
    for name, counted in columns.items():
        rows = rows.merge(counted.rename(name).reset_index(), on=MEETING, how="left")
    is_told = rows["n_organisations_invited"].notna()
    for name in columns:
        rows[name] = rows[name].astype("Int64").mask(is_told & rows[name].isna(), 0)
    return _whole(rows, ("n_agenda_planned", "n_agenda_covered"))


def tasks(decided: pd.DataFrame, held: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """One row per group and organisation: tasks, done, open, those of the open that were due before `as_of`, and those
    that the share of tasks in time leaves out, since their group has not met after deciding on them."""
    last_meeting = held.groupby(GROUP)["meeting_date"].max().rename("last_meeting").reset_index()
    decided = decided.merge(last_meeting, on=GROUP, how="left")
    is_open = decided["done_on"].isna()
    counted = decided[TAKEN_ON].assign(
        organisation=decided["organisation"].fillna(NOT_NAMED),
        n_tasks=1,
        n_done=(~is_open).astype(int),
        n_open=is_open.astype(int),
        # ISO dates sort as texts; a task without a day is never past due.
        n_past_due=(is_open & (decided["due_on"].fillna(as_of) < as_of)).astype(int),
        n_not_met_since=(decided["last_meeting"].fillna("") <= decided["decided_on"]).astype(int),
    )
    return counted.groupby(TAKEN_ON, as_index=False).sum()


def initiatives(raised: pd.DataFrame) -> pd.DataFrame:
    """One row per initiative, as it was sent; what waits for its release is empty."""
    return raised.drop_duplicates(["area_code", "raised_id"])


def released(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers that somebody released, numbered anew in each area; what the sender calls them and their day are not
    shown: fewer answered on one day than in a period."""
    order = ["area_code", "period", "survey_topic", "answer_text"]
    shown = answers.loc[answers["answer_text"].notna(), order].sort_values(order, kind="stable", ignore_index=True)
    return shown.assign(answer_number=shown.groupby("area_code").cumcount() + 1)


def waiting(answers: pd.DataFrame) -> pd.DataFrame:
    """How many answers of each area nobody has released; areas without any have no row."""
    unread = answers.loc[answers["answer_text"].isna(), ["area_code"]]
    return unread.groupby("area_code", as_index=False).size().rename(columns={"size": "n_waiting"})


def _whole(rows: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Numbers that came as objects as whole numbers, empty where there is none."""
    return rows.assign(**{name: rows[name].astype("Int64") for name in columns})
