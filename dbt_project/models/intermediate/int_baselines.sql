with candidates as (
    -- An agreed baseline stays, whatever a source corrects later.
    select
        baselines.indicator_id,
        baselines.area_code,
        indicators.frequency,
        baselines.dimension,
        baselines.member,
        baselines.period as baseline_period,
        cast(baselines.value as double) as baseline_value,
        true as is_agreed
    from {{ ref('stg_baselines') }} as baselines
    inner join {{ ref('stg_indicators') }} as indicators on baselines.indicator_id = indicators.indicator_id
    union all
    select
        results.indicator_id,
        results.area_code,
        results.frequency,
        results.dimension,
        results.member,
        results.period as baseline_period,
        results.value as baseline_value,
        false as is_agreed
    from {{ ref('int_results') }} as results
    inner join {{ ref('stg_indicators') }} as indicators
        on
            results.indicator_id = indicators.indicator_id
            and results.period = case
                when results.frequency = indicators.frequency then indicators.baseline_period
                else {{ last_year_of_pool('indicators.baseline_period') }}
            end
    where results.value is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, area_code, frequency, dimension, member
            order by case when is_agreed then 0 else 1 end
        ) as choice
    from candidates
)

select
    indicator_id,
    area_code,
    frequency,
    dimension,
    member,
    baseline_period,
    baseline_value,
    is_agreed
from ranked
where choice = 1
