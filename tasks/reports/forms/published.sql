-- name: publication
SELECT publication_id, policy, as_of, published_at FROM mart.current_publications WHERE policy = %(policy)s

-- name: by_unit
SELECT indicator, basis, unit_code AS cell, period, numerator FROM mart.indicators
WHERE publication_id = %(publication)s AND indicator = ANY(%(indicators)s)
    AND unit_code <> '*' AND field_code = '*' AND channel = '*' AND period <> '*'

-- name: by_field
SELECT indicator, basis, field_code AS cell, period, numerator FROM mart.indicators
WHERE publication_id = %(publication)s AND indicator = ANY(%(indicators)s)
    AND unit_code = '*' AND field_code <> '*' AND channel = '*' AND period <> '*'

-- name: units
SELECT unit_code, valid_from, name, level, parent_code, succeeded_by FROM ref.units

-- name: fields
SELECT field_code AS code, max(field_name) AS name FROM ref.procedures GROUP BY 1

-- name: procedures
SELECT DISTINCT ON (procedure_code) procedure_code AS code, name FROM ref.procedures
WHERE name IS NOT NULL ORDER BY procedure_code, valid_from DESC, name
