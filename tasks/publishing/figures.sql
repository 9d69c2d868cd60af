-- name: verdict_counts
SELECT v.source, coalesce(v.unit_code, '?') AS unit_code, v.verdict,
    coalesce(nullif(split_part(
        CASE v.verdict WHEN 'undetermined' THEN coalesce(v.missing, v.reasons) ELSE v.reasons END, ' ', 1), ''), '-'
    ) AS reason,
    count(*) AS dossiers,
    count(*) FILTER (WHERE v.recorded_timeliness = 'late' AND v.recorded_state NOT IN ('not_received', 'deleted')) AS recorded_late,
    count(*) FILTER (
        WHERE v.verdict IN ('phantom_late', 'hidden_late', 'undetermined') OR f.code IS NOT NULL
    ) AS to_correct
FROM {verdicts} AS v
LEFT JOIN ({surely_wrong}) AS f ON f.source = v.source AND f.code = v.code
WHERE v.policy = %(policy)s GROUP BY 1, 2, 3, 4

-- name: finding_counts
SELECT f.source, coalesce(v.unit_code, '?') AS unit_code, f.check_id, max(f.severity) AS severity,
    count(*) - count(*) FILTER (WHERE {waived}) AS dossiers,
    count(*) FILTER (WHERE {waived}) AS waived
FROM {findings} AS f
JOIN {verdicts} AS v ON v.source = f.source AND v.code = f.code AND v.policy = %(policy)s
WHERE f.resolved_on IS NULL GROUP BY 1, 2, 3
