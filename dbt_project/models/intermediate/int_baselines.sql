with candidates as (
    -- An agreed baseline stays, whatever a source corrects later.
    select
        indicator_id,
        area_code,
        dimension,
        member,
        period as baseline_period,
        cast(value as double) as baseline_value,
        true as is_agreed
    from {{ ref('stg_baselines') }}
    union all
    select
        results.indicator_id,
        results.area_code,
        results.dimension,
        results.member,
        results.period as baseline_period,
        results.value as baseline_value,
        false as is_agreed
    from {{ ref('int_indicator_results') }} as results
    inner join {{ ref('stg_indicators') }} as indicators
        on
            results.indicator_id = indicators.indicator_id
            and results.period = indicators.baseline_period
    where results.value is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code, dimension, member
            order by case when is_agreed then 0 else 1 end
        ) as choice
    from candidates
)

select
    indicator_id,
    area_code,
    dimension,
    member,
    baseline_period,
    baseline_value,
    is_agreed
from ranked
where choice = 1
