"""Adaptive learning: what groups saw and decided, what the indicator did since, and what the next meeting takes up.

Belongs here: the entries as they are published, their follow-up from protected values alone, and agendas. Does not
belong here: how a difference is judged (`assessment.changes`), and words (`dashboards`).

An indicator that moved after a decision did not move because of it; nothing here says so.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipelines.assessment.changes import change, crosses_break, difference_interval
from pipelines.assessment.periods import months
from pipelines.assessment.rows import numbers, read_rows
from pipelines.collaboration.inputs import Inputs, register_frame

LOG, MEETINGS = "learning_log", "meetings"
ENTRIES, AGENDAS = "learning_entries", "meeting_agendas"
ALL, OPEN = "all", "open"
# What may be said at the look-again day.
NOT_DUE, NO_VALUE_THEN, NO_VALUE_SINCE, TOLD = "not_due", "no_value_then", "no_value_since", "told"
LOOK_AGAIN, QUESTION = "look_again", "open_question"
_SERIES = ["indicator_id", "area_code", "dimension", "member"]
_THEN, _SINCE = "then", "since"
_NUMBERS = ("value", "value_low", "value_high")
_AGENDA = ["area_code", "working_group", "meeting_on", "item", "object_id", "partner_id", "entry_id", "due_on"]


def learning_tables(inputs: Inputs) -> Mapping[str, pd.DataFrame]:
    """`learning_entries` and `meeting_agendas`, as their contracts say; empty where nobody keeps a log."""
    entries = _entries(inputs)
    agendas = meeting_agendas(entries, inputs.shapes.get(MEETINGS), inputs.as_of)
    followed = entries.join(follow_up(entries, inputs))
    initiative = inputs.declarations.initiative.id
    return {ENTRIES: followed.assign(initiative_id=initiative), AGENDAS: agendas.assign(initiative_id=initiative)}


def _entries(inputs: Inputs) -> pd.DataFrame:
    """The log's rows with the group they are about in two columns, and which of their texts wait for a release."""
    rows = inputs.shapes[LOG].reset_index(drop=True)
    columns = [
        (column.name, column.reference.where["dimension"])
        for column in inputs.declarations.shapes[LOG].by_role("dimension")
        if column.reference
    ]
    groups = [
        [(dimension, row[name]) for name, dimension in columns if row[name] is not None]
        for row in rows.to_dict("records")
    ]
    return rows.assign(
        dimension=pd.Series([".".join(d for d, _ in group) or ALL for group in groups], dtype=object),
        member=pd.Series([".".join(m for _, m in group) or ALL for group in groups], dtype=object),
        has_waiting_texts=_waits(rows),
    )


def _waits(rows: pd.DataFrame) -> pd.Series:
    """Whether some text of an entry is not shown yet: the first ones always exist, a question only where it is said."""
    has_question = rows["has_open_question"].eq(True)
    is_empty = rows["what_we_saw"].isna() | rows["what_we_decided"].isna()
    return is_empty | (has_question & rows["open_question"].isna())


def follow_up(entries: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """What each entry's indicator did since, from its look-again day on; index as `entries`.

    Then is the newest period that had ended by the decision: the last before the period in which its day lies. Since is
    the newest one after that. A period that nobody reported is passed over; one that is hidden is not, and nothing is
    told of it. Of both points the indicator's own rhythm counts, never a pool of years.
    """
    known = _known(inputs)
    month = pd.Series(months(entries["entry_period"]), index=entries.index)
    found = entries[_SERIES].assign(entry=entries.index, decided=month).merge(known, on=_SERIES, how="inner")
    found["month"] = months(found["period"])
    found = found.sort_values(["entry", "month"], kind="stable")
    is_before = found["month"] < found["decided"]
    then = found[is_before].groupby("entry").tail(1).set_index("entry")
    since = found[~is_before].groupby("entry").tail(1).set_index("entry")
    is_due = entries["look_again_on"].notna() & (entries["look_again_on"].fillna("") <= inputs.as_of)
    is_told_then = entries.index.isin(then.index[then["conf_status"] == "F"])
    is_told_since = entries.index.isin(since.index[since["conf_status"] == "F"])
    state = np.select([~is_due, ~is_told_then, ~is_told_since], [NOT_DUE, NO_VALUE_THEN, NO_VALUE_SINCE], TOLD)
    told = entries.index[state == TOLD]
    compared = _compared(then.loc[told], since.loc[told], inputs)
    return pd.DataFrame({"follow_up": state.astype(object)}, index=entries.index).join(compared)


def _known(inputs: Inputs) -> pd.DataFrame:
    """Published rows in each indicator's own rhythm that have a value, or hide one."""
    values = inputs.values
    rhythm = {row["indicator_id"]: row["frequency"] for row in inputs.declarations.rows("indicators")}
    is_own = values["frequency"] == values["indicator_id"].map(rhythm)
    return values[is_own & (values["value"].notna() | (values["conf_status"] == "C"))]


def _compared(then: pd.DataFrame, since: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Both points with their intervals, and the difference where the two can be compared; indexed by entry."""
    indicators, breaks = (register_frame(inputs.declarations, name) for name in ("indicators", "breaks"))
    confidence = float(inputs.declarations.initiative.settings["assessment"]["confidence"])
    before, now = (read_rows(side, indicators, confidence) for side in (then, since))
    # Published intervals hold the variation beyond chance.
    (value, low, high), (earlier, earlier_low, earlier_high) = (
        [numbers(side, name) for name in _NUMBERS] for side in (since, then)
    )
    difference_low, difference_high = difference_interval(value, low, high, earlier, earlier_low, earlier_high)
    is_comparable = (
        before.is_point & now.is_point & ~crosses_break(then["indicator_id"], before.month, now.month, breaks)
    )
    points = {
        f"{side}_{name}": frame[name]
        for side, frame in ((_THEN, then), (_SINCE, since))
        for name in ("period", *_NUMBERS)
    }
    difference = {"difference": value - earlier, "difference_low": difference_low, "difference_high": difference_high}
    return pd.DataFrame(
        {
            **points,
            **{name: np.where(is_comparable, numbers_, np.nan) for name, numbers_ in difference.items()},
            "change": change(difference_low, difference_high, now.is_up, is_comparable),
        },
        index=then.index,
    )


def meeting_agendas(entries: pd.DataFrame, meetings: pd.DataFrame | None, as_of: str) -> pd.DataFrame:
    """The items of each working group's next meeting, numbered: what to look at again, then what was left open.

    Args:
        entries: rows of the log; only open ones are taken up.
        meetings: area_code, working_group, meeting_date (ISO); None where nobody writes them down. The next meeting is
            the first on or after `as_of`, and takes up what is to be looked at again by its day; with no meeting known,
            what is to be looked at again by `as_of`.
        as_of: ISO date.
    """
    coming = _next_meetings(meetings, as_of)
    still_open = entries[entries["entry_status"] == OPEN].merge(coming, on=["area_code", "working_group"], how="left")
    day = still_open["meeting_on"].fillna(as_of)
    is_due = still_open["look_again_on"].notna() & (still_open["look_again_on"].fillna("") <= day)
    asks = still_open["has_open_question"].eq(True)
    items = pd.concat(
        [
            still_open[is_due].assign(place=0, item=LOOK_AGAIN, due_on=still_open["look_again_on"]),
            still_open[asks].assign(place=1, item=QUESTION, due_on=None),
        ]
    )
    order = ["area_code", "working_group", "place", "due_on", "entry_date", "object_id", "partner_id", "entry_id"]
    items = items.sort_values(order, kind="stable", ignore_index=True)[_AGENDA]
    return items.assign(item_number=items.groupby(["area_code", "working_group"]).cumcount() + 1)


def _next_meetings(meetings: pd.DataFrame | None, as_of: str) -> pd.DataFrame:
    group = ["area_code", "working_group"]
    if meetings is None or meetings.empty:
        return pd.DataFrame(columns=[*group, "meeting_on"], dtype=object)
    coming = meetings[meetings["meeting_date"].notna() & (meetings["meeting_date"].fillna("") >= as_of)]
    return coming.groupby(group)["meeting_date"].min().rename("meeting_on").reset_index()
