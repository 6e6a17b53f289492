"""Reading pages as a machine: links, ids, figures."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


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


def pages(site: Path) -> list[Path]:
    found = sorted(site.rglob("*.html"))
    assert found
    return found
