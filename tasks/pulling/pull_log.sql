-- name: note_page
-- A page whose window never ended belongs to the window that brings it now. One that was loaded, and comes again
-- after others came, says anew what it said: it is loaded again, after them.
INSERT INTO raw.pages AS g (source, page_digest, pull_id, window_id, met_in, number, name, media_type, bytes, records)
VALUES (%(source)s, %(digest)s, %(pull_id)s, %(window_id)s, %(pull_id)s, %(number)s, %(name)s, %(media_type)s, %(bytes)s, %(records)s)
ON CONFLICT (source, page_digest) DO UPDATE SET
    met_in = excluded.met_in,
    (pull_id, window_id, number, name, loaded_at) = (
        SELECT (CASE WHEN anew THEN excluded.pull_id ELSE g.pull_id END),
            (CASE WHEN anew THEN excluded.window_id ELSE g.window_id END),
            (CASE WHEN anew THEN excluded.number ELSE g.number END),
            (CASE WHEN anew THEN excluded.name ELSE g.name END),
            (CASE WHEN anew THEN NULL ELSE g.loaded_at END)
        FROM (
            SELECT CASE WHEN g.loaded_at IS NULL
                THEN EXISTS (SELECT FROM raw.windows AS w WHERE w.window_id = g.window_id AND w.state <> 'done')
                ELSE coalesce((SELECT m.started_at < %(last_news)s FROM raw.pulls AS m WHERE m.pull_id = g.met_in), false)
            END AS anew
        ) AS question
    )
RETURNING g.pull_id = %(pull_id)s AND g.loaded_at IS NULL
