"""Words for the codes of published tables: verdicts, changes, states, units.

Belongs here: one English sentence a code, in order of presentation, marked for the catalogues with `N_`. Does not
belong here: names that registers declare, and sentences of one page only.
"""

from collections.abc import Mapping


def N_(text: str) -> str:
    """Mark a sentence for the catalogues without translating it yet."""
    return text


VERDICTS: Mapping[str, str] = {
    "met": N_("Target met"),
    "ahead": N_("Ahead of the path"),
    "on_track": N_("On track"),
    "behind": N_("Behind the path"),
    "too_early": N_("Too early to say"),
    "not_enough_data": N_("Not enough data to say"),
    "no_target": N_("No target set"),
}
NO_TARGET = "no_target"
GOING_WELL, NEEDS_ATTENTION = ("met", "ahead", "on_track"), ("behind",)

CHANGES: Mapping[str, str] = {
    "improved": N_("Improved"),
    "worsened": N_("Worsened"),
    "no_clear_change": N_("No clear change"),
    "not_comparable": N_("Cannot be compared"),
}

POSITIONS: Mapping[str, str] = {
    "inside": N_("Inside what chance allows"),
    "above": N_("Above what chance allows"),
    "below": N_("Below what chance allows"),
}

STATES: Mapping[str, str] = {
    "hidden": N_("hidden to protect small groups"),
    "withheld": N_("withheld by the source"),
    "missing": N_("not reported"),
}

UNITS: Mapping[str, str] = {
    "persons": N_("number of persons"),
    "share": N_("share, in percent"),
    "grade": N_("mean grade"),
}

UNIT_TITLES: Mapping[str, str] = {
    "persons": N_("Counts"),
    "share": N_("Shares, in percent"),
    "grade": N_("Grades"),
}

# Where the kind says more than the unit.
KIND_TITLES: Mapping[str, str] = {
    "ratio": N_("Ratios, in percent"),
}

KINDS: Mapping[str, str] = {
    "count": N_("a count"),
    "proportion": N_("a part of a whole, in percent"),
    "ratio": N_("a ratio of two sums"),
    "mean": N_("a weighted mean"),
}

DIRECTIONS: Mapping[str, str] = {
    "up": N_("higher is better"),
    "down": N_("lower is better"),
}

SUBMISSION_VERDICTS: Mapping[str, str] = {
    "accepted": N_("Accepted"),
    "accepted_with_changes": N_("Accepted with changes"),
    "partly_refused": N_("Partly refused"),
    "refused": N_("Refused"),
    "held": N_("Held"),
    "duplicate": N_("Duplicate"),
    "withdrawn": N_("Withdrawn"),
}

PARTNER_TYPES: Mapping[str, str] = {
    "public": N_("Public body"),
    "business": N_("Business"),
    "third": N_("Third sector"),
}

# What each check of the release gate asks, in words; a check without words here stands under its own name.
CHECKS: Mapping[str, str] = {
    "check_release_keys_unique": N_("No value is published twice"),
    "check_release_coverage_kept": N_("No area or year of the last release has gone missing"),
    "check_release_totals_cover_parts": N_("The whole country is at least the sum of its areas"),
    "check_release_values_in_range": N_("Every value is possible in its unit"),
    "check_release_change_plausible": N_("No value changes from year to year more than is believable"),
    "check_release_indicators_present": N_("Every declared indicator is there, or it is known why not"),
    "check_release_confidentiality": N_("No small group is shown, and no hidden value stands alone in its row"),
}
