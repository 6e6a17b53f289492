with observations as (
    select * from {{ ref('int_observations') }}
),

matched as (
    select
        matches.indicator_id,
        matches.part,
        matches.is_reported,
        matches.object_id,
        matches.preference,
        observed.area_code,
        -- A row of totals in a dataset of a deeper level reports its own area.
        case
            when {{ area_rank('observed.level') }} < {{ var('area_types') | length }}
                then {{ area_rank('areas.area_type') }}
            else {{ area_rank('observed.level') }}
        end as level_rank,
        observed.period,
        matches.dimension,
        matches.member,
        observed.submission_id,
        case
            when matches.counted_column is not null then {{ said_of('observed.identities', 'matches.counted_column') }}
        end as counted,
        case
            when matches.weight_measure is null or matches.is_reported then observed.amount
            -- 19 digits each, so that the product has 38, the most there is; 18 overflow on a country's examinees
            else cast(observed.amount as decimal(19, 6)) * cast(weights.amount as decimal(19, 6))
        end as amount,
        case when observed.amount is not null then weights.amount end as weight,
        observed.obs_status,
        weights.obs_status as weight_status
    from {{ ref('int_filter_matches') }} as matches
    inner join observations as observed
        on
            matches.object_id = observed.object_id
            and matches.measure = observed.measure
            and matches.characteristics = observed.characteristics
    inner join {{ ref('stg_areas') }} as areas on observed.area_code = areas.area_code
    left join observations as weights
        on
            matches.weight_measure = weights.measure
            and observed.object_id = weights.object_id
            and observed.submission_id = weights.submission_id
            and observed.source_sheet = weights.source_sheet
            and observed.source_row = weights.source_row
),

-- A number is as good as the weaker of what it is made from.
stated as (
    select
        *,
        {{ status_of('amount', ['obs_status', 'weight_status']) }} as status
    from matched
),

-- What is counted stands in as many rows as it likes and counts once in its area; a withheld number is above zero.
counted as (
    select
        indicator_id,
        part,
        is_reported,
        object_id,
        preference,
        area_code,
        level_rank,
        period,
        dimension,
        member,
        min(submission_id) as submission_id,
        1 as amount,
        null as weight,
        -- Whichever of its rows shows that it is there, it is there: one row that is sure makes it sure.
        case
            when max(case when status in ('A', 'Q') then 1 else 0 end) = 1 then 'A'
            else {{ leading_status(list_of('status')) }}
        end as status
    from stated
    where
        counted is not null
        and (amount > 0 or status = 'Q')
    group by
        indicator_id,
        part,
        is_reported,
        object_id,
        preference,
        area_code,
        level_rank,
        period,
        dimension,
        member,
        counted
),

rows_to_sum as (
    select
        indicator_id,
        part,
        is_reported,
        object_id,
        preference,
        area_code,
        level_rank,
        period,
        dimension,
        member,
        submission_id,
        amount,
        weight,
        status
    from stated
    where counted is null
    union all
    select * from counted
)

select
    indicator_id,
    part,
    is_reported,
    object_id,
    preference,
    area_code,
    level_rank,
    period,
    dimension,
    member,
    submission_id,
    sum(amount) as amount,
    sum(weight) as weight,
    count(amount) as n_amounts,
    sum(case when status = 'Q' then 1 else 0 end) as n_hidden,
    sum(case when status in ('O', 'L') then 1 else 0 end) as n_missing,
    {{ list_of('status') }} as statuses
from rows_to_sum
group by
    indicator_id,
    part,
    is_reported,
    object_id,
    preference,
    area_code,
    level_rank,
    period,
    dimension,
    member,
    submission_id
