"""The first tables, with comments and indexes; each later change is a revision of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create every table of every layer."""
    _create_raw_pulls()
    _create_raw_pages()
    _create_raw_rejected()
    _create_ref_units()
    _create_ref_procedures()
    _create_ref_calendar_days()
    _create_core_dossiers()
    _create_core_dossier_versions()
    _create_core_events()
    _create_core_pauses()
    _create_core_matches()
    _create_quality_findings()
    _create_quality_corrections()
    _create_quality_gate_results()
    _create_judged_verdicts()
    _create_mart_counts()
    _create_mart_indicators()
    _create_mart_publications()
    _create_mart_verdict_counts()
    _create_mart_finding_counts()
    _create_audit_ledger()
    _create_audit_progress()


def _create_raw_pulls() -> None:
    op.create_table(
        "pulls",
        sa.Column("pull_id", sa.Text(), nullable=False, comment="The pull that brought it, raw.pulls."),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="When the pull began."),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When it ended, well or not."),
        sa.Column(
            "window_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Records modified from here were asked for; null asks for all.",
        ),
        sa.Column(
            "window_to", sa.DateTime(timezone=True), nullable=True, comment="Records modified before here were asked for."
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="running: begun; landed: every page is in the landing zone; loaded: and merged; unchanged: nothing new came; failed.",
        ),
        sa.Column("pages", sa.BigInteger(), nullable=False, comment="Landing files written or met again."),
        sa.Column("records", sa.BigInteger(), nullable=False, comment="Records in those files."),
        sa.Column("rejected", sa.BigInteger(), nullable=False, comment="Records that could not be used, kept in raw.rejected."),
        sa.Column(
            "control_total",
            sa.BigInteger(),
            nullable=True,
            comment="Records in the window by the source's own count, where it tells one.",
        ),
        sa.Column("digest", sa.Text(), nullable=True, comment="SHA-256 over the digests of the pages, in order."),
        sa.Column("error_class", sa.Text(), nullable=True, comment="Class of the error that ended the pull."),
        sa.Column("error", sa.Text(), nullable=True, comment="Its message; holds no personal value."),
        sa.PrimaryKeyConstraint("pull_id"),
        schema="raw",
        comment="A receipt for every pull of a source, failed ones too. Grain: pull.",
    )
    op.create_index(
        "ix_raw_pulls_source_started_at", "pulls", ["source", "started_at"], unique=False, schema="raw", postgresql_where=None
    )


def _create_raw_pages() -> None:
    op.create_table(
        "pages",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("page_digest", sa.Text(), nullable=False, comment="SHA-256 of the landing file that holds the record."),
        sa.Column("pull_id", sa.Text(), nullable=False, comment="The pull that brought it, raw.pulls."),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="Place of the page in its pull, from 0."),
        sa.Column("name", sa.Text(), nullable=False, comment="What the source calls it: a file's name, a page's cursor."),
        sa.Column("media_type", sa.Text(), nullable=False, comment="What the bytes are: application/json, text/csv …"),
        sa.Column("bytes", sa.BigInteger(), nullable=False, comment="Length of the bytes as they came."),
        sa.Column("records", sa.BigInteger(), nullable=False, comment="Records read from it."),
        sa.Column(
            "loaded_at", sa.DateTime(timezone=True), nullable=True, comment="When its records were merged; null until then."
        ),
        sa.PrimaryKeyConstraint("source", "page_digest"),
        schema="raw",
        comment="Landing files: the bytes of the source exactly as they came, named by their digest. Grain: page of a source.",
    )
    op.create_index("ix_raw_pages_pull_id", "pages", ["pull_id"], unique=False, schema="raw", postgresql_where=None)


def _create_raw_rejected() -> None:
    op.create_table(
        "rejected",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("page_digest", sa.Text(), nullable=False, comment="SHA-256 of the landing file that holds the record."),
        sa.Column("page_position", sa.BigInteger(), nullable=False, comment="Place of the record in its landing file, from 0."),
        sa.Column("pull_id", sa.Text(), nullable=False, comment="The pull that brought it, raw.pulls."),
        sa.Column("code", sa.Text(), nullable=True, comment="Dossier code as given, where one could be read."),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why: a code of config/checks.yaml's reject list."),
        sa.Column(
            "fields", sa.Text(), nullable=True, comment="Names of the fields at fault, space-separated; never their values."
        ),
        sa.Column("rejected_at", sa.DateTime(timezone=True), nullable=False, comment="When it was first refused."),
        sa.PrimaryKeyConstraint("source", "page_digest", "page_position"),
        schema="raw",
        comment="Records that could not be used, with the reason; their bytes stay in the landing file named here. Grain: record of a page.",
    )
    op.create_index("ix_raw_rejected_pull_id", "rejected", ["pull_id"], unique=False, schema="raw", postgresql_where=None)


def _create_ref_units() -> None:
    op.create_table(
        "units",
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency identifier, e.g. H99.12 (law 3.2)."),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="First day on which the code means this agency."),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Last such day; null while it is in force."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the agency in Vietnamese."),
        sa.Column("level", sa.Text(), nullable=False, comment="Level."),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="Agency above it."),
        sa.Column("succeeded_by", sa.Text(), nullable=True, comment="Agency that took over its dossiers after valid_to."),
        sa.Column("old_code", sa.Text(), nullable=True, comment="Code of the same agency in the old style (NNN.NN.NN.Xnn)."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("unit_code", "valid_from"),
        schema="ref",
        comment="Directory of agencies; a code means something only together with a date (law 7.1). Grain: agency × start of validity.",
    )


def _create_ref_procedures() -> None:
    op.create_table(
        "procedures",
        sa.Column(
            "procedure_code",
            sa.Text(),
            nullable=False,
            comment="National procedure code (MaTTHC) without owner suffix, e.g. 1.004616; a local invented code is kept as it is.",
        ),
        sa.Column("channel", sa.Text(), nullable=False, comment="Channel that the limit is for."),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="First day of receipt that this version governs."),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="Last such day; null while in force."),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the procedure in Vietnamese."),
        sa.Column("field_code", sa.Text(), nullable=False, comment="Procedure field (MaLinhVuc)."),
        sa.Column("field_name", sa.Text(), nullable=True, comment="Name of the field in Vietnamese."),
        sa.Column("limit_text", sa.Text(), nullable=True, comment="Time limit as the catalogue writes it."),
        sa.Column("limit_amount", sa.Double(), nullable=True, comment="Limit in limit_unit; of a range the longer end."),
        sa.Column("limit_shortest", sa.Double(), nullable=True, comment="Shorter end of a range, else as limit_amount."),
        sa.Column(
            "limit_unit",
            sa.Text(),
            nullable=False,
            comment="Unit of the limit; none: the law sets no limit (not zero); unsettled: the text cannot be read for certain.",
        ),
        sa.Column("reference", sa.Text(), nullable=True, comment="Number of the decision that announced the version."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("procedure_code", "channel", "valid_from"),
        schema="ref",
        comment="Catalogue of procedures: the time limit of each version by channel; expired versions are kept. Grain: procedure × channel × start of validity.",
    )


def _create_ref_calendar_days() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("calendar", sa.Text(), nullable=False, comment="Name of the calendar: its file in config/calendar."),
        sa.Column("day", sa.Date(), nullable=False, comment="The day."),
        sa.Column(
            "announced_on",
            sa.Date(),
            nullable=False,
            comment="Day on which it became known; systems that computed earlier could not know it.",
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="off or worked."),
        sa.Column("document", sa.Text(), nullable=False, comment="Law, decree or notice."),
        sa.Column("note", sa.Text(), nullable=True, comment="What day it is."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("calendar", "day", "announced_on"),
        schema="ref",
        comment="Days that differ from the plain week, each with the document that says so and the day it was announced. Grain: calendar × day × announcement.",
    )


def _create_core_dossiers() -> None:
    op.create_table(
        "dossiers",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column(
            "partition_month",
            sa.Date(),
            nullable=False,
            comment="Month of receipt (else of submission, of the code's date, of modification), office time.",
        ),
        sa.Column(
            "role",
            sa.Text(),
            nullable=False,
            comment="primary: counted and judged; evidence: speaks about a dossier of another source.",
        ),
        sa.Column(
            "alias_code",
            sa.Text(),
            nullable=True,
            comment="Code of the same dossier elsewhere (MaHoSoKhac, DVCQG code), folded.",
        ),
        sa.Column("receipt_number", sa.Text(), nullable=True, comment="Receipt number (SoBienNhan); the land software's key."),
        sa.Column(
            "procedure_code",
            sa.Text(),
            nullable=True,
            comment="National procedure code (MaTTHC) without owner suffix, e.g. 1.004616; a local invented code is kept as it is.",
        ),
        sa.Column("field_code", sa.Text(), nullable=True, comment="Procedure field (MaLinhVuc), e.g. G03-GD10."),
        sa.Column(
            "unit_code",
            sa.Text(),
            nullable=True,
            comment="Agency responsible for the dossier, as in ref.units; null where it is not in the directory.",
        ),
        sa.Column("unit_as_given", sa.Text(), nullable=True, comment="Agency as the source writes it."),
        sa.Column(
            "channel",
            sa.Text(),
            nullable=True,
            comment="How the dossier was submitted; a source that gives none means the counter (QD 766, 3.3).",
        ),
        sa.Column("person_kind", sa.Text(), nullable=True, comment="Kind of applicant, mapped by the source's own table."),
        sa.Column(
            "applicant_key",
            sa.Text(),
            nullable=True,
            comment="Keyed pseudonym (HMAC-SHA-256) of the applicant's identity number, else of name and phone; null without either.",
        ),
        sa.Column(
            "status",
            sa.BigInteger(),
            nullable=True,
            comment="National status 1 to 10 (law 2.6), mapped by the source's own table.",
        ),
        sa.Column("status_as_given", sa.Text(), nullable=True, comment="Status as the source writes it."),
        sa.Column(
            "submitted_at", sa.DateTime(timezone=True), nullable=True, comment="Submission by the citizen (NgayNopHoSo)."
        ),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), nullable=True, comment="Receipt by the one-stop desk (NgayTiepNhan)."
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Appointment to return the result, as the source states it (NgayHenTra).",
        ),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="End of processing, as the source states it (NgayKetThucXuLy).",
        ),
        sa.Column(
            "returned_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Hand-over to the citizen, as the source states it (NgayTra).",
        ),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True, comment="Refusal (NgayTuChoi)."),
        sa.Column(
            "result_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Date of the result document, where the source states one.",
        ),
        sa.Column("has_result", sa.Boolean(), nullable=True, comment="A result document or link is attached."),
        sa.Column("fee_amount", sa.BigInteger(), nullable=True, comment="Sum of fees and charges, dong."),
        sa.Column("is_migrated", sa.Boolean(), nullable=True, comment="Taken over from an older system in bulk."),
        sa.Column(
            "source_flag", sa.Text(), nullable=True, comment="The source's own word on timeliness, where it publishes one."
        ),
        sa.Column(
            "marks",
            sa.Text(),
            nullable=True,
            comment="Names of defects met while reading and cleaning the record, space-separated (tasks/rules/marks.py).",
        ),
        sa.Column(
            "modified_at", sa.DateTime(timezone=True), nullable=True, comment="Last modification, as the source states it."
        ),
        sa.Column("page_digest", sa.Text(), nullable=True, comment="SHA-256 of the landing file that holds the record."),
        sa.Column("page_position", sa.BigInteger(), nullable=True, comment="Place of the record in its landing file, from 0."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code"),
        schema="core",
        comment="Every dossier of every system as that system states it now; corrections lie beside it in quality.corrections. Grain: dossier of a source.",
    )
    op.create_index(
        "ix_core_dossiers_alias_code",
        "dossiers",
        ["alias_code"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("alias_code IS NOT NULL"),
    )
    op.create_index("ix_core_dossiers_code", "dossiers", ["code"], unique=False, schema="core", postgresql_where=None)
    op.create_index(
        "ix_core_dossiers_receipt_number",
        "dossiers",
        ["receipt_number"],
        unique=False,
        schema="core",
        postgresql_where=sa.text("receipt_number IS NOT NULL"),
    )
    op.create_index(
        "ix_core_dossiers_source_partition_month_changed_in",
        "dossiers",
        ["source", "partition_month", "changed_in"],
        unique=False,
        schema="core",
        postgresql_where=None,
    )


def _create_core_dossier_versions() -> None:
    op.create_table(
        "dossier_versions",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="When the load that saw it ran."),
        sa.Column(
            "status",
            sa.BigInteger(),
            nullable=True,
            comment="National status 1 to 10 (law 2.6), mapped by the source's own table.",
        ),
        sa.Column(
            "unit_code",
            sa.Text(),
            nullable=True,
            comment="Agency responsible for the dossier, as in ref.units; null where it is not in the directory.",
        ),
        sa.Column(
            "procedure_code",
            sa.Text(),
            nullable=True,
            comment="National procedure code (MaTTHC) without owner suffix, e.g. 1.004616; a local invented code is kept as it is.",
        ),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), nullable=True, comment="Receipt by the one-stop desk (NgayTiepNhan)."
        ),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Appointment to return the result, as the source states it (NgayHenTra).",
        ),
        sa.Column(
            "done_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="End of processing, as the source states it (NgayKetThucXuLy).",
        ),
        sa.Column(
            "returned_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Hand-over to the citizen, as the source states it (NgayTra).",
        ),
        sa.Column(
            "modified_at", sa.DateTime(timezone=True), nullable=True, comment="Last modification, as the source states it."
        ),
        sa.Column("page_digest", sa.Text(), nullable=True, comment="SHA-256 of the landing file that holds the record."),
        sa.PrimaryKeyConstraint("source", "code", "changed_in"),
        schema="core",
        comment="Each state of a dossier that a pull has shown, with when it was seen: the base of the deadline ledger. Grain: dossier × change seen.",
    )


def _create_core_events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Place in the log, by time then as given, from 0."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it happened (ThoiDiemXuLy)."),
        sa.Column(
            "status",
            sa.BigInteger(),
            nullable=True,
            comment="National status entered (1 to 10); null where the entry changes none.",
        ),
        sa.Column("unit_as_given", sa.Text(), nullable=True, comment="Room or agency that acted, as the source writes it."),
        sa.Column("actor_key", sa.Text(), nullable=True, comment="Keyed pseudonym of the officer."),
        sa.Column(
            "planned_end_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="End of the step by regulation (NgayKetThucTheoQuyDinh).",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "seq"),
        schema="core",
        comment="Progress log of a dossier: who held it in which status when. Grain: dossier × entry of its log.",
    )


def _create_core_pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="Place among the dossier's pauses, by start, from 0."),
        sa.Column("kind", sa.Text(), nullable=False, comment="What was waited for."),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), nullable=False, comment="Request (NgayBoSung) or start of the stop."
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Supplement received, payment made, work taken up again; null while it lasts.",
        ),
        sa.Column(
            "due_before_at", sa.DateTime(timezone=True), nullable=True, comment="Due date before the pause (NgayHenTraTruoc)."
        ),
        sa.Column("due_after_at", sa.DateTime(timezone=True), nullable=True, comment="Due date after it (NgayHenTraMoi)."),
        sa.Column(
            "origin",
            sa.Text(),
            nullable=False,
            comment="supplement_record, progress_log or land_software: which record says so.",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "seq"),
        schema="core",
        comment="Intervals in which the agency was waiting for someone else, as the sources record them. Grain: dossier × pause.",
    )


def _create_core_matches() -> None:
    op.create_table(
        "matches",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("other_source", sa.Text(), nullable=False, comment="System of the other record."),
        sa.Column("other_code", sa.Text(), nullable=False, comment="Code of the other record there."),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="evidence: the other record speaks about this dossier; duplicate_of: this row repeats the other, which is the one counted.",
        ),
        sa.Column("rule", sa.Text(), nullable=False, comment="What they were matched by."),
        sa.Column("confidence", sa.Double(), nullable=False, comment="0 to 1."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "other_source", "other_code"),
        schema="core",
        comment="The same dossier in two places: evidence of another system, or a duplicate. Grain: dossier × other record.",
    )
    op.create_index("ix_core_matches_changed_in", "matches", ["changed_in"], unique=False, schema="core", postgresql_where=None)
    op.create_index(
        "ix_core_matches_other_source_other_code",
        "matches",
        ["other_source", "other_code"],
        unique=False,
        schema="core",
        postgresql_where=None,
    )


def _create_quality_findings() -> None:
    op.create_table(
        "findings",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("check_id", sa.Text(), nullable=False, comment="Check, as declared in config/checks.yaml."),
        sa.Column("severity", sa.Text(), nullable=False, comment="Severity when it was last seen."),
        sa.Column("first_seen_on", sa.Date(), nullable=False, comment="as_of of the run that first saw it."),
        sa.Column(
            "last_seen_on", sa.Date(), nullable=False, comment="as_of of the last run that judged the dossier and saw it."
        ),
        sa.Column(
            "resolved_on", sa.Date(), nullable=True, comment="as_of of the run that no longer saw it; null while it holds."
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "check_id"),
        schema="quality",
        comment="Every failed check of every dossier; a finding that no longer holds is resolved, not deleted. Grain: dossier × check.",
    )
    op.create_index(
        "ix_quality_findings_check_id", "findings", ["check_id"], unique=False, schema="quality", postgresql_where=None
    )


def _create_quality_corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column(
            "correction_id",
            sa.Text(),
            nullable=False,
            comment="SHA-256 over package, dossier, field and value: the same line twice is one correction.",
        ),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column("field", sa.Text(), nullable=False, comment="Field of core.dossiers that is corrected."),
        sa.Column(
            "new_value", sa.Text(), nullable=True, comment="New value as text: ISO 8601 for instants, codes as in the tables."
        ),
        sa.Column("evidence", sa.Text(), nullable=False, comment="What proves it: document number, page of the register."),
        sa.Column("proposed_by", sa.Text(), nullable=False, comment="Account of who proposes it."),
        sa.Column(
            "approved_by", sa.Text(), nullable=True, comment="Account of who approved it, another person than proposed_by."
        ),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="proposed, approved, rejected or undone; only approved ones are applied.",
        ),
        sa.Column("package", sa.Text(), nullable=False, comment="File that brought it, by name and digest."),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, comment="When it came in."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("correction_id"),
        schema="quality",
        comment="New values for single fields of dossiers, with evidence; laid over the source's statement, never into it. Grain: correction.",
    )
    op.create_index(
        "ix_quality_corrections_source_code",
        "corrections",
        ["source", "code"],
        unique=False,
        schema="quality",
        postgresql_where=None,
    )


def _create_quality_gate_results() -> None:
    op.create_table(
        "gate_results",
        sa.Column("gate", sa.Text(), nullable=False, comment="Which contract."),
        sa.Column("subject", sa.Text(), nullable=False, comment="Source, table or partition that was checked."),
        sa.Column("expectation", sa.Text(), nullable=False, comment="Column and expectation."),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day whose end the row speaks for: open dossiers are judged at the end of it.",
        ),
        sa.Column("success", sa.Boolean(), nullable=False, comment="Whether it held."),
        sa.Column("checked", sa.BigInteger(), nullable=False, comment="Rows looked at."),
        sa.Column("unexpected", sa.BigInteger(), nullable=False, comment="Rows that broke it."),
        sa.Column("tolerance", sa.Double(), nullable=False, comment="Share of rows that may."),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("gate", "subject", "expectation", "as_of"),
        schema="quality",
        comment="What each gate expected and how far it held: counts only, never a value. Grain: gate × what was checked × expectation × day.",
    )


def _create_judged_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="Dossier code (MaHoSo), folded: NFKC, upper case, no inner spaces, plain hyphens (law 3.1).",
        ),
        sa.Column(
            "policy",
            sa.Text(),
            nullable=False,
            comment="Policy that answers what counts as late: the name of its file in config/policies.",
        ),
        sa.Column(
            "unit_code",
            sa.Text(),
            nullable=True,
            comment="Agency responsible for the dossier, as in ref.units; null where it is not in the directory.",
        ),
        sa.Column(
            "procedure_code",
            sa.Text(),
            nullable=True,
            comment="National procedure code (MaTTHC) without owner suffix, e.g. 1.004616; a local invented code is kept as it is.",
        ),
        sa.Column("field_code", sa.Text(), nullable=True, comment="Procedure field (MaLinhVuc), e.g. G03-GD10."),
        sa.Column(
            "channel",
            sa.Text(),
            nullable=True,
            comment="How the dossier was submitted; a source that gives none means the counter (QD 766, 3.3).",
        ),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), nullable=True, comment="Receipt by the one-stop desk (NgayTiepNhan)."
        ),
        sa.Column("recorded_due_at", sa.DateTime(timezone=True), nullable=True, comment="Due date as the source states it."),
        sa.Column(
            "recorded_end_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="End as the source would count it; null while it counts the dossier as open.",
        ),
        sa.Column("recorded_state", sa.Text(), nullable=False, comment="State as the source states it."),
        sa.Column("recorded_timeliness", sa.Text(), nullable=False, comment="Early, on time or late by the source's own rule."),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Due date derived from the law and the cleaned facts; null: no limit, or not derivable.",
        ),
        sa.Column(
            "end_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="End derived from the evidence; null while in progress.",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="Derived state."),
        sa.Column("timeliness", sa.Text(), nullable=False, comment="Derived: early, on time, late, or undetermined."),
        sa.Column("verdict", sa.Text(), nullable=False, comment="Recorded against derived (decision 0003)."),
        sa.Column(
            "reasons",
            sa.Text(),
            nullable=True,
            comment="Reason codes, space-separated, the strongest first (tasks/rules/reasons.py).",
        ),
        sa.Column(
            "missing", sa.Text(), nullable=True, comment="What evidence is missing, for undetermined ones, space-separated."
        ),
        sa.Column(
            "counted",
            sa.Boolean(),
            nullable=False,
            comment="Counted in the cleaned indicators: received, not a duplicate, not a test.",
        ),
        sa.Column(
            "limit_minutes",
            sa.BigInteger(),
            nullable=True,
            comment="Legal limit in working minutes (a working day is the calendar's own), where it has any.",
        ),
        sa.Column(
            "worked_minutes",
            sa.BigInteger(),
            nullable=True,
            comment="Working minutes from receipt to end (or as_of), pauses left out.",
        ),
        sa.Column(
            "paused_minutes", sa.BigInteger(), nullable=True, comment="Working minutes in pauses, overlapping ones once."
        ),
        sa.Column(
            "evidence",
            postgresql.JSONB(),
            nullable=True,
            comment="What each derived fact rests on: table, key, field and a digest of the value.",
        ),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day that the verdict speaks for: of the run while time still runs for the dossier, else the day of its end.",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("source", "code", "policy"),
        schema="judged",
        comment="Verdict with evidence for every primary dossier under every policy. Grain: dossier × policy.",
    )
    op.create_index(
        "ix_judged_verdicts_policy_unit_code_field_code_channel",
        "verdicts",
        ["policy", "unit_code", "field_code", "channel"],
        unique=False,
        schema="judged",
        postgresql_where=None,
    )
    op.create_index(
        "ix_judged_verdicts_policy_verdict",
        "verdicts",
        ["policy", "verdict"],
        unique=False,
        schema="judged",
        postgresql_where=None,
    )
    op.create_index(
        "ix_judged_verdicts_source_changed_in",
        "verdicts",
        ["source", "changed_in"],
        unique=False,
        schema="judged",
        postgresql_where=None,
    )


def _create_mart_counts() -> None:
    op.create_table(
        "counts",
        sa.Column(
            "policy",
            sa.Text(),
            nullable=False,
            comment="Policy that answers what counts as late: the name of its file in config/policies.",
        ),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="recorded: as the sources state it; cleaned: as judged, duplicates and tests left out.",
        ),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency; '?' where it is not in the directory."),
        sa.Column("field_code", sa.Text(), nullable=False, comment="Procedure field; '?' where unknown."),
        sa.Column("channel", sa.Text(), nullable=False, comment="Channel."),
        sa.Column("month", sa.Date(), nullable=False, comment="First day of the calendar month, office time."),
        sa.Column(
            "carried_over",
            sa.BigInteger(),
            nullable=False,
            comment="Received before the month and not ended before it (column 6).",
        ),
        sa.Column("received", sa.BigInteger(), nullable=False, comment="Received in the month (columns 4 and 5)."),
        sa.Column(
            "finished_early", sa.BigInteger(), nullable=False, comment="Ended in the month, before the due date (column 8)."
        ),
        sa.Column(
            "finished_on_time", sa.BigInteger(), nullable=False, comment="Ended in the month, on the due date (column 9)."
        ),
        sa.Column(
            "finished_late", sa.BigInteger(), nullable=False, comment="Ended in the month, after the due date (column 10)."
        ),
        sa.Column(
            "finished_undetermined", sa.BigInteger(), nullable=False, comment="Ended in the month, timeliness not derivable."
        ),
        sa.Column(
            "in_progress_in_time",
            sa.BigInteger(),
            nullable=False,
            comment="Not ended at the end of the month (or as_of), due date not passed (column 12).",
        ),
        sa.Column(
            "in_progress_overdue", sa.BigInteger(), nullable=False, comment="Not ended then, due date passed (column 13)."
        ),
        sa.Column(
            "in_progress_undetermined", sa.BigInteger(), nullable=False, comment="Not ended then, timeliness not derivable."
        ),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False, comment="Withdrawn by the citizen in the month."),
        sa.Column("refused", sa.BigInteger(), nullable=False, comment="Refused or stopped after receipt in the month."),
        sa.Column(
            "otherwise_on_time",
            sa.BigInteger(),
            nullable=False,
            comment="Of those withdrawn, refused or stopped: ended by the due date.",
        ),
        sa.Column("otherwise_late", sa.BigInteger(), nullable=False, comment="Of those: ended after it."),
        sa.Column("otherwise_undetermined", sa.BigInteger(), nullable=False, comment="Of those: timeliness not derivable."),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day whose end the row speaks for: the last of its month, or the day of the run where that comes first. So the rows of past months stay untouched when only the day moves on.",
        ),
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            nullable=False,
            comment="Number of the load (audit.change_seq) that last changed the row.",
        ),
        sa.PrimaryKeyConstraint("policy", "basis", "unit_code", "field_code", "channel", "month"),
        schema="mart",
        comment="The counters of form II.06a for every agency, field, channel and month: working copy, not yet published. Grain: policy × basis × unit × field × channel × month.",
    )
    op.create_index(
        "ix_mart_counts_policy_month", "counts", ["policy", "month"], unique=False, schema="mart", postgresql_where=None
    )


def _create_mart_indicators() -> None:
    op.create_table(
        "indicators",
        sa.Column(
            "publication_id", sa.Text(), nullable=False, comment="Publication: the digest of its figures, policy and as_of."
        ),
        sa.Column("indicator", sa.Text(), nullable=False, comment="Indicator, as declared in config/indicators."),
        sa.Column(
            "basis",
            sa.Text(),
            nullable=False,
            comment="recorded: as the sources state it; cleaned: as judged, duplicates and tests left out.",
        ),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency; '*' for all of them."),
        sa.Column("field_code", sa.Text(), nullable=False, comment="Procedure field; '*' for all of them."),
        sa.Column("channel", sa.Text(), nullable=False, comment="Channel; '*' for all of them."),
        sa.Column("period", sa.Text(), nullable=False, comment="Month as YYYY-MM, or '*' for the whole span."),
        sa.Column("numerator", sa.BigInteger(), nullable=False, comment="Numerator."),
        sa.Column(
            "denominator",
            sa.BigInteger(),
            nullable=True,
            comment="Denominator: those of the scope whose timeliness is derivable; for plain counts null.",
        ),
        sa.Column(
            "undetermined",
            sa.BigInteger(),
            nullable=False,
            comment="Dossiers of the scope that stand in neither; all of them late gives lower, all on time upper.",
        ),
        sa.Column(
            "value",
            sa.Double(),
            nullable=True,
            comment="100 × numerator / denominator, rounded as declared; null for an empty denominator. Plain counts: the count.",
        ),
        sa.Column("lower", sa.Double(), nullable=True, comment="Value if every undetermined dossier were late."),
        sa.Column("upper", sa.Double(), nullable=True, comment="Value if every undetermined dossier were on time."),
        sa.PrimaryKeyConstraint("publication_id", "indicator", "basis", "unit_code", "field_code", "channel", "period"),
        schema="mart",
        comment="Published indicators: numerator and denominator always beside the value; no value for an empty denominator. Grain: publication × indicator × basis × unit × field × channel × period.",
    )


def _create_mart_publications() -> None:
    op.create_table(
        "publications",
        sa.Column(
            "publication_id", sa.Text(), nullable=False, comment="Publication: the digest of its figures, policy and as_of."
        ),
        sa.Column(
            "policy",
            sa.Text(),
            nullable=False,
            comment="Policy that answers what counts as late: the name of its file in config/policies.",
        ),
        sa.Column(
            "as_of",
            sa.Date(),
            nullable=False,
            comment="Day whose end the row speaks for: open dossiers are judged at the end of it.",
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False, comment="When it was first committed."),
        sa.Column(
            "current_since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it last became the newest one of its policy: later than published_at where figures returned to what they had been.",
        ),
        sa.Column(
            "counts_digest", sa.Text(), nullable=False, comment="SHA-256 over all rows of mart.counts that it was made from."
        ),
        sa.Column(
            "rules_digest",
            sa.Text(),
            nullable=False,
            comment="SHA-256 over policies, calendars, checks, indicators and rules code in force.",
        ),
        sa.Column("dossiers", sa.BigInteger(), nullable=False, comment="Dossiers counted."),
        sa.Column("rows", sa.BigInteger(), nullable=False, comment="Rows of mart.indicators."),
        sa.PrimaryKeyConstraint("publication_id"),
        schema="mart",
        comment="Every publication ever made; readers take the newest one of a policy. Grain: publication.",
    )


def _create_mart_verdict_counts() -> None:
    op.create_table(
        "verdict_counts",
        sa.Column(
            "publication_id", sa.Text(), nullable=False, comment="Publication: the digest of its figures, policy and as_of."
        ),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency; '?' where it is not in the directory."),
        sa.Column("verdict", sa.Text(), nullable=False, comment="Verdict."),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=False,
            comment="Strongest reason code; for undetermined ones what is missing; '-' where there is none.",
        ),
        sa.Column("dossiers", sa.BigInteger(), nullable=False, comment="Dossiers."),
        sa.Column(
            "recorded_late", sa.BigInteger(), nullable=False, comment="Of those, dossiers that the source states as late."
        ),
        sa.Column(
            "to_correct",
            sa.BigInteger(),
            nullable=False,
            comment="Of those, dossiers that the agency has to correct: recorded otherwise than the evidence says, undetermined, or with an open finding of severity fail.",
        ),
        sa.PrimaryKeyConstraint("publication_id", "source", "unit_code", "verdict", "reason"),
        schema="mart",
        comment="Published with the indicators: how many dossiers of which source and agency got which verdict, and why. Grain: publication × source × unit × verdict × strongest reason.",
    )


def _create_mart_finding_counts() -> None:
    op.create_table(
        "finding_counts",
        sa.Column(
            "publication_id", sa.Text(), nullable=False, comment="Publication: the digest of its figures, policy and as_of."
        ),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="One-stop system the row comes from: the name of its file in config/sources.",
        ),
        sa.Column("unit_code", sa.Text(), nullable=False, comment="Agency; '?' where it is not in the directory."),
        sa.Column("check_id", sa.Text(), nullable=False, comment="Check, as declared in config/checks.yaml."),
        sa.Column("severity", sa.Text(), nullable=False, comment="Severity."),
        sa.Column("dossiers", sa.BigInteger(), nullable=False, comment="Dossiers with an open finding of it."),
        sa.PrimaryKeyConstraint("publication_id", "source", "unit_code", "check_id"),
        schema="mart",
        comment="Published with the indicators: how many dossiers of which source and agency fail which check. Grain: publication × source × unit × check.",
    )


def _create_audit_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="Number of the entry, without gaps."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When."),
        sa.Column("action", sa.Text(), nullable=False, comment="Step: load, match, check, judge, measure, publish, correct."),
        sa.Column("subject", sa.Text(), nullable=False, comment="Source, partition or publication acted on."),
        sa.Column(
            "change_number", sa.BigInteger(), nullable=False, comment="Value of audit.change_seq given to the rows it changed."
        ),
        sa.Column("inserted", sa.BigInteger(), nullable=False, comment="Rows new."),
        sa.Column("updated", sa.BigInteger(), nullable=False, comment="Rows changed."),
        sa.Column("unchanged", sa.BigInteger(), nullable=False, comment="Rows met again without a change."),
        sa.Column(
            "deleted",
            sa.BigInteger(),
            nullable=False,
            comment="Rows removed, because a set that is replaced as a whole no longer holds them.",
        ),
        sa.Column("digest", sa.Text(), nullable=True, comment="SHA-256 of what was loaded, where it has one."),
        sa.Column("previous_hash", sa.Text(), nullable=False, comment="Hash of the entry before; empty for the first."),
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 over previous_hash and this row."),
        sa.PrimaryKeyConstraint("entry"),
        schema="audit",
        comment="Append-only record of every load, written in the transaction that it speaks of; each row carries the hash of the one before. Grain: action.",
    )


def _create_audit_progress() -> None:
    op.create_table(
        "progress",
        sa.Column("step", sa.Text(), nullable=False, comment="Step: check, judge, match, measure, or a source's cursor."),
        sa.Column("partition", sa.Text(), nullable=False, comment="Partition as source/YYYY-MM, or '*'."),
        sa.Column(
            "through", sa.BigInteger(), nullable=False, comment="Highest change number of the inputs that the step has seen."
        ),
        sa.Column("as_of", sa.Date(), nullable=True, comment="Day that its rows speak for."),
        sa.Column("rules_digest", sa.Text(), nullable=False, comment="Digest of the configuration and rules it ran under."),
        sa.Column("cursor", sa.Text(), nullable=True, comment="For sources: where the next pull begins."),
        sa.PrimaryKeyConstraint("step", "partition"),
        schema="audit",
        comment="How far each step has come with each partition: what makes a run without changes cost nothing. Grain: step × partition.",
    )
