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


def told(home: Home, declared: Declarations) -> list[tuple[object, ...]]:
    """(kind, measure, number that counts, its file, other number, its file) of all that is told differently."""
    columns = ("kind", "measures", "value", "files", "other_value", "other_files")
    listed = status.status(home, declared)["disagreements"]["listed"]
    return [tuple(entry[column] for column in columns) for entry in listed]


def test_conflict_is_told_to_the_analyst_with_place_partners_values_and_who_counts(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    first = send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    second = send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    found = status.status(home, declared)["disagreements"]
    assert (found["total"], found["kinds"], found["file"]) == (1, {"differs": 1}, None)
    (listed,) = found["listed"]
    assert listed["place"] == "Local authority Ofaqim (0031), School year 2022, Subject Mathematics (35)"
    assert (listed["object_id"], listed["area_code"], listed["period"]) == ("teachers", "0031", "2022")
    # Only what they disagree on: both say one new teacher.
    assert listed["measures"] == "n_teachers_5u"
    assert (listed["value"], listed["submissions"]) == (5, first)
    assert (listed["other_value"], listed["other_submissions"]) == (9, second)
    assert (listed["difference"], listed["ratio"]) == (4, 1.8)
    assert json.loads(json.dumps(found)) == found
    shown = status.as_text(status.status(home, declared))
    assert "Sources that disagree: 1 (differs 1)" in shown
    assert f"5 in teachers ({FIRST}/a.csv, {first}) counts; 9 in teachers ({SECOND}/a.csv, {second})" in shown


def test_conflict_is_of_the_newest_rows_and_ends_with_their_agreement(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    corrected = send(f"{SECOND}/a.csv", teachers(("0031", 5, 1)))
    assert not told(home, declared)
    withdraw(home, declared, corrected)
    assert len(told(home, declared)) == 1


def test_withdrawn_submission_contradicts_nobody_even_before_the_next_run(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    older = send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    newer = send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    Ledger(home).append("withdrawal", submission_id=older, why="a trial")
    assert not told(home, declared)
    assert state(home, declared)[newer]["rows_current"] == 1


def test_value_that_the_other_partner_leaves_out_contradicts_nobody(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, 3)))
    send(f"{SECOND}/a.csv", teachers(("0031", 5, "")))
    found = status.status(home, declared)["disagreements"]
    assert found == {"total": 0, "kinds": {}, "file": None, "listed": []}


def test_value_that_is_lost_because_the_row_that_counts_leaves_it_out_is_told(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, "")))
    send(f"{SECOND}/a.csv", teachers(("0031", 5, 3)))
    assert told(home, declared) == [("left_out", "n_new", None, f"{FIRST}/a.csv", 3, f"{SECOND}/a.csv")]
    assert "not reported in teachers" in status.as_text(status.status(home, declared))


def test_partners_disagree_beyond_the_relative_tolerance_and_the_likeliest_mistakes_come_first(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 100, 1), ("0070", 100, 1), ("2600", 100, 1), ("3000", 5, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 102, 1), ("0070", 103, 1), ("2600", 200, 1), ("3000", 500, 1)))
    assert [(entry[0], entry[2], entry[4]) for entry in told(home, declared)] == [
        ("unit_mismatch", 5, 500),
        ("double_counted", 100, 200),
        ("differs", 100, 103),
    ]


def test_two_partners_contradict_each_other_where_the_row_that_counts_leaves_its_number_out(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 5, "")))
    send(f"{SECOND}/a.csv", teachers(("0031", 5, 3)))
    send("sample_careless/a.csv", teachers(("0031", 5, 4)))
    assert [(entry[0], entry[2], entry[4]) for entry in told(home, declared)] == [
        ("differs", 3, 4),
        ("left_out", None, 3),
    ]


def test_many_conflicts_are_counted_and_the_worst_of_them_listed(
    home: Home, declared: Declarations, send: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "DISAGREEMENTS_LISTED", 2)
    monkeypatch.setattr(status, "DISAGREEMENTS_SHOWN", 1)
    areas = {"0031": 6, "0070": 7, "2600": 9, "3000": 8}
    send(f"{FIRST}/a.csv", teachers(*((area, 5, 1) for area in areas)))
    send(f"{SECOND}/a.csv", teachers(*((area, n, 1) for area, n in areas.items())))
    answer = status.status(home, declared)
    assert answer["disagreements"]["total"] == 4
    assert [listed["area_code"] for listed in answer["disagreements"]["listed"]] == ["2600", "3000"]
    shown = status.as_text(answer)
    assert "(2600)" in shown and "(3000)" not in shown


def test_receipt_shows_nothing_of_the_other_partner(
    home: Home, declared: Declarations, send: Callable[..., str]
) -> None:
    send(f"{FIRST}/a.csv", teachers(("0031", 517, 1)))
    send(f"{SECOND}/a.csv", teachers(("0031", 926, 1)))
    assert len(told(home, declared)) == 1
    for partner, other, foreign in ((FIRST, SECOND, "926"), (SECOND, FIRST, "517")):
        texts = [f.read_text("utf-8") for f in (home.receipts / partner).rglob("*") if f.suffix in (".json", ".html")]
        assert texts
        assert not [text for text in texts if other in text or foreign in text]


def test_run_by_hand_says_how_much_is_told_differently(
    home: Home, declared: Declarations, send: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    from pipelines import cli
    from pipelines.steps import Workshop

    send(f"{FIRST}/a.csv", teachers(("0031", 5, 1)))
    cli._print_summary(Workshop(home, declared), 1)
    assert capsys.readouterr().out == ""
    send(f"{SECOND}/a.csv", teachers(("0031", 9, 1)))
    cli._print_summary(Workshop(home, declared), 2)
    assert "Sources that disagree: 1 (differs 1); the worst: `measure status`" in capsys.readouterr().out


def test_home_without_landed_rows_has_no_conflicts(home: Home, declared: Declarations) -> None:
    assert not list(conflicts.find(home, declared, {"000001-abcdef01"}))
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
