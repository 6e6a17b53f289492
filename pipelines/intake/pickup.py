"""Pick-up: which files in the inbox are events. Content decides, never names or times.

An event is a path whose bytes differ from what was last taken in there. Partners' files are only ever read.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipelines.intake import archive
from pipelines.paths import Home

# Files and folders of these names are on their way, locks, or a desktop's own: hidden ones, Excel's and LibreOffice's
# locks, what browsers and file transfers write until they are done, what Windows leaves in folders.
IGNORED = (
    ".*", "~$*", "#*#", "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.tmp",
    "thumbs.db", "desktop.ini",
)  # fmt: skip
# So many quiet times a run by hand waits at most: a file that somebody writes to all day is no reason to wait all day.
PATIENCE = 5


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
    yield from _looked_through(inbox)[0]


def _looked_through(inbox: Path) -> tuple[list[Path], list[Path]]:
    """Candidates, and folders that cannot be looked into: one whose rights are wrong must not hide the others."""
    files, closed = [], []
    # The inbox itself may be a link, to a share for instance; what lies in it may not.
    waiting = [inbox] if inbox.is_dir() else []
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                found = [entry for entry in entries if not _is_ignored(entry.name) and not entry.is_symlink()]
                files += [Path(entry) for entry in found if entry.is_file(follow_symlinks=False)]
                waiting += [Path(entry) for entry in found if entry.is_dir(follow_symlinks=False)]
        except OSError:
            closed.append(folder)
    return sorted(files), sorted(closed)


def _is_ignored(name: str) -> bool:
    return any(fnmatchcase(name.lower(), pattern) for pattern in IGNORED)


def wait_until_quiet(inbox: Path, quiet_seconds: float) -> list[str]:
    """Wait until every file is as old as the quiet time; a run by hand does this once, sensors come back.

    Gives the paths of those that did not come to rest in a few quiet times; `events` passes over them.
    """
    for _ in range(PATIENCE):
        young = _young(inbox, quiet_seconds)
        if not young:
            return []
        time.sleep(quiet_seconds - min(young.values()))
    return [_name(file.relative_to(inbox)) for file in _young(inbox, quiet_seconds)]


def _young(inbox: Path, quiet_seconds: float) -> dict[Path, float]:
    """Files that changed within the quiet time, with their age."""
    ages = {file: _age(file) for file in candidates(inbox)}
    return {file: age for file, age in ages.items() if age is not None and age < quiet_seconds}


def _age(file: Path) -> float | None:
    """Seconds since a file last changed, by the newest of its times that is not in the future.

    Copying may carry over an old modification time, but never that of the change itself. None where all times lie in
    the future, as on a share whose clock is ahead; infinite for a file that went away.
    """
    try:
        found = file.stat()
    except OSError:
        return float("inf")
    now = time.time()
    return min((now - then for then in (found.st_mtime, found.st_ctime) if then <= now), default=None)


def events(home: Home, last_taken: Mapping[str, str], quiet_seconds: float = 0) -> list[Event]:
    """Paths whose bytes differ from `last_taken` (path → SHA-256).

    Left for the next time are files that changed within `quiet_seconds`, files that change while they are read, and
    files that cannot be read (`unreadable` names those).
    """
    found = []
    for file in _quiet(list(candidates(home.inbox)), quiet_seconds):
        sha256 = _stable_digest(file)
        path = _name(file.relative_to(home.inbox))
        if sha256 is not None and last_taken.get(path) != sha256:
            parts = Path(path).parts
            found.append(Event(path, parts[0] if len(parts) > 1 else "", parts[-1], sha256, file))
    return found


def archived(home: Home, found: Iterable[Event]) -> Iterator[Event]:
    """Events whose bytes are in the archive, each as soon as they are; left out are files that changed since."""
    for event in found:
        try:
            is_kept = os.access(event.file, os.R_OK) and archive.store(home, event.file, event.sha256)
        except FileNotFoundError:
            continue
        if is_kept:
            yield event


def unreadable(inbox: Path) -> list[str]:
    """Paths of files and folders that lie there and cannot be read, for somebody to see to."""
    files, closed = _looked_through(inbox)
    shut = sorted([*closed, *(file for file in files if not os.access(file, os.R_OK))])
    return [_name(path.relative_to(inbox)) for path in shut]


def _quiet(files: list[Path], quiet_seconds: float) -> list[Path]:
    """Files that did not change within the quiet time; those whose times tell nothing are watched for that long."""
    if quiet_seconds <= 0:
        return files
    ages = {file: _age(file) for file in files}
    watched = {file: _signature(file) for file, age in ages.items() if age is None}
    if watched:
        time.sleep(quiet_seconds)
    kept = (_signature(file) == watched[file] if age is None else age >= quiet_seconds for file, age in ages.items())
    return [file for file, is_quiet in zip(files, kept, strict=True) if is_quiet]


def _stable_digest(file: Path) -> str | None:
    """Digest of a file that did not change while it was read, else None."""
    before = _signature(file)
    try:
        sha256 = archive.digest_of(file)
    except OSError:
        return None
    return sha256 if before is not None and before == _signature(file) else None


def _signature(file: Path) -> tuple[int, int, int] | None:
    """What differs when a file was written to, or replaced; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _name(path: Path) -> str:
    """A path as text that can be written down; bytes that are no UTF-8 (names from old archives) as escapes."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
