"""Text: the declared normal forms of what people type, before anything looks up a meaning.

Two spellings of one normal form are the same; nothing here is a guess, and nothing knows a table.
"""

import re
import unicodedata

# Marks that steer direction or join letters, invisible to the person who typed: LRM, RLM, ALM, embeddings, isolates,
# zero-width space and joiners, byte-order mark.
INVISIBLE = re.compile("[\u200b-\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
DOUBLE_QUOTES = str.maketrans({c: '"' for c in "״“”„‟″"})
SINGLE_QUOTES = str.maketrans({c: "'" for c in "׳’‘‚‛′`´"})
DASHES = re.compile("[-‐‑‒–—−־]")
FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
BRACKETS = str.maketrans("()[]", ")(][")


def clean(text: str) -> str:
    """A cell without invisible marks, exotic spaces and quotes, padding, and digits of other scripts."""
    text = INVISIBLE.sub("", text).translate(DOUBLE_QUOTES).translate(SINGLE_QUOTES).replace("''", '"')
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text)
    found = FORMULA_TEXT.match(text)
    return " ".join((found.group(1) if found else text).split())


def unmirror(text: str) -> str:
    """Brackets turned round where a closing one comes first, as right-to-left exports leave them."""
    first = re.search(r"[()\[\]]", text)
    return text.translate(BRACKETS) if first and first.group() in ")]" else text


def fold(text: str) -> str:
    """The form in which names are compared: case, dashes, direction of brackets, spaces, a last star do not count."""
    text = DASHES.sub(" ", unmirror(clean(text))).rstrip("*").casefold()
    return " ".join(text.split())
