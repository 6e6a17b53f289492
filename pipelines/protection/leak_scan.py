"""Reading of bytes: every text and number that a folder's files hold, however they are packed or written.

Belongs here: unpacking, decoding, and looking for given numbers and texts. Does not belong here: what is hidden, which
files may be published (`audit_site`), and anything imported from what makes the files: a scan that shares the writer's
ideas shares its blind spots. What cannot be read is said, never passed over.
"""

import base64
import binascii
import gzip
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

# How deep packed files may lie in packed files.
DEPTH = 4
# Fewer digits than this two numbers share by chance.
SIGNIFICANT = 5
# Digits beyond these differ between ways to compute the same.
EXACT = 12
# Plotly's names of typed arrays; all of them little endian.
TYPED = {"i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"}
BDATA = re.compile(r'"bdata"\s*:\s*"([^"]*)"')
DTYPE = re.compile(r'"dtype"\s*:\s*"[<|=>]?([a-z]+\d*)"')
DATA_ADDRESS = re.compile(r"data:[^,\s\"'<>]*;base64,([A-Za-z0-9+/=_-]+)")
TAG = re.compile(r"<[^<>]*>")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
HEXADECIMAL = re.compile(r"\b0[xX]([0-9a-fA-F]{4,16})\b")
# Every digit of every script as 0-9, marks that nobody sees away, and one sign for each use of a separator.
_DIGITS = {n: str(unicodedata.digit(chr(n))) for n in range(128, 0x1FBFA) if unicodedata.category(chr(n)) == "Nd"}
_UNSEEN = dict.fromkeys([0xAD, 0x61C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206F), 0xFEFF])
_SEPARATORS = {0x66B: ".", 0x66C: ",", 0xA0: " ", 0x2009: " ", 0x202F: " ", 0x2019: "'"}
PLAIN = str.maketrans({**_DIGITS, **_UNSEEN, **_SEPARATORS})
# Stretches with enough digits to tell a number; then the ways in which they may be meant.
_STRETCH = re.compile(r"\d(?:[.,' ]?\d){4,}")
_WAYS = (
    re.compile(r"\d+(?:\.\d+)?"),
    re.compile(r"\d+,\d+"),
    re.compile(r"(?<!\d)\d{1,3}([,.' ])\d{3}(?:\1\d{3})*(?!\d)(?:[.,]\d+)?"),
)


@dataclass(frozen=True)
class Piece:
    """Something that can be read in a file: `where` says in which part of it."""

    where: str
    text: str


@dataclass(frozen=True)
class Unread:
    """A part of a file that nobody here can read, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class Hit:
    """A wanted number or text that a file holds, by the name under which it was wanted; never the value itself."""

    file: str
    where: str
    name: str


def scan(folder: Path, numbers: Mapping[str, Decimal], texts: Mapping[str, str]) -> tuple[list[Hit], list[Unread]]:
    """Where a folder's files hold wanted numbers or texts, and what of them could not be read.

    A number is found in whatever size and script it is written (percent, thousands, an exponent), if at least
    `SIGNIFICANT` digits, and all that stand before its point, are those of the wanted one, or it rounded.

    Args:
        folder: all files below it are read.
        numbers, texts: what is wanted, by a name that may be printed.
    """
    wanted = Wanted(numbers, texts)
    hits: list[Hit] = []
    unread: list[Unread] = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        file = path.relative_to(folder).as_posix()
        for part in pieces(path.read_bytes()):
            if isinstance(part, Unread):
                unread.append(Unread(f"{file} {part.where}".strip(), part.why))
            else:
                hits += [Hit(file, part.where, name) for name in sorted(wanted.found_in(part.text))]
        hits += [Hit(file, "name", name) for name in sorted(wanted.found_in(file))]
    return list(dict.fromkeys(hits)), unread


class Wanted:
    """Numbers and texts to look for."""

    def __init__(self, numbers: Mapping[str, Decimal], texts: Mapping[str, str]) -> None:
        self._texts = {name: " ".join(_seen(text).split()) for name, text in texts.items()}
        self._numbers: dict[str, list[tuple[str, str, int]]] = {}
        for name, number in numbers.items():
            digits = _significant(format(abs(number), "f"))
            if len(digits) < SIGNIFICANT:
                raise ValueError(f"{name} has too few digits to be told from other numbers")
            fewest = max(SIGNIFICANT, len(str(int(abs(number)))))
            filled = digits.ljust(EXACT, "0")
            for start in {_rounded(filled, SIGNIFICANT), filled[:SIGNIFICANT]}:
                self._numbers.setdefault(start, []).append((name, filled, fewest))

    def found_in(self, text: str) -> set[str]:
        """Names of what stands in a text."""
        seen = _seen(text)
        found = {name for digits in numbers_in(seen) for name in self._named(digits)}
        if self._texts:
            spaced = " ".join(seen.split())
            found |= {name for name, wanted in self._texts.items() if wanted in spaced}
        return found

    def _named(self, digits: str) -> Iterator[str]:
        for name, wanted, fewest in self._numbers.get(digits[:SIGNIFICANT], ()):
            size = min(len(digits), EXACT)
            if size >= fewest and _rounded(digits, size) in (_rounded(wanted, size), wanted[:size]):
                yield name


def numbers_in(seen: str) -> Iterator[str]:
    """The digits of each number of a text in plain digits, without point, exponent and leading zeros."""
    for stretch in _STRETCH.findall(seen):
        for way in _WAYS:
            for match in way.finditer(stretch):
                digits = _significant(match[0])
                if len(digits) >= SIGNIFICANT:
                    yield digits
    for match in HEXADECIMAL.finditer(seen):
        yield str(int(match[1], 16))


def _seen(text: str) -> str:
    return text if text.isascii() else text.translate(PLAIN)


def _significant(written: str) -> str:
    """Digits of a number as written; zeros at the end of a fraction say nothing."""
    whole, point, fraction = written.rpartition(".")
    kept = whole + fraction.rstrip("0") if point else written
    return "".join(c for c in kept if c.isdigit()).lstrip("0")


def _rounded(digits: str, size: int) -> str:
    """The first digits, rounded by those that follow."""
    if len(digits) <= size:
        return digits
    return str((int(digits[: size + 1]) + 5) // 10)


def pieces(content: bytes, where: str = "", depth: int = 0) -> Iterator[Piece | Unread]:
    """Everything that can be read in a file's bytes; its kind is told by its bytes and not by a name."""
    if depth > DEPTH:
        yield Unread(where, "packed too deep")
    elif content.startswith(b"PAR1"):
        yield from _parquet(content, where)
    elif content.startswith(b"PK\x03\x04"):
        yield from _members(content, where, depth)
    elif content.startswith(b"\x1f\x8b"):
        yield from _unpacked(content, where, depth)
    else:
        text = _text(content)
        if text is None:
            # What stands in it in plain letters is looked at all the same.
            yield Unread(where, "no reader for this kind of file")
            yield Piece(where, content.decode("latin-1"))
        else:
            yield from _readings(text, where, depth)


def _text(content: bytes) -> str | None:
    """A file's text, or None where it is none: Unicode has no other bytes below the blank in a text."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig",)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not content.startswith(b"%PDF") and "\0" not in text:
            return text
    return None


def _readings(text: str, where: str, depth: int) -> Iterator[Piece | Unread]:
    """A text as it stands, and in each way in which a program would read it: entities, escapes, tags, packed data."""
    yield Piece(where, text)
    plain = text
    if "\\" in plain:
        plain = ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), plain)
    if "&" in plain:
        plain = html.unescape(plain)
    if "%" in plain:
        plain = unquote(plain, errors="ignore")
    if plain != text:
        yield Piece(f"{where} decoded".strip(), plain)
    if "<" in plain:
        # A number may stand in several elements, and a reader sees one.
        yield Piece(f"{where} without tags".strip(), TAG.sub("", plain))
    yield from _typed_arrays(plain, where)
    for match in DATA_ADDRESS.finditer(plain):
        packed = _from_base64(match[1])
        if packed is not None:
            yield from pieces(packed, f"{where} data address".strip(), depth + 1)


def _typed_arrays(text: str, where: str) -> Iterator[Piece | Unread]:
    for match in BDATA.finditer(text):
        packed = _from_base64(match[1].replace("\\/", "/"))
        around = text[text.rfind("{", 0, match.start()) : text.find("}", match.end())]
        named = DTYPE.search(around)
        dtype = named[1] if named else ""
        place = f"{where} bdata".strip()
        if packed is None or (dtype and dtype not in TYPED):
            yield Unread(place, "a typed array that cannot be read")
            continue
        for kind in [dtype] if dtype else sorted(TYPED):
            yield Piece(place, _listed(array_of(packed, kind)))


def array_of(packed: bytes, dtype: str) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """The numbers of a typed array; what is left over at its end is no number."""
    kind = np.dtype(f"<{dtype}")
    return np.frombuffer(packed[: len(packed) // kind.itemsize * kind.itemsize], kind)


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text.translate({ord("-"): "+", ord("_"): "/"}) + "==")
    except (binascii.Error, ValueError):
        return None


def _listed(values: Iterable[object]) -> str:
    """Values one a line: nothing may read two of them as one number. A number in its shortest form."""
    return "\n".join("" if value is None else str(value) for value in values)


def _members(content: bytes, where: str, depth: int) -> Iterator[Piece | Unread]:
    """Every member of an archive, its name and comments; a workbook is one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield Piece(where, _listed(_text(c) or "" for c in _comments(archive)))
            for member in archive.filelist:
                yield Piece(where, member.filename)
                yield from pieces(archive.read(member), f"{where} {member.filename}".strip(), depth + 1)
    # Broken, cut off, locked with a password, or packed in a way that the reader does not know.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        yield Unread(where, "an archive that cannot be opened")


def _comments(archive: zipfile.ZipFile) -> Iterator[bytes]:
    yield archive.comment
    yield from (member.comment for member in archive.filelist)


def _unpacked(content: bytes, where: str, depth: int) -> Iterator[Piece | Unread]:
    try:
        unpacked = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        yield Unread(where, "a packed file that cannot be opened")
        return
    yield from pieces(unpacked, f"{where} unpacked".strip(), depth + 1)


def _parquet(content: bytes, where: str) -> Iterator[Piece | Unread]:
    """Cells, the smallest and largest value that stand beside each part of a column, and the file's own notes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        table = file.read()
    except (pa.ArrowInvalid, OSError):
        yield Unread(where, "a Parquet file that cannot be opened")
        return
    yield Piece(f"{where} notes".strip(), "\n".join(notes_of(file)))
    for name, column in zip(table.column_names, table.columns, strict=True):
        yield Piece(f"{where} {name}".strip(), f"{name}\n{_listed(column.unique().to_pylist())}")
    for _, name, *ends in statistics_of(file):
        yield Piece(f"{where} statistics of {name}".strip(), _listed(ends))


def notes_of(file: "ParquetFile") -> Iterator[str]:
    """Who wrote a Parquet file, and the keys and values of its own notes, Arrow's copy of the schema left out."""
    notes = {**(file.metadata.metadata or {}), **(file.schema_arrow.metadata or {})}
    yield str(file.metadata.created_by)
    for key, value in notes.items():
        if key != b"ARROW:schema":
            yield f"{key.decode('utf-8', 'replace')}\n{value.decode('utf-8', 'replace')}"


def statistics_of(file: "ParquetFile") -> Iterator[tuple[int, str, object, object]]:
    """Group of rows, column, smallest and largest value, as a Parquet file says of each of its groups."""
    for group in range(file.metadata.num_row_groups):
        rows = file.metadata.row_group(group)
        for number in range(rows.num_columns):
            column = rows.column(number)
            if column.statistics is not None and column.statistics.has_min_max:
                yield group, column.path_in_schema, column.statistics.min, column.statistics.max
