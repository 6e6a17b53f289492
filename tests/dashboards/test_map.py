"""The map of areas: what its signs say, where they stand, and that its list says the same."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hand_worked import content_of, declared, published_of, value

from dashboards.content import Material, SiteContent, prepare
from dashboards.language import Voice, voice
from dashboards.pages import places
from dashboards.site import draw_page
from dashboards.views import Page
from pipelines.declarations import Declarations
from pipelines.protection.audit_assets import assets_broken
from pipelines.protection.audit_figures import FIGURE, Published, figures_broken

COUNT = "mathematics_5u_examinees"
# Jerusalem; Tel Aviv and its neighbours, at most 5 km from it; Eilat.
CODES = ("2600", "3000", "5000", "6100", "6300", "8600")
LARGEST_PAGE = 60 * 1024
ROWS = (
    value("3000", COUNT, "2023", value=900.0, verdict="behind", change_from_baseline="worsened"),
    value("3000", COUNT, "2024", value=1234.0, verdict="met", change_from_baseline="improved"),
    value("5000", COUNT, "2024", value=841.0, verdict="behind", change_from_baseline="no_clear_change"),
    # A hidden row keeps nothing, whatever it carries.
    value("6100", COUNT, "2024", value=77.0, verdict="met", conf_status="C"),
    value("6300", COUNT, "2024", obs_status="Q"),
    value("8600", COUNT, "2023", value=40.0, verdict="no_target", change_from_baseline="improved"),
)


@pytest.fixture(scope="module")
def small() -> SiteContent:
    return content_of(declared(CODES, **{COUNT: {}}), ROWS)


@pytest.fixture(scope="module")
def english() -> Voice:
    return voice("en", "he", "school_year")


def the_page(material: Material, speaker: Voice) -> Page:
    [page] = places.pages(material, speaker)
    return page


def the_map(content: SiteContent, speaker: Voice) -> places.MapView:
    [view] = the_page(prepare(content), speaker).context["maps"]
    return view


def test_sign_is_the_newest_verdict_or_why_there_is_no_value(small: SiteContent, english: Voice) -> None:
    view = the_map(small, english)
    # Eilat reported nothing; in the order of codes.
    codes = [view.data["signs"][mark][0] for mark in view.data["marks"]]
    assert codes == ["missing", "met", "behind", "hidden", "withheld", "no_target"]
    assert view.data["values"] == ["", "1,234", "841", "", "", "40"]
    assert [None if n is None else view.data["periods"][n] for n in view.data["when"]] == [
        None, "2023/24", "2023/24", "2023/24", "2023/24", "2022/23",
    ]  # fmt: skip
    assert re.sub("[\u2066\u2069]", "", view.summary) == (
        "On the way to the target or beyond it: 1 of 6. Behind the path: 1. Not judged or not shown: 4."
    )


def test_without_any_target_the_sign_is_the_change(small: SiteContent, english: Voice) -> None:
    values = small.values.assign(verdict="no_target")
    view = the_map(replace(small, values=values), english)
    codes = [view.data["signs"][mark][0] for mark in view.data["marks"]]
    assert codes == ["missing", "improved", "no_clear_change", "hidden", "withheld", "improved"]
    assert view.summary.startswith("Improved since the baseline: \u20662\u2069 of \u20666\u2069.")


def with_places(declarations: Declarations, keep: Callable[[str], bool]) -> Declarations:
    """Declarations in which only some areas have coordinates."""
    rows = tuple(
        row if keep(row["area_code"]) else MappingProxyType({**row, "latitude": None, "longitude": None})
        for row in declarations.rows("areas")
    )
    return replace(declarations, register_rows=MappingProxyType({**declarations.register_rows, "areas": rows}))


def test_area_without_a_place_is_named_and_stays_in_the_list(small: SiteContent, english: Voice) -> None:
    partly = prepare(replace(small, declarations=with_places(small.declarations, lambda code: code != "5000")))
    context = the_page(partly, english).context
    assert context["beyond"] == "\u2066Tel Aviv-Yafo\u2069"
    assert len(context["maps"][0].data["marks"]) == len(CODES)


def test_initiative_without_places_has_no_map(small: SiteContent, english: Voice) -> None:
    nowhere = prepare(replace(small, declarations=with_places(small.declarations, lambda _: False)))
    assert list(places.pages(nowhere, english)) == []
    assert places.link(nowhere, english) is None
    assert places.assets(nowhere, {"en": english}) == {}


@pytest.fixture(scope="module")
def drawn(small: SiteContent, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page in English with its assets."""
    return draw_page(small, the_page, "en", tmp_path_factory.mktemp("map"))


@pytest.fixture(scope="module")
def published(small: SiteContent) -> Published:
    return published_of(small)


def changed_map(drawn: Path, change: Callable[[dict[str, Any]], object]) -> str:
    text = drawn.read_text("utf-8")
    match = next(FIGURE.finditer(text))
    data = json.loads(match[2])
    change(data)
    return text[: match.start(2)] + json.dumps(data) + text[match.end(2) :]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda data: data["values"].__setitem__(1, "1,235"), "text"),
        (lambda data: data["values"].__setitem__(1, ""), "point"),
        # A number for a hidden area, its own even; another sign for it; a verdict that is not its own.
        (lambda data: data["values"].__setitem__(3, "77"), "text"),
        (lambda data: data["marks"].__setitem__(3, data["marks"][0]), "point"),
        (lambda data: data["marks"].__setitem__(2, data["marks"][1]), "point"),
        (lambda data: data["when"].__setitem__(1, data["when"][5]), "row"),
        (lambda data: data["signs"][0].__setitem__(1, "Target met by 77"), "text"),
        (lambda data: data.__setitem__("sizes", [77]), "key"),
    ],
)
def test_tampered_map_is_found(drawn: Path, published: Published, change: Any, problem: str) -> None:
    assert figures_broken("map/index.html", drawn.read_text("utf-8"), published) == []
    assert figures_broken("map/index.html", changed_map(drawn, change), published) == [(f"map-{COUNT}", problem)]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("31.783", "31.784", "point"), ("32.076", "null", "point"), ('"groups":[0', '"groups":[1', "row"),
        ('"Jerusalem"', '"Jerusalem 913"', "text"), ('"codes"', '"n":913,"codes"', "key"),
    ],
)  # fmt: skip
def test_tampered_places_are_found(
    drawn: Path, published: Published, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    file = drawn.parents[2] / "assets" / "places.js"
    assert list(assets_broken(file.parent, published)) == []
    text = file.read_text("utf-8")
    assert old in text
    (tmp_path / file.name).write_text(text.replace(old, new, 1), "utf-8")
    assert list(assets_broken(tmp_path, published)) == [("assets/places.js", problem)]


def test_map_is_light_and_led_to_from_the_index(site: Path) -> None:
    for language in ("he", "ar", "en"):
        assert (site / language / "map" / "index.html").stat().st_size <= LARGEST_PAGE
        assert 'href="../map/index.html"' in (site / language / "areas" / "index.html").read_text("utf-8")


@pytest.mark.browser
def test_signs_stand_at_their_places_and_say_what_the_list_says(browser: Any, drawn: Path, small: SiteContent) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(drawn.as_uri())
    page.wait_for_selector("html[data-drawn]", state="attached")
    at = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.sign')].map(sign => {
            const circle = sign.querySelector('circle');
            return [sign.dataset.c, ['cx', 'cy', 'r'].map(name => +circle.getAttribute(name))];
        }))"""
    )
    assert sorted(at) == sorted(CODES)
    # From Tel Aviv's neighbour down to Eilat, with a degree of longitude as much shorter as it is at 31 degrees north.
    rows = {row["area_code"]: row for row in small.declarations.rows("areas")}
    north, east = (rows["3000"][name] - rows["2600"][name] for name in ("latitude", "longitude"))
    x, y = (at["3000"][n] - at["2600"][n] for n in (0, 1))
    assert y < 0 < x
    assert x / -y == pytest.approx(east * math.cos(math.radians(31)) / north, abs=0.003)
    # None hides another, and the crowded ones are still nearer to each other than to any other.
    crowd = ["5000", "6100", "6300", "8600"]
    for number, one in enumerate(CODES):
        for other in CODES[:number]:
            apart = math.dist(at[one][:2], at[other][:2])
            assert apart >= 2 * at[one][2] - 0.5
            assert (apart < 60) == (one in crowd and other in crowd)

    cells = page.evaluate(
        "() => [...document.querySelectorAll('tbody tr:not(.group)')].map(r => [...r.cells].map(c => c.textContent))"
    )
    assert ["Jerusalem", "1,234", "2023/24", "Target met"] in cells
    assert ["Bene Beraq", "–", "2023/24", "Hidden to protect small groups"] in cells
    assert len(cells) == len(CODES)
    # By colour and by shape: each kind of sign is an image of its own.
    images = page.evaluate("() => [...document.querySelectorAll('.sign image')].map(i => i.getAttribute('href'))")
    assert len(set(images)) == 6

    box = page.locator('.sign[data-c="3000"] image').bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = re.sub("[\u2066\u2069\n]+", " ", page.inner_text(".told")).split()
    assert told == ["Jerusalem", "1,234", "2023/24", "Target", "met"]
    page.focus("tbody tr:has-text('Bene Beraq') a")
    assert page.inner_text(".told").split("\n")[0] == "Bene Beraq"
    assert page.get_attribute(".told a", "href") == "../areas/6100/index.html"
    assert complaints == []
    page.close()
