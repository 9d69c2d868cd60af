-- Dossiers that a publication counts. An agency comes with all that stand below it; who stood below whom is asked for the day on
-- which each dossier was received. The first version of an agency holds for the days before it too; a province has all.
-- name: counted
WITH RECURSIVE versions AS (
    SELECT unit_code, parent_code,
        CASE WHEN lag(valid_from) OVER w IS NULL THEN '-infinity'::date ELSE valid_from END AS first_day,
        coalesce(lead(valid_from) OVER w, 'infinity'::date) AS next_day
    FROM ref.units WINDOW w AS (PARTITION BY unit_code ORDER BY valid_from)
), line AS (
    SELECT %(unit)s::text AS unit_code, '-infinity'::date AS first_day, 'infinity'::date AS next_day
    UNION
    SELECT v.unit_code, greatest(v.first_day, line.first_day), least(v.next_day, line.next_day)
    FROM line JOIN versions AS v ON v.parent_code = line.unit_code
    WHERE greatest(v.first_day, line.first_day) < least(v.next_day, line.next_day)
)
SELECT source, code, unit_code, procedure_code, received_at, recorded_due_at, recorded_end_at, recorded_state,
    recorded_timeliness, due_at, end_at, state, timeliness, verdict, reasons, missing
FROM judged.verdict_versions AS d WHERE policy = %(policy)s AND counted
    AND said_from <= %(at)s AND (said_until IS NULL OR said_until > %(at)s)
    AND (
        %(unit)s::text IS NULL OR EXISTS (SELECT FROM ref.units WHERE unit_code = %(unit)s AND level = 'province')
        OR EXISTS (
            SELECT FROM line WHERE line.unit_code = d.unit_code
                AND coalesce((d.received_at AT TIME ZONE %(zone)s)::date, %(as_of)s) >= line.first_day
                AND coalesce((d.received_at AT TIME ZONE %(zone)s)::date, %(as_of)s) < line.next_day
        )
    )
ORDER BY source, code
