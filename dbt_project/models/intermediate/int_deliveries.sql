with told as (
    select * from {{ ref('stg_deliveries') }}
),

-- An indicator is told of by who gives its numerator for everybody.
matched as (
    select
        told.partner_id,
        matches.indicator_id,
        told.area_code,
        told.period,
        told.submission_id
    from told
    inner join {{ ref('int_filter_matches') }} as matches
        on
            told.object_id = matches.object_id
            and told.measure = matches.measure
            and told.characteristics = matches.characteristics
    where matches.part = 'numerator' and matches.dimension = 'all'
    union all
    -- Which rows a model of its own reads, only its SQL knows: any row of its tables tells of it.
    select
        told.partner_id,
        indicators.indicator_id,
        told.area_code,
        told.period,
        told.submission_id
    from told
    inner join {{ ref('stg_indicators') }} as indicators
        on
            indicators.kind = 'model'
            and {{ place_in('indicators.numerator_objects', 'told.object_id') }} > 0
)

select
    partner_id,
    indicator_id,
    area_code,
    period,
    min(submission_id) as submission_id
from matched
group by
    partner_id,
    indicator_id,
    area_code,
    period
