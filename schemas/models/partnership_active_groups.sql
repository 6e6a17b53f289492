-- Working groups that met at least twice in the period; a partnership whose groups met once has none.
with groups_of_areas as (
    select
        area_code,
        period,
        working_group,
        case when count(distinct meeting_date) >= 2 then 1 else 0 end as n_active,
        min(submission_id) as submission_id
    from {{ ref('int_meetings') }}
    -- a planned meeting has no period yet
    where period is not null
    group by
        area_code,
        period,
        working_group
),

wholes as (
    {{ summed_for_wholes('groups_of_areas', ['n_active']) }}
)

select
    area_code,
    period,
    'all' as dimension,
    'all' as member,
    n_active as numerator,
    cast(null as double) as denominator,
    cast(n_active as double) as value,
    'A' as obs_status,
    coverage,
    submissions
from wholes
