"""Receipts: what a partner gets back, as JSON for programs and one HTML page for people, in the partner's language.

Shows nothing but the file itself. Deterministic: no clock, no path of the machine. The corrected copy that lies beside
is made in `corrected`.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.declarations import Declarations
from pipelines.intake import findings as said
from pipelines.intake.entries import QUESTION, Entry, Line, Place, grouped, kind_of, shortened
from pipelines.intake.examine import (
    ACCEPTED,
    CHANGED,
    DUPLICATE,
    HELD,
    PARTLY,
    REFUSED,
    Examination,
    TableResult,
)
from pipelines.intake.findings import Finding, _
from pipelines.paths import Home
from pipelines.publishing.ledger import Submission
from pipelines.translation import translator

if TYPE_CHECKING:
    from jinja2 import Environment

# Receipts of files that lie in the inbox itself; no partner's folder begins with an underscore.
NO_PARTNER = "_no_folder"
# Characters of a value that a receipt quotes, and bytes of a file name that a receipt's own name takes over.
QUOTED, NAME_BYTES = 200, 160
NEXT_STEPS: Mapping[str, str] = {
    ACCEPTED: _("Nothing more to do. Thank you."),
    CHANGED: _("This is how we understood some values; if one is wrong, correct it and send the file again."),
    PARTLY: _(
        "Correct the cells listed below in your file and put it into the folder again; the other rows are right."
    ),
    REFUSED: _("Correct what is listed below and put the file into the folder again."),
    HELD: _("Nothing was taken in yet; answer what is listed below and put the file into the folder again."),
    DUPLICATE: _("This very file is in already; nothing more to do."),
}
# Of a file that was sent before and was not wholly right then.
SENT_UNCHANGED = _(
    "You sent this very file before: its right rows are in. Correct the cells listed below in your file and put it "
    "into the folder again."
)
VERDICTS: Mapping[str, str] = {
    ACCEPTED: _("Accepted"),
    CHANGED: _("Accepted"),
    PARTLY: _("Partly refused"),
    REFUSED: _("Refused"),
    HELD: _("On hold"),
    DUPLICATE: _("Received before"),
}
SECTIONS: Mapping[str, str] = {
    QUESTION: _("Please answer"),
    said.ERROR: _("To correct"),
    said.WARNING: _("Please note"),
    said.CHANGE: _("Values that we understood as"),
}
COPY = _("Corrected copy")
# What is counted of a table, in a reader's words.
COUNTS: Mapping[str, str] = {
    "rows_read": _("Rows read"),
    "rows_accepted": _("Rows taken in"),
    "rows_refused": _("Rows refused"),
    "cells_changed": _("Cells changed"),
}
# Numbers with signs, percentages and ranges, and the marks that keep them in one piece between right-to-left words.
SIGNED = re.compile(r"(?=.*[<>=+%/–-])[<>=+-]?[\d.,:/]*\d[\d.,:/–-]*%?")
ISOLATE, END_ISOLATE = "\u2066", "\u2069"
UNANSWERED = (PARTLY, REFUSED, HELD)
# What to do about a file that is not wholly in, step by step: with a corrected copy, and without one.
OPEN_COPY = _("Open the corrected copy.")
ANSWER = _("Answer what is asked below, by changing the headers that it names.")
CORRECT_COPY = _("Correct the red cells, which are listed below too; where a cell offers a list, choose from it.")
CORRECT_OWN = _("Correct what is listed below in your own file.")
SEND_AGAIN = _("Save it and put it into the same folder again; its name does not matter.")
# What a mere check does not look at: the first two need all that a home holds, the others what it knows of the partner.
NEEDS_HOME = ("received_before", "conflicts_with_other_partners")
NEEDS_PARTNER = ("remembered_headers", "earlier_numbers")


@dataclass(frozen=True)
class Header:
    """What a receipt says of the submission itself; for a mere check most of it is empty.

    `replaces`: file name and day of the version that lay at the same place before.
    """

    file_name: str
    submission_id: str | None = None
    partner: str | None = None
    sha256: str | None = None
    received_at: str | None = None
    duplicate_of: str | None = None
    replaces: str | None = None


def write(
    home: Home,
    declarations: Declarations,
    submission: Submission,
    examination: Examination,
    content: bytes | None = None,
    copy: int = 1,
    replaces: str | None = None,
) -> tuple[Path, ...]:
    """Write all forms into the partner's folder and give their paths, the page first.

    `content`: the bytes that were sent, None where no corrected copy is to be made; `copy` numbers receipts of the same
    bytes.
    """
    from pipelines.intake import corrected

    partner = declarations.partner(submission.partner)
    language = partner["language"] if partner else declarations.initiative.default_language
    header = Header(
        submission.file_name, submission.submission_id, submission.partner or None, submission.sha256,
        submission.received_at, submission.duplicate_of, replaces,
    )  # fmt: skip
    answer = as_json(declarations, header, examination)
    workbook = corrected.as_xlsx(declarations, header, content, examination, language) if content else None
    suffix = "" if copy == 1 else f".{copy}"
    stem = Path(submission.file_name).stem.encode()[:NAME_BYTES].decode("utf-8", "ignore")
    name = f"{stem}.{submission.sha256[:8]}{suffix}"
    folder = home.receipts / (submission.partner or NO_PARTNER)
    page, data, copied = (folder / f"{name}.{form}" for form in ("html", "json", "corrected.xlsx"))
    _write(data, (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode())
    if workbook is None:
        # One that was made under other declarations is of no use any more.
        copied.unlink(missing_ok=True)
    else:
        _write(copied, workbook)
    shown = as_html(declarations, answer, language, replaces=replaces, copy_name=copied.name if workbook else None)
    _write(page, shown.encode())
    return (page, data) if workbook is None else (page, data, copied)


def as_json(
    declarations: Declarations, header: Header, examination: Examination, not_checked: Iterable[str] = ()
) -> dict[str, Any]:
    """The receipt as plain data; messages in every language of the initiative."""
    languages = declarations.initiative.languages
    limit = declarations.initiative.settings["reading"]["maximum_findings"]
    findings, left_out = _limited(examination.findings, limit)
    is_unchanged = examination.verdict == DUPLICATE and any(f.severity == said.ERROR for f in examination.findings)
    next_step = SENT_UNCHANGED if is_unchanged else NEXT_STEPS[examination.verdict]
    return {
        "submission_id": header.submission_id,
        "partner": header.partner,
        "file_name": header.file_name,
        "sha256": header.sha256,
        "received_at": header.received_at,
        "verdict": examination.verdict,
        "duplicate_of": header.duplicate_of,
        "tables": [table_counts(table) for table in examination.tables],
        "findings": [_finding_json(finding, languages) for finding in findings],
        "findings_left_out": left_out + sum(finding.n_more for finding in findings),
        "not_checked": list(not_checked),
        "next_step": {language: translator(language)(next_step) for language in languages},
    }


def table_counts(table: TableResult) -> dict[str, Any]:
    """What a receipt and the ledger say of one table: counts only."""
    return {
        "sheet": table.sheet,
        "object": table.contract.id,
        "header_row": table.header_row,
        "rows_read": table.rows_read,
        "rows_accepted": len(table.accepted),
        "rows_refused": len(table.refused),
        "cells_changed": table.cells_changed,
        "columns": dict(table.columns),
    }


def message(finding: Finding, language: str) -> str:
    """The finding's sentence in a language, its values filled in."""
    own = finding.messages.get(language)
    if own:
        return own
    parameters = {name: _shown(value, language) for name, value in finding.parameters.items()}
    return translator(language)(finding.sentence).format(**parameters)


def as_html(
    declarations: Declarations,
    content: Mapping[str, Any],
    language: str,
    *,
    replaces: str | None = None,
    copy_name: str | None = None,
) -> str:
    """The receipt as one self-contained page in a language; `copy_name` is the corrected copy's, which lies beside."""
    translate = translator(language)
    partner = declarations.partner(content["partner"]) if content["partner"] else None
    entries = grouped(content["findings"], language)
    page: str = (
        _environment()
        .get_template("receipt.html.j2")
        .render(
            language=language,
            direction="rtl" if is_rtl(language) else "ltr",
            receipt=content,
            received_on=declarations.initiative.day(content["received_at"]) if content["received_at"] else None,
            is_synthetic=bool(partner and partner["is_synthetic"]),
            replaces=replaces,
            copy_name=copy_name,
            verdict=translate(VERDICTS[content["verdict"]]),
            next_step=content["next_step"][language],
            steps=[translate(step) for step in steps(content, has_copy=copy_name is not None)],
            sections=[
                (kind, translate(SECTIONS[kind]), sum(e.n_places for e in found), [shortened(e) for e in found])
                for kind, found in entries.items()
            ],
            names_sheets=names_sheets(content),
            place=lambda found: place(found, language),
            suggests=suggests,
            counts=[(name, translate(words)) for name, words in COUNTS.items()],
            labels=_labels(declarations, language),
            _=translate,
        )
    )
    return page


def as_text(declarations: Declarations, content: Mapping[str, Any], language: str) -> str:
    """The receipt as plain lines for a terminal."""
    translate = translator(language)
    labels = _labels(declarations, language)
    lines = [f"{content['file_name']}: {translate(VERDICTS[content['verdict']])}. {content['next_step'][language]}"]
    for table in content["tables"]:
        sheet = f" ({table['sheet'].strip()})" if table["sheet"] else ""
        counts = ", ".join(f"{translate(words)} {table[name]}" for name, words in COUNTS.items())
        lines.append(f"  {labels[table['object']]}{sheet}: {counts}")
    for kind, entries in grouped(content["findings"], language).items():
        lines.append(f"{translate(SECTIONS[kind])} ({sum(entry.n_places for entry in entries)})")
        for entry in map(shortened, entries):
            lines += _entry_text(entry, language, names_sheets(content))
    if content["findings_left_out"]:
        lines.append(f"{translate('More of the same kind, not listed')}: {content['findings_left_out']}")
    return "\n".join(lines)


def steps(content: Mapping[str, Any], has_copy: bool) -> Sequence[str]:
    """Message ids of what to do next, in order; none where the file is wholly in."""
    kinds = {kind_of(found["rule"], found["severity"]) for found in content["findings"]}
    is_open = content["verdict"] in UNANSWERED or (content["verdict"] == DUPLICATE and said.ERROR in kinds)
    if not is_open:
        return ()
    if not has_copy:
        return (CORRECT_OWN, SEND_AGAIN)
    asked = (ANSWER,) if QUESTION in kinds else ()
    wrong = (CORRECT_COPY,) if said.ERROR in kinds else ()
    return (OPEN_COPY, *asked, *wrong, SEND_AGAIN)


def names_sheets(content: Mapping[str, Any]) -> bool:
    """Whether places need their sheet's name, because the file has more than one that something is said of."""
    sheets = {found["sheet"] for found in content["findings"]} | {table["sheet"] for table in content["tables"]}
    return len(sheets - {None}) > 1


def place(found: Place, language: str) -> str:
    """A place as people write it: B17, a column's letter, or the row."""
    if found.column_letter:
        return f"{found.column_letter}{found.row or ''}"
    return translator(language)(_("row {row}")).format(row=found.row)


def places(line: Line, language: str) -> str:
    """A line's places, one after the other."""
    listed = ", ".join(place(found, language) for found in line.places)
    if not line.n_more:
        return listed
    more = translator(language)(_("and {n} more")).format(n=line.n_more)
    return f"{listed} … {more}" if listed else more


def line_words(line: Line, entry: Entry, language: str) -> str:
    """What tells a line from others: the value, what it was read as, or a suggestion; '' where there is nothing."""
    if entry.kind == said.CHANGE:
        return f"{line.text} ← {line.suggestion}" if is_rtl(language) else f"{line.text} → {line.suggestion}"
    asked = f"{translator(language)('Did you mean')}: {line.suggestion}?" if suggests(line, entry) else ""
    return " · ".join(part for part in (line.text, asked) if part)


@cache
def is_rtl(language: str) -> bool:
    """Whether a language is written from right to left."""
    from babel import Locale

    return bool(Locale.parse(language).text_direction == "rtl")


def suggests(line: Line, entry: Entry) -> bool:
    """Whether a line's suggestion is for people to choose; an answer to a question stands in its sentence already."""
    return bool(line.suggestion) and entry.kind in (said.ERROR, said.WARNING)


def _entry_text(entry: Entry, language: str, names_sheet: bool) -> list[str]:
    translate = translator(language)
    sheet = f" ({entry.sheet.strip()})" if entry.sheet and names_sheet else ""
    header = f" {entry.header}" if entry.header else ""
    if entry.message and len(entry.lines) == 1:
        [line] = entry.lines
        found = places(line, language) or translate(_("The file"))
        asked = line_words(line, entry, language)
        return [f"  {found}{sheet}: {entry.message}{' ' if asked else ''}{asked}"]
    lines = [f"  {f'{header.strip()}{sheet}'.strip()}: {entry.message or ''}".rstrip(": ")]
    lines += [f"    {places(line, language)}: {line_words(line, entry, language)}" for line in entry.lines]
    return [*lines, *([f"    … {translate('and {n} more').format(n=entry.n_more)}"] if entry.n_more else [])]


def _labels(declarations: Declarations, language: str) -> dict[str, str]:
    return {table.id: table.label(language) for table in declarations.datasets}


def _limited(findings: Iterable[Finding], limit: int) -> tuple[list[Finding], int]:
    """At most `limit` findings of one rule in one column of a sheet; how many were left out."""
    seen: Counter[tuple[Any, ...]] = Counter()
    kept, left_out = [], 0
    for finding in findings:
        kind = (finding.sheet, finding.rule, finding.field)
        seen[kind] += 1
        if seen[kind] <= limit:
            kept.append(finding)
        else:
            left_out += 1 + finding.n_more
    return kept, left_out


def _finding_json(finding: Finding, languages: Iterable[str]) -> dict[str, Any]:
    return {
        "sheet": finding.sheet,
        "row": finding.row,
        "column_letter": finding.column_letter,
        "header": finding.header,
        "field": finding.field,
        "value": _quoted(finding.value),
        "rule": finding.rule,
        "severity": finding.severity,
        "messages": {language: message(finding, language) for language in languages},
        "suggestion": finding.suggestion,
        "n_cells": finding.n_cells,
        "n_more": finding.n_more,
    }


def _quoted(text: str | None) -> str | None:
    return text if text is None or len(text) <= QUOTED else f"{text[:QUOTED]}…"


def _shown(value: Any, language: str) -> str:
    """A parameter as a reader sees it: whole numbers without a fraction, declared things by their name."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, said.Sentence):
        return translator(language)(value)
    if isinstance(value, tuple | list):
        return ", ".join(_shown(item, language) for item in value)
    label: Callable[[str], str] | None = getattr(value, "label", None)
    shown = label(language) if label else str(_quoted(str(value)))
    # Inside words that run from the right, a sign or a per cent would land on the number's other side.
    return f"{ISOLATE}{shown}{END_ISOLATE}" if is_rtl(language) and SIGNED.fullmatch(shown) else shown


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # A short name of its own: the final one may be as long as names can be. One run at a time writes here.
    temporary = file.with_name(".receipt.part")
    temporary.write_bytes(content)
    os.replace(temporary, file)
