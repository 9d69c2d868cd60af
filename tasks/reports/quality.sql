-- name: rows
-- To correct as in mart.verdict_counts: recorded otherwise than the evidence says, undetermined, or surely wrong. Dossiers are counted
-- once, into small cells, and these are added up in each way.
SELECT CASE WHEN grouping(unit) = 0 THEN 'unit' WHEN grouping(procedure) = 0 THEN 'procedure' ELSE 'source' END AS subject,
    CASE WHEN grouping(unit) = 0 THEN unit WHEN grouping(procedure) = 0 THEN procedure ELSE source END AS name,
    month, sum(held)::bigint AS held, sum(faultless)::bigint AS faultless
FROM (SELECT coalesce(unit_code, '?') AS unit, coalesce(procedure_code, '?') AS procedure, source, to_char(month, 'YYYY-MM') AS month,
    held, faultless
FROM (SELECT v.unit_code, v.procedure_code, v.source,
    date_trunc('month', v.received_at AT TIME ZONE coalesce(z.zone, %(zone)s)) AS month, count(*) AS held,
    count(*) FILTER (WHERE v.verdict NOT IN ('phantom_late', 'hidden_late', 'undetermined') AND f.code IS NULL) AS faultless
FROM judged.verdicts AS v
LEFT JOIN unnest(%(sources)s::text[], %(zones)s::text[]) AS z (source, zone) ON z.source = v.source
LEFT JOIN ({surely_wrong}) AS f ON f.source = v.source AND f.code = v.code
WHERE v.policy = %(policy)s GROUP BY 1, 2, 3, 4) AS cells) AS judged
GROUP BY GROUPING SETS ((unit, month), (procedure, month), (source, month)) ORDER BY 1, 2, 3
