{%- set most_conditions = most_characteristics() | int -%}

with indicators as (
    select * from {{ ref('stg_indicators') }}
),

-- A mean has one part: its grades weighted row by row.
parts as (
    select
        indicator_id,
        dimensions,
        'numerator' as part,
        numerator_measure as measure,
        case when kind = 'mean' then denominator_measure end as weight_measure,
        numerator_objects as objects,
        coalesce(numerator_filter, '') as conditions
    from indicators
    union all
    select
        indicator_id,
        dimensions,
        'denominator' as part,
        denominator_measure as measure,
        null as weight_measure,
        denominator_objects as objects,
        coalesce(denominator_filter, '') as conditions
    from indicators
    where kind in ('proportion', 'ratio')
),

observed as (
    select distinct
        object_id,
        measure,
        characteristics
    from {{ ref('int_observations') }}
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
    observed.characteristics,
    members.dimension,
    members.member
from parts
inner join observed
    on
        parts.measure = observed.measure
        and {{ place_in('parts.objects', 'observed.object_id') }} > 0
        {%- for number in range(1, most_conditions + 1) %}
        {%- set condition = "split_part(parts.conditions, ';', " ~ number ~ ")" %}
        and ({{ condition }} = '' or position(concat('|', {{ condition }}, '|') in observed.characteristics) > 0)
        {%- endfor %}
inner join members
    on
        members.dimension = 'all'
        or (
            {{ place_in('parts.dimensions', 'members.dimension') }} > 0
            and position(concat('|', members.dimension, '=', members.member, '|') in observed.characteristics) > 0
        )
