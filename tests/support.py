"""Names that tests of several rooms use."""

import io
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl

WORKBOOK = "moe_bagrut_foi_2021_2023.xlsx"
SCHOOL_FILE = "bagrut_school_year_features_2013_2016.csv"
Measure = Callable[..., subprocess.CompletedProcess[str]]


def rewritten(workbook: Path, old: str, new: str) -> bytes:
    """A workbook as a person saves it who wrote something else into the cells of one text."""
    book = openpyxl.load_workbook(workbook)
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == old):
        cell.value = new
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


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
