"""Comments of tables and columns cite docs/law.md and decisions, which every reader has."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"

_IN_OUR_LAYERS = """
DO $mend$
DECLARE
    each record;
    mended text;
BEGIN
    FOR each IN
        SELECT format('%I.%I', space.nspname, class.relname) AS relation, attribute.attname, told.description
        FROM pg_description AS told
        JOIN pg_class AS class ON class.oid = told.objoid
        JOIN pg_namespace AS space ON space.oid = class.relnamespace
        LEFT JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = nullif(told.objsubid, 0)
        WHERE told.classoid = CAST('pg_class' AS regclass) AND class.relkind = 'r'
            AND space.nspname IN ('raw', 'ref', 'core', 'quality', 'judged', 'mart', 'audit')
            AND told.description ~ '[(](domain|design) [0-9]'
    LOOP
        mended := regexp_replace(each.description, '[(]domain ([0-9])', '(law \\1', 'g');
        mended := regexp_replace(mended, '[(]design [1][)]', '(decision 0003)', 'g');
        IF each.attname IS NULL THEN
            EXECUTE format('COMMENT ON TABLE %s IS %L', each.relation, mended);
        ELSE
            EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', each.relation, each.attname, mended);
        END IF;
    END LOOP;
END
$mend$
"""


def upgrade() -> None:
    """Rewrite the comments of a warehouse that was made before; one made since has them already."""
    op.execute(_IN_OUR_LAYERS)
