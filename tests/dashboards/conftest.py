"""One small site for all page tests, and a browser that looks at it."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from made_up_release import AREAS, HOSTILE, few_areas, release

from dashboards.content import Material, SiteContent, prepare
from dashboards.site import render
from pipelines.declarations import Declarations, load


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
