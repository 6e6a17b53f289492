"""Mappings: what each partner's own headers stand for, learnt from corrected copies and kept in a file people may edit.

The ledger is the memory, `raw_data/mappings/<partner>.yml` its face: an edit becomes an event, a lost file is written
again. One partner's mapping is never another's.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import yaml

from pipelines.declarations import DATASET, DeclarationError, Declarations, TableContract
from pipelines.intake.read import Sheet
from pipelines.intake.recognise import meanings
from pipelines.intake.text import clean, fold
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger

NOT_READ = "not_read"
EVENT = "mapping"
# A text longer than this heads no column, and YAML could not hold it as a plain key.
LONGEST_HEADER = 200
# Rows that are compared to tell whether a column of a corrected copy is the original's, and the share that is the same.
COMPARED, SAME = 1000, 0.5
HEADING = """\
# Headers of this partner's files and the columns they stand for, a table at a time; 'not_read' for one that is none.
# Written after each corrected copy. May be edited by hand; other comments than these are not kept.
"""
# Object → header as the partner writes it → column, None where it is not to be read.
Mapped = Mapping[str, Mapping[str, str | None]]


@dataclass(frozen=True)
class Acceptance:
    """A header of a partner's that stands for a column, as a corrected copy showed."""

    object_id: str
    header: str
    column: str


class AcceptedTable(Protocol):
    """What `learn` needs of a table that was accepted from a corrected copy."""

    @property
    def sheet(self) -> str | None: ...  # noqa: D102
    @property
    def contract(self) -> TableContract: ...  # noqa: D102
    @property
    def header_row(self) -> int: ...  # noqa: D102
    @property
    def positions(self) -> Mapping[str, int]: ...  # noqa: D102
    @property
    def texts(self) -> pd.DataFrame: ...  # noqa: D102


def read(file: Path, declarations: Declarations) -> dict[str, dict[str, str | None]]:
    """Object → header → column (None: not read). Raises DeclarationError with one line for the first thing wrong."""
    try:
        # As text, not as values: a header may look like a number or like 'yes'.
        root = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise DeclarationError(f"{file.name}: cannot be read as YAML, correct it or delete it: {reason}") from None
    mapped: dict[str, dict[str, str | None]] = {}
    for object_id, line, content in _pairs(file.name, root):
        known = {table.id: table for table in declarations.datasets}
        if object_id not in known:
            tables = ", ".join(sorted(known))
            raise DeclarationError(f"{file.name}: line {line}: there is no table '{object_id}'; write one of {tables}.")
        if object_id in mapped:
            raise DeclarationError(f"{file.name}: line {line}: '{object_id}' stands twice; put both parts together.")
        mapped[object_id] = _headers(file.name, known[object_id], content)
    return mapped


def _pairs(where: str, node: yaml.Node | None) -> Iterator[tuple[str, int, yaml.Node]]:
    """Keys of a YAML mapping with their line and content; an empty document has none."""
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1
        raise DeclarationError(f"{where}: line {line}: expected lines of the form 'name: value'; correct it.")
    for key, content in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise DeclarationError(f"{where}: line {key.start_mark.line + 1}: put the header in quotation marks.")
        yield key.value, key.start_mark.line + 1, content


def _headers(file: str, table: TableContract, node: yaml.Node) -> dict[str, str | None]:
    columns = {column.name for column in table.columns}
    found: dict[str, str | None] = {}
    seen: set[str] = set()
    for header, line, content in _pairs(file, node):
        where = f"{file}: line {line}: {table.id}: '{header}'"
        column = content.value if isinstance(content, yaml.ScalarNode) else None
        if column != NOT_READ and column not in columns:
            options = ", ".join(c.name for c in table.columns)
            said = f"'{column}' is no column of this table" if column else "nothing is said of it"
            raise DeclarationError(f"{where}: {said}; write one of {options}, or {NOT_READ}.")
        if fold(header) in seen or not fold(header):
            reason = "stands twice; keep one of the two" if fold(header) else "is no header; delete the line"
            raise DeclarationError(f"{where}: {reason}.")
        seen.add(fold(header))
        found[header] = None if column == NOT_READ else column
    return found


def write(file: Path, mapped: Mapped) -> None:
    """Write a partner's mapping, sorted, in one step."""
    lines = [HEADING]
    for object_id in sorted(mapped):
        if mapped[object_id]:
            lines.append(f"{object_id}:\n")
            lines += [f"  {_quoted(h)}: {column or NOT_READ}\n" for h, column in sorted(mapped[object_id].items())]
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.part")
    with temporary.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(lines)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, file)


def _quoted(header: str) -> str:
    """A header as a double-quoted YAML key on one line."""
    return str(yaml.dump(header, default_style='"', allow_unicode=True, width=float("inf"))).strip()


def sync(home: Home, declarations: Declarations, ledger: Ledger) -> set[str]:
    """Record what people changed in the files, write lost files again; gives the partners whose mapping changed.

    Raises DeclarationError for a file that is broken or of no partner; nothing of that file is recorded then.
    """
    home.mappings.mkdir(parents=True, exist_ok=True)
    partners = {str(row["partner_id"]) for row in declarations.rows("partners")}
    _check_names(home, partners | set(ledger.mappings))
    changed = set()
    for partner in sorted(partners | set(ledger.mappings)):
        file, remembered = home.mappings / f"{partner}.yml", ledger.mappings.get(partner, {})
        if file.is_file():
            if _record(ledger, partner, remembered, read(file, declarations)):
                changed.add(partner)
        elif any(remembered.values()):
            write(file, _declared(remembered, declarations))
    return changed


def _check_names(home: Home, partners: Iterable[str]) -> None:
    """A file under a mistyped name would be an answer that nobody hears."""
    known = {f"{partner}.yml" for partner in partners}
    for file in sorted(home.mappings.glob("[!.]*.y*ml")):
        if file.name not in known:
            raise DeclarationError(f"mappings/{file.name}: is no partner's; name it after the partner's folder, .yml.")


def _record(
    ledger: Ledger, partner: str, old: Mapped, new: Mapped, taught: Set[tuple[str, str]] = frozenset(),
    taught_by: str | None = None,
) -> int:  # fmt: skip
    """Append the differences as events, and give their number; `taught` (object, folded header) in any case."""
    before = {(object_id, header): column for object_id in old for header, column in old[object_id].items()}
    after = {(object_id, header): column for object_id in new for header, column in new[object_id].items()}
    gone = sorted(before.keys() - after.keys())
    own = {key for key in after if (key[0], fold(key[1])) in taught}
    said = sorted(key for key, column in after.items() if key in own or key not in before or before[key] != column)
    for object_id, header in gone:
        ledger.append(
            EVENT, partner=partner, object=object_id, header=header, column=None, forgotten=True, taught_by=None
        )
    for object_id, header in said:
        column, teacher = after[object_id, header], taught_by if (object_id, header) in own else None
        ledger.append(
            EVENT, partner=partner, object=object_id, header=header, column=column, forgotten=False, taught_by=teacher
        )
    return len(gone) + len(said)


def _declared(mapped: Mapped, declarations: Declarations) -> dict[str, dict[str, str | None]]:
    """The part of a mapping that is about tables and columns that are still declared."""
    columns = {
        table.id: {None, *(c.name for c in table.columns)}
        for table in declarations.objects.values()
        if table.kind == DATASET
    }
    return {
        object_id: {header: column for header, column in headers.items() if column in columns.get(object_id, ())}
        for object_id, headers in mapped.items()
    }


def remembered(ledger: Ledger, partner: str) -> dict[str, dict[str, str | None]]:
    """Object → folded header → column, as `recognise` takes it; of this partner alone."""
    mapped = ledger.mappings.get(partner, {})
    return {object_id: {fold(header): column for header, column in mapped[object_id].items()} for object_id in mapped}


def fingerprint(ledger: Ledger, partner: str) -> str:
    """Digest of a partner's mapping: what was made under another one is made again. Empty where there is none."""
    mapped = {object_id: headers for object_id, headers in remembered(ledger, partner).items() if headers}
    return hashlib.sha256(json.dumps(mapped, sort_keys=True).encode()).hexdigest() if mapped else ""


def learn(
    original: Sequence[Sheet], tables: Iterable[AcceptedTable], settings: Mapping[str, Any]
) -> tuple[Acceptance, ...]:
    """Headers of the original file that its corrected copy shows the meaning of.

    One is learnt where the contract did not know it, and the copy has a known one over the same cells at the same
    place. Where the copy's known columns were moved, places prove nothing, and nothing of that table is learnt.
    """
    learnt: dict[tuple[str, str], Acceptance | None] = {}
    for table in tables:
        sheet = _same_sheet(original, table.sheet)
        sent = meanings(sheet, table.contract, table.header_row, settings["header_rows"]) if sheet else {}
        if any(name is not None and table.positions.get(name) not in _places(sent, name) for _, name in sent.values()):
            continue
        for column, position in table.positions.items():
            header, name = sent.get(position, ("", column))
            if sheet and name is None and len(header) <= LONGEST_HEADER and _is_same(sheet, position, table, column):
                acceptance = Acceptance(table.contract.id, header, column)
                key = (table.contract.id, fold(header))
                # One header over two columns tells nothing.
                learnt[key] = acceptance if learnt.get(key, acceptance) == acceptance else None
    return tuple(acceptance for acceptance in learnt.values() if acceptance)


def _places(sent: Mapping[int, tuple[str, str | None]], name: str) -> set[int]:
    return {position for position, (_, known) in sent.items() if known == name}


def _is_same(sheet: Sheet, position: int, table: AcceptedTable, column: str) -> bool:
    """Whether the original's cells at a position are those of the copy's column, some corrected ones aside."""
    copy = table.texts[column].head(COMPARED)
    sent = sheet.cells[position].reindex(copy.index, fill_value="")
    return len(copy) > 0 and bool((sent.map(clean) == copy.map(clean)).mean() >= SAME)


def _same_sheet(sheets: Sequence[Sheet], name: str | None) -> Sheet | None:
    """The original's sheet of that name; a text file's only one has none, and gets one in its corrected copy."""
    named = next((sheet for sheet in sheets if sheet.name == name), None)
    return named or (sheets[0] if len(sheets) == 1 and sheets[0].name is None else None)


def remember(
    home: Home,
    declarations: Declarations,
    ledger: Ledger,
    partner: str,
    submission_id: str,
    acceptances: Iterable[Acceptance],
) -> tuple[Acceptance, ...]:
    """Keep what a partner's corrected copy taught, in file and ledger; gives what it had not taught before.

    A submission teaches a header once: read again it must not undo what people have changed since.

    The file comes first: cut short there, the next `sync` records the rest as if a person had written it, and the
    submission is then named as its teacher; the other way round `sync` would read an unwritten line as one that
    somebody took out.
    """
    taught = {(object_id, fold(header)) for by, object_id, header in ledger.taught if by == submission_id}
    new = tuple(a for a in acceptances if (a.object_id, fold(a.header)) not in taught)
    if not new:
        return ()
    file, remembered = home.mappings / f"{partner}.yml", ledger.mappings.get(partner, {})
    before = read(file, declarations) if file.is_file() else _declared(remembered, declarations)
    after = {object_id: dict(headers) for object_id, headers in before.items()}
    for acceptance in new:
        headers = after.setdefault(acceptance.object_id, {})
        same = [h for h in headers if fold(h) == fold(acceptance.header)]
        if [headers[h] for h in same] == [acceptance.column]:
            continue
        for header in same:
            del headers[header]
        headers[acceptance.header] = acceptance.column
    if after != before or not file.is_file():
        write(file, after)
    _record(ledger, partner, remembered, after, {(a.object_id, fold(a.header)) for a in new}, submission_id)
    return new
