-- An area is part of every area above it, and there of each group of areas that it belongs to.
with wholes as (
    select
        area_code,
        area_rank,
        is_reporting,
        ancestor_code,
        ancestor_rank,
        'all' as areas_dimension,
        'all' as areas_member
    from {{ ref('int_area_ancestors') }}
    union all
    select
        area_code,
        area_rank,
        is_reporting,
        ancestor_code,
        ancestor_rank,
        dimension as areas_dimension,
        member as areas_member
    from {{ ref('int_area_groups') }}
),

reporting_areas as (
    select
        ancestor_code,
        area_rank,
        areas_dimension,
        areas_member,
        count(*) as n_areas
    from wholes
    where is_reporting
    group by ancestor_code, area_rank, areas_dimension, areas_member
),

summed as (
    select
        amounts.indicator_id,
        amounts.part,
        amounts.object_id,
        amounts.preference,
        wholes.ancestor_code as area_code,
        amounts.level_rank,
        amounts.level_rank - wholes.ancestor_rank as distance,
        amounts.period,
        wholes.areas_dimension,
        wholes.areas_member,
        case when wholes.areas_dimension = 'all' then amounts.dimension else wholes.areas_dimension end as dimension,
        case when wholes.areas_dimension = 'all' then amounts.member else wholes.areas_member end as member,
        sum(amounts.amount) as amount,
        sum(amounts.weight) as weight,
        sum(amounts.n_amounts) as n_amounts,
        sum(amounts.n_hidden) as n_hidden,
        sum(amounts.n_missing) as n_missing,
        count(distinct case when wholes.is_reporting then amounts.area_code end) as n_areas,
        -- Where there can be no number there is nothing to add, and nothing is left out.
        count(
            distinct case
                when wholes.is_reporting and (amounts.n_amounts > 0 or amounts.statuses = 'M') then amounts.area_code
            end
        ) as n_areas_visible,
        {{ list_of('amounts.statuses') }} as statuses,
        {{ list_of('amounts.area_code') }} as areas,
        {{ list_of('case when amounts.n_hidden + amounts.n_missing > 0 then amounts.area_code end') }}
            as areas_incomplete,
        {{ list_of('amounts.submission_id') }} as submissions
    from {{ ref('int_indicator_amounts') }} as amounts
    inner join {{ ref('stg_indicators') }} as indicators on amounts.indicator_id = indicators.indicator_id
    inner join wholes
        on
            amounts.area_code = wholes.area_code
            -- What was reported of a part says nothing of the whole.
            and (not amounts.is_reported or amounts.area_code = wholes.ancestor_code)
            -- A group of areas is everybody in them.
            and (
                wholes.areas_dimension = 'all'
                or (
                    amounts.dimension = 'all'
                    and {{ place_in('indicators.dimensions', 'wholes.areas_dimension') }} > 0
                )
            )
    group by
        amounts.indicator_id,
        amounts.part,
        amounts.object_id,
        amounts.preference,
        wholes.ancestor_code,
        wholes.ancestor_rank,
        amounts.level_rank,
        amounts.period,
        amounts.dimension,
        amounts.member,
        wholes.areas_dimension,
        wholes.areas_member
),

-- An area that reports the total but no row of a group has nobody in the group: it is covered, with nothing to add.
with_totals as (
    select
        summed.*,
        case when summed.areas_dimension = 'all' then coalesce(totals.n_areas - summed.n_areas, 0) else 0 end
        + summed.n_areas_visible as n_areas_covered,
        case when summed.areas_dimension = 'all' then coalesce(totals.n_areas, summed.n_areas) else summed.n_areas end
            as n_areas_reporting,
        case when summed.areas_dimension = 'all' then coalesce(totals.areas, summed.areas) else summed.areas end
            as areas_reporting,
        -- A group of areas comes from the source from which the total of all of them comes.
        case when summed.areas_dimension <> 'all' then totals.n_areas_visible end as n_areas_of_total,
        summed.n_hidden + summed.n_missing = 0 as is_whole
    from summed
    -- Of a reported value the group may stand without the total.
    left join summed as totals
        on
            summed.indicator_id = totals.indicator_id
            and summed.part = totals.part
            and summed.object_id = totals.object_id
            and summed.area_code = totals.area_code
            and summed.level_rank = totals.level_rank
            and summed.period = totals.period
            and totals.dimension = 'all'
),

-- One source supplies a cell, never a mixture: the area's own level first; of those that must be summed the one that
-- covers most areas, so that a total and its groups come from the same complete source; then the nearest level, then
-- preference.
ranked as (
    select
        *,
        row_number() over (
            partition by indicator_id, part, area_code, period, dimension, member
            order by
                case when n_amounts + n_hidden > 0 then 0 else 1 end,
                case when distance = 0 then 0 else 1 end,
                -- what lies below areas (schools) may cover every area and still know only a part of each
                case when level_rank < {{ var('area_types') | length }} then 0 else 1 end,
                case when distance > 0 then coalesce(n_areas_of_total, n_areas_covered) end desc,
                distance,
                preference
        ) as choice
    from with_totals
    -- a source that only misses a number says nothing; one that cannot have it or did not collect it does
    where statuses <> 'O'
)

select
    ranked.indicator_id,
    ranked.part,
    ranked.area_code,
    ranked.period,
    ranked.dimension,
    ranked.member,
    ranked.object_id,
    ranked.level_rank,
    ranked.distance,
    ranked.choice,
    ranked.amount,
    ranked.weight,
    {{ leading_status('ranked.statuses') }} as obs_status,
    -- Known only where hidden rows are all that is missing: nothing empty, no area absent, nothing below areas.
    case
        when
            ranked.n_missing = 0
            and ranked.level_rank < {{ var('area_types') | length }}
            and (ranked.distance = 0 or ranked.n_areas_reporting >= reporting_areas.n_areas)
            then cast(ranked.n_hidden as bigint)
    end as n_hidden,
    -- 1 says that nothing is left out; where only rows of covered areas are hidden, how much is left out is not known.
    case
        when ranked.distance > 0 and (ranked.is_whole or ranked.n_areas_covered < reporting_areas.n_areas)
            then round(ranked.n_areas_covered / cast(reporting_areas.n_areas as double), 10)
        when ranked.distance = 0 and ranked.is_whole then cast(1 as double)
    end as coverage,
    case
        when ranked.distance > 0 then concat(ranked.areas_reporting, '-', coalesce(ranked.areas_incomplete, ''))
    end as areas_summed,
    ranked.submissions
from ranked
left join reporting_areas
    on
        ranked.area_code = reporting_areas.ancestor_code
        and ranked.level_rank = reporting_areas.area_rank
        and ranked.areas_dimension = reporting_areas.areas_dimension
        and ranked.areas_member = reporting_areas.areas_member
