-- How mixed the organisations that came are over the three sectors: Blau's index (one minus the sum of squared shares),
-- divided by its highest value for three sectors, 2/3 (the index of qualitative variation). 0: one sector only; 1: equal
-- thirds. An organisation counts once in an area and period.
with members as (
    select
        area_code,
        period,
        organisation,
        min(organisation_sector) as organisation_sector,
        min(submission_id) as submission_id
    from {{ ref('int_meeting_attendance') }}
    where n_attended > 0
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
