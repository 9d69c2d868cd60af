-- name: partitions_sql
-- Partitions are stepped through along an index.
WITH RECURSIVE slot AS (
    (SELECT source, partition_month AS month FROM core.dossiers ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT following.* FROM slot, LATERAL (
        SELECT d.source, d.partition_month FROM core.dossiers AS d
        WHERE (d.source, d.partition_month) > (slot.source, slot.month) ORDER BY 1, 2 LIMIT 1
    ) AS following
)

-- name: pending
-- Asks as little as it can: changes are looked up behind the oldest mark, and a partition's rows are read only where
-- nothing else has settled that it is pending.
{partitions_sql}, known AS MATERIALIZED (
    SELECT s.source, s.month, p.through, p.rules_digest, p.as_of FROM slot AS s
    LEFT JOIN audit.progress AS p
        ON p.step = %(step)s AND p.partition = s.source || '/' || to_char(s.month, 'YYYY-MM')
    WHERE {primary}
), oldest AS MATERIALIZED (
    SELECT min(through) AS through FROM known
), spoken_about AS (
    SELECT m.source, m.code, m.changed_in FROM oldest JOIN core.matches AS m ON m.changed_in > oldest.through
    UNION ALL
    SELECT m.source, m.code, d.changed_in FROM oldest CROSS JOIN slot AS s
    JOIN core.dossiers AS d ON d.source = s.source AND d.partition_month = s.month AND d.changed_in > oldest.through
    JOIN core.matches AS m ON m.other_source = d.source AND m.other_code = d.code
    UNION ALL
    SELECT c.source, c.code, c.changed_in FROM oldest JOIN quality.corrections AS c ON c.changed_in > oldest.through
    UNION ALL
    SELECT m.source, m.code, c.changed_in FROM oldest JOIN quality.corrections AS c ON c.changed_in > oldest.through
    JOIN core.matches AS m ON m.other_source = c.source AND m.other_code = c.code AND m.kind = 'refiled'
), beside AS MATERIALIZED (
    SELECT d.source, d.partition_month AS month, max(x.changed_in) AS changed_in FROM spoken_about AS x
    JOIN core.dossiers AS d ON d.source = x.source AND d.code = x.code GROUP BY 1, 2
), waiting AS MATERIALIZED (
    SELECT DISTINCT d.source, d.partition_month AS month FROM (
        SELECT source, code FROM core.pauses WHERE ended_at IS NULL
        UNION
        SELECT m.source, m.code FROM core.pauses AS p
        JOIN core.matches AS m ON m.other_source = p.source AND m.other_code = p.code AND m.kind = 'evidence'
        WHERE p.ended_at IS NULL
    ) AS p JOIN core.dossiers AS d ON d.source = p.source AND d.code = p.code WHERE %(step)s = 'check'
), unheard AS MATERIALIZED (
    SELECT DISTINCT d.source, d.partition_month AS month FROM judged.verdicts AS v
    JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code WHERE ({moving}) AND {unheard}
)
SELECT k.source, k.month FROM known AS k LEFT JOIN beside AS b ON b.source = k.source AND b.month = k.month
WHERE CASE
    WHEN k.through IS NULL OR k.rules_digest <> %(rules_digest)s THEN true
    WHEN b.changed_in > k.through OR {reference} > k.through THEN true
    WHEN EXISTS (SELECT FROM core.dossiers AS d WHERE d.source = k.source AND d.partition_month = k.month
        AND d.changed_in > k.through) THEN true
    -- The same day: what waited for news of its source, if there may be any.
    WHEN k.as_of IS NOT DISTINCT FROM %(as_of)s THEN %(step)s = 'judge'
        AND EXISTS ({news} AND p.through > k.through)
        AND EXISTS (SELECT FROM unheard AS u WHERE u.source = k.source AND u.month = k.month)
    -- A day of the past: what ended since had not ended.
    WHEN k.as_of > %(as_of)s THEN true
    -- A later day: open by its status; or a date of it had not come; or ended without any time of it; or found open by
    -- the judge.
    ELSE EXISTS (SELECT FROM core.dossiers AS d
            WHERE d.source = k.source AND d.partition_month = k.month AND d.role = 'primary'
            AND (d.status IS NULL OR d.status <> ALL(%(closed)s) OR {last_date} >= k.as_of
                OR (d.done_at IS NULL AND d.returned_at IS NULL AND d.refused_at IS NULL)))
        -- For its checks: not handed over, or in a pause without an end.
        OR %(step)s = 'check' AND (
            EXISTS (SELECT FROM core.dossiers AS d WHERE d.source = k.source AND d.partition_month = k.month
                AND d.role = 'primary' AND ({unsettled}))
            OR EXISTS (SELECT FROM waiting AS w WHERE w.source = k.source AND w.month = k.month))
        OR EXISTS (SELECT FROM judged.verdicts AS v
            JOIN core.dossiers AS d ON d.source = v.source AND d.code = v.code
            WHERE d.source = k.source AND d.partition_month = k.month AND v.state = 'in_progress')
    END
ORDER BY 1, 2
