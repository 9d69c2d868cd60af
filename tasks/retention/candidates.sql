-- name: unfinished
-- Dossiers of a source whose files have to stay: not ended by every reading of the desk and of the law, ended or told of too lately,
-- with a correction that nobody has decided, or held. A record of another system ends with the dossier that it speaks about,
-- which is looked up by its key.
WITH last AS NOT MATERIALIZED (
    SELECT d.source, d.code, d.role, d.status, d.partition_month, v.state, v.recorded_state,
        greatest(d.done_at, d.returned_at, d.refused_at, d.deleted_at, d.modified_at, d.received_at, v.end_at, v.recorded_end_at) AS at
    FROM core.dossiers AS d
    LEFT JOIN judged.verdicts AS v ON v.source = d.source AND v.code = d.code AND v.policy = %(policy)s
)
SELECT l.code FROM last AS l WHERE l.source = %(source)s AND (
    coalesce(l.at >= %(before)s, true)
    OR (l.role = 'primary' AND (l.state IS NULL OR 'in_progress' IN (l.state, l.recorded_state)))
    OR (l.role = 'evidence' AND coalesce(l.status <> ALL(%(ended)s), true))
    OR EXISTS (SELECT FROM unnest(%(held_from)s::date[], %(held_until)s::date[]) AS h (first, last)
        WHERE l.partition_month BETWEEN date_trunc('month', h.first) AND h.last)
    OR EXISTS (SELECT FROM quality.corrections AS c WHERE c.source = l.source AND c.code = l.code AND c.state = 'proposed')
    OR (l.role = 'evidence' AND EXISTS (
        SELECT FROM core.matches AS m JOIN last AS p ON p.source = m.source AND p.code = m.code
        WHERE m.other_source = l.source AND m.other_code = l.code
            AND (coalesce(p.at >= %(before)s, true) OR p.state IS NULL OR 'in_progress' IN (p.state, p.recorded_state))))
)

-- name: old
-- Pages that were loaded before a day and are not purged; those of which a state was seen of an unfinished dossier are left out at once.
WITH unfinished AS MATERIALIZED (SELECT unnest(%(codes)s::text[]) AS code),
held AS MATERIALIZED (
    SELECT DISTINCT v.page_digest FROM core.dossier_versions AS v JOIN unfinished USING (code) WHERE v.source = %(source)s
)
SELECT p.source, p.page_digest AS digest, p.media_type, p.name, p.bytes, p.records
FROM raw.pages AS p
WHERE p.source = %(source)s AND p.purged_on IS NULL AND p.loaded_at < %(before)s
    AND NOT EXISTS (SELECT FROM held AS h WHERE h.page_digest = p.page_digest)
    AND NOT EXISTS (SELECT FROM raw.pages AS o WHERE o.page_digest = p.page_digest AND o.source <> p.source)
ORDER BY p.loaded_at, p.number, p.page_digest
