-- name: waiting
SELECT e.event_id, e.kind, e.unit_code, e.about_unit, e.package, e.items, e.due_at, e.at,
    d.message, d.state, d.attempts, d.claimed_at, d.next_at
FROM quality.loop_events AS e
LEFT JOIN quality.deliveries AS d ON d.event_id = e.event_id AND d.subscription = %(name)s
WHERE e.kind = ANY(%(kinds)s) AND (e.at AT TIME ZONE %(zone)s)::date >= %(since)s AND d.state IS DISTINCT FROM 'sent'
ORDER BY e.at, e.event_id
