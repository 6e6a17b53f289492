with indicators as (
    select * from {{ ref('stg_indicators') }}
),

declared as (
    select
        targets.indicator_id,
        areas.area_code,
        indicators.frequency,
        targets.dimension,
        targets.member,
        targets.kind,
        cast(targets.amount as double) as amount,
        targets.target_period,
        targets.path,
        targets.area_type,
        targets.area_code as declared_area_code,
        coalesce(targets.reference_indicator, targets.indicator_id) as reference_indicator,
        coalesce(targets.reference_area, areas.area_code) as reference_area,
        coalesce(targets.reference_member, targets.member) as reference_member,
        row_number() over (
            partition by
                targets.indicator_id,
                areas.area_code,
                targets.dimension,
                targets.member
            order by case when targets.area_code is null then 1 else 0 end
        ) as choice
    from {{ ref('stg_targets') }} as targets
    inner join {{ ref('stg_areas') }} as areas
        on
            targets.area_type = areas.area_type
            and (targets.area_code is null or targets.area_code = areas.area_code)
    -- A target is of single years: a path read at the end of several would always be ahead of them.
    inner join indicators on targets.indicator_id = indicators.indicator_id
),

-- What a target is measured by: the newest whole value, up to the target's period, of a cohort, a comparator or another
-- group. A value of some of the areas would make the target too easy.
referenced as (
    select
        declared.indicator_id,
        declared.area_code,
        declared.frequency,
        declared.dimension,
        declared.member,
        -- of a share its whole, of a count the count itself
        case
            when declared.kind = 'share_of_cohort' then coalesce(results.denominator, results.value)
            else results.value
        end as reference_value,
        {{ cell_key('results', 'results.frequency', 'results.period') }} as reference_key,
        row_number() over (
            partition by
                declared.indicator_id,
                declared.area_code,
                declared.frequency,
                declared.dimension,
                declared.member
            order by results.period desc
        ) as recency
    from declared
    inner join {{ ref('int_results') }} as results
        on
            declared.reference_indicator = results.indicator_id
            and declared.reference_area = results.area_code
            and declared.frequency = results.frequency
            and declared.dimension = results.dimension
            and declared.reference_member = results.member
    where
        declared.choice = 1
        and declared.kind in ('share_of_cohort', 'converge', 'close_gap')
        and results.period <= declared.target_period
        and results.value is not null
        and results.coverage = 1
),

baselines as (
    select
        baselines.*,
        -- An agreed baseline need not be of a period that any source reports.
        case
            when results.period is not null
                then {{ cell_key('baselines', 'baselines.frequency', 'baselines.baseline_period') }}
        end as baseline_key
    from {{ ref('int_baselines') }} as baselines
    left join {{ ref('int_results') }} as results
        on
            baselines.indicator_id = results.indicator_id
            and baselines.area_code = results.area_code
            and baselines.frequency = results.frequency
            and baselines.dimension = results.dimension
            and baselines.member = results.member
            and baselines.baseline_period = results.period
),

valued as (
    select
        declared.*,
        baselines.baseline_period,
        baselines.baseline_value,
        baselines.baseline_key,
        case declared.kind
            when 'absolute' then declared.amount
            when 'multiple_of_baseline' then round(declared.amount * baselines.baseline_value, 10)
            when 'share_of_cohort' then round(declared.amount * referenced.reference_value, 10)
            when 'converge' then referenced.reference_value
            when 'close_gap' then round(
                referenced.reference_value
                + case indicators.direction when 'down' then declared.amount else -declared.amount end,
                10
            )
        end as target_value,
        referenced.reference_key as depends_on
    from declared
    inner join indicators on declared.indicator_id = indicators.indicator_id
    left join baselines
        on
            declared.indicator_id = baselines.indicator_id
            and declared.area_code = baselines.area_code
            and declared.frequency = baselines.frequency
            and declared.dimension = baselines.dimension
            and declared.member = baselines.member
    left join referenced
        on
            declared.indicator_id = referenced.indicator_id
            and declared.area_code = referenced.area_code
            and declared.frequency = referenced.frequency
            and declared.dimension = referenced.dimension
            and declared.member = referenced.member
            and referenced.recency = 1
    where declared.choice = 1
),

-- Who has converged goes on beside the comparator, towards the comparator's own target.
followed as (
    select
        converging.indicator_id,
        converging.area_code,
        converging.frequency,
        converging.dimension,
        converging.member,
        converging.target_period as valid_after,
        comparators.target_period,
        comparators.target_value,
        comparators.area_code as path_of,
        {{ merged('comparators.depends_on', 'comparators.baseline_key') }} as depends_on
    from valued as converging
    inner join valued as comparators
        on
            converging.indicator_id = comparators.indicator_id
            and converging.reference_area = comparators.area_code
            and converging.frequency = comparators.frequency
            and converging.dimension = comparators.dimension
            and converging.member = comparators.member
    where
        converging.kind = 'converge'
        and comparators.kind <> 'converge'
)

select
    valued.indicator_id,
    valued.area_code,
    valued.frequency,
    valued.dimension,
    valued.member,
    cast(null as string) as valid_after,
    followed.valid_after as valid_until,
    valued.target_period,
    valued.target_value,
    valued.area_code as path_of,
    valued.path,
    valued.area_type,
    valued.declared_area_code,
    valued.baseline_period,
    valued.baseline_value,
    valued.depends_on
from valued
left join followed
    on
        valued.indicator_id = followed.indicator_id
        and valued.area_code = followed.area_code
        and valued.frequency = followed.frequency
        and valued.dimension = followed.dimension
        and valued.member = followed.member
union all
select
    indicator_id,
    area_code,
    frequency,
    dimension,
    member,
    valid_after,
    cast(null as string) as valid_until,
    target_period,
    target_value,
    path_of,
    cast(null as string) as path,
    cast(null as string) as area_type,
    cast(null as string) as declared_area_code,
    cast(null as string) as baseline_period,
    cast(null as double) as baseline_value,
    nullif(depends_on, '') as depends_on
from followed
