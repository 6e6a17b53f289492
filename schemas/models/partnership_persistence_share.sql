-- Of the organisations that were invited to three or more of an area's meetings in the period, the share that came to at
-- least two thirds of them. An organisation came to a meeting where one of its places was taken. Above the areas, one that
-- belongs to two partnerships counts once in each. Planned meetings have no period yet.
with members as (
    select
        area_code,
        period,
        organisation,
        min(submission_id) as submission_id,
        sum(case when n_attended > 0 then 1 else 0 end) as n_came,
        count(*) as n_meetings
    from {{ ref('int_meeting_attendance') }}
    where n_invited > 0 and period is not null
    group by
        area_code,
        period,
        organisation
),

counted as (
    select
        area_code,
        period,
        submission_id,
        -- whole numbers: two thirds of three are exactly two
        case when 3 * n_came >= 2 * n_meetings then 1 else 0 end as n_persistent,
        1 as n_organisations
    from members
    where n_meetings >= 3
),

wholes as (
    {{ summed_for_wholes('counted', ['n_persistent', 'n_organisations']) }}
)

select
    area_code,
    period,
    'all' as dimension,
    'all' as member,
    n_persistent as numerator,
    n_organisations as denominator,
    n_persistent / cast(n_organisations as double) as value,
    'A' as obs_status,
    coverage,
    submissions
from wholes
