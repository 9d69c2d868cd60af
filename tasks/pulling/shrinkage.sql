-- name: stated
-- The largest count that the source stated since somebody last accepted that it shrank: many small losses add up.
WITH accepted AS (SELECT max(started_at) AS at FROM raw.pulls WHERE source = %(source)s AND shrinkage_accepted)
SELECT (SELECT at FROM accepted) AS accepted_at, greatest(
    (SELECT max(source_total) FROM raw.pulls, accepted WHERE source = %(source)s AND started_at >= coalesce(at, '-infinity')),
    (
        SELECT max(control_total) FROM raw.windows, accepted WHERE source = %(source)s AND state = 'done'
            AND window_from IS NULL AND window_to IS NULL AND started_at >= coalesce(at, '-infinity')
    )
) AS stated

-- name: held
-- What came before somebody accepted that the source shrank may be gone from it.
SELECT count(*) FROM core.dossiers AS d WHERE d.source = %(source)s
    AND (%(since)s::timestamptz IS NULL OR d.modified_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR d.modified_at < %(until)s)
    AND NOT EXISTS (
        SELECT FROM raw.pulls AS a, raw.pages AS g JOIN raw.pulls AS b ON b.pull_id = g.pull_id
        WHERE a.source = %(source)s AND a.shrinkage_accepted
            AND g.source = d.source AND g.page_digest = d.page_digest AND b.started_at < a.started_at
    )

-- name: smaller
-- Files that came now under the name of one that was loaded, and are smaller: which of them hold fewer records, only reading tells.
SELECT g.name, g.page_digest, g.media_type, old.records FROM raw.pages AS g CROSS JOIN LATERAL (
    SELECT o.records, o.bytes FROM raw.pages AS o JOIN raw.pulls AS b ON b.pull_id = o.pull_id
    WHERE o.source = g.source AND o.name = g.name AND o.page_digest <> g.page_digest AND o.loaded_at IS NOT NULL
        AND b.started_at >= coalesce(
            (SELECT max(a.started_at) FROM raw.pulls AS a WHERE a.source = g.source AND a.shrinkage_accepted), '-infinity')
    ORDER BY o.loaded_at DESC, b.started_at DESC, o.number DESC LIMIT 1
) AS old
WHERE g.source = %(source)s AND g.met_in = %(pull_id)s AND g.loaded_at IS NULL AND old.records >= %(least)s AND g.bytes < old.bytes
ORDER BY g.number

-- name: gone
-- Of the last pull that ended well, files that are there no more and whose records nothing new has come for.
WITH last AS (
    SELECT pull_id, coalesce(shrinkage_accepted, false) AS accepted FROM raw.pulls
    WHERE source = %(source)s AND pull_id <> %(pull_id)s AND state IN ('landed', 'loaded', 'unchanged')
    ORDER BY started_at DESC LIMIT 1
), now AS (
    SELECT name, records FROM raw.pages WHERE source = %(source)s AND met_in = %(pull_id)s
), gone AS (
    SELECT g.records FROM raw.pages AS g JOIN last ON last.pull_id = g.met_in AND NOT last.accepted
    WHERE g.source = %(source)s AND g.name NOT IN (SELECT name FROM now)
)
SELECT coalesce((SELECT sum(records) FROM gone), 0)::bigint AS gone,
    coalesce((SELECT sum(records) FROM now), 0)::bigint AS left_over,
    EXISTS (SELECT FROM raw.pages AS g WHERE g.source = %(source)s AND g.pull_id = %(pull_id)s AND NOT EXISTS (
        SELECT FROM raw.pages AS o WHERE o.source = g.source AND o.name = g.name AND o.pull_id <> g.pull_id)) AS renewed
