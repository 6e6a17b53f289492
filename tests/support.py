"""Names that tests of several rooms use."""

import subprocess
import time
from collections.abc import Callable

WORKBOOK = "moe_bagrut_foi_2021_2023.xlsx"
Measure = Callable[..., subprocess.CompletedProcess[str]]


class Clock:
    """A clock that goes only when told to, or when somebody sleeps by it; `on_sleep` is what happens meanwhile."""

    def __init__(self) -> None:
        self.now = time.time()
        self.on_sleep: Callable[[], object] = lambda: None

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.on_sleep()
