"""Every state of every panel, opened in a browser: nothing written stands on something written, nothing is cut off."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib import import_module
from inspect import getmembers, isfunction
from io import StringIO
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple, get_type_hints

import pytest

from dashboards import panels
from dashboards.language import direction_of
from pipelines import cli
from pipelines.declarations import load

DESKTOP, PHONE = (1280, 900), (360, 780)
# One language of each direction.
LANGUAGES = {direction_of(code): code for code in reversed(load().initiative.languages)}.values()
# Boxes of all that is written in each state, as the browser draws them. A line's box is a third higher than its letters
# (room for accents): 0.15 of it are left out above and below. Half a pixel is what rounding does.
MEASURE = r"""
() => {
    const slack = 0.5, trim = 0.15;
    const bare = text => text.replace(/[\u2066-\u2069]/g, '').trim();
    const box = (text, rect, upright, of) => {
        const x = upright ? 0 : rect.width * trim, y = upright ? rect.height * trim : 0;
        return {text, of, left: rect.left + x, right: rect.right - x, top: rect.top + y, bottom: rect.bottom - y};
    };
    const isSeen = node => {
        for (let at = node; at && at.nodeType === 1; at = at.parentNode) {
            const style = getComputedStyle(at);
            if (style.display === 'none' || style.visibility === 'hidden' || +style.opacity === 0) { return false; }
        }
        return true;
    };
    const drawn = plot => {
        const found = [];
        plot.querySelectorAll('.main-svg text').forEach(text => {
            const said = bare(text.textContent);
            if (!said || !isSeen(text)) { return; }
            const matrix = text.getScreenCTM();
            found.push(box(said, text.getBoundingClientRect(), Math.abs(matrix.b) < 0.5, text));
        });
        plot.querySelectorAll('.main-svg image').forEach(image => {
            const r = image.getBoundingClientRect(), side = Math.min(r.width, r.height);
            const x = r.left + (r.width - side) / 2, y = r.top + (r.height - side) / 2;
            const rect = {left: x, right: x + side, top: y, bottom: y + side, width: side, height: side};
            found.push({...box('(sign)', rect, true, image), side});
        });
        return found;
    };
    const written = part => {
        const found = [], walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode, parent = node.parentElement;
            if (!bare(node.data) || parent.closest('script, .plot, .scroll') || !isSeen(parent)) { continue; }
            const range = document.createRange();
            range.selectNodeContents(node);
            for (const rect of range.getClientRects()) { found.push(box(bare(node.data), rect, true, parent)); }
        }
        return found;
    };
    const outside = (one, frame) => one.left < frame.left - slack || one.right > frame.right + slack
        || one.top < frame.top - slack || one.bottom > frame.bottom + slack;
    const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > slack
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > slack;
    const faults = [];
    let texts = 0;
    document.querySelectorAll('.specimen').forEach(specimen => {
        const shelf = bare(specimen.closest('section').querySelector('h2').textContent);
        const state = `${shelf} / ${bare(specimen.querySelector('h3').textContent)}`;
        const named = those => those.map(one => `'${one.text}'`).join(' and ');
        const said = (what, ...those) => faults.push(`${state}: ${named(those)} ${what}`);
        const frame = specimen.getBoundingClientRect();
        const all = written(specimen);
        all.forEach(one => { if (outside(one, frame)) { said('reaches outside its frame', one); } });
        specimen.querySelectorAll('.plot').forEach(plot => {
            const inside = drawn(plot), svg = plot.querySelector('.main-svg').getBoundingClientRect();
            inside.forEach(one => {
                if (outside(one, svg)) { said('is cut off at the edge of its chart', one); }
                if (one.side < 12) { said('is too small to be seen', one); }
                const bar = one.of.closest('.point path') || one.of.parentNode.querySelector(':scope > path');
                if (bar && outside(one, bar.getBoundingClientRect())) { said('reaches outside its bar', one); }
            });
            all.push(...inside);
        });
        texts += all.length;
        all.forEach((a, n) => all.slice(n + 1).forEach(b => { if (overlap(a, b)) { said('overlap', a, b); } }));
        [specimen, ...specimen.querySelectorAll('figure, article, ul, ol, li, p, h3, h4, dl, .plot')].forEach(part => {
            if (part.scrollWidth > part.clientWidth + 1 && part.clientWidth) {
                said('overflows sideways', {text: part.className || part.tagName});
            }
        });
    });
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) { faults.push(`the page is ${page.scrollWidth} wide`); }
    return {faults, texts, plots: document.querySelectorAll('.js-plotly-plot').length};
}
"""
REDRAW = """
() => Promise.all([...document.querySelectorAll('.js-plotly-plot')].map(plot => window.Plotly.Plots.resize(plot)))
"""


class Drawn(NamedTuple):
    """The first page of each language as the command printed it, and which panels drew."""

    pages: dict[str, Path]
    panels: set[str]


def public_panels() -> dict[str, Callable[..., Any]]:
    """Every public function of `panels` that gives a figure, by its full name."""
    modules = [import_module(f"{panels.__name__}.{found.name}") for found in iter_modules(panels.__path__)]
    return {
        f"{module.__name__}.{name}": function
        for module in modules
        for name, function in getmembers(module, isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if get_type_hints(function).get("return") == dict[str, Any]
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drawn]:
    """The gallery in every language of the initiative, by the command; panels note that they were called."""
    home, called, pages = tmp_path_factory.mktemp("gallery") / "home", set[str](), {}

    def noting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            called.add(name)
            return function(*given, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name, function in public_panels().items():
            watched = noting(name, function)
            for module in [m for key, m in sys.modules.items() if key.startswith("dashboards.")]:
                for own, value in list(vars(module).items()):
                    if value is function:
                        patch.setattr(module, own, watched)
        for language in LANGUAGES:
            printed = StringIO()
            with redirect_stdout(printed):
                assert cli.main(["gallery", "--home", str(home), "--lang", language]) == cli.OK
            pages[language] = Path(printed.getvalue().strip())
    yield Drawn(pages, called)


@pytest.fixture(scope="module", params=LANGUAGES)
def opened(request: pytest.FixtureRequest, browser: Any, drawn: Drawn) -> Iterator[Any]:
    """The gallery of a language in a browser, with what the browser complained about."""
    context = browser.new_context(viewport=dict(zip(("width", "height"), DESKTOP, strict=True)), offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(drawn.pages[request.param].as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    assert page.evaluate("document.documentElement.dir") == direction_of(request.param)
    yield page, complaints
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_written_is_covered_or_cut_off(opened: Any, size: tuple[int, int]) -> None:
    page, complaints = opened
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.evaluate(REDRAW)
    found = page.evaluate(MEASURE)
    assert complaints == []
    assert found["plots"] > 40 and found["texts"] > 40 * 10
    assert found["faults"] == [], "\n".join(found["faults"])


def test_every_panel_is_in_the_gallery(drawn: Drawn) -> None:
    public = public_panels()
    assert {name.rsplit(".", 1)[1] for name in public} >= {"trend", "comparison", "groups", "verdicts", "funnel"}
    assert set(public) - drawn.panels == set()


def test_the_command_says_where_the_gallery_is(drawn: Drawn, tmp_path: Path) -> None:
    for language, page in drawn.pages.items():
        assert page.parts[-4:] == ("build", "gallery", language, "index.html")
        assert f'lang="{language}" dir="{direction_of(language)}"' in page.read_text(encoding="utf-8")
    assert cli.main(["gallery", "--home", str(tmp_path), "--lang", "xx"]) == cli.USAGE
