{%- set place = ['indicator_id', 'part', 'area_code', 'period'] -%}
{%- set columns = [
    'measures', 'conditions', 'counted_column', 'weight_measure', 'area_code', 'period', 'dimension', 'member', 'kind',
    'object_id', 'distance', 'value', 'submissions', 'other_object_id', 'other_distance', 'other_dimension', 'other_value',
    'other_submissions'
] -%}

with quantities as (
    select
        indicator_id,
        'numerator' as part,
        numerator_measure as measures,
        coalesce(numerator_filter, '') as conditions,
        coalesce(numerator_counts, '') as counted_column,
        case when kind = 'mean' then denominator_measure else '' end as weight_measure,
        kind in ('count', 'proportion', 'ratio') as is_summed
    from {{ ref('stg_indicators') }}
    union all
    select
        indicator_id,
        'denominator' as part,
        denominator_measure as measures,
        coalesce(denominator_filter, '') as conditions,
        '' as counted_column,
        '' as weight_measure,
        true as is_summed
    from {{ ref('stg_indicators') }}
    where denominator_measure is not null
),

told as (
    select
        candidates.indicator_id,
        candidates.part,
        candidates.area_code,
        candidates.period,
        candidates.dimension,
        candidates.member,
        candidates.object_id,
        candidates.distance,
        candidates.choice,
        candidates.submissions,
        quantities.measures,
        quantities.conditions,
        quantities.counted_column,
        quantities.weight_measure,
        quantities.is_summed,
        {{ absolute_tolerance('quantities') }} as tolerance,
        cast(
            case
                when quantities.weight_measure <> '' then candidates.amount / nullif(candidates.weight, 0)
                else candidates.amount
            end as double
        ) as value,
        coalesce(candidates.coverage = 1, false) as is_whole,
        -- Where no area is known to be absent, what is left out does not make a hundredfold.
        coalesce(candidates.coverage, 1) = 1 as has_all_areas
    from {{ ref('int_indicator_candidates') }} as candidates
    inner join quantities
        on
            candidates.indicator_id = quantities.indicator_id
            and candidates.part = quantities.part
    where candidates.amount is not null
),

sums_of_members as (
    select
        indicator_id,
        part,
        area_code,
        period,
        object_id,
        distance,
        dimension as other_dimension,
        sum(value) as value
    from told
    where is_summed and dimension <> 'all'
    group by
        indicator_id,
        part,
        area_code,
        period,
        object_id,
        distance,
        dimension
),

largest_sums as (
    select
        indicator_id,
        part,
        area_code,
        period,
        object_id,
        distance,
        max(value) as value
    from sums_of_members
    group by
        indicator_id,
        part,
        area_code,
        period,
        object_id,
        distance
),

-- What supplies a cell beside everything else that is told of it.
two_sources as (
    select
        chosen.*,
        others.object_id as other_object_id,
        others.distance as other_distance,
        '' as other_dimension,
        others.value as other_value,
        others.submissions as other_submissions,
        greatest(chosen.value, others.value) as larger,
        least(chosen.value, others.value) as smaller,
        case when others.value > chosen.value then chosen.is_whole else others.is_whole end as is_smaller_whole,
        case when others.value > chosen.value then chosen.has_all_areas else others.has_all_areas end
            as has_smaller_all_areas,
        chosen.is_whole and others.is_whole as are_both_whole,
        case
            when others.value > chosen.value
                then
                    others.distance > chosen.distance
                    or (coalesce(sums_of_others.value, 0) > chosen.value and sums_of_chosen.value is null)
            else
                chosen.distance > others.distance
                or (coalesce(sums_of_chosen.value, 0) > others.value and sums_of_others.value is null)
        end as is_larger_of_parts
    from told as chosen
    inner join told as others
        on
            {%- for column in place + ['dimension', 'member'] %}
            {{ 'and ' if not loop.first }}chosen.{{ column }} = others.{{ column }}
            {%- endfor %}
            and chosen.choice = 1
            and others.choice > 1
    {%- for side, sums in [('chosen', 'sums_of_chosen'), ('others', 'sums_of_others')] %}
    left join largest_sums as {{ sums }}
        on
            {{ side }}.dimension = 'all'
            {%- for column in place + ['object_id', 'distance'] %}
            and {{ side }}.{{ column }} = {{ sums }}.{{ column }}
            {%- endfor %}
    {%- endfor %}
),

judged as (
    select
        *,
        case
            when is_in_other_unit then 'unit_mismatch'
            when is_summed and is_more_than_once then 'double_counted'
            when is_summed and is_larger_of_parts then 'parts_over_total'
            else 'differs'
        end as kind
    from (
        select
            *,
            {{ is_multiple('larger', 'smaller', 'unit_mismatch') }} as is_in_other_unit,
            {{ is_multiple('larger', 'smaller', 'double_counted') }} as is_more_than_once
        from two_sources
        where larger - smaller > greatest(tolerance, {{ var('reconciliation')['relative'] }} * larger)
    ) as beyond_tolerance
    -- A sum that lacks something may be smaller than the whole, never larger; of a mean it says nothing.
    where
        are_both_whole
        or (is_summed and is_smaller_whole)
        or (has_smaller_all_areas and is_in_other_unit)
),

-- Rows of totals and rows of groups in one table, added up: everybody stands in both.
within_a_source as (
    select
        told.*,
        told.object_id as other_object_id,
        told.distance as other_distance,
        sums_of_members.other_dimension,
        sums_of_members.value as other_value,
        told.submissions as other_submissions,
        'double_counted' as kind
    from told
    inner join sums_of_members
        on
            told.object_id = sums_of_members.object_id
            and told.distance = sums_of_members.distance
            {%- for column in place %}
            and told.{{ column }} = sums_of_members.{{ column }}
            {%- endfor %}
    where
        told.dimension = 'all'
        and told.is_summed
        and told.value - sums_of_members.value > told.tolerance
        and {{ is_multiple('told.value', 'sums_of_members.value', 'double_counted') }}
        and told.value = round(told.value / nullif(sums_of_members.value, 0)) * sums_of_members.value
),

disagreements as (
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        indicator_id
    from judged
    union all
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        indicator_id
    from within_a_source
),

-- Several indicators are made of one quantity: it is said once.
said_once as (
    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        {{ list_of('indicator_id') }} as indicators
    from disagreements
    group by
        {%- for column in columns[:-1] %}
        {{ column }},
        {%- endfor %}
        {{ columns[-1] }}
),

totals as (
    select
        *,
        -- Where a source disagrees on the total, so do its groups.
        max(case when dimension = 'all' and other_dimension = '' then 1 else 0 end) over (
            partition by
                measures, conditions, counted_column, weight_measure, area_code, period, other_object_id, other_distance
        ) as is_total_listed
    from said_once
)

select
    indicators,
    measures,
    conditions,
    counted_column,
    weight_measure,
    area_code,
    period,
    dimension,
    member,
    kind,
    object_id,
    distance,
    value,
    submissions,
    other_object_id,
    other_distance,
    other_dimension,
    other_value,
    other_submissions,
    other_value - value as difference,
    case when value <> 0 then other_value / value end as ratio
from totals
where dimension = 'all' or is_total_listed = 0
