"""Every kind of page in every language, as somebody meets it who hears it or goes through it by keys."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
# What a reader chooses before there is something to look at.
CHOSEN = {"compare/index.html": "#3000,1139"}


def kinds(folder: Path) -> Iterator[str]:
    """One page of every kind below a language's folder: of pages that differ by the code in their path, the first."""
    seen: set[str] = set()
    for page in sorted(folder.rglob("*.html")):
        path = page.relative_to(folder).as_posix()
        kind = re.sub(r"^(areas|indicators|partners)/[^/]+/", r"\1/*/", path)
        if kind not in seen:
            seen.add(kind)
            yield path


def listen(page: Any, site: Path, path: str, found: list[Any]) -> None:
    """Add what the browser complains about, and what it asks for beyond the folder."""
    inside = (site.as_uri() + "/", "data:", "blob:")
    page.on("console", lambda said: found.append((path, said.text)) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append((path, str(error))))
    page.on("request", lambda one: None if one.url.startswith(inside) else found.append((path, one.url)))


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_every_kind_of_page_draws_without_complaint_and_breaks_no_rule_of_accessibility(
    browser: Any, site: Path, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found: list[Any] = []
    paths = list(kinds(site / language))
    assert len(paths) >= 16
    assert CHOSEN.keys() <= {*paths}
    context = browser.new_context(offline=True)
    for path in paths:
        page = context.new_page()
        told: list[Any] = []
        listen(page, site, path, told)
        page.goto(f"{site.as_uri()}/{language}/{path}{CHOSEN.get(path, '')}")
        page.wait_for_selector("html[data-drawn]", state="attached")
        # What the rules' own script asks for is not the page's.
        found += told
        broken = Axe().run(page).response["violations"]
        found += [(path, v["impact"], v["id"], v["nodes"][0]["html"]) for v in broken]
        page.close()
    context.close()
    assert found == []


def test_keys_reach_all_that_can_be_used_in_the_order_of_the_page(browser: Any, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / "he" / "areas" / "3000" / "index.html").as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    usable = page.evaluate(
        """[...document.querySelectorAll("a[href], summary, button, input, select, [tabindex='0']")]
            .filter(one => one.checkVisibility()).map((one, n) => { one.dataset.number = n; return n; })"""
    )
    reached = []
    for _ in usable:
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "[+document.activeElement.dataset.number, outlined(document.activeElement)]".replace(
                    "outlined", "(one => getComputedStyle(one).outlineStyle)"
                )
            )
        )
    page.close()
    assert len(usable) > 40
    assert reached == [[number, "solid"] for number in usable]


def test_who_wants_no_motion_sees_none(browser: Any, site: Path) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto((site / "en" / "areas" / "3000" / "index.html").as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    moving = page.evaluate(
        """[getComputedStyle(document.documentElement).scrollBehavior,
            ...new Set([...document.querySelectorAll(".js-plotly-plot")].map(one => one.layout.transition.duration))]"""
    )
    page.close()
    assert moving == ["auto", 0]
