-- name: rows
-- To correct as in mart.verdict_counts: recorded otherwise than the evidence says, undetermined, or surely wrong.
SELECT CASE WHEN grouping(unit) = 0 THEN 'unit' WHEN grouping(procedure) = 0 THEN 'procedure' ELSE 'source' END AS subject,
    CASE WHEN grouping(unit) = 0 THEN unit WHEN grouping(procedure) = 0 THEN procedure ELSE source END AS name,
    month, count(*) AS held, count(*) FILTER (WHERE faultless) AS faultless
FROM (SELECT coalesce(v.unit_code, '?') AS unit, coalesce(v.procedure_code, '?') AS procedure, v.source,
    to_char(v.received_at AT TIME ZONE coalesce(z.zone, %(zone)s), 'YYYY-MM') AS month,
    v.verdict NOT IN ('phantom_late', 'hidden_late', 'undetermined') AND f.code IS NULL AS faultless
FROM judged.verdicts AS v
LEFT JOIN unnest(%(sources)s::text[], %(zones)s::text[]) AS z (source, zone) ON z.source = v.source
LEFT JOIN ({surely_wrong}) AS f ON f.source = v.source AND f.code = v.code
WHERE v.policy = %(policy)s) AS judged
GROUP BY GROUPING SETS ((unit, month), (procedure, month), (source, month)) ORDER BY 1, 2, 3
