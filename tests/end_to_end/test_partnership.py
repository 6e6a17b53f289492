"""Whether partnerships work, from their workbook to pages; and texts that nobody released are nowhere in between."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from support import Measure

from pipelines.declarations import Declarations
from pipelines.paths import Home
from pipelines.sample.partnership import ANSWERS

PARTNER = "sample_ecosystem"
RELEASED, WAITING = ANSWERS[:-3], ANSWERS[-3:]


def sent(root: Path, sheet: str) -> list[dict[str, object]]:
    """Rows of a sheet as the partner sent them, header → cell."""
    (file,) = (root / "raw_data" / "inbox" / PARTNER).glob("שותפות*.xlsx")
    header, *rows = openpyxl.load_workbook(file, read_only=True)[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def files_with(folder: Path, text: str) -> list[Path]:
    """Files that hold a text, packed tables included."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and text in _text_of(path)]


def _text_of(path: Path) -> str:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        return "\n".join(str(c.value) for sheet in openpyxl.load_workbook(path) for row in sheet for c in row)
    return path.read_text("utf-8", errors="ignore")


def answered(root: Path) -> Iterator[tuple[str, str, str]]:
    for row in sent(root, "תשובות"):
        yield str(row["רשות מקומית"]), str(row["מספר תשובה"]), str(row["תשובה"])


def answers_listed(said: str) -> list[dict[str, str]]:
    """Written answers among the texts that wait."""
    return [row for row in csv.DictReader(io.StringIO(said)) if row["table"] == "partnership_answers"]


def test_every_partnership_has_a_page_and_no_other_area(small) -> None:
    assert small.said.returncode == 0, small.said.stderr
    own = {str(row["רשות מקומית"]) for row in sent(small.root, "מפגשים")}
    pages = {page.parent.parent.name for page in (small.site / "he" / "areas").glob("*/partnership/index.html")}
    assert own <= pages and "IL" in pages and len(own) > 5
    told = small.values.loc[small.values["indicator_id"].str.startswith("partnership_"), "area_code"]
    assert set(told) == pages


def test_attendance_of_an_area_is_that_of_its_sheet(small) -> None:
    rows = pd.DataFrame(sent(small.root, "נוכחות"))
    area = rows["רשות מקומית"].iloc[0]
    of_area = rows[(rows["רשות מקומית"] == area) & rows["תאריך המפגש"].between("2023-09-01", "2024-08-31")]
    value = small.values.query(
        "indicator_id == 'partnership_attendance_share' and area_code == @area and period == '2024'"
    ).iloc[0]
    assert (value["numerator"], value["denominator"]) == (of_area["נכחו"].sum(), of_area["הוזמנו"].sum())
    meetings = small.table("partnership_meetings")
    of_area = rows[rows["רשות מקומית"] == area]
    assert meetings.loc[meetings["area_code"] == area, "n_organisations_came"].sum() == (of_area["נכחו"] > 0).sum()


def test_small_surveys_are_hidden(small, declared: Declarations) -> None:
    surveys = small.values[small.values["indicator_id"] == "partnership_trust_share"]
    threshold = declared.initiative.settings["policy"]["threshold"]
    shown = surveys[surveys["conf_status"] == "F"].dropna(subset="value")
    assert (surveys["conf_status"] == "C").any() and len(shown)
    assert (shown["numerator"] >= threshold).all()
    assert (shown["denominator"] - shown["numerator"] >= threshold).all()


def test_unreleased_answer_is_nowhere_and_a_released_one_stands_as_given(small) -> None:
    answers = list(answered(small.root))
    home = Home(small.root)
    others = [folder for folder in home.receipts.iterdir() if folder.name != PARTNER]
    assert others and {text for *_, text in answers} & set(WAITING)
    for text in WAITING:
        assert [found for folder in (home.releases, *others) for found in files_with(folder, text)] == []
    area, _, text = next(answer for answer in answers if answer[2] in RELEASED and answer[2].isprintable())
    page = (small.site / "he" / "areas" / area / "partnership" / "index.html").read_text("utf-8")
    assert f'<blockquote dir="auto">{text}</blockquote>' in page
    waiting = small.table("partnership_answers_waiting").set_index("area_code")["n_waiting"].to_dict()
    counted = pd.Series([where for where, _, text in answers if text in WAITING]).value_counts().to_dict()
    assert waiting == counted


def test_texts_lists_what_waits_for_the_analyst(small, measure: Measure) -> None:
    said = measure("texts", "--home", small.root)
    assert said.returncode == 0, said.stderr
    rows = answers_listed(said.stdout)
    assert {row["text"] for row in rows} == {text for *_, text in answered(small.root)} & set(WAITING)
    assert {(row["column"], row["partner_id"]) for row in rows} == {("answer_text", PARTNER)}


def test_release_shows_a_text_and_an_edit_hides_it_again(
    small, declared: Declarations, measure: Measure, tmp_path: Path
) -> None:
    root = shutil.copytree(small.root, tmp_path / "home", symlinks=True)
    changed = shutil.copytree(declared.initiative.folder, tmp_path / "initiative")
    said = measure("texts", "--home", root).stdout
    freed = answers_listed(said)[0]
    with (changed / "released_texts.csv").open("a", encoding="utf-8", newline="") as register:
        csv.writer(register, lineterminator="\n").writerow([freed["text_id"], "analyst", "2024-06-02"])
    area, number, text = next(answer for answer in answered(root) if answer[2] in RELEASED)
    row = next(r for r in sent(root, "תשובות") if (r["רשות מקומית"], r["מספר תשובה"]) == (area, number))
    edited = f"{text} ועוד."
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerows([list(row), [edited if cell == text else cell for cell in row.values()]])
    (root / "raw_data" / "inbox" / PARTNER / "edited.csv").write_text(target.getvalue(), encoding="utf-8-sig")

    done = measure("run", "--home", root, "--initiative", changed)

    assert done.returncode == 0, done.stderr
    data = (root / "dashboards" / "site" / "data").resolve()
    shown = pd.read_csv(data / "partnership_answers_released.csv", dtype=str, encoding="utf-8-sig")
    assert freed["text"] in set(shown["answer_text"])
    expected = [(where, told) for where, _, told in answered(root) if told in {*RELEASED, freed["text"]}]
    expected.remove((area, text))
    assert sorted(zip(shown["area_code"], shown["answer_text"], strict=True)) == sorted(expected)
    assert files_with(data.parent, edited) == []


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_pages_of_partnerships_are_small(small, language: str) -> None:
    pages = list((small.site / language / "areas").glob("*/partnership/index.html"))
    assert pages and max(page.stat().st_size for page in pages) < 60_000
