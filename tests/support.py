"""Names that tests of several rooms use."""

import subprocess
from collections.abc import Callable

WORKBOOK = "moe_bagrut_foi_2021_2023.xlsx"
Measure = Callable[..., subprocess.CompletedProcess[str]]
