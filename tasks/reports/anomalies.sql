-- name: counts
-- Each time goes by an index of its own, so that what lies before the span is not read: receipts by the month in which their dossiers
-- lie (one day more at both ends, should the source's zone have been another when they came), ends and hand-overs by their time.
WITH counted AS (
    SELECT unit_code, 'received' AS measure, (received_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS dossiers
    FROM core.dossiers WHERE source = %(source)s
        AND partition_month BETWEEN date_trunc('month', %(since)s::date - 1)::date AND %(as_of)s::date + 1
        AND received_at >= %(since)s::date::timestamp AT TIME ZONE %(zone)s
        AND received_at < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(zone)s
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT unit_code, 'closed', (done_at AT TIME ZONE %(zone)s)::date, count(*)
    FROM core.dossiers WHERE source = %(source)s
        AND done_at >= %(since)s::date::timestamp AT TIME ZONE %(zone)s
        AND done_at < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(zone)s
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT r.unit_code, a.measure, r.day, a.dossiers FROM (
        SELECT unit_code, (returned_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS every,
            count(*) FILTER (WHERE done_at IS NULL) AS without_end
        FROM core.dossiers WHERE source = %(source)s
            AND returned_at >= %(since)s::date::timestamp AT TIME ZONE %(zone)s
            AND returned_at < (%(as_of)s::date + 1)::timestamp AT TIME ZONE %(zone)s
        GROUP BY 1, 2
    ) AS r CROSS JOIN LATERAL (VALUES ('returned', r.every), ('closed', r.without_end)) AS a (measure, dossiers)
    WHERE a.dossiers > 0
)
SELECT unit_code, measure, day, sum(dossiers)::bigint FROM counted GROUP BY 1, 2, 3
