-- name: known
SELECT w.written, d.source, d.code FROM unnest(%(codes)s::text[]) AS w (written)
JOIN core.dossiers AS d ON d.role = 'primary' AND (d.code = w.written OR d.alias_code = w.written OR upper(d.receipt_number) = w.written)
ORDER BY w.written, d.code = w.written DESC, coalesce(d.alias_code = w.written, false) DESC, d.source, d.code

-- name: said
SELECT v.source, v.code, v.unit_code, v.procedure_code, v.received_at, v.recorded_due_at, v.recorded_end_at, v.recorded_state,
    v.recorded_timeliness, v.due_at, v.end_at, v.state, v.timeliness, v.counted, v.verdict, v.reasons, v.missing,
    d.page_digest, d.page_position
FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS n (source, code)
JOIN judged.verdict_versions AS v ON v.source = n.source AND v.code = n.code AND v.policy = %(policy)s
    AND v.said_from <= %(at)s AND (v.said_until IS NULL OR v.said_until > %(at)s)
LEFT JOIN core.dossiers AS d ON d.source = n.source AND d.code = n.code ORDER BY 1, 2
