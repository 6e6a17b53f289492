"""Taking in: walks a home's inbox through the steps. Nothing here decides what a cell means.

Two halves that may be killed at any moment: pick-up records each event in archive and ledger; processing makes landing,
refused rows and receipt from those alone, for every submission whose outputs are missing or made under other
declarations. A record is a claim: what it says was written is looked for.
"""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.declarations import Declarations, TableContract
from pipelines.intake import archive, land, mappings, pickup, receipt
from pipelines.intake.examine import (
    DUPLICATE,
    TAKEN_IN,
    Background,
    Examination,
    Examiner,
    unknown_partner,
    with_verdict,
)
from pipelines.intake.read import Unreadable
from pipelines.intake.swapped import Orders, Pair, orders
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
    for event in pickup.archived(home, pickup.events(home, ledger.last_taken, quiet_seconds)):
        ledger.append(
            "submission",
            submission_id=f"{len(ledger.submissions) + 1:06d}-{event.sha256[:8]}",
            partner=event.partner,
            path=event.path,
            file_name=event.file_name,
            sha256=event.sha256,
            duplicate_of=_current_version(ledger, event.partner, event.sha256),
        )
    return list(ledger.submissions[known:])


def _current_version(ledger: Ledger, partner: str, sha256: str) -> str | None:
    """The submission of the same partner and bytes that nothing newer has replaced, if there is one."""
    for submission in reversed(ledger.effective):
        if submission.partner != partner:
            continue
        if submission.sha256 == sha256:
            # What was refused is not in: sent again, it is answered again. Without a verdict yet, processing tells.
            is_open = submission.submission_id not in ledger.verdicts
            return submission.submission_id if is_open or _is_in(ledger, submission.submission_id) else None
        if _shares_objects(ledger, submission, partner, sha256):
            return None
    return None


def _is_in(ledger: Ledger, submission_id: str) -> bool:
    """Whether anything of a submission was taken in."""
    return ledger.verdicts.get(submission_id, {}).get("verdict") in TAKEN_IN


def _shares_objects(ledger: Ledger, newer: Submission, partner: str, sha256: str) -> bool:
    same = [s.submission_id for s in ledger.effective if s.partner == partner and s.sha256 == sha256]
    objects = {t["object"] for i in same for t in ledger.verdicts.get(i, {}).get("tables", [])}
    # A newer file without a verdict yet may hold anything: it is taken to share, so that nothing is lost.
    newer_verdict = ledger.verdicts.get(newer.submission_id)
    return newer_verdict is None or bool(objects & {t["object"] for t in newer_verdict["tables"]})


def unprocessed(home: Home, declarations: Declarations, ledger: Ledger) -> list[Submission]:
    """Submissions whose outputs are missing or were made from something else than is there now."""
    return list(_pending(home, declarations, ledger))


def _pending(home: Home, declarations: Declarations, ledger: Ledger) -> dict[Submission, str]:
    """Unprocessed submissions and what they are to be marked with."""
    return {
        submission: mark
        for submission, mark in _marks(declarations, ledger).items()
        if submission.submission_id not in ledger.verdicts or not _is_done(home, submission, mark)
    }


def _marks(declarations: Declarations, ledger: Ledger) -> dict[Submission, str]:
    """Submission → digest of all that decides what is made of it, beside its bytes: declarations, code, whether
    somebody confirmed it, and of its partner the remembered headers and the submissions before it.
    """
    base, effective = fingerprint(declarations), set(ledger.effective)
    before: dict[str, str] = {}
    marks = {}
    for submission in ledger.submissions:
        partner = submission.partner
        if partner not in before:
            before[partner] = mappings.fingerprint(ledger, partner)
        decided = ["confirmed"] if submission.submission_id in ledger.confirmed else []
        marks[submission] = _digest(base, before[partner], *decided)
        if submission in effective:
            before[partner] = _digest(before[partner], submission.submission_id, *decided)
    return marks


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def process(
    home: Home, declarations: Declarations, ledger: Ledger, progress: Callable[[Taken], None] = lambda _: None
) -> list[Taken]:
    """Make landing, refused rows and receipt of every unprocessed submission, and record changed verdicts.

    Gives those of them that are not withdrawn.
    """
    land.prepare(home, declarations)
    land.keep_only(home, {submission.submission_id for submission in ledger.effective})
    examiner = Examiner(declarations)
    taken: dict[Submission, Taken] = {}
    # A corrected copy may teach what a header means; what its partner sent is then read once more.
    for _ in range(2):
        for submission, mark in _pending(home, declarations, ledger).items():
            done = _process_one(home, declarations, ledger, examiner, submission, mark)
            # A withdrawn file keeps its receipt, and nobody is told that it went in.
            if submission.submission_id not in ledger.withdrawn:
                taken[submission] = done
                progress(done)
    return list(taken.values())


@cache
def fingerprint(declarations: Declarations) -> str:
    """Digest of everything that decides what intake makes of given bytes: declarations, this room, its words."""
    digest = hashlib.sha256(declarations.fingerprint.encode())
    room = Path(__file__).parent
    for file in sorted([*room.glob("*.py"), *room.glob("*.j2"), *LOCALES.glob("*.po")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _process_one(
    home: Home, declarations: Declarations, ledger: Ledger, examiner: Examiner, submission: Submission, mark: str
) -> Taken:
    if declarations.partner(submission.partner) is None:
        content, examination = None, unknown_partner(submission.partner)
    else:
        content = archive.fetch(home, submission.sha256, examiner.enough_bytes)
        known = background(home, ledger, submission.partner, submission.submission_id)
        examination = examiner.answer(content, submission.file_name, known)
    answered = submission
    if submission.duplicate_of and _is_in(ledger, submission.duplicate_of):
        examination = with_verdict(examination, DUPLICATE)
    elif submission.duplicate_of:
        # Of the same bytes nothing went in: they are answered again, and no rows are kept twice.
        answered = replace(submission, duplicate_of=None)
    elif submission.submission_id not in ledger.withdrawn:
        _land(home, submission, examination)
    written = receipt.write(
        home, declarations, answered, examination, content, _copy(ledger, submission),
        _replaces(declarations, ledger, submission),
    )  # fmt: skip
    counts = tuple(receipt.table_counts(table) for table in examination.tables)
    done = {
        "fingerprint": mark,
        "verdict": examination.verdict,
        "tables": counts,
        "landed": list(_landed_files(home, submission, examination)),
        "receipts": [str(file.relative_to(home.root)) for file in written],
    }
    last = ledger.verdicts.get(submission.submission_id)
    said = {"submission_id": submission.submission_id, "verdict": examination.verdict, "tables": list(counts)}
    if last is None or any(last[name] != value for name, value in said.items()):
        ledger.append("verdict", **said)
    _learn(home, declarations, ledger, examiner, submission, examination)
    # Last: this file claims that all the rest was done.
    _write_json(home.processed / f"{submission.submission_id}.json", done)
    return Taken(submission, examination.verdict, counts)


def background(home: Home, ledger: Ledger, partner: str, before: str | None = None) -> Background:
    """What a home knows of a partner: its headers, and what it sent before a submission (None: all that it sent)."""
    # Identifiers sort in the order of arrival.
    known = {
        other.submission_id
        for other in ledger.effective
        if other.partner == partner and (before is None or other.submission_id < before)
    }

    def earlier(contract: TableContract, pairs: Sequence[Pair]) -> Orders:
        return orders(land.numbers(home, contract, known, {name for pair in pairs for name in pair}), pairs)

    headers = mappings.remembered(ledger, partner)
    return Background(headers) if before in ledger.confirmed else Background(headers, earlier)


def _learn(
    home: Home,
    declarations: Declarations,
    ledger: Ledger,
    examiner: Examiner,
    submission: Submission,
    examination: Examination,
) -> None:
    """Remember the headers that a corrected copy shows the meaning of; what was withdrawn or repeated teaches nothing.

    Before the submission is marked as done: a run that is killed meanwhile learns with the next one.
    """
    corrects = examination.file.corrects if examination.file else None
    original = next((s for s in ledger.submissions if (s.partner, s.sha256) == (submission.partner, corrects)), None)
    if original is None or examination.verdict not in TAKEN_IN or submission not in ledger.effective:
        return
    learnt = _shown(home, declarations, examiner, original, examination)
    mappings.remember(home, declarations, ledger, submission.partner, submission.submission_id, learnt)


def _shown(
    home: Home, declarations: Declarations, examiner: Examiner, original: Submission, examination: Examination
) -> Sequence[mappings.Acceptance]:
    """Headers of the original that its corrected copy shows; none where the original cannot be read (any more)."""
    try:
        sheets = examiner.read(archive.fetch(home, original.sha256, examiner.enough_bytes), original.file_name).sheets
        return mappings.learn(sheets, examination.tables, declarations.initiative.settings["reading"])
    except (Unreadable, archive.MissingBytes):
        return ()
    except Exception:
        # As in `Examiner.answer`: one file must never stop the others.
        logging.getLogger(__name__).exception("learning from a corrected copy failed")
        return ()


def _replaces(declarations: Declarations, ledger: Ledger, submission: Submission) -> str | None:
    """File name and day of the version that lay at the same path before."""
    before = takewhile(lambda other: other != submission, ledger.submissions)
    same = [other for other in before if other.path == submission.path]
    return f"{same[-1].file_name}, {declarations.initiative.day(same[-1].received_at)}" if same else None


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
            land.land(home, tables[0].contract, submission.submission_id, submission.partner, frames)


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
    if done["fingerprint"] != mark:
        return False
    return all((home.root / path).exists() for path in (*done["landed"], *done["receipts"]))


def _write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.part")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(temporary, file)
