"""How people write things down: Hebrew names of groups and districts, years, fixed widths.

Belongs here: pure functions and tables from a code to what a partner's file says. Does not belong here:
reading any of it back, which intake does from declared names and aliases and never from this module.
"""

from pipelines.sample.assumptions import YEARS

SECTOR_HE = {"jewish": "יהודי", "arab": "ערבי", "druze": "דרוזי", "bedouin": "בדואי"}
GENDER_HE = {"female": "בנות", "male": "בנים"}
SUPERVISION_HE = {"state": "ממלכתי", "state_religious": "ממלכתי דתי", "haredi": "חרדי"}
DISTRICT_HE = {
    "jerusalem": "ירושלים",
    "north": "צפון",
    "haifa": "חיפה",
    "center": "מרכז",
    "tel_aviv": "תל אביב",
    "south": "דרום",
}

# One authority that the Ministry adds by hand: a bare zero on the sheet of schools, text without padding on the others.
BY_HAND = "0022"
BY_HAND_ON_SCHOOL_SHEET = "0"

HEBREW_YEARS = dict(
    zip(
        YEARS,
        (
            'תשע"ג',
            'תשע"ד',
            'תשע"ה',
            'תשע"ו',
            'תשע"ז',
            'תשע"ח',
            'תשע"ט',
            'תש"ף',
            'תשפ"א',
            'תשפ"ב',
            'תשפ"ג',
            'תשפ"ד',
        ),
        strict=True,
    )
)

MIRRORED = str.maketrans("()", ")(")


def padded(text: str, width: int) -> str:
    """As the Ministry's export writes text: brackets mirrored, cut to the width, filled up with spaces."""
    return text.translate(MIRRORED)[:width].ljust(width)


def split_year(year: int) -> str:
    """The school year that closes in `year`, in the English way: 2022 is "2021/22"."""
    return f"{year - 1}/{year % 100:02d}"


def misspelled(name: str, known: frozenset[str]) -> str:
    """The name with one letter missing, in a form that nobody declared."""
    shorter = (name[:i] + name[i + 1 :] for i in range(2, len(name)) if name[i].isalpha())
    return next((form for form in shorter if form.strip() not in known), name + "?")
