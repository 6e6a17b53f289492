{#- Months from year 0 to the start of a period (`2022`, `2022-Q3`, `2022-09`): what orders and subtracts. -#}
{%- macro month_number(period) -%}
cast(substring({{ period }}, 1, 4) as integer) * 12
    + case
        when substring({{ period }}, 6, 1) = 'Q' then cast(substring({{ period }}, 7, 1) as integer) * 3 - 3
        when length({{ period }}) = 7 then cast(substring({{ period }}, 6, 2) as integer) - 1
        else 0
    end
{%- endmacro -%}

{#- The last year of the pool of years that a period lies in, as text; null before the first pool. -#}
{%- macro last_year_of_pool(period) -%}
{%- set year = "cast(substring(" ~ period ~ ", 1, 4) as integer)" -%}
case
        when {{ year }} >= {{ var('pooled_from') }}
            then cast(
                {{ year }} - ({{ year }} - {{ var('pooled_from') }}) % {{ var('pooled_years') }} + {{ var('pooled_years') - 1 }} as string
            )
    end
{%- endmacro -%}

{#- Frequency of pooled years, `A3` of three. -#}
{%- macro pool_frequency() -%}
A{{ var('pooled_years') }}
{%- endmacro -%}

{#- The period of the initiative's calendar in which a day (ISO text) lies, as text; null where there is no day. -#}
{%- macro period_of(day) -%}
{%- set year = "cast(substring(" ~ day ~ ", 1, 4) as integer)" -%}
{%- set month = "cast(substring(" ~ day ~ ", 6, 2) as integer)" -%}
{%- if var('calendar') == 'school_year' -%}
cast({{ year }} + case when {{ month }} >= {{ var('school_year_begins') }} then 1 else 0 end as string)
{%- elif var('calendar') == 'quarter' -%}
case when {{ day }} is not null then concat(substring({{ day }}, 1, 4), '-Q', cast(cast(floor(({{ month }} + 2) / 3) as integer) as string)) end
{%- elif var('calendar') == 'month' -%}
substring({{ day }}, 1, 7)
{%- else -%}
substring({{ day }}, 1, 4)
{%- endif -%}
{%- endmacro -%}

{#- The same, and null for a day after the one by which this build knows: what is planned is of no period yet. -#}
{%- macro period_once_past(day) -%}
case when {{ day }} <= '{{ env_var("MEASURE_AS_OF", "") }}' then {{ period_of(day) }} end
{%- endmacro -%}
