"""The run lock: at most one run writes in a home. Held by an open file, so that a killed run leaves nothing behind."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.paths import Home

_held: set[Path] = set()


class HomeIsBusy(Exception):
    """Another run holds the home."""


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Hold the home's lock; free to whoever in this process holds it already. Raises HomeIsBusy."""
    path = home.lock.resolve()
    if path in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise HomeIsBusy(f"Another run is at work in {home.root.name}; wait for it to end.") from None
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
