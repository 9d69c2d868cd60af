-- name: reached
SELECT through, rules_digest FROM audit.progress WHERE step = %(step)s AND partition = %(policy)s

-- name: changed
CREATE TEMP TABLE changed_verdicts ON COMMIT DROP AS
SELECT {verdicts}, coalesce(f.findings, '') AS findings FROM (
    SELECT source, code FROM judged.verdicts WHERE policy = %(policy)s AND changed_in > %(after)s
    UNION SELECT source, code FROM quality.findings WHERE changed_in > %(after)s
) AS k JOIN judged.verdicts AS v ON v.source = k.source AND v.code = k.code AND v.policy = %(policy)s
LEFT JOIN LATERAL (
    SELECT string_agg(f.check_id || ':' || f.severity, ' ' ORDER BY f.check_id) AS findings FROM quality.findings AS f
    WHERE f.source = v.source AND f.code = v.code AND f.resolved_on IS NULL
) AS f ON true

-- name: ended
UPDATE judged.verdict_versions AS t SET said_until = %(at)s FROM changed_verdicts AS c
WHERE t.policy = c.policy AND t.source = c.source AND t.code = c.code AND t.said_until IS NULL
    AND {old} IS DISTINCT FROM {new}

-- name: begun
-- A change of agency alone is a re-organisation where the directory says who took over; facts that changed come before rules.
INSERT INTO judged.verdict_versions ({names}, cause, said_from, said_until)
SELECT {given}, CASE
        WHEN t.code IS NULL THEN 'data'
        WHEN t.unit_code IS DISTINCT FROM c.unit_code AND {old_rest} IS NOT DISTINCT FROM {new_rest} AND EXISTS (
            SELECT FROM ref.units AS u WHERE u.unit_code = t.unit_code
                AND c.unit_code = ANY(regexp_split_to_array(u.succeeded_by, '\s*;\s*'))
        ) THEN 'reorganisation'
        WHEN EXISTS (
            SELECT FROM quality.corrections AS q WHERE q.source = c.source AND q.code = c.code
                AND q.state IN ('approved', 'undone') AND q.changed_in > %(after)s
        ) THEN 'corrections'
        WHEN d.changed_in > %(after)s THEN 'data'
        ELSE %(by_rules)s
    END, %(at)s, NULL
FROM changed_verdicts AS c
LEFT JOIN judged.verdict_versions AS s ON s.policy = c.policy AND s.source = c.source AND s.code = c.code AND s.said_until IS NULL
LEFT JOIN judged.verdict_versions AS t ON t.policy = c.policy AND t.source = c.source AND t.code = c.code AND t.said_until = %(at)s
LEFT JOIN core.dossiers AS d ON d.source = c.source AND d.code = c.code
WHERE s.code IS NULL

-- name: is_too_many
SELECT (SELECT count(*) FROM judged.verdict_versions WHERE policy = %(policy)s AND said_until IS NULL)
    > (SELECT count(*) FROM judged.verdicts WHERE policy = %(policy)s)

-- name: gone
UPDATE judged.verdict_versions AS t SET said_until = %(at)s WHERE t.policy = %(policy)s AND t.said_until IS NULL
    AND NOT EXISTS (SELECT FROM judged.verdicts AS v WHERE v.policy = t.policy AND v.source = t.source AND v.code = t.code)
