"""The published site: from a release's content to a folder of pages that opens offline.

Belongs here: putting views into templates and writing files. Does not belong here: what a page shows (`pages`), how it
looks (`theme`, `static`), and the tables in `data/`, which publishing writes. The same content gives the same bytes.
"""

import gc
import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from tqdm import tqdm

from dashboards import bidi, theme
from dashboards.content import Material, SiteContent, prepare
from dashboards.hiding import legend
from dashboards.language import Name, Voice, direction_of, self_name, voice
from dashboards.pages import (
    area,
    area_indicators,
    areas,
    changes,
    commitments,
    compare,
    home,
    indicators,
    learning,
    mapping,
    methods,
    partners,
    partnership,
    places,
    quality,
    report_card,
    work_plan,
)
from dashboards.views import Link, Page
from pipelines.translation import is_complete

FOLDER = Path(__file__).resolve().parent
# The chart library writes one style element for maps when it loads. Pages allow no inline style but this one, by its
# hash; another version of the library wants another hash, and the browser test says which.
BUNDLE_STYLE = "sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o="
Maker = Callable[[Material, Voice], Iterator[Page]]
Share = Sequence[tuple[Maker, str]]
# Nobody asks how far it has come within so many seconds.
SHORT = 3
# The part of the chart library that pages need, where the installation could fetch it; else the whole of it.
BUNDLES = ("plotly-basic.min.js", "plotly.min.js")
# A remark for browsers that know it: all of the script is used, so it is compiled while the page is still being read.
COMPILE_EARLY = "//# allFunctionsCalledOnLoad\n"
PAGES: Sequence[Maker] = (
    home.pages,
    areas.pages,
    places.pages,
    compare.pages,
    area.pages,
    area_indicators.pages,
    report_card.pages,
    work_plan.pages,
    mapping.pages,
    partnership.pages,
    indicators.pages,
    partners.pages,
    learning.pages,
    commitments.pages,
    quality.pages,
    changes.pages,
    methods.pages,
)

# Sections that only some initiatives have, between the indicators and the quality of the data.
SECTIONS: Sequence[Callable[[Material, Voice], tuple[str, Link] | None]] = (
    learning.section,
    commitments.section,
    partners.section,
)


def render(content: SiteContent, out: Path) -> None:
    """Write the site into `out`, which is made when missing; `out/data` is left to others.

    A site that is there already is brought up to date: what would have the same bytes is left alone, and pages that are
    no longer drawn go. Languages are those the initiative declares and whose catalogue is complete. Raises OSError
    where a file cannot be written, and jinja2.UndefinedError where a template asks for what its page does not give.
    """
    material = prepare(content)
    languages = published_languages(content)
    old = {file for language in content.declarations.initiative.languages for file in (out / language).rglob("*.html")}
    _write_assets(out / "assets", material)
    _write(out / "index.html", _language_page(content, languages))
    tasks = [(make, language) for make in PAGES for language in languages]
    for file in old - _draw_all(partial(_draw, material, languages, out), tasks, most=len(languages)):
        file.unlink()


def draw_page(content: SiteContent, make: Callable[[Material, Voice], Page], language: str, out: Path) -> Path:
    """Write one page that is no part of the site, with the assets it needs, into `out`; gives its path."""
    material, speaker = prepare(content), _voice(content, language)
    _write_assets(out / "assets", material)
    page = make(material, speaker)
    _write_page(_environment(speaker), _shared(material, speaker, (language,)), page, out / language)
    return out / language / page.path


def published_languages(content: SiteContent) -> tuple[str, ...]:
    """The declared languages that can say every sentence; the default one always, so that there is a site."""
    initiative = content.declarations.initiative
    return tuple(code for code in initiative.languages if code == initiative.default_language or is_complete(code))


def figure_json(figure: Mapping[str, Any]) -> Markup:
    """A figure as JSON for a script element: no character in it can end the element.

    Numbers come without their isolates, which the page's script puts round whatever has none.
    """
    text = bidi.bare_numbers(json.dumps(figure, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _voices(content: SiteContent) -> Mapping[str, Voice]:
    return {language: _voice(content, language) for language in published_languages(content)}


def _voice(content: SiteContent, language: str) -> Voice:
    initiative = content.declarations.initiative
    return voice(language, initiative.default_language, initiative.calendar, initiative.settings.get("units") or {})


def _draw(material: Material, languages: Sequence[str], out: Path, make: Maker, language: str) -> Iterator[Path]:
    """Write all pages of one kind in one language; gives each when it stands."""
    speaker = _voice(material.content, language)
    environment = _environment(speaker)
    shared = _shared(material, speaker, languages)
    for page in make(material, speaker):
        yield _write_page(environment, shared, page, out / language)


def _write_page(environment: Environment, shared: Mapping[str, Any], page: Page, folder: Path) -> Path:
    base = "../" * page.path.count("/")
    template = environment.get_template(page.template)
    text = template.render(**shared, page=page, base=base, assets=f"{base}../assets", **page.context)
    _write(folder / page.path, text)
    return folder / page.path


def _draw_all(draw: Callable[[Maker, str], Iterator[Path]], tasks: Share, most: int) -> set[Path]:
    """Do every task, in as many copies of this process as there are processors, `most` at the most; gives all pages.

    Each task writes files of its own, so neither their order nor their number at a time decides a byte.
    """
    copied = multiprocessing.get_context("fork" if sys.platform == "linux" else None)
    # How many tasks are done and how many pages stand, in all copies.
    done, drawn = copied.Value("i", 0), copied.Value("i", 0)

    def draw_share(share: Share, seen: Callable[[], None] = lambda: None) -> set[Path]:
        pages = set()
        for task in share:
            for page in draw(*task):
                pages.add(page)
                with drawn:
                    drawn.value += 1
                seen()
            with done:
                done.value += 1
        return pages

    processors = min(len(os.sched_getaffinity(0)), most) if sys.platform == "linux" else 1
    own, *others = [tasks[first::processors] for first in range(processors)]
    # Copies share memory for as long as nobody writes to it, and the garbage collector would write to all of it.
    gc.freeze()
    try:
        helpers = [_Helper(copied, draw_share, share) for share in others]
        with tqdm(total=len(tasks), desc="Drawing pages", unit="kind", delay=SHORT, disable=None) as bar:

            def seen() -> None:
                bar.set_postfix(pages=drawn.value, refresh=False)
                bar.update(done.value - bar.n)

            pages = draw_share(own, seen)
            for helper in helpers:
                pages |= helper.pages()
                seen()
        return pages
    finally:
        gc.unfreeze()


class _Helper:
    """A copy of this process that draws a share of the tasks."""

    def __init__(self, copied: Any, draw: Callable[[Share], set[Path]], share: Share) -> None:
        """Start it."""
        self._draw, self._share = draw, share
        self._told, telling = copied.Pipe(duplex=False)
        self._process = copied.Process(target=lambda: telling.send(draw(share)), daemon=True)
        self._process.start()
        telling.close()

    def pages(self) -> set[Path]:
        """What it drew, once it is done; what stopped it is raised here, where somebody hears of it."""
        try:
            pages: set[Path] = self._told.recv()
        except EOFError:
            pages = self._draw(self._share)
        self._process.join()
        return pages


def _environment(speaker: Voice) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"_": speaker.translate, "say": speaker.say, "foreign": partial(_foreign, speaker)}
    environment.filters |= {
        "bidi": partial(bidi.html, direction=speaker.direction),
        "cell": partial(bidi.cell, direction=speaker.direction),
    }
    environment.globals["period_word"] = speaker.period_word
    environment.filters |= {"plain": bidi.plain, "figure": figure_json}
    return environment


def _foreign(speaker: Voice, name: Name) -> Markup:
    """Attributes for a name that is not in the page's language; nothing for one that is."""
    if name.language == speaker.code:
        return Markup("")
    return Markup(f' lang="{escape(name.language)}" dir="{name.direction}"')


def _shared(material: Material, speaker: Voice, languages: Sequence[str]) -> dict[str, Any]:
    content = material.content
    own = [section for find in SECTIONS if (section := find(material, speaker))]
    areas_name = speaker.of(material.type_names(material.ecosystem_type, plural=True)).text
    return {
        "lang": speaker.code,
        "dir": speaker.direction,
        "site_name": speaker.of(material.declarations.initiative.names),
        "languages": [(code, self_name(code), direction_of(code)) for code in languages],
        "is_synthetic": content.is_synthetic,
        "as_of": speaker.date(content.as_of),
        "release": bidi.number(content.release_id),
        "downloads": content.downloads,
        "bundle_style": BUNDLE_STYLE,
        "areas_label": areas_name,
        # For pages that do not count what they tell.
        "signs": legend(speaker, ()),
        "sections": [
            ("home", "index.html", speaker.say("Overview")),
            ("areas", "areas/index.html", areas_name),
            ("indicators", "indicators/index.html", speaker.say("Indicators")),
            *((key, link.path, link.label) for key, link in own),
            ("quality", "quality/index.html", speaker.say("Data quality")),
            ("methods", "methods/index.html", speaker.say("Methods")),
        ],
    }


def _language_page(content: SiteContent, languages: Sequence[str]) -> str:
    """The page above all languages: it goes on to the default one, and offers the others."""
    initiative = content.declarations.initiative
    speaker = _voice(content, initiative.default_language)
    return (
        _environment(speaker)
        .get_template("language.html")
        .render(
            default=initiative.default_language,
            direction=speaker.direction,
            name=speaker.of(initiative.names),
            languages=[(code, self_name(code), direction_of(code)) for code in languages],
            is_synthetic=content.is_synthetic,
        )
    )


def _write_assets(folder: Path, material: Material) -> None:
    for own in (places, compare):
        for name, text in own.assets(material, _voices(material.content)).items():
            _write(folder / name, text)
    folder.mkdir(parents=True, exist_ok=True)
    style = theme.stylesheet() + (FOLDER / "static" / "site.css").read_text(encoding="utf-8")
    _write(folder / "site.css", style)
    _write(folder / "site.js", (FOLDER / "static" / "site.js").read_text(encoding="utf-8"))
    _write(folder / "theme.js", _theme_script())
    _write(folder / "areas.js", f"window.areaSpellings = {figure_json(areas.spellings(material))};\n")
    library = files("plotly") / "package_data"
    bundle = next(file for name in BUNDLES if (file := library / name).is_file())
    _write(folder / "plotly.min.js", COMPILE_EARLY + bundle.read_bytes().decode())


def _theme_script() -> str:
    looks = {"chartTemplates": theme.templates(), "chartStyles": theme.styles()}
    return "".join(f"window.{name} = {figure_json(look)};\n" for name, look in looks.items())


def _write(file: Path, text: str) -> None:
    """Write a file that is not there with just these bytes."""
    data = text.encode()
    if file.is_file() and file.read_bytes() == data:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
