"""Mappings: what a partner's headers meant is kept for that partner, in the ledger and in a file people may edit."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.declarations import DeclarationError, Declarations, TableContract
from pipelines.intake import mappings
from pipelines.intake.mappings import Acceptance
from pipelines.intake.read import Sheet
from pipelines.intake.recognise import Table, recognise
from pipelines.intake.text import fold
from pipelines.paths import Home
from pipelines.publishing.ledger import Ledger

PARTNER, OTHER = "sample_statistics", "sample_backbone"
COPY = "000002-deadbeef"
PUPILS = Acceptance("cohorts", "מס' תלמידים", "n_enrolled_grade_12")
HEADER = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "מס' תלמידים", "הערות"]
RIGHT = [*HEADER[:4], 'לומדים בכיתה י"ב', "הערות"]
ROWS = [["ערד", "2022", "יהודי", "בנות", "120", "א"], ["ערד", "2022", "יהודי", "בנים", "131", "ב"]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def file_of(home: Home, partner: str = PARTNER) -> Path:
    return home.mappings / f"{partner}.yml"


def put(home: Home, text: str, partner: str = PARTNER) -> Path:
    file = file_of(home, partner)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def events(home: Home) -> Iterator[tuple[str, ...]]:
    fields = ("partner", "object", "header", "column", "forgotten")
    return (tuple(entry[name] for name in fields) for entry in Ledger(home).of("mapping"))


# The file.


def test_file_that_a_person_wrote_is_read_as_written(home: Home, declared: Declarations) -> None:
    file = put(
        home,
        '# ours\ncohorts:\n  "מס\' תלמידים": n_enrolled_grade_12\n  הערות: not_read\n'
        "  2022: not_read\n  yes: not_read\n",
    )
    assert mappings.read(file, declared) == {
        "cohorts": {"מס' תלמידים": "n_enrolled_grade_12", "הערות": None, "2022": None, "yes": None}
    }


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "cohorts:\n"])
def test_file_that_says_nothing_says_nothing(home: Home, declared: Declarations, text: str) -> None:
    assert not any(mappings.read(put(home, text), declared).values())


BROKEN = [
    ("no YAML", "cohorts: [", ["cannot be read as YAML"]),
    ("a list", "- cohorts\n", ["line 1", "name: value"]),
    ("unknown table", "\ncohort:\n  x: not_read\n", ["line 2", "'cohort'", "cohorts, "]),
    (
        "unknown column",
        "cohorts:\n  x: n_enroled\n",
        ["line 2", "cohorts", "'x'", "n_enroled", "n_enrolled_grade_12", "not_read"],
    ),
    ("no column", "cohorts:\n  x:\n", ["line 2", "'x'", "nothing is said", "not_read"]),
    ("a list of columns", "cohorts:\n  x: [gender]\n", ["line 2", "'x'"]),
    ("header twice", "cohorts:\n  x y: gender\n  X  Y: sector\n", ["line 3", "stands twice"]),
    ("table twice", "cohorts:\n  x: gender\ncohorts:\n  y: gender\n", ["line 3", "stands twice"]),
    ("empty header", 'cohorts:\n  " ": gender\n', ["line 2", "no header"]),
    ("a table where a column should be", "cohorts: gender\n", ["line 1", "name: value"]),
]


@pytest.mark.parametrize(("name", "text", "said"), BROKEN, ids=[name for name, *_ in BROKEN])
def test_broken_file_is_said_in_one_line(
    home: Home, declared: Declarations, name: str, text: str, said: Sequence[str]
) -> None:
    with pytest.raises(DeclarationError) as raised:
        mappings.read(put(home, text), declared)
    message = str(raised.value)
    assert message.startswith(f"{PARTNER}.yml: ") and "\n" not in message
    assert [word for word in said if word not in message] == []


headers = st.text(min_size=1, max_size=mappings.LONGEST_HEADER).filter(fold)


@given(st.dictionaries(headers, st.sampled_from([None, "gender", "school_year"]), max_size=5))
def test_any_header_that_is_written_reads_back(
    tmp_path_factory: pytest.TempPathFactory, declared: Declarations, written: Mapping[str, str | None]
) -> None:
    once = {fold(header): header for header in written}
    mapped = {"cohorts": {header: written[header] for header in once.values()}}
    file = tmp_path_factory.mktemp("mappings") / "a.yml"
    mappings.write(file, mapped)
    assert mappings.read(file, declared) == (mapped if mapped["cohorts"] else {})
    first = file.read_bytes()
    mappings.write(file, {"cohorts": dict(reversed(mapped["cohorts"].items()))})
    assert file.read_bytes() == first and [f.name for f in file.parent.iterdir()] == ["a.yml"]


# File and ledger.


def test_edit_by_hand_is_recorded_once(home: Home, declared: Declarations) -> None:
    put(home, "cohorts:\n  א: gender\n  ב: not_read\n")
    assert mappings.sync(home, declared, Ledger(home)) == {PARTNER}
    put(home, "cohorts:\n  א: sector\n")
    assert mappings.sync(home, declared, Ledger(home)) == {PARTNER}
    assert mappings.sync(home, declared, Ledger(home)) == set()
    assert list(events(home)) == [
        (PARTNER, "cohorts", "א", "gender", False), (PARTNER, "cohorts", "ב", None, False),
        (PARTNER, "cohorts", "ב", None, True), (PARTNER, "cohorts", "א", "sector", False),
    ]  # fmt: skip
    assert Ledger(home).mappings == {PARTNER: {"cohorts": {"א": "sector"}}}


def test_lost_file_is_written_again_and_nothing_forgotten(home: Home, declared: Declarations) -> None:
    ledger = Ledger(home)
    mappings.remember(home, declared, ledger, PARTNER, COPY, [PUPILS])
    before = file_of(home).read_bytes()
    file_of(home).unlink()
    assert mappings.sync(home, declared, ledger) == set()
    assert file_of(home).read_bytes() == before and len(list(events(home))) == 1


def test_emptied_file_is_forgotten_and_stays_so(home: Home, declared: Declarations) -> None:
    mappings.remember(home, declared, Ledger(home), PARTNER, COPY, [PUPILS])
    put(home, "")
    assert mappings.sync(home, declared, Ledger(home)) == {PARTNER}
    assert mappings.remembered(Ledger(home), PARTNER) == {"cohorts": {}}
    assert mappings.fingerprint(Ledger(home), PARTNER) == ""


@pytest.mark.parametrize("name", ["nobody.yml", f"{PARTNER}.yaml"])
def test_file_of_no_partner_is_said(home: Home, declared: Declarations, name: str) -> None:
    put(home, "").rename(home.mappings / name)
    with pytest.raises(DeclarationError, match=name):
        mappings.sync(home, declared, Ledger(home))


def test_broken_file_records_nothing(home: Home, declared: Declarations) -> None:
    put(home, "cohorts:\n  א: gender\n  ב: nothing\n")
    with pytest.raises(DeclarationError):
        mappings.sync(home, declared, Ledger(home))
    assert list(events(home)) == []


def test_ledger_that_names_what_is_no_longer_declared_writes_a_file_that_can_be_read(
    home: Home, declared: Declarations
) -> None:
    ledger = Ledger(home)
    for object_id, column in (("cohorts", "n_gone"), ("gone", "gender"), ("cohorts", "gender")):
        ledger.append("mapping", partner=PARTNER, object=object_id, header=column, column=column, forgotten=False)
    mappings.sync(home, declared, ledger)
    assert mappings.read(file_of(home), declared) == {"cohorts": {"gender": "gender"}}


def test_what_is_learnt_joins_what_a_person_wrote_meanwhile(home: Home, declared: Declarations) -> None:
    ledger = Ledger(home)
    put(home, "cohorts:\n  א: gender\n")
    assert mappings.remember(home, declared, ledger, PARTNER, COPY, [PUPILS]) == (PUPILS,)
    assert mappings.read(file_of(home), declared) == {"cohorts": {"א": "gender", PUPILS.header: PUPILS.column}}
    assert mappings.sync(home, declared, ledger) == set()
    assert mappings.remember(home, declared, ledger, PARTNER, COPY, [PUPILS]) == ()
    assert len(list(events(home))) == 2


def test_file_written_before_a_crash_is_recorded_by_the_next_run(
    home: Home, declared: Declarations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Ledger, "append", killed)
        mappings.remember(home, declared, Ledger(home), PARTNER, COPY, [PUPILS])
    assert mappings.sync(home, declared, Ledger(home)) == {PARTNER}
    assert Ledger(home).mappings == {PARTNER: {"cohorts": {PUPILS.header: PUPILS.column}}}


def test_mapping_of_one_partner_is_nobody_elses(home: Home, declared: Declarations) -> None:
    ledger = Ledger(home)
    mappings.remember(home, declared, ledger, PARTNER, COPY, [PUPILS])
    assert mappings.remembered(ledger, PARTNER) == {"cohorts": {fold(PUPILS.header): PUPILS.column}}
    assert mappings.remembered(ledger, OTHER) == {} and not file_of(home, OTHER).exists()
    assert mappings.fingerprint(ledger, PARTNER) and not mappings.fingerprint(ledger, OTHER)


# Learning.


@dataclasses.dataclass(frozen=True)
class Accepted:
    """What is left of a table that was taken in."""

    sheet: str | None
    contract: TableContract
    header_row: int
    positions: Mapping[str, int]
    texts: pd.DataFrame


def sheet_of(rows: Sequence[Sequence[str]], name: str | None = None) -> Sheet:
    width = max(len(row) for row in rows)
    cells = pd.DataFrame([[*row, *[""] * (width - len(row))] for row in rows], dtype=object)
    cells.index = pd.RangeIndex(1, len(rows) + 1)
    return Sheet(name, cells)


@dataclasses.dataclass(frozen=True)
class Learner:
    declared: Declarations

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.declared.initiative.settings["reading"]

    def __call__(self, original: Sheet, corrected: Sheet) -> tuple[Acceptance, ...]:
        table = recognise(corrected, self.declared.datasets, self.settings)
        assert isinstance(table, Table) and table.is_complete
        accepted = Accepted(corrected.name, table.contract, table.header_row, table.positions, table.rows)
        return mappings.learn([original], [accepted], self.settings)


@pytest.fixture
def learn(declared: Declarations) -> Learner:
    return Learner(declared)


def test_renamed_header_of_a_corrected_copy_is_learnt(learn: Learner) -> None:
    assert learn(sheet_of([HEADER, *ROWS]), sheet_of([RIGHT, *ROWS], "cohorts")) == (PUPILS,)


def test_cells_corrected_at_the_same_time_do_not_matter(learn: Learner) -> None:
    corrected = [RIGHT, *([*row[:4], "9", row[5]] if row is ROWS[0] else row for row in ROWS)]
    assert learn(sheet_of([HEADER, *ROWS]), sheet_of(corrected)) == (PUPILS,)


def test_header_of_two_rows_is_learnt_as_it_was_shown(learn: Learner) -> None:
    upper = [*HEADER[:3], "קבוצה", "לומדים"]
    original, corrected = ([upper, ["", "", "", "מגדר", last], *(r[:5] for r in ROWS)] for last in ("סך", RIGHT[4]))
    assert learn(sheet_of(original), sheet_of(corrected)) == (Acceptance("cohorts", "לומדים סך", PUPILS.column),)


@pytest.mark.parametrize("name", ["a column deleted", "two columns exchanged", "last columns moved", "other rows"])
def test_nothing_is_learnt_where_places_prove_nothing(learn: Learner, name: str) -> None:
    original = [["הערה", *HEADER[:5], "מלל"], *(["x", *row[:5], "7"] for row in ROWS)]
    corrected = {
        "a column deleted": [RIGHT[:5], *(row[:5] for row in ROWS)],
        "two columns exchanged": [
            ["הערה", *RIGHT[1::-1], *RIGHT[2:5]],
            *(["x", *row[1::-1], *row[2:5]] for row in ROWS),
        ],
        "last columns moved": [["הערה", *RIGHT[:4], "עוד", RIGHT[4]], *(["x", *row[:4], "", row[4]] for row in ROWS)],
        "other rows": [["הערה", *RIGHT[:5]], *(["x", *row[:4], f"{row[4]}0"] for row in ROWS)],
    }[name]
    assert learn(sheet_of(original), sheet_of(corrected)) == ()


def test_one_header_over_two_columns_tells_nothing(learn: Learner) -> None:
    header = ["?", "?", *RIGHT[2:]]
    assert learn(sheet_of([header, *ROWS]), sheet_of([RIGHT, *ROWS])) == ()


def test_declared_names_and_empty_headers_are_not_learnt(learn: Learner) -> None:
    other = [*RIGHT[:4], 'תלמידי י"ב', ""]
    assert learn(sheet_of([other, *ROWS]), sheet_of([RIGHT, *ROWS])) == ()
    assert learn(sheet_of([[*RIGHT[:4], ""], *ROWS]), sheet_of([RIGHT, *ROWS])) == ()


def test_same_headers_as_last_time_are_no_question(home: Home, declared: Declarations, learn: Learner) -> None:
    ledger = Ledger(home)
    original = sheet_of([HEADER[:5], *(row[:5] for row in ROWS)])
    asked = recognise(original, declared.datasets, learn.settings)
    assert isinstance(asked, Table) and [f.rule for f in asked.findings] == ["which_column"]
    mappings.remember(
        home, declared, ledger, PARTNER, COPY, learn(original, sheet_of([RIGHT[:5], *(r[:5] for r in ROWS)]))
    )
    again = recognise(original, declared.datasets, learn.settings, mappings.remembered(ledger, PARTNER))
    assert isinstance(again, Table) and again.findings == () and len(again.rows) == 2
    other = recognise(original, declared.datasets, learn.settings, mappings.remembered(ledger, OTHER))
    assert isinstance(other, Table) and [f.rule for f in other.findings] == ["which_column"]


def test_remembered_header_that_becomes_a_declared_name_changes_nothing(
    home: Home, declared: Declarations, learn: Learner
) -> None:
    cohorts = declared.objects["cohorts"]
    columns = tuple(
        dataclasses.replace(c, synonyms=(*c.synonyms, PUPILS.header)) if c.name == PUPILS.column else c
        for c in cohorts.columns
    )
    newer = MappingProxyType({**declared.objects, "cohorts": dataclasses.replace(cohorts, columns=columns)})
    ledger = Ledger(home)
    mappings.remember(home, declared, ledger, PARTNER, COPY, [PUPILS])
    later = dataclasses.replace(declared, objects=newer)
    assert mappings.sync(home, later, ledger) == set()
    sheet = sheet_of([HEADER[:5], *(row[:5] for row in ROWS)])
    found = recognise(sheet, later.datasets, learn.settings, mappings.remembered(ledger, PARTNER))
    assert isinstance(found, Table) and found.findings == ()
