"""What changed since the release before: by cause, and what came of it, as published tables.

Belongs here: which release that is, what has happened since in ledger and declarations, and counting. Does not belong
here: which cells differ and what may be repeated of them (`differences`), what is hidden (`protection`), and pages.

The tables follow from this release's inputs and from the one before, which is the last that was published before this
one first was: the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.declarations import INDICATORS, Declarations
from pipelines.intake.examine import TAKEN_IN
from pipelines.paths import Home
from pipelines.publishing import release, tables
from pipelines.publishing.differences import ABSENT, EMPTY, HIDDEN, KEY, SHOWN, differing
from pipelines.publishing.ledger import Ledger

CHANGES, CAUSES, RESTATED, VERDICTS = "release_changes", "release_causes", "restated_values", "verdict_changes"
# Stands for the table where a cause is about none.
NO_TABLE = "none"
ALL = "all"
# A change of a cell, by what the release before and this one say of it.
COUNTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "n_added": ((ABSENT, SHOWN), (EMPTY, SHOWN)),
    "n_restated": ((SHOWN, SHOWN),),
    "n_gone": ((SHOWN, ABSENT), (SHOWN, EMPTY)),
    "n_newly_hidden": ((SHOWN, HIDDEN),),
    "n_newly_shown": ((HIDDEN, SHOWN),),
}
Cause = Mapping[str, Any]


@dataclass(frozen=True)
class Before:
    """The release before: its id, up to which day it holds deliveries, its tables, and the ledger as it was then."""

    release_id: str
    as_of: str
    data: Path
    ledger: Ledger

    @cached_property
    def values(self) -> pa.Table:
        """Its published values."""
        return pq.read_table(self.data / f"{tables.VALUES}.parquet")

    @cached_property
    def indicators(self) -> Mapping[str, Mapping[str, Any]]:
        """Indicator → its row of the published register."""
        rows: list[dict[str, Any]] = pq.read_table(self.data / f"{INDICATORS}.parquet").to_pylist()
        return {row["indicator_id"]: row for row in rows}


def before(home: Home, declarations: Declarations, ledger: Ledger, identity: str | None) -> Before | None:
    """The release of that id, which this one is set beside; None where it is not kept."""
    data = release.published_data(home, identity)
    if identity is None or data is None:
        return None
    moment = release.manifest_of(data)["as_of"]
    return Before(
        release_id=identity,
        as_of=declarations.initiative.day(moment) if moment else "",
        data=data,
        ledger=ledger.until(release.published_at(ledger, identity)),
    )


def change_tables(
    values: pd.DataFrame, declarations: Declarations, ledger: Ledger, earlier: Before | None
) -> dict[str, pd.DataFrame]:
    """Published table → its rows, each with the initiative.

    Args:
        values: `indicator_values` of this release, after protection.
        earlier: the release before; where there is none all that is shown is new, and all that was delivered.
    """
    contract = declarations.objects[tables.VALUES]
    now = tables.as_written(contract, values)
    was = earlier.values if earlier else now.slice(0, 0)
    cells = _differing(was, now)
    # Where hiding is stricter than it was, what was shown then is not repeated now.
    repeated = earlier if earlier and _is_no_stricter(declarations, earlier) else None
    found = {
        CHANGES: _counts(cells, declarations, earlier),
        CAUSES: pd.DataFrame(
            _causes(declarations, ledger, earlier),
            columns=["cause", "cause_id", "object_id", "partner_id", "happened_on", "before", "after", "why"],
        ),
        RESTATED: _restated(cells if repeated else cells.iloc[:0], declarations),
        VERDICTS: _verdicts((was if repeated else was.slice(0, 0)).to_pandas(), now.to_pandas(), declarations),
    }
    return {name: frame.assign(initiative_id=declarations.initiative.id) for name, frame in found.items()}


def _differing(was: pa.Table, now: pa.Table) -> pd.DataFrame:
    with duckdb.connect() as connection:
        connection.register("was", was)
        connection.register("now", now)
        return connection.sql(f"select * from ({differing('was', 'now')}) order by all").df()


def _is_no_stricter(declarations: Declarations, earlier: Before) -> bool:
    """Whether what the release before showed could be shown now: same policy, and no indicator with a higher threshold.

    One that is new, or newly defined, may show a number that others showed before.
    """
    if release.manifest_of(earlier.data).get("policy") != release.policy_digest(declarations):
        return False
    old = {(name, row["definition_version"]): row["threshold"] for name, row in earlier.indicators.items()}
    least = min((threshold for threshold in old.values() if threshold), default=0)
    return all(
        row["threshold"] <= old.get((row["indicator_id"], row["definition_version"]), least)
        for row in declarations.rows(INDICATORS)
    )


def _counts(cells: pd.DataFrame, declarations: Declarations, earlier: Before | None) -> pd.DataFrame:
    """One row per indicator, declared now or then: how many cells changed in which way."""
    said = pd.Series(list(zip(cells["before_said"], cells["said"], strict=True)), index=cells.index, dtype=object)
    changed = {name: cells[said.isin(ways)].groupby("indicator_id") for name, ways in COUNTS.items()}
    counts = {name: found.size() for name, found in changed.items()}
    counts["n_restated_areas"] = changed["n_restated"]["area_code"].nunique()
    counts["n_restated_periods"] = changed["n_restated"]["period"].nunique()
    declared = [row["indicator_id"] for row in declarations.rows(INDICATORS)]
    names = dict.fromkeys([*declared, *(earlier.indicators if earlier else ())])
    frame = pd.DataFrame(counts).reindex(pd.Index(names, name="indicator_id")).fillna(0).astype(int)
    return frame.reset_index().assign(
        before_release_id=earlier.release_id if earlier else None, before_as_of=earlier.as_of if earlier else None
    )


def _restated(cells: pd.DataFrame, declarations: Declarations) -> pd.DataFrame:
    """Cells that both releases show with different values."""
    both = cells[(cells["before_said"] == SHOWN) & (cells["said"] == SHOWN)]
    units = {row["indicator_id"]: row["unit"] for row in declarations.rows(INDICATORS)}
    types = {row["area_code"]: row["area_type"] for row in declarations.rows("areas")}
    return both[[*KEY, "before_value", "value"]].assign(
        unit=both["indicator_id"].map(units), area_type=both["area_code"].map(types)
    )


def _verdicts(was: pd.DataFrame, now: pd.DataFrame, declarations: Declarations) -> pd.DataFrame:
    """Totals whose verdict in the newest period is another: one row per indicator and area, where both are shown."""
    pair = ["indicator_id", "area_code"]
    rhythm = {row["indicator_id"]: row["frequency"] for row in declarations.rows(INDICATORS)}
    old = _newest(was, rhythm)[[*pair, "frequency", "period", "verdict"]]
    old = old.rename(columns={"period": "from_period", "verdict": "from_verdict"})
    hidden = now.loc[(now["conf_status"] == "C") & (now["dimension"] == ALL), [*pair, "frequency", "period"]]
    hidden = hidden.rename(columns={"period": "from_period"}).assign(is_hidden=True)
    old = old.merge(hidden, on=[*pair, "frequency", "from_period"], how="left")
    both = old[old["is_hidden"].isna()].merge(_newest(now, rhythm), on=[*pair, "frequency"])
    changed = both[both["from_verdict"] != both["verdict"]]
    return changed[[*pair, "area_type", "frequency", "from_period", "from_verdict", "period", "verdict"]]


def _newest(values: pd.DataFrame, rhythm: Mapping[str, str]) -> pd.DataFrame:
    """The newest row of each total in the indicator's own rhythm, where it shows a value and a verdict."""
    own = values[(values["dimension"] == ALL) & (values["frequency"] == values["indicator_id"].map(rhythm))]
    newest = own.sort_values("period", kind="stable").drop_duplicates(["indicator_id", "area_code"], keep="last")
    is_shown = (newest["conf_status"] == "F") & newest["value"].notna() & newest["verdict"].notna()
    return newest[is_shown]


def _causes(declarations: Declarations, ledger: Ledger, earlier: Before | None) -> list[Cause]:
    found = [*_deliveries(declarations, ledger, earlier), *_accepted(declarations, ledger)]
    if earlier:
        found += [*_definitions(declarations, earlier), *_hiding(declarations, earlier)]
        found += _registers(declarations, earlier)
    return found


def _deliveries(declarations: Declarations, ledger: Ledger, earlier: Before | None) -> Iterator[Cause]:
    """What counts now and did not then, and what was withdrawn since."""
    now = _taken_in(declarations, ledger)
    was = _taken_in(declarations, earlier.ledger) if earlier else {}
    for key, row in now.items():
        if key not in was:
            yield _delivered("delivery", row, row["received_on"])
    withdrawn = {entry["submission_id"]: entry["at"] for entry in ledger.of("withdrawal")}
    for (submission_id, _), row in was.items():
        if submission_id in withdrawn:
            yield _delivered("withdrawal", row, declarations.initiative.day(withdrawn[submission_id]))


def _taken_in(declarations: Declarations, ledger: Ledger) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Submission and table → its row, of those that gave a release any row."""
    frame = release.submissions_frame(declarations, ledger)
    return {
        (str(row["submission_id"]), str(row["object_id"])): {str(name): cell for name, cell in row.items()}
        for row in frame.to_dict("records")
        if row["verdict"] in TAKEN_IN and row["rows_accepted"]
    }


def _delivered(cause: str, row: Mapping[str, Any], day: str) -> Cause:
    return {
        "cause": cause,
        "cause_id": row["submission_id"],
        "object_id": row["object_id"],
        "partner_id": row["partner_id"],
        "happened_on": day,
    }


def _accepted(declarations: Declarations, ledger: Ledger) -> Iterator[Cause]:
    for check, why in release.accepted_checks(declarations, ledger).items():
        yield {"cause": "acceptance", "cause_id": check, "object_id": NO_TABLE, "why": why}


def _definitions(declarations: Declarations, earlier: Before) -> Iterator[Cause]:
    """Indicators that are new, gone, or of another version, which stand in `before` and `after`."""
    was = {name: row["definition_version"] for name, row in earlier.indicators.items()}
    now = {row["indicator_id"]: row["definition_version"] for row in declarations.rows(INDICATORS)}
    yield from _moved("definition", was, now, [*now, *(name for name in was if name not in now)])


def _hiding(declarations: Declarations, earlier: Before) -> Iterator[Cause]:
    """Another policy, and indicators of which fewer or more are too few now."""
    policy = release.manifest_of(earlier.data).get("policy")
    # Releases of older versions do not say what it was.
    if policy is not None and policy != release.policy_digest(declarations):
        yield {"cause": "policy", "cause_id": "policy", "object_id": NO_TABLE}
    was = {name: row["threshold"] for name, row in earlier.indicators.items() if "threshold" in row}
    now = {row["indicator_id"]: row["threshold"] for row in declarations.rows(INDICATORS)}
    yield from _moved("threshold", was, now, [name for name in now if name in was])


def _moved(cause: str, was: Mapping[str, int], now: Mapping[str, int], names: list[str]) -> Iterator[Cause]:
    for name in names:
        if was.get(name) != now.get(name):
            ends = {"before": was.get(name), "after": now.get(name)}
            told = {end: None if number is None else str(number) for end, number in ends.items()}
            yield {"cause": cause, "cause_id": name, "object_id": INDICATORS, **told}


def _registers(declarations: Declarations, earlier: Before) -> Iterator[Cause]:
    """Published registers that do not say what they said."""
    for register_id in tables.PUBLIC_REGISTERS:
        file = earlier.data / f"{register_id}.parquet"
        if not file.is_file() or not pq.read_table(file).equals(tables.register_as_written(declarations, register_id)):
            yield {"cause": "register", "cause_id": register_id, "object_id": register_id}
