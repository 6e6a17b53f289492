-- As many steps up as there are types of area: no recursion, which not every engine has.
{%- set steps = var('area_types') | length %}

with areas as (
    select
        area_code,
        area_type,
        parent_code,
        is_reporting,
        {{ area_rank('area_type') }} as area_rank
    from {{ ref('stg_areas') }}
),

step_0 as (
    select
        area_code,
        area_code as ancestor_code
    from areas
),
{% for step in range(1, steps) %}
step_{{ step }} as (
    select
        below.area_code,
        areas.parent_code as ancestor_code
    from step_{{ step - 1 }} as below
    inner join areas on below.ancestor_code = areas.area_code
    where areas.parent_code is not null
),
{% endfor %}
steps as (
    {%- for step in range(steps) %}
    select * from step_{{ step }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    steps.area_code,
    areas.area_rank,
    areas.is_reporting,
    steps.ancestor_code,
    ancestors.area_type as ancestor_type,
    ancestors.area_rank as ancestor_rank
from steps
inner join areas on steps.area_code = areas.area_code
inner join areas as ancestors on steps.ancestor_code = ancestors.area_code
