"""Status: what is pending, held, refused and late, and the last release; for analysts, in plain text or JSON."""

import datetime
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipelines.declarations import Declarations, TableContract
from pipelines.intake import conflicts, pickup
from pipelines.intake.examine import DUPLICATE, HELD, PARTLY, REFUSED, TAKEN_IN
from pipelines.paths import Home
from pipelines.publishing import definitions, reconciliation, release
from pipelines.publishing.ledger import Ledger, Submission
from pipelines.publishing.reconciliation import FILE_SEPARATOR, KINDS

# Of the disagreements between sources or partners: the worst in text, more in JSON, all in the kept list.
DISAGREEMENTS_SHOWN, DISAGREEMENTS_LISTED = 5, 100
COLUMNS = {
    "submission_id": "submission", "path": "file", "verdict": "verdict", "rows_accepted": "rows in",
    "rows_refused": "rows refused",
}  # fmt: skip
HISTORY = COLUMNS | {"rows_current": "rows that count", "replaces": "in place of"}


def status(home: Home, declarations: Declarations, history: bool = False) -> dict[str, Any]:
    """Everything that a person may have to act on, as plain data."""
    ledger = Ledger(home)
    newest = {s.path: s for s in ledger.submissions}
    entries = _history(home, declarations, ledger) if history else [_entry(home, ledger, s) for s in newest.values()]
    return {
        "initiative": declarations.initiative.id,
        "release": release.current(home),
        "refused_by": list(_refused_by(home)),
        "unreadable": pickup.unreadable(home.inbox),
        "pending": [event.path for event in pickup.events(home, ledger.last_taken)],
        "submissions": entries,
        "disagreements": disagreements(home, declarations, ledger),
        "decisions": list(definitions.decisions(declarations)),
        "late": list(_late(declarations, ledger)),
    }


def disagreements(home: Home, declarations: Declarations, ledger: Ledger) -> dict[str, Any]:
    """What sources or partners tell differently: how many, by kind, and the worst of them with what to do."""
    found = reconciliation.current(home, declarations, ledger)
    return {
        "total": len(found),
        "kinds": reconciliation.counts(found),
        "file": home.reconciliation.relative_to(home.root).as_posix() if home.reconciliation.is_file() else None,
        "listed": [asdict(d) | {"what_to_do": KINDS[d.kind]} for d in found[:DISAGREEMENTS_LISTED]],
    }


def _history(home: Home, declarations: Declarations, ledger: Ledger) -> list[dict[str, Any]]:
    """Every submission, which one each took the place of under its path, and how many of its landed rows count."""
    current = conflicts.rows_current(home, declarations, {s.submission_id for s in ledger.effective})
    before: dict[str, str] = {}
    entries = []
    for submission in ledger.submissions:
        versions = {
            "replaces": before.get(submission.path),
            "rows_current": current.get(submission.submission_id),
        }
        entries.append(_entry(home, ledger, submission) | versions)
        before[submission.path] = submission.submission_id
    return entries


def _refused_by(home: Home) -> Iterator[dict[str, str]]:
    """Checks of the gate that refused the last release that was made; none where it was published."""
    if home.gate.is_file():
        for check in json.loads(home.gate.read_text(encoding="utf-8"))["checks"]:
            if not check["passed"] and not check["accepted"]:
                yield {"check": check["check"], "message": check["message"]}


def _entry(home: Home, ledger: Ledger, submission: Submission) -> dict[str, Any]:
    verdict = ledger.verdicts.get(submission.submission_id, {"verdict": "pending", "tables": []})
    if submission.submission_id in ledger.withdrawn:
        verdict = {"verdict": "withdrawn", "tables": []}
    return {
        "submission_id": submission.submission_id,
        "path": submission.path,
        "received_at": submission.received_at,
        "verdict": verdict["verdict"],
        "withdrawn": ledger.withdrawn.get(submission.submission_id),
        # Not `Path.exists`, which fails in a folder that cannot be looked into.
        "is_in_inbox": os.path.exists(home.inbox / submission.path),
        "rows_accepted": sum(table["rows_accepted"] for table in verdict["tables"]),
        "rows_refused": sum(table["rows_refused"] for table in verdict["tables"]),
    }


def _late(declarations: Declarations, ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Datasets whose newest delivery is older than declared, or that nobody ever delivered."""
    now = datetime.datetime.now(datetime.UTC)
    for table in declarations.datasets:
        if table.freshness_days is None:
            continue
        last = _last_delivery(ledger, table)
        if last is None or now - last > datetime.timedelta(days=table.freshness_days):
            yield {"object": table.id, "last_delivery": last.isoformat() if last else None}


def _last_delivery(ledger: Ledger, table: TableContract) -> datetime.datetime | None:
    times = [
        datetime.datetime.fromisoformat(submission.received_at)
        for submission in ledger.effective
        for verdict in [ledger.verdicts.get(submission.submission_id)]
        if verdict and verdict["verdict"] in TAKEN_IN and table.id in {t["object"] for t in verdict["tables"]}
    ]
    return max(times, default=None)


def as_text(answer: Mapping[str, Any]) -> str:
    """The status as lines for a terminal."""
    entries = answer["submissions"]
    lines = [f"Initiative {answer['initiative']}; last release: {answer['release'] or 'none yet'}"]
    lines += [f"The last run was not published: {c['check']}: {c['message']}" for c in answer["refused_by"]]
    lines += [f"Pending: {path}" for path in answer["pending"]]
    lines += [f"Cannot be read, check its rights: {path}" for path in answer["unreadable"]]
    for verdict in (HELD, REFUSED, PARTLY):
        # A file that somebody took away asks for nothing any more.
        waiting = [entry for entry in entries if entry["verdict"] == verdict and entry["is_in_inbox"]]
        lines += [f"{verdict}: {entry['path']} ({entry['submission_id']})" for entry in waiting]
    lines += [f"Withdrawn: {e['path']} ({e['submission_id']}): {e['withdrawn']}" for e in entries if e["withdrawn"]]
    lines += [f"Late: {late['object']}, last delivery {late['last_delivery'] or 'never'}" for late in answer["late"]]
    lines += answer["decisions"]
    lines += _disagreement_lines(answer["disagreements"])
    lines += ["", _table(entries)]
    return "\n".join(lines).rstrip()


def _disagreement_lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found["total"]:
        return
    yield disagreements_text(found)
    told = set()
    for listed in found["listed"][:DISAGREEMENTS_SHOWN]:
        if listed["kind"] not in told:
            yield f"  {listed['kind']}: {listed['what_to_do']}"
            told.add(listed["kind"])
        what = listed["indicators"].replace(";", ", ") or listed["measures"]
        yield f"    {what}: {listed['place']}: {_side(listed, '')} counts; {_side(listed, 'other_')}"


def disagreements_text(found: Mapping[str, Any]) -> str:
    """One line: how many sources disagree on something, in which way, and where all of it is listed."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in found["kinds"].items())
    where = f"; all, unprotected: {found['file']}" if found["file"] else ""
    return f"Sources that disagree: {found['total']} ({kinds}){where}"


def _side(listed: Mapping[str, Any], prefix: str) -> str:
    """What one of the two tells: table, number, files."""
    value, submissions = listed[f"{prefix}value"], listed[f"{prefix}submissions"].split(";")
    number = "not reported" if value is None else f"{value:,.10g}"
    summed = " (sum of parts)" if listed[f"{prefix}distance"] else ""
    if prefix and listed["other_dimension"]:
        summed = f" (sum by {listed['other_dimension']})"
    files = [
        f"{path}, {i}" for i, path in zip(submissions, listed[f"{prefix}files"].split(FILE_SEPARATOR), strict=True)
    ]
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{number} in {listed[f'{prefix}object_id']}{summed} ({files[0]}{more})"


def submissions_text(home: Home, ledger: Ledger, submissions: Sequence[Submission]) -> str:
    """What became of these submissions, and where the receipts of those lie that somebody must act on."""
    entries = [_entry(home, ledger, submission) for submission in submissions]
    lines = [_table(entries)]
    for submission, entry in zip(submissions, entries, strict=True):
        if entry["rows_refused"] or entry["verdict"] not in (*TAKEN_IN[:2], DUPLICATE):
            lines.append(f"Why, cell by cell: {receipt_of(home, submission)}")
    return "\n".join(lines)


def receipt_of(home: Home, submission: Submission) -> Path:
    """The page that answers a submission."""
    done = json.loads((home.processed / f"{submission.submission_id}.json").read_text(encoding="utf-8"))
    return home.root / done["receipts"][0]


def _table(entries: Sequence[Mapping[str, Any]]) -> str:
    if not entries:
        return ""
    columns = HISTORY if all(name in entries[0] for name in HISTORY) else COLUMNS
    titled = [list(columns.values()), *([_shown(entry[name]) for name in columns] for entry in entries)]
    widths = [max(len(row[i]) for row in titled) for i in range(len(titled[0]))]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in titled)
    return "\n".join("  ".join(row).rstrip() for row in padded)


def _shown(cell: Any) -> str:
    return "" if cell is None else str(cell)
