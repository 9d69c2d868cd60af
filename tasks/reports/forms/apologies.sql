-- name: procedures
SELECT DISTINCT ON (procedure_code) procedure_code, name FROM ref.procedures
WHERE name IS NOT NULL ORDER BY procedure_code, valid_from DESC
