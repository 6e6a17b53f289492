{{ config(materialized='view') }}

select
    indicator_id,
    area_code,
    frequency,
    period,
    dimension,
    member,
    numerator,
    denominator,
    value,
    obs_status,
    coverage,
    n_hidden,
    source_object,
    submissions
from {{ ref('int_indicator_results') }}
union all
select
    indicator_id,
    area_code,
    frequency,
    period,
    dimension,
    member,
    numerator,
    denominator,
    value,
    obs_status,
    coverage,
    n_hidden,
    source_object,
    submissions
from {{ ref('int_pooled_results') }}
