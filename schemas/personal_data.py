"""Personal data by field: what every column, record field and landing file may hold of a person.

Declared once and by name, because a name means one thing everywhere; only where a name differs from table to table does it
stand with its table. A column that stands nowhere here has no class: a house test refuses it, so that who adds one decides.
Pages, exports and erasure of one person follow from it.
"""

from __future__ import annotations

from typing import Final

from schemas.table import Table
from schemas.worded_codes import WordedCode


class DataClass(WordedCode):
    """What a field may hold of a person, from nothing to the most."""

    NONE = "none", "không nói về cá nhân nào", "says nothing about a person"
    PSEUDONYM = (
        "pseudonym",
        "bút danh có khóa hoặc mã hồ sơ: chỉ người có khóa hay vào được hệ thống một cửa mới biết là ai; vẫn là dữ liệu cá nhân",
        "keyed pseudonym, or a dossier's code: tells who only to whom has the key or the one-stop system; still personal data",
    )
    ACCOUNT = (
        "account",
        "tài khoản của cán bộ đã quyết định, giữ để biết ai chịu trách nhiệm",
        "account of an official who decided, kept so that somebody answers for it",
    )
    FREE_TEXT = (
        "free_text",
        "chữ do người hay hệ thống khác viết, có thể lẫn dữ liệu cá nhân; được che trước khi vào kho",
        "text that people or other systems write and that may hold personal data; masked before it is stored",
    )
    BASIC = "basic", "dữ liệu cá nhân cơ bản", "basic personal data"
    SENSITIVE = "sensitive", "có thể có dữ liệu cá nhân nhạy cảm", "may hold sensitive personal data"


def _names(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


PERSONAL: Final = (DataClass.BASIC, DataClass.SENSITIVE)
"""Classes that stand in the landing zone alone."""

LANDING_FILE: Final = DataClass.SENSITIVE
"""Class of a landing file: whole answers and files as they came, fields that nobody reads among them."""

RECORD_FIELDS: Final[dict[DataClass, frozenset[str]]] = {
    DataClass.BASIC: frozenset({"identity_number", "applicant_name", "phone", "actor"}),
    # What an application is about may be an illness, a faith, a sentence.
    DataClass.SENSITIVE: frozenset({"summary"}),
    DataClass.PSEUDONYM: frozenset({"code", "alias_code", "receipt_number"}),
    DataClass.FREE_TEXT: _names(
        "procedure_code field_code unit_code unit channel person_kind status has_result is_migrated is_deleted deletion_reason "
        "source_flag kind name field_name limit_text limit_unit_text reference level parent_code succeeded_by old_code "
        "paid_online has_components reuses_component taken_from_store verified_by_vneid has_fee gives_result "
        "returned_by_post service_level"
    ),
    DataClass.NONE: _names(
        "submitted_at received_at due_at done_at returned_at refused_at result_at deleted_at modified_at fee_amount at planned_end_at "
        "started_at ended_at due_before_at due_after_at valid_from valid_to reason fields"
    ),
}
"""Fields of a record as a source gives it, under our names, before cleaning."""

_BY_TABLE: Final[dict[str, DataClass]] = {
    "raw.pages.name": DataClass.FREE_TEXT,  # a file's name
    "ref.units.name": DataClass.FREE_TEXT,
    "ref.procedures.name": DataClass.FREE_TEXT,
    "quality.shapes.name": DataClass.FREE_TEXT,  # a heading
    "quality.drift.field": DataClass.FREE_TEXT,
    "quality.corrections.evidence": DataClass.FREE_TEXT,
    "quality.proposals.evidence": DataClass.PSEUDONYM,  # keys of rows and what they say
    "judged.verdicts.evidence": DataClass.PSEUDONYM,
    "quality.corrections.package": DataClass.FREE_TEXT,  # a file's name
    "quality.loop_events.package": DataClass.FREE_TEXT,
    "quality.packages.package": DataClass.NONE,
    "quality.package_rows.package": DataClass.NONE,
    "raw.rejected.reason": DataClass.NONE,
    "raw.breakers.reason": DataClass.NONE,
    "mart.stored_verdict_counts.reason": DataClass.NONE,
    "mart.verdict_counts.reason": DataClass.NONE,
    "audit.publication_states.reason": DataClass.FREE_TEXT,  # an official's sentence
    "quality.changes.field": DataClass.NONE,
    "quality.corrections.field": DataClass.NONE,
    "quality.proposals.field": DataClass.NONE,
    "quality.package_rows.field": DataClass.NONE,
    "quality.work_questions.field": DataClass.NONE,
    "quality.agency_questions.field": DataClass.NONE,
}
"""Columns whose name means different things: table and column."""

_BY_NAME: Final[dict[DataClass, frozenset[str]]] = {
    DataClass.PSEUDONYM: _names(
        "applicant_key applicant_spelling actor_key code alias_code receipt_number other_code row_key cursor mark"
    ),
    DataClass.ACCOUNT: _names("proposed_by approved_by undone_by answered_by decided_by audited_by entered_by account reader"),
    DataClass.FREE_TEXT: _names(
        "unit_as_given unit status_as_given deletion_reason before now notes error source_value cleaned_value old_value new_value "
        "document_number answered_in published_by remarks limit_text reference field_name field_key"
    ),
    DataClass.NONE: _names(
        "about_unit action always answered answered_at approved as_of asked asked_at at at_most_wrong attachment_digest "
        "added_unshown attempts basis blank_lines bytes calendar_digest carried_over cause cells change_number changed_in channel "
        "check_id checked claimed_at code_digest complete_to confidence control_total correction_id corrections counted "
        "counted_with counter counts_digest current_since day decided_at decision deleted deleted_at denominator digest "
        "document_date done_at dossiers drafted_at due_after_at due_at due_before_at end_at end_minutes end_origin "
        "ended_at ends ends_outside entry error_class event_id expectation failed_at failures fee_amount field_code "
        "fields file_digest files finding_counts findings finished_early finished_late finished_on_time "
        "finished_undetermined first_answered_at first_page first_seen_on first_sum gate gives_result has_components "
        "has_fee has_result hash heading_lines held hours improves in_progress_in_time in_progress_overdue "
        "in_progress_undetermined in_time indicator indicators inserted is_deleted is_migrated items kind kinds "
        "last_seen_on left_late left_out left_out_by_policy left_out_second_entry left_out_test left_out_unreceived left_source level limit_amount limit_minutes limit_shortest limit_unit lines loaded_at "
        "looked_at lower made_at marks meaning measure media_type message met_in missing modified_at month moving newest_at "
        "next_at number numerator old_code open_until origin other_source otherwise_late otherwise_on_time "
        "otherwise_undetermined overdue packages page_digest page_position pages paid_online parent_code part partition "
        "partition_month paused_minutes period person_kind planned_end_at policy previous_hash procedure_code proposed_on "
        "publication_id published_at pull_id purge_rule purged_on reasons receipt_minutes receipts receipts_outside "
        "received received_at recorded_at recorded_due_at recorded_end_at recorded_late recorded_state recorded_timeliness "
        "records recurred refused refused_at rejected rejected_at rejected_lines release_id released_at reopened "
        "reopened_at repeated reported_fixed resolved_on rest_digest result_at returned_at returned_by_post reuses_component right_late "
        "right_source role rows rule rule_version rules_digest said_from said_until scope sealed_table seals second_sum "
        "seen_at sent_at seq series service_level severity shown shrinkage_accepted side since source source_flag source_total span "
        "started_at state stated status step subject submitted_at subscription succeeded_by success table_name "
        "taken_from_store threshold through timeliness to_correct tolerance unchanged undetermined undone_at unexpected "
        "unit_code until updated upper valid_from valid_to value verdict verdict_counts verified verified_at "
        "verified_by_vneid waived what window_from window_id window_to withdrawn worked_minutes working_minutes wrong year "
        "zones"
    ),
}
"""Columns of the warehouse by name."""


def column_class(table: Table, column: str) -> DataClass:
    """Return the class of a column.

    Raises:
        KeyError: it has none: it is to be added to this module.
    """
    full_name = f"{table.full_name}.{column}"
    if full_name in _BY_TABLE:
        return _BY_TABLE[full_name]
    return _class_in(_BY_NAME, column, full_name)


def record_class(field: str) -> DataClass:
    """Return the class of a field of a record as the source gives it; KeyError where it has none."""
    return _class_in(RECORD_FIELDS, field, f"record field {field}")


def columns_of_class(table: Table, *classes: DataClass) -> tuple[str, ...]:
    """Return the columns of a table that have one of some classes, in the table's order."""
    return tuple(name for name in table.columns if column_class(table, name) in classes)


def declared_columns() -> tuple[str, ...]:
    """Return every name that is declared for a column, as often as it is.

    Names of a single table come as ``layer.table.column``.
    """
    return (*_BY_TABLE, *(name for names in _BY_NAME.values() for name in sorted(names)))


def _class_in(declared: dict[DataClass, frozenset[str]], name: str, said: str) -> DataClass:
    for one, names in declared.items():
        if name in names:
            return one
    raise KeyError(f"{said} has no class in schemas/personal_data.py")
