{%- set columns = var('area_group_columns') -%}

with areas as (
    select
        area_code,
        {{ characteristics_of(columns) }} as characteristics
    from {{ ref('stg_areas') }}
),

grouped as (
    select
        areas.area_code,
        members.dimension,
        members.member,
        members.within
    from {{ ref('stg_area_groups') }} as members
    inner join areas
        on
            members.area_filter is not null
            {%- for number in range(1, columns | length + 1) %}
            {%- set condition = "split_part(members.area_filter, ';', " ~ number ~ ")" %}
            and ({{ condition }} = '' or {{ holds(condition, 'areas.characteristics') }})
            {%- endfor %}
)

select
    ancestors.area_code,
    ancestors.area_rank,
    ancestors.is_reporting,
    ancestors.ancestor_code,
    ancestors.ancestor_rank,
    grouped.dimension,
    grouped.member
from grouped
inner join {{ ref('int_area_ancestors') }} as ancestors
    on
        grouped.area_code = ancestors.area_code
        and ancestors.area_code <> ancestors.ancestor_code
        and (grouped.within is null or grouped.within = ancestors.ancestor_type)
