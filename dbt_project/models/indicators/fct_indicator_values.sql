with indicators as (
    select * from {{ ref('stg_indicators') }}
),

results as (
    select * from {{ ref('int_results') }}
),

observed_periods as (
    select distinct
        results.indicator_id,
        results.frequency,
        results.period
    from results
    inner join indicators
        on
            results.indicator_id = indicators.indicator_id
            and results.frequency = indicators.frequency
),

observed_groups as (
    select distinct
        results.indicator_id,
        results.area_code,
        results.frequency,
        results.period,
        results.dimension
    from results
    inner join observed_periods
        on
            results.indicator_id = observed_periods.indicator_id
            and results.frequency = observed_periods.frequency
            and results.period = observed_periods.period
    where results.dimension <> 'all'
),

-- Which groups of areas there are in an area.
areas_with_group as (
    select distinct
        ancestor_code,
        dimension,
        member
    from {{ ref('int_area_groups') }}
),

-- Which areas an indicator is told of. What serves no goal is nobody's duty: areas without anything of it miss nothing.
told_areas as (
    select
        indicators.indicator_id,
        areas.area_code
    from indicators
    cross join {{ ref('stg_areas') }} as areas
    where indicators.goal_id is not null
    union all
    select distinct
        results.indicator_id,
        results.area_code
    from results
    inner join indicators on results.indicator_id = indicators.indicator_id
    where indicators.goal_id is null
),

-- What is missing is shown as missing: every such area in each period, every member of a reported group.
spine as (
    select
        observed_periods.indicator_id,
        told_areas.area_code,
        observed_periods.frequency,
        observed_periods.period,
        'all' as dimension,
        'all' as member,
        'O' as status_without_row
    from observed_periods
    inner join told_areas on observed_periods.indicator_id = told_areas.indicator_id
    union all
    select
        observed_groups.indicator_id,
        observed_groups.area_code,
        observed_groups.frequency,
        observed_groups.period,
        observed_groups.dimension,
        members.member,
        -- Of areas that are not there, nothing can be reported.
        case when area_groups.member is not null and areas_with_group.member is null then 'M' else 'O' end
            as status_without_row
    from observed_groups
    inner join {{ ref('stg_groups') }} as members on observed_groups.dimension = members.dimension
    left join {{ ref('stg_area_groups') }} as area_groups
        on members.dimension = area_groups.dimension and members.member = area_groups.member
    left join areas_with_group
        on
            observed_groups.area_code = areas_with_group.ancestor_code
            and members.dimension = areas_with_group.dimension
            and members.member = areas_with_group.member
    union all
    -- Pooled years have rows where they have values.
    select
        indicator_id,
        area_code,
        frequency,
        period,
        dimension,
        member,
        'O' as status_without_row
    from results
    where frequency = '{{ pool_frequency() }}'
),

joined as (
    select
        spine.*,
        indicators.definition_version,
        indicators.unit,
        areas.area_type,
        results.numerator,
        results.denominator,
        results.value,
        coalesce(results.obs_status, spine.status_without_row) as obs_status,
        results.coverage,
        results.n_hidden,
        results.source_object,
        results.submissions,
        baselines.baseline_period,
        baselines.baseline_value,
        targets.target_period,
        targets.target_value,
        targets.valid_after,
        targets.depends_on,
        {{ month_number('spine.period') }} as month
    from spine
    inner join indicators on spine.indicator_id = indicators.indicator_id
    inner join {{ ref('stg_areas') }} as areas on spine.area_code = areas.area_code
    left join results
        on
            spine.indicator_id = results.indicator_id
            and spine.area_code = results.area_code
            and spine.frequency = results.frequency
            and spine.period = results.period
            and spine.dimension = results.dimension
            and spine.member = results.member
    left join {{ ref('int_baselines') }} as baselines
        on
            spine.indicator_id = baselines.indicator_id
            and spine.area_code = baselines.area_code
            and spine.frequency = baselines.frequency
            and spine.dimension = baselines.dimension
            and spine.member = baselines.member
    left join {{ ref('int_targets') }} as targets
        on
            spine.indicator_id = targets.indicator_id
            and spine.area_code = targets.area_code
            and spine.frequency = targets.frequency
            and spine.dimension = targets.dimension
            and spine.member = targets.member
            and (targets.valid_after is null or spine.period > targets.valid_after)
            and (targets.valid_until is null or spine.period <= targets.valid_until)
)

select
    cast('{{ var("initiative_id") }}' as string) as initiative_id,
    joined.indicator_id,
    joined.definition_version,
    joined.unit,
    joined.area_type,
    joined.area_code,
    joined.frequency,
    joined.period,
    joined.dimension,
    joined.member,
    joined.numerator,
    joined.denominator,
    joined.value,
    joined.obs_status,
    joined.coverage,
    joined.n_hidden,
    joined.source_object,
    joined.submissions,
    joined.baseline_period,
    joined.baseline_value,
    case when joined.target_value is not null then joined.target_period end as target_period,
    joined.target_value,
    case
        when paths.last_month is null then paths.first_value
        else round(
            paths.first_value
            + (paths.last_value - paths.first_value)
            * (joined.month - paths.first_month) / (paths.last_month - paths.first_month),
            10
        )
    end as path_value,
    case when joined.target_value is not null then joined.depends_on end as depends_on
from joined
left join {{ ref('int_paths') }} as paths
    on
        joined.indicator_id = paths.indicator_id
        and joined.area_code = paths.area_code
        and joined.frequency = paths.frequency
        and joined.dimension = paths.dimension
        and joined.member = paths.member
        and coalesce(joined.valid_after, '') = coalesce(paths.valid_after, '')
        and joined.month >= paths.first_month
        and (paths.last_month is null or joined.month < paths.last_month)
