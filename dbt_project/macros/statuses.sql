{#- SDMX observation statuses (code list CL_OBS_STATUS 2.x). Several of them met in one cell; one is published. -#}

{#- Of a list of statuses the one that stands for them all. With a number: the order of precedence that SDMX recommends
    for one flag a value (estimated, provisional, low reliability, normal). Without: what its source hides is known to
    exist, so it comes first; data that cannot exist say so only where nothing else is said. -#}
{%- macro leading_status(statuses) -%}
case
        {%- for status in ['E', 'P', 'U', 'A', 'Q', 'O', 'L', 'M'] %}
        when {{ place_in(statuses, "'" ~ status ~ "'") }} > 0 then '{{ status }}'
        {%- endfor %}
    end
{%- endmacro -%}

{#- Status of a number that is made from others, of which these are the statuses: as good as the weakest of them. Where
    there is no number, one withheld says why; that there can be none, only the first of them says. -#}
{%- macro status_of(amount, statuses) -%}
{%- set listed = statuses | join(', ') -%}
case
            when {{ amount }} is not null then {{ leading_status("concat_ws(';', " ~ listed ~ ")") }}
            when 'Q' in ({{ listed }}) then 'Q'
            when {{ statuses[0] }} in ('M', 'L') then {{ statuses[0] }}
            else 'O'
        end
{%- endmacro -%}
