-- name: touched
-- What a change since the last time can have touched, and what grows older by itself. Each way asks for changes first and
-- for dossiers then, one by one (LIMIT keeps them from being joined to all): those that nothing touched are not looked at.
{partitions_sql}, touched AS (
    SELECT d.source, d.code FROM core.dossiers AS d
    WHERE d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND d.changed_in > %(since)s
    UNION ALL
    SELECT m.source, m.code FROM core.matches AS m WHERE m.source = %(source)s AND m.changed_in > %(since)s
    UNION ALL
    SELECT m.source, m.code FROM slot AS s
    JOIN core.dossiers AS other ON other.source = s.source AND other.partition_month = s.month
        AND other.changed_in > %(since)s
    JOIN core.matches AS m ON m.other_source = other.source AND m.other_code = other.code AND m.source = %(source)s
    UNION ALL
    SELECT c.source, c.code FROM quality.corrections AS c WHERE c.source = %(source)s AND c.changed_in > %(since)s
    UNION ALL
    SELECT m.source, m.code FROM quality.corrections AS c
    JOIN core.matches AS m ON m.other_source = c.source AND m.other_code = c.code AND m.kind = 'refiled'
    WHERE m.source = %(source)s AND c.changed_in > %(since)s
    UNION ALL
    SELECT v.source, v.code FROM judged.verdicts AS v WHERE %(from_day)s::date IS NOT NULL AND v.source = %(source)s
        AND ({moving})
    UNION ALL
    SELECT d.source, d.code FROM core.dossiers AS d WHERE %(from_day)s::date IS NOT NULL
        AND d.source = %(source)s AND d.partition_month = ANY(%(months)s) AND {last_date} >= %(from_day)s::date
    UNION ALL
    SELECT v.source, v.code FROM judged.verdicts AS v WHERE %(heard)s AND v.source = %(source)s AND ({moving}) AND {unheard}
        AND EXISTS ({news} AND p.through > %(since)s)
)
SELECT t.code FROM (SELECT DISTINCT source, code FROM touched) AS t
CROSS JOIN LATERAL (
    SELECT d.partition_month, d.role FROM core.dossiers AS d WHERE d.source = t.source AND d.code = t.code LIMIT 1
) AS d
WHERE d.partition_month = ANY(%(months)s) AND d.role = 'primary' ORDER BY 1
