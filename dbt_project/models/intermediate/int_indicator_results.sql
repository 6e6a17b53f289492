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
        case
            when indicators.kind in ('count', 'mean', 'reported') or denominators.obs_status = 'A'
                then numerators.obs_status
            else denominators.obs_status
        end as reported_status,
        -- A share of a part of the whole is no share, unless the same areas stand above and below the line; a mean over
        -- some of the areas is no mean of all.
        indicators.kind in ('count', 'reported')
        or (indicators.kind = 'mean' and coalesce(numerators.coverage = 1, false))
        or coalesce(denominators.is_whole, false)
        or coalesce(numerators.areas_summed = denominators.areas_summed, false) as is_comparable,
        numerators.coverage,
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
            when reported_status <> 'A' or not is_comparable then null
            when kind = 'count' then numerator
            -- A reported value of which nobody says on how many persons it rests cannot be protected.
            when kind = 'reported' and (denominator > 0 or not has_denominator) then round(numerator, 10)
            when kind = 'reported' then null
            -- More in the part than in the whole: the two sources contradict each other.
            when kind = 'proportion' and numerator > denominator then null
            when denominator > 0 then round(numerator / denominator, 10)
        end as value
    from joined
)

select
    indicator_id,
    area_code,
    period,
    dimension,
    member,
    case when value is not null and kind not in ('mean', 'reported') then numerator end as numerator,
    case when value is not null and kind <> 'count' then denominator end as denominator,
    value,
    case
        when value is not null then 'A'
        when reported_status = 'Q' then 'Q'
        else 'O'
    end as obs_status,
    case when value is not null then coverage end as coverage,
    coalesce(kind = 'proportion' and numerator > denominator and is_comparable, false) as is_contradictory,
    source_object,
    submissions
from valued
