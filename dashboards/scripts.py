"""Scripts of single pages and the data that they read, as text of files in `assets/`.

Belongs here: how a value becomes a script's variable. Does not belong here: which pages have scripts, and what is in
the data.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parent / "static"


def read_script(name: str) -> str:
    """A script as it is written."""
    return (STATIC / name).read_text(encoding="utf-8")


def variable(name: str, value: Mapping[str, Any] | list[Any]) -> str:
    """A script that makes a value known to the scripts after it, under a name of `window`."""
    return f"window.{name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'), allow_nan=False)};\n"
