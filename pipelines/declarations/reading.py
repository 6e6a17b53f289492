"""Files of declarations: YAML, where defaults lie, and the fingerprint of all that was read."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.declarations.model import MODEL, DeclarationError, TableContract
from pipelines.paths import MODELS, SCHEMAS

DEFAULTS = SCHEMAS / "defaults.yml"
# The same language, read ten times as fast where the C library came with the package.
YAML_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path) -> Any:
    """What a YAML file says; DeclarationError where it cannot be read."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DeclarationError(f"{file.name}: cannot be read as YAML: {' '.join(str(error).split())}") from None


def read_models(folder: Path, indicators: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Indicator → the SQL that works it out: every file of the initiative, and of the shared ones those that an
    indicator of kind model is called by and the initiative has not written itself."""
    wanted = {row["indicator_id"] for row in indicators if row["kind"] == MODEL}
    shared = [file for file in sorted(MODELS.glob("*.sql")) if file.stem in wanted]
    files = {file.stem: file for file in (*shared, *sorted(folder.glob(f"{MODELS.name}/*.sql")))}
    return {name: file.read_text(encoding="utf-8") for name, file in sorted(files.items())}


def fingerprint(
    contracts: Iterable[Path], folder: Path, registers: Iterable[TableContract], models: Mapping[str, str]
) -> str:
    """SHA-256 over the names and bytes of everything that was declared."""
    digest = hashlib.sha256()
    present = [f for f in (folder / f"{table.id}.csv" for table in registers) if f.is_file()]
    for file in [
        DEFAULTS,
        *contracts,
        folder / "initiative.yml",
        *sorted(present),
    ]:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    for name, sql in models.items():
        digest.update(f"{name}.sql".encode() + b"\0" + hashlib.sha256(sql.encode()).digest())
    return digest.hexdigest()
