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
    "inside": N_("Inside what chance and the usual variety of places allow"),
    "above": N_("Above what chance and the usual variety of places allow"),
    "below": N_("Below what chance and the usual variety of places allow"),
}

STATES: Mapping[str, str] = {
    "hidden": N_("hidden to protect small groups"),
    "withheld": N_("withheld by the source"),
    "not_collected": N_("exists, but was not collected"),
    "not_applicable": N_("cannot exist here"),
    "missing": N_("not reported"),
}

# The same in a cell of a table, beside the state's sign; the legend of the page says the rest.
CELL_WORDS: Mapping[str, str] = {
    "hidden": N_("hidden"),
    "withheld": N_("withheld"),
    "not_collected": N_("not collected"),
    "not_applicable": N_("cannot exist"),
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

COMMENT_KINDS: Mapping[str, str] = {
    "unclear": N_("Unclear"),
    "cannot_collect": N_("Cannot be collected"),
    "propose": N_("Proposal"),
}

# What became of a comment.
OUTCOMES: Mapping[str, str] = {
    "revised": N_("The measure was revised"),
    "explained": N_("Explained"),
    "declined": N_("Declined"),
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
    "check_release_confidentiality": N_(
        "No small group is shown, and no hidden value can be worked out from this release"
    ),
    "check_release_confidentiality_between_releases": N_(
        "No hidden value can be worked out from this release and an earlier one"
    ),
}

# How far an action component of a work plan is, and the icon of a verdict that says the same without words.
DOING: Mapping[str, str] = {
    "done": N_("Done"),
    "done_late": N_("Done late"),
    "on_time": N_("Under way, on time"),
    "late": N_("Late"),
    "not_begun": N_("Should have begun"),
    "not_due": N_("To begin later"),
    "stopped": N_("Stopped"),
    "cannot_tell": N_("Cannot be told: a date is missing"),
}
DOING_ICONS: Mapping[str, str] = {
    "done": "met", "done_late": "behind", "on_time": "on_track", "late": "behind", "not_begun": "behind",
    "not_due": "too_early", "stopped": "no_target", "cannot_tell": "not_enough_data",
}  # fmt: skip

# Goals of work plans that have no verdict on their way, beside VERDICTS.
GOAL_VERDICTS: Mapping[str, str] = {
    **VERDICTS,
    "not_measurable": N_("Not yet measurable"),
    "not_followed": N_("No indicator follows it"),
}
GOAL_ICONS: Mapping[str, str] = {"not_measurable": "not_enough_data", "not_followed": "no_target"}

# What a goal of a work plan lacks to be measured.
LACKS: Mapping[str, str] = {
    "from_what": N_("from what: the value at the start"),
    "from_when": N_("from when: the period of the start"),
    "to_what": N_("to what: the value to be reached"),
    "by_when": N_("by when: a period after the start"),
    "source": N_("from which source the values come"),
    "group": N_("a group that the indicator is divided by"),
    "unit": N_("values in the unit of the indicator"),
    "direction": N_("a value to be reached that is better than that at the start, which was beyond it already"),
}

# Whether work and value go together: what is seen, and nothing of what moves what.
ALIGNMENTS: Mapping[str, str] = {
    "both": N_("Most of the work due is done or on time, and the value is on its way."),
    "below_only": N_(
        "Most of the work due is done or on time, and the value does not show it: look again at what was expected of "
        "it."
    ),
    "above_only": N_("The value is on its way, while most of the work due is late, stopped or not begun."),
    "neither": N_("Most of the work due is late, stopped or not begun, and the value is not on its way."),
    "cannot_tell": N_("Whether work and value go together cannot be told yet."),
}
MISSION_ALIGNMENTS: Mapping[str, str] = {
    "both": N_("Most of the goals that can be judged are on their way, and so is the mission."),
    "below_only": N_(
        "Most of the goals that can be judged are on their way, and the mission's value does not show it: look again "
        "at whether these goals lead to it."
    ),
    "above_only": N_("The mission comes nearer, while most of the goals that can be judged are not on their way."),
    "neither": N_("Most of the goals that can be judged are not on their way, and neither is the mission."),
    "cannot_tell": N_("Whether the goals and the mission go together cannot be told yet."),
}
COUNTED_DIFFERENTLY = N_(
    "Whether the two go together cannot be told: the value has been counted differently since the start."
)
ALIGNMENT_ICONS: Mapping[str, str] = {
    "both": "met", "below_only": "behind", "above_only": "on_track", "neither": "behind",
    "cannot_tell": "not_enough_data",
}  # fmt: skip
