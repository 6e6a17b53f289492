{#- Sums of `columns` of a relation of parts (area_code, period, submission_id and these columns) for each area and every
    area above it: area_code, period, the columns, coverage, submissions. Coverage is the share of the areas expected to
    report, of those of a part's own level, that have parts in the period; 1 for the area itself. -#}
{%- macro summed_for_wholes(parts, columns) -%}
select
        ancestors.ancestor_code as area_code,
        {{ parts }}.period,
        {%- for column in columns %}
        sum({{ parts }}.{{ column }}) as {{ column }},
        {%- endfor %}
        case
            when max(ancestors.area_rank) = max(ancestors.ancestor_rank) then cast(1 as double)
            else round(
                count(distinct case when ancestors.is_reporting then {{ parts }}.area_code end)
                / nullif(cast(max(reporting.n_areas) as double), 0),
                10
            )
        end as coverage,
        {{ list_of(parts ~ '.submission_id') }} as submissions
    from {{ parts }}
    inner join {{ ref('int_area_ancestors') }} as ancestors on {{ parts }}.area_code = ancestors.area_code
    left join (
        select
            ancestor_code,
            area_rank,
            count(*) as n_areas
        from {{ ref('int_area_ancestors') }}
        where is_reporting
        group by
            ancestor_code,
            area_rank
    ) as reporting
        on
            ancestors.ancestor_code = reporting.ancestor_code
            and ancestors.area_rank = reporting.area_rank
    group by
        ancestors.ancestor_code,
        {{ parts }}.period
{%- endmacro -%}
