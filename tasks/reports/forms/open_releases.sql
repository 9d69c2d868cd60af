-- name: known
SELECT FROM mart.open_releases WHERE release_id = %(release)s

-- name: releases
SELECT release_id, period FROM mart.open_releases ORDER BY released_at, release_id

-- name: cells
SELECT scope, unit_code, span, counter, dossiers, shown, counted_with FROM mart.open_cells WHERE release_id = %(release)s
