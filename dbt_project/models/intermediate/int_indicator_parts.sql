{{ config(materialized='view') }}

select
    indicator_id,
    part,
    area_code,
    period,
    dimension,
    member,
    object_id,
    distance,
    amount,
    weight,
    obs_status,
    n_hidden,
    coverage,
    areas_summed,
    submissions
from {{ ref('int_indicator_candidates') }}
where choice = 1
