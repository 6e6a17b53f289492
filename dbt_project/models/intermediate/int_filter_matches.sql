{%- set most_conditions = most_characteristics() | int -%}

with indicators as (
    select * from {{ ref('stg_indicators') }}
),

-- A mean has one part: its grades weighted row by row; so has a reported value, with what it rests on beside it.
parts as (
    select
        indicator_id,
        dimensions,
        'numerator' as part,
        numerator_measure as measures,
        case when kind in ('mean', 'reported') then denominator_measure end as weight_measure,
        kind = 'reported' as is_reported,
        numerator_counts as counted_column,
        numerator_objects as objects,
        coalesce(numerator_filter, '') as conditions
    from indicators
    union all
    select
        indicator_id,
        dimensions,
        'denominator' as part,
        denominator_measure as measures,
        null as weight_measure,
        false as is_reported,
        null as counted_column,
        denominator_objects as objects,
        coalesce(denominator_filter, '') as conditions
    from indicators
    where kind in ('proportion', 'ratio')
),

-- What rows say that count, and what replaced ones said: who sent those told of the indicator too.
observed as (
    select
        object_id,
        measure,
        characteristics,
        n_groups
    from {{ ref('int_observations') }}
    union distinct
    select
        object_id,
        measure,
        characteristics,
        n_groups
    from {{ ref('stg_deliveries') }}
),

members as (
    select
        'all' as dimension,
        'all' as member
    union all
    select
        dimension,
        member
    from {{ ref('stg_groups') }}
    where dimension <> 'all'
)

select
    parts.indicator_id,
    parts.part,
    observed.object_id,
    {{ place_in('parts.objects', 'observed.object_id') }} as preference,
    observed.measure,
    parts.weight_measure,
    parts.is_reported,
    parts.counted_column,
    observed.characteristics,
    members.dimension,
    members.member
from parts
inner join observed
    on
        {{ place_in('parts.measures', 'observed.measure') }} > 0
        and {{ place_in('parts.objects', 'observed.object_id') }} > 0
        {%- for number in range(1, most_conditions + 1) %}
        {%- set condition = "split_part(parts.conditions, ';', " ~ number ~ ")" %}
        and ({{ condition }} = '' or {{ holds(condition, 'observed.characteristics') }})
        {%- endfor %}
-- A reported value is of the very group that it was reported for; anything else is summed over the other groups.
inner join members
    on
        (members.dimension = 'all' and (not parts.is_reported or observed.n_groups = 0))
        or (
            (not parts.is_reported or observed.n_groups = 1)
            and {{ place_in('parts.dimensions', 'members.dimension') }} > 0
            and position(concat('|', members.dimension, '=', members.member, '|') in observed.characteristics) > 0
        )
