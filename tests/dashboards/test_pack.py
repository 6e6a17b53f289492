"""The meeting pack: questions that the data ask, and sheets of paper that can be read."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_release import AREAS

from dashboards import paper
from dashboards.bidi import plain
from dashboards.content import ALL, HIDDEN, SHOWN, Material, Point, SiteContent, prepare
from dashboards.decisions import LONGEST_TEXT
from dashboards.language import voice
from dashboards.pages.pack import page
from dashboards.questions import questions
from dashboards.site import draw_page

EN = voice("en", "he", "school_year")
AREA = AREAS[0]
MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"))


def asked(material: Material, *headlines: dict[tuple[str, str], tuple[Point, ...]]) -> list[str]:
    """The questions where the first headline indicators have these series, and the others one that asks nothing."""
    quiet = {(ALL, ALL): (Point("2024", SHOWN, 0.5, verdict="on_track"),)}
    ids = [i.id for i in material.headlines()]
    series = dict(zip(ids, [*headlines, *[quiet] * (len(ids) - len(headlines))], strict=True))
    own = replace(material, series={AREA: series})
    return ["".join(c for c in plain(text) if c.isprintable()) for text in questions(own, EN, own.areas[AREA])]


def total(*points: Point) -> dict[tuple[str, str], tuple[Point, ...]]:
    return {(ALL, ALL): points}


def test_what_is_furthest_behind_its_path_is_asked_first(material: Material) -> None:
    near, far = (total(Point("2024", SHOWN, value, path_value=200.0, verdict="behind")) for value in (190.0, 100.0))
    first, second = (i.row["name_en"] for i in material.headlines()[:2])
    words = "in 2023/24, where the path to the target stands at 200. What stands in the way, and who can move it?"
    assert asked(material, near, far) == [f"{second}: 100 {words}", f"{first}: 190 {words}"]


def test_three_questions_are_about_three_things(material: Material) -> None:
    names = [i.row["name_en"] for i in material.headlines()]
    behind = total(Point("2024", SHOWN, 100.0, path_value=200.0, verdict="behind"))
    worse = total(Point("2023", SHOWN, 80.0), Point("2024", SHOWN, 60.0, change_from_previous="worsened"))
    better = total(Point("2023", SHOWN, 60.0), Point("2024", SHOWN, 80.0, change_from_previous="improved"))
    hidden = total(Point("2024", HIDDEN))
    found = asked(material, behind, behind, worse, better, hidden)
    assert [text.split(" became")[0].split(": ")[0] for text in found[1:]] == [
        names[2].split(": ")[0],
        names[3].split(": ")[0],
    ]
    assert "became worse: 80 in 2022/23, 60 in 2023/24" in found[1]
    assert "became better: 60 in 2022/23, 80 in 2023/24" in found[2]
    assert asked(material, hidden) == [
        f"{names[0]}: hidden to protect small groups. What do we know of it all the same, and who can tell us more?"
    ]


def test_groups_are_asked_about_where_chance_does_not_explain_them(material: Material) -> None:
    at = next(n for n, i in enumerate(material.headlines()) if not i.is_count and "gender" in i.dimensions)
    quiet = total(Point("2024", SHOWN, 0.5, verdict="on_track"))

    def with_boys(low: float, high: float) -> list[str]:
        girls = (Point("2024", SHOWN, 0.2, 0.18, 0.22),)
        boys = (Point("2024", SHOWN, (low + high) / 2, low, high),)
        divided = quiet | {("gender", "female"): girls, ("gender", "male"): boys}
        return asked(material, *[quiet] * at, divided)

    assert with_boys(0.21, 0.33) == []
    (question,) = with_boys(0.28, 0.32)
    assert re.search(r"in 2023/24: \w+ 20\.0%, \w+ 30\.0%\. What would close this gap\?$", question)


def test_long_words_are_cut_and_say_so(material: Material) -> None:
    entries = material.content.tables["learning_entries"].assign(what_we_decided="x" * 10_000)
    own = prepare(replace(material.content, tables={**material.content.tables, "learning_entries": entries}))
    texts = [text for entry in page(own, EN, own.areas[AREA]).context["entries"] for _, text in entry.texts]
    assert max(map(len, texts)) == LONGEST_TEXT
    assert any(text.endswith(" …") for text in texts)


def test_without_a_browser_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(paper.PaperError, match=r"^No browser that can print was found; install Chromium"):
        paper.print_page(tmp_path / "page.html", tmp_path / "page.pdf")


def test_what_was_printed_before_stays_where_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    browser, pdf = tmp_path / paper.BROWSERS[0], tmp_path / "page.pdf"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    pdf.write_bytes(b"last time")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(paper.PaperError, match="printed nothing; print the area's page of the site"):
        paper.print_page(tmp_path / "page.html", pdf)
    assert pdf.read_bytes() == b"last time"


def tool(name: str) -> str:
    found = shutil.which(name)
    if not found:
        reason = f"{name} is not installed; `make browser` tries to"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.mark.browser
@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_pack_prints_on_at_most_four_sheets_that_can_be_searched(
    content: SiteContent, material: Material, tmp_path: Path, language: str
) -> None:
    tool(next((name for name in paper.BROWSERS if shutil.which(name)), "chromium"))
    pdf = tmp_path / "pack.pdf"
    drawn = draw_page(content, lambda own, speaker: page(own, speaker, own.areas[AREA]), language, tmp_path)
    paper.print_page(drawn, pdf)

    def said_by(*command: str) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    (n_pages,) = re.findall(r"^Pages:\s+(\d+)$", said_by(tool("pdfinfo"), str(pdf)), re.MULTILINE)
    assert 2 <= int(n_pages) <= 4
    fonts = said_by(tool("pdffonts"), str(pdf)).splitlines()[2:]
    assert fonts and all(re.search(r" yes (yes|no ) (yes|no ) +\d+ +0$", line) for line in fonts), fonts
    text = said_by(tool("pdftotext"), str(pdf), "-").translate(MARKS)
    speaker = voice(language, "he", "school_year")
    # Not from back to front. The tool takes some Arabic letters that are written as one apart in the other order.
    headings = ("Over time",) if language == "ar" else ("In one look", "What was said last time", "Over time")
    for heading in headings:
        assert speaker.say(heading) in text
    assert str(material.areas[AREA].row[f"name_{language}"] or material.areas[AREA].row["name_he"]) in text
