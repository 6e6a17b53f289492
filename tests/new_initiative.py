"""The initiative that docs/new-initiative.md tells of, file by file; it is like none of the repository."""

import re
from pathlib import Path

from pipelines.paths import REPOSITORY

GUIDE = REPOSITORY / "docs" / "new-initiative.md"
# A file's name in backquotes on a line of its own, then its content.
BLOCK = re.compile(r"^`([^`\n]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def write_initiative(folder: Path) -> Path:
    """Write every file that the guide shows into a folder; gives it."""
    for name, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder
