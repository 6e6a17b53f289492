{#- Lists are text with `;` between, as the registers write them. -#}

{#- Place of a member in a list, 0 where it does not stand there. -#}
{%- macro place_in(list, member) -%}
position(concat(';', {{ member }}, ';') in concat(';', {{ list }}, ';'))
{%- endmacro -%}

{#- Aggregate: the distinct values of a group, sorted. -#}
{%- macro list_of(expression) -%}
{{ return(adapter.dispatch('list_of')(expression)) }}
{%- endmacro -%}

{#- An aggregate that sorts by itself takes twice the time where groups are many and small. -#}
{%- macro default__list_of(expression) -%}
array_to_string(list_sort(list_distinct(list({{ expression }}) filter (where {{ expression }} is not null))), ';')
{%- endmacro -%}

{%- macro spark__list_of(expression) -%}
array_join(array_sort(collect_set({{ expression }})), ';')
{%- endmacro -%}

{#- The members of both lists, distinct and sorted; a null list is empty. -#}
{%- macro merged(left, right) -%}
{{ return(adapter.dispatch('merged')(left, right)) }}
{%- endmacro -%}

{%- macro default__merged(left, right) -%}
array_to_string(list_sort(list_distinct(string_split(concat_ws(';', {{ left }}, {{ right }}), ';'))), ';')
{%- endmacro -%}

{%- macro spark__merged(left, right) -%}
array_join(array_sort(array_distinct(split(concat_ws(';', {{ left }}, {{ right }}), ';'))), ';')
{%- endmacro -%}
