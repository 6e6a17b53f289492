{#- Tolerances of the reconciliation, as the initiative declares them. -#}

{#- How far two amounts of a quantity may lie apart in its own unit: once for each value that its filter allows, since a
    source may leave out a small row of each; none where things are counted. -#}
{%- macro absolute_tolerance(quantity) -%}
(1 + length({{ quantity }}.conditions) - length(replace({{ quantity }}.conditions, '|', '')))
        * case
            when {{ quantity }}.counted_column <> '' then 0
            {%- for measure, tolerance in var('reconciliation')['absolute'].items() %}
            when split_part({{ quantity }}.measures, ';', 1) = '{{ measure }}' then {{ tolerance }}
            {%- endfor %}
            else 0
        end
{%- endmacro -%}

{#- Whether the larger of two values is, within the relative tolerance, one of the multiples of the smaller that make a
    disagreement of this kind. -#}
{%- macro is_multiple(larger, smaller, kind) -%}
(
    {%- for times in var('reconciliation')['multiples'][kind] -%}
        abs({{ larger }} - {{ times }} * {{ smaller }}) <= {{ var('reconciliation')['relative'] }} * {{ larger }} or {# -#}
    {%- endfor -%}
        1 = 0)
{%- endmacro -%}
