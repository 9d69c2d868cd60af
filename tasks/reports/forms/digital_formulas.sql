-- name: by_agency
-- Of each formula (QD 766, law 6.4): its denominator, its numerator, and those of the denominator of which the systems do not say enough. Of a procedure
-- that was not in the catalogue of the period nobody knows whether it bears a fee or gives a result.
WITH facts AS (
    SELECT coalesce(v.unit_code, '?') AS unit, d.fee_amount, d.paid_online, d.has_result, d.has_components, d.reuses_component,
        d.taken_from_store, d.verified_by_vneid, coalesce(v.channel = 'online', false) AS online, p.has_fee, p.gives_result,
        d.has_result OR NOT p.gives_result AS result_shown
    FROM judged.verdicts AS v JOIN core.dossiers AS d ON d.code = v.code AND d.source = v.source
    LEFT JOIN (
        SELECT procedure_code, bool_or(has_fee) AS has_fee, bool_or(gives_result) AS gives_result FROM ref.procedures
        WHERE valid_from <= %(last)s AND (valid_to IS NULL OR valid_to >= %(first)s) GROUP BY 1
    ) AS p ON p.procedure_code = v.procedure_code
    WHERE v.policy = %(policy)s AND v.counted AND v.received_at >= %(since)s AND v.received_at < %(before)s
        AND (%(units)s::text[] IS NULL OR coalesce(v.unit_code, '?') = ANY(%(units)s))
), told AS (
    SELECT unit, online AND result_shown AS f_3_3, has_fee AND fee_amount IS DISTINCT FROM 0 AS bears_fee, paid_online AS f_3_6,
        gives_result AS paper, has_result AS f_4_1, has_components AND result_shown AS f_4_2, reuses_component AS f_4_3,
        taken_from_store OR has_result AS f_4_4, verified_by_vneid OR taken_from_store AS f_4_5
    FROM facts
)
SELECT unit, count(*) AS of_3_3, count(*) FILTER (WHERE f_3_3) AS in_3_3, count(*) FILTER (WHERE f_3_3 IS NULL) AS unsaid_3_3,
    count(*) FILTER (WHERE bears_fee) AS of_3_6, count(*) FILTER (WHERE bears_fee AND f_3_6) AS in_3_6,
    count(*) FILTER (WHERE bears_fee AND f_3_6 IS NULL) AS unsaid_3_6,
    count(*) FILTER (WHERE paper) AS of_4_1, count(*) FILTER (WHERE paper AND f_4_1) AS in_4_1,
    count(*) FILTER (WHERE paper AND f_4_1 IS NULL) AS unsaid_4_1,
    count(*) AS of_4_2, count(*) FILTER (WHERE f_4_2) AS in_4_2, count(*) FILTER (WHERE f_4_2 IS NULL) AS unsaid_4_2,
    count(*) AS of_4_3, count(*) FILTER (WHERE f_4_3) AS in_4_3, count(*) FILTER (WHERE f_4_3 IS NULL) AS unsaid_4_3,
    count(*) AS of_4_4, count(*) FILTER (WHERE f_4_4) AS in_4_4, count(*) FILTER (WHERE f_4_4 IS NULL) AS unsaid_4_4,
    count(*) AS of_4_5, count(*) FILTER (WHERE f_4_5) AS in_4_5, count(*) FILTER (WHERE f_4_5 IS NULL) AS unsaid_4_5
FROM told GROUP BY 1

-- name: procedures_with_fees
SELECT count(*) AS bearing, count(*) FILTER (WHERE EXISTS (
    SELECT FROM judged.verdicts AS v JOIN core.dossiers AS d ON d.code = v.code AND d.source = v.source
    WHERE v.policy = %(policy)s AND v.counted AND v.procedure_code = p.procedure_code AND d.fee_amount > 0
        AND v.received_at >= %(since)s AND v.received_at < %(before)s
)) AS charged FROM (
        SELECT procedure_code, bool_or(has_fee) AS has_fee, bool_or(gives_result) AS gives_result FROM ref.procedures
        WHERE valid_from <= %(last)s AND (valid_to IS NULL OR valid_to >= %(first)s) GROUP BY 1
    ) AS p WHERE p.has_fee

-- name: services_seen
-- The numerator of 3.2, which has no denominator here; procedures of which a dossier states a level of an online service; results returned by post.
SELECT count(DISTINCT v.procedure_code) FILTER (WHERE v.channel = 'online') AS online,
    count(DISTINCT v.procedure_code) FILTER (WHERE d.service_level = 'full') AS whole,
    count(DISTINCT v.procedure_code) FILTER (WHERE d.service_level = 'partial') AS partial,
    count(*) FILTER (WHERE d.service_level IS NULL) AS no_level,
    count(*) FILTER (WHERE d.returned_by_post) AS by_post, count(*) FILTER (WHERE d.returned_by_post IS NOT NULL) AS told_return,
    count(*) AS dossiers
FROM judged.verdicts AS v JOIN core.dossiers AS d ON d.code = v.code AND d.source = v.source
WHERE v.policy = %(policy)s AND v.counted AND v.received_at >= %(since)s AND v.received_at < %(before)s
    AND (%(units)s::text[] IS NULL OR coalesce(v.unit_code, '?') = ANY(%(units)s))
