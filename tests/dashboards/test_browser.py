from pathlib import Path
from typing import Any

import pytest

from dashboards.content import Material

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": 360, "height": 780}, {"width": 1280, "height": 900}


class Visit:
    """A page opened from the folder, offline, with what the browser complained about and asked for."""

    def __init__(self, browser: Any, site: Path, path: str, viewport: dict[str, int]) -> None:
        self.site = site
        self.context = browser.new_context(viewport=viewport, offline=True)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"{site.as_uri()}/{path}")
        self.page.wait_for_selector("html[data-drawn]", state="attached")

    def left_the_folder(self) -> list[str]:
        inside = (self.site.as_uri() + "/", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]


@pytest.fixture
def visit(browser: Any, site: Path):  # type: ignore[no-untyped-def]
    opened: list[Visit] = []

    def open_page(path: str, viewport: dict[str, int] | None = None) -> Visit:
        opened.append(Visit(browser, site, path, viewport or DESKTOP))
        return opened[-1]

    yield open_page
    for one in opened:
        one.context.close()


def test_hebrew_area_page_opens_offline_from_the_folder(visit: Any, material: Material) -> None:
    seen = visit("he/areas/3000/index.html")
    assert seen.page.title().startswith(material.areas["3000"].row["name_he"])
    assert seen.page.evaluate("document.documentElement.dir") == "rtl"
    assert seen.complaints == []
    assert seen.left_the_folder() == []
    assert seen.page.locator(".js-plotly-plot .main-svg").count() > 0


def test_charts_isolate_text_and_numbers(visit: Any) -> None:
    texts = visit("he/areas/3000/index.html").page.evaluate(
        """[...document.querySelectorAll(".js-plotly-plot")].flatMap(plot => [
            ...plot.layout.annotations.map(a => a.text),
            ...(plot.layout.xaxis.ticktext || []), ...(plot.layout.yaxis.ticktext || []),
            ...plot.data.flatMap(trace => trace.text || []),
        ])"""
    )
    assert len(texts) > 50
    # A sign has no text of its own: a space keeps room for pointing at it.
    words = [text for text in texts if text.strip()]
    assert [text for text in words if text[0] not in "\u2066\u2067" or text[-1] != "\u2069"] == []


def test_charts_fit_half_a_sheet_of_paper_and_then_the_screen_again(visit: Any) -> None:
    """On A4 with margins of 14 mm a page is 688 pixels wide, whatever the screen was when its charts were drawn."""
    page = visit("he/areas/3000/index.html").page
    widths = """[...document.querySelectorAll(".js-plotly-plot")].map(plot => [
        plot.querySelector(".main-svg").getBoundingClientRect().width, plot.getBoundingClientRect().width])"""
    before = page.evaluate(widths)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 688, "height": 900})
    page.emulate_media(media="print")
    assert [(chart, room) for chart, room in page.evaluate(widths) if chart > room] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    page.emulate_media(media="screen")
    page.set_viewport_size(DESKTOP)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(widths) == before


@pytest.mark.parametrize(
    "path",
    [
        "en/areas/3000/index.html", "he/index.html", "ar/quality/index.html", "he/map/index.html",
        "en/compare/index.html#3000,1139",
    ],
)  # fmt: skip
def test_a_phone_needs_no_sideways_scrolling(visit: Any, path: str) -> None:
    seen = visit(path, PHONE)
    assert seen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("typed", ["ירושלים", "jerusalem", "JERUSALEM", "القدس", "3000"])
def test_search_finds_an_area_by_any_of_its_names(visit: Any, typed: str) -> None:
    seen = visit("he/areas/index.html")
    seen.page.fill("#find", typed)
    shown = seen.page.locator(".places li:visible")
    assert [shown.nth(n).get_attribute("data-c") for n in range(shown.count())] == ["3000"]


def test_search_says_when_nothing_fits(visit: Any) -> None:
    seen = visit("en/areas/index.html")
    seen.page.fill("#find", "qqqq")
    assert seen.page.locator(".places li:visible").count() == 0
    assert "No area has this name" in seen.page.inner_text(".found")


def test_the_first_page_redirects_to_the_default_language(visit: Any) -> None:
    seen = visit("index.html")
    assert seen.page.evaluate("document.documentElement.lang") == "he"
    assert seen.page.url.endswith("/he/index.html")


def test_pointing_at_a_period_shows_its_row_of_the_table(visit: Any) -> None:
    seen = visit("en/areas/3000/index.html")
    shown = seen.page.evaluate(
        """() => {
            const figure = document.querySelector('.chart');
            const line = figure.querySelector('.plot').data.find(trace => trace.customdata);
            const cells = figure.querySelector('tbody tr').cells;
            return [line.hovertext[0], [...cells].map(cell => cell.textContent)];
        }"""
    )
    text, cells = shown
    assert all(cell in text for cell in cells)
    assert [line[0] + line[-1] for line in text.split("<br>")] == ["\u2066\u2069"] * len(cells)


def test_numbers_in_a_hebrew_chart_read_from_left_to_right(visit: Any) -> None:
    seen = visit("he/areas/3000/index.html")
    edges = seen.page.evaluate(
        """() => [...document.querySelectorAll('.xaxislayer-above text')].map(text => {
            const at = text.textContent.indexOf('/');
            return at < 0 ? null : [text.getStartPositionOfChar(at - 1).x, text.getStartPositionOfChar(at + 1).x];
        }).filter(Boolean)"""
    )
    assert edges
    assert all(before < after for before, after in edges)


def test_years_without_a_value_have_the_sign_of_the_page_and_say_why_on_pointing(visit: Any) -> None:
    seen = visit("en/areas/3000/index.html")
    figures = seen.page.evaluate(
        """() => [...document.querySelectorAll('[id^=trend-]')].filter(f => f.querySelector('.plot')).map(figure => {
            const layout = figure.querySelector('.plot').layout;
            const note = figure.querySelector('.notes.i-hidden');
            return {
                cells: [...figure.querySelectorAll('tbody tr')].map(row => row.cells[1].className).filter(Boolean),
                signs: (layout.images || []).map(image => [image.y, image.source]),
                words: layout.annotations.filter(a => a.text === '\u2003').map(a => a.hovertext),
                note: note ? note.textContent : '',
            };
        })"""
    )
    assert {cell for figure in figures for cell in figure["cells"]} >= {"i-hidden", "i-missing"}
    words_of = {"i-hidden": "hidden", "i-missing": "not reported", "i-withheld": "withheld"}
    for figure in figures:
        assert len(figure["signs"]) == len(figure["words"]) == len(figure["cells"])
        for cell, (y, source), words in zip(figure["cells"], figure["signs"], figure["words"], strict=True):
            # Above the chart, where no reader takes it for a value.
            assert y > 1 and source.startswith("data:image/svg+xml,") and "black" not in source
            assert words_of[cell] in words
            assert ("Hidden to protect small groups" in words.replace("\u2066", "")) == (cell == "i-hidden")
    assert seen.complaints == []
