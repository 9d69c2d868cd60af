-- name: touched_how
-- What the source states, or other systems say, may change any answer; of a correction its field tells. What is deleted fails no
-- such check itself, so it does not tell whether its crowd did.
SELECT g.code, CASE
    WHEN coalesce(d.changed_in > %(since)s, true) OR d.is_deleted IS TRUE OR d.deleted_at IS NOT NULL
        OR EXISTS (SELECT FROM core.matches AS m WHERE m.source = %(source)s AND m.code = g.code AND m.changed_in > %(since)s)
        OR EXISTS (SELECT FROM core.matches AS m JOIN core.dossiers AS o ON o.source = m.other_source AND o.code = m.other_code
            WHERE m.source = %(source)s AND m.code = g.code AND o.changed_in > %(since)s)
        OR EXISTS (SELECT FROM quality.corrections AS c WHERE c.source = %(source)s AND c.code = g.code
            AND c.changed_in > %(since)s AND c.field = ANY(%(read)s)) THEN 'whole'
    WHEN EXISTS (SELECT FROM quality.corrections AS c WHERE c.source = %(source)s AND c.code = g.code
            AND c.changed_in > %(since)s AND c.field = %(end)s) THEN 'end'
    ELSE 'alone'
END
FROM unnest(%(codes)s::text[]) AS g (code)
LEFT JOIN LATERAL (SELECT * FROM core.dossiers AS d WHERE d.source = %(source)s AND d.code = g.code LIMIT 1) AS d ON true

-- name: left_crowds
-- What fails a check of ends in the months of those moved ones that failed it: the crowds that they may have left.
WITH failed AS MATERIALIZED (
    SELECT DISTINCT f.check_id, d.partition_month FROM unnest(%(codes)s::text[]) AS g (code)
    JOIN quality.findings AS f ON f.source = %(source)s AND f.code = g.code
    JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code
    WHERE f.check_id = ANY(%(checks)s) AND f.resolved_on IS NULL
)
SELECT DISTINCT f.code FROM failed JOIN quality.findings AS f ON f.check_id = failed.check_id
CROSS JOIN LATERAL (SELECT d.partition_month FROM core.dossiers AS d WHERE d.source = f.source AND d.code = f.code LIMIT 1) AS d
WHERE f.source = %(source)s AND f.resolved_on IS NULL AND d.partition_month = failed.partition_month

-- name: neighbours
-- Looked up end by end along the index of ends (OFFSET 0): the same agency about the same time, or anybody in the same second.
SELECT d.code FROM unnest(%(months)s::date[], %(units)s::text[], %(ends)s::timestamptz[]) AS g (month, unit_code, done_at)
CROSS JOIN LATERAL (
    SELECT d.code FROM core.dossiers AS d
    WHERE d.done_at > g.done_at - %(within)s::interval AND d.done_at < g.done_at + %(within)s::interval
        AND d.source = %(source)s AND d.partition_month = g.month AND d.role = 'primary'
        AND (d.unit_code = g.unit_code OR date_trunc('second', d.done_at) = date_trunc('second', g.done_at))
    OFFSET 0
) AS d
UNION
SELECT c.code FROM quality.corrections AS c
CROSS JOIN LATERAL (
    SELECT d.partition_month, d.role FROM core.dossiers AS d WHERE d.source = c.source AND d.code = c.code LIMIT 1
) AS d
WHERE c.source = %(source)s AND c.state = 'approved' AND c.field = ANY(%(fields)s)
    AND d.partition_month = ANY(%(corrected_months)s) AND d.role = 'primary'
