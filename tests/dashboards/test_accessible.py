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


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_rules_of_accessibility_find_nothing_on_any_kind_of_page(browser: Any, site: Path, language: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found, paths = [], list(kinds(site / language))
    assert len(paths) >= 16
    assert CHOSEN.keys() <= {*paths}
    context = browser.new_context(offline=True)
    for path in paths:
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{language}/{path}{CHOSEN.get(path, '')}")
        page.wait_for_selector("html[data-drawn]", state="attached")
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
