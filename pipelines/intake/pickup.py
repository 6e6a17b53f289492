"""Pick-up: which files in the inbox are events. Content decides, never names or times.

An event is a path whose bytes differ from what was last taken in there. Partners' files are only ever read.
"""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines.intake import archive
from pipelines.paths import Home

IGNORED_PREFIXES = ("~$", ".")
IGNORED_SUFFIXES = (".part", ".crdownload", ".tmp", ".download", "#")


@dataclass(frozen=True)
class Event:
    """New bytes at a path of the inbox; `path` is relative to it and `partner` its first folder ('' for none)."""

    path: str
    partner: str
    file_name: str
    sha256: str
    file: Path


def candidates(inbox: Path) -> Iterator[Path]:
    """Files that a person put there, in order of their paths; temporary, lock and hidden names and links are not."""
    if not inbox.is_dir():
        return
    for file in sorted(inbox.rglob("*")):
        parts = file.relative_to(inbox).parts
        if any(part.startswith(IGNORED_PREFIXES) for part in parts) or file.name.lower().endswith(IGNORED_SUFFIXES):
            continue
        # The inbox itself may be a link, to a share for instance; what lies in it may not.
        below = [parent for parent in file.parents if parent != inbox and parent.is_relative_to(inbox)]
        if not any(path.is_symlink() for path in (file, *below)) and file.is_file():
            yield file


def wait_until_quiet(inbox: Path, quiet_seconds: float) -> None:
    """Wait until no file's time is younger than the quiet time; a run by hand does this once, sensors come back."""
    while remaining := _youngest_age_left(inbox, quiet_seconds):
        time.sleep(remaining)


def _youngest_age_left(inbox: Path, quiet_seconds: float) -> float:
    return max((quiet_seconds - age for file in candidates(inbox) if (age := _age(file)) < quiet_seconds), default=0)


def _age(file: Path) -> float:
    """Seconds since a file changed; one that went away, or whose time lies in the future, counts as old."""
    try:
        age = time.time() - file.stat().st_mtime
    except OSError:
        return float("inf")
    return age if age >= 0 else float("inf")


def events(home: Home, last_taken: Mapping[str, str], quiet_seconds: float = 0) -> list[Event]:
    """Paths whose bytes differ from `last_taken` (path → SHA-256).

    Left for the next time are files younger than `quiet_seconds`, files that change while they are read, and files
    that cannot be read (`unreadable` names those).
    """
    found = []
    for file in candidates(home.inbox):
        sha256 = _stable_digest(file) if _age(file) >= quiet_seconds else None
        path = _name(file.relative_to(home.inbox))
        if sha256 is not None and last_taken.get(path) != sha256:
            parts = Path(path).parts
            found.append(Event(path, parts[0] if len(parts) > 1 else "", parts[-1], sha256, file))
    return found


def unreadable(inbox: Path) -> list[str]:
    """Paths of files that lie there and cannot be read, for somebody to see to."""
    return [_name(file.relative_to(inbox)) for file in candidates(inbox) if not os.access(file, os.R_OK)]


def _stable_digest(file: Path) -> str | None:
    try:
        before = file.stat()
        sha256 = archive.digest(file.read_bytes())
        after = file.stat()
    except OSError:
        return None
    return sha256 if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) else None


def _name(path: Path) -> str:
    """A path as text that can be written down; bytes that are no UTF-8 (names from old archives) as escapes."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
