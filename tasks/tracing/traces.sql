-- name: dossiers
-- As the publication counted them; the page is that of the newest state of the dossier that had been seen by then.
SELECT v.source, v.code, v.unit_code, v.procedure_code, v.received_at, v.due_at, v.end_at, v.state, v.timeliness, v.verdict,
    v.reasons, v.missing, v.findings, coalesce(s.page_digest, d.page_digest) AS page_digest,
    CASE WHEN s.page_digest IS NULL OR s.page_digest = d.page_digest THEN d.page_position END AS page_position
FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS n (source, code)
JOIN judged.verdict_versions AS v ON v.source = n.source AND v.code = n.code AND v.policy = %(policy)s
    AND v.said_from <= %(at)s AND (v.said_until IS NULL OR v.said_until > %(at)s)
LEFT JOIN core.dossiers AS d ON d.source = n.source AND d.code = n.code
LEFT JOIN LATERAL (
    SELECT page_digest FROM core.dossier_versions AS o WHERE o.source = n.source AND o.code = n.code AND o.seen_at <= %(at)s
    ORDER BY o.changed_in DESC LIMIT 1
) AS s ON true ORDER BY 1, 2

-- name: corrections
SELECT c.source, c.code, c.field, c.old_value, c.new_value, c.evidence, c.document_number, c.document_date, c.attachment_digest,
    c.proposed_by, c.approved_by, c.package, c.correction_id
FROM unnest(%(sources)s::text[], %(codes)s::text[]) AS n (source, code)
JOIN quality.corrections AS c ON c.source = n.source AND c.code = n.code
WHERE c.received_at <= %(at)s AND (c.state = 'approved' OR c.state = 'undone' AND c.undone_at > %(at)s)
ORDER BY c.source, c.code, c.received_at
