"""Ledger: the append-only record of a home, one JSON object a line. With the archive it is all that must be kept.

Events: `home` (initiative), `submission`, `verdict`, `withdrawal`, `confirmation`, `mapping`, `acceptance`,
`definition`, `release`.
Each carries `sequence` (from 1) and `at` (UTC). Time in published files comes from here, never from a clock.
"""

import copy
import datetime
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.paths import Home

# What is worked out from the events once and again after each append; a home may have thousands of submissions.
DERIVED = ("submissions", "withdrawn", "effective", "last_taken", "verdicts", "mappings", "taught", "confirmed")


@dataclass(frozen=True)
class Submission:
    """One event of the inbox, as recorded when it was picked up."""

    submission_id: str
    partner: str
    path: str
    file_name: str
    sha256: str
    received_at: str
    duplicate_of: str | None


class LedgerError(Exception):
    """The ledger cannot be read; the message is one line."""


class Ledger:
    """The events of one home, read once; appending is durable when the call returns."""

    def __init__(self, home: Home):
        self._file = home.ledger
        self.events: list[Mapping[str, Any]] = list(self._read())

    def _read(self) -> Iterator[Mapping[str, Any]]:
        if not self._file.exists():
            return
        lines = self._file.read_bytes().split(b"\n")
        # What follows the last line end is an append that a crash cut short: it was never acknowledged.
        for number, line in enumerate(lines[:-1], start=1):
            try:
                yield json.loads(line)
            except ValueError:
                raise LedgerError(f"{self._file.name}: line {number} is not JSON; restore a copy.") from None

    def append(self, event: str, **values: Any) -> Mapping[str, Any]:
        """Record an event and give it back with its sequence and time."""
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        entry = {"sequence": len(self.events) + 1, "at": now, "event": event, **values}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._drop_cut_line()
        with self._file.open("ab") as handle:
            handle.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        self.events.append(entry)
        for derived in DERIVED:
            self.__dict__.pop(derived, None)
        return entry

    def _drop_cut_line(self) -> None:
        if not self._file.exists():
            return
        with self._file.open("rb+") as handle:
            content = handle.read()
            if content and not content.endswith(b"\n"):
                handle.truncate(content.rfind(b"\n") + 1)

    def until(self, sequence: int) -> "Ledger":
        """The ledger as it was when this event was the last; for reading only."""
        earlier = copy.copy(self)
        earlier.events = self.events[:sequence]
        for derived in DERIVED:
            earlier.__dict__.pop(derived, None)
        return earlier

    def of(self, event: str) -> Iterator[Mapping[str, Any]]:
        """Events of one kind, oldest first."""
        return (entry for entry in self.events if entry["event"] == event)

    @property
    def initiative(self) -> str | None:
        """The initiative that this home is bound to."""
        return next((entry["initiative"] for entry in self.of("home")), None)

    @cached_property
    def submissions(self) -> tuple[Submission, ...]:
        """Every submission, oldest first, duplicates and withdrawn ones included."""
        fields = ("submission_id", "partner", "path", "file_name", "sha256", "duplicate_of")
        return tuple(
            Submission(received_at=e["at"], **{name: e[name] for name in fields}) for e in self.of("submission")
        )

    @cached_property
    def withdrawn(self) -> Mapping[str, str]:
        """Submission → reason, of those taken out."""
        return {entry["submission_id"]: entry["why"] for entry in self.of("withdrawal")}

    @cached_property
    def effective(self) -> tuple[Submission, ...]:
        """Submissions that a release is made from."""
        return tuple(s for s in self.submissions if s.duplicate_of is None and s.submission_id not in self.withdrawn)

    @cached_property
    def last_taken(self) -> Mapping[str, str]:
        """Inbox path → digest of what was last taken in there."""
        return {s.path: s.sha256 for s in self.submissions}

    @cached_property
    def verdicts(self) -> Mapping[str, Mapping[str, Any]]:
        """Submission → its latest verdict event."""
        return {entry["submission_id"]: entry for entry in self.of("verdict")}

    @cached_property
    def mappings(self) -> Mapping[str, Mapping[str, Mapping[str, str | None]]]:
        """Partner → object → the partner's header → column that it stands for, None where it is not to be read."""
        mapped: dict[str, dict[str, dict[str, str | None]]] = {}
        for entry in self.of("mapping"):
            headers = mapped.setdefault(entry["partner"], {}).setdefault(entry["object"], {})
            headers.pop(entry["header"], None)
            if not entry["forgotten"]:
                headers[entry["header"]] = entry["column"]
        return mapped

    @cached_property
    def taught(self) -> frozenset[tuple[str, str, str]]:
        """(submission, object, header) of each header that a corrected copy taught, whatever became of it since."""
        # Events of people's edits, and those of older ledgers, name no submission.
        return frozenset((e["taught_by"], e["object"], e["header"]) for e in self.of("mapping") if e.get("taught_by"))

    @cached_property
    def confirmed(self) -> Mapping[str, str]:
        """Submission → reason, of those whose numbers are right although earlier ones were the other way round."""
        return {entry["submission_id"]: entry["why"] for entry in self.of("confirmation")}

    @property
    def as_of(self) -> str | None:
        """Time of the last event that a release is made from, as ISO 8601 UTC; duplicates change nothing."""
        submitted = [submission.received_at for submission in self.effective]
        decided = [
            entry["at"] for event in ("withdrawal", "confirmation", "mapping", "acceptance") for entry in self.of(event)
        ]
        return max(submitted + decided, default=None)
