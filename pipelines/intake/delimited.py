"""Delimited text: bytes → columns of text. The headers that are known tell encoding, order of letters and delimiter.

A record is a row, as in a spreadsheet that opens the file: a line break within quotes does not begin a new one.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import islice, zip_longest
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.intake.cells import Sheet, Unreadable, cell_too_long, frame
from pipelines.intake.findings import Finding
from pipelines.intake.limits import exceeded
from pipelines.intake.text import BROKEN, RIGHT_TO_LEFT, UNWRITABLE, fold, turned

BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
WITHOUT_MARK = ("utf-16-le", "utf-16-be")
UTF_16_MARKS = tuple(mark for mark, encoding in BYTE_ORDER_MARKS.items() if encoding == "utf-16")
# Bytes that are enough to tell encoding and delimiter.
SAMPLE_BYTES = 2**16
# Records among which the delimiter is looked for.
SAMPLE_ROWS = 60
# A longer piece of a line is no header.
LONGEST_HEADER = 200
BLOCK_BYTES = 2**20
BLOCK_ROWS = 4000
# Characters of one record: with so many, quotes were opened and never closed, or there are no lines at all.
LONGEST_RECORD = 2**22
# What Excel takes as the choice of a delimiter, and does not show as a row.
CHOICE = re.compile(r'"?sep=([^"\r\n])"?[\r\n]*', re.IGNORECASE)
# What ends a text file in DOS, perhaps up to the end of a block of the disk.
DOS_END = b"\x1a\0"
# From this share of control characters among the first ones, or of zeros among the first bytes, a file is no text of
# single bytes; after all, any bytes are letters in some code page.
MOST_CONTROL, MOST_ZEROS = 0.05, 0.02
# Up to this share of broken letters to bytes beyond ASCII, a file is still UTF-8; no other encoding looks like it.
MOST_BROKEN = 0.03
ASCII = bytes(range(128))
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Text:
    """How the bytes of a text file are to be read."""

    encoding: str
    delimiter: str
    is_visual: bool
    has_choice: bool
    errors: str


def read_text(content: bytes, settings: Mapping[str, Any], vocabulary: Set[str]) -> tuple[Sheet, bool]:
    """The sheet that a text file is, and whether its letters stood in visual order; raises Unreadable.

    Characters that a spreadsheet cannot hold are left out, and a letter whose bytes are broken is `text.BROKEN`.
    """
    content = _without_dos_end(content)
    text = _recognised(content, settings, vocabulary)
    columns = list(_columns(_records(content, text, settings), settings))
    n_rows = len(columns[0]) if columns else 0
    cells = frame(columns, n_rows)
    if text.is_visual:
        cells = cells.apply(_turned)
    return Sheet(None, cells), text.is_visual


def _turned(column: "pd.Series[str]") -> "pd.Series[str]":
    """Each distinct cell turned round once."""
    codes, distinct = pd.factorize(column)
    return pd.Series([turned(text) for text in distinct], dtype=column.dtype).take(codes).set_axis(column.index)


# Encoding.


def _without_dos_end(content: bytes) -> bytes:
    body = content.rstrip(DOS_END)
    # In UTF-16 these bytes may be halves of letters.
    is_dos = content[len(body) : len(body) + 1] == DOS_END[:1] and b"\0" not in body[:SAMPLE_BYTES]
    return body if is_dos and not body.startswith(UTF_16_MARKS) else content


def _recognised(content: bytes, settings: Mapping[str, Any], vocabulary: Set[str]) -> Text:
    encoding = _encoding(content, settings, vocabulary)
    is_lenient = encoding == "utf-8" or (encoding == "utf-8-sig" and _is_nearly_utf8(content))
    errors = "replace" if is_lenient else "strict"
    sample = _head(_sample(content), encoding, errors)
    if sample is None or "\ufffe" in sample or len(UNWRITABLE.findall(sample)) > MOST_CONTROL * len(sample):
        raise Unreadable(Finding("unreadable"))
    sample = UNWRITABLE.sub("", sample)
    choice = CHOICE.match(sample)
    delimiter = choice[1] if choice else _delimiter(sample, settings, vocabulary)
    is_visual = _is_visual(sample, settings, vocabulary)
    return Text(encoding, delimiter, is_visual, choice is not None, errors)


def _encoding(content: bytes, settings: Mapping[str, Any], vocabulary: Set[str]) -> str:
    """Byte-order mark, then strict UTF-8, then UTF-16, then the code page under which the headers are known ones.

    UTF-8 with a few broken letters comes last but one, and only where its headers are known: other pages never look so.
    """
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    known = partial(_n_known, content, settings, vocabulary)
    head = content[:SAMPLE_BYTES]
    if head.count(0) > MOST_ZEROS * len(head):
        return max(WITHOUT_MARK, key=lambda page: (known(page), _n_ascii(content, page)))
    if _is_valid(content, "utf-8"):
        return "utf-8"
    if _knows_header(content, settings, vocabulary) and _is_nearly_utf8(content):
        return "utf-8"
    hits = {page: known(page) for page in settings["encodings"]}
    best = max(hits.values())
    pages = [page for page in hits if hits[page] == best and _is_valid(content, page)]
    if not pages:
        raise Unreadable(Finding("unreadable"))
    sample = _sample(content)
    if best and len({_head(sample, page) for page in pages}) == 1:
        return pages[0]
    return _likeliest(sample, pages)


def _knows_header(content: bytes, settings: Mapping[str, Any], vocabulary: Set[str]) -> bool:
    """Whether any of the first lines' pieces is a known header in UTF-8, those in ASCII included."""
    sample = _head(_sample(content), "utf-8", "replace") or ""
    return any(fold(piece) in vocabulary for piece in _pieces(sample, settings))


def _is_nearly_utf8(content: bytes) -> bool:
    """Whether all but a few of the bytes beyond ASCII are parts of letters in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    n_broken = n_bytes = 0
    for at in range(0, len(content) + 1, BLOCK_BYTES):
        block = content[at : at + BLOCK_BYTES]
        if block.isascii() and not decoder.getstate()[0]:
            continue
        n_broken += decoder.decode(block, at + BLOCK_BYTES > len(content)).count(BROKEN)
        n_bytes += len(block.translate(None, ASCII))
    return n_broken <= MOST_BROKEN * n_bytes


def _likeliest(sample: bytes, pages: Sequence[str]) -> str:
    import chardet

    # Cells in ASCII say the same under every page, and many of them drown the few that tell.
    telling = b"\n".join(re.findall(rb"[^,;\t|\r\n]*[\x80-\xff][^,;\t|\r\n]*", sample))
    # Where no page fits, the answer is ASCII; of pictures and the like it is None.
    found = chardet.detect(telling, include_encodings=[*pages, "ascii"], no_match_encoding="ascii")["encoding"]
    for page in pages:
        if found and codecs.lookup(found) == codecs.lookup(page):
            return page
    raise Unreadable(Finding("unreadable"))


def _sample(content: bytes) -> bytes:
    """The beginning, and where letters beyond ASCII come only later, some of what stands there."""
    head = content[:SAMPLE_BYTES]
    if head.isascii() and (later := re.search(rb"[\x80-\xff]", content)):
        begin = content.rfind(b"\n", 0, later.start()) + 1
        return head + content[max(begin, SAMPLE_BYTES) :][:SAMPLE_BYTES]
    return head


def _head(sample: bytes, encoding: str, errors: str = "strict") -> str | None:
    """The sample's text, without a letter that the sample's end cuts through; None where the encoding is another."""
    try:
        return codecs.getincrementaldecoder(encoding)(errors).decode(sample)
    except UnicodeDecodeError:
        return None


def _is_valid(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(content)
    try:
        for at in range(0, len(view), BLOCK_BYTES):
            decoder.decode(view[at : at + BLOCK_BYTES])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _n_known(content: bytes, settings: Mapping[str, Any], vocabulary: Set[str], encoding: str) -> int:
    """How many of the first lines' pieces are known headers under an encoding, in either order of letters."""
    sample = _head(_sample(content), encoding)
    if sample is None:
        return -1
    pieces = _beyond_ascii(_pieces(sample, settings))
    return max(_n_hits(pieces, vocabulary, fold), _n_hits(pieces, vocabulary, lambda piece: fold(turned(piece))))


def _n_ascii(content: bytes, encoding: str) -> int:
    return sum(letter.isascii() for letter in _head(content[:SAMPLE_BYTES], encoding) or "")


def _pieces(sample: str, settings: Mapping[str, Any]) -> set[str]:
    """What stands between delimiters in the first lines, whichever the delimiter is."""
    between = re.compile("[" + re.escape("".join(settings["delimiters"])) + "]")
    lines = islice((line for line in sample.splitlines() if line.strip()), settings["header_rows"])
    pieces = (piece.strip().strip('"').replace('""', '"') for line in lines for piece in between.split(line))
    return {piece for piece in pieces if len(piece) <= LONGEST_HEADER}


def _beyond_ascii(pieces: Iterable[str]) -> set[str]:
    return {piece for piece in pieces if not piece.isascii()}


def _n_hits(pieces: Iterable[str], vocabulary: Set[str], form: Callable[[str], str]) -> int:
    return sum(form(piece) in vocabulary for piece in pieces) if vocabulary else 0


def _is_visual(sample: str, settings: Mapping[str, Any], vocabulary: Set[str]) -> bool:
    """Whether letters stand in the order of the screen: known headers tell, else where words have final letters.

    No word begins with such a letter in the order of reading, so that one of them is enough where none ends with one.
    """
    candidates = {piece for piece in _pieces(sample, settings) if RIGHT_TO_LEFT.search(piece)}
    logical = _n_hits(candidates, vocabulary, fold)
    visual = _n_hits(candidates, vocabulary, lambda piece: fold(turned(piece)))
    if logical != visual:
        return visual > logical
    words = [word for word in WORD.findall(sample) if RIGHT_TO_LEFT.match(word)]
    begins, ends = (sum(word[at] in settings["final_letters"] for word in words) for at in (0, -1))
    return begins > ends


# Records.


def _delimiter(sample: str, settings: Mapping[str, Any], vocabulary: Set[str]) -> str:
    """The delimiter that makes known headers, then the one that gives most records one width, then the widest."""
    lines = [line for line in sample.splitlines(keepends=True)[: 2 * SAMPLE_ROWS] if line.strip()]

    def rank(delimiter: str) -> tuple[int, int, int]:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0, 0
        known = max((len({fold(c) for c in row} & vocabulary) for row in rows[: settings["header_rows"]]), default=0)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, n_rows = max(widths.items(), key=lambda item: item[::-1], default=(1, 0))
        # One known word may stand anywhere; two make a header.
        return (known if known > 1 and width > 1 else 0), n_rows, width

    return max(settings["delimiters"], key=rank)


def _records(content: bytes, text: Text, settings: Mapping[str, Any]) -> Iterator[list[str]]:
    """The records of a text file; raises Unreadable where its bytes or one of its cells are no text of a table."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=text.encoding, errors=text.errors, newline="")
    n_rows = n_characters = 0

    def counted() -> Iterator[str]:
        nonlocal n_characters
        for line in lines:
            n_characters += len(line)
            if n_characters > LONGEST_RECORD:
                n_columns = line.count(text.delimiter) + 1
                too_wide = exceeded(0, n_columns, settings)
                raise Unreadable(Finding(too_wide[0], parameters=too_wide[1]) if too_wide else too_long())
            yield UNWRITABLE.sub("", line)

    def too_long() -> Finding:
        return cell_too_long(None, n_rows + 1, None, settings["maximum_cell_characters"])

    try:
        if text.has_choice:
            lines.readline()
        for record in csv.reader(counted(), delimiter=text.delimiter):
            n_rows, n_characters = n_rows + 1, 0
            yield record
    except UnicodeDecodeError as error:
        raise Unreadable(Finding("unreadable")) from error
    except csv.Error as error:
        # The only thing that this reader refuses is a cell beyond its own limit.
        raise Unreadable(too_long()) from error


def _columns(records: Iterator[list[str]], settings: Mapping[str, Any]) -> Iterator[pa.Array]:
    """Records → columns, short records filled with empty cells; a block at a time, so that no copy of all is made."""
    blocks: list[list[pa.Array]] = []
    n_rows = 0
    while rows := list(islice(records, BLOCK_ROWS)):
        width = max(map(len, rows))
        n_rows += len(rows)
        if excess := exceeded(n_rows, max(width, len(blocks)), settings):
            raise Unreadable(Finding(excess[0], parameters=excess[1]))
        blocks += [[_empty(n_rows - len(rows))] for _ in range(width - len(blocks))]
        for position, cells in enumerate(zip_longest(*rows, fillvalue="")):
            blocks[position].append(pa.array(list(cells), pa.large_string()))
        for column in blocks[width:]:
            column.append(_empty(len(rows)))
    blocks.reverse()
    while blocks:
        yield pa.concat_arrays(blocks.pop())


def _empty(n_rows: int) -> pa.Array:
    return pa.array([""], pa.large_string()).take(pa.nulls(n_rows, pa.int8()).fill_null(0))
