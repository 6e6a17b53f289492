"""What somebody might type into a partner's file to break a page, a receipt or a reader."""

from canaries import SHARE, WRITER, Rows

from pipelines.declarations import Declarations

PARTNER = WRITER
# A file may be called like this where partners work.
FILE_NAME = "<img src=x onerror=alert(1)> & 'so'.csv"
TEXTS = {
    "markup": "<b>bold</b><img src=x onerror=alert(1)>",
    "script": "</script></textarea><script>alert('x')</script>",
    "override": "\u202eevil\u2067 turned \u200faround",
    "template": "{{ 7 * 7 }} {% include 'base.html' %} ${7 * 7}",
    "long": "אבגד" * 2500,
    "emoji": "צוות 👩🏽‍🔬 🇮🇱 e\u0301",
    "quotes": '"\'><a href="javascript:alert(1)">5 יח"ל</a>',
}
MARKUP = ("<img src=x", "<script>alert", 'href="javascript:', "\u202e")


def learning_log(declarations: Declarations, area: str) -> bytes:
    """A delivery with each of the texts in all columns that people fill in freely, and where none of them fits."""
    log = Rows(declarations.objects["learning_log"])
    for number, text in enumerate(TEXTS.values()):
        log.add_row(
            area_code=area, entry_id=f"h{number}", entry_date="2024-03-05", working_group=text, indicator_id=SHARE,
            what_we_saw=text, what_we_decided=text, open_question=text, responsible=text, entry_status="open",
        )  # fmt: skip
        # Refused, and said in the receipt.
        log.add_row(
            area_code=text, entry_id=f"r{number}", entry_date=text, working_group="", indicator_id=text,
            entry_status=text,
        )  # fmt: skip
    return log.text().encode("utf-8-sig")
