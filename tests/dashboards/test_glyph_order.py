"""The order of glyphs: what a chart writes reads as the same text does in an element of the page."""

from collections.abc import Iterator
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from markupsafe import Markup

from dashboards import bidi
from dashboards.charts.words import heading_lines, text
from dashboards.language import Name, Voice, direction_of, voice
from dashboards.panels.axes import Axis
from dashboards.panels.dots import DotRow, DotRows
from dashboards.panels.groups import groups
from dashboards.panels.trend import Trend, trend
from dashboards.site import BUNDLE_STYLE, figure_json

pytestmark = pytest.mark.browser
# Half a pixel: what a browser rounds a place to. Letters that are joined into one form share its box, which the browser
# cuts into equal parts from the side that its text runs from; they are compared like others, for both cut alike.
TOLERANCE = 0.5


# Each with the middle of its box, in pixels from the left.
Characters = list[tuple[str, float]]


class Written(NamedTuple):
    """A string as a figure holds it, and as an element of the page shows it: with a direction of its own."""

    chart: str
    html: Markup
    direction: str


NAMES = tuple(
    Name(words, code, direction_of(code))
    for code, words in (
    ("he", "בגרות 5 יח\"ל"), ("he", "זכאות (12–18)"), ("he", "צה״ל, תש״ף–תשפ״ב"), ("he", "מס׳ תלמידים 1,234.5"),
    ("he", "STEM בכיתות ז'–ט' (2021/22)"), ("he", "אחוז: 45.6% [מתוך 1,000]"), ("he", "גדל ×2.5 + 3%"),
    ("he", "18:30–20:00, יום ג׳"), ("ar", "الرياضيات (5 وحدات)"), ("ar", "نسبة 45.6% من 1,000"),
    ("ar", "برنامج STEM 2021/22"), ("ar", "من 12–18 سنة، ×2"), ("ar", "الصفوف [7–9]: 3.5+"),
    ("en", "Matriculation (5 units)"), ("en", "ages 15–17, per 1,000"), ("en", "growth ×2.5 [+3%]"),
    ("en", "Tel Aviv–יפו: 2018–2022"), ("en", "STEM+ 45.6% (2021/22)"), ("en", "ratio 3:1, −4.5"),
))  # fmt: skip
VALUES = (0, 0.0456, 0.5, 0.999, 1, 4.5, 1234.5, 1_234_567)
AMOUNTS = (-1234.5, -0.045, 0, 0.031, 12.5)
UNITS = ("share", "persons", "grade", "multiple", "a new unit")
PERIODS = ("2022", "2022-Q3", "2022-09")


def sentences(speaker: Voice) -> Iterator[str]:
    """Strings as pages and charts make them: numbers, spans, differences, periods, names and dates in sentences."""
    yield from (speaker.value(unit, value) for unit, value in product(UNITS, VALUES[::3]))
    yield from (speaker.span(unit, low, low * 1.5 + 0.01) for unit, low in product(UNITS, VALUES[1:6:2]))
    yield from (speaker.difference(unit, amount) for unit, amount in product(UNITS, AMOUNTS))
    yield from (speaker.difference_span(unit, -1.5, 0.25) for unit in UNITS)
    yield from (speaker.percent(share) for share in (0, 0.456, 1))
    yield from (speaker.period(period) for period in PERIODS)
    yield speaker.period_list(("2014", "2015", "2016", "2020", "2022"))
    yield speaker.pool("2022", 3)
    yield speaker.date("2024-01-31")
    for number, declared in enumerate(NAMES):
        name, words = declared.isolated, declared.text
        value, before = speaker.value("share", 0.456 + number / 100), speaker.value("persons", 1234 + number)
        period = speaker.period(str(2005 + number))
        yield speaker.say("{indicator}, {period}", indicator=name, period=period)
        yield speaker.say("From {start} in {start_period} to {value} in {period}.", start=before, value=value,
                          start_period=speaker.period("2004"), period=period)  # fmt: skip
        yield speaker.say("From {period} counted differently: {reason}", period=period, reason=bidi.name(words))
        yield f"{value} ({speaker.span('share', 0.4, 0.5 + number / 100)})"
        yield speaker.say("{part} of {whole}, {value}", part=speaker.integer(number), whole=before, value=value)
        yield speaker.series((name, bidi.name(NAMES[number - 1].text), value))
        yield speaker.say("{area} beside {others}, each in the latest period with a value.", area=name,
                          others=Name(*NAMES[number - 2]).isolated)  # fmt: skip
        yield speaker.say("{date}, {group}: {decision}", date=speaker.date("2023-10-02"), group=name,
                          decision=bidi.name(f"{words} (+3%)"))  # fmt: skip


def written(speaker: Voice) -> list[Written]:
    """Every string in the page's direction, and names as headings in their own."""
    found = dict.fromkeys(sentences(speaker))
    said = [Written(text(speaker, one), bidi.html(one), speaker.direction) for one in found]
    for name in NAMES:
        (line,) = heading_lines(speaker, name)
        said.append(Written(line, bidi.html(name.text), name.direction))
    return said


def figures(said: list[Written], direction: str) -> list[dict[str, Any]]:
    """Half of the strings as headings, and half as ticks at the side: each written by the panel that writes it."""
    half = len(said) // 2
    rows = tuple(DotRow((one.chart,), ()) for one in said[:half])
    axis = Axis(0.0, 1.0, (0.0, 1.0), ("0", "1"))
    ticks = tuple(float(n) for n in range(len(said) - half))
    values = Axis(0.0, ticks[-1], ticks, tuple(one.chart for one in said[half:]))
    sided = trend(Trend((), (), None, None, (), Axis(2020.0, 2021.0, (2020.0,), ("2020",)), values))
    # Texts need no room of their own here, only to be drawn.
    sided["layout"] |= {"height": 24 * len(ticks)}
    sided["layout"]["margin"] |= {"l": 700}
    return [groups(DotRows(rows, axis, direction)), sided]


PAGE = """<!doctype html>
<html lang="{lang}" dir="{direction}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src file:; style-src file: '{style}'">
<link rel="stylesheet" href="{assets}/site.css" id="plotly.js-style-global" class="no-inline-styles">
<script defer src="{assets}/plotly.min.js"></script><script defer src="{assets}/theme.js"></script>
<script defer src="{assets}/site.js"></script></head><body>
<main>{texts}</main>{figures}</body></html>"""
# Of each string, its characters with the middle of their boxes: those of the page, then those of the figures.
READ = r"""
() => {
    const isSeen = c => !/[\u2066-\u2069\s]/.test(c);
    const ofPage = element => {
        const found = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        while (walker.nextNode()) {
            const node = walker.currentNode;
            for (let n = 0; n < node.length; n++) {
                if (!isSeen(node.data[n])) { continue; }
                range.setStart(node, n);
                range.setEnd(node, n + 1);
                const rect = range.getBoundingClientRect();
                found.push([node.data[n], rect.left + rect.width / 2]);
            }
        }
        return found;
    };
    const ofChart = text => [...text.textContent].map((c, n) => {
        if (!isSeen(c)) { return null; }
        const extent = text.getExtentOfChar(n);
        return [c, extent.x + extent.width / 2];
    }).filter(Boolean);
    return {
        page: [...document.querySelectorAll('main p')].map(ofPage),
        charts: [...document.querySelectorAll('figure')].map(figure =>
            [...figure.querySelectorAll(figure.dataset.texts)].map(ofChart)),
    };
}
"""
TEXTS = (".annotation-text", ".ytick text")


def turned(page: Characters, chart: Characters) -> list[str]:
    """Pairs of characters that stand in another order in a chart; those that the page puts at one place are no pair."""
    return [
        f"{one} {other}"
        for n, ((one, at), (_, drawn_at)) in enumerate(zip(page, chart, strict=True))
        for (other, beside), (_, drawn_beside) in zip(page[:n], chart[:n], strict=True)
        if abs(at - beside) > TOLERANCE and (at - beside) * (drawn_at - drawn_beside) <= 0
    ]


def seen(characters: Characters) -> str:
    return "".join(c for c, _ in sorted(characters, key=lambda one: one[1]))


def page_of(said: list[Written], language: str, assets: Path) -> str:
    direction = direction_of(language)
    drawn = (
        f'<figure data-texts="{texts}"><div class="plot"></div>'
        f'<script type="application/json">{figure_json(figure)}</script></figure>'
        for texts, figure in zip(TEXTS, figures(said, direction), strict=True)
    )
    texts = (f'<p dir="{one.direction}">{one.html}</p>' for one in said)
    return PAGE.format(
        lang=language, direction=direction, style=BUNDLE_STYLE, assets=assets.as_uri(), texts="".join(texts),
        figures="".join(drawn),
    )  # fmt: skip


@pytest.mark.parametrize("language", ["he", "en"])
def test_glyphs_of_a_chart_stand_in_the_order_of_the_page(
    browser: Any, site: Path, tmp_path: Path, language: str
) -> None:
    said = written(voice(language, "he", "school_year"))
    assert len({one.chart for one in said}) >= 200
    file = tmp_path / "page.html"
    file.write_text(page_of(said, language, site / "assets"), encoding="utf-8")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    found = page.evaluate(READ)
    context.close()
    faults = []
    for one, on_page, in_chart in zip(said, found["page"], chain.from_iterable(found["charts"]), strict=True):
        assert [c for c, _ in on_page] == [c for c, _ in in_chart]
        if pairs := turned(on_page, in_chart):
            faults.append(f"{bidi.plain(one.chart)!r}: page {seen(on_page)!r}, chart {seen(in_chart)!r} ({pairs[:3]})")
    assert faults == [], "\n".join(faults)
