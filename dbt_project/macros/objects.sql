{#- One object's measures, from columns to rows: the characteristics of a row become one text `|subject=35|units=5|`, in
    which any single one can be found as `|units=5|`; likewise what else names the row, as `|school=7|`. -#}
{%- macro observations_of(object) -%}
{%- for measure in object.measures %}
    select
        '{{ object.id }}' as object_id,
        {{ "'" ~ object.level ~ "'" if object.level else 'cast(null as string)' }} as level,
        {{ object.area }} as area_code,
        cast({{ object.period }} as string) as period,
        {{ characteristics_of(object.characteristics) }} as characteristics,
        {{ n_groups_of(object.dimensions) }} as n_groups,
        {{ characteristics_of(object.identities) }} as identities,
        '{{ measure }}' as measure,
        -- decimal: sums come out the same in whatever order the rows are read
        cast({{ measure }} as decimal(18, 6)) as amount,
        {{ measure }}__obs_status as obs_status,
        submission_id,
        coalesce(source_sheet, '') as source_sheet,
        source_row
    from {{ ref('stg_' ~ object.id) }}
    -- what has not taken place yet is of no period
    where {{ object.period }} is not null
{%- if not loop.last %}
    union all
{%- endif -%}
{%- endfor -%}
{%- endmacro -%}

{#- How many dimensions a row is divided by; 0 is everybody. -#}
{%- macro n_groups_of(dimensions) -%}
0{% for column in dimensions %} + case when coalesce(cast({{ column }} as string), '') = '' then 0 else 1 end{% endfor %}
{%- endmacro -%}

{#- What the landed rows of an object tell of; a withheld number is told of, one that is missing or was not collected is
    not. -#}
{%- macro told_of(object) -%}
{%- for measure in object.measures %}
    select
        partner_id,
        '{{ object.id }}' as object_id,
        '{{ measure }}' as measure,
        {{ object.area }} as area_code,
        cast({{ object.period }} as string) as period,
        {{ characteristics_of(object.characteristics) }} as characteristics,
        {{ n_groups_of(object.dimensions) }} as n_groups,
        submission_id
    from {{ object.id }}
    where {{ measure }}__obs_status not in ('O', 'L') and {{ object.period }} is not null
{%- if not loop.last %}
    union all
{%- endif -%}
{%- endfor -%}
{%- endmacro -%}

{#- Columns of a row as one text `|subject=35|units=5|`. -#}
{%- macro characteristics_of(columns) -%}
concat('|'{% for column in columns %}, '{{ column }}=', coalesce(cast({{ column }} as string), ''), '|'{% endfor %})
{%- endmacro -%}

{#- What a text `|subject=35|units=5|` says of one column; empty where it says nothing. -#}
{%- macro said_of(text, column) -%}
split_part(split_part({{ text }}, concat('|', {{ column }}, '='), 2), '|', 1)
{%- endmacro -%}

{#- Whether a condition `subject=35|36` holds in such a text: one of its values stands there. -#}
{%- macro holds(condition, text) -%}
position(
    concat('|', {{ said_of(text, "split_part(" ~ condition ~ ", '=', 1)") }}, '|') in concat('|', split_part({{ condition }}, '=', 2), '|')
) > 0
{%- endmacro -%}

{#- How many conditions a filter can have at most: as many as the object with the most characteristics has. -#}
{%- macro most_characteristics() -%}
{{ var('observed_objects') | map(attribute='characteristics') | map('length') | max | default(0) }}
{%- endmacro -%}

{#- Depth of an area type from the top, 0 first; what is no declared type of area (a school, say) lies below them all. -#}
{%- macro area_rank(column) -%}
case {{ column }}{% for area_type in var('area_types') %} when '{{ area_type }}' then {{ loop.index0 }}{% endfor %} else {{ var('area_types') | length }} end
{%- endmacro -%}

{#- The dimensions of which a table must report every member wherever it reports one: object_id, dimension. -#}
{%- macro complete_dimensions() -%}
{%- set found = [] -%}
{%- for object in var('observed_objects') -%}
{%- for dimension in object.get('complete', []) -%}
{%- do found.append("select '" ~ object.id ~ "' as object_id, '" ~ dimension ~ "' as dimension") -%}
{%- endfor -%}
{%- endfor -%}
{{ found | join(' union all ') or "select '' as object_id, '' as dimension where 1 = 0" }}
{%- endmacro -%}
