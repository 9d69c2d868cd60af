-- name: verdicts
SELECT {columns} FROM judged.verdicts
WHERE policy = %(policy)s AND counted AND state NOT IN ('not_received', 'deleted') AND timeliness <> 'undetermined'
    AND coalesce(received_at < %(before)s, true)
    AND (%(units)s::text[] IS NULL OR coalesce(unit_code, '?') = ANY(%(units)s))
