"""What the synthetic partners send: the same bytes each time, in the spelling that each partner has."""

import csv
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipelines.declarations import Declarations
from pipelines.paths import REPOSITORY
from pipelines.sample import make, make_examples
from pipelines.sample.population import Country

EXAMPLES = REPOSITORY / "raw_data" / "sample"
WORKBOOK = "sample_ministry/bagrut_foi_synthetic_2022_2023.xlsx"
SHEETS = ["סע' 1 ", "סע' 2", "סע' 3", "סע' 4"]
Cells = list[list[object]]


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def content(file: Path) -> object:
    """Bytes; of a workbook the bytes of its parts, since another zlib packs the same parts differently."""
    if not zipfile.is_zipfile(file):
        return file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        return [(part.filename, part.date_time, archive.read(part)) for part in archive.infolist()]


def csv_rows(file: Path, encoding: str) -> list[dict[str, str]]:
    with file.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def sheets(inbox: Path) -> dict[str, Cells]:
    book = CalamineWorkbook.from_path(inbox / WORKBOOK)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def column(rows: Cells, header: str) -> list[object]:
    """Values below the header in Excel row 16."""
    position = rows[15].index(header)
    return [row[position] for row in rows[16:]]


@pytest.mark.parametrize("scale", [0.05, 1.5])
def test_two_makes_give_the_same_bytes(declared: Declarations, tmp_path: Path, scale: float) -> None:
    make(declared, tmp_path / "one", scale)
    make(declared, tmp_path / "two", scale)
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two")


def test_another_seed_gives_other_numbers(declared: Declarations, tmp_path: Path) -> None:
    make(declared, tmp_path / "one", 0.05)
    make(declared, tmp_path / "two", 0.05, seed=6)
    one, two = files_in(tmp_path / "one"), files_in(tmp_path / "two")
    assert one["sample_backbone/five_units_by_group.csv"] != two["sample_backbone/five_units_by_group.csv"]


def test_a_second_make_touches_no_file(declared: Declarations, tmp_path: Path) -> None:
    before = {path: path.stat() for path in make(declared, tmp_path, 0.05)}
    after = {path: path.stat() for path in make(declared, tmp_path, 0.05)}
    assert {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in before.items()} == {
        path: (stat.st_ino, stat.st_mtime_ns) for path, stat in after.items()
    }


def test_a_changed_file_is_made_again(declared: Declarations, tmp_path: Path) -> None:
    made = make(declared, tmp_path, 0.05)
    right = made[-1].read_bytes()
    made[-1].write_bytes(b"something else")
    make(declared, tmp_path, 0.05)
    assert made[-1].read_bytes() == right


def test_nothing_but_the_named_files_is_left_in_the_inbox(declared: Declarations, tmp_path: Path) -> None:
    made = make(declared, tmp_path, 0.05)
    assert sorted(made) == sorted(file for file in tmp_path.rglob("*") if file.is_file())


def test_every_partner_is_declared(declared: Declarations, inbox: Path) -> None:
    assert all(declared.partner(folder.name) for folder in inbox.iterdir())
    assert len(list(inbox.iterdir())) == 7


def test_a_scale_of_nothing_is_refused(declared: Declarations, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="above 0"):
        make(declared, tmp_path, 0)


def test_a_larger_scale_adds_subjects_and_moves_no_number(declared: Declarations, inbox: Path, tmp_path: Path) -> None:
    name = "sample_backbone/five_units_by_group.csv"
    make(declared, tmp_path, 2.0)
    small = (inbox / name).read_bytes().splitlines()
    large = (tmp_path / name).read_bytes().splitlines()
    assert len(large) - 1 == 2 * (len(small) - 1)
    assert large[: len(small)] == small


def test_examples_in_the_repository_are_what_is_made_today(declared: Declarations, tmp_path: Path) -> None:
    made = make_examples(declared, tmp_path)
    assert {file.name for file in made} | {"README.md"} == {file.name for file in EXAMPLES.iterdir()}
    for file in made:
        assert content(file) == content(EXAMPLES / file.name), file.name


def test_examples_cover_every_dataset_contract_in_a_megabyte(declared: Declarations) -> None:
    assert {file.stem for file in EXAMPLES.iterdir()} - {"README"} == {one.contract_id for one in declared.datasets}
    assert sum(file.stat().st_size for file in EXAMPLES.iterdir()) <= 1_000_000


def test_the_workbook_has_the_sheets_and_the_header_row_of_the_ministry(sheets: dict[str, Cells]) -> None:
    assert list(sheets) == SHEETS
    for rows in sheets.values():
        assert "סינתטיים" in str(rows[0])
        assert "מחזור סיום" in rows[15]
        assert all(len([cell for cell in row if cell != ""]) <= 1 for row in rows[:15])
    assert sum(map(len, sheets.values())) < 17_000


@pytest.mark.parametrize("sheet", SHEETS[:3])
def test_the_workbook_leaves_small_cells_out(sheets: dict[str, Cells], sheet: str) -> None:
    assert min(map(float, column(sheets[sheet], "מספר נבחנים"))) >= 11


def test_each_sheet_leaves_out_by_itself(sheets: dict[str, Cells]) -> None:
    """Schools sum to less than authorities and these to less than the country, as only whole cells are shown."""
    totals = []
    for sheet, units, subject in [
        ("סע' 1 ", 'יח"ל', "שם מקצוע "),
        ("סע' 2", 'י"ל', "שם מקצוע"),
        ("סע' 3", 'י"ל', "מקצוע"),
    ]:
        rows = sheets[sheet]
        cells = zip(
            column(rows, "מספר נבחנים"),
            column(rows, units),
            column(rows, subject),
            column(rows, "מחזור סיום"),
            strict=True,
        )
        totals.append(sum(float(n) for n, u, s, y in cells if (u, s.strip(), y) == (5, "מתמטיקה", 2023)))
    national, authorities, schools = totals
    assert national == 20979
    assert national > authorities > schools


def test_the_workbook_shows_exactly_the_authority_cells_that_are_large_enough(
    sheets: dict[str, Cells], country: Country
) -> None:
    rows = sheets["סע' 2"]
    shown = Counter()
    for row in rows[16:]:
        if row[2] == 5 and row[3] == 2023 and row[5] == 35:
            shown[str(row[6]).strip()] += int(row[1])
    totals = country.core[0].examinees[10].sum(axis=(1, 2))
    names = [authority.name.translate(str.maketrans("()", ")("))[:20].strip() for authority in country.authorities]
    assert shown == {name: total for name, total in zip(names, totals.tolist(), strict=True) if total >= 11}


def test_the_workbook_pads_and_cuts_and_mirrors(sheets: dict[str, Cells]) -> None:
    rows = sheets["סע' 3"]
    assert {len(str(value)) for value in column(rows, "שם מוסד")} == {20}
    assert {len(str(value)) for value in column(rows, "מגזר")} == {5}
    assert "עברית )לשון והבעה(  " in column(rows, "מקצוע")
    assert {row[3] for row in rows[16:]} == {2021, 2022, 2023}
    left_over = [row[17] for row in rows if row[17] != ""]
    assert (left_over[0], left_over[-1]) == ("Row Labels", "Grand Total")


def test_the_special_tabulation_has_hebrew_years_and_the_same_totals(inbox: Path, country: Country) -> None:
    file = inbox / "sample_backbone/five_units_by_group.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = csv_rows(file, "utf-8-sig")
    assert len({row["שנת לימודים"] for row in rows}) == 12
    mathematics = [r for r in rows if r["מקצוע"] == "מתמטיקה"]
    by_year = Counter()
    for row in mathematics:
        by_year[row["שנת לימודים"]] += int(row["מספר נבחנים"])
    assert (by_year['תשע"ג'], by_year['תשפ"ב'], by_year['תשפ"ג']) == (9100, 21650, 20979)
    keys = [tuple(row.values())[:6] for row in rows]
    assert len(keys) == len(set(keys))
    assert any(0 < int(row["מספר נבחנים"]) < 11 for row in rows)


def test_cohorts_are_a_genuine_windows_1255_file(inbox: Path, country: Country) -> None:
    (file,) = (inbox / "sample_statistics").iterdir()
    with pytest.raises(UnicodeDecodeError):
        file.read_text(encoding="utf-8")
    rows = csv_rows(file, "cp1255")

    def number(row: dict[str, str], name: str) -> int:
        return int(row[name].replace(",", ""))

    enrolled = 'לומדים בכיתה י"ב'
    assert sum(number(row, enrolled) for row in rows) == country.cohorts.sum()
    assert all(number(row, "לומדים ברמת הצטיינות") <= number(row, enrolled) for row in rows)
    assert any("," in row[enrolled] for row in rows)
    assert {len(row["סמל רשות"]) for row in rows} == {4}


def test_volunteers_write_english_headers_and_years(inbox: Path) -> None:
    rows = csv_rows(inbox / "sample_volunteers/programmes.csv", "utf-8")
    assert {row["School year"] for row in rows} >= {"2021/22", "2023/24"}
    keys = [(row["Programme id"], row["Authority code"], row["School year"], row["Audience"]) for row in rows]
    assert len(keys) == len(set(keys))
    both = [(int(r["Female participants"]) + int(r["Male participants"]), int(r["Completed"])) for r in rows]
    assert all(done <= came for came, done in both)


def test_teachers_are_either_new_or_stayed(inbox: Path) -> None:
    book = CalamineWorkbook.from_path(inbox / "sample_volunteers/Teachers 2016-2024.xlsx")
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["Authority code", "School year", "Subject"]
    assert all(row[3] == row[4] + row[5] and row[6] <= row[3] and row[5] <= row[7] for row in rows[1:])


def test_reported_measures_are_those_that_the_initiative_declares(declared: Declarations, inbox: Path) -> None:
    rows = csv_rows(inbox / "sample_assessment/מדדים מדווחים 2018-2024.csv", "utf-8-sig")
    reported = {row["name_he"] for row in declared.rows("indicators") if row["kind"] == "reported"}
    assert {row["מדד"] for row in rows} == reported
    assert all(bool(row["שיעור"]) != bool(row["ממוצע"]) and int(row["מספר המשיבים"]) > 0 for row in rows)
    keys = [tuple(row.values())[:5] for row in rows]
    assert len(keys) == len(set(keys))


def test_tests_before_high_school_count_a_part_of_those_tested(declared: Declarations, inbox: Path) -> None:
    rows = csv_rows(inbox / "sample_assessment/מבחנים לפי רשות 2018-2024.csv", "utf-8-sig")
    assert {row["מדד"] for row in rows} <= {row["name_he"] for row in declared.rows("indicators") if row["stage_id"]}
    assert all(int(row["מונה"]) <= int(row["מכנה"]) for row in rows)


def test_the_careless_file_has_one_fault_of_each_kind_among_good_rows(declared: Declarations, inbox: Path) -> None:
    rows = csv_rows(inbox / "sample_careless/groups_draft.csv", "utf-8-sig")
    good = csv_rows(inbox / "sample_backbone/five_units_by_group.csv", "utf-8-sig")
    names = {row["name_he"] for row in declared.rows("areas")} | {r["alias"] for r in declared.rows("area_aliases")}
    faults: dict[str, Callable[[dict[str, str]], bool]] = {
        "name": lambda row: row["רשות מקומית"] not in names,
        "passed": lambda row: int(row["מספר עוברים"]) > int(row["מספר נבחנים"]),
        "years": lambda row: "-" in row["שנת לימודים"],
        "number": lambda row: not row["מספר מתחילים בכיתה י"].isdecimal(),
        "gender": lambda row: row["מגדר"] not in ("בנות", "בנים"),
    }
    assert {name: sum(map(fault, rows)) for name, fault in faults.items()} == dict.fromkeys(faults, 1)
    # What it repeats it repeats rightly: whichever of the two files arrives last, the published numbers are the same.
    sound = [row for row in rows if not any(fault(row) for fault in faults.values())]
    assert len(sound) >= 2
    assert all(row in good for row in sound)


def test_the_summary_is_no_workbook_whatever_its_name_says(inbox: Path) -> None:
    file = inbox / "sample_careless/summary.xlsx"
    assert not zipfile.is_zipfile(file)
    file.read_text(encoding="utf-8")
