"""A run of intake that is killed at a chosen moment, as a program: `python killed_run.py` reads lines `HOME SEED`.

The homes are alike. Every line is answered when its run was killed. A process is forked for each, so that imports are
paid once, and kills itself (SIGKILL) at a call that the seed chooses; half of them are calls on files while events are
picked up.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines.declarations import load
from pipelines.intake import mappings, take_in
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger

FILE_CALLS = {"open", "write", "flush", "fsync", "close", "replace", "mkdir", "unlink", "read", "truncate"}
ANY, ON_FILES, PICKING_UP = 0, 1, 2
KINDS = (PICKING_UP, ON_FILES, PICKING_UP, ANY)
DECLARED = load()


def take(root: Path) -> None:
    """What a run does until everything is landed and answered."""
    home = Home(root)
    ledger = Ledger(home)
    mappings.sync(home, DECLARED, ledger)
    take_in.pick_up(home, ledger)
    take_in.process(home, DECLARED, ledger)


def counted(root: Path, kind: int, at: int | None = None) -> int:
    """Take in and give the number of calls of a kind on the way; at call `at` the process is killed."""
    count = 0
    is_picking_up = False

    def hook(frame: FrameType, event: str, called: Any) -> None:
        nonlocal count, is_picking_up
        if frame.f_code is take_in.pick_up.__code__ and event in ("call", "return"):
            is_picking_up = event == "call"
        is_on_files = event in ("c_call", "c_return") and getattr(called, "__name__", "") in FILE_CALLS
        if kind == ANY or (is_on_files and (kind == ON_FILES or is_picking_up)):
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(hook)
    take(root)
    sys.setprofile(None)
    return count


def forked(work: Callable[[], int]) -> tuple[int, int]:
    """(exit status, result) of a function that runs in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(work()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        result = answer.read()
    return os.waitpid(child, 0)[1], int(result or -1)


def calls_of(root: Path, kind: int) -> int:
    """How many calls of a kind an undisturbed run of a home makes; the home itself is left as it is."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "home"
        shutil.copytree(root, whole)
        return forked(lambda: counted(whole, kind))[1]


def killed(root: Path, kind: int, at: int) -> bool:
    """Kill a run of the home at a call of a kind; whether it was killed before its end."""
    status, _ = forked(lambda: counted(root, kind, at))
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    calls: dict[int, int] = {}
    for line in sys.stdin:
        path, seed = line.rsplit(maxsplit=1)
        kind = KINDS[int(seed) % len(KINDS)]
        # Homes of one program are alike.
        if kind not in calls:
            calls[kind] = calls_of(Path(path), kind)
        at = random.Random(int(seed)).randint(1, calls[kind])
        print("killed" if killed(Path(path), kind, at) else "ended", flush=True)
