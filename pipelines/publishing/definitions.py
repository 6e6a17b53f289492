"""Definitions: what an indicator's number means, remembered from release to release.

A series is comparable with its past only while its definition stays. The ledger remembers the definition under which
each version was first published; a changed definition under an old version stops a run, and under a new one it breaks
the series (`declarations`, which all rooms read breaks from) and asks what becomes of the baseline.

The definition is kind, unit, direction, rhythm, and what numerator and denominator are made of: measures, filters,
tables in order of preference. Names, texts, order on pages, groups shown, the least denominator of a verdict and who is
responsible are none of it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.declarations import BREAKS, INDICATORS, MODEL, DeclarationError, Declarations, parse_filter
from pipelines.publishing.ledger import Ledger

EVENT = "definition"
PARTS = (
    "kind",
    "unit",
    "direction",
    "frequency",
    "numerator_measure",
    "numerator_filter",
    "numerator_objects",
    "numerator_counts",
    "denominator_measure",
    "denominator_filter",
    "denominator_objects",
)


def definition(declarations: Declarations, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What decides an indicator's number, of its row of the register, and the SQL of one that is a model.

    The order within a filter decides nothing, nor do spaces and lines of SQL.
    """
    parts = {part: _filter(row[part]) if part.endswith("_filter") else row[part] for part in PARTS}
    sql = declarations.models.get(row["indicator_id"])
    return parts if sql is None else {**parts, MODEL: " ".join(sql.split())}


def _filter(text: str | None) -> str | None:
    conditions = sorted((name, sorted(values)) for name, values in parse_filter(text).items())
    return ";".join(f"{name}={'|'.join(values)}" for name, values in conditions) or None


def digest(defined: Mapping[str, Any]) -> str:
    """SHA-256 of a definition."""
    return hashlib.sha256(json.dumps(defined, sort_keys=True).encode()).hexdigest()


def check(declarations: Declarations, ledger: Ledger) -> None:
    """Raise DeclarationError, one line, where a published indicator means something else under its old version."""
    remembered = _remembered(ledger)
    breaks = {(row["indicator_id"], row["period"]) for row in declarations.rows(BREAKS)}
    for number, row in enumerate(declarations.rows(INDICATORS), start=2):
        where = f"{declarations.initiative.folder.name}/{INDICATORS}.csv: row {number}"
        versions = remembered.get(row["indicator_id"], {})
        now = definition(declarations, row)
        _check_version(f"{where}: {row['indicator_id']}", now, row["definition_version"], versions)
        for version, event in versions.items():
            period = event["first_period"]
            if version < row["definition_version"] and period and (row["indicator_id"], period) not in breaks:
                raise DeclarationError(
                    f"{where}: {row['indicator_id']}: version {version} began in {period}, and that break would be "
                    f"forgotten; add a row for it to {BREAKS}.csv."
                )


def _check_version(where: str, now: Mapping[str, Any], version: int, versions: Mapping[int, Mapping[str, Any]]) -> None:
    before = versions.get(version)
    if before is not None and before["digest"] != digest(now):
        changed = [part for part in (*PARTS, MODEL) if before["definition"].get(part) != now.get(part)]
        raise DeclarationError(
            f"{where}: {', '.join(changed)}: the definition changed, and numbers were published under version "
            f"{version}; raise definition_version to {max(versions) + 1} and say in version_first_period from when it "
            "holds, or undo the change."
        )
    if before is None and versions and version < max(versions):
        raise DeclarationError(
            f"{where}: definition_version: {version} is below {max(versions)}, which was published; write "
            f"{max(versions) + 1}."
        )


def record(declarations: Declarations, ledger: Ledger) -> None:
    """Remember each definition that is published for the first time under its version."""
    remembered = _remembered(ledger)
    for row in declarations.rows(INDICATORS):
        if row["definition_version"] not in remembered.get(row["indicator_id"], {}):
            defined = definition(declarations, row)
            ledger.append(
                EVENT,
                indicator_id=row["indicator_id"],
                version=row["definition_version"],
                first_period=row["version_first_period"],
                digest=digest(defined),
                definition=defined,
            )


def _remembered(ledger: Ledger) -> dict[str, dict[int, Mapping[str, Any]]]:
    """Indicator → version → the event that remembers its definition."""
    found: dict[str, dict[int, Mapping[str, Any]]] = {}
    for event in ledger.of(EVENT):
        found.setdefault(event["indicator_id"], {})[event["version"]] = event
    return found


def decisions(declarations: Declarations) -> Iterator[str]:
    """A line for each indicator whose baseline is older than its definition: nothing is compared until decided."""
    for row in declarations.rows(INDICATORS):
        since = row["version_first_period"]
        agreed = [b["period"] for b in declarations.rows("baselines") if b["indicator_id"] == row["indicator_id"]]
        old = sorted({period for period in (row["baseline_period"], *agreed) if since and period and period < since})
        if old:
            yield (
                f"Baseline of {row['indicator_id']} ({', '.join(old)}) was agreed before version "
                f"{row['definition_version']} of its definition, which holds from {since}: agree on one of that "
                "version, or restate it; until then nothing is compared with it."
            )
