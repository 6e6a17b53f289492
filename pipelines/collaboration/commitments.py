"""Commitments: what partners promised, what of it was due, and what was delivered, beside the initiative's one number.

Belongs here: sums of promises by unit, line, partner and period, and the straight path of the one number. Does not
belong here: indicators. What counts in one unit is never added to what counts in another.

A promise is an organisation's own public word about itself; the contract is for organisations, never for pupils. Its
amounts tell of no person to which group they belong or what became of them. Where its unit counts persons, those for a
named area below the whole obey the policy's threshold all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipelines.assessment.periods import frequency_months, month_number, months, period_names
from pipelines.collaboration.due import Clock
from pipelines.collaboration.inputs import Inputs
from pipelines.declarations import CALENDARS, Declarations
from pipelines.declarations.model import COUNTS_PERSONS

COMMITMENTS = "commitments"
STATES, PROGRESS = "commitment_states", "commitment_progress"
ALL = "all"
KEPT, LATE, RUNNING = "kept", "late", "running"
_FLOWS = ("promised", "due", "delivered")
_NUMBERS = (
    "amount_promised", "amount_due", "amount_delivered", "total_promised", "total_due", "total_delivered",
    "share_due_delivered", "path_value",
)  # fmt: skip
_PROGRESS = ["unit", "line", "partner_id", "period", *_NUMBERS, "n_late"]


def commitment_tables(inputs: Inputs) -> Mapping[str, pd.DataFrame]:
    """`commitment_states` and `commitment_progress`, as their contracts say; empty where nobody promises anything."""
    states = commitment_states(inputs.shapes[COMMITMENTS], inputs.as_of)
    initiative = inputs.declarations.initiative
    calendar = initiative.calendar
    clock = Clock(CALENDARS[calendar], calendar, int(initiative.settings["school_year_begins"]))
    progress = commitment_progress(states, clock, inputs.as_of, initiative.settings.get("one_number"))
    shown = without_small_amounts(states, inputs.declarations)
    return {name: frame.assign(initiative_id=initiative.id) for name, frame in ((STATES, shown), (PROGRESS, progress))}


def commitment_states(rows: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Each promise with its partner, and whether it is kept, late or still running on the day `as_of`.

    Kept: all of it was delivered, whenever that was. Late: its due day has passed, and it is not kept.
    """
    delivered = rows["amount_delivered"].astype("float64").fillna(0.0)
    is_kept = delivered >= rows["amount_promised"].astype("float64")
    is_past = rows["due_on"] < as_of
    promised_by = rows["promised_by"]
    return rows.assign(
        sent_by=rows["partner_id"],
        partner_id=promised_by.where(promised_by.notna(), rows["partner_id"]),
        amount_delivered=delivered,
        standing=np.select([is_kept, is_past], [KEPT, LATE], RUNNING).astype(object),
    )


def without_small_amounts(states: pd.DataFrame, declarations: Declarations) -> pd.DataFrame:
    """The promises without amounts of persons below the policy's threshold, where they name an area below the whole."""
    settings, whole = declarations.initiative.settings, declarations.initiative.area_types[0]
    of_persons = [unit for unit, said in (settings.get("commitment_units") or {}).items() if said.get(COUNTS_PERSONS)]
    wholes = [row["area_code"] for row in declarations.rows("areas") if row["area_type"] == whole]
    is_told = states["unit"].isin(of_persons) & states["area_code"].notna() & ~states["area_code"].isin(wholes)
    amounts = {name: states[name].astype("float64") for name in ("amount_promised", "amount_delivered")}
    least = int(settings["policy"]["threshold"])
    return states.assign(**{name: of.mask(is_told & (of < least)) for name, of in amounts.items()})


def commitment_progress(
    states: pd.DataFrame, clock: Clock, as_of: str, one_number: Mapping[str, Any] | None
) -> pd.DataFrame:
    """One row per unit, line, partner and period, each line and partner also `all` together.

    Args:
        states: as from `commitment_states`.
        clock: of the initiative's periods.
        as_of: ISO date; what falls due later is not yet due, and periods that begin later have no totals.
        one_number: unit, amount, from_period, to_period; its path stands in the rows of its unit as a whole.
    """
    rows = [
        {"unit": unit, "line": line, "partner_id": partner, **of_period}
        for unit, of_unit in _by(states, "unit")
        for line, partner, chosen in _parts(of_unit)
        for of_period in _periods(chosen, _span(of_unit, clock.frequency), clock, as_of)
    ]
    progress = pd.DataFrame(rows, columns=_PROGRESS)
    return progress.assign(path_value=_path(progress, one_number))


def _parts(of_unit: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Every line and partner of a unit with its rows, and each of them together with the others."""
    yield ALL, ALL, of_unit
    for line, of_line in _by(of_unit, "line"):
        yield line, ALL, of_line
        yield from ((line, partner, rows) for partner, rows in _by(of_line, "partner_id"))
    yield from ((ALL, partner, rows) for partner, rows in _by(of_unit, "partner_id"))


def _by(rows: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.DataFrame]]:
    return ((str(code), found) for code, found in rows.groupby(column))


def _span(of_unit: pd.DataFrame, frequency: str) -> list[str]:
    """Every period from the first in which something of the unit was promised, due or delivered to the last."""
    named = pd.concat([of_unit[f"{flow}_period"] for flow in _FLOWS]).dropna()
    found = months(named)
    spacing, _ = frequency_months(frequency)
    each = np.arange(found.min(), found.max() + 1, spacing)
    return list(period_names(each, pd.Series([frequency] * len(each))))


def _periods(rows: pd.DataFrame, span: list[str], clock: Clock, as_of: str) -> Iterator[dict[str, Any]]:
    promised, delivered = (rows[f"amount_{name}"].astype("float64") for name in ("promised", "delivered"))
    amounts = {"promised": promised, "due": promised, "delivered": delivered}
    at = {flow: pd.Series(months(rows[f"{flow}_period"]), index=rows.index) for flow in _FLOWS}
    # More than was promised in one place does not make up for less in another.
    counted = np.minimum(delivered, promised)
    for period in span:
        month = month_number(period)
        is_due = (at["due"] <= month) & (rows["due_on"] <= as_of)
        due = promised[is_due].sum()
        kept = counted[is_due & (at["delivered"] <= month)].sum()
        so_far = {f"total_{flow}": amounts[flow][at[flow] <= month].sum() for flow in ("promised", "delivered")}
        so_far |= {"total_due": due, "share_due_delivered": kept / due if due else np.nan}
        yield {
            "period": period,
            **{f"amount_{flow}": amounts[flow][at[flow] == month].sum() for flow in _FLOWS},
            **(so_far if has_begun(period, clock, as_of) else dict.fromkeys(so_far, np.nan)),
            "n_late": int(((at["due"] == month) & (rows["standing"] == LATE)).sum()),
        }


def has_begun(period: str, clock: Clock, as_of: str) -> bool:
    """Whether a period had begun on a day (ISO)."""
    length, _ = frequency_months(clock.frequency)
    # The last day of the one before.
    return clock.due(period, -length) < as_of


def _path(progress: pd.DataFrame, one_number: Mapping[str, Any] | None) -> Any:
    """The straight way from nothing in the first period to the whole number in the last; NaN beside it."""
    if one_number is None:
        return np.nan
    first, last = (month_number(str(one_number[name])) for name in ("from_period", "to_period"))
    way = (months(progress["period"]) - first) / (last - first)
    is_whole = (progress["unit"] == one_number["unit"]) & (progress[["line", "partner_id"]] == ALL).all(axis=1)
    return np.where(is_whole & (way >= 0) & (way <= 1), way * float(one_number["amount"]), np.nan)
