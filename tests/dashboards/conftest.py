"""One small site for all page tests, and a browser that looks at it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from made_up_release import AREAS, HOSTILE, few_areas, release

from dashboards.content import Material, SiteContent, prepare
from dashboards.site import render
from pipelines.declarations import Declarations, load

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def declarations() -> Declarations:
    """The home initiative with few areas, one of them without an Arabic name, and one partner with a hostile name."""
    declared = few_areas(load(), AREAS)
    areas = tuple(
        MappingProxyType({**row, "name_ar": None}) if row["area_code"] == AREAS[0] else row
        for row in declared.rows("areas")
    )
    partners = tuple(
        MappingProxyType({**row, "name_he": HOSTILE, "name_en": HOSTILE}) if number == 0 else row
        for number, row in enumerate(declared.rows("partners"))
    )
    rows = MappingProxyType({**declared.register_rows, "areas": areas, "partners": partners})
    return replace(declared, register_rows=rows)


@pytest.fixture(scope="session")
def content(declarations: Declarations) -> SiteContent:
    return release(declarations)


@pytest.fixture(scope="session")
def material(content: SiteContent) -> Material:
    return prepare(content)


@pytest.fixture(scope="session")
def site(content: SiteContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    render(content, folder)
    # Publishing writes the downloads; here they need only be there to be linked to.
    (folder / "data").mkdir()
    for name in content.downloads:
        (folder / "data" / name).touch()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless browser that is installed here; without one, tests say why they did not run, and fail under CI."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        names = ("chromium", "chromium-browser", "google-chrome")
        found = next(filter(None, map(shutil.which, names)), own if Path(own).exists() else None)
        if found is None:
            reason = "no browser is installed; `make browser` tries to"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()
