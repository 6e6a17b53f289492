"""The published site: from a release's content to a folder of pages that opens offline.

Belongs here: putting views into templates and writing files. Does not belong here: what a page shows (`pages`), how it
looks (`theme`, `static`), and the tables in `data/`, which publishing writes. The same content gives the same bytes.
"""

import gc
import json
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

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
    home,
    indicators,
    learning,
    mapping,
    methods,
    partners,
    partnership,
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
PAGES: Sequence[Maker] = (
    home.pages,
    areas.pages,
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

    Languages are those the initiative declares and whose catalogue is complete. Raises OSError where a file cannot be
    written, and jinja2.UndefinedError where a template asks for what its page does not give.
    """
    material = prepare(content)
    languages = published_languages(content)
    _write_assets(out / "assets", material)
    _write(out / "index.html", _language_page(content, languages))
    tasks = [(make, language) for make in PAGES for language in languages]
    _draw_all(partial(_draw, material, languages, out), tasks, most=len(languages))


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
    """A figure as JSON for a script element: no character in it can end the element."""
    text = json.dumps(figure, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _voice(content: SiteContent, language: str) -> Voice:
    initiative = content.declarations.initiative
    return voice(language, initiative.default_language, initiative.calendar, initiative.settings.get("units") or {})


def _draw(material: Material, languages: Sequence[str], out: Path, make: Maker, language: str) -> None:
    """Write all pages of one kind in one language."""
    speaker = _voice(material.content, language)
    environment = _environment(speaker)
    shared = _shared(material, speaker, languages)
    for page in make(material, speaker):
        _write_page(environment, shared, page, out / language)


def _write_page(environment: Environment, shared: Mapping[str, Any], page: Page, folder: Path) -> None:
    base = "../" * page.path.count("/")
    template = environment.get_template(page.template)
    text = template.render(**shared, page=page, base=base, assets=f"{base}../assets", **page.context)
    _write(folder / page.path, text)


def _draw_all(draw: Callable[[Maker, str], None], tasks: Sequence[tuple[Maker, str]], most: int) -> None:
    """Do every task, in as many copies of this process as there are processors, `most` at the most.

    Each task writes files of its own, so neither their order nor their number at a time decides a byte.
    """

    def draw_share(share: Sequence[tuple[Maker, str]]) -> None:
        for task in share:
            draw(*task)

    processors = min(len(os.sched_getaffinity(0)), most) if sys.platform == "linux" else 1
    own, *others = [tasks[first::processors] for first in range(processors)]
    copied = multiprocessing.get_context("fork")
    helpers = [(copied.Process(target=draw_share, args=(share,), daemon=True), share) for share in others]
    # Copies share memory for as long as nobody writes to it, and the garbage collector would write to all of it.
    gc.freeze()
    try:
        for helper, _ in helpers:
            helper.start()
        draw_share(own)
        for helper, share in helpers:
            helper.join()
            if helper.exitcode:
                # What stopped the copy is raised here, where somebody hears of it.
                draw_share(share)
    finally:
        gc.unfreeze()


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
    environment.globals["period_word"] = speaker.period_word
    environment.filters |= {"bidi": bidi.html, "cell": bidi.cell, "plain": bidi.plain, "figure": figure_json}
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
    folder.mkdir(parents=True, exist_ok=True)
    style = theme.css_variables() + (FOLDER / "static" / "site.css").read_text(encoding="utf-8")
    _write(folder / "site.css", style)
    _write(folder / "site.js", (FOLDER / "static" / "site.js").read_text(encoding="utf-8"))
    _write(folder / "theme.js", f"window.chartTemplates = {figure_json(theme.templates())};\n")
    _write(folder / "areas.js", f"window.areaSpellings = {figure_json(areas.spellings(material))};\n")
    bundle = files("plotly") / "package_data" / "plotly.min.js"
    shutil.copyfile(str(bundle), folder / "plotly.min.js")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
