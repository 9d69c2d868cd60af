-- name: shares
-- A deletion is the end of a dossier that nothing had ended before (decision 0042). One without any time has no day.
WITH gone AS (
    SELECT v.unit_code, (v.end_at AT TIME ZONE %(zone)s)::date AS day, v.timeliness
    FROM judged.verdicts AS v JOIN core.dossiers AS d USING (source, code)
    WHERE v.policy = %(policy)s AND v.verdict = 'deleted' AND v.end_at = coalesce(d.deleted_at, d.modified_at)
), told AS (
    SELECT unit_code, day, count(*) AS deleted, count(*) FILTER (WHERE timeliness = 'late') AS late FROM gone GROUP BY 1, 2
)
SELECT t.unit_code, t.day, t.deleted, t.late, (
    SELECT count(*) FROM judged.verdicts AS v
    WHERE v.policy = %(policy)s AND (v.counted OR v.verdict = 'deleted')
        AND (v.unit_code = t.unit_code OR v.unit_code IS NULL AND t.unit_code IS NULL)
        AND v.received_at < (t.day + 1)::timestamp AT TIME ZONE %(zone)s
        AND (v.end_at IS NULL OR v.end_at >= t.day::timestamp AT TIME ZONE %(zone)s)
) AS open
FROM told AS t ORDER BY t.late DESC, t.deleted DESC, t.day DESC, t.unit_code
