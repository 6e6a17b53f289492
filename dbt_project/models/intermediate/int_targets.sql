with declared as (
    select
        targets.indicator_id,
        areas.area_code,
        targets.dimension,
        targets.member,
        targets.kind,
        cast(targets.amount as double) as amount,
        targets.target_period,
        case when targets.area_code is null then 0 else 1 end as is_exact
    from {{ ref('stg_targets') }} as targets
    inner join {{ ref('stg_areas') }} as areas
        on
            targets.area_type = areas.area_type
            and (targets.area_code is null or targets.area_code = areas.area_code)
),

ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code, dimension, member
            order by is_exact desc
        ) as choice
    from declared
)

select
    ranked.indicator_id,
    ranked.area_code,
    ranked.dimension,
    ranked.member,
    ranked.target_period,
    case ranked.kind
        when 'absolute' then ranked.amount
        when 'multiple_of_baseline' then round(ranked.amount * baselines.baseline_value, 10)
    end as target_value
from ranked
left join {{ ref('int_baselines') }} as baselines
    on
        ranked.indicator_id = baselines.indicator_id
        and ranked.area_code = baselines.area_code
        and ranked.dimension = baselines.dimension
        and ranked.member = baselines.member
where ranked.choice = 1
