"""Versions: which of several rows with one key counts, what becomes of the others, and who is told."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.declarations import Declarations
from pipelines.intake import conflicts, land, take_in
from pipelines.paths import Home
from pipelines.publishing import status
from pipelines.publishing.ledger import Ledger
from pipelines.versions import ranked_sql

FIRST, SECOND = "sample_ministry", "sample_statistics"
TEACHERS = 'סמל רשות,שנת לימודים,סמל מקצוע,"מורים המלמדים 5 יח""ל",מורים חדשים\r\n'
PROGRAMS = "קוד תכנית,סמל רשות,שנת לימודים,קהל יעד,משתתפות\r\n"


def teachers(*rows: tuple[str, object, object]) -> bytes:
    """A file of (authority, teachers, of them new), all of one year and subject."""
    return (TEACHERS + "".join(f"{area},2022,35,{n},{new}\r\n" for area, n, new in rows)).encode()


def programs(*rows: tuple[str, str, int, int]) -> bytes:
    """A file of (programme, authority, year, women)."""
    return (PROGRAMS + "".join(f"{p},{area},{year},תלמידים,{n}\r\n" for p, area, year, n in rows)).encode()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def send(home: Home, declared: Declarations) -> Callable[[str, bytes], str]:
    """Drop a file and take it in; gives its submission."""

    def drop(path: str, content: bytes) -> str:
        file = home.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        ledger = Ledger(home)
        (submission,) = take_in.pick_up(home, ledger)
        take_in.process(home, declared, ledger)
        assert ledger.verdicts[submission.submission_id]["verdict"] in ("accepted", "accepted_with_changes")
        return submission.submission_id

    return drop


def withdraw(home: Home, declared: Declarations, submission_id: str) -> None:
    Ledger(home).append("withdrawal", submission_id=submission_id, why="a trial")
    take_in.process(home, declared, Ledger(home))


def counting(home: Home, declared: Declarations, object_id: str, columns: str) -> list[tuple[object, ...]]:
    """Rows that count of an object, by the rule that its staging model is made of."""
    contract = declared.objects[object_id]
    effective = {s.submission_id for s in Ledger(home).effective}
    files = [str(file) for file in land.landed(home, contract, effective)]
    partners = str(home.landing / "partners" / "partners.parquet")
    with duckdb.connect() as connection:
        connection.read_parquet(files).create_view("renamed")
        connection.read_parquet(partners).create_view("priorities")
        return connection.execute(
            f"with {ranked_sql(contract)} select {columns} from ranked where recency = 1 order by all"
        ).fetchall()


def state(home: Home, declared: Declarations) -> dict[str, dict[str, object]]:
    return {e["submission_id"]: e for e in status.status(home, declared, history=True)["submissions"]}


def test_newest_submission_wins_key_by_key(home: Home, declared: Declarations, send: Callable[..., str]) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1), ("2600", 6, 1)))
    send(f"{FIRST}/b.csv", teachers(("0031", 7, 1)))
    assert counting(home, declared, "teachers", "authority_code, n_teachers_5u") == [("0031", 7), ("2600", 6)]


def test_snapshot_takes_out_what_it_leaves_out_and_nothing_beyond_its_scope_or_partner(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", programs(("A", "0031", 2021, 1), ("A", "2600", 2021, 2), ("A", "0031", 2022, 3)))
    send(f"{SECOND}/a.csv", programs(("A", "3000", 2021, 4)))
    send(f"{FIRST}/b.csv", programs(("B", "0031", 2021, 5)))
    send(f"{FIRST}/a.csv", programs(("A", "0031", 2021, 6)))
    assert counting(home, declared, "programs", "program_id, authority_code, school_year, n_female") == [
        ("A", "0031", 2021, 6),
        ("A", "0031", 2022, 3),
        ("A", "3000", 2021, 4),
        ("B", "0031", 2021, 5),
    ]


def test_withdrawal_of_the_newer_version_brings_the_older_rows_back(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    older = send(f"{FIRST}/a.csv", programs(("A", "0031", 2021, 1), ("A", "2600", 2021, 2)))
    newer = send(f"{FIRST}/a.csv", programs(("A", "0031", 2021, 6)))
    assert counting(home, declared, "programs", "authority_code, n_female") == [("0031", 6)]
    withdraw(home, declared, newer)
    assert counting(home, declared, "programs", "authority_code, n_female") == [("0031", 1), ("2600", 2)]
    known = state(home, declared)
    assert (known[older]["rows_current"], known[newer]["rows_current"]) == (2, None)
    assert known[newer]["withdrawn"] == "a trial"


def test_declared_priority_beats_the_newer_partner(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    priority = {row["partner_id"]: row["priority"] for row in declared.rows("partners")}
    assert priority[FIRST] > priority[SECOND]
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 9, 1), ("2600", 8, 1)))
    assert counting(home, declared, "teachers", "authority_code, n_teachers_5u") == [("0031", 5), ("2600", 8)]


def test_history_says_what_each_version_replaced_and_which_rows_still_count(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    one = send(f"{FIRST}/a.csv", teachers(("0031", 5, 1), ("2600", 6, 1)))
    other = send(f"{FIRST}/b.csv", teachers(("3000", 5, 1)))
    two = send(f"{FIRST}/a.csv", teachers(("0031", 7, 1)))
    known = state(home, declared)
    assert [known[i]["replaces"] for i in (one, other, two)] == [None, None, one]
    assert [known[i]["rows_current"] for i in (one, other, two)] == [1, 1, 1]
    shown = status.as_text(status.status(home, declared, history=True))
    line = next(line for line in shown.splitlines() if line.startswith(two))
    assert line.split() == [two, f"{FIRST}/a.csv", "accepted", "1", "0", "1", one]
    assert one not in {line.split()[0] for line in status.as_text(status.status(home, declared)).splitlines() if line}


def test_conflict_is_told_to_the_analyst_with_place_partners_values_and_who_counts(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    first = send(f"{FIRST}/a.csv", teachers(("0031", 5, 1), ("2600", 6, 1)))
    second = send(f"{SECOND}/a.csv", teachers(("0031", 9, 1), ("2600", 6, 1)))
    found = status.status(home, declared)["conflicts"]
    assert found["total"] == 1
    (conflict,) = found["listed"]
    assert conflict["object"] == "teachers"
    assert conflict["key"] == {"authority_code": "0031", "school_year": 2022, "subject_code": "35"}
    assert conflict["key_in_words"] == ("Local authority Ofaqim (0031), School year 2022, Subject Mathematics (35)")
    assert conflict["counts"] == FIRST
    # Only what they disagree on: both say one new teacher.
    assert conflict["reports"] == [
        {"partner": FIRST, "submission_id": first, "values": {"n_teachers_5u": 5}},
        {"partner": SECOND, "submission_id": second, "values": {"n_teachers_5u": 9}},
    ]
    assert json.loads(json.dumps(found)) == found
    shown = status.as_text(status.status(home, declared))
    assert "Reported differently by several partners: keys 1" in shown
    assert f"{FIRST} n_teachers_5u 5 ({first}); {SECOND} n_teachers_5u 9 ({second}); {FIRST} counts" in shown


def test_conflict_is_of_the_newest_rows_and_ends_with_their_agreement(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    corrected = send(f"{SECOND}/a.csv", teachers(("0031", 5, 1)))
    assert status.status(home, declared)["conflicts"]["total"] == 0
    withdraw(home, declared, corrected)
    assert status.status(home, declared)["conflicts"]["total"] == 1


def test_withdrawn_submission_contradicts_nobody_even_before_the_next_run(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    older = send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    newer = send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    Ledger(home).append("withdrawal", submission_id=older, why="a trial")
    assert status.status(home, declared)["conflicts"]["total"] == 0
    assert state(home, declared)[newer]["rows_current"] == 1


def test_value_that_the_other_partner_leaves_out_contradicts_nobody(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 3)))
    send(f"{SECOND}/a.csv", teachers(("0031", 5, "")))
    assert status.status(home, declared)["conflicts"] == {"total": 0, "listed": []}


def test_value_that_is_lost_because_the_row_that_counts_leaves_it_out_is_told(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, "")))
    send(f"{SECOND}/a.csv", teachers(("0031", 5, 3)))
    (listed,) = status.status(home, declared)["conflicts"]["listed"]
    assert (listed["counts"], [report["values"] for report in listed["reports"]]) == (
        FIRST, [{"n_new": None}, {"n_new": 3}]
    )  # fmt: skip


def test_many_conflicts_are_counted_and_the_first_of_them_listed(
    home: Home, declared: Declarations, send: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "MAXIMUM_LISTED", 2)
    monkeypatch.setattr(status, "CONFLICTS_SHOWN", 1)
    areas = ("0031", "0070", "2600", "3000")
    send(f"{FIRST}/a.csv", teachers(*((area, 5, 1) for area in areas)))
    send(f"{SECOND}/a.csv", teachers(*((area, 6, 1) for area in areas)))
    answer = status.status(home, declared)
    assert answer["conflicts"]["total"] == 4
    assert [c["key"]["authority_code"] for c in answer["conflicts"]["listed"]] == ["0031", "0070"]
    assert "keys 4, the first 1" in status.as_text(answer)


def test_receipt_shows_nothing_of_the_other_partner(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 517, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 926, 1)))
    assert status.status(home, declared)["conflicts"]["total"] == 1
    for partner, other, foreign in ((FIRST, SECOND, "926"), (SECOND, FIRST, "517")):
        texts = [f.read_text("utf-8") for f in (home.receipts / partner).rglob("*") if f.suffix in (".json", ".html")]
        assert texts
        assert not [text for text in texts if other in text or foreign in text]


def test_run_by_hand_says_how_many_keys_are_in_conflict(
    home: Home, declared: Declarations, send: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines import cli
    from pipelines.steps import Workshop

    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    cli._print_summary(Workshop(home, declared), 1)
    assert capsys.readouterr().out == ""
    send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    cli._print_summary(Workshop(home, declared), 2)
    assert "Reported differently by several partners: keys 1" in capsys.readouterr().out


def test_home_without_landed_rows_has_no_conflicts(home: Home, declared: Declarations) -> None:
    assert conflicts.find(home, declared, {"000001-abcdef01"}) == conflicts.Conflicts(0, ())
    assert conflicts.rows_current(home, declared, {"000001-abcdef01"}) == {}


# A delivery: partner, then (programme, year, area) → number.
Delivery = tuple[str, dict[tuple[str, int, str], int]]
KEYS = st.tuples(st.sampled_from("AB"), st.sampled_from([2021, 2022]), st.sampled_from(["0031", "2600"]))
DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from([FIRST, SECOND, "sample_backbone"]),
        st.dictionaries(KEYS, st.integers(0, 2), min_size=1, max_size=5),
    ),
    min_size=1,
    max_size=6,
)


def expected_rows(deliveries: list[Delivery], priority: dict[str, int]) -> Iterator[tuple[object, ...]]:
    """The rule once more, the long way: a delivery clears its scopes of its partner; then the best partner counts."""
    standing: dict[str, dict[tuple[str, int, str], tuple[int, int]]] = defaultdict(dict)
    for number, (partner, rows) in enumerate(deliveries):
        scopes = {key[:2] for key in rows}
        kept = {key: value for key, value in standing[partner].items() if key[:2] not in scopes}
        standing[partner] = kept | {key: (number, value) for key, value in rows.items()}
    for key in sorted({key for rows in standing.values() for key in rows}):
        owner = max((p for p in standing if key in standing[p]), key=lambda p: (priority[p], standing[p][key][0]))
        yield (*key, standing[owner][key][1], owner)


@given(deliveries=DELIVERIES)
@settings(max_examples=40, deadline=None)
def test_any_order_of_deliveries_ends_with_what_the_rule_says(
    tmp_path_factory: pytest.TempPathFactory, declared: Declarations, deliveries: list[Delivery]
) -> None:
    import pyarrow as pa

    contract = declared.objects["programs"]
    priority = {row["partner_id"]: row["priority"] for row in declared.rows("partners")}
    home = Home(tmp_path_factory.mktemp("home"))
    for number, (partner, rows) in enumerate(deliveries):
        submission_id = f"{number:06d}-deadbeef"
        landed = [
            {"program_id": key[0], "school_year": key[1], "authority_code": key[2], "audience": "pupils",
             "n_female": n, "submission_id": submission_id, "partner_id": partner, "source_row": row}
            for row, (key, n) in enumerate(rows.items(), start=2)
        ]  # fmt: skip
        schema = land.landing_schema(contract)
        land.write_parquet(pa.Table.from_pylist(landed, schema), home.landing / "programs" / f"{submission_id}.parquet")
    ids = {f"{number:06d}-deadbeef" for number in range(len(deliveries))}
    expected = list(expected_rows(deliveries, priority))
    with duckdb.connect() as connection:
        connection.read_parquet([str(f) for f in land.landed(home, contract, ids)]).create_view("renamed")
        connection.execute("create table priorities (partner_id varchar, priority bigint)")
        connection.executemany("insert into priorities values (?, ?)", list(priority.items()))
        found = connection.execute(
            f"with {ranked_sql(contract)} select program_id, school_year, authority_code, n_female, partner_id "
            "from ranked where recency = 1 order by all"
        ).fetchall()
    assert found == expected
    assert sum(conflicts.rows_current(home, declared, ids).values()) == len(expected)
