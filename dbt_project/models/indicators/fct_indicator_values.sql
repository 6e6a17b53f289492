with indicators as (
    select * from {{ ref('stg_indicators') }}
),

results as (
    select * from {{ ref('int_indicator_results') }}
),

observed_periods as (
    select distinct
        indicator_id,
        period
    from results
),

observed_groups as (
    select distinct
        indicator_id,
        area_code,
        period,
        dimension
    from results
    where dimension <> 'all'
),

-- What is missing is shown as missing: every area in each period of an indicator, every member of a reported group.
spine as (
    select
        observed_periods.indicator_id,
        areas.area_code,
        observed_periods.period,
        'all' as dimension,
        'all' as member
    from observed_periods
    cross join {{ ref('stg_areas') }} as areas
    union all
    select
        observed_groups.indicator_id,
        observed_groups.area_code,
        observed_groups.period,
        observed_groups.dimension,
        members.member
    from observed_groups
    inner join {{ ref('stg_groups') }} as members on observed_groups.dimension = members.dimension
),

joined as (
    select
        spine.*,
        indicators.definition_version,
        indicators.unit,
        indicators.frequency,
        areas.area_type,
        results.numerator,
        results.denominator,
        results.value,
        coalesce(results.obs_status, 'O') as obs_status,
        results.coverage,
        results.source_object,
        results.submissions,
        baselines.baseline_period,
        baselines.baseline_value,
        targets.target_period,
        targets.target_value,
        -- Any period begins with its year.
        cast(substring(spine.period, 1, 4) as integer) as year,
        cast(substring(baselines.baseline_period, 1, 4) as integer) as baseline_year,
        cast(substring(targets.target_period, 1, 4) as integer) as target_year
    from spine
    inner join indicators on spine.indicator_id = indicators.indicator_id
    inner join {{ ref('stg_areas') }} as areas on spine.area_code = areas.area_code
    left join results
        on
            spine.indicator_id = results.indicator_id
            and spine.area_code = results.area_code
            and spine.period = results.period
            and spine.dimension = results.dimension
            and spine.member = results.member
    left join {{ ref('int_baselines') }} as baselines
        on
            spine.indicator_id = baselines.indicator_id
            and spine.area_code = baselines.area_code
            and spine.dimension = baselines.dimension
            and spine.member = baselines.member
    left join {{ ref('int_targets') }} as targets
        on
            spine.indicator_id = targets.indicator_id
            and spine.area_code = targets.area_code
            and spine.dimension = targets.dimension
            and spine.member = targets.member
)

select
    cast('{{ var("initiative_id") }}' as string) as initiative_id,
    indicator_id,
    definition_version,
    unit,
    area_type,
    area_code,
    frequency,
    period,
    dimension,
    member,
    numerator,
    denominator,
    value,
    obs_status,
    coverage,
    source_object,
    submissions,
    baseline_period,
    baseline_value,
    case when target_value is not null then target_period end as target_period,
    target_value,
    case
        when year >= target_year then target_value
        when year >= baseline_year then round(
            baseline_value
            + (target_value - baseline_value) * (year - baseline_year) / (target_year - baseline_year),
            10
        )
    end as path_value
from joined
