"""Nothing hidden is in any published byte: a hundred canaries through a whole run, and pages that are tampered with.

The same run takes in what somebody might type to break a page, and shows it as text.

The scan is held to canaries that are put where a leak would be; a weaker one fails here.
"""

import base64
import html
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import hostile
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from canaries import SENDER, Canaries, candidates, plant
from openpyxl.comments import Comment
from support import Measure

from dashboards.bidi import clean
from pipelines.declarations import Declarations, load
from pipelines.paths import Home
from pipelines.protection.audit_site import Declared, audit_site
from pipelines.protection.leak_scan import Unread, scan
from pipelines.publishing import tables
from pipelines.publishing.ledger import Ledger

# A picture in the chart library's own file.
LIBRARY = [Unread("assets/plotly.min.js data address", "no reader for this kind of file")]
HOSTILE_AREA = "0070"
# What a run does whose pages are changed after they were drawn and before they are published.
TAMPERED = """
import sys
from pipelines import cli, steps
drawn = steps.render
def render(shop, gate):
    drawn(shop, gate)
    pages = sorted((shop.home.next / "release" / "site").glob("*/areas/*/index.html"))
    page = next(page for page in pages if '"customdata":[0,' in page.read_text("utf-8"))
    page.write_text(page.read_text("utf-8").replace('"customdata":[0,', '"customdata":[913.37,'), "utf-8")
steps.render = render
sys.exit(cli.main(["run", "--home", sys.argv[1]]))
"""


@dataclass(frozen=True)
class Planted:
    """A home that was published with canaries, and what a run said that was tampered with before."""

    home: Home
    canaries: Canaries
    tampered: subprocess.CompletedProcess[str]
    said: subprocess.CompletedProcess[str]
    before: str
    after: str

    @property
    def site(self) -> Path:
        return self.home.site.resolve()


@pytest.fixture(scope="module")
def planted(small, declared: Declarations, measure: Measure, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    root = shutil.copytree(small.root, tmp_path_factory.mktemp("planted") / "home", symlinks=True)
    home = Home(root)
    canaries = plant(declared, {hit.name for hit in scan(home.site.resolve(), candidates(), {})[0]})
    for (partner, name), text in canaries.files.items():
        (home.inbox / partner / name).write_text(text, encoding="utf-8-sig")
    (home.inbox / hostile.PARTNER / hostile.FILE_NAME).write_bytes(hostile.learning_log(declared, HOSTILE_AREA))
    before = home.site.resolve().parent.name
    command = [sys.executable, "-c", TAMPERED, str(root)]
    tampered = subprocess.run(command, capture_output=True, text=True, check=False)
    after = home.site.resolve().parent.name
    return Planted(home, canaries, tampered, measure("run", "--home", root), before, after)


def test_canaries_are_hidden_and_there_are_a_hundred(planted: Planted) -> None:
    assert planted.said.returncode == 0, planted.said.stderr
    assert sum(map(len, planted.canaries.hidden.values())) == 100
    values = pd.read_parquet(planted.site / "data" / "indicator_values.parquet").query("frequency == 'A'")
    key = ["indicator_id", "area_code", "period", "dimension", "member"]
    status = values.set_index(key)["conf_status"]
    for indicator, area, period, member in planted.canaries.hidden:
        group = ("gender", member) if member else ("all", "all")
        assert status[(indicator, area, period, *group)] == "C", (indicator, area, period, member)


def test_no_canary_is_in_any_published_byte(planted: Planted) -> None:
    hits, unread = scan(planted.site, planted.canaries.numbers, planted.canaries.words)
    assert hits == []
    # The small part of the library has none.
    assert unread in ([], LIBRARY)


def test_hostile_words_of_a_partner_stand_as_text(planted: Planted) -> None:
    sent = hostile.learning_log(load(), HOSTILE_AREA)
    assert any(file.read_bytes() == sent for file in planted.home.archive.rglob("*") if file.is_file())
    for language in ("he", "en", "ar"):
        page = (planted.site / language / "areas" / HOSTILE_AREA / "learning" / "index.html").read_text("utf-8")
        words = html.unescape(re.sub(r"<[^>]*>", "", page))
        assert [name for name, text in hostile.TEXTS.items() if clean(text) not in words] == []
    receipts = [file for file in planted.home.receipts.rglob("*.html") if hostile.PARTNER in file.parts]
    said = "".join(file.read_text("utf-8") for file in receipts)
    assert html.escape(hostile.TEXTS["markup"]) in said
    for file in [*receipts, *planted.site.rglob("*.html")]:
        text = file.read_text("utf-8")
        assert [part for part in hostile.MARKUP if part in text] == [], file


@pytest.mark.browser
@pytest.mark.parametrize("language", ["he", "en"])
def test_hostile_words_break_no_page(planted: Planted, browser: Any, language: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 780})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto((planted.site / language / "areas" / HOSTILE_AREA / "learning" / "index.html").as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    assert (complaints, wide) == ([], 0)


def test_receipts_show_a_partner_its_own_numbers_alone(planted: Planted) -> None:
    """Senders are told of their own canaries; whoever sent none sees none."""
    senders = {partner for partner, _ in planted.canaries.files}
    others = [folder for folder in planted.home.receipts.iterdir() if folder.name not in senders]
    assert len(others) >= 3
    for folder in others:
        assert scan(folder, planted.canaries.numbers, planted.canaries.words) == ([], [])
    own, _ = scan(planted.home.receipts / SENDER, planted.canaries.numbers, {})
    assert {hit.name for hit in own} >= {"refused"}
    assert not any(hit.name.startswith("second") for hit in own), "what another partner tells differently"


def test_receipts_name_no_other_partners_submission(planted: Planted) -> None:
    submissions = Ledger(planted.home).submissions
    for folder in planted.home.receipts.iterdir():
        others = [s for s in submissions if s.partner != folder.name]
        assert others and len(others) < len(submissions)
        words = {s.submission_id: s.submission_id for s in others} | {s.sha256: s.sha256 for s in others}
        assert scan(folder, {}, words)[0] == []


def test_tampered_page_stops_the_release_and_says_where_in_one_line(planted: Planted) -> None:
    said = planted.tampered
    assert said.returncode == 1
    first, line = said.stderr.splitlines()
    assert first == "Not published; site and warehouse are as they were."
    assert re.fullmatch(
        r"  check_site_confidentiality: The site would show what it may not: A figure points at a row of its table "
        r"that is not the point's own\. trend-\w+ of ar/areas/\w+/index\.html.* Nothing was published\. .*", line
    ), line  # fmt: skip
    assert "913" not in said.stderr
    assert planted.after == planted.before


def typed(numbers: list[float]) -> dict[str, str]:
    return {"dtype": "f8", "bdata": base64.b64encode(np.array(numbers, "<f8").tobytes()).decode()}


def in_figure(page: Path, change: Callable[[dict[str, list[dict[str, object]]]], object]) -> None:
    text = page.read_text("utf-8")
    start = text.index(">", text.index('<script type="application/json"')) + 1
    end = text.index("</script>", start)
    figure = json.loads(text[start:end])
    change(figure)
    page.write_text(text[:start] + json.dumps(figure) + text[end:], "utf-8")


def in_customdata(site: Path, number: Decimal) -> Path:
    page = site / "en" / "areas" / "IL" / "index.html"
    in_figure(page, lambda figure: figure["data"][0].update(customdata=[[1, [float(number)]]]))
    return page


def in_numpy_trace(site: Path, number: Decimal) -> Path:
    page = site / "he" / "areas" / "IL" / "index.html"
    in_figure(page, lambda figure: figure["data"][0].update(y=typed([1.0, float(number), 2.0])))
    return page


def in_axis_range(site: Path, number: Decimal) -> Path:
    page = site / "ar" / "areas" / "IL" / "index.html"
    in_figure(page, lambda figure: figure["layout"]["yaxis"].update(range=[0, float(number)]))
    return page


def in_shared_values(site: Path, number: Decimal) -> Path:
    """In place of a hidden period of an area that a reader may compare."""
    file = site / "assets" / "compare-values.js"
    text = file.read_text("utf-8")
    assert ";h;" in text
    file.write_text(text.replace(";h;", f";{number};", 1), "utf-8")
    return file


def in_alternative_text(site: Path, number: Decimal) -> Path:
    page = site / "en" / "quality" / "index.html"
    text = page.read_text("utf-8")
    page.write_text(text.replace("</main>", f'<img src="data:," alt="of {number:,} pupils"></main>'), "utf-8")
    return page


def in_parquet_statistics(site: Path, number: Decimal) -> Path:
    """The smallest value of a column as the file says of itself; the rows stay as they are."""
    file = site / "data" / "trends.parquet"
    honest = file.read_bytes()
    size = int.from_bytes(honest[-8:-4], "little") + 8
    packed = np.float64(pq.read_metadata(file).row_group(0).column(_first_number(file)).statistics.min).tobytes()
    footer = honest[-size:]
    assert packed in footer
    file.write_bytes(honest[:-size] + footer.replace(packed, np.float64(number).tobytes()))
    return file


def _first_number(file: Path) -> int:
    schema = pq.read_schema(file)
    return next(n for n, name in enumerate(schema.names) if str(schema.field(name).type) == "double")


PLACES = (
    in_customdata, in_numpy_trace, in_axis_range, in_alternative_text, in_parquet_statistics, in_shared_values,
)  # fmt: skip


@pytest.fixture(scope="module")
def spoiled(planted: Planted, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Path, str]]:
    """A copy of the release with a canary in each place; file → name of the canary in it."""
    site = shutil.copytree(planted.site, tmp_path_factory.mktemp("spoiled") / "site")
    names = sorted(name for name in planted.canaries.numbers if name.startswith("mean of"))
    return site, {put(site, planted.canaries.numbers[name]): name for put, name in zip(PLACES, names, strict=False)}


def test_scan_finds_a_canary_wherever_it_is_put(planted: Planted, spoiled: tuple[Path, dict[Path, str]]) -> None:
    site, put = spoiled
    hits, _ = scan(site, planted.canaries.numbers, {})
    assert {(hit.file, hit.name) for hit in hits} == {
        (file.relative_to(site).as_posix(), name) for file, name in put.items()
    }
    assert {hit.where.partition(" of ")[0] for hit in hits if hit.file.endswith(".parquet")} == {"statistics"}


def test_rules_of_a_run_find_all_but_words_beside_figures(
    spoiled: tuple[Path, dict[Path, str]], declared: Declarations
) -> None:
    site, put = spoiled
    (site / "release.json").unlink()
    leaks = audit_site(site, Declared(declared.initiative.languages, tables.names(declared), ()))
    found = {file.relative_to(site).as_posix() for file in put} - {"en/quality/index.html"}
    assert {re.sub(r"^.* of |^(trends) .*$", r"\1", leak.where) for leak in leaks} == {
        "trends" if file.startswith("data/") else file for file in found
    }


def test_scan_finds_a_canary_in_a_corrected_copy(planted: Planted, tmp_path: Path) -> None:
    copies = sorted(planted.home.receipts.rglob("*.corrected.xlsx"))
    copy = next(copy for copy in copies if copy.parent.name != SENDER)
    book, content = openpyxl.load_workbook(copy), io.BytesIO()
    book.active.cell(1, 1).comment = Comment(f"of {planted.canaries.numbers['refused']}", "sender")
    book.save(content)
    (tmp_path / copy.name).write_bytes(content.getvalue())
    hits, unread = scan(tmp_path, planted.canaries.numbers, {})
    assert ({hit.name for hit in hits}, unread) == ({"refused"}, [])


def declared_of(declarations: Declarations, *forbidden: str) -> Declared:
    return Declared(declarations.initiative.languages, tables.names(declarations), forbidden)


@pytest.fixture
def site(small, tmp_path: Path) -> Path:
    """A drawn site as it is before it is sealed, to spoil."""
    site = shutil.copytree(small.site, tmp_path / "site")
    (site / "release.json").unlink()
    return site


def found_in(site: Path, declarations: Declarations, *forbidden: str) -> set[tuple[str, str]]:
    return {(leak.check, leak.where) for leak in audit_site(site, declared_of(declarations, *forbidden))}


def test_site_as_drawn_breaks_no_rule(site: Path, small, declared: Declarations) -> None:
    assert found_in(site, declared, *Home(small.root).private_names) == set()


def test_files_that_nobody_declared_are_found(site: Path, declared: Declarations) -> None:
    (site / "notes.txt").write_text("left over", "utf-8")
    (site / "data" / "more.csv").write_text("left over", "utf-8")
    (site / "data" / ".trends.part").write_text("left over", "utf-8")
    (site / "en" / "picture.png").write_bytes(b"\x89PNG\0")
    (site / "assets" / "link.js").symlink_to(site / "assets" / "site.js")
    (site / "assets" / "plotly.min.js").write_text("other", "utf-8")
    (site / "fr").mkdir()
    (site / "fr" / "index.html").write_text("<p>", "utf-8")
    names = ("notes.txt", "data/more.csv", "data/.trends.part", "en/picture.png", "assets/link.js", "fr/index.html")
    found = found_in(site, declared)
    assert found == {("check_site_files", name) for name in (*names, "assets/plotly.min.js")}


def test_forms_of_a_table_that_differ_are_found(site: Path, declared: Declarations) -> None:
    data = site / "data"
    csv = data / "goals.csv"
    csv.write_bytes(csv.read_bytes() + csv.read_bytes().splitlines(keepends=True)[-1])
    csv = data / "report_card.csv"
    csv.write_bytes(re.sub(rb",\d+,", b",987654,", csv.read_bytes(), count=1))
    table = pq.read_table(data / "breaks.parquet").replace_schema_metadata({"note": "of 913 pupils"})
    pq.write_table(table, data / "breaks.parquet")
    (data / "stages.csv").unlink()
    assert found_in(site, declared) == {
        ("check_site_tables", name) for name in ("goals", "report_card", "breaks", "stages")
    }


def test_traces_of_the_machine_are_found(site: Path, small, declared: Declarations) -> None:
    home = Home(small.root)
    page = site / "en" / "methods" / "index.html"
    page.write_text(page.read_text("utf-8") + f"<!-- {home.warehouse} -->", "utf-8")
    style = site / "assets" / "site.css"
    style.write_text(style.read_text("utf-8") + "/* raw_data/archive/ab/cd */", "utf-8")
    first = site / "index.html"
    first.write_text(first.read_text("utf-8") + f"<!-- {Ledger(home).submissions[0].sha256} -->", "utf-8")
    assert found_in(site, declared, *home.private_names) == {
        ("check_site_traces", name) for name in ("en/methods/index.html", "assets/site.css", "index.html")
    }
