with parts as (
    select * from {{ ref('int_indicator_parts') }}
),

denominators as (
    select
        *,
        coverage = 1 as is_whole
    from parts
    where part = 'denominator'
),

joined as (
    select
        numerators.indicator_id,
        indicators.kind,
        indicators.frequency,
        numerators.area_code,
        numerators.period,
        numerators.dimension,
        numerators.member,
        cast(numerators.amount as double) as numerator,
        cast(
            case
                when indicators.kind in ('mean', 'reported') then numerators.weight
                else denominators.amount
            end as double
        ) as denominator,
        indicators.denominator_measure is not null as has_denominator,
        numerators.amount is not null
        and (indicators.kind in ('count', 'mean', 'reported') or denominators.amount is not null) as has_amounts,
        case
            when numerators.amount is null then numerators.obs_status
            when indicators.kind in ('count', 'mean', 'reported') then numerators.obs_status
            when denominators.amount is null then coalesce(denominators.obs_status, 'O')
            else {{ leading_status("concat_ws(';', numerators.obs_status, denominators.obs_status)") }}
        end as reported_status,
        -- A share of a part of the whole is no share, unless the same areas stand above and below the line; a mean over
        -- some of the areas is no mean of all.
        indicators.kind in ('count', 'reported')
        or (indicators.kind = 'mean' and coalesce(numerators.coverage = 1, false))
        or coalesce(denominators.is_whole, false)
        or coalesce(numerators.areas_summed = denominators.areas_summed, false) as is_comparable,
        numerators.coverage,
        numerators.n_hidden,
        numerators.object_id as source_object,
        {{ merged('numerators.submissions', 'denominators.submissions') }} as submissions
    from parts as numerators
    inner join {{ ref('stg_indicators') }} as indicators on numerators.indicator_id = indicators.indicator_id
    left join denominators
        on
            numerators.indicator_id = denominators.indicator_id
            and numerators.area_code = denominators.area_code
            and numerators.period = denominators.period
            and numerators.dimension = denominators.dimension
            and numerators.member = denominators.member
    where
        numerators.part = 'numerator'
        and numerators.period >= coalesce(indicators.first_period, numerators.period)
),

valued as (
    select
        *,
        case
            when not has_amounts or not is_comparable then null
            when kind = 'count' then numerator
            -- A reported value of which nobody says on how many persons it rests cannot be protected.
            when kind = 'reported' and (denominator > 0 or not has_denominator) then round(numerator, 10)
            when kind = 'reported' then null
            -- More in the part than in the whole: the two sources contradict each other.
            when kind = 'proportion' and numerator > denominator then null
            when denominator > 0 then round(numerator / denominator, 10)
        end as value
    from joined
    {%- for indicator_id in var('indicator_models') %}
    union all
    select
        indicators.indicator_id,
        indicators.kind,
        indicators.frequency,
        models.area_code,
        models.period,
        models.dimension,
        models.member,
        cast(models.numerator as double) as numerator,
        cast(models.denominator as double) as denominator,
        models.denominator is not null as has_denominator,
        models.value is not null as has_amounts,
        models.obs_status as reported_status,
        true as is_comparable,
        models.coverage,
        cast(null as bigint) as n_hidden,
        cast(null as string) as source_object,
        models.submissions,
        round(models.value, 10) as value
    from {{ ref('fct_' ~ indicator_id) }} as models
    inner join {{ ref('stg_indicators') }} as indicators on indicators.indicator_id = '{{ indicator_id }}'
    where models.period >= coalesce(indicators.first_period, models.period)
    {%- endfor %}
),

-- The method changed at the declared period; a series that has values before shows it at its first one from then on.
first_by_break as (
    select
        valued.indicator_id,
        valued.area_code,
        valued.dimension,
        valued.member,
        breaks.period as break_period,
        min(case when valued.period >= breaks.period then valued.period end) as period
    from valued
    inner join {{ ref('stg_breaks') }} as breaks on valued.indicator_id = breaks.indicator_id
    where valued.value is not null
    group by
        valued.indicator_id,
        valued.area_code,
        valued.dimension,
        valued.member,
        breaks.period
    having min(valued.period) < breaks.period
),

first_after_breaks as (
    select distinct
        indicator_id,
        area_code,
        dimension,
        member,
        period
    from first_by_break
),

marked as (
    select
        valued.*,
        first_after_breaks.period is not null as is_first_after_break
    from valued
    left join first_after_breaks
        on
            valued.indicator_id = first_after_breaks.indicator_id
            and valued.area_code = first_after_breaks.area_code
            and valued.period = first_after_breaks.period
            and valued.dimension = first_after_breaks.dimension
            and valued.member = first_after_breaks.member
)

select
    indicator_id,
    area_code,
    frequency,
    period,
    dimension,
    member,
    case when value is not null and kind not in ('mean', 'reported') then numerator end as numerator,
    case when value is not null and kind <> 'count' then denominator end as denominator,
    value,
    case
        when value is not null and is_first_after_break then 'B'
        when value is not null or not has_amounts then reported_status
        -- Its parts are there, but they make no number: of different areas, of nobody, or in contradiction.
        else 'O'
    end as obs_status,
    case when value is not null then coverage end as coverage,
    case when value is not null and kind = 'count' then n_hidden end as n_hidden,
    coalesce(kind = 'proportion' and numerator > denominator and is_comparable, false) as is_contradictory,
    source_object,
    submissions
from marked
