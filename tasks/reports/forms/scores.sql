-- name: averages
SELECT v.procedure_code AS code, count(*) AS finished,
    round(avg(v.worked_minutes) / %(day)s, 2)::float AS days, round(avg(v.limit_minutes) / %(day)s, 2)::float AS days_allowed
FROM judged.verdicts AS v
WHERE v.policy = %(policy)s AND v.counted AND v.state = 'finished' AND v.worked_minutes IS NOT NULL
    AND v.received_at >= %(since)s AND v.received_at < %(before)s
    AND (%(units)s::text[] IS NULL OR coalesce(v.unit_code, '?') = ANY(%(units)s))
GROUP BY 1 ORDER BY 1
