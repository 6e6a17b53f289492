"""The comparison of chosen areas: its data, how the browser writes them, and that its table and lines say the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hand_worked import content_of, declared, published_of, value

from dashboards import bidi
from dashboards.content import Material, SiteContent, prepare
from dashboards.language import Voice, voice
from dashboards.pages import compare
from dashboards.site import draw_page
from dashboards.views import Page
from pipelines.protection.audit_assets import DATA, assets_broken

COUNT, SHARE, GRADE = "mathematics_5u_examinees", "mathematics_5u_examinees_share", "mathematics_5u_mean_grade"
SCALE, TIMES = "stem_attitudes_mean", "chemistry_5u_examinees"
CODES = ("1139", "3000", "5000")
LARGEST_PAGE = 60 * 1024
ROWS = (
    # From a part of the areas only.
    value("IL", COUNT, "2022", value=20000.0, coverage=0.5),
    value("3000", COUNT, "2020", value=1000.0),
    value("3000", COUNT, "2021", value=1111.0),
    # A hidden row keeps nothing, whatever it carries.
    value("3000", COUNT, "2023", value=918273.0, conf_status="C"),
    value("3000", COUNT, "2024", value=12345.0),
    value("5000", COUNT, "2021", value=850.0),
    value("5000", COUNT, "2024", obs_status="Q"),
    value("3000", SHARE, "2021", value=0.12345),
    value("3000", SHARE, "2024", value=0.0996),
    value("3000", GRADE, "2024", value=83.25),
    value("3000", SCALE, "2024", value=3.456),
    value("3000", TIMES, "2024", value=2.04),
)


@pytest.fixture(scope="module")
def small() -> SiteContent:
    """A few values in every form in which units are written, and a change of method in 2021."""
    # No indicator of the initiative is a multiple.
    declarations = declared(CODES, **{COUNT: {}, SHARE: {}, GRADE: {}, SCALE: {}, TIMES: {"unit": "multiple"}})
    broken = ({"indicator_id": COUNT, "period": "2021", "name_en": "Other tables."},)
    rows = MappingProxyType({**declarations.register_rows, "breaks": broken})
    return content_of(replace(declarations, register_rows=rows), ROWS)


def the_page(material: Material, speaker: Voice) -> Page:
    [page] = compare.pages(material, speaker)
    return page


@pytest.fixture(scope="module")
def drawn(small: SiteContent, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page in every language, with its assets."""
    folder = tmp_path_factory.mktemp("compare")
    return {language: draw_page(small, the_page, language, folder) for language in ("en", "he", "ar")}


def test_data_are_the_published_values_as_pages_write_them(small: SiteContent) -> None:
    english = voice("en", "he", "school_year")
    text = compare.assets(prepare(small), {"en": english})[compare.VALUES]
    found = DATA.fullmatch(text)
    assert found
    data = json.loads(found[1])
    assert data[COUNT] == {
        "periods": ["2020", "2021", "2022", "2023", "2024"],
        "names": ["2019/20", "2020/21", "2021/22", "2022/23", "2023/24"],
        "breaks": ["2021"],
        "starts": [1],
        "areas": {"IL": ";;20000p;;", "3000": "1000;1111;;h;12345", "5000": ";850;;;w"},
    }
    # Two years are lacking between the two periods, so that no line joins them.
    assert (data[SHARE]["periods"], data[SHARE]["starts"]) == (["2021", "2024"], [1])
    assert [data[i]["areas"]["3000"] for i in (SHARE, GRADE, SCALE, TIMES)] == ["0.123;0.100", "83.2", "3.46", "2.0"]


def test_only_areas_with_a_value_can_be_chosen(small: SiteContent) -> None:
    material, english = prepare(small), voice("en", "he", "school_year")
    page = the_page(material, english)
    offered = [code for _, found in page.context["choices"] for code, _ in found]
    assert sorted(offered) == ["3000", "5000", "IL"]
    assert compare.link_of(material, english, material.areas["1139"]) is None
    link = compare.link_of(material, english, material.areas["3000"])
    assert link and link.path == "compare/index.html#3000"


def test_one_area_alone_is_not_compared(small: SiteContent) -> None:
    english = voice("en", "he", "school_year")
    alone = prepare(replace(small, values=small.values[small.values["area_code"] == "3000"]))
    assert list(compare.pages(alone, english)) == []
    assert compare.link(alone, english) is None
    assert compare.assets(alone, {"en": english}) == {}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("1111", "1112", "point"), (";h;", ";918273;", "point"), (";850;", "1000;850;", "point"),
        ('"3000":"1000;1111', '"1139":"1000;1111', "point"), ("0.123", "0.124", "point"), (";h;", ";77;", "point"),
        (";h;", ";x;", "point"), ('"starts":[1]', '"starts":[77]', "row"), ('"2019/20"', '"2019/20 77"', "text"),
        ('"breaks"', '"n":77,"breaks"', "key"), (SHARE, "other", "key"), ("window", "var n = 77; window", "unknown"),
    ],
)  # fmt: skip
def test_tampered_values_are_found(
    drawn: dict[str, Path], small: SiteContent, tmp_path: Path, old: str, new: str, problem: str
) -> None:
    file = drawn["en"].parents[2] / "assets" / compare.VALUES
    published = published_of(small)
    assert list(assets_broken(file.parent, published)) == []
    text = file.read_text("utf-8")
    assert old in text
    (tmp_path / file.name).write_text(text.replace(old, new, 1), "utf-8")
    assert list(assets_broken(tmp_path, published)) == [(f"assets/{file.name}", problem)]


def test_comparison_is_light_and_led_to_from_the_index_and_from_areas(site: Path) -> None:
    for language in ("he", "ar", "en"):
        folder = site / language
        assert (folder / "compare" / "index.html").stat().st_size <= LARGEST_PAGE
        assert 'href="../compare/index.html"' in (folder / "areas" / "index.html").read_text("utf-8")
        assert "compare/index.html#3000" in (folder / "areas" / "3000" / "index.html").read_text("utf-8")


class Visit:
    """The page in a browser, with what the browser complained about."""

    def __init__(self, browser: Any, page: Path, areas: str) -> None:
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{page.as_uri()}#{areas}")
        self.wait(areas)

    def wait(self, areas: str) -> None:
        """Until these areas are compared."""
        self.page.wait_for_selector(f'html[data-compared="{areas}"]', state="attached")

    def table(self, indicator: str) -> list[list[str]]:
        """Its head and rows as texts."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            "id => [...document.querySelectorAll(`#compare-${id} tr`)].map(r => [...r.cells].map(c => c.textContent))",
            indicator,
        )

    def plot(self, indicator: str) -> dict[str, Any]:
        """Lines and ticks as drawn."""
        return self.page.evaluate(  # type: ignore[no-any-return]
            """id => {
                const plot = document.querySelector(`#compare-${id} .lines`);
                return {
                    y: plot.data.map(trace => trace.y), looks: plot.data.map(t => [t.line.color, t.marker.symbol]),
                    ticks: plot.layout.yaxis.tickvals, said: plot.layout.yaxis.ticktext, told: plot.data[0].hovertext,
                };
            }""",
            indicator,
        )


@pytest.fixture
def visits(browser: Any, drawn: dict[str, Path]) -> Iterator[Any]:
    opened: list[Visit] = []

    def visit(language: str, areas: str) -> Visit:
        opened.append(Visit(browser, drawn[language], areas))
        return opened[-1]

    yield visit
    for one in opened:
        one.page.close()


@pytest.mark.browser
def test_table_and_lines_say_what_is_published_of_the_chosen_areas(visits: Any) -> None:
    seen = visits("en", "3000,5000")
    assert seen.table(COUNT) == [
        ["School year", "Jerusalem", "Tel Aviv-Yafo"],
        ["2019/20", "1,000", "not reported"],
        ["2020/21", "1,111", "850"],
        ["2021/22", "not reported", "not reported"],
        ["2022/23", "hidden", "not reported"],
        ["2023/24", "12,345", "withheld"],
    ]
    # No line crosses the change of method in 2020/21, or a period without a value.
    drawn = seen.plot(COUNT)
    assert drawn["y"] == [[1000, None, 1111, None, None, 12345], [None, None, 850, None, None, None]]
    assert len({colour for colour, _ in drawn["looks"]}) == len({symbol for _, symbol in drawn["looks"]}) == 2
    assert bidi.plain(drawn["told"][0]) == "Jerusalem, 2019/20: 1,000"
    notes = bidi.plain(seen.page.inner_text(f"#compare-{COUNT} .gaps"))
    assert [line.strip() for line in notes.split("\n")] == [
        "Jerusalem, hidden: 2022/23.", "Jerusalem, not reported: 2021/22.", "Tel Aviv-Yafo, withheld: 2023/24.",
        "Tel Aviv-Yafo, not reported: 2019/20, 2021/22–2022/23.",
    ]  # fmt: skip
    assert seen.complaints == []


@pytest.mark.browser
def test_choice_is_kept_in_the_address_and_in_the_order_chosen(visits: Any) -> None:
    seen = visits("en", "")
    assert not seen.page.locator(".comparison").is_visible()
    assert seen.page.inner_text(".found") == "Choose at least two areas."
    seen.page.select_option("#pick-1", "5000")
    seen.wait("5000")
    seen.page.select_option("#pick-2", "3000")
    seen.wait("5000,3000")
    assert seen.page.url.endswith("#5000,3000")
    # What contains them is one press away; a value from a part of the areas says so.
    seen.page.click(".quick button")
    seen.wait("5000,3000,IL")
    assert seen.table(COUNT)[0][1:] == ["Tel Aviv-Yafo", "Jerusalem", "Israel"]
    assert seen.table(COUNT)[3][3] == "20,000 Parts are left out"
    seen.page.reload()
    seen.wait("5000,3000,IL")
    assert [seen.page.input_value(f"#pick-{n}") for n in (1, 2, 3, 4)] == ["5000", "3000", "IL", ""]
    # What no area is called, and what stands there twice, is passed over.
    seen.page.evaluate("window.location.hash = '#3000,nowhere,3000,5000'")
    seen.wait("3000,5000")
    assert seen.complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "he", "ar"])
def test_browser_writes_numbers_as_the_pages_do(visits: Any, small: SiteContent, language: str) -> None:
    seen, speaker = visits(language, "3000,5000"), voice(language, "he", "school_year")
    units = {row["indicator_id"]: row["unit"] for row in small.declarations.rows("indicators")}
    shown = [row for row in ROWS if row["area_code"] == "3000" and row["conf_status"] == "F"]
    assert {row["indicator_id"] for row in shown} == units.keys()
    for row in shown:
        unit, cells = units[row["indicator_id"]], {cell for line in seen.table(row["indicator_id"]) for cell in line}
        assert bidi.plain(speaker.value(unit, row["value"])) in cells
    for indicator, unit in units.items():
        plot = seen.plot(indicator)
        assert plot["said"] == [speaker.tick(unit, tick) for tick in plot["ticks"]]
