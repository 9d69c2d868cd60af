"""The dossier layer: what each system states about a dossier, cleaned and never overwritten."""

from __future__ import annotations

from config.codes import OPEN_STATUSES, PAUSE_KINDS, PERSON_KINDS, SERVICE_LEVELS, STATUSES, Status, number_list
from schemas.fields import (
    CHANGED_IN,
    CHANNEL,
    CODE,
    FIELD_CODE,
    PAGE_DIGEST,
    PAGE_POSITION,
    PROCEDURE_CODE,
    RECEIVED_AT,
    SOURCE,
    UNIT_CODE,
)
from schemas.table import Between, Field, Kind, NotBefore, NotNull, OneOf, Table

STATUS = Field(
    "status", Kind.INTEGER, "National status 1 to 10 (law 2.6), mapped by the source's own table.", (OneOf(STATUSES),)
)
DUE_AT = Field("due_at", Kind.INSTANT, "Appointment to return the result, as the source states it (NgayHenTra).")
DONE_AT = Field("done_at", Kind.INSTANT, "End of processing, as the source states it (NgayKetThucXuLy).")
RETURNED_AT = Field("returned_at", Kind.INSTANT, "Hand-over to the citizen, as the source states it (NgayTra).")
IS_DELETED = Field(
    "is_deleted", Kind.BOOLEAN, "Deleted at its system (IsDeleted, or a day of deletion); null where that says nothing of it."
)
DELETED_AT = Field(
    "deleted_at", Kind.INSTANT, "Deletion at its system, as the source states it (DeletedOn); null while it stands there."
)
MODIFIED_AT = Field("modified_at", Kind.INSTANT, "Last modification, as the source states it.")

_SERVICE_FIELDS = (
    Field("paid_online", Kind.BOOLEAN, "Paid on the national portal or the province's gateway (DuocThanhToanTrucTuyen 1, 2)."),
    Field("has_components", Kind.BOOLEAN, "A file of a paper that was handed in is attached (TaiLieuNop)."),
    Field(
        "reuses_component",
        Kind.BOOLEAN,
        "A paper was reused (HoSoCoThanhPhanSoHoa, DuocSoHoa or DuocTaiSuDung says so).",
    ),
    Field("taken_from_store", Kind.BOOLEAN, "A paper was taken from the citizen's store of results (DuocLayTuKhoDMQG)."),
    Field("verified_by_vneid", Kind.BOOLEAN, "The account was verified by VNeID (TaiKhoanDuocXacThucVoiVNeID)."),
    Field("returned_by_post", Kind.BOOLEAN, "The result is returned by post (HinhThuc 1)."),
)
SERVICE_LEVEL = Field(
    "service_level",
    Kind.TEXT,
    "Level of the online service by which it came (MucDo 4, 3, 2): full, partial, information only.",
    (OneOf(SERVICE_LEVELS),),
)
SERVICE_FLAGS = tuple(field.name for field in _SERVICE_FIELDS)
"""Yes-or-no columns about how a dossier was served online and digitised; null where its system does not say."""

AGEING = f"status IN ({number_list(OPEN_STATUSES)}) OR status = {Status.DONE} AND returned_at IS NULL"
"""Condition of the dossiers that some check looks at again as days pass: open by their status, or never handed over."""

URN = "hashtext(code)"
"""By what a dossier lies in one of 65,536 urns, from which samples are drawn: a hash of its code, even over all whole numbers of
32 bits, of which each urn has as many."""

DOSSIERS = Table(
    schema="core",
    name="dossiers",
    description="Every dossier of every system as that system states it now; corrections lie beside it in quality.corrections.",
    grain="dossier of a source",
    # The code first: dossiers of several systems are found by it, which spares an index of its own.
    key=("code", "source"),
    fields=(
        SOURCE,
        CODE,
        Field(
            "partition_month",
            Kind.DATE,
            "Month of receipt (else of submission, of the code's date, of modification), office time.",
            (NotNull(),),
        ),
        Field(
            "role",
            Kind.TEXT,
            "primary: counted and judged; evidence: speaks about a dossier of another source.",
            (NotNull(), OneOf(("primary", "evidence"))),
        ),
        Field("alias_code", Kind.TEXT, "Code of the same dossier elsewhere (MaHoSoKhac, DVCQG code), folded."),
        Field("receipt_number", Kind.TEXT, "Receipt number (SoBienNhan); the land software's key."),
        PROCEDURE_CODE,
        FIELD_CODE,
        UNIT_CODE,
        Field("unit_as_given", Kind.TEXT, "Agency as the source writes it."),
        CHANNEL,
        Field("person_kind", Kind.TEXT, "Kind of applicant, mapped by the source's own table.", (OneOf(PERSON_KINDS),)),
        Field(
            "applicant_key",
            Kind.TEXT,
            "Keyed pseudonym (HMAC-SHA-256) of the applicant's identity number, else of name and phone; null without either.",
        ),
        Field(
            "applicant_spelling",
            Kind.TEXT,
            "Keyed pseudonym, shortened, of the applicant's name with its marks, where applicant_key stands for name and phone; "
            "null for a name without marks.",
        ),
        STATUS,
        Field("status_as_given", Kind.TEXT, "Status as the source writes it."),
        Field("submitted_at", Kind.INSTANT, "Submission by the citizen (NgayNopHoSo)."),
        RECEIVED_AT,
        DUE_AT,
        DONE_AT,
        RETURNED_AT,
        Field("refused_at", Kind.INSTANT, "Refusal (NgayTuChoi)."),
        Field("result_at", Kind.INSTANT, "Date of the result document, where the source states one."),
        Field("has_result", Kind.BOOLEAN, "A result document or link is attached."),
        Field("fee_amount", Kind.INTEGER, "Sum of fees and charges, dong.", (Between(0),)),
        *_SERVICE_FIELDS,
        SERVICE_LEVEL,
        Field("is_migrated", Kind.BOOLEAN, "Taken over from an older system in bulk."),
        IS_DELETED,
        DELETED_AT,
        Field(
            "deletion_reason",
            Kind.TEXT,
            "Why it was deleted, as the source writes it (LyDoXoa), shortened; hidden as a whole where it may speak of a person.",
        ),
        Field(
            "source_flag",
            Kind.TEXT,
            "The source's own word on timeliness, where it publishes one.",
            (OneOf(("on_time", "late")),),
        ),
        Field(
            "marks",
            Kind.TEXT,
            "Names of defects met while reading and cleaning the record, space-separated (GLOSSARY.md).",
        ),
        MODIFIED_AT,
        PAGE_DIGEST,
        PAGE_POSITION,
        CHANGED_IN,
    ),
    indexes=(
        ("source", "partition_month", "changed_in"),
        ("receipt_number",),
        ("alias_code",),
        ("done_at",),
        ("returned_at",),
        ("unit_code",),
    ),
    partial=(("unsettled", ("source", "partition_month"), AGEING), ("urn", (URN,), "role = 'primary'")),
    managed=("changed_in",),
)

DOSSIER_VERSIONS = Table(
    schema="core",
    name="dossier_versions",
    description="Each state of a dossier that a pull has shown, with when it was seen: the base of the deadline ledger.",
    grain="dossier × change seen",
    key=("source", "code", "changed_in"),
    fields=(
        SOURCE,
        CODE,
        CHANGED_IN,
        Field("seen_at", Kind.INSTANT, "When the load that saw it ran.", (NotNull(),)),
        STATUS,
        UNIT_CODE,
        PROCEDURE_CODE,
        RECEIVED_AT,
        DUE_AT,
        DONE_AT,
        RETURNED_AT,
        IS_DELETED,
        DELETED_AT,
        MODIFIED_AT,
        PAGE_DIGEST,
    ),
)

EVENTS = Table(
    schema="core",
    name="events",
    description="Progress log of a dossier: who held it in which status when.",
    grain="dossier × entry of its log",
    key=("source", "code", "seq"),
    fields=(
        SOURCE,
        CODE,
        Field("seq", Kind.INTEGER, "Place in the log, by time then as given, from 0.", (NotNull(), Between(0))),
        Field("at", Kind.INSTANT, "When it happened (ThoiDiemXuLy).", (NotNull(),)),
        Field(
            "status", Kind.INTEGER, "National status entered (1 to 10); null where the entry changes none.", (OneOf(STATUSES),)
        ),
        Field("unit_as_given", Kind.TEXT, "Room or agency that acted, as the source writes it."),
        Field("actor_key", Kind.TEXT, "Keyed pseudonym of the officer."),
        Field("planned_end_at", Kind.INSTANT, "End of the step by regulation (NgayKetThucTheoQuyDinh)."),
        CHANGED_IN,
    ),
    managed=("changed_in",),
)

PAUSES = Table(
    schema="core",
    name="pauses",
    description="Intervals in which the agency was waiting for someone else, as the sources record them.",
    grain="dossier × pause",
    key=("source", "code", "seq"),
    fields=(
        SOURCE,
        CODE,
        Field("seq", Kind.INTEGER, "Place among the dossier's pauses, by start, from 0.", (NotNull(), Between(0))),
        Field("kind", Kind.TEXT, "What was waited for.", (NotNull(), OneOf(PAUSE_KINDS))),
        Field("started_at", Kind.INSTANT, "Request (NgayBoSung) or start of the stop.", (NotNull(),)),
        Field(
            "ended_at",
            Kind.INSTANT,
            "Supplement received, payment made, work taken up again; null while it lasts.",
            (NotBefore("started_at"),),
            tolerance=0.02,
        ),
        Field("due_before_at", Kind.INSTANT, "Due date before the pause (NgayHenTraTruoc)."),
        Field("due_after_at", Kind.INSTANT, "Due date after it (NgayHenTraMoi)."),
        Field(
            "origin",
            Kind.TEXT,
            "supplement_record, progress_log or land_software: which record says so.",
            (NotNull(), OneOf(("supplement_record", "progress_log", "land_software"))),
        ),
        Field(
            "end_origin",
            Kind.TEXT,
            "Which record tells its end: a supplement_record says that it came in, a progress_log only that work went on.",
            (OneOf(("supplement_record", "progress_log", "land_software")),),
        ),
        CHANGED_IN,
    ),
    partial=(("unended", ("source", "started_at"), "ended_at IS NULL"),),
    managed=("changed_in",),
)

MATCHES = Table(
    schema="core",
    name="matches",
    description="The same dossier in two places: evidence of another system, a duplicate, or filed again.",
    grain="dossier × other record",
    key=("source", "code", "other_source", "other_code"),
    fields=(
        SOURCE,
        CODE,
        Field("other_source", Kind.TEXT, "System of the other record.", (NotNull(),)),
        Field("other_code", Kind.TEXT, "Code of the other record there.", (NotNull(),)),
        Field(
            "kind",
            Kind.TEXT,
            "evidence: the other record speaks about this dossier; duplicate_of: this row repeats the other, which is the one counted; "
            "refiled: the same person filed this one after the other was withdrawn.",
            (NotNull(), OneOf(("evidence", "duplicate_of", "refiled"))),
        ),
        Field(
            "rule",
            Kind.TEXT,
            "What they were matched by.",
            (NotNull(), OneOf(("code", "alias", "receipt_number", "applicant"))),
        ),
        Field("confidence", Kind.NUMBER, "0 to 1.", (NotNull(), Between(0, 1))),
        CHANGED_IN,
    ),
    indexes=(("other_source", "other_code"), ("changed_in",)),
    managed=("changed_in",),
)
