-- How mixed the organisations that came are over the three sectors: Blau's index (one minus the sum of squared shares),
-- divided by its highest value for three sectors, 2/3 (the index of qualitative variation). 0: one sector only; 1: equal
-- thirds. An organisation counts once in an area and period, in the sector told of it at the newest of its meetings.
with came as (
    select
        area_code,
        period,
        organisation,
        organisation_sector,
        submission_id,
        row_number() over (
            partition by
                area_code,
                period,
                organisation
            order by
                meeting_date desc,
                submission_id desc,
                working_group desc,
                object_id desc
        ) as recency
    from {{ ref('int_meeting_attendance') }}
    where n_attended > 0 and period is not null
),

members as (
    select
        area_code,
        period,
        organisation,
        max(case when recency = 1 then organisation_sector end) as organisation_sector,
        min(submission_id) as submission_id
    from came
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
        case when organisation_sector = 'public' then 1 else 0 end as n_public,
        case when organisation_sector = 'business' then 1 else 0 end as n_business,
        case when organisation_sector = 'third' then 1 else 0 end as n_third,
        1 as n_organisations
    from members
),

wholes as (
    {{ summed_for_wholes('counted', ['n_public', 'n_business', 'n_third', 'n_organisations']) }}
)

select
    area_code,
    period,
    'all' as dimension,
    'all' as member,
    cast(null as double) as numerator,
    n_organisations as denominator,
    1.5 * (
        1
        - (n_public * n_public + n_business * n_business + n_third * n_third)
        / cast(n_organisations * n_organisations as double)
    ) as value,
    'A' as obs_status,
    coverage,
    submissions
from wholes
