-- name: verdicts
SELECT {columns} FROM judged.verdicts
WHERE policy = %(policy)s AND coalesce(received_at < %(before)s, true)
    AND (%(units)s::text[] IS NULL OR coalesce(unit_code, '?') = ANY(%(units)s))

-- name: procedures
SELECT DISTINCT ON (procedure_code) procedure_code, name FROM ref.procedures
WHERE name IS NOT NULL ORDER BY procedure_code, valid_from DESC
