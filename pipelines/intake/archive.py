"""Archive: original bytes under their SHA-256, written first, before anything can fail, and never edited."""

import hashlib
import os
import shutil
from pathlib import Path

from pipelines.paths import Home


class MissingBytes(Exception):
    """The ledger names bytes that the archive does not hold."""


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes, read block by block; OSError where it cannot be read."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def location(home: Home, sha256: str) -> Path:
    """Where bytes of this digest lie; two levels, so that no folder grows without bound."""
    return home.archive / sha256[:2] / sha256


def store(home: Home, file: Path, sha256: str) -> bool:
    """Keep a file's bytes for good, of which the digest is known; storing them again changes nothing.

    False, and nothing kept, where the file has other bytes by now.
    """
    target = location(home, sha256)
    if target.exists():
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{sha256}.part")
    with file.open("rb") as source, temporary.open("wb") as kept:
        shutil.copyfileobj(source, kept)
        kept.flush()
        os.fsync(kept.fileno())
    # What was written is what is asked of: bytes under a wrong digest would never be found out.
    if digest_of(temporary) != sha256:
        temporary.unlink()
        return False
    os.replace(temporary, target)
    return True


def fetch(home: Home, sha256: str, maximum_bytes: int = -1) -> bytes:
    """The bytes of this digest, or their beginning of `maximum_bytes`; raises MissingBytes with one line."""
    try:
        with location(home, sha256).open("rb") as handle:
            return handle.read(maximum_bytes)
    except OSError:
        raise MissingBytes(f"The archive lacks {sha256[:8]}…; restore raw_data/archive from a copy.") from None
