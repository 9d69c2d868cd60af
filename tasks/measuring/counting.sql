-- name: sizes
SELECT coalesce(unit_code, '?'), count(*) FROM judged.verdicts WHERE policy = %(policy)s GROUP BY 1 ORDER BY 1

-- name: of_agencies
SELECT {counted} FROM judged.verdicts AS v WHERE v.policy = %(policy)s
    AND (v.unit_code = ANY(%(units)s) OR v.unit_code IS NULL AND '?' = ANY(%(units)s))

-- name: held
SELECT {counted} FROM judged.recounts AS v WHERE v.policy = %(policy)s AND v.held

-- name: now
SELECT {counted} FROM judged.recounts AS r
JOIN judged.verdicts AS v ON v.source = r.source AND v.code = r.code AND v.policy = r.policy WHERE r.policy = %(policy)s

-- name: living
-- Whatever can stand in the cells of a month: what still moves, and what began or ended after the month began. That is another
-- moment in each zone, so a day more is asked for; the cells of earlier months are left out afterwards.
SELECT {counted} FROM judged.verdicts AS v WHERE v.policy = %(policy)s AND v.moving
UNION ALL
SELECT {counted} FROM judged.verdicts AS v WHERE v.policy = %(policy)s AND NOT v.moving AND {last_moment} >= %(since)s

-- name: cells
SELECT {columns} FROM mart.counts WHERE policy = %(policy)s AND month >= %(since)s AND month < %(until)s
    AND (%(every)s OR unit_code = ANY(%(units)s))

-- name: emptied
DELETE FROM mart.counts AS c USING unnest(
    %(basis)s::text[], %(unit_code)s::text[], %(field_code)s::text[], %(channel)s::text[], %(month)s::date[]
) AS g (basis, unit_code, field_code, channel, month)
WHERE c.policy = %(policy)s AND (c.basis, c.unit_code, c.field_code, c.channel, c.month)
    = (g.basis, g.unit_code, g.field_code, g.channel, g.month)
