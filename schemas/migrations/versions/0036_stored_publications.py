"""Rows of publications stored once while they say the same; the published tables become views."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"

_POLICY = "Policy that answers what counts as late: the name of its file in config/policies."
_COMMENT = (
    "Rows of mart.{name}, which is a view: each once, with the publications from and until which it was said. Grain: {grain}."
)
_KEYS = {
    "indicators": ("indicator", "basis", "unit_code", "field_code", "channel", "period"),
    "verdict_counts": ("source", "unit_code", "verdict", "reason"),
    "finding_counts": ("source", "unit_code", "check_id"),
}
_VALUES = {
    "indicators": ("numerator", "denominator", "undetermined", "value", "lower", "upper"),
    "verdict_counts": ("dossiers", "recorded_late", "to_correct"),
    "finding_counts": ("severity", "dossiers", "waived"),
}
_GRAINS = {
    "indicators": "policy × indicator × basis × unit × field × channel × period × first publication that says it",
    "verdict_counts": "policy × source × unit × verdict × strongest reason × first publication that says it",
    "finding_counts": "policy × source × unit × check × first publication that says it",
}
_COUNTED = ("numerator", "denominator", "undetermined", "dossiers", "recorded_late", "to_correct", "waived")
_TYPES: dict[str, Any] = {
    **dict.fromkeys(_COUNTED, sa.BigInteger()),
    **dict.fromkeys(("value", "lower", "upper"), sa.Double()),
}
_NULLABLE = ("denominator", "value", "lower", "upper")
_COMMENTS = {
    "current_indicators": "The indicators of the newest publication of each policy.",
    "current_verdict_counts": "Dossiers by source, agency, verdict and reason in the newest publication of each policy.",
    "current_finding_counts": "Dossiers that fail a check, by source and agency, in the newest publication of each policy.",
}
# Publications of one policy that bear one moment are told apart: a row's span has to have a length.
_APART = """
    UPDATE mart.publications AS p SET published_at = published_at + (twins.place - 1) * interval '1 microsecond'
    FROM (SELECT publication_id, row_number() OVER (PARTITION BY policy, published_at ORDER BY publication_id) AS place
        FROM mart.publications) AS twins
    WHERE twins.publication_id = p.publication_id AND twins.place > 1
"""
# A row goes on for as long as the next publication of its policy has one of its key that says the same.
_MOVE = """
    INSERT INTO mart.stored_{name} (policy, {key}, {values}, said_from, said_until)
    SELECT policy, {key}, {values}, min(published_at), (array_agg(next_at ORDER BY place DESC))[1] FROM (
        SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY policy, {key} ORDER BY place) AS island FROM (
            SELECT *, (lag(place) OVER same = place - 1 AND lag(said) OVER same IS NOT DISTINCT FROM said) IS NOT TRUE AS begins
            FROM (SELECT p.policy, p.place, p.published_at, p.next_at, r.*, ROW({values}) AS said FROM mart.{name} AS r JOIN (
                SELECT publication_id, policy, published_at, row_number() OVER chain AS place, lead(published_at) OVER chain AS next_at
                FROM mart.publications WINDOW chain AS (PARTITION BY policy ORDER BY published_at)
            ) AS p USING (publication_id)) AS told WINDOW same AS (PARTITION BY policy, {key} ORDER BY place)
        ) AS marked
    ) AS numbered GROUP BY policy, {key}, {values}, island
"""
_VIEW = """
    CREATE VIEW mart.{name} AS SELECT p.publication_id, {columns} FROM mart.publications AS p
    JOIN mart.stored_{name} AS s ON s.policy = p.policy AND s.said_from <= p.published_at
        AND (s.said_until IS NULL OR s.said_until > p.published_at)
"""


def upgrade() -> None:
    """Create the storage, move over what was published, and let views bear the old names and columns."""
    op.execute(_APART)
    for name, key in _KEYS.items():
        comment, comments = _comments_of(name)
        _create(name, key)
        op.execute(_MOVE.format(name=name, key=", ".join(key), values=", ".join(_VALUES[name])))
        op.execute(f"DROP VIEW mart.current_{name}")
        op.drop_table(name, schema="mart")
        _create_views(name, comment, comments)
        for column, said in comments.items():
            if column != "publication_id":
                op.execute(f"COMMENT ON COLUMN mart.stored_{name}.{column} IS {_quoted(said)}")
        for table in (f"stored_{name}", name, f"current_{name}"):
            op.execute(f"GRANT SELECT ON mart.{table} TO motcua_read, motcua_audit, motcua_publish")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON mart.stored_{name} TO motcua_publish")


def _create(name: str, key: tuple[str, ...]) -> None:
    columns = [sa.Column(c, _TYPES.get(c, sa.Text()), nullable=c in _NULLABLE) for c in (*key, *_VALUES[name])]
    op.create_table(
        f"stored_{name}",
        sa.Column("policy", sa.Text(), nullable=False, comment=_POLICY),
        *columns,
        sa.Column(
            "said_from",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="published_at of the first publication that says so.",
        ),
        sa.Column(
            "said_until",
            sa.TIMESTAMP(timezone=True),
            comment="published_at of the first that says it no longer; null while none does.",
        ),
        sa.PrimaryKeyConstraint("policy", *key, "said_from"),
        schema="mart",
        comment=_COMMENT.format(name=name, grain=_GRAINS[name]),
    )
    where = sa.text("said_until IS NULL")
    op.create_index(f"ix_mart_stored_{name}_standing", f"stored_{name}", ["policy"], schema="mart", postgresql_where=where)


def _create_views(name: str, comment: str, comments: dict[str, str]) -> None:
    columns = ", ".join(f"s.{column}" for column in comments if column != "publication_id")
    op.execute(_VIEW.format(name=name, columns=columns))
    op.execute(f"COMMENT ON VIEW mart.{name} IS {_quoted(comment)}")
    for column, said in comments.items():
        op.execute(f"COMMENT ON COLUMN mart.{name}.{column} IS {_quoted(said)}")
    op.execute(
        f"CREATE VIEW mart.current_{name} AS SELECT p.policy, p.as_of, r.* "
        f"FROM mart.current_publications AS p JOIN mart.{name} AS r USING (publication_id)"
    )
    op.execute(f"COMMENT ON VIEW mart.current_{name} IS {_quoted(_COMMENTS[f'current_{name}'])}")


def _comments_of(name: str) -> tuple[str, dict[str, str]]:
    """Return the comment of a table and those of its columns, in their order: what stands there goes on."""
    whole = f"SELECT obj_description('mart.{name}'::regclass)"
    each = (
        f"SELECT attname, coalesce(col_description(attrelid, attnum), '') FROM pg_attribute "
        f"WHERE attrelid = 'mart.{name}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    connection = op.get_bind()
    columns = {str(column): str(said) for column, said in connection.exec_driver_sql(each)}
    return connection.exec_driver_sql(whole).scalar() or "", columns


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
