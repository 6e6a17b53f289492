"""Text: the declared normal forms of what people type, before anything looks up a meaning.

Two spellings of one normal form are the same; nothing here is a guess, and nothing knows a table.
"""

import re
import unicodedata

# Marks that steer direction or join letters, invisible to the person who typed: LRM, RLM, ALM, embeddings, isolates,
# zero-width space and joiners, byte-order mark. A joiner after a picture makes one picture of two, and stays.
INVISIBLE = re.compile(
    "[\u200b\u200c\u200e\u200f\u061c\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)
# What no cell of a workbook can hold, and what nobody sees in a text file: control characters but tab and line ends.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# What stands in place of a letter whose bytes are broken.
BROKEN = "\ufffd"
DOUBLE_QUOTES = str.maketrans({c: '"' for c in "״“”„‟″"})
SINGLE_QUOTES = str.maketrans({c: "'" for c in "׳’‘‚‛′`´"})
# Digits of other scripts, Arabic-Indic ones above all.
OTHER_DIGIT = re.compile(r"[^\D0-9]")
DASHES = re.compile("[-‐‑‒–—−־]")
FORMULA_TEXT = re.compile(r'^="(.*)"$', re.DOTALL)
BRACKETS = str.maketrans("()[]", ")(][")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
TATWEEL, JOINED_FORM = "\u0640", re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
# What keeps its order within right-to-left text: words of other scripts, and numbers with what joins their parts.
LEFT_TO_RIGHT = re.compile(r"[^\W\d_\u0590-\u08ff]+(?:[ '&._-]*[^\W_\u0590-\u08ff])*|\d+(?:[.,:/+-]\d+)*%?")


def clean(text: str) -> str:
    """A cell without invisible marks, exotic spaces and quotes, padding, and digits of other scripts."""
    text = INVISIBLE.sub("", text).translate(DOUBLE_QUOTES).translate(SINGLE_QUOTES).replace("''", '"')
    text = OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text)
    found = FORMULA_TEXT.match(text)
    return " ".join((found.group(1) if found else text).split())


def unmirror(text: str) -> str:
    """Brackets turned round where a closing one comes first, as right-to-left exports leave them."""
    first = re.search(r"[()\[\]]", text)
    return text.translate(BRACKETS) if first and first.group() in ")]" else text


def turned(text: str) -> str:
    """A text stored in the order of the screen, in the order of reading; numbers, Latin words, brackets stay right."""
    return "\n".join(map(_turned_line, text.split("\n")))


def _turned_line(line: str) -> str:
    if not RIGHT_TO_LEFT.search(line):
        return line
    return unmirror(LEFT_TO_RIGHT.sub(lambda run: run.group()[::-1], line)[::-1])


def fold(text: str) -> str:
    """The form in which names are compared.

    Case, dashes, direction of brackets, spaces, a last star do not count; nor do vowel marks, which printed labels of
    Arabic and Hebrew bear and nobody types, a hamza on its seat, lengthened strokes and joined forms of letters.
    """
    text = DASHES.sub(" ", unmirror(clean(text))).rstrip("*").casefold()
    if not text.isascii():
        text = JOINED_FORM.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text).replace(TATWEEL, "")
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return " ".join(text.split())


def scripts(text: str) -> set[str]:
    """The scripts of a text's letters, as Unicode calls them: HEBREW, ARABIC, LATIN."""
    return {unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()}
