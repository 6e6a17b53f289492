"""Samples that an initiative brings itself: the files of its folder `sample/<partner>/`, as they are.

Belongs here: finding these files and putting them into the inbox. Does not belong here: making any of them.
"""

import shutil
from functools import partial
from pathlib import Path

from pipelines.declarations import DeclarationError, Declarations
from pipelines.sample.files import place

FOLDER = "sample"


def copy(declarations: Declarations, inbox: Path) -> list[Path]:
    """Put the initiative's own sample into the inbox; the paths, sorted.

    Raises DeclarationError where there is none, and where its partner is not declared as synthetic: pages would show
    invented numbers as if they were anybody's.
    """
    folder = declarations.initiative.folder / FOLDER
    files = sorted(file for file in folder.glob("*/*") if file.is_file() and not file.name.startswith("."))
    where = f"{declarations.initiative.folder.name}/{FOLDER}"
    if not files:
        raise DeclarationError(f"{where}: the initiative has no sample; put one in {FOLDER}/<partner>/<file>.")
    for name in dict.fromkeys(file.parent.name for file in files):
        partner = declarations.partner(name)
        if partner is None or not partner["is_synthetic"]:
            raise DeclarationError(f"{where}/{name}: partners.csv must have '{name}' with is_synthetic true.")
    return [place(inbox / file.parent.name / file.name, partial(shutil.copyfile, file)) for file in files]
