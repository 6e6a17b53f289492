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
