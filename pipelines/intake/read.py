"""Reading: bytes → sheets of text cells that keep the row and column a person sees. Content decides the format.

Nothing is interpreted here: codes keep their zeros, dates stay text, an empty cell is ''. Text files are `delimited`'s;
workbooks are read by a process of their own (`workbook`), because what is too much for their reader ends its process.
"""

import io
import json
import marshal
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa

from pipelines.intake.cells import (
    CORRECTED_COPY,
    TEMPLATE_SHEET,
    File,
    Sheet,
    Unreadable,
    column_letter,
    frame,
    too_long,
)
from pipelines.intake.delimited import read_text
from pipelines.intake.findings import Finding, Sentence, _

__all__ = ["CORRECTED_COPY", "TEMPLATE_SHEET", "File", "Sheet", "Unreadable", "column_letter", "read"]

A_WORKBOOK, A_TEXT = Sentence(_("a workbook")), Sentence(_("text"))
WORKBOOK_EXTENSIONS = {".xlsx", ".xlsm", ".xltx", ".xls", ".xlsb", ".ods"}
TEXT_EXTENSIONS = {".csv", ".tsv", ".txt", ".tab", ""}
PACKAGE, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF, WORD = Sentence(_("a PDF document")), Sentence(_("a Word document"))
SLIDES, PICTURE = Sentence(_("a presentation")), Sentence(_("a picture"))
WEB_PAGE, ARCHIVE = Sentence(_("a web page")), Sentence(_("an archive of other files"))
DATABASE, XML = Sentence(_("a database")), Sentence(_("an XML document"))
JSON = Sentence(_("a JSON document"))
# How files begin that people take for tables, or send by mistake.
SIGNATURES: Mapping[bytes, Sentence] = {
    b"%PDF": PDF, b"{\\rtf": WORD, b"\x89PNG\r\n": PICTURE, b"\xff\xd8\xff": PICTURE, b"GIF8": PICTURE,
    b"II*\0": PICTURE, b"MM\0*": PICTURE, b"Rar!\x1a\x07": ARCHIVE, b"7z\xbc\xaf\x27\x1c": ARCHIVE,
    b"\x1f\x8b\x08": ARCHIVE, b"PK\x05\x06": ARCHIVE, b"\0\x01\0\0Standard Jet DB": DATABASE,
    b"\0\x01\0\0Standard ACE DB": DATABASE, b"SQLite format 3\0": DATABASE,
}  # fmt: skip
WEB_SIGNATURE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|meta|body|table|style)\b|mime-version:", re.I
)
XML_SIGNATURE = re.compile(rb"\s*<\?xml\b", re.I)
JSON_SIGNATURE = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"[^"\r\n]*"\s*:')
# Parts by which a package, and streams by which an OLE file, is known.
PARTS: Mapping[str, Sentence] = {"word/": WORD, "ppt/": SLIDES}
STREAMS: Mapping[str, Sentence] = {"WordDocument": WORD, "PowerPoint Document": SLIDES}
WORKBOOK_PARTS = ("xl/workbook.xml", "xl/workbook.bin")
OPEN_KINDS: Mapping[bytes, Sentence | None] = {b"spreadsheet": None, b"text": WORD, b"presentation": SLIDES}
# A workbook that takes longer was made to.
LONGEST_SECONDS = 300
# Ends of a process that the system, or the reader itself, brought about for want of memory.
OUT_OF_MEMORY = {-6, -9, 134, 137}
INDEX_TYPES = {"B": pa.uint8(), "H": pa.uint16(), "I": pa.uint32()}


def read(content: bytes, file_name: str, settings: Mapping[str, Any], vocabulary: Set[str] = frozenset()) -> File:
    """Sheets of a file; `settings` are the declared limits of reading, `vocabulary` folded headers that are known.

    Raises Unreadable where no table can be had from the bytes.
    """
    if len(content) > settings["maximum_file_bytes"]:
        limit = settings["maximum_file_bytes"] // 2**20
        raise Unreadable(Finding("too_large", parameters={"limit": limit}))
    if not content.strip():
        raise Unreadable(Finding("empty_file"))
    is_workbook = _is_workbook(content)
    findings = list(_extension_findings(file_name, is_workbook))
    if is_workbook:
        sheets = list(_read_workbook(content, settings))
    else:
        sheet, is_visual = read_text(content, settings, vocabulary)
        sheets = [sheet]
        findings += [Finding("visual_order")] if is_visual else []
    return _file(sheets, findings, settings["maximum_cell_characters"])


def _file(sheets: list[Sheet], findings: list[Finding], maximum_characters: int) -> File:
    """Sheets that hold what the sender wrote, without those that we added to a file of ours."""
    corrects = next((sha for sheet in sheets if (sha := sheet.marked(CORRECTED_COPY))), None)
    sent = [s for s in sheets if s.marked(CORRECTED_COPY) is None and s.marked(TEMPLATE_SHEET) is None]
    filled = tuple(sheet for sheet in sent if not sheet.is_empty)
    if not filled:
        raise Unreadable(Finding("empty_file"))
    for sheet in filled:
        if finding := too_long(sheet, maximum_characters):
            raise Unreadable(finding)
    return File(filled, tuple(findings), corrects)


def _extension_findings(file_name: str, is_workbook: bool) -> Iterator[Finding]:
    extension = PurePath(file_name).suffix.lower()
    if extension not in (WORKBOOK_EXTENSIONS if is_workbook else TEXT_EXTENSIONS):
        content = A_WORKBOOK if is_workbook else A_TEXT
        yield Finding("wrong_extension", parameters={"extension": extension, "content": content})


# What the bytes are.


def _is_workbook(content: bytes) -> bool:
    """Whether they are a workbook, else perhaps text; raises Unreadable where they are known to be something else."""
    other = next((kind for signature, kind in SIGNATURES.items() if content.startswith(signature)), None)
    if other is None and WEB_SIGNATURE.match(content[:4096]):
        other = WEB_PAGE
    if other is None and XML_SIGNATURE.match(content[:4096]):
        other = XML
    if other is None and JSON_SIGNATURE.match(content[:4096]):
        other = JSON
    if content.startswith(PACKAGE):
        other = _other_package(content)
    elif content.startswith(OLE):
        other = next((kind for stream, kind in STREAMS.items() if stream.encode("utf-16-le") in content), None)
        # A workbook may hold a document within, and is a workbook still.
        other = None if any(f"{stream}\0".encode("utf-16-le") in content for stream in ("Workbook", "Book")) else other
    if other is not None:
        raise Unreadable(Finding("other_format", parameters={"content": other}))
    return content.startswith((PACKAGE, OLE))


def _other_package(content: bytes) -> Sentence | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:200] if "mimetype" in archive.NameToInfo else b""
    # The library raises errors of many kinds on broken packages.
    except Exception as error:
        raise Unreadable(Finding("unreadable")) from error
    if any(part in names for part in WORKBOOK_PARTS):
        return None
    for word, sentence in OPEN_KINDS.items():
        if kind.startswith(b"application/vnd.oasis.opendocument." + word):
            return sentence
    for folder, sentence in PARTS.items():
        if any(name.startswith(folder) for name in names):
            return sentence
    return None if "content.xml" in names else ARCHIVE


# Workbooks.


def _read_workbook(content: bytes, settings: Mapping[str, Any]) -> Iterator[Sheet]:
    answer = _in_own_process(content, settings)
    if isinstance(answer, tuple):
        rule, parameters, name = answer
        raise Unreadable(Finding(rule, sheet=name, parameters=parameters))
    while answer:
        name, is_hidden, merged, n_rows, columns = answer.pop(0)
        arrays = [_texts(columns.pop(0), n_rows) for _ in range(len(columns))]
        yield Sheet(name, frame(arrays, n_rows), tuple(merged), is_hidden)


def _texts(column: tuple[str, bytes, list[str]], n_rows: int) -> pa.Array:
    typecode, codes, texts = column
    numbers = pa.Array.from_buffers(INDEX_TYPES[typecode], n_rows, [None, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(numbers, pa.array(texts, pa.large_string())).cast(pa.large_string())


def _in_own_process(content: bytes, settings: Mapping[str, Any]) -> Any:
    """What the process that reads workbooks answers, or the finding that it died of."""
    limits = {name: value for name, value in settings.items() if name.startswith("maximum_")}
    command = [sys.executable, "-P", "-m", "pipelines.intake.workbook", json.dumps(limits)]
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(
                command, input=content, stdout=out, stderr=subprocess.DEVNULL, check=False, timeout=LONGEST_SECONDS,
                env={**os.environ, "PYTHONPATH": path},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "too_much_memory", {}, None
        if done.returncode:
            return ("too_much_memory" if done.returncode in OUT_OF_MEMORY else "unreadable"), {}, None
        out.seek(0)
        return marshal.load(out)
