"""Rows of agencies: an account of an agency sees its own dossiers; the product sees all."""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"

_ROLE = "motcua_agency"
_OPEN = ("ref.units", "ref.procedures")
_EVERY = "(SELECT audit.sees_every_agency())"
# Arrays and EVERY are worked out once a statement, not once a row.
_OWN = f"{_EVERY} OR unit_code = ANY (ARRAY(SELECT audit.seen_agencies()))"
# What is asked of another table here is asked with the rights of whoever asks: its own policy holds there, too.
_COUNTED = "EXISTS (SELECT FROM judged.verdicts AS v WHERE v.source = dossiers.source AND v.code = dossiers.code)"
_DOSSIER = "EXISTS (SELECT FROM core.dossiers AS d WHERE d.source = {name}.source AND d.code = {name}.code)"
_OTHER = "EXISTS (SELECT FROM core.dossiers AS d WHERE d.source = matches.other_source AND d.code = matches.other_code)"
_PACKAGE = "EXISTS (SELECT FROM quality.packages AS p WHERE p.package = package_rows.package)"
_CHILDREN = ("core.dossier_versions", "core.events", "core.pauses", "quality.findings", "quality.corrections")
_POLICIES = {
    "judged.verdicts": _OWN,
    "core.dossiers": f"{_OWN} OR {_COUNTED}",
    **{table: _DOSSIER.format(name=table.partition(".")[2]) for table in _CHILDREN},
    "core.matches": f"{_DOSSIER.format(name='matches')} AND {_OTHER}",
    **dict.fromkeys(("quality.packages", "quality.proposals"), _OWN),
    "quality.package_rows": _PACKAGE,
    "audit.agency_readers": "reader = current_user",
}
# The view that others rest on reads with its owner's rights, so the agency's is another one. Not invoker's: PostgreSQL would ask them
# of every reader of mart.work_loop, too. The functions in it look at who asks all the same.
_QUESTIONS = f"""
    CREATE VIEW quality.agency_questions WITH (security_barrier = true) AS SELECT * FROM quality.work_questions WHERE {_OWN}
"""
_QUESTIONS_SAID = (
    "What an account of an agency sees of quality.work_questions: what its own agencies are asked about dossiers, and how far it has "
    "come. Grain: question."
)
_COLUMNS_SAID = """
    DO $$ DECLARE one record; BEGIN
        FOR one IN SELECT attname, col_description(attrelid, attnum) AS said FROM pg_attribute
            WHERE attrelid = 'quality.work_questions'::regclass AND attnum > 0
        LOOP EXECUTE format('COMMENT ON COLUMN quality.agency_questions.%I IS %L', one.attname, one.said); END LOOP;
    END $$
"""
_ALL = {"audit.agency_readers": "motcua_audit, CURRENT_USER"}
_PRODUCT = "motcua_load, motcua_publish, CURRENT_USER"
_VIEWS = (
    *("quality.work_questions", "mart.work_loop", "mart.current_publications", "mart.withdrawn_publications"),
    *(f"mart.{shown}{name}" for name in ("indicators", "verdict_counts", "finding_counts") for shown in ("", "current_")),
)


def upgrade() -> None:
    """Grant what an agency's account may read at all, and hold each row against its agency; owners are held as well."""
    for table, own in _POLICIES.items():
        # Constant, so that the planner drops it: the product's own statements cost what they did.
        op.execute(f"CREATE POLICY everything ON {table} TO {_ALL.get(table, _PRODUCT)} USING (true) WITH CHECK (true)")
        op.execute(f"CREATE POLICY own_agencies ON {table} FOR SELECT TO {_ROLE} USING ({own})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(_QUESTIONS)
    op.execute(f"COMMENT ON VIEW quality.agency_questions IS '{_QUESTIONS_SAID}'")
    op.execute(_COLUMNS_SAID)
    op.execute("REVOKE ALL ON quality.agency_questions FROM motcua_load, motcua_publish")
    # Views are read; that they could be written came from the layers' default, which means tables.
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(_VIEWS)} FROM motcua_load, motcua_publish")
    op.execute(f"GRANT USAGE ON SCHEMA core, ref, quality, judged, audit TO {_ROLE}")
    op.execute(f"GRANT SELECT ON {', '.join((*_POLICIES, *_OPEN))}, quality.agency_questions TO {_ROLE}")
