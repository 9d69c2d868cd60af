-- name: verdicts
SELECT {columns} FROM judged.verdicts
WHERE policy = %(policy)s AND coalesce(received_at < %(before)s, true)
    AND (%(units)s::text[] IS NULL OR coalesce(unit_code, '?') = ANY(%(units)s))
