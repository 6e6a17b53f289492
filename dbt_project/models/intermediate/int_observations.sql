{%- set columns = [
    'object_id', 'level', 'area_code', 'period', 'characteristics', 'n_groups', 'identities', 'measure'
] -%}

with delivered as (
    {%- for object in var('observed_objects') %}
    {{ observations_of(object) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Where a table must tell of every member of a dimension, a member without a row beside another's is missing, not nobody.
complete as (
    {{ complete_dimensions() }}
),

expected as (
    select
        {%- for column in columns if column != 'characteristics' %}
        delivered.{{ column }},
        {%- endfor %}
        replace(
            delivered.characteristics,
            concat('|', complete.dimension, '=', {{ said_of('delivered.characteristics', 'complete.dimension') }}, '|'),
            concat('|', complete.dimension, '=', members.member, '|')
        ) as characteristics,
        min(delivered.submission_id) as submission_id
    from delivered
    inner join complete on delivered.object_id = complete.object_id
    inner join {{ ref('stg_groups') }} as members on complete.dimension = members.dimension
    where {{ said_of('delivered.characteristics', 'complete.dimension') }} <> ''
    group by
        {%- for column in columns %}
        {{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
),

missing as (
    select expected.*
    from expected
    left join delivered
        on
            {%- for column in ['object_id', 'area_code', 'period', 'characteristics', 'identities', 'measure'] %}
            {{ 'and ' if not loop.first }}expected.{{ column }} = delivered.{{ column }}
            {%- endfor %}
    where delivered.object_id is null
)

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    amount,
    obs_status,
    submission_id,
    source_sheet,
    source_row
from delivered
union all
select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    cast(null as decimal(18, 6)) as amount,
    'O' as obs_status,
    submission_id,
    '' as source_sheet,
    cast(null as bigint) as source_row
from missing
