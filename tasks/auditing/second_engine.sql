-- name: drawn
-- A sample that nobody can choose: the order follows from a seed that is known only once the ledger is written. Each dossier lies
-- by a hash of its code in one of 65,536 urns, which an index finds; the seed says in which order they are emptied, and in which
-- order one is (OFFSET 0: each by itself, until there are enough). A verdict that moves with the day is drawn where its
-- partition was judged for this one.
SELECT v.source, v.unit_code, v.code FROM (
    SELECT urn FROM generate_series(-2147483648::bigint, 2147483647, 65536) AS u (urn) ORDER BY hashint8extended(urn, %(seed)s::bigint), urn OFFSET 0
) AS u
CROSS JOIN LATERAL (
    SELECT v.source, coalesce(v.unit_code, '') AS unit_code, v.code, v.moving, d.partition_month
    FROM (SELECT source, code, partition_month FROM core.dossiers
        WHERE role = 'primary' AND {urn} >= u.urn AND {urn} < u.urn + 65536) AS d
    JOIN judged.verdicts AS v ON v.source = d.source AND v.code = d.code AND v.policy = %(policy)s
    ORDER BY hashtextextended(d.source || '/' || d.code, %(seed)s::bigint), d.source, d.code OFFSET 0
) AS v
WHERE NOT v.moving OR EXISTS (
    SELECT FROM audit.progress AS p
    WHERE p.step = 'judge' AND p.partition = v.source || '/' || to_char(v.partition_month, 'YYYY-MM') AND p.as_of = %(as_of)s
)
LIMIT %(size)s

-- name: derived
-- Lateness by docs/law.md 4 and 5.1 and decisions 0003, 0016 and 0018, from what the sources state and the days of the calendar.
-- Each dossier has one case, or several where its receipt or its end reads several ways; a case counts days and minutes by
-- binary search in the sessions of the office. What it cannot tell it says in doubt.
WITH RECURSIVE sessions AS (
    SELECT d.day::date AS day, d.day + make_interval(mins => s.first) AS opens, d.day + make_interval(mins => s.last) AS closes,
        sum(s.last - s.first) OVER (ORDER BY d.day, s.first) - (s.last - s.first) AS before
    FROM generate_series(%(covers)s::timestamp, %(until)s::timestamp, interval '1 day') AS d (day)
    JOIN unnest(%(weekdays)s::int[], %(firsts)s::int[], %(lasts)s::int[]) AS s (weekday, first, last) ON s.weekday = CASE
        WHEN d.day::date = ANY(%(made_up)s::date[]) THEN 7
        WHEN d.day::date = ANY(%(off)s::date[]) THEN -1
        ELSE extract(isodow FROM d.day) - 1 END
), office AS MATERIALIZED (
    SELECT array_agg(opens ORDER BY opens) AS opens, array_agg(closes ORDER BY opens) AS closes,
        array_agg(before::int ORDER BY opens) AS before FROM sessions
), working_days AS MATERIALIZED (
    SELECT array_agg(day ORDER BY day) AS days, array_agg(closes ORDER BY day) AS closes FROM (
        SELECT day, least(max(closes), day + interval '23:59') AS closes FROM sessions GROUP BY day
    ) AS one
), said AS MATERIALIZED (
    -- What the source states, the newest approved correction of each field laid over.
    SELECT f.code, f.status, f.procedure_code, coalesce(f.channel, 'counter') AS channel, coalesce(f.marks, '') AS marks,
        fixed.fields ? 'received_at' AS receipt_fixed, fixed.fields ?| '{done_at,returned_at,refused_at}' AS end_fixed,
        f.submitted_at AT TIME ZONE %(zone)s AS submitted, f.received_at AT TIME ZONE %(zone)s AS received,
        f.due_at AT TIME ZONE %(zone)s AS appointed, f.done_at AT TIME ZONE %(zone)s AS done,
        f.returned_at AT TIME ZONE %(zone)s AS returned, f.refused_at AT TIME ZONE %(zone)s AS refused,
        f.modified_at AT TIME ZONE %(zone)s AS modified,
        CASE WHEN d.is_deleted THEN coalesce(d.deleted_at, d.modified_at, '-infinity') AT TIME ZONE %(zone)s END AS gone, %(as_of)s::date + interval '1 day' - interval '1 microsecond' AS day_end,
        CASE WHEN %(coded)s THEN substring(regexp_replace(f.code, '~\d{4}(\.\d+)?$', '') FROM
            '^(?:\d{3}\.\d{2}\.\d{2}\.[GHK]\d{2}|[GHK]\d{2}(?:\.\d{1,3})*)-((?:\d\d)?\d{6})-\d{4,8}$') END AS digits
    FROM core.dossiers AS d
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(c.field, c.new_value) AS fields FROM (
            SELECT DISTINCT ON (c.field) c.field, c.new_value FROM quality.corrections AS c
            WHERE c.source = d.source AND c.code = d.code AND c.state = 'approved'
            ORDER BY c.field, c.received_at DESC, c.correction_id DESC
        ) AS c
    ) AS fixed ON true
    CROSS JOIN LATERAL jsonb_populate_record(d, coalesce(fixed.fields, '{}')) AS f
    WHERE d.source = %(source)s AND d.code = ANY(%(codes)s)
), log AS MATERIALIZED (
    SELECT e.code, e.seq, e.status, e.at AT TIME ZONE %(zone)s AS at,
        e.status IN (2, 4, 5, 6) AND (e.at AT TIME ZONE %(zone)s)::date <= %(as_of)s AS works
    FROM core.events AS e WHERE e.source = %(source)s AND e.code = ANY(%(codes)s)
), work AS (
    SELECT code, max(seq) FILTER (WHERE works) AS last_seq, (array_agg(at ORDER BY seq) FILTER (WHERE works))[1] AS begun,
        (array_agg(at ORDER BY seq DESC) FILTER (WHERE works))[1] AS until,
        (array_agg(status ORDER BY seq DESC) FILTER (WHERE status > 0))[1] AS last_status
    FROM log GROUP BY code
), logged AS (
    -- Work that was taken up again cancels the ends before it.
    SELECT code, (array_agg(at ORDER BY seq) FILTER (WHERE status = 9))[1] AS done,
        (array_agg(at ORDER BY seq) FILTER (WHERE status = 10))[1] AS returned,
        (array_agg(at ORDER BY seq) FILTER (WHERE status = 8))[1] AS stopped,
        (array_agg(at ORDER BY seq) FILTER (WHERE status = 3))[1] AS refused,
        (array_agg(at ORDER BY seq) FILTER (WHERE status = 7))[1] AS withdrawn
    FROM log JOIN work USING (code) WHERE seq > coalesce(last_seq, -1) GROUP BY code
), elsewhere AS (
    SELECT m.code, min(e.done_at AT TIME ZONE %(zone)s) FILTER (WHERE e.status IN (9, 10)) AS done,
        min(e.done_at AT TIME ZONE %(zone)s) FILTER (WHERE e.status IN (3, 7, 8)) AS withdrawn,
        min((CASE WHEN m.other_source = ANY(%(carriers)s::text[]) THEN coalesce(e.received_at, e.returned_at)
            ELSE e.returned_at END) AT TIME ZONE %(zone)s) AS returned,
        min(e.received_at AT TIME ZONE %(zone)s) FILTER (WHERE m.other_source <> ALL(%(carriers)s::text[])) AS received
    FROM core.matches AS m JOIN core.dossiers AS e ON e.source = m.other_source AND e.code = m.other_code
    WHERE m.source = %(source)s AND m.code = ANY(%(codes)s) AND m.kind = 'evidence' GROUP BY 1
), numbered AS (
    SELECT said.*, CASE length(digits) WHEN 6 THEN '20' || digits ELSE digits END AS written FROM said
), coded AS (
    SELECT *, CASE WHEN substr(written, 5, 2)::int BETWEEN 1 AND 12 AND substr(written, 1, 4)::int > 0 THEN
        CASE WHEN substr(written, 7)::int BETWEEN 1 AND extract(day FROM to_date(substr(written, 1, 6), 'YYYYMM') + interval '1 month - 1 day')
        THEN to_date(written, 'YYYYMMDD') END END AS code_day
    FROM numbered
), received AS MATERIALIZED (
    -- Decision 0018: the code's day where the stated one is missing, cannot be, or is it in another year or order.
    SELECT c.*, taken.by_code, taken.by_code AND c.received IS NULL AS day_only, CASE
        WHEN taken.by_code THEN code_day + coalesce(c.received::time, time '07:30') WHEN NOT cannot.be THEN c.received END AS receipt
    FROM coded AS c
    CROSS JOIN LATERAL (
        SELECT c.received IS NULL OR c.received > c.day_end OR extract(year FROM c.received) < coalesce(%(first_year)s::int, 0) AS be
    ) AS cannot
    CROSS JOIN LATERAL (
        SELECT coalesce(code_day <= %(as_of)s AND extract(year FROM code_day) >= coalesce(%(first_year)s::int, 0), false)
            AND (c.received IS NULL OR NOT coalesce(c.receipt_fixed, false))
            AND (cannot.be OR abs(c.received::date - code_day) > 300 OR (
                abs(c.received::date - code_day) > 1 AND extract(day FROM c.received) <= 12
                AND extract(day FROM c.received) <> extract(month FROM c.received)
                AND abs(make_date(extract(year FROM c.received)::int, extract(day FROM c.received)::int,
                    extract(month FROM c.received)::int) - code_day) <= 1
            )) AS by_code
    ) AS taken
), receipts AS (
    SELECT code, 0 AS reading, receipt FROM received
    UNION ALL
    -- Days from the code's, and nothing tells why: submission, log, a correction, or the next working day.
    SELECT r.code, 1, code_day + receipt::time FROM received AS r LEFT JOIN work USING (code)
    WHERE NOT by_code AND abs(receipt::date - code_day) > 1 AND code_day <= %(as_of)s AND NOT coalesce(receipt_fixed, false)
        AND coalesce(abs(submitted::date - code_day) > 1, true) AND coalesce(abs(work.begun::date - receipt::date) > 1, true)
        AND NOT (receipt::date >= code_day AND receipt::date <= coalesce(
            (SELECT days[width_bucket(code_day, days) + 1] FROM working_days), code_day))
    UNION ALL
    SELECT r.code, 2, e.received FROM received AS r JOIN elsewhere AS e USING (code)
    WHERE e.received::date < receipt::date AND NOT coalesce(receipt_fixed, false)
), known AS MATERIALIZED (
    SELECT r.*, case_of.reading, case_of.receipt AS begun_at, limits.unit, limits.amount, coalesce(r.status, w.last_status, 0) AS now,
        w.until AS worked_until, w.last_status, w.last_seq IS NOT NULL AS log_received, l.done AS l_done, l.returned AS l_returned,
        l.stopped AS l_stopped, l.refused AS l_refused, l.withdrawn AS l_withdrawn, e.done AS e_done, e.withdrawn AS e_withdrawn,
        e.returned AS e_returned,
        -- An end after which work went on is none, unless it lies before the receipt.
        CASE WHEN w.until > r.done AND NOT coalesce(r.done::date < r.received::date, false) THEN NULL ELSE r.done END AS r_done
    FROM receipts AS case_of JOIN received AS r USING (code) LEFT JOIN work AS w USING (code) LEFT JOIN logged AS l USING (code)
    LEFT JOIN elsewhere AS e USING (code)
    LEFT JOIN LATERAL (
        SELECT CASE WHEN p.limit_unit IN ('working_day', 'calendar_day', 'month', 'hour') AND coalesce(p.limit_amount, 0) = 0
            THEN 'unsettled' ELSE p.limit_unit END AS unit, p.limit_amount AS amount
        FROM ref.procedures AS p WHERE p.procedure_code = r.procedure_code AND p.channel IN (r.channel, 'counter')
            AND p.valid_from <= case_of.receipt::date AND (p.valid_to IS NULL OR p.valid_to >= case_of.receipt::date)
        ORDER BY p.channel = r.channel DESC, p.valid_from DESC LIMIT 1
    ) AS limits ON true
), stated_ends AS (
    -- QĐ 766, 2.1: done before handed over before stopped, refused, withdrawn; the log before the record.
    SELECT k.*, first.kind, first.at, first.origin FROM known AS k LEFT JOIN LATERAL (
        SELECT * FROM (VALUES
            (1, 9, l_done, 'log'), (2, 9, CASE WHEN now NOT IN (3, 7, 8) THEN r_done END, 'record'),
            (3, 10, l_returned, 'log'), (4, 10, k.returned, 'record'),
            (5, 8, l_stopped, 'log'), (6, 8, CASE WHEN now = 8 THEN r_done END, 'record'),
            (7, 3, l_refused, 'log'), (8, 3, CASE WHEN now = 3 THEN coalesce(k.refused, r_done) END, 'record'),
            (9, 7, l_withdrawn, 'log'), (10, 7, CASE WHEN now = 7 THEN r_done END, 'record')
        ) AS ways (place, kind, at, origin) WHERE ways.at IS NOT NULL ORDER BY place LIMIT 1
    ) AS first ON true
), heard_ends AS (
    -- The desk only heard of another system's end: hours of the zone, or a working day later with no work between.
    SELECT s.*, CASE WHEN later.zone OR later.lag THEN e_done WHEN s.kind IS NULL THEN coalesce(e_done, e_withdrawn, e_returned)
            ELSE s.at END AS ended,
        CASE WHEN s.kind IS NOT NULL THEN s.kind WHEN e_done IS NOT NULL THEN 9 WHEN e_withdrawn IS NOT NULL THEN 7
            WHEN e_returned IS NOT NULL THEN 10 END AS end_kind,
        s.kind IS NOT NULL AND NOT later.zone AND NOT later.lag AS own_end
    FROM stated_ends AS s
    CROSS JOIN LATERAL (SELECT coalesce(abs(extract(epoch FROM s.at - e_done) - 25200) <= 60, false) AS zone) AS shifted
    CROSS JOIN LATERAL (
        SELECT shifted.zone, coalesce(NOT shifted.zone AND s.kind IN (9, 10) AND s.at > e_done AND NOT coalesce(worked_until > e_done, false)
            AND NOT coalesce(e_done::date < s.received::date, false) AND (
                SELECT b.minutes - a.minutes BETWEEN 0 AND %(lag)s FROM
                (SELECT before[i] + extract(epoch FROM least(date_trunc('minute', e_done), closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(date_trunc('minute', e_done), opens) AS i) AS a,
                (SELECT before[i] + extract(epoch FROM least(date_trunc('minute', s.at), closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(date_trunc('minute', s.at), opens) AS i) AS b
            ), false) AS lag
    ) AS later
), handed_ends AS (
    SELECT h.*, hand_over.at AS handed, hand_over.carried,
        coalesce(date_trunc('minute', h.ended) >= office_at.opens AND date_trunc('minute', h.ended) < office_at.closes, false) AS in_office
    FROM heard_ends AS h
    LEFT JOIN LATERAL (
        SELECT ways.at, ways.carried FROM (VALUES (1, l_returned, false), (2, h.returned, false), (3, e_returned, true)) AS ways (place, at, carried)
        WHERE ways.at::date >= h.begun_at::date AND ways.at <= h.day_end AND NOT coalesce(worked_until > ways.at, false)
        ORDER BY ways.at, place LIMIT 1
    ) AS hand_over ON true
    LEFT JOIN LATERAL (
        SELECT o.opens[i] AS opens, o.closes[i] AS closes FROM office AS o, width_bucket(date_trunc('minute', h.ended), o.opens) AS i
    ) AS office_at ON true
), settled AS (
    SELECT e.*, CASE WHEN end_kind = 9 AND ended > handed + interval '1 minute' AND NOT in_office THEN handed
            WHEN end_kind = 10 AND carried AND handed < ended THEN handed ELSE ended END AS end_at,
        CASE WHEN now = 1 OR ((now = 3 OR coalesce(end_kind, 0) = 3) AND e.received IS NULL AND NOT log_received) THEN 'not_received'
            WHEN e.gone <= e.day_end THEN 'deleted'
            WHEN end_kind IN (9, 10) THEN 'finished' WHEN end_kind = 7 THEN 'withdrawn' WHEN end_kind IN (3, 8) THEN 'refused'
            WHEN now = 9 AND e.done IS NULL AND e.returned IS NULL AND coalesce(last_status, 0) IN (5, 6) THEN 'in_progress'
            WHEN now = 7 THEN 'withdrawn' WHEN now = 8 THEN 'refused' WHEN now IN (9, 10) THEN 'finished' ELSE 'in_progress' END AS state
    FROM handed_ends AS e
), ends AS (
    SELECT s.*, 0 AS other_end, end_at AS until_end FROM settled AS s
    UNION ALL
    SELECT s.*, ways.place, ways.at FROM settled AS s CROSS JOIN LATERAL (VALUES
        (1, CASE WHEN end_kind = 9 AND in_office AND end_at > handed + interval '1 minute' THEN handed END),
        (2, CASE WHEN state = 'finished' AND end_at::time > time '00:00' AND end_at::time < time '05:00' AND end_at::date > begun_at
            THEN end_at::date - interval '1 minute' END),
        (3, CASE WHEN state = 'finished' AND e_done < end_at AND e_done::date >= begun_at::date AND NOT coalesce(worked_until > e_done, false)
            THEN e_done END)
    ) AS ways (place, at) WHERE ways.at IS NOT NULL AND own_end AND NOT coalesce(end_fixed, false)
), bare AS (
    SELECT e.*, (CASE
        WHEN unit = 'working_day' AND amount = floor(amount) THEN (
            SELECT w.closes[width_bucket(begun_at::date, w.days) + amount::int] FROM working_days AS w)
        WHEN unit IN ('calendar_day', 'month') AND amount = floor(amount) OR unit = 'same_day' THEN (
            SELECT w.closes[i + CASE WHEN w.days[i] = period.last THEN 0 ELSE 1 END] FROM working_days AS w, width_bucket(period.last, w.days) AS i)
        WHEN unit = 'none' AND appointed >= begun_at THEN appointed
        WHEN unit IN ('hour', 'working_day') AND NOT (unit = 'hour' AND day_only) THEN (
            SELECT o.opens[j] + make_interval(mins => wanted.minutes::int - o.before[j]) FROM office AS o,
                width_bucket(date_trunc('minute', begun_at), o.opens) AS i,
                LATERAL (SELECT o.before[i] + extract(epoch FROM least(date_trunc('minute', begun_at), o.closes[i]) - o.opens[i]) / 60
                    + round(amount * CASE unit WHEN 'hour' THEN 60 ELSE 480 END) AS minutes) AS wanted,
                width_bucket(wanted.minutes::int - 1, o.before) AS j)
        END) AS bare_due, period.last AS last_day, coalesce(until_end, day_end) AS stops
    FROM ends AS e CROSS JOIN LATERAL (
        SELECT CASE unit WHEN 'calendar_day' THEN begun_at::date + amount::int
            WHEN 'month' THEN (begun_at::date + make_interval(months => amount::int))::date
            WHEN 'same_day' THEN begun_at::date + CASE WHEN begun_at::time >= %(cut_off)s::time THEN 1 ELSE 0 END END AS last
    ) AS period
), own_pauses AS (
    SELECT p.code, p.kind, p.origin, p.end_origin, p.started_at, p.ended_at, p.seq FROM core.pauses AS p
    WHERE p.source = %(source)s AND p.code = ANY(%(codes)s)
    UNION ALL
    SELECT m.code, p.kind, p.origin, p.end_origin, p.started_at, p.ended_at, p.seq
    FROM core.matches AS m JOIN core.pauses AS p ON p.source = m.other_source AND p.code = m.other_code
    WHERE m.source = %(source)s AND m.code = ANY(%(codes)s) AND m.kind = 'evidence'
), told_pauses AS (
    SELECT code, kind = 'supplement' AS supplement, origin = 'land_software' AS elsewhere, seq, origin,
        kind = 'supplement' AND origin = 'supplement_record' AND (ended_at IS NULL OR end_origin = 'progress_log') AS unanswered,
        started_at AT TIME ZONE %(zone)s AS start, ended_at < started_at AS reversed,
        CASE WHEN ended_at < started_at THEN NULL ELSE ended_at AT TIME ZONE %(zone)s END AS stop,
        bool_or(kind = 'supplement' AND origin <> 'progress_log') OVER (PARTITION BY code) AS requested
    FROM own_pauses WHERE kind = ANY(%(pauses)s)
), pauses AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY code ORDER BY start, elsewhere, stop NULLS LAST, seq) AS place
    FROM told_pauses WHERE coalesce(stop > start, true) AND NOT (%(keeps_requests)s AND supplement AND NOT requested)
), requests AS (
    SELECT code, greatest(count(*) FILTER (WHERE supplement AND NOT elsewhere), count(*) FILTER (WHERE supplement AND elsewhere)) AS times,
        bool_or(reversed OR start::date > %(as_of)s OR stop::date > %(as_of)s) AS impossible
    FROM pauses GROUP BY code
), moved AS (
    SELECT code, reading, other_end, unit, bare_due, last_day, stops, state, now, 0::bigint AS place, begun_at AS covered,
        bare_due AS due, 0 AS minutes, interval '0' AS lost, false AS waiting
    FROM bare
    UNION ALL
    SELECT m.code, m.reading, m.other_end, m.unit, m.bare_due, m.last_day, m.stops, m.state, m.now, p.place,
        CASE WHEN counted.real THEN greatest(m.covered, span.stop) ELSE m.covered END,
        CASE WHEN counted.moves THEN extended.due ELSE m.due END, gone.minutes, gone.lost,
        m.waiting OR counted.moves AND coalesce(p.stop > m.stops, true)
    FROM moved AS m JOIN pauses AS p ON p.code = m.code AND p.place = m.place + 1
    CROSS JOIN LATERAL (SELECT greatest(p.start, m.covered) AS start, least(p.stop, m.stops) AS stop) AS span
    CROSS JOIN LATERAL (
        SELECT coalesce(p.unanswered AND span.stop > span.start AND span.start < m.due
            AND (m.state = 'finished' OR m.state = 'in_progress' AND m.now IN (2, 4)) AND (
                SELECT b.minutes - a.minutes BETWEEN 0 AND %(before_due)s FROM
                (SELECT before[i] + extract(epoch FROM least(date_trunc('minute', p.start), closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(date_trunc('minute', p.start), opens) AS i) AS a,
                (SELECT before[i] + extract(epoch FROM least(m.due, closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(m.due, opens) AS i) AS b
            ), false) AS empty
    ) AS asked
    CROSS JOIN LATERAL (
        SELECT span.stop > span.start AND NOT asked.empty AS real,
            span.stop > span.start AND NOT asked.empty AND coalesce(span.start < m.due, true) AS moves
    ) AS counted
    CROSS JOIN LATERAL (
        SELECT m.minutes + CASE WHEN counted.moves THEN greatest(0, (
                SELECT b.minutes - a.minutes FROM
                (SELECT before[i] + extract(epoch FROM least(date_trunc('minute', span.start), closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(date_trunc('minute', span.start), opens) AS i) AS a,
                (SELECT before[i] + extract(epoch FROM least(date_trunc('minute', span.stop), closes[i]) - opens[i]) / 60 AS minutes
                    FROM office, width_bucket(date_trunc('minute', span.stop), opens) AS i) AS b
            ))::int ELSE 0 END AS minutes,
            m.lost + CASE WHEN counted.moves THEN span.stop - span.start ELSE interval '0' END AS lost
    ) AS gone
    CROSS JOIN LATERAL (
        SELECT CASE WHEN m.unit IN ('calendar_day', 'month') THEN m.last_day + ceil(extract(epoch FROM gone.lost) / 86400)::int END AS last,
            (SELECT CASE WHEN gone.minutes = 0 THEN date_trunc('minute', m.bare_due)
                    ELSE o.opens[j] + make_interval(mins => wanted.minutes::int - o.before[j]) END
                FROM office AS o, width_bucket(date_trunc('minute', m.bare_due), o.opens) AS i,
                LATERAL (SELECT o.before[i] + extract(epoch FROM least(date_trunc('minute', m.bare_due), o.closes[i]) - o.opens[i]) / 60
                    + gone.minutes AS minutes) AS wanted,
                width_bucket(wanted.minutes::int - 1, o.before) AS j) AS minute
    ) AS later
    CROSS JOIN LATERAL (
        SELECT CASE WHEN m.unit = 'hour' THEN later.minute ELSE (
            SELECT w.closes[i + CASE WHEN w.days[i] = day.last THEN 0 ELSE 1 END]
            FROM (SELECT coalesce(later.last, later.minute::date) AS last) AS day, working_days AS w, width_bucket(day.last, w.days) AS i
        ) END AS due
    ) AS extended
), done AS (
    SELECT DISTINCT ON (code, reading, other_end) code, reading, other_end, due, waiting FROM moved
    ORDER BY code, reading, other_end, place DESC
), compared AS (
    SELECT b.code, b.reading, b.other_end, b.state, b.until_end, d.due, CASE
        WHEN b.state = 'in_progress' THEN coalesce(d.due < b.day_end AND NOT d.waiting, false) OR b.now = 5 AND coalesce(r.times, 0) > 1
        WHEN b.unit = 'hour' THEN coalesce(date_trunc('minute', b.until_end) > d.due, false)
        ELSE coalesce(b.until_end::date > d.due::date, false) END AS late,
        b.state <> 'in_progress' AND coalesce(b.until_end::date < d.due::date, false) AS early,
        CASE
            WHEN b.state IN ('not_received', 'deleted') THEN NULL
            WHEN b.marks ~ '\mdate_two_formats\M' AND (b.done < b.begun_at OR b.returned < b.begun_at) THEN 'reading'
            WHEN b.marks ~ '\mdate_ambiguous\M' AND (b.code_day IS NULL OR b.unit = 'none' OR EXISTS (
                -- Day and month exchanged: another date that can be, or the stated one cannot.
                SELECT FROM unnest(ARRAY[b.done, b.returned, b.refused]) AS stated (at)
                WHERE extract(day FROM at) <= 12 AND extract(day FROM at) <> extract(month FROM at)
                    AND make_date(extract(year FROM at)::int, extract(day FROM at)::int, extract(month FROM at)::int)
                        BETWEEN b.begun_at::date AND %(as_of)s
            )) THEN 'reading'
            WHEN EXISTS (SELECT FROM core.matches AS m WHERE m.source = %(source)s AND m.code = b.code AND m.kind = 'refiled'
                AND m.confidence >= 0.9) THEN 'refiled'
            WHEN b.begun_at IS NULL OR b.unit = 'hour' AND b.day_only THEN 'receipt'
            WHEN b.code_day IS NULL AND b.appointed - b.begun_at > interval '300 days' THEN 'receipt'
            WHEN b.unit IS NULL THEN 'procedure' WHEN b.unit = 'unsettled' THEN 'limit'
            WHEN b.unit <> 'none' AND d.due IS NULL THEN 'calendar'
            WHEN r.impossible THEN 'pause'
            WHEN b.ended::date < b.begun_at::date OR b.ended > b.day_end OR b.ended - b.begun_at > interval '300 days' THEN 'end'
            WHEN b.state <> 'in_progress' AND b.end_at IS NULL AND NOT coalesce(d.due >= b.day_end, false) THEN 'end'
            WHEN b.state = 'in_progress' AND b.status IS NULL AND NOT coalesce(d.due >= b.day_end, false) THEN 'status'
            WHEN b.marks ~ '\mend_unreadable\M' AND b.done IS NULL AND b.origin IS DISTINCT FROM 'log' THEN 'end'
            WHEN b.unit IN ('hour', 'same_day') AND (b.unit_clock
                OR b.channel = 'counter' AND b.begun_at::time <> time '00:00' AND NOT EXISTS (
                    SELECT FROM office AS o, width_bucket(date_trunc('minute', b.begun_at), o.opens) AS i
                    WHERE date_trunc('minute', b.begun_at) < o.closes[i])) THEN 'clock'
            WHEN b.state = 'in_progress' AND d.due < b.day_end AND CASE WHEN b.unit = 'hour' THEN d.due >= %(heard)s::timestamptz AT TIME ZONE %(zone)s
                ELSE d.due::date >= (%(heard)s::timestamptz AT TIME ZONE %(zone)s)::date END THEN 'no_news'
        END AS doubt
    FROM (SELECT bare.*, EXISTS (SELECT FROM quality.clock_faults AS f JOIN core.dossiers AS c ON c.source = f.source
            AND coalesce(c.unit_code, '') = coalesce(f.unit_code, '') AND c.partition_month = f.month
            WHERE f.source = %(source)s AND c.code = bare.code AND c.source = %(source)s) AS unit_clock FROM bare) AS b
    JOIN done AS d USING (code, reading, other_end) LEFT JOIN requests AS r USING (code)
), agreed AS (
    SELECT code, CASE WHEN bool_or(doubt IS NOT NULL) THEN max(doubt) WHEN bool_and(late) OR NOT bool_or(late) THEN NULL ELSE 'reading' END AS doubt
    FROM compared GROUP BY code
)
SELECT c.code, c.state, c.due, c.until_end AS ended, CASE WHEN c.late THEN 'late' WHEN c.early THEN 'early' ELSE 'on_time' END AS timeliness,
    a.doubt, v.state AS judged_state, v.timeliness AS judged_timeliness, v.due_at AT TIME ZONE %(zone)s AS judged_due,
    v.end_at AT TIME ZONE %(zone)s AS judged_end
FROM compared AS c JOIN agreed AS a USING (code)
LEFT JOIN judged.verdicts AS v ON v.source = %(source)s AND v.code = c.code AND v.policy = %(policy)s
WHERE c.reading = 0 AND c.other_end = 0
ORDER BY c.code
