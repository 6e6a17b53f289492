"""Receipts: what a partner gets back, as JSON for programs and one HTML page for people, in the partner's language.

Shows nothing but the file itself. Deterministic: no clock, no path of the machine.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.declarations import Declarations
from pipelines.intake import findings as said
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
from pipelines.intake.findings import SENTENCES, Finding, _
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
    PARTLY: _("Correct the cells listed below in your file and put it into the folder again; the other rows are in."),
    REFUSED: _("Correct what is listed below and put the file into the folder again."),
    HELD: _("Nothing was taken in yet; answer what is listed below and put the file into the folder again."),
    DUPLICATE: _("This very file is in already; nothing more to do."),
}
VERDICTS: Mapping[str, str] = {
    ACCEPTED: _("Accepted"),
    CHANGED: _("Accepted"),
    PARTLY: _("Partly refused"),
    REFUSED: _("Refused"),
    HELD: _("On hold"),
    DUPLICATE: _("Received before"),
}
SECTIONS: Mapping[str, str] = {
    said.ERROR: _("To correct"),
    said.WARNING: _("Please note"),
    said.CHANGE: _("Values that we understood as"),
}
# What a file alone cannot tell, and `measure check` therefore says it did not look at; the second no run looks at yet.
NEEDS_HOME = ("received_before", "conflicts_with_other_partners")
NOT_YET = NEEDS_HOME[1:]


@dataclass(frozen=True)
class Header:
    """What a receipt says of the submission itself; for a mere check most of it is empty."""

    file_name: str
    submission_id: str | None = None
    partner: str | None = None
    sha256: str | None = None
    received_at: str | None = None
    duplicate_of: str | None = None


def write(
    home: Home, declarations: Declarations, submission: Submission, examination: Examination, copy: int = 1
) -> Path:
    """Write both forms into the partner's folder, give the HTML's path; `copy` numbers receipts of the same bytes."""
    partner = declarations.partner(submission.partner)
    language = partner["language"] if partner else declarations.initiative.default_language
    header = Header(
        submission.file_name, submission.submission_id, submission.partner or None, submission.sha256,
        submission.received_at, submission.duplicate_of,
    )  # fmt: skip
    content = as_json(declarations, header, examination, NOT_YET)
    suffix = "" if copy == 1 else f".{copy}"
    stem = Path(submission.file_name).stem.encode()[:NAME_BYTES].decode("utf-8", "ignore")
    name = f"{stem}.{submission.sha256[:8]}{suffix}"
    folder = home.receipts / (submission.partner or NO_PARTNER)
    _write(folder / f"{name}.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    page = folder / f"{name}.html"
    _write(page, as_html(declarations, content, language))
    return page


def as_json(
    declarations: Declarations, header: Header, examination: Examination, not_checked: Iterable[str] = ()
) -> dict[str, Any]:
    """The receipt as plain data; messages in every language of the initiative."""
    languages = declarations.initiative.languages
    limit = declarations.initiative.settings["reading"]["maximum_findings"]
    findings, left_out = _limited(examination.findings, limit)
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
        "findings_left_out": left_out,
        "not_checked": list(not_checked),
        "next_step": {language: translator(language)(NEXT_STEPS[examination.verdict]) for language in languages},
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
    return translator(language)(SENTENCES[finding.rule][1]).format(**parameters)


def as_html(declarations: Declarations, content: Mapping[str, Any], language: str) -> str:
    """The receipt as one self-contained page in a language."""
    from babel import Locale

    translate = translator(language)
    labels = {table.id: table.label(language) for table in declarations.datasets}
    sections = [
        (severity, translate(title), [f for f in content["findings"] if f["severity"] == severity])
        for severity, title in SECTIONS.items()
    ]
    page: str = (
        _environment()
        .get_template("receipt.html.j2")
        .render(
            language=language,
            direction="rtl" if Locale.parse(language).text_direction == "rtl" else "ltr",
            receipt=content,
            verdict=translate(VERDICTS[content["verdict"]]),
            next_step=content["next_step"][language],
            sections=[section for section in sections if section[2]],
            labels=labels,
            _=translate,
        )
    )
    return page


def as_text(declarations: Declarations, content: Mapping[str, Any], language: str) -> str:
    """The receipt as plain lines for a terminal."""
    translate = translator(language)
    labels = {table.id: table.label(language) for table in declarations.datasets}
    lines = [f"{content['file_name']}: {translate(VERDICTS[content['verdict']])}. {content['next_step'][language]}"]
    for table in content["tables"]:
        sheet = f" ({table['sheet'].strip()})" if table["sheet"] else ""
        lines.append(
            f"  {labels[table['object']]}{sheet}: {translate('Rows read')} {table['rows_read']}, "
            f"{translate('Rows taken in')} {table['rows_accepted']}, "
            f"{translate('Rows refused')} {table['rows_refused']}"
        )
    for found in content["findings"]:
        place = f"{found['column_letter'] or ''}{found['row'] or ''}"
        suggestion = f" {translate('Did you mean')}: {found['suggestion']}?" if _suggests(found) else ""
        lines.append(f"  {place or translate('The file')}: {found['messages'][language]}{suggestion}")
    return "\n".join(lines)


def _suggests(found: Mapping[str, Any]) -> bool:
    return bool(found["suggestion"]) and found["severity"] == said.ERROR


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
            left_out += 1
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
    }


def _quoted(text: str | None) -> str | None:
    return text if text is None or len(text) <= QUOTED else f"{text[:QUOTED]}…"


def _shown(value: Any, language: str) -> str:
    """A parameter as a reader sees it: whole numbers without a fraction, declared things by their name."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, said.Sentence):
        return translator(language)(value)
    label: Callable[[str], str] | None = getattr(value, "label", None)
    return label(language) if label else str(_quoted(str(value)))


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # A short name of its own: the final one may be as long as names can be. One run at a time writes here.
    temporary = file.with_name(".receipt.part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, file)
