-- name: heard
-- A pull speaks for a source if it asked up to the newest, all that it asked for came, and all that came is loaded. Where
-- one was gone on with, its end was asked for afresh, and that counts. A back-fill with an end says nothing of today.
WITH waiting AS (
    SELECT g.source, min(o.started_at) AS since FROM raw.pages AS g JOIN raw.pulls AS o ON o.pull_id = g.pull_id
    LEFT JOIN raw.windows AS w ON w.window_id = g.window_id
    WHERE (%(source)s::text IS NULL OR g.source = %(source)s) AND g.loaded_at IS NULL
        AND (g.window_id IS NULL OR w.state = 'done')
    GROUP BY 1
)
SELECT w.source, max(w.started_at) FROM raw.windows AS w JOIN raw.pulls AS p ON p.pull_id = w.pull_id
LEFT JOIN waiting ON waiting.source = w.source
WHERE (%(source)s::text IS NULL OR w.source = %(source)s)
    AND w.state = 'done' AND w.window_to IS NULL AND p.state IN ('landed', 'loaded', 'unchanged')
    AND (waiting.since IS NULL OR p.started_at < waiting.since)
GROUP BY 1
