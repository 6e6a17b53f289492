with delivered as (
    {%- for object in var('observed_objects') %}
    {{ observations_of(object) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- Where a table must tell of every member of a dimension, one without a row beside another's is missing, not nobody.
complete as (
    {{ complete_dimensions() }}
),

expected as (
    select distinct
        delivered.object_id,
        delivered.level,
        delivered.area_code,
        delivered.period,
        replace(
            delivered.characteristics,
            concat('|', complete.dimension, '=', {{ said_of('delivered.characteristics', 'complete.dimension') }}, '|'),
            concat('|', complete.dimension, '=', members.member, '|')
        ) as characteristics,
        delivered.n_groups,
        delivered.identities,
        delivered.measure,
        min(delivered.submission_id) over (
            partition by delivered.object_id, delivered.area_code, delivered.period
        ) as submission_id
    from delivered
    inner join complete on delivered.object_id = complete.object_id
    inner join {{ ref('stg_groups') }} as members on complete.dimension = members.dimension
    where {{ said_of('delivered.characteristics', 'complete.dimension') }} <> ''
),

missing as (
    select expected.*
    from expected
    left join delivered
        on
            expected.object_id = delivered.object_id
            and expected.area_code = delivered.area_code
            and expected.period = delivered.period
            and expected.characteristics = delivered.characteristics
            and expected.identities = delivered.identities
            and expected.measure = delivered.measure
    where delivered.object_id is null
)

select
    object_id,
    level,
    area_code,
    period,
    characteristics,
    n_groups,
    identities,
    measure,
    amount,
    obs_status,
    submission_id,
    source_sheet,
    source_row
from delivered
union all
select
    object_id,
    level,
    area_code,
    period,
    characteristics,
    n_groups,
    identities,
    measure,
    cast(null as decimal(18, 6)) as amount,
    'O' as obs_status,
    submission_id,
    '' as source_sheet,
    cast(null as bigint) as source_row
from missing
