"""The corpus of faults: every one is said, at its own row and column, and what can be put right comes back right."""

import html
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from intake import clean_files, faults
from intake.faults import Fault

from pipelines.declarations import Declarations
from pipelines.intake import corrected, mappings, receipt, take_in
from pipelines.intake.examine import ACCEPTED, TAKEN_IN, Examination, Examiner
from pipelines.intake.findings import ERROR, WARNING, Finding
from pipelines.intake.read import read
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger

LANGUAGES = ("he", "en", "ar")
# What a receipt says of the submission rather than of the file.
OF_THE_SUBMISSION = {"submission_id", "partner", "sha256", "received_at", "duplicate_of", "not_checked"}
PARTNER = "sample_careless"


@dataclass(frozen=True)
class Answered:
    """A broken file and what production said of it."""

    fault: Fault
    examiner: Examiner
    examination: Examination

    @property
    def named(self) -> list[Finding]:
        """Findings that say this fault, wherever they stand."""
        return [f for f in self.examination.findings if f.rule in self.fault.rules]

    @property
    def placed(self) -> list[Finding]:
        """Those of them that stand at the broken cell, row or sheet itself."""
        fault = self.fault
        return [
            f
            for f in self.named
            if (f.sheet, f.row) == (fault.sheet, fault.row)
            and (fault.letters == faults.ANY or f.column_letter in fault.letters)
        ]

    @property
    def said(self) -> str:
        places = [f"{f.rule}@{f.sheet or ''}!{f.column_letter or ''}{f.row or ''}" for f in self.examination.findings]
        return f"{self.examination.verdict}: {', '.join(places[:4]) or 'nothing'}"


@pytest.fixture(scope="module")
def corpus(declared: Declarations) -> dict[str, Answered]:
    usual = Examiner(declared)
    answered = {}
    for name in faults.NAMES:
        fault = faults.build(declared, name)
        examiner = Examiner(faults.limited(declared, fault.settings)) if fault.settings else usual
        answered[name] = Answered(fault, examiner, examiner.examine(fault.content, fault.file_name))
    return answered


def misses(corpus: dict[str, Answered], is_right: Any) -> dict[str, str]:
    """Faults that do not pass, and what was said of them."""
    return {name: answered.said for name, answered in corpus.items() if not is_right(answered)}


def listed(wrong: Any) -> str:
    """One line for each, which pytest does not cut short."""
    lines = [f"{place}: {said}" for place, said in wrong.items()] if isinstance(wrong, dict) else map(str, wrong)
    return "\n".join(["", *lines])


def test_corpus_is_as_large_as_promised() -> None:
    assert len(faults.NAMES) >= 60 and len(clean_files.FILES) >= 20


def test_every_fault_is_reported(corpus: dict[str, Answered]) -> None:
    missed = misses(corpus, lambda answered: answered.named)
    assert not missed, listed(missed)


def test_seeded_cell_itself_is_named_in_98_of_100(corpus: dict[str, Answered]) -> None:
    missed = misses(corpus, lambda answered: answered.placed)
    share = 1 - len(missed) / len(corpus)
    print(f"at its own place: {share:.1%} of {len(corpus)}", *missed.items(), sep="\n")
    assert share >= 0.98, listed(missed)


def test_every_fault_has_its_verdict(corpus: dict[str, Answered]) -> None:
    missed = misses(corpus, lambda a: a.examination.verdict in a.fault.verdicts)
    assert not missed, listed(missed)


def test_no_other_row_is_blamed(corpus: dict[str, Answered]) -> None:
    def is_alone(answered: Answered) -> bool:
        errors = [f for f in answered.examination.findings if f.severity == ERROR]
        return answered.fault.spreads or all(f in answered.named or f.row == answered.fault.row for f in errors)

    missed = misses(corpus, is_alone)
    assert not missed, listed(missed)


def test_file_that_holds_nothing_gets_one_sentence(corpus: dict[str, Answered]) -> None:
    whole = {n: a for n, a in corpus.items() if a.fault.is_whole_file and not a.examination.tables}
    assert len(whole) > 20
    missed = misses(whole, lambda a: sum(f.severity == ERROR for f in a.examination.findings) == 1)
    assert not missed, listed(missed)


def test_right_name_is_among_the_suggestions(corpus: dict[str, Answered]) -> None:
    asked = {name: a for name, a in corpus.items() if a.fault.suggested}
    assert len(asked) >= 5
    missed = misses(asked, lambda a: any(a.fault.suggested in (f.suggestion or "").split("; ") for f in a.placed))
    assert not missed, listed(missed)


@pytest.mark.parametrize("name", clean_files.FILES)
def test_clean_file_is_taken_without_a_word(name: str, declared: Declarations) -> None:
    file = clean_files.FILES[name](declared)
    examined = Examiner(declared).examine(file.content, file.file_name)
    assert [(f.rule, f.sheet, f.row, f.column_letter, f.value) for f in examined.findings] == []
    assert examined.verdict == ACCEPTED
    assert [len(table.accepted) for table in examined.tables] == [len(table.values) for table, _ in file.tables]


# Corrected copies.


@pytest.fixture(scope="module")
def copies(corpus: dict[str, Answered], declared: Declarations) -> dict[str, bytes | None]:
    """The corrected copy of each file, None where there is none."""

    def copy(answered: Answered) -> bytes | None:
        header = receipt.Header(answered.fault.file_name, partner=PARTNER, sha256="0" * 64)
        return corrected.as_xlsx(declared, header, answered.fault.content, answered.examination, "he")

    return {name: copy(answered) for name, answered in corpus.items()}


def contents(examination: Examination) -> list[list[dict[str, Any]]]:
    """Accepted rows of each table as plain values, without their row numbers."""
    return [table.accepted.astype(object).where(table.accepted.notna(), None).to_dict("records")
            for table in examination.tables]  # fmt: skip


def n_changed(examination: Examination) -> int:
    return sum(table.cells_changed for table in examination.tables)


@pytest.fixture(scope="module")
def correctable(corpus: dict[str, Answered]) -> dict[str, Answered]:
    return {name: a for name, a in corpus.items() if a.fault.changes is not None}


def test_machine_corrects_as_many_cells_as_were_broken(correctable: dict[str, Answered]) -> None:
    assert len(correctable) >= 10
    missed = misses(correctable, lambda a: n_changed(a.examination) == a.fault.changes)
    assert not missed, listed(missed)


def test_corrected_copy_is_accepted_and_needs_no_second_correction(
    correctable: dict[str, Answered], copies: dict[str, bytes | None]
) -> None:
    wrong = {}
    for name, answered in correctable.items():
        copy = copies[name]
        if copy is None:
            if answered.fault.changes:
                wrong[name] = "no corrected copy"
            continue
        again = answered.examiner.examine(copy, "מתוקן.xlsx")
        said = [(f.rule, f.row, f.column_letter) for f in again.findings if f.severity in (ERROR, WARNING)]
        if again.verdict != ACCEPTED or said or n_changed(again):
            wrong[name] = f"{again.verdict}, {n_changed(again)} changed, {said[:3]}"
        elif contents(again) != contents(answered.examination):
            wrong[name] = "other values than those that were accepted"
    assert not wrong, listed(wrong)


def test_changes_are_counted_as_the_cells_that_differ(
    corpus: dict[str, Answered], copies: dict[str, bytes | None], declared: Declarations
) -> None:
    settings = declared.initiative.settings["reading"]
    wrong, compared = {}, 0
    for name, answered in corpus.items():
        copy, file = copies[name], answered.examination.file
        if copy is None or file is None:
            continue
        before, after = file.sheets, read(copy, "מתוקן.xlsx", settings).sheets
        differing = -1
        if len(before) == len(after):
            differing = sum(n_differing(one.cells, other.cells) for one, other in zip(before, after, strict=True))
        compared += 1
        if differing != n_changed(answered.examination):
            wrong[name] = f"{differing} cells differ in {len(after)} sheets, {n_changed(answered.examination)} counted"
    assert compared > 50
    assert not wrong, listed(wrong)


def n_differing(one: Any, other: Any) -> int:
    """Cells of two sheets that hold different texts, wherever one of them ends."""
    index, columns = one.index.union(other.index), one.columns.union(other.columns)
    # A workbook knows one kind of line end within a cell, whatever a text file had.
    laid = [
        frame.reindex(index=index, columns=columns).fillna("").replace("\r\n", "\n", regex=True)
        for frame in (one, other)
    ]
    return int((laid[0] != laid[1]).to_numpy().sum())


def test_answer_given_in_the_corrected_copy_is_accepted(
    corpus: dict[str, Answered], copies: dict[str, bytes | None]
) -> None:
    asked = {name: a for name, a in corpus.items() if a.fault.answers}
    assert len(asked) >= 15
    wrong = {}
    for name, answered in asked.items():
        copy = copies[name]
        if copy is None:
            wrong[name] = "no corrected copy"
            continue
        again = answered.examiner.examine(with_answers(copy, answered.fault), "מתוקן.xlsx")
        said = [(f.rule, f.row, f.column_letter) for f in again.findings if f.severity == ERROR]
        if again.verdict not in TAKEN_IN or said or n_changed(again):
            wrong[name] = f"{again.verdict}, {n_changed(again)} changed, {said[:3]}"
    assert not wrong, listed(wrong)


def with_answers(copy: bytes, fault: Fault) -> bytes:
    """The corrected copy as a person saves it who entered the answers; its first sheet is the summary."""
    book = openpyxl.load_workbook(io.BytesIO(copy))
    sheet = book.worksheets[1:][sheet_number(book, fault)]
    for row, letter, text in fault.answers:
        sheet[f"{letter}{row}"].value = text
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sheet_number(book: Any, fault: Fault) -> int:
    names = [sheet.title for sheet in book.worksheets[1:]]
    return names.index(fault.sheet) if fault.sheet in names else 0


def test_corrected_copy_that_a_run_wrote_is_accepted_by_the_next_run(
    corpus: dict[str, Answered], declared: Declarations, tmp_path: Path
) -> None:
    """Each fault's copy, as it lies beside the receipt, with a person's answers where the fault needs them."""
    home = Home(tmp_path)
    # Faults that need limits of their own have other tests.
    dropped = {
        f"{number:03d}": a for number, a in enumerate(corpus.values())
        if (a.fault.changes is not None or a.fault.answers) and not a.fault.settings
    }  # fmt: skip
    assert len(dropped) > 25
    for number, answered in dropped.items():
        file = home.inbox / PARTNER / number / f"{number}{Path(answered.fault.file_name).suffix}"
        file.parent.mkdir(parents=True)
        file.write_bytes(answered.fault.content)
    run(home, declared)
    receipts, wrong = home.receipts / PARTNER, {}
    for number, answered in dropped.items():
        copies = list(receipts.glob(f"{number}.*.corrected.xlsx"))
        if not copies:
            # None is written where there is nothing to change.
            if answered.fault.changes or answered.fault.answers:
                wrong[answered.fault.name] = "no corrected copy"
            continue
        file = home.inbox / PARTNER / number / f"copy {number}.xlsx"
        file.write_bytes(with_answers(copies[0].read_bytes(), answered.fault))
    run(home, declared)
    for number, answered in dropped.items():
        for again in map(_json, receipts.glob(f"copy {number}.*.json")):
            said = [(f["rule"], f["row"], f["column_letter"]) for f in again["findings"] if f["severity"] == ERROR]
            changed = sum(table["cells_changed"] for table in again["tables"])
            verdicts = TAKEN_IN if answered.fault.answers else (ACCEPTED,)
            if again["verdict"] not in verdicts or said or changed or not again["tables"]:
                wrong[answered.fault.name] = f"{again['verdict']}, {changed} changed, {said[:3]}"
    assert len(list(receipts.glob("copy *.json"))) > 25
    assert not wrong, listed(wrong)


def run(home: Home, declared: Declarations) -> None:
    ledger = Ledger(home)
    mappings.sync(home, declared, ledger)
    take_in.pick_up(home, ledger)
    take_in.process(home, declared, ledger)


def test_nothing_that_we_write_runs_as_a_formula(copies: dict[str, bytes | None]) -> None:
    running = {}
    for name, copy in copies.items():
        if copy is None:
            continue
        cells = [
            cell for sheet in openpyxl.load_workbook(io.BytesIO(copy)) for row in sheet.iter_rows() for cell in row
        ]
        formulas = [cell.coordinate for cell in cells if cell.data_type == "f"]
        if formulas:
            running[name] = formulas
    assert not running, listed(running)


def test_negative_number_stays_what_it_was(corpus: dict[str, Answered], copies: dict[str, bytes | None]) -> None:
    answered, copy = corpus["number below zero"], copies["number below zero"]
    assert copy is not None
    book = openpyxl.load_workbook(io.BytesIO(copy))
    cell = book.worksheets[1][f"{answered.fault.letters[0]}{answered.fault.row}"]
    assert str(cell.value) == "-7"


# Receipts.


def test_check_and_run_say_the_same_of_every_file(
    corpus: dict[str, Answered], declared: Declarations, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    folder = home.inbox / PARTNER
    folder.mkdir(parents=True)
    dropped = {name: a for name, a in corpus.items() if not a.fault.settings}
    for answered in dropped.values():
        (folder / answered.fault.file_name).write_bytes(answered.fault.content)
    ledger = Ledger(home)
    take_in.pick_up(home, ledger)
    take_in.process(home, declared, ledger)
    pages = {page["file_name"]: page for page in map(_json, (home.receipts / PARTNER).glob("*.json"))}
    wrong = {}
    for name, answered in dropped.items():
        header = receipt.Header(answered.fault.file_name, partner=PARTNER)
        checked = receipt.as_json(declared, header, answered.examination, receipt.NEEDS_HOME)
        ran = pages.get(answered.fault.file_name)
        if ran is None or _of_the_file(ran) != _of_the_file(json.loads(json.dumps(checked))):
            wrong[name] = "no receipt" if ran is None else f"{ran['verdict']} in a run, {checked['verdict']} in a check"
    assert not wrong, listed(wrong)


def _json(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text(encoding="utf-8"))


def _of_the_file(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in OF_THE_SUBMISSION}


def visible(page: str) -> str:
    """What a reader of a page sees."""
    bare = re.sub(r"<(style|script|title).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())


@pytest.fixture(scope="module")
def pages(corpus: dict[str, Answered], declared: Declarations) -> dict[tuple[str, str], str]:
    answers = {}
    for name, answered in corpus.items():
        header = receipt.Header(answered.fault.file_name, partner=PARTNER)
        content = receipt.as_json(declared, header, answered.examination, receipt.NEEDS_HOME)
        for language in LANGUAGES:
            answers[name, language] = visible(receipt.as_html(declared, content, language))
    return answers


def test_no_receipt_speaks_as_a_program_does(pages: dict[tuple[str, str], str], declared: Declarations) -> None:
    columns = [column for table in declared.datasets for column in table.columns]
    codes = {column.name for column in columns if "_" in column.name} | {
        table.id for table in declared.datasets if "_" in table.id
    }
    patterns = {column.pattern for column in columns if column.pattern}
    words = "|".join(map(re.escape, sorted(codes | patterns)))
    programs = re.compile(r"Traceback|\{[a-z_]+\}|\\d|\(\?:|\bNone\b(?! of)|\bnan\b|<NA>|dtype|" + words)
    wrong = {place: found[0] for place, page in pages.items() if (found := programs.search(page))}
    assert not wrong, listed(wrong)


def test_no_receipt_has_an_english_sentence_for_those_who_read_another_language(
    pages: dict[tuple[str, str], str], corpus: dict[str, Answered]
) -> None:
    word = r"[A-Za-z]+(?:'[A-Za-z]+)?"
    english = re.compile(rf"{word}(?:[ ,]+{word}){{2,}}")
    spoken: dict[str, list[str]] = {}
    for (name, language), page in pages.items():
        file = corpus[name].examination.file
        own = " ".join(cell for sheet in file.sheets for row in sheet.cells.to_numpy() for cell in row) if file else ""
        for words in english.findall(page) if language != "en" else []:
            # Names are suggested in the language that the sender wrote.
            asked = " ".join(f.suggestion or "" for f in corpus[name].examination.findings).replace(";", ",")
            if words not in " ".join(own.split()) and words not in asked:
                spoken.setdefault(words, []).append(f"{language} {name}")
    wrong = {words: f"{len(places)} receipts, first {places[0]}" for words, places in spoken.items()}
    assert not wrong, listed(wrong)


def test_every_receipt_shows_the_place(pages: dict[tuple[str, str], str], corpus: dict[str, Answered]) -> None:
    wrong = [
        (name, language)
        for (name, language), page in pages.items()
        if (fault := corpus[name].fault).row and fault.letters and fault.letters[0] and len(fault.letters) == 1
        if not re.search(rf"\b{fault.letters[0]}{fault.row}\b", page)
    ]
    assert not wrong, listed(wrong)
