"""What cells mean: numbers, dates, markers and names as people write them, and what a corrected copy writes instead."""

import csv
import dataclasses
import io
import random
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.declarations import STATUS_SUFFIX, Column, DeclarationError, Declarations, TableContract, load
from pipelines.intake.examine import ACCEPTED, Examination, Examiner
from pipelines.intake.names import register_lookup
from pipelines.intake.normalise import Normaliser
from pipelines.intake.text import clean, fold
from pipelines.intake.values import value_reader

HEADER = ["רשות מקומית", "שנת לימודים", "מגזר", "מגדר", "מקצוע", 'יח"ל', "מתחילים", "נבחנים", "עוברים", "מצטיינים"]
FIELDS = [
    "authority_code", "school_year", "sector", "gender", "subject_code", "units", "n_started", "n_examinees",
    "n_passed", "n_excellent",
]  # fmt: skip
GOOD = ["0031", "2022", "jewish", "female", "35", "5", "6000", "5400", "1", "0"]


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def as_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8-sig")


def row_with(**cells: str) -> list[str]:
    return [cells.get(name, value) for name, value in zip(FIELDS, GOOD, strict=True)]


def examine(examiner: Examiner, *rows: Sequence[str]) -> Examination:
    return examiner.examine(as_csv(rows), "groups.csv")


def changed_contract(declared: Declarations, object_id: str, name: str, **changes: Any) -> Declarations:
    """The same declarations with one column of one object declared otherwise."""
    contract = declared.objects[object_id]
    columns = tuple(dataclasses.replace(c, **changes) if c.name == name else c for c in contract.columns)
    return with_object(declared, dataclasses.replace(contract, columns=columns))


def with_object(declared: Declarations, contract: TableContract) -> Declarations:
    return dataclasses.replace(declared, objects=MappingProxyType({**declared.objects, contract.id: contract}))


def corrected(rows: Sequence[Sequence[str]], fields: Sequence[str], examined: Examination) -> list[list[str]]:
    """The rows as a corrected copy has them: what was changed is written, all else is as sent."""
    written = [list(row) for row in rows]
    for name, texts in examined.tables[0].changes.items():
        for row, text in texts.items():
            written[int(str(row)) - 2][fields.index(name)] = str(text)
    return written


NUMBERS = [
    ("1234", 1234, None), ("0", 0, None), ("007", 7, None), ("54.0", 54, None), (" 54 ", 54, None),
    ("\u200f54\u200e", 54, None), ("\u00a054", 54, None),
    ("1,234", 1234, "1234"), ("1,234.0", 1234, "1234"), ("1 234", 1234, "1234"), ("1\u00a0234", 1234, "1234"),
    ("1\u2009234", 1234, "1234"), ("1\u202f234", 1234, "1234"), ("1'234", 1234, "1234"), ("1’234", 1234, "1234"),
    ("12,0", 12, "12"), ("+5", 5, "5"), ("5.", 5, "5"), ('="54"', 54, "54"), ("١٢٣٤", 1234, "1234"),
    ("١٬٢٣٤", 1234, "1234"), ("۱۲", 12, "12"), ("４２", 42, "42"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "written"), NUMBERS, ids=[ascii(text) for text, *_ in NUMBERS])
def test_number_is_read_as_people_type_it_and_changed_only_where_it_is_not_plain(
    examiner: Examiner, text: str, value: int, written: str | None
) -> None:
    examined = examine(examiner, row_with(n_started=text))
    table = examined.tables[0]
    assert table.accepted["n_started"].tolist() == [value]
    assert {name: texts.tolist() for name, texts in table.changes.items()} == (
        {} if written is None else {"n_started": [written]}
    )
    said = [(f.rule, f.row, f.column_letter, f.suggestion) for f in examined.findings]
    assert said == ([] if written is None else [("other_spelling", 2, "G", written)])
    assert table.cells_changed == len(said)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("-5", "below_minimum"), ("−5", "below_minimum"), ("–5", "below_minimum"), ("- 5", "below_minimum"),
        ("12,34,567", "not_a_number"), ("1 23", "not_a_number"), ("1,234,5", "not_a_number"),
        ("5 - 7", "not_a_number"), ("nan", "not_a_number"), ("1e3", "not_a_number"), ("1_000", "not_a_number"),
        ("9" * 400, "not_a_number"), ("12.5", "not_whole"), ("12,5", "not_whole"),
        ("85%", "percentage"), ("%85", "percentage"), ("٨٥٪", "percentage"),
        ("=B2*2", "formula_without_value"), ("=SUM(A1:A3)", "formula_without_value"),
        ("#DIV/0!", "error_value"), ("#n/a", "error_value"), ("#REF!", "error_value"), ("#######", "error_value"),
        ("2022-01-21", "looks_like_date"), ("2022-01-21 00:00:00", "looks_like_date"),
    ],
)  # fmt: skip
def test_what_is_no_such_number_has_its_own_rule(examiner: Examiner, text: str, rule: str) -> None:
    examined = examine(examiner, row_with(n_started=text))
    errors = [f for f in examined.findings if f.severity == "error"]
    assert [(f.rule, f.row, f.column_letter, f.value) for f in errors] == [(rule, 2, "G", text)]


def test_brackets_are_no_minus_where_no_marker_says_what_they_are(declared: Declarations) -> None:
    contract = dataclasses.replace(declared.objects["matriculation_groups"], markers=MappingProxyType({}))
    examined = examine(Examiner(with_object(declared, contract)), row_with(n_started="(5)"))
    assert [f.rule for f in examined.findings] == ["not_a_number"]


SHARES = [
    ("0.162", 0.162, None), ("16.2%", 0.162, "0.162"), ("16,2 %", 0.162, "0.162"), ("%16.2", 0.162, "0.162"),
    ("١٦٫٢٪", 0.162, "0.162"), ("100%", 1.0, "1"), ("0%", 0.0, "0"), (".5", 0.5, "0.5"), ("0,5", 0.5, "0.5"),
    ("0.07%", 0.0007, "0.0007"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "written"), SHARES, ids=[ascii(text) for text, *_ in SHARES])
def test_percentage_is_a_hundredth_where_shares_are_declared(
    declared: Declarations, text: str, value: float, written: str | None
) -> None:
    examined = examine(share_examiner(declared), row_with(n_started=text))
    assert examined.tables[0].accepted["n_started"].tolist() == [value]
    assert [f.suggestion for f in examined.findings] == ([] if written is None else [written])


def test_per_cent_without_its_sign_is_above_the_maximum_and_the_sign_is_suggested(declared: Declarations) -> None:
    examiner = share_examiner(declared)
    (found,) = examine(examiner, row_with(n_started="16.2")).findings
    assert (found.rule, found.column_letter, found.suggestion) == ("above_maximum", "G", "16.2%")
    again = examine(examiner, row_with(n_started=found.suggestion or ""))
    assert again.tables[0].accepted["n_started"].tolist() == [0.162]
    assert examine(examiner, row_with(n_started="500")).findings[0].suggestion is None


def share_examiner(declared: Declarations) -> Examiner:
    share = {"type": "number", "unit": "share", "minimum": 0, "maximum": 1}
    return Examiner(changed_contract(declared, "matriculation_groups", "n_started", **share))


DATES = [
    ("2022-09-01", "2022-09-01", None), ("2022-09-01 00:00:00", "2022-09-01", "2022-09-01"),
    ("1/9/2022", "2022-09-01", "2022-09-01"), ("01.09.2022", "2022-09-01", "2022-09-01"),
    ("1-9-2022", "2022-09-01", "2022-09-01"), ("2022/9/1", "2022-09-01", "2022-09-01"),
    ("44805", "2022-09-01", "2022-09-01"), ("44805.0", "2022-09-01", "2022-09-01"),
    ("٠١/٠٩/٢٠٢٢", "2022-09-01", "2022-09-01"), ("31/02/2022", None, None), ("1/9/22", None, None),
    ("13/13/2022", None, None), ("123", None, None), ("99999", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "written"), DATES, ids=[ascii(text) for text, *_ in DATES])
def test_date_is_read_in_the_declared_order_or_as_a_spreadsheet_counts_days(
    declared: Declarations, text: str, value: str | None, written: str | None
) -> None:
    dated = changed_contract(declared, "programs", "program_name", type="date")
    header = [c.label("en") for c in dated.objects["programs"].columns]
    row = [c.examples[0] for c in dated.objects["programs"].columns]
    row[1] = text
    examined = Examiner(dated).examine(as_csv([row], header), "programs.csv")
    if value is None:
        assert [(f.rule, f.column_letter) for f in examined.findings] == [("not_a_date", "B")]
    else:
        assert examined.tables[0].accepted["program_name"].tolist() == [value]
        assert [f.suggestion for f in examined.findings] == ([] if written is None else [written])


MARKERS = [
    ("*", "Q"), ("..", "Q"), ("c", "Q"), ("C", "Q"), ("LNE", "Q"), ("<11", "Q"), ("< 11", "Q"), ("11>", "Q"),
    ("פחות מ-11", "Q"), ("פחות מ־11", "Q"), ("פחות מ 11", "Q"), ("חסוי", "Q"), ("fewer than 11", "Q"),
    ("أقل من 11", "Q"), ("أقل من ١١", "Q"), ("-", "O"), ("–", "O"), ("--", "O"), (".", "O"), ("x", "O"), ("X", "O"),
    ("N/A", "O"), ("n/a", "O"), ("n.a.", "O"), ("אין נתונים", "O"), ("לא ידוע", "O"), ("غير متوفر", "O"), ("z", "M"),
    ("לא רלוונטי", "M"), ('ל"ר', "M"), ("ל״ר", "M"), ("not applicable", "M"), ("لا ينطبق", "M"), ("not collected", "L"),
    ("לא נאסף", "L"), ("לא  נאסף ", "L"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "status"), MARKERS, ids=[ascii(text) for text, _ in MARKERS])
def test_marker_is_its_declared_status_even_where_a_number_is_required(
    examiner: Examiner, text: str, status: str
) -> None:
    examined = examine(examiner, row_with(n_started=text, n_examinees=text))
    assert (examined.verdict, examined.findings) == (ACCEPTED, ())
    accepted = examined.tables[0].accepted
    for name in ("n_started", "n_examinees"):
        assert accepted[name].isna().all() and accepted[name + STATUS_SUFFIX].tolist() == [status]


@pytest.mark.parametrize("text", ["(7)", ")7(", "( 7 )", "(٧)"])
def test_number_in_brackets_is_that_number_of_low_reliability(examiner: Examiner, text: str) -> None:
    examined = examine(examiner, row_with(n_started=text))
    assert (examined.verdict, examined.findings) == (ACCEPTED, ())
    accepted = examined.tables[0].accepted
    assert (accepted["n_started"].tolist(), accepted["n_started" + STATUS_SUFFIX].tolist()) == ([7], ["U"])


def test_provisional_and_estimated_numbers_are_taken_with_their_mark(declared: Declarations) -> None:
    groups = declared.objects["matriculation_groups"]
    own = with_object(declared, dataclasses.replace(groups, markers=MappingProxyType({"#p": "P", "~#": "E"})))
    for text, number, status in (("17p", 17, "P"), ("~ 1,700", 1700, "E"), ("17", 17, "A")):
        examined = examine(Examiner(own), row_with(n_started=text))
        assert (examined.verdict, examined.findings) == (ACCEPTED, ()), text
        accepted = examined.tables[0].accepted
        assert (accepted["n_started"].tolist(), accepted["n_started__obs_status"].tolist()) == ([number], [status])


def test_what_stands_in_brackets_must_still_be_a_number_that_may_stand_here(examiner: Examiner) -> None:
    rules = [examine(examiner, row_with(n_started=text)).findings[0].rule for text in ("(7.3)", "(many)", "(-5)")]
    assert rules == ["not_whole", "not_a_number", "below_minimum"]


def test_empty_cell_is_missing_where_a_number_is_required(examiner: Examiner) -> None:
    examined = examine(examiner, row_with(n_examinees=""))
    assert [(f.rule, f.row, f.column_letter) for f in examined.findings] == [("missing_value", 2, "H")]


def test_each_contract_has_its_own_markers(declared: Declarations) -> None:
    groups, teachers = declared.objects["matriculation_groups"], declared.objects["teachers"]
    own = with_object(declared, dataclasses.replace(groups, markers=MappingProxyType({"-": "Q"})))
    own = with_object(own, dataclasses.replace(teachers, markers=MappingProxyType({"-": "M", "x": "L"})))
    examiner = Examiner(own)
    in_groups = examine(examiner, row_with(n_started="-")).tables[0].accepted
    header = [column.label("en") for column in teachers.columns]
    content = as_csv([["0031", "2022", "35", "-", "x", "0", ""]], header)
    in_teachers = examiner.examine(content, "teachers.csv").tables[0].accepted
    assert in_groups["n_started__obs_status"].tolist() == ["Q"]
    statuses = in_teachers.iloc[0][[c.name + STATUS_SUFFIX for c in teachers.by_role("measure")]].tolist()
    assert statuses == ["M", "L", "A", "O", "O"]
    assert [f.rule for f in examine(examiner, row_with(n_started="x")).findings] == ["not_a_number"]


def test_marker_without_meaning_is_refused_on_load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pipelines import declarations

    for old, new, expected in (('"z": M', '"z": Z', "'z'"), ('"(#)": U', '"()": U', "'()'")):
        for file in declarations.CONTRACTS.glob("*.odcs.yaml"):
            text = file.read_text(encoding="utf-8")
            (tmp_path / file.name).write_text(text.replace(old, new), encoding="utf-8")
        with monkeypatch.context() as patched, pytest.raises(DeclarationError, match="marker") as raised:
            patched.setattr(declarations, "CONTRACTS", tmp_path)
            load()
        assert expected in str(raised.value)


SPELLINGS = [
    ("gender", "female", ["בנות", "נקבה", "נ", "נ'", "בת", "girls", "Girls", "F", "female", "إناث", "انثى", "نساء"]),
    ("gender", "male", ["בנים", "זכר", "ז", "בן", "boys", "M", "male", "ذكور", "ذكر"]),
    ("sector", "jewish", ["יהודי", "יהודים", "Jews", "Jewish", "يهود"]),
    ("sector", "arab", ["ערבי", "ערבים", "Arab", "عرب", "عربي"]),
    ("sector", "druze", ["דרוזי", "דרוזים", "Druze", "دروز"]),
    ("sector", "bedouin", ["בדואי", "בדואים", "בדווים", "Bedouin", "بدو"]),
    ("subject_code", "36", ["36", "פיזיקה", "פיסיקה", "Physics", "الفيزياء", "فيزياء"]),
    ("subject_code", "35", ["35", "מתמטיקה", "מתימטיקה", "Math", "mathematics", "الرياضيات"]),
    ("subject_code", "899", ["מדעי המחשב", 'מדמ"ח', "מדמ״ח", "Computer science", "علم الحاسوب"]),
    ("authority_code", "1061", ["1061", "נוף הגליל", "נצרת עילית", "נוף-הגליל"]),
    ("authority_code", "5000", ["5000", "תל אביב-יפו", "תל אביב - יפו", "תל-אביב-יפו", "תל אביב יפו"]),
    ("authority_code", "0070", ["0070", "70", "אשדוד", "ASHDOD", '="0070"', "٧٠"]),
]  # fmt: skip
CASES = [(name, key, text) for name, key, texts in SPELLINGS for text in texts]


@pytest.mark.parametrize(("name", "key", "text"), CASES, ids=[f"{name}-{text!a}" for name, _, text in CASES])
def test_name_is_understood_in_every_declared_language_and_spelling(
    examiner: Examiner, name: str, key: str, text: str
) -> None:
    examined = examine(examiner, row_with(**{name: text}))
    assert examined.tables[0].accepted[name].tolist() == [key]


@pytest.mark.parametrize("text", ['ממ"ד', "ממלכתי דתי", "ממלכתי-דתי", "חמ״ד", "חרדי", "State", "حكومي"])
def test_supervision_is_understood_as_the_field_writes_it(declared: Declarations, text: str) -> None:
    contract = declared.objects["eligibility_school"]
    lookup = register_lookup(declared, contract, contract.column("supervision"))
    assert lookup.read(clean(text)).value in {"state", "state_religious", "haredi"}


def test_council_is_known_by_its_present_and_its_old_code(declared: Declarations) -> None:
    contract = declared.objects["matriculation_groups"]
    lookup = register_lookup(declared, contract, contract.column("authority_code"))
    old = [r for r in declared.rows("area_aliases") if r["kind"] == "code" and r["area_code"].startswith("55")]
    readings = [(row["area_code"], lookup.read(row["alias"])) for row in old]
    assert readings
    # Where a council's old number is a town's code too, the full code is asked for.
    assert all(reading.value == code or reading.rule == "ambiguous_value" for code, reading in readings)


def test_declared_ways_of_writing_are_no_changes_and_others_are(examiner: Examiner) -> None:
    same = [
        {"authority_code": "70"}, {"authority_code": "Ofakim"}, {"sector": "Jewish"}, {"gender": "إناث"},
        {"subject_code": "Mathematics"}, {"authority_code": "אופקים   "}, {"school_year": 'תשפ"ב'},
        {"school_year": "2021/22"}, {"authority_code": "5000"},
    ]  # fmt: skip
    other = [
        {"gender": "נקבה"},
        {"subject_code": "מתימטיקה"},
        {"authority_code": "נצרת עילית"},
        {"school_year": "٢٠٢٢"},
    ]
    assert [examine(examiner, row_with(**cells)).tables[0].cells_changed for cells in same] == [0] * len(same)
    assert [examine(examiner, row_with(**cells)).tables[0].cells_changed for cells in other] == [1] * len(other)


def test_each_changed_cell_has_its_own_finding_and_only_so_many_are_listed(declared: Declarations) -> None:
    reading = dict(declared.initiative.settings["reading"]) | {"maximum_findings": 3}
    few = MappingProxyType({**declared.initiative.settings, "reading": reading})
    limited = dataclasses.replace(declared, initiative=dataclasses.replace(declared.initiative, settings=few))
    cells = [(str(year), *pair) for year in range(2000, 2005) for pair in (("נ", "x1"), ("ז", "1"))]
    rows = [row_with(school_year=year, gender=gender, n_started=number) for year, gender, number in cells]
    examined = examine(Examiner(limited), *rows)
    changes = [(f.row, f.n_more) for f in examined.findings if f.rule == "other_spelling"]
    wrong = [(f.row, f.n_more) for f in examined.findings if f.rule == "not_a_number"]
    assert changes == [(2, 0), (3, 0), (4, 7)]
    assert wrong == [(2, 0), (4, 0), (6, 2)]
    assert examined.tables[0].cells_changed == 10
    assert examined.tables[0].refused["source_row"].tolist() == [2, 4, 6, 8, 10]


def test_every_declared_name_is_written_so_that_it_reads_back_as_the_same(declared: Declarations) -> None:
    for contract in declared.datasets:
        for column in contract.columns:
            if column.reference:
                lookup = register_lookup(declared, contract, column)
                for name in lookup.names:
                    reading = lookup.read(name)
                    if reading.written is not None:
                        again = lookup.read(clean(reading.written))
                        assert (again.value, again.written) == (reading.value, None), (contract.id, column.name, name)


DIGITS = st.integers(0, 200000)
WRITTEN = st.one_of(
    DIGITS.map(str),
    DIGITS.map("{:,}".format),
    DIGITS.map(lambda n: f"{n:,}".replace(",", "\u202f")),
    DIGITS.map(lambda n: f'="{n}"'),
    DIGITS.map(lambda n: str(n).translate({ord("0") + d: ord("٠") + d for d in range(10)})),
    st.sampled_from(["*", "<11", "(7)", "-", "", "  12 ", "\u200f12", "12.0", "12,0", "+12"]),
)
YEARS = st.sampled_from(["2022", "٢٠٢٢", 'תשפ"ב', "2021/22", '="2022"', "٢٠٢١/٢٢", 'תשפ"ב (2021-22)', "2022.0"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_correcting_twice_changes_nothing_more_and_no_meaning(
    examiner: Examiner, declared: Declarations, data: st.DataObject
) -> None:
    places = sorted({row["alias"] for row in declared.rows("area_aliases")} | {"ערד", "0031", "70"})
    groups = [r for r in declared.rows("group_aliases") if r["dimension"] == "gender"]
    subjects = [r["alias"] for r in declared.rows("subject_aliases")]
    rows = [
        row_with(
            authority_code=data.draw(st.sampled_from(places)), school_year=data.draw(YEARS),
            gender=data.draw(st.sampled_from([r["alias"] for r in groups])),
            subject_code=data.draw(st.sampled_from(subjects)), n_started=data.draw(WRITTEN),
        )
        for _ in range(data.draw(st.integers(1, 12)))
    ]  # fmt: skip
    first = examine(examiner, *rows)
    second = examine(examiner, *corrected(rows, FIELDS, first))
    assert [table.cells_changed for table in second.tables] == [0]
    assert not [f for f in second.findings if f.rule == "other_spelling"]
    pd.testing.assert_frame_equal(first.tables[0].accepted, second.tables[0].accepted)
    assert first.tables[0].cells_changed == sum(f.rule == "other_spelling" for f in first.findings)


@pytest.mark.parametrize(
    ("text", "name"),
    [("לו", "לוד"), ("נתניהה", "נתניה"), ("תל אביבב", "תל אביב-יפו"), ("באר שב", "באר שבע"), ("Haifaa", "Haifa")],
)
def test_near_name_is_suggested_and_not_taken(examiner: Examiner, text: str, name: str) -> None:
    examined = examine(examiner, row_with(authority_code=text))
    (found,) = examined.findings
    assert found.rule == "unknown_value"
    suggested = (found.suggestion or "").split("; ")
    assert name in suggested and len(suggested) <= 3
    again = examine(examiner, row_with(authority_code=name))
    assert (again.verdict, again.findings) == (ACCEPTED, ())


def test_text_like_nothing_has_no_suggestion(examiner: Examiner) -> None:
    assert examine(examiner, row_with(authority_code="qqqqqq")).findings[0].suggestion is None


def mistyped(name: str, chance: random.Random) -> str:
    """A name with one slip of the keyboard: a letter lost, doubled, exchanged with its neighbour or replaced."""
    at = chance.randrange(len(name) - 1)
    other = chance.choice("אבגדהוזחטיכלמנסעפצקרשת")
    return chance.choice(
        [name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + other + name[at + 1 :],
         name[:at] + name[at + 1] + name[at] + name[at + 2 :]]
    )  # fmt: skip


def test_right_name_is_among_the_suggestions_after_one_slip(declared: Declarations) -> None:
    contract = declared.objects["matriculation_groups"]
    lookup = register_lookup(declared, contract, contract.column("authority_code"))
    chance = random.Random(1)
    tried = [(label, mistyped(label, chance)) for label in lookup.labels.values() for _ in range(4)]
    unread = [(label, text) for label, text in tried if lookup.read(clean(text)).rule == "unknown_value"]
    hits = sum(label in (lookup.suggest(text) or "").split("; ") for label, text in unread)
    # 99 % when written; two-letter names that lose one are the rest.
    assert hits / len(unread) >= 0.97


def test_share_of_texts_that_a_column_can_read_tells_columns_apart(declared: Declarations) -> None:
    normaliser, contract = Normaliser(declared), declared.objects["matriculation_groups"]

    def shares(texts: Sequence[str]) -> Mapping[str, float]:
        columns: Sequence[Column] = contract.columns
        return {column.name: normaliser.share_readable(contract, column, texts) for column in columns}

    places = shares(["ערד", "לוד", "אופקים", "", "  "])
    assert (places["authority_code"], places["n_started"], places["gender"]) == (1, 0, 0)
    counts = shares(["60", "1,200", "*", "many"])
    assert (counts["n_started"], counts["units"]) == (0.75, 0)
    assert shares([]) == dict.fromkeys(FIELDS, 0)


def test_broken_row_rule_shows_both_numbers_and_a_failed_cell_is_not_called_missing(examiner: Examiner) -> None:
    (found,) = examine(examiner, row_with(n_passed="1,200", n_excellent="1300")).findings[-1:]
    assert (found.rule, found.row, found.column_letter, found.value) == ("row_rule", 2, "J", "1300 / 1,200")
    assert [f.rule for f in examine(examiner, row_with(n_examinees="many")).findings] == ["not_a_number"]


def test_limit_in_a_message_is_the_declared_one(examiner: Examiner) -> None:
    (found,) = examine(examiner, row_with(n_started="200,001")).findings[-1:]
    assert (found.rule, found.value, found.parameters["limit"]) == ("above_maximum", "200,001", "200000")


@pytest.mark.parametrize(
    ("text", "grade"),
    [("0,075", 0.075), ("85,125", 85.125), ("85,1", 85.1), ("0,5", 0.5), ("85.125", 85.125), ("1,234", 1.234)],
)
def test_comma_before_three_digits_is_a_fraction_where_thousands_are_impossible(
    declared: Declarations, text: str, grade: float
) -> None:
    changed = changed_contract(declared, "matriculation_national", "n_examinees", type="number", maximum=100.0)
    column = changed.objects["matriculation_national"].column("n_examinees")
    reading = value_reader(column, "")(text)
    assert (reading.value, reading.rule) == (grade, None)


def test_comma_that_may_be_either_is_asked_about_and_nothing_is_written_over_it(declared: Declarations) -> None:
    changed = changed_contract(declared, "matriculation_national", "n_examinees", type="number")
    column = changed.objects["matriculation_national"].column("n_examinees")
    reading = value_reader(column, "")("1,234")
    assert (reading.rule, reading.written, reading.candidates) == ("ambiguous_number", None, ("1.234", "1234"))
    assert value_reader(column, "")("0,001").value == 0.001


def test_point_before_three_digits_of_a_count_is_suggested_as_thousands(examiner: Examiner) -> None:
    (found,) = examine(examiner, row_with(n_started="1.234")).findings
    assert (found.rule, found.suggestion) == ("not_whole", "1234")


@pytest.mark.parametrize("text", ["-31", "31-", "31*", "-70"])
def test_code_with_a_mark_is_never_taken_for_another_place(examiner: Examiner, text: str) -> None:
    (found,) = examine(examiner, row_with(authority_code=text)).findings
    assert found.rule in ("unknown_value", "ambiguous_value")


def test_code_that_a_program_wrote_as_a_fraction_is_the_code(examiner: Examiner) -> None:
    examined = examine(examiner, row_with(authority_code="2560.0"))
    assert examined.tables[0].accepted["authority_code"].tolist() == ["2560"]


@pytest.mark.parametrize("text", ["الناصرة", "النّاصرة", "الناصـرة", "ﺍﻟﻨﺎﺻﺮﺓ", "יְרוּשָׁלַיִם"])
def test_vowel_marks_and_lengthened_strokes_do_not_count(examiner: Examiner, text: str) -> None:
    examined = examine(examiner, row_with(authority_code=text))
    assert examined.tables[0].accepted["authority_code"].tolist() == ["7300" if "ن" in fold(text) else "3000"]


def test_arabic_headers_are_known_without_their_marks(declared: Declarations) -> None:
    for contract in declared.datasets:
        for column in contract.columns:
            bare = "".join(c for c in column.label("ar") if unicodedata.category(c) != "Mn")
            assert fold(bare) == fold(column.label("ar"))


@pytest.mark.parametrize(("text", "label"), [("طالبات", "إناث"), ("women", "Girls"), ("נקבות", "בנות")])
def test_what_is_written_instead_is_in_the_language_of_what_stood_there(
    examiner: Examiner, text: str, label: str
) -> None:
    (found,) = examine(examiner, row_with(gender=text)).findings
    assert (found.rule, found.suggestion) == ("other_spelling", label)


def test_a_name_that_a_district_bears_too_is_the_town_where_only_ecosystems_are_meant(declared: Declarations) -> None:
    for contract in declared.datasets:
        for column in contract.by_role("area"):
            if contract.contract_id in ("work_plans", "partnership"):
                assert register_lookup(declared, contract, column).read("ירושלים").value == "3000", contract.id
