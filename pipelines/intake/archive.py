"""Archive: original bytes under their SHA-256, written first, before anything can fail, and never edited."""

import hashlib
import os
from pathlib import Path

from pipelines.paths import Home


class MissingBytes(Exception):
    """The ledger names bytes that the archive does not hold."""


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def location(home: Home, sha256: str) -> Path:
    """Where bytes of this digest lie; two levels, so that no folder grows without bound."""
    return home.archive / sha256[:2] / sha256


def store(home: Home, content: bytes) -> str:
    """Keep the bytes for good and give their digest; writing the same bytes again changes nothing."""
    sha256 = digest(content)
    target = location(home, sha256)
    if target.exists():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{sha256}.part")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, target)
    return sha256


def fetch(home: Home, sha256: str) -> bytes:
    """The bytes of this digest; raises MissingBytes with one line."""
    try:
        return location(home, sha256).read_bytes()
    except OSError:
        raise MissingBytes(f"The archive lacks {sha256[:8]}…; restore raw_data/archive from a copy.") from None
