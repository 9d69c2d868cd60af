-- name: lines
SELECT unit_code, month, asked, answered, in_time, overdue, approved, rejected, reported_fixed, verified, reopened, recurred,
    repeated, hours
FROM mart.work_loop ORDER BY unit_code NULLS LAST, month
-- name: agencies
-- Of an agency as a whole: the median is none of months' medians.
SELECT coalesce(unit_code, '?') AS unit, count(*) AS asked, count(answered_at) AS answered,
    count(*) FILTER (WHERE answered_at <= due_at) AS in_time, count(*) FILTER (WHERE state = 'verified') AS verified,
    count(*) FILTER (WHERE recurred OR state = 'reopened') AS again,
    round((percentile_cont(0.5) WITHIN GROUP (ORDER BY working_minutes) / 60)::numeric, 1)::double precision AS hours
FROM quality.work_questions WHERE state <> 'proposed' GROUP BY 1 ORDER BY count(answered_at) = 0 DESC, 2 DESC, 1
