-- name: aged
-- Dossiers of which some check may answer another way on a later day although nothing about them changed (tasks/rules/checks/daily.py).
-- Windows of days are a little wider than what is asked: they are in office time, and corrections move a time by themselves.
WITH aged AS (
    SELECT d.code FROM core.dossiers AS d
    WHERE d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND ({unsettled})
        AND (d.status <> {done} OR d.done_at >= %(uncollected_since)s::date AND d.done_at < %(uncollected_until)s::date)
    UNION
    SELECT c.code FROM quality.corrections AS c
    WHERE c.source = %(source)s AND c.state = 'approved' AND c.field = ANY(%(fields)s)
    UNION
    SELECT p.code FROM core.pauses AS p WHERE p.source = %(source)s AND p.ended_at IS NULL
        AND p.started_at >= %(pause_since)s::date AND p.started_at < %(pause_until)s::date
    UNION
    SELECT m.code FROM core.pauses AS p
    JOIN core.matches AS m ON m.other_source = p.source AND m.other_code = p.code AND m.kind = 'evidence'
    WHERE m.source = %(source)s AND p.ended_at IS NULL
        AND p.started_at >= %(pause_since)s::date AND p.started_at < %(pause_until)s::date
    UNION
    SELECT f.code FROM quality.findings AS f
    WHERE f.source = %(source)s AND f.check_id = ANY(%(overtaken)s) AND f.resolved_on IS NULL
)
SELECT d.code FROM aged JOIN core.dossiers AS d ON d.source = %(source)s AND d.code = aged.code
WHERE d.partition_month = ANY(%(months)s) AND d.role = 'primary' ORDER BY 1

-- name: left_behind
-- Months that the dossiers of other months were received in before, where these months are not asked everything anyway.
SELECT DISTINCT m.month FROM core.dossiers AS d
JOIN core.dossier_versions AS v ON v.source = d.source AND v.code = d.code
CROSS JOIN LATERAL (SELECT date_trunc('month', v.received_at AT TIME ZONE %(zone)s)::date) AS m (month)
WHERE d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND d.role = 'primary' AND m.month <> ALL(%(months)s)
    AND EXISTS (SELECT FROM audit.progress AS p WHERE p.step = %(step)s AND p.rules_digest = %(rules)s
        AND p.partition = d.source || '/' || to_char(m.month, 'YYYY-MM'))
ORDER BY 1

-- name: done_beside
-- Whether the step has done other months of the source under these rules: nothing was left behind in the first run.
SELECT EXISTS (SELECT FROM audit.progress AS p WHERE p.step = %(step)s AND p.rules_digest = %(rules)s
    AND starts_with(p.partition, %(source)s || '/') AND p.partition <> ALL(%(partitions)s))

-- name: crowds
-- Months in which a dossier came, went or changed: those of what was touched, and those in which it was received before.
SELECT DISTINCT d.partition_month FROM core.dossiers AS d
WHERE d.source = %(source)s AND d.role = 'primary' AND d.code = ANY(%(codes)s)
UNION
SELECT DISTINCT date_trunc('month', v.received_at AT TIME ZONE %(zone)s)::date FROM core.dossier_versions AS v
WHERE v.source = %(source)s AND v.code = ANY(%(codes)s) AND v.received_at IS NOT NULL
ORDER BY 1
