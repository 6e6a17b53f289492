"""Reading pages as a machine: links, ids, figures."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from dashboards import theme


class Reader(HTMLParser):
    """What a page links to, which ids it has, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data: list[str] = []
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self.links += [found[name] or "" for name in ("href", "src") if name in found]
        self.ids += [found["id"] or ""] if "id" in found else []
        self._in_data = tag == "script" and found.get("type") == "application/json"
        if self._in_data:
            self.data.append("")

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


def read(file: Path) -> Reader:
    reader = Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    return reader


def figures(file: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in read(file).data]


def drawn_figures(file: Path) -> list[dict[str, Any]]:
    """The figures of a page as its script gives them to Plotly: with the looks that they name.

    Data that the page itself draws, such as a map's, are none.
    """
    return [styled(figure) for figure in figures(file) if "layout" in figure]


def styled(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure with the looks that it names; KeyError where the theme has none of this name."""
    layout = figure["layout"]
    parts = {kind: [_styled(part) for part in layout[kind]] for kind in ("annotations", "shapes") if kind in layout}
    found = {**figure, "data": [_styled(trace) for trace in figure["data"]], "layout": {**layout, **parts}}
    found.pop("gaps", None)
    return found


def _styled(part: dict[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in part.items() if key != "style"}
    look = theme.styles()[part["style"]] if "style" in part else {}
    inner = {k: {**v, **own[k]} for k, v in look.items() if isinstance(v, dict) and k in own}
    return look | own | inner


def pages(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert found
    return found
