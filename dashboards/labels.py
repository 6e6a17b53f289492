"""Words for the codes of published tables: verdicts, changes, states, units.

Belongs here: one English sentence a code, in order of presentation, marked for the catalogues with `N_`. Does not
belong here: names that registers declare, and sentences of one page only.
"""

from collections.abc import Mapping

from pipelines.translation import N_

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
# Verdicts that set a value against a path from the baseline.
JUDGED = (*GOING_WELL, *NEEDS_ATTENTION)

CHANGES: Mapping[str, str] = {
    "improved": N_("Improved"),
    "worsened": N_("Worsened"),
    "no_clear_change": N_("No clear change"),
    "not_comparable": N_("Cannot be compared"),
}

# What the value is compared with that stands before it, by the indicator's rhythm.
SINCE_PREVIOUS: Mapping[str, str] = {
    "A": N_("Since the year before"),
    "Q": N_("Since the quarter before"),
    "M": N_("Since the month before"),
}

POSITIONS: Mapping[str, str] = {
    "inside": N_("Inside what chance allows"),
    "above": N_("Above what chance allows"),
    "below": N_("Below what chance allows"),
}

STATES: Mapping[str, str] = {
    "hidden": N_("hidden to protect small groups"),
    "withheld": N_("withheld by the source"),
    "not_collected": N_("exists, but was not collected"),
    "not_applicable": N_("cannot exist here"),
    "missing": N_("not reported"),
}

# What SDMX statuses say of a value that is shown.
STATUSES: Mapping[str, str] = {
    "B": N_("first value after a change of method"),
    "E": N_("estimated"),
    "P": N_("provisional"),
    "U": N_("of low reliability"),
}

UNITS: Mapping[str, str] = {
    "persons": N_("number of persons"),
    "share": N_("share, in percent"),
    "grade": N_("mean grade"),
    "sessions": N_("number of sessions"),
    "schools": N_("number of schools"),
    "scale": N_("mean on a scale of its own"),
}

UNIT_TITLES: Mapping[str, str] = {
    "persons": N_("Counts"),
    "share": N_("Shares, in percent"),
    "grade": N_("Grades"),
    "sessions": N_("Sessions"),
    "schools": N_("Schools"),
    "scale": N_("Means on a scale of their own"),
}

# Where the kind says more than the unit.
KIND_TITLES: Mapping[str, str] = {
    "ratio": N_("Ratios, in percent"),
    "reported": N_("Values as they were reported"),
}

KINDS: Mapping[str, str] = {
    "count": N_("a count"),
    "proportion": N_("a part of a whole, in percent"),
    "ratio": N_("a ratio of two sums"),
    "mean": N_("a weighted mean"),
    "reported": N_("a value as it was reported"),
    "model": N_("worked out by a model of its own"),
}

KIND_MEANINGS: Mapping[str, str] = {
    "count": N_("How many there are, summed from the source's rows."),
    "proportion": N_("How many of a whole: the part can never be more than the whole."),
    "ratio": N_("One sum divided by another; people move between areas, so it can exceed 100%."),
    "mean": N_("A mean in which every person counts alike, so that large places weigh more than small ones."),
    "reported": N_(
        "Another body measured it and gives the finished value, for this area and group alone. It is never added up "
        "or averaged."
    ),
    "model": N_("It is none of the usual kinds: a formula of its own works it out, as described here."),
}

# What indicators are for.
AXES: Mapping[str, str] = {
    "work_plan": N_("work plan: on the way to the goals"),
    "infrastructure": N_("infrastructure: whether the partnership itself works"),
    "mapping": N_("continuous mapping: a broad view beyond the goals"),
}

# The axis whose indicators have a page of their own for each partnership.
INFRASTRUCTURE = "infrastructure"

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
    "check_release_coverage_kept": N_("No area or period of the last release has gone missing"),
    "check_release_totals_cover_parts": N_("The whole country is at least the sum of its areas"),
    "check_release_values_in_range": N_("Every value is possible in its unit"),
    "check_release_change_plausible": N_("No value changes from year to year more than is believable"),
    "check_release_indicators_present": N_("Every declared indicator is there, or it is known why not"),
    "check_release_confidentiality": N_("No small group is shown, and no hidden value stands alone in its row"),
}
