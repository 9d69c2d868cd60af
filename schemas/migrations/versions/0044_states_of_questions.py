"""States of questions: due dates, first answers, verifications, and views that derive the rest."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_COLUMNS: tuple[tuple[str, str, sa.types.TypeEngine[Any], str], ...] = (
    (
        "packages",
        "due_at",
        sa.TIMESTAMP(timezone=True),
        "Until when the agency is to answer, by its own working days; null: made before due dates were kept.",
    ),
    (
        "package_rows",
        "first_answered_at",
        sa.TIMESTAMP(timezone=True),
        "When the first answer came in; null while there is none.",
    ),
    (
        "package_rows",
        "working_minutes",
        sa.BigInteger(),
        "Working minutes of its agency from the making of the package to the first answer; null: none, or not counted.",
    ),
    (
        "package_rows",
        "verified_at",
        sa.TIMESTAMP(timezone=True),
        "When it was last seen that the source states by itself what was asked for; null: never.",
    ),
    (
        "package_rows",
        "reopened_at",
        sa.TIMESTAMP(timezone=True),
        "When it was last seen that the source says otherwise, although it was verified or reported as fixed; null: never.",
    ),
)
# As tasks/rules/corrections/value_texts.py says it: to the minute, and a day without an hour is any time of that day. The wanted
# value bears the office's own offset; so the day that both name is told without knowing the zone.
_SAME = r"""
    CREATE FUNCTION quality.same_value(field text, stated text, wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT CASE
            WHEN stated IS NULL OR wanted IS NULL THEN false
            WHEN field NOT LIKE '%\_at' THEN stated = wanted
            WHEN wanted !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$' THEN false
            WHEN date_trunc('minute', stated::timestamptz) = date_trunc('minute', wanted::timestamptz) THEN true
            ELSE (SELECT there::date = left(wanted, 10)::date AND
                    (CASE field WHEN 'due_at' THEN '17:00:00' ELSE '00:00:00' END) IN (substr(wanted, 12, 8), there::time::text)
                FROM (SELECT (stated::timestamptz AT TIME ZONE 'UTC') + right(wanted, 6)::interval AS there) AS local)
        END
    $$
"""
_QUESTIONS = """
    CREATE VIEW quality.work_questions AS
    WITH asked AS (
        SELECT p.unit_code, r.source, r.code, r.kind, r.rule, r.field, r.old_value, r.new_value, min(p.made_at) AS asked_at,
            max(p.made_at) AS asked_last_at, min(p.as_of) AS as_of, min(p.due_at) AS due_at, count(*) AS packages,
            min(r.first_answered_at) AS answered_at, max(r.answered_at) AS decided_at,
            (array_agg(r.decision ORDER BY r.answered_at DESC) FILTER (WHERE r.decision IS NOT NULL))[1] AS decision,
            (array_agg(r.working_minutes ORDER BY r.first_answered_at) FILTER (WHERE r.first_answered_at IS NOT NULL))[1]
                AS working_minutes,
            max(r.verified_at) AS verified_at, max(r.reopened_at) AS reopened_at
        FROM quality.package_rows AS r JOIN quality.packages AS p ON p.package = r.package
        GROUP BY p.unit_code, r.source, r.code, r.kind, r.rule, r.field, r.old_value, r.new_value
    ), looked_at AS (
        SELECT a.*, moved.seen_at AS moved_at, laid.received_at AS approved_at, bare.received_at AS rejected_at,
            max(a.asked_last_at) OVER (PARTITION BY a.source, a.code, a.kind, a.rule, a.field) AS like_asked_at,
            coalesce(moved.seen_at IS NOT NULL AND CASE
                WHEN a.kind = 'finding' THEN found.resolved_on > a.as_of AND NOT found.stands AND laid.received_at IS NULL
                WHEN a.kind IN ('reason', 'missing') THEN judged.settled AND touched.correction_id IS NULL
                ELSE quality.same_value(a.field, to_jsonb(d) ->> a.field, coalesce(laid.new_value, a.new_value))
            END, false) AS settled
        FROM asked AS a
        LEFT JOIN core.dossiers AS d ON d.source = a.source AND d.code = a.code
        LEFT JOIN LATERAL (
            SELECT max(w.seen_at) AS seen_at FROM core.dossier_versions AS w
            WHERE w.source = a.source AND w.code = a.code AND w.seen_at > a.asked_at
        ) AS moved ON true
        LEFT JOIN LATERAL (
            SELECT c.new_value, c.received_at FROM quality.corrections AS c
            WHERE c.source = a.source AND c.code = a.code AND c.field = a.field AND c.state = 'approved'
            ORDER BY c.received_at DESC, c.correction_id DESC LIMIT 1
        ) AS laid ON true
        LEFT JOIN LATERAL (
            SELECT max(c.received_at) AS received_at FROM quality.corrections AS c
            WHERE c.source = a.source AND c.code = a.code AND c.field = a.field AND c.state = 'rejected'
                AND c.new_value IS NOT DISTINCT FROM a.new_value AND c.received_at > a.asked_at
        ) AS bare ON true
        LEFT JOIN LATERAL (
            SELECT c.correction_id FROM quality.corrections AS c
            WHERE c.source = a.source AND c.code = a.code AND c.state = 'approved' LIMIT 1
        ) AS touched ON true
        LEFT JOIN LATERAL (
            SELECT max(f.resolved_on) AS resolved_on, bool_or(f.resolved_on IS NULL) AS stands FROM quality.findings AS f
            WHERE f.source = a.source AND f.code = a.code AND f.check_id = ANY(string_to_array(a.rule, ' '))
        ) AS found ON a.kind = 'finding'
        LEFT JOIN LATERAL (
            SELECT bool_and(NOT coalesce(string_to_array(CASE a.kind WHEN 'missing' THEN v.missing ELSE v.reasons END, ' ')
                && string_to_array(a.rule, ' '), false)) AS settled
            FROM judged.verdicts AS v WHERE v.source = a.source AND v.code = a.code
        ) AS judged ON a.kind IN ('reason', 'missing')
    )
    SELECT unit_code, source, code, kind, rule, field, old_value, new_value, CASE
            WHEN settled THEN 'verified'
            WHEN verified_at IS NOT NULL OR (decision = 'fixed' AND moved_at > decided_at) THEN 'reopened'
            WHEN decision = 'fixed' THEN 'reported_fixed'
            WHEN approved_at > asked_at AND approved_at >= coalesce(rejected_at, approved_at) THEN 'approved'
            WHEN rejected_at IS NOT NULL THEN 'rejected'
            WHEN decision IS NOT NULL THEN 'answered'
            ELSE 'sent'
        END AS state,
        asked_at, due_at, answered_at, decision, decided_at, working_minutes, verified_at, reopened_at, packages,
        coalesce(like_asked_at > verified_at, false) AS recurred
    FROM looked_at
    UNION ALL
    SELECT p.unit_code, p.source, p.code, 'proposal', p.rule, p.field, p.old_value, p.new_value, 'proposed',
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, false
    FROM quality.proposals AS p WHERE NOT EXISTS (
        SELECT FROM quality.package_rows AS r
        WHERE r.source = p.source AND r.code = p.code AND r.field = p.field AND r.new_value = p.new_value
    )
"""
_LOOP = """
    CREATE VIEW mart.work_loop AS
    SELECT unit_code, date_trunc('month', asked_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS month, count(*) AS asked,
        count(answered_at) AS answered, count(*) FILTER (WHERE answered_at <= due_at) AS in_time,
        count(*) FILTER (WHERE answered_at IS NULL AND due_at < now()) AS overdue,
        count(*) FILTER (WHERE state = 'approved') AS approved, count(*) FILTER (WHERE state = 'rejected') AS rejected,
        count(*) FILTER (WHERE state = 'reported_fixed') AS reported_fixed, count(*) FILTER (WHERE state = 'verified') AS verified,
        count(*) FILTER (WHERE state = 'reopened') AS reopened, count(*) FILTER (WHERE recurred) AS recurred,
        count(*) FILTER (WHERE decision IS NOT NULL AND packages > 1) AS repeated,
        round((percentile_cont(0.5) WITHIN GROUP (ORDER BY working_minutes) / 60)::numeric, 1)::double precision AS hours
    FROM quality.work_questions WHERE state <> 'proposed' GROUP BY 1, 2
"""
_COMMENTS = {
    "quality.work_questions": (
        "What agencies are asked about dossiers, each once however many packages repeat it, and how far it has come. Grain: question.",
        {
            "unit_code": "Agency that is asked, in ref.units; null: dossiers whose agency is not known.",
            "source": "One-stop system the row comes from: the name of its file in config/sources.",
            "code": "Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
            "kind": "What the question is about.",
            "rule": "Reason, checks or missing evidence that it follows from (GLOSSARY.md).",
            "field": "Field of core.dossiers that an answer corrects; null: none by itself.",
            "old_value": "Value that stood when it was asked first, as in quality.corrections; null: none.",
            "new_value": "Value that was proposed; null: none.",
            "state": "How far it has come (GLOSSARY.md); verified only by what the source has stated since it was asked.",
            "asked_at": "When the first package with it was made; null: proposed, in no package yet.",
            "due_at": "Until when the agency was to answer.",
            "answered_at": "When its first answer came in.",
            "decision": "Newest answer.",
            "decided_at": "When the newest answer came in.",
            "working_minutes": "Working minutes from question to first answer.",
            "verified_at": "When it was last seen that the source states by itself what was asked for.",
            "reopened_at": "When it was last seen that the source says otherwise after all.",
            "packages": "Packages that ask it.",
            "recurred": "Whether the same was asked again after it had been verified.",
        },
    ),
    "mart.work_loop": (
        "What became of the questions that agencies were asked for the first time in a month. Grain: agency × month.",
        {
            "unit_code": "Agency that is asked, in ref.units; null: dossiers whose agency is not known.",
            "month": "First day of the calendar month, office time.",
            "asked": "Questions.",
            "answered": "Of these, answered.",
            "in_time": "Of these, answered until due.",
            "overdue": "Not answered, and the due date has passed.",
            "approved": "Questions whose correction was approved, and which the source does not state yet.",
            "rejected": "Questions whose proposal a second person turned down.",
            "reported_fixed": "Questions that the agency reports as fixed at the source, which has stated nothing since.",
            "verified": "Questions of which the source states by itself what was asked for.",
            "reopened": "Questions that were verified or reported as fixed, and of which the source says otherwise.",
            "recurred": "Questions asked again after they had been verified.",
            "repeated": "Questions asked again in a later package although they had been answered.",
            "hours": "Median of the working hours from question to first answer; null while there is none.",
        },
    ),
}


def upgrade() -> None:
    """Add the columns, take over first answers from what is known, create function and views."""
    for table, name, kind, comment in _COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True, comment=comment), schema="quality")
    op.execute("UPDATE quality.package_rows SET first_answered_at = answered_at")
    for statement in (_SAME, _QUESTIONS, _LOOP):
        op.execute(statement)
    for view, (comment, columns) in _COMMENTS.items():
        op.execute(f"COMMENT ON VIEW {view} IS '{comment}'")
        for column, said in columns.items():
            op.execute(f"COMMENT ON COLUMN {view}.{column} IS '{said}'")
    op.execute("GRANT SELECT ON quality.work_questions TO motcua_load, motcua_publish")
    op.execute("GRANT SELECT ON mart.work_loop TO motcua_read, motcua_audit, motcua_publish")
