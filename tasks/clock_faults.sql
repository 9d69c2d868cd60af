-- name: sources
-- Each source once, along an index.
WITH RECURSIVE known AS (
    (SELECT source FROM core.dossiers ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (SELECT d.source FROM core.dossiers AS d WHERE d.source > known.source ORDER BY 1 LIMIT 1)
    FROM known WHERE known.source IS NOT NULL
)
SELECT source FROM known WHERE source IS NOT NULL
    AND EXISTS (
        SELECT FROM core.dossiers AS d WHERE d.source = known.source AND d.changed_in > %(through)s
            AND d.changed_in <> coalesce((SELECT max(change_number) FROM audit.ledger WHERE action = 'clock_faults'), 0))

-- name: counts
SELECT unit_code, month, kind, slot, count(*) AS times FROM (
    SELECT coalesce(d.unit_code, '') AS unit_code, d.partition_month AS month, t.kind,
        (extract(hour FROM t.at) * 2 + div(extract(minute FROM t.at)::numeric, 30))::bigint AS slot
    FROM core.dossiers AS d CROSS JOIN LATERAL (VALUES
        (%(receipt)s::bigint, d.received_at AT TIME ZONE %(zone)s),
        (%(end)s::bigint, coalesce(d.done_at, d.returned_at) AT TIME ZONE %(zone)s)) AS t (kind, at)
    WHERE d.source = %(source)s AND d.role = 'primary' AND t.at <> date_trunc('day', t.at)
) AS said GROUP BY 1, 2, 3, 4

-- name: suspect
-- Whether anything is odd at all, which costs a third of counting all half-hours and is mostly not so.
SELECT EXISTS (
    SELECT FROM (
        SELECT count(*) FILTER (WHERE t.received <> '00:00') AS receipts,
            count(*) FILTER (WHERE t.received <> '00:00' AND (t.received < %(first)s OR t.received >= %(last)s)) AS odd_receipts,
            count(*) FILTER (WHERE t.ended <> '00:00') AS ends,
            count(*) FILTER (WHERE t.ended <> '00:00' AND (t.ended < %(first)s OR t.ended >= %(last)s)) AS odd_ends
        FROM core.dossiers AS d CROSS JOIN LATERAL (SELECT
            (d.received_at AT TIME ZONE %(zone)s)::time AS received,
            (coalesce(d.done_at, d.returned_at) AT TIME ZONE %(zone)s)::time AS ended) AS t
        WHERE d.source = %(source)s AND d.role = 'primary'
        GROUP BY GROUPING SETS ((d.unit_code, d.partition_month), (d.unit_code), ())
    ) AS said
    WHERE (odd_receipts >= %(least)s AND odd_receipts >= %(share)s * receipts) OR (odd_ends >= %(least)s AND odd_ends >= %(share)s * ends))

-- name: bump
UPDATE core.dossiers AS d SET changed_in = %(number)s
FROM unnest(%(units)s::text[], %(months)s::date[]) AS g (unit_code, month)
WHERE d.source = %(source)s AND d.partition_month = g.month AND coalesce(d.unit_code, '') = g.unit_code
