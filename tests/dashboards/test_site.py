import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from jinja2 import TemplateNotFound
from made_up_release import AREAS, HOSTILE, LEAKS, release
from site_reading import pages, read

from dashboards.bidi import clean
from dashboards.content import Material, SiteContent
from dashboards.language import Voice
from dashboards.site import published_languages, render
from dashboards.views import Page
from pipelines.declarations import Declarations

LARGEST_PAGE = 60 * 1024


def test_every_area_has_a_page_in_every_language(site: Path, content: SiteContent) -> None:
    for language in published_languages(content):
        for area in content.declarations.rows("areas"):
            assert (site / language / "areas" / area["area_code"] / "index.html").is_file()


def test_every_indicator_has_a_page_in_every_language(site: Path, content: SiteContent) -> None:
    for language in published_languages(content):
        for row in content.declarations.rows("indicators"):
            assert (site / language / "indicators" / row["indicator_id"] / "index.html").is_file()


def test_first_page_goes_on_to_the_default_language(site: Path, content: SiteContent) -> None:
    default = content.declarations.initiative.default_language
    assert f"url={default}/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_links_lead_to_files_of_the_site(site: Path) -> None:
    ids = {page: set(read(page).ids) for page in pages(site)}
    for page in ids:
        for link in read(page).links:
            if link.startswith("data:"):
                continue
            path, _, fragment = unquote(link).partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), f"{page.relative_to(site)} links to {link}"
            assert target.is_relative_to(site.resolve()), f"{page.relative_to(site)} leaves the folder: {link}"
            if fragment and target.suffix == ".html":
                assert fragment in ids[target], f"{page.relative_to(site)} links to {link}"


def test_no_id_stands_twice_on_a_page(site: Path) -> None:
    for page in pages(site):
        found = read(page).ids
        assert len(found) == len(set(found)), page


def test_pages_say_language_and_direction(site: Path, content: SiteContent) -> None:
    directions = {"he": "rtl", "ar": "rtl", "en": "ltr"}
    for language in published_languages(content):
        for page in pages(site / language):
            tag, attributes = read(page).tags[0]
            assert (tag, attributes["lang"], attributes["dir"]) == ("html", language, directions[language])


def test_pages_forbid_foreign_sources(site: Path) -> None:
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        assert "Content-Security-Policy" in text
        assert "http:" not in text and "https:" not in text


def test_synthetic_release_says_so_on_every_page(site: Path) -> None:
    for page in pages(site):
        assert 'class="banner"' in page.read_text(encoding="utf-8"), page


def test_real_release_carries_no_banner(declarations: Declarations, tmp_path: Path) -> None:
    render(release(declarations, is_synthetic=False), tmp_path)
    assert not any('class="banner"' in page.read_text(encoding="utf-8") for page in pages(tmp_path))


def test_hidden_values_stand_nowhere(site: Path, content: SiteContent) -> None:
    hidden = content.values[content.values.conf_status == "C"]
    assert set(hidden.value) == set(LEAKS), "the made-up release carries values where none should be"
    forms = [b"918273", b"918,273", b"91.8%", b"91.83", b"0.918", b"92%"]
    for file in (f for f in site.rglob("*") if f.is_file() and f.name != "plotly.min.js"):
        text = file.read_bytes()
        assert not [form for form in forms if form in text], file


def test_two_renders_give_the_same_bytes(site: Path, content: SiteContent, tmp_path: Path) -> None:
    shuffled = content.values.sample(frac=1, random_state=7)
    render(SiteContent(**{**vars(content), "values": shuffled}), tmp_path)
    for file in (f for f in tmp_path.rglob("*") if f.is_file()):
        assert file.read_bytes() == (site / file.relative_to(tmp_path)).read_bytes(), file


@pytest.mark.parametrize("processors", [1, 2, 64])
def test_number_of_processors_changes_no_byte(
    site: Path, content: SiteContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    render(content, tmp_path)
    own = {file.relative_to(site): file.read_bytes() for file in site.rglob("*.*") if "data" not in file.parts}
    assert {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*.*")} == own


@pytest.mark.parametrize("number", range(3))
def test_page_that_cannot_be_drawn_stops_the_site_on_whichever_processor(
    content: SiteContent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    languages = published_languages(content)
    assert len(languages) == 3

    def pages_of_one_language_fail(_: Material, voice: Voice) -> Iterator[Page]:
        if voice.code == languages[number]:
            yield Page("index.html", "no_template.html", "", "", {})

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    monkeypatch.setattr("dashboards.site.PAGES", (pages_of_one_language_fail,))
    with pytest.raises(TemplateNotFound, match="no_template"):
        render(content, tmp_path)


def test_site_that_is_there_is_brought_up_to_date(site: Path, content: SiteContent, tmp_path: Path) -> None:
    """One town's values go: what does not tell of them is left alone, and the rest is as in a new folder."""
    town = AREAS[0]
    kept = content.values[content.values["area_code"] != town]
    now = SiteContent(**{**vars(content), "values": kept})
    out, new = tmp_path / "out", tmp_path / "new"
    shutil.copytree(site, out)
    for file in pages(out):
        os.utime(file, ns=(0, 0))
    render(now, out)
    render(now, new)
    drawn = {file.relative_to(out): file.read_bytes() for file in out.rglob("*.*") if "data" not in file.parts}
    assert drawn == {file.relative_to(new): file.read_bytes() for file in new.rglob("*.*")}
    before = {file.relative_to(site): file.read_bytes() for file in pages(site)}
    written = {file.relative_to(out) for file in pages(out) if file.stat().st_mtime_ns}
    assert written == {file for file in written if drawn[file] != before[file]}
    assert Path(f"en/areas/{town}/index.html") in written and Path("en/methods/index.html") not in written
    assert Path(f"en/areas/{town}/indicators/index.html") in before
    assert Path(f"en/areas/{town}/indicators/index.html") not in drawn


def test_ecosystem_pages_are_light(site: Path, content: SiteContent) -> None:
    for language in published_languages(content):
        for code in AREAS:
            size = (site / language / "areas" / code / "index.html").stat().st_size
            assert size <= LARGEST_PAGE, f"{language}/{code}: {size} bytes"


def test_hidden_missing_and_withheld_have_words_of_their_own(site: Path) -> None:
    words = ("hidden to protect small groups", "not reported", "withheld by the source")
    everything = "".join(p.read_text(encoding="utf-8") for p in pages(site / "en" / "areas")).lower()
    assert all(word in everything for word in words)


@pytest.mark.parametrize(
    ("language", "name", "note"),
    [
        ("he", "אשכול פריפריאליות", "אלה קבוצות של מקומות"),
        ("en", "Peripherality cluster", "These are groups of places"),
        ("ar", "عنقود الأطراف", "هذه مجموعات أماكن"),
    ],
)
def test_groups_of_places_are_named_and_said_to_be_such_where_there_are_places_below(
    site: Path, language: str, name: str, note: str
) -> None:
    country, district, town, methods = (
        (site / language / page / "index.html").read_text(encoding="utf-8")
        for page in ("areas/IL", "areas/north", f"areas/{AREAS[0]}", "methods")
    )
    for page in (country, district):
        assert f">{name}</h3>" in page and note in page
    assert f">{name}</h3>" not in town and note not in town
    assert name in methods and "area_groups.csv" in methods


def test_area_without_values_says_so_kindly(site: Path, content: SiteContent) -> None:
    code = content.declarations.rows("areas")[-1]["area_code"]
    page = (site / "en" / "areas" / code / "index.html").read_text(encoding="utf-8")
    assert "There is nothing to show here yet" in page
    assert 'class="plot"' not in page


def test_name_missing_in_a_language_is_shown_in_the_default_one_and_marked(site: Path, material: Material) -> None:
    page = (site / "ar" / "areas" / AREAS[0] / "index.html").read_text(encoding="utf-8")
    assert f'<h1 lang="he" dir="rtl">{material.areas[AREAS[0]].row["name_he"]}</h1>' in page


def test_hostile_names_appear_as_text(site: Path) -> None:
    page = (site / "en" / "quality" / "index.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert clean(HOSTILE).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page
    assert "&lt;b&gt;at once&lt;/b&gt;" in page


def test_search_knows_every_language_and_alias(site: Path) -> None:
    spellings = (site / "assets" / "areas.js").read_text(encoding="utf-8")
    assert re.search(r'"3000":"[^"]*ירושלים[^"]*\|jerusalem\|', spellings)


@pytest.mark.parametrize("language", ["he", "en", "ar"])
def test_state_of_an_area_names_its_indicators(site: Path, material: Material, language: str) -> None:
    page = (site / language / "areas" / "3000" / "index.html").read_text(encoding="utf-8")
    state = page.split('class="state"')[1].split("</ul>")[0]
    assert any(str(i.row[f"name_{language}"]).replace('"', "&#34;") in state for i in material.headlines())
