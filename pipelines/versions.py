"""Versions: which of several landed rows with one key counts. One rule, as SQL, for staging models and for analysts.

Of one partner the newest submission wins, key by key or for a whole declared scope; of several partners the one of the
highest declared priority, then the newest; of a table that is by partner, each partner's own rows count. Does not
belong here: reading or writing anything.
"""

from pipelines.declarations import TableContract


def ranked_sql(table: TableContract) -> str:
    """CTE `ranked`, after CTEs `renamed` (landed rows) and `priorities` (partner_id, priority).

    It holds the rows that their partner has not replaced, in columns of `renamed` and `recency`: 1 for the row that
    counts of all that have its key, 2 for the one that would if that were not there.
    """
    source = "versions" if table.replaces else "renamed"
    keys = ", ".join(f"{source}.{name}" for name in (*table.owner, *table.key))
    ranked = (
        "-- The partner of the highest priority wins for each key, then the newest submission.\n"
        f"ranked as (\n    select\n        {source}.*,\n        row_number() over (\n"
        f"            partition by {keys}\n"
        "            order by\n"
        "                coalesce(priorities.priority, 0) desc,\n"
        f"                {source}.submission_id desc,\n"
        f"                {source}.source_sheet asc,\n"
        f"                {source}.source_row asc\n"
        f"        ) as recency\n    from {source}\n"
        f"    left join priorities on {source}.partner_id = priorities.partner_id\n"
    )
    if not table.replaces:
        return f"{ranked})"
    scope = ", ".join(f"renamed.{name}" for name in ("partner_id", *table.replaces))
    return (
        "-- A submission replaces all that its partner sent before of the same scope.\n"
        "versions as (\n    select\n        renamed.*,\n        max(renamed.submission_id) over (\n"
        f"            partition by {scope}\n"
        "        ) as newest_submission_id\n    from renamed\n),\n\n"
        f"{ranked}    where versions.submission_id = versions.newest_submission_id\n)"
    )
