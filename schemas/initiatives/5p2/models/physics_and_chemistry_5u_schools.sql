-- Schools that have examinees at five units in both subjects; a withheld number is above zero. The source leaves small
-- rows out, so that this is a lower bound of unknown coverage.
with schools as (
    select
        area_code,
        period,
        identities,
        min(submission_id) as submission_id
    from {{ ref('int_observations') }}
    where
        object_id = 'matriculation_school'
        and measure = 'n_examinees'
        and {{ said_of('characteristics', "'units'") }} = '5'
        and {{ said_of('characteristics', "'subject_code'") }} in ('36', '37')
        and (amount > 0 or obs_status = 'Q')
    group by
        area_code,
        period,
        identities
    having count(distinct {{ said_of('characteristics', "'subject_code'") }}) = 2
)

select
    ancestors.ancestor_code as area_code,
    schools.period,
    'all' as dimension,
    'all' as member,
    count(*) as numerator,
    cast(null as double) as denominator,
    cast(count(*) as double) as value,
    'A' as obs_status,
    cast(null as double) as coverage,
    {{ list_of('schools.submission_id') }} as submissions
from schools
inner join {{ ref('int_area_ancestors') }} as ancestors on schools.area_code = ancestors.area_code
group by
    ancestors.ancestor_code,
    schools.period
