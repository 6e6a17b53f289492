-- Of the tasks of a period whose group met again after deciding on them, the share done before that next meeting. Tasks of
-- a group's last meeting wait for the next one and are not counted; `partnership_tasks` says how many they are.
with next_meetings as (
    select
        tasks.area_code,
        tasks.period,
        tasks.object_id,
        tasks.working_group,
        tasks.task_id,
        tasks.done_on,
        tasks.submission_id,
        min(meetings.meeting_date) as next_meeting
    from {{ ref('int_tasks') }} as tasks
    inner join {{ ref('int_meetings') }} as meetings
        on
            tasks.area_code = meetings.area_code
            and tasks.working_group = meetings.working_group
            and tasks.decided_on < meetings.meeting_date
            -- a planned meeting has no period yet
            and meetings.period is not null
    group by
        tasks.area_code,
        tasks.period,
        tasks.object_id,
        tasks.working_group,
        tasks.task_id,
        tasks.done_on,
        tasks.submission_id
),

counted as (
    select
        area_code,
        period,
        submission_id,
        case when done_on < next_meeting then 1 else 0 end as n_in_time,
        1 as n_tasks
    from next_meetings
),

wholes as (
    {{ summed_for_wholes('counted', ['n_in_time', 'n_tasks']) }}
)

select
    area_code,
    period,
    'all' as dimension,
    'all' as member,
    n_in_time as numerator,
    n_tasks as denominator,
    n_in_time / cast(n_tasks as double) as value,
    'A' as obs_status,
    coverage,
    submissions
from wholes
