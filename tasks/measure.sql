-- name: touched
-- A dossier that left an agency leaves no changed row there, but one dossier less than was counted. A gain
-- is always a changed row, so the two together find every agency whose figures can have moved.
WITH now AS (
    SELECT coalesce(unit_code, '?') AS unit_code, max(changed_in) AS changed_in,
        count(*) FILTER (WHERE recorded_state <> 'not_received' AND arrived) AS recorded,
        count(*) FILTER (WHERE counted AND state <> 'not_received' AND arrived) AS cleaned
    FROM (
        SELECT v.*, coalesce(v.received_at <= coalesce(z.last, %(last)s), true) AS arrived
        FROM judged.verdicts AS v
        LEFT JOIN unnest(%(sources)s::text[], %(lasts)s::timestamptz[]) AS z (source, last) USING (source)
        WHERE v.policy = %(policy)s
    ) AS verdicts GROUP BY 1
), before AS (
    SELECT unit_code, coalesce(sum(received) FILTER (WHERE basis = 'recorded'), 0) AS recorded,
        coalesce(sum(received) FILTER (WHERE basis = 'cleaned'), 0) AS cleaned
    FROM mart.counts WHERE policy = %(policy)s GROUP BY 1
)
SELECT unit_code FROM now FULL JOIN before USING (unit_code)
WHERE now.changed_in > %(through)s
    OR coalesce(now.recorded, 0) <> coalesce(before.recorded, 0)
    OR coalesce(now.cleaned, 0) <> coalesce(before.cleaned, 0)
ORDER BY 1
