"""Pick-up: which files in the inbox are events. Content decides, never names or times.

An event is a path whose bytes differ from what was last taken in there. Partners' files are only ever read.
"""

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
        if file.is_symlink() or any(parent.is_symlink() for parent in file.parents if parent.is_relative_to(inbox)):
            continue
        if file.is_file():
            yield file


def wait_until_quiet(inbox: Path, quiet_seconds: float) -> None:
    """Wait until no file's time is younger than the quiet time; a run by hand does this once, sensors come back."""
    while remaining := _youngest_age_left(inbox, quiet_seconds):
        time.sleep(remaining)


def _youngest_age_left(inbox: Path, quiet_seconds: float) -> float:
    now = time.time()
    left = [quiet_seconds - (now - file.stat().st_mtime) for file in candidates(inbox)]
    # A time in the future would never become quiet: such a file counts as old.
    return max((seconds for seconds in left if 0 < seconds <= quiet_seconds), default=0)


def events(home: Home, last_taken: Mapping[str, str]) -> list[Event]:
    """Paths whose bytes differ from `last_taken` (path → SHA-256); a file that changes while it is read is left."""
    found = []
    for file in candidates(home.inbox):
        before = file.stat()
        sha256 = archive.digest(file.read_bytes())
        after = file.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            continue
        path = file.relative_to(home.inbox).as_posix()
        if last_taken.get(path) != sha256:
            parts = Path(path).parts
            found.append(Event(path, parts[0] if len(parts) > 1 else "", file.name, sha256, file))
    return found
