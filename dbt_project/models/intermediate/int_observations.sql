with observations as (
    {%- for object in var('observed_objects') %}
    {{ observations_of(object) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
from observations
