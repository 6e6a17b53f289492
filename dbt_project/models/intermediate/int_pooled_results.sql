{%- set years = var('pooled_years') | int -%}

-- Pools do not overlap and always begin in the same years: no release shifts them, so that no single year is the
-- difference of two of them.
with placed as (
    select
        results.*,
        indicators.kind,
        {{ last_year_of_pool('results.period') }} as last_year
    from {{ ref('int_indicator_results') }} as results
    inner join {{ ref('stg_indicators') }} as indicators on results.indicator_id = indicators.indicator_id
    where
        indicators.is_pooled
        and indicators.frequency = 'A'
        and results.value is not null
        and {{ last_year_of_pool('results.period') }} is not null
),

broken as (
    select distinct
        placed.indicator_id,
        placed.last_year
    from placed
    inner join {{ ref('stg_breaks') }} as breaks
        on
            placed.indicator_id = breaks.indicator_id
            and {{ last_year_of_pool('breaks.period') }} = placed.last_year
            -- at its first year it parts the pool from the one before
            and (cast(substring(breaks.period, 1, 4) as integer) - {{ var('pooled_from') }}) % {{ years }} > 0
),

summed as (
    select
        placed.indicator_id,
        placed.area_code,
        placed.dimension,
        placed.member,
        placed.kind,
        placed.last_year,
        sum(placed.numerator) as numerator,
        sum(placed.denominator) as denominator,
        -- decimal: sums come out the same in whatever order the rows are read
        sum(cast(placed.value as decimal(19, 10)) * cast(placed.denominator as decimal(19, 2))) as weighted,
        sum(case when placed.coverage is null then 1 else 0 end) as n_uncovered,
        min(placed.coverage) as coverage,
        count(placed.n_hidden) as n_counted,
        sum(placed.n_hidden) as n_hidden,
        {{ list_of('placed.obs_status') }} as statuses,
        {{ list_of('placed.source_object') }} as source_object,
        {{ list_of('placed.submissions') }} as submissions
    from placed
    left join broken
        on
            placed.indicator_id = broken.indicator_id
            and placed.last_year = broken.last_year
    where broken.indicator_id is null
    group by
        placed.indicator_id,
        placed.area_code,
        placed.dimension,
        placed.member,
        placed.kind,
        placed.last_year
    having count(*) = {{ years }}
)

select
    indicator_id,
    area_code,
    '{{ pool_frequency() }}' as frequency,
    last_year as period,
    dimension,
    member,
    numerator,
    denominator,
    case kind
        when 'count' then numerator
        when 'mean' then round(cast(weighted as double) / denominator, 10)
        else round(numerator / denominator, 10)
    end as value,
    case when {{ place_in('statuses', "'B'") }} > 0 then 'B' else {{ leading_status('statuses') }} end as obs_status,
    case when n_uncovered = 0 then coverage end as coverage,
    case when n_counted = {{ years }} then cast(n_hidden as bigint) end as n_hidden,
    source_object,
    {{ merged('submissions', 'cast(null as string)') }} as submissions
from summed
