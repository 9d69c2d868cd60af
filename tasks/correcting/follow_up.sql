-- name: moved
-- Of a question that several packages ask, the newest one's row is marked.
SELECT DISTINCT ON (q.unit_code, q.source, q.code, q.kind, q.rule, q.field, q.old_value, q.new_value) r.row_key, q.state
FROM quality.work_questions AS q
JOIN quality.package_rows AS r ON r.source = q.source AND r.code = q.code AND r.kind = q.kind AND r.rule = q.rule
    AND r.field IS NOT DISTINCT FROM q.field AND r.old_value IS NOT DISTINCT FROM q.old_value
    AND r.new_value IS NOT DISTINCT FROM q.new_value
JOIN quality.packages AS p ON p.package = r.package AND p.unit_code IS NOT DISTINCT FROM q.unit_code
WHERE (q.state = 'verified' AND (q.verified_at IS NULL OR q.reopened_at > q.verified_at))
    OR (q.state = 'reopened' AND (q.reopened_at IS NULL OR q.reopened_at < greatest(q.verified_at, q.decided_at)))
ORDER BY q.unit_code, q.source, q.code, q.kind, q.rule, q.field, q.old_value, q.new_value, p.made_at DESC
-- name: unanswered
-- Counted with the package that asked first: a later one gives no more time.
SELECT first.package, q.unit_code, min(q.source) AS source, q.due_at, count(*) AS items,
    (SELECT u.parent_code FROM ref.units AS u WHERE u.unit_code = q.unit_code ORDER BY u.valid_from DESC LIMIT 1) AS above
FROM quality.work_questions AS q
JOIN LATERAL (
    SELECT r.package FROM quality.package_rows AS r JOIN quality.packages AS p ON p.package = r.package
    WHERE r.source = q.source AND r.code = q.code AND r.kind = q.kind AND r.rule = q.rule
        AND r.field IS NOT DISTINCT FROM q.field AND r.old_value IS NOT DISTINCT FROM q.old_value
        AND r.new_value IS NOT DISTINCT FROM q.new_value AND p.unit_code IS NOT DISTINCT FROM q.unit_code
    ORDER BY p.made_at, r.package LIMIT 1
) AS first ON true
WHERE q.state = 'sent' AND q.due_at IS NOT NULL GROUP BY first.package, q.unit_code, q.due_at ORDER BY 1
