{#- A cell of indicator values as text, `indicator|area|frequency|period|dimension|member`: what protection looks up. -#}
{%- macro cell_key(series, frequency, period) -%}
concat_ws('|', {{ series }}.indicator_id, {{ series }}.area_code, {{ frequency }}, {{ period }}, {{ series }}.dimension, {{ series }}.member)
{%- endmacro -%}
