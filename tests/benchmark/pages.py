"""How heavy a drawn site is, and how soon its first chart stands on a slow machine: `make bench-pages`.

Belongs here: measurements that no test asserts. Does not belong here: what every page must keep to (the tests).
Milliseconds are those of the machine; compare them within one run.
"""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from pipelines.paths import REPOSITORY

# A page is a kind of its own, or one of many under these folders.
MANY = ("areas", "indicators", "partners")
RUNS, SLOWED = 5, 4
# When the first chart stands, and when all do, in milliseconds since the page was asked for.
WATCH = """
new MutationObserver(() => {
    if (!window.firstAt && document.querySelector(".js-plotly-plot .main-svg")) { window.firstAt = performance.now(); }
    if (document.documentElement.hasAttribute("data-drawn")) { window.allAt = window.allAt || performance.now(); }
}).observe(document, {subtree: true, childList: true, attributes: true});
"""


def kind(page: Path) -> str:
    """A page's kind: its path below the language, with a star where there are many."""
    parts = list(page.parts[1:])
    if len(parts) > 2 and parts[0] in MANY:
        parts[1] = "*"
    return "/".join(parts) or page.name


def sizes(site: Path) -> Iterator[str]:
    """A row a kind of page, then the assets and the whole."""
    found: dict[str, list[int]] = {}
    for file in sorted(site.rglob("*.html")):
        found.setdefault(kind(file.relative_to(site)), []).append(file.stat().st_size)
    yield "| pages | number | MB | mean KB | largest KB |\n|---|---|---|---|---|"
    for name, bytes_of in sorted(found.items(), key=lambda pair: -sum(pair[1])):
        mean, largest = sum(bytes_of) / len(bytes_of) / 1024, max(bytes_of) / 1024
        yield f"| {name} | {len(bytes_of)} | {sum(bytes_of) / 1e6:.2f} | {mean:.1f} | {largest:.1f} |"
    assets = sum(file.stat().st_size for file in (site / "assets").iterdir())
    whole = assets + sum(sum(bytes_of) for bytes_of in found.values())
    yield f"| assets | | {assets / 1e6:.2f} | | |\n| all | | {whole / 1e6:.2f} | | |"


def times(browser: Browser, page: str) -> tuple[float, float]:
    """Medians of several visits with a processor slowed four times: the first chart, and all of them."""
    seen: list[tuple[float, float]] = []
    for _ in range(RUNS):
        context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
        tab = context.new_page()
        context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        tab.add_init_script(WATCH)
        tab.goto(page)
        tab.wait_for_selector("html[data-drawn]", state="attached")
        found: Any = tab.evaluate("[window.firstAt, window.allAt]")
        seen.append((found[0], found[1]))
        context.close()
    return median(first for first, _ in seen), median(every for _, every in seen)


def main() -> None:
    """Print both tables for a site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path, nargs="?", default=REPOSITORY / "dashboards" / "site")
    parser.add_argument("--areas", nargs="*", help="codes of areas to open; else the heaviest and the lightest")
    options = parser.parse_args()
    site = options.site.resolve()
    print("\n".join(sizes(site)))
    languages = sorted(folder.name for folder in site.iterdir() if (folder / "areas").is_dir())
    drawn = sorted((site / languages[0] / "areas").glob("*/index.html"), key=lambda file: file.stat().st_size)
    areas = options.areas or [drawn[-1].parent.name, drawn[0].parent.name]
    print(f"\n| page, {SLOWED}× slowed | first chart ms | all charts ms |\n|---|---|---|")
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or playwright.chromium.executable_path
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for language in languages:
            for area in areas:
                first, every = times(browser, (site / language / "areas" / area / "index.html").as_uri())
                print(f"| {language}/areas/{area} | {first:.0f} | {every:.0f} |")
        browser.close()


if __name__ == "__main__":
    main()
