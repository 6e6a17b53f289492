"""Before sending: templates, guides and the page for partners say what the reading of files does."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import escape
from openpyxl import Workbook, load_workbook
from support import Measure

from pipelines import translation
from pipelines.declarations import OPERATORS, STATUSES, TYPES, Column, Declarations, TableContract, load
from pipelines.intake import examples, guide, receipt, spreadsheet, template
from pipelines.intake.examine import ACCEPTED, CHANGED, Examination, Examiner
from pipelines.intake.findings import ERROR, SENTENCES, VARIANTS
from pipelines.intake.normalise import Normaliser
from pipelines.intake.read import Sheet, read
from pipelines.intake.recognise import Table, recognise
from pipelines.paths import REPOSITORY

LANGUAGES = load().initiative.languages
OBJECTS = sorted(table.id for table in load().datasets)
every_table = pytest.mark.parametrize("object_id", OBJECTS)
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_format = pytest.mark.parametrize("extension", sorted(template.FORMATS))
PAGE = (REPOSITORY / "docs" / "submitting-data.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def examiner(declared: Declarations) -> Examiner:
    return Examiner(declared)


def make(declared: Declarations, object_id: str, language: str, extension: str = "xlsx") -> bytes:
    return template.FORMATS[extension](declared, declared.objects[object_id], language)


def sheets(declared: Declarations, content: bytes) -> tuple[Sheet, ...]:
    return read(content, "file", declared.initiative.settings["reading"]).sheets


def table(declared: Declarations, content: bytes) -> Table:
    """The table that a file's first sheet holds, as intake recognises it."""
    found = recognise(sheets(declared, content)[0], declared.datasets, declared.initiative.settings["reading"])
    assert isinstance(found, Table)
    return found


def coded(declared: Declarations, contract: TableContract) -> list[Column]:
    return [column for column in contract.columns if column.codes or column.reference]


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


# Templates


@every_table
@every_language
@every_format
def test_a_template_passes_and_its_examples_are_not_taken_for_data(
    declared: Declarations, examiner: Examiner, object_id: str, language: str, extension: str
) -> None:
    examined = examiner.examine(make(declared, object_id, language, extension), f"template.{extension}")
    assert [(f.rule, f.row) for f in examined.findings] == [
        ("example_row", 2), ("example_row", 3), ("only_examples", 1)
    ]  # fmt: skip
    assert [t.rows_read for t in examined.tables] == [0]
    assert [(t.contract.id, len(t.accepted), len(t.refused)) for t in examined.tables] == [(object_id, 0, 0)]
    assert examined.verdict == ACCEPTED


@every_table
@every_language
def test_both_formats_hold_the_same_texts_in_the_contracts_order(
    declared: Declarations, object_id: str, language: str
) -> None:
    contract = declared.objects[object_id]
    in_csv, in_xlsx = (table(declared, make(declared, object_id, language, kind)) for kind in ("csv", "xlsx"))
    assert list(in_csv.positions.items()) == [(c.name, place) for place, c in enumerate(contract.columns)]
    width = len(contract.columns)
    assert in_csv.sheet.cells.values.tolist() == in_xlsx.sheet.cells.iloc[:3, :width].values.tolist()


def test_a_csv_template_is_three_lines_that_excel_reads_as_unicode(declared: Declarations) -> None:
    content = make(declared, "cohorts", "he", "csv")
    assert content.startswith(b"\xef\xbb\xbf") and content.count(b"\r\n") == 3 and content.endswith(b"\r\n")


@every_table
@every_language
def test_a_filled_template_is_accepted_without_a_word(
    declared: Declarations, examiner: Examiner, object_id: str, language: str
) -> None:
    book = load_workbook(io.BytesIO(make(declared, object_id, language)))
    sheet, contract = book.worksheets[0], declared.objects[object_id]
    for place, column in enumerate(contract.columns, start=1):
        for row in (2, 3):
            cell = sheet.cell(row, place)
            if column.role == "period":
                cell.value = str(int(str(cell.value)) - 5)
            elif column.role == "measure":
                cell.value = 0
            elif column.type == "date":
                cell.value = "2020-01-31"
    examined = examiner.examine(saved(book), "filled.xlsx")
    assert (examined.verdict, list(examined.findings)) == (ACCEPTED, [])
    assert [len(t.accepted) for t in examined.tables] == [2]


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@every_table
@every_language
def test_every_coded_column_has_a_drop_down_over_its_whole_list(
    declared: Declarations, object_id: str, language: str
) -> None:
    contract = declared.objects[object_id]
    book = load_workbook(io.BytesIO(make(declared, object_id, language)))
    sheet, lists = book.worksheets[0], book.worksheets[1]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        letter = str(rule.sqref)[0]
        first, last = re.findall(r"\$[A-Z]+\$\d+", rule.formula1)
        cells = [row[0].value for row in lists[f"{first}:{last}".replace("$", "")]]
        offered[letter] = (cells, rule.errorStyle, bool(rule.error) and bool(rule.showErrorMessage))
    columns = coded(declared, contract)
    letters = [sheet.cell(1, contract.columns.index(column) + 1).column_letter for column in columns]
    assert sorted(offered) == sorted(letters) and columns
    for letter, column in zip(letters, columns, strict=True):
        shown = [choice.shown for choice in examples.choices(declared, column, language)]
        # Codes are taken, too: a list of hundreds must not keep them out, a list of two need not bear them.
        assert offered[letter] == (shown, "stop" if len(shown) <= template.CLOSED_LIST else "warning", True)


@every_language
def test_every_name_that_a_drop_down_offers_is_read_as_what_it_names(declared: Declarations, language: str) -> None:
    normaliser = Normaliser(declared)
    for object_id in OBJECTS:
        contract = declared.objects[object_id]
        header = [column.label(language) for column in contract.columns]
        row = examples.examples(declared, contract, language)[0]
        for column in coded(declared, contract):
            listed, place = examples.choices(declared, column, language), contract.columns.index(column)
            rows = [[*row[:place], choice.shown, *row[place + 1 :]] for choice in listed]
            normalised = normaliser.normalise(table(declared, as_csv([header, *rows])))
            assert list(normalised.frame[column.name]) == [choice.code for choice in listed]
            assert normalised.findings == ()


def test_two_things_of_one_name_are_offered_by_their_codes(declared: Declarations) -> None:
    column = declared.objects["programs"].column("audience")
    twins = tuple(replace(code, labels={"en": "same"}) for code in column.codes)
    offered = examples.choices(declared, replace(column, codes=twins), "en")
    assert [choice.shown for choice in offered] == [code.value for code in column.codes]


@every_language
def test_a_workbook_shows_what_is_needed_and_what_is_only_an_example(declared: Declarations, language: str) -> None:
    contract = declared.objects["programs"]
    book = load_workbook(io.BytesIO(make(declared, "programs", language)))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    assert [s.sheet_view.rightToLeft for s in book.worksheets] == [language != "en"] * 3
    needed = {cell.fill.fgColor.rgb for cell, c in zip(sheet[1], contract.columns, strict=True) if c.is_required}
    others = {cell.fill.fgColor.rgb for cell, c in zip(sheet[1], contract.columns, strict=True) if not c.is_required}
    assert len(needed) == len(others) == 1 and needed != others
    for cell, column in zip(sheet[1], contract.columns, strict=True):
        assert cell.font.bold and column.describe(language) in cell.comment.text
    assert translation.translator(language)("The grey rows are examples: write over them, or delete them.") in (
        sheet["A1"].comment.text
    )
    # A note in an example row would stay on whatever is written over it.
    assert not any(cell.comment for row in sheet.iter_rows(min_row=2) for cell in row)
    dressed = {str(where.sqref): rule for where in sheet.conditional_formatting for rule in where.rules}
    assert sorted(dressed) == ["A2:L2", "A3:L3"]
    assert all(rule.dxf.font.i for rule in dressed.values())


def test_codes_and_years_are_text_in_a_workbook_and_counts_are_numbers(declared: Declarations) -> None:
    contract = declared.objects["programs"]
    sheet = load_workbook(io.BytesIO(make(declared, "programs", "en"))).worksheets[0]
    for cell, column in zip(sheet[2], contract.columns, strict=True):
        assert isinstance(cell.value, int if column.role == "measure" else str), column.name
        # Below the examples too: Excel would make a date of 2011/12 and eat the zeros of a code.
        below = sheet.column_dimensions[cell.column_letter].number_format
        assert below == cell.number_format == ("General" if column.role == "measure" else "@")


@every_table
def test_two_templates_made_at_different_times_are_the_same_bytes(declared: Declarations, object_id: str) -> None:
    content = make(declared, object_id, "he")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {spreadsheet.ZIP_DATE}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {template.CREATED.strftime("%Y-%m-%dT")}
    assert make(declared, object_id, "he") == content


def test_a_sheet_name_that_excel_refuses_is_made_one_that_it_takes(declared: Declarations) -> None:
    contract = replace(declared.objects["cohorts"], labels={"en": "Counts: a/b [2022] 'and' a name that is too long"})
    book = load_workbook(io.BytesIO(template.as_xlsx(declared, contract, "en")))
    assert book.sheetnames[0] == "Counts  a b  2022  'and' a name"


# Example rows


@every_table
@every_language
@every_format
def test_untouched_example_rows_are_known_again(
    declared: Declarations, object_id: str, language: str, extension: str
) -> None:
    rows = table(declared, make(declared, object_id, language, extension)).rows
    known = examples.example_rows(declared, declared.objects[object_id])
    assert list(examples.is_example(rows, known)) == [True, True]


def test_an_example_row_with_any_cell_changed_is_data(declared: Declarations) -> None:
    rows = table(declared, make(declared, "programs", "he")).rows
    known = examples.example_rows(declared, declared.objects["programs"])
    for name in rows.columns:
        touched = rows.assign(**{name: ["7", rows[name].iloc[1]]})
        assert list(examples.is_example(touched, known)) == [False, True], name


def test_an_example_row_without_a_column_is_still_an_example(declared: Declarations) -> None:
    rows = table(declared, make(declared, "cohorts", "he")).rows.drop(columns="n_age_cohort")
    known = examples.example_rows(declared, declared.objects["cohorts"])
    assert list(examples.is_example(rows, known)) == [True, True]


def test_example_rows_are_found_among_others_and_under_their_own_row_numbers(declared: Declarations) -> None:
    rows = table(declared, make(declared, "cohorts", "ar")).rows
    others = rows.assign(n_age_cohort="1")
    mixed = pd.concat([others, rows, others]).set_axis([20, 21, 30, 31, 40, 41])
    known = examples.example_rows(declared, declared.objects["cohorts"])
    marks = examples.is_example(mixed, known)
    assert list(marks[marks].index) == [30, 31]


def test_examples_of_a_table_without_periods_differ_in_another_key(declared: Declarations) -> None:
    contract = declared.objects["cohorts"]
    columns = tuple(column for column in contract.columns if column.role != "period")
    first, second = examples.examples(declared, replace(contract, columns=columns), "en")
    assert first != second and first[1:] == second[1:]


def test_an_example_that_is_in_no_list_gives_way_to_the_first_that_is(declared: Declarations) -> None:
    contract = declared.objects["cohorts"]
    area = replace(contract.column("authority_code"), examples=("9999",))
    columns = (area, *contract.columns[1:])
    first, _ = examples.examples(declared, replace(contract, columns=columns), "en")
    assert first[0] == examples.choices(declared, contract.columns[0], "en")[0].shown


# Guides


@every_table
@every_language
def test_a_guide_page_names_every_column_and_is_whole(declared: Declarations, object_id: str, language: str) -> None:
    contract = declared.objects[object_id]
    page = guide.as_html(declared, contract, language).decode()
    plain = re.sub("[\u2066\u2069]", "", page)
    assert f'lang="{language}" dir="{"ltr" if language == "en" else "rtl"}"' in page
    assert "http" not in page and "<script" not in page and "src=" not in page
    for column in contract.columns:
        assert f"<h3>{escape(column.label(language))}</h3>" in plain
        assert escape(column.describe(language)) in plain
        assert all(escape(name).casefold() in plain.casefold() for name in column.synonyms)
    for rule in contract.rules:
        for name in (rule.left, rule.right):
            assert plain.count(escape(contract.column(name).label(language))) > 1


@every_table
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != translation.SOURCE_LANGUAGE])
def test_guides_and_templates_say_nothing_in_english_to_others(
    declared: Declarations, object_id: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()

    def recording(code: str) -> Callable[[str], str]:
        say = translation.translator(code)

        def answer(sentence: str) -> str:
            asked.add(sentence)
            return say(sentence)

        return answer

    monkeypatch.setattr(guide, "translator", recording)
    monkeypatch.setattr(template, "translator", recording)
    contract = declared.objects[object_id]
    page = guide.as_html(declared, contract, language).decode()
    template.as_xlsx(declared, contract, language)
    say = translation.translator(language)
    assert len(asked) > 20 and [sentence for sentence in sorted(asked) if say(sentence) == sentence] == []
    own = [contract, *contract.columns]
    assert [thing.description for thing in own if escape(thing.description) in page] == []
    assert contract.purpose not in page


def test_everything_that_a_contract_may_declare_has_words() -> None:
    assert set(guide.STATUS_WORDS) == set(STATUSES)
    assert set(guide.OPERATOR_WORDS) == OPERATORS
    assert set(guide.TYPE_WORDS) == set(TYPES.values())


def test_a_guide_tells_limits_lists_signs_and_what_a_newer_file_replaces(declared: Declarations) -> None:
    told = guide.guide(declared, declared.objects["matriculation_groups"], "en")
    words = {column.header: column for column in told.columns}
    assert words["Units"].allowed == "A whole number. From 1 to 10."
    assert words["Gender"].allowed == "One of these: Girls · Boys."
    assert re.fullmatch(r"One of the \d+ names in .*", words["Subject"].allowed)
    assert "in which it closes" in words["School year"].allowed
    assert (words["Examinees"].unit, words["Examinees"].example) == ("number of persons", "54")
    signs = {sign: meaning for group, meaning in told.signs for sign in group}
    assert "held back" in signs["<11"] and "not known" in signs["-"]
    said = " ".join(sentence for section in (*told.about, *told.further) for sentence in section.sentences)
    assert "'Passed' is never more than 'Examinees'." in said and "the rows that it holds again" in said
    whole = guide.guide(declared, declared.objects["programs"], "en")
    assert "table whole" in " ".join(sentence for section in whole.about for sentence in section.sentences)


def test_signs_are_shown_in_letters_that_the_reader_knows(declared: Declarations) -> None:
    contract = replace(declared.objects["cohorts"], markers={"<#": "Q", "פחות מ-#": "Q", "غير معروف": "O"})
    shown = {code: guide.guide(declared, contract, code).signs for code in ("en", "he")}
    assert [signs for signs, _ in shown["en"]] == [("<11",)]
    assert [signs for signs, _ in shown["he"]] == [("<11", "פחות מ-11")]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("מ-0 עד 200,000.", "מ-[0] עד [200,000]."),
        ("16.2% هو 0.162.", "[16.2%] هو [0.162]."),
        ("2021/22", "[2021/22]"),
        ("-5", "[-5]"),
    ],
)
def test_numbers_stay_whole_within_right_to_left_text(declared: Declarations, text: str, kept: str) -> None:
    contract = replace(declared.objects["cohorts"], descriptions={"he": text})
    page = guide.as_html(declared, contract, "he").decode()
    assert kept.replace("[", "\u2066").replace("]", "\u2069") in page


def test_bounds_are_told_one_by_one(declared: Declarations) -> None:
    contract, said = declared.objects["cohorts"], []
    for low, high in ((0, None), (None, 9), (None, None)):
        column = replace(contract.column("n_age_cohort"), minimum=low, maximum=high)
        columns = (*contract.columns[:5], column)
        told = guide.guide(declared, replace(contract, columns=columns, rules=()), "en")
        said.append(told.columns[-1].allowed)
    assert said == ["A whole number. At least 0.", "A whole number. At most 9.", "A whole number."]


# Commands


def test_the_command_writes_each_format(measure: Measure, tmp_path: Path) -> None:
    page = measure("template", "cohorts", "--format", "html", "--lang", "ar")
    assert (page.returncode, page.stdout[:15], 'lang="ar"' in page.stdout) == (0, "<!doctype html>", True)
    book = tmp_path / "t.xlsx"
    assert measure("template", "cohorts", "--format", "xlsx", "--out", book).returncode == 0
    assert measure("check", book).returncode == 0
    assert measure("template", "cohorts").stdout.count("\n") == 3


# The page for partners


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def promised(first: str) -> list[list[str]]:
    """Rows of the page's table whose header row begins so."""
    lines = PAGE.split("\n")
    start = next(number for number, line in enumerate(lines) if line.startswith(first)) + 2
    end = next(number for number in range(start, len(lines)) if not lines[number].startswith("|"))
    return [cells(line) for line in lines[start:end]]


def written(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


UNDERSTOOD = [(row, text) for row in promised("| in the column | you write | we read |") for text in written(row[1])]
REFUSED = [
    (row, text) for row in promised("| in the column | you write | the receipt says |") for text in written(row[1])
]


def examine_cell(declared: Declarations, examiner: Examiner, label: str, text: str) -> tuple[Examination, str]:
    """A row of one table that is right but for the text under one header; the header's column."""
    contract = declared.objects["matriculation_groups"]
    header = [column.label("en") for column in contract.columns]
    row = examples.examples(declared, contract, "en")[0]
    if label == "Examinees" and text.strip("*.-<").replace(",", "").isdigit():
        row[header.index("Passed")] = row[header.index("Excellent")] = ""
    # One number more than the example's: an untouched row would be no data.
    row[header.index("Started two years before")] = "61"
    row[header.index(label)] = text
    content = as_csv([header, row])
    return examiner.examine(content, "page.csv"), contract.columns[header.index(label)].name


@pytest.mark.parametrize(("row", "text"), UNDERSTOOD, ids=[text for _, text in UNDERSTOOD])
def test_what_the_page_says_is_understood_is(
    declared: Declarations, examiner: Examiner, row: list[str], text: str
) -> None:
    examined, name = examine_cell(declared, examiner, row[0], text)
    assert examined.verdict == {"taken as it is": ACCEPTED, "changed": CHANGED}[row[3]]
    accepted = examined.tables[0].accepted.iloc[0]
    status = accepted.get(f"{name}__obs_status", "A")
    if row[2] in ("withheld", "not known"):
        assert pd.isna(accepted[name]) and status == {"withheld": "Q", "not known": "O"}[row[2]]
    else:
        assert str(accepted[name]) == written(row[2])[0]
        assert status == ("U" if "uncertain" in row[2] else "A")


@pytest.mark.parametrize(("row", "text"), REFUSED, ids=[text for _, text in REFUSED])
def test_what_the_page_says_is_refused_is_refused_in_these_words(
    declared: Declarations, examiner: Examiner, row: list[str], text: str
) -> None:
    examined, name = examine_cell(declared, examiner, row[0], text)
    said = [receipt.message(f, "en") for f in examined.findings if f.severity == ERROR and f.field == name]
    assert any(row[2] in sentence for sentence in said), said


def test_the_page_quotes_sentences_of_receipts(declared: Declarations) -> None:
    told = [sentence.casefold() for sentence in (*(words for _, words in SENTENCES.values()), *VARIANTS.values())]
    for row in promised("| the receipt says | what happened"):
        for quoted in row[0].casefold().split(", "):
            parts = [part.strip(" ?") for part in quoted.split("…")]
            assert any(all(part in sentence for part in parts) for sentence in told), quoted


def test_the_page_states_the_declared_limits_and_all_tables(declared: Declarations) -> None:
    reading = declared.initiative.settings["reading"]
    assert f"{reading['maximum_file_bytes'] // 2**20} MB" in PAGE
    for name, unit in (("rows", "rows"), ("columns", "columns"), ("cell_characters", "characters")):
        assert f"{reading[f'maximum_{name}']:,} {unit}" in PAGE
    assert all(f"`{object_id}`" in PAGE for object_id in OBJECTS)
