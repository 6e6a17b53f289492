{#- Rows whose key stands twice or lacks a part; columns in `nullable` may be empty. -#}
{% test unique_key(model, columns, nullable=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
