"""Taking in: walks a home's inbox through the steps. Nothing here decides what a cell means.

Two halves that may be killed at any moment: pick-up records each event in archive and ledger; processing makes landing,
refused rows and receipt from those alone, for every submission whose outputs are missing or made under other
declarations. A record is a claim: what it says was written is looked for.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.declarations import Declarations
from pipelines.intake import archive, land, pickup, receipt
from pipelines.intake.examine import DUPLICATE, TAKEN_IN, Examination, Examiner, unknown_partner, with_verdict
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger, Submission
from pipelines.translation import LOCALES


@dataclass(frozen=True)
class Taken:
    """What was made of one submission in this run."""

    submission: Submission
    verdict: str
    counts: tuple[dict[str, Any], ...]


def pick_up(home: Home, ledger: Ledger, quiet_seconds: float = 0) -> list[Submission]:
    """Archive and record every event of the inbox; gives the new submissions."""
    known = len(ledger.submissions)
    for event in pickup.events(home, ledger.last_taken, quiet_seconds):
        try:
            # The bytes are read again and archived under what they are now, whatever was seen before.
            sha256 = archive.store(home, event.file.read_bytes())
        except FileNotFoundError:
            continue
        ledger.append(
            "submission",
            submission_id=f"{len(ledger.submissions) + 1:06d}-{sha256[:8]}",
            partner=event.partner,
            path=event.path,
            file_name=event.file_name,
            sha256=sha256,
            duplicate_of=_current_version(ledger, event.partner, sha256),
        )
    return list(ledger.submissions[known:])


def _current_version(ledger: Ledger, partner: str, sha256: str) -> str | None:
    """The submission of the same partner and bytes that nothing newer has replaced, if there is one."""
    for submission in reversed(ledger.effective):
        if submission.partner != partner:
            continue
        if submission.sha256 == sha256:
            # What was refused is not in: sent again, it is answered again.
            verdict = ledger.verdicts.get(submission.submission_id)
            return submission.submission_id if verdict is None or verdict["verdict"] in TAKEN_IN else None
        if _shares_objects(ledger, submission, partner, sha256):
            return None
    return None


def _shares_objects(ledger: Ledger, newer: Submission, partner: str, sha256: str) -> bool:
    same = [s.submission_id for s in ledger.effective if s.partner == partner and s.sha256 == sha256]
    objects = {t["object"] for i in same for t in ledger.verdicts.get(i, {}).get("tables", [])}
    # A newer file without a verdict yet may hold anything: it is taken to share, so that nothing is lost.
    newer_verdict = ledger.verdicts.get(newer.submission_id)
    return newer_verdict is None or bool(objects & {t["object"] for t in newer_verdict["tables"]})


def unprocessed(home: Home, declarations: Declarations, ledger: Ledger) -> list[Submission]:
    """Submissions whose outputs are missing or were made under other declarations or by other code."""
    mark = fingerprint(declarations)
    return [s for s in ledger.submissions if s.submission_id not in ledger.verdicts or not _is_done(home, s, mark)]


def process(
    home: Home, declarations: Declarations, ledger: Ledger, progress: Callable[[Taken], None] = lambda _: None
) -> list[Taken]:
    """Make landing, refused rows and receipt of every unprocessed submission, and record changed verdicts."""
    land.prepare(home, declarations)
    land.keep_only(home, {submission.submission_id for submission in ledger.effective})
    examiner = Examiner(declarations)
    taken = []
    for submission in unprocessed(home, declarations, ledger):
        taken.append(_process_one(home, declarations, ledger, examiner, submission))
        progress(taken[-1])
    return taken


@cache
def fingerprint(declarations: Declarations) -> str:
    """Digest of everything that decides what intake makes of given bytes: declarations, this room, its words."""
    digest = hashlib.sha256(declarations.fingerprint.encode())
    room = Path(__file__).parent
    for file in sorted([*room.glob("*.py"), *room.glob("*.j2"), *LOCALES.glob("*.po")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _process_one(
    home: Home, declarations: Declarations, ledger: Ledger, examiner: Examiner, submission: Submission
) -> Taken:
    if declarations.partner(submission.partner) is None:
        examination = unknown_partner(submission.partner)
    else:
        content = archive.fetch(home, submission.sha256)
        examination = examiner.answer(content, submission.file_name)
    if submission.duplicate_of:
        examination = with_verdict(examination, DUPLICATE)
    elif submission.submission_id not in ledger.withdrawn:
        _land(home, submission, examination)
    written = receipt.write(home, declarations, submission, examination, _copy(ledger, submission))
    counts = tuple(receipt.table_counts(table) for table in examination.tables)
    done = {
        "fingerprint": fingerprint(declarations),
        "verdict": examination.verdict,
        "tables": counts,
        "landed": list(_landed_files(home, submission, examination)),
        "receipt": str(written.relative_to(home.root)),
    }
    last = ledger.verdicts.get(submission.submission_id)
    said = {"submission_id": submission.submission_id, "verdict": examination.verdict, "tables": list(counts)}
    if last is None or any(last[name] != value for name, value in said.items()):
        ledger.append("verdict", **said)
    # Last: this file claims that all the rest was done.
    _write_json(home.processed / f"{submission.submission_id}.json", done)
    return Taken(submission, examination.verdict, counts)


def _copy(ledger: Ledger, submission: Submission) -> int:
    """How many times these bytes came under this name, up to and including this submission."""
    same = (submission.partner, Path(submission.file_name).stem, submission.sha256)
    earlier = ledger.submissions[: ledger.submissions.index(submission) + 1]
    return sum((s.partner, Path(s.file_name).stem, s.sha256) == same for s in earlier)


def _land(home: Home, submission: Submission, examination: Examination) -> None:
    land.remove(home, submission.submission_id)
    for object_id in dict.fromkeys(table.contract.id for table in examination.tables):
        tables = [table for table in examination.tables if table.contract.id == object_id]
        refused = pd.concat([table.refused for table in tables])
        if len(refused):
            land.land_refused(home, object_id, submission.submission_id, refused)
        if examination.verdict in TAKEN_IN:
            frames = {table.sheet: table.accepted for table in tables}
            land.land(home, tables[0].contract, submission.submission_id, frames)


def _landed_files(home: Home, submission: Submission, examination: Examination) -> Iterator[str]:
    for object_id in sorted({table.contract.id for table in examination.tables}):
        for folder in (home.landing, home.refused):
            file = folder / object_id / f"{submission.submission_id}.parquet"
            if file.exists():
                yield str(file.relative_to(home.root))


def _is_done(home: Home, submission: Submission, mark: str) -> bool:
    file = home.processed / f"{submission.submission_id}.json"
    if not file.exists():
        return False
    done = json.loads(file.read_text(encoding="utf-8"))
    claimed = [*done["landed"], done["receipt"]]
    return done["fingerprint"] == mark and all((home.root / path).exists() for path in claimed)


def _write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, file)
