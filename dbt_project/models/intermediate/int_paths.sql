with targets as (
    select * from {{ ref('int_targets') }}
    where target_value is not null
),

-- What an area's own path leads through: its baseline, the declared milestones, its target.
points as (
    select
        indicator_id,
        area_code,
        frequency,
        dimension,
        member,
        baseline_period as period,
        baseline_value as value
    from targets
    where
        path_of = area_code
        and baseline_value is not null
        and {{ month_number('baseline_period') }} < {{ month_number('target_period') }}
    union all
    select
        targets.indicator_id,
        targets.area_code,
        targets.frequency,
        targets.dimension,
        targets.member,
        milestones.period,
        cast(milestones.value as double) as value
    from targets
    inner join {{ ref('stg_milestones') }} as milestones
        on
            targets.indicator_id = milestones.indicator_id
            and targets.area_type = milestones.area_type
            and coalesce(targets.declared_area_code, '') = coalesce(milestones.area_code, '')
            and targets.dimension = milestones.dimension
            and targets.member = milestones.member
    where
        targets.path = 'milestones'
        and {{ month_number('milestones.period') }} < {{ month_number('targets.target_period') }}
        and (
            targets.baseline_period is null
            or {{ month_number('milestones.period') }} > {{ month_number('targets.baseline_period') }}
        )
    union all
    select
        indicator_id,
        area_code,
        frequency,
        dimension,
        member,
        target_period as period,
        target_value as value
    from targets
    where path_of = area_code
),

numbered as (
    select
        *,
        {{ month_number('period') }} as month
    from points
),

segments as (
    select
        indicator_id,
        area_code,
        frequency,
        dimension,
        member,
        month as first_month,
        value as first_value,
        lead(month) over series as last_month,
        lead(value) over series as last_value
    from numbered
    window series as (partition by indicator_id, area_code, frequency, dimension, member order by month)
)

select
    targets.indicator_id,
    targets.area_code,
    targets.frequency,
    targets.dimension,
    targets.member,
    targets.valid_after,
    segments.first_month,
    segments.first_value,
    segments.last_month,
    segments.last_value
from targets
inner join segments
    on
        targets.indicator_id = segments.indicator_id
        and targets.path_of = segments.area_code
        and targets.frequency = segments.frequency
        and targets.dimension = segments.dimension
        and targets.member = segments.member
