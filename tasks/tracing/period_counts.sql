-- name: monthly
SELECT period, numerator, denominator, undetermined FROM mart.indicators WHERE publication_id = %(publication)s AND indicator = %(indicator)s
    AND basis = %(basis)s AND unit_code = %(unit)s AND field_code = %(field)s AND channel = %(channel)s AND period = ANY(%(months)s)
