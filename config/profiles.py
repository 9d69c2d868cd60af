"""Profiles of systems: what a record of each brings, under which names, and what it can tell.

A profile is one entry of ``PROFILES``: nothing else asks for its name. Records that are more than rows name the
``RecordFormat`` that reads them, by module and constant below ``tasks/sources/formats``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from config.language import Bilingual
from config.status_lists import LAND_STATUSES, OPENCPS_STATUSES, POSTAL_STATUSES, STATUS_CODES

Headings = tuple[str, ...]

DOSSIER_FIELDS = (
    "code",
    "alias_code",
    "receipt_number",
    "procedure_code",
    "field_code",
    "unit_code",
    "unit",
    "channel",
    "person_kind",
    "identity_number",
    "applicant_name",
    "phone",
    "summary",
    "status",
    "submitted_at",
    "received_at",
    "due_at",
    "done_at",
    "returned_at",
    "refused_at",
    "result_at",
    "has_result",
    "fee_amount",
    "paid_online",
    "has_components",
    "reuses_component",
    "taken_from_store",
    "verified_by_vneid",
    "returned_by_post",
    "service_level",
    "is_migrated",
    "is_deleted",
    "deleted_at",
    "deletion_reason",
    "source_flag",
    "modified_at",
)
CATALOGUE_FIELDS = (
    "procedure_code",
    "name",
    "field_code",
    "field_name",
    "channel",
    "limit_text",
    "limit_unit_text",
    "has_fee",
    "gives_result",
    "valid_from",
    "valid_to",
    "reference",
)
UNIT_FIELDS = ("unit_code", "name", "level", "parent_code", "valid_from", "valid_to", "succeeded_by", "old_code")
_FIELDS = {"dossiers": DOSSIER_FIELDS, "procedures": CATALOGUE_FIELDS, "units": UNIT_FIELDS}


@dataclass(frozen=True)
class Profile:
    """One kind of system.

    Attributes:
        brings: what a record is about.
        records: reader of records with children, ``module:CONSTANT``; None where a record is a row.
        headings: canonical field to the headings that may hold it, where a source's file gives no ``columns``.
        statuses: its words to the national status, where a source's file gives none.
        is_land: land software, which names a dossier by its receipt number.
        keeps_requests: it carries a record of every request to the citizen (law 2.5).
        carries_results: who carries results to citizens: what it received, the office had handed over.
        states_identities: its records have a place for the applicant's identity number.
        tells_events: a record tells only what happened; all about a dossier together are the dossier.
        needs_columns: a source's file has to say which column names the dossier.
    """

    brings: Literal["dossiers", "procedures", "units"] = "dossiers"
    records: str | None = None
    headings: Mapping[str, Headings] = field(default_factory=dict)
    statuses: Mapping[str, Any] = field(default_factory=lambda: STATUS_CODES)
    is_land: bool = False
    keeps_requests: bool = False
    carries_results: bool = False
    states_identities: bool = False
    tells_events: bool = False
    needs_columns: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """Canonical fields that a record can have."""
        return _FIELDS[self.brings]

    def key_of(self, columns: Mapping[str, Headings]) -> str:
        """Return the field that names a record, given the columns of a source."""
        own = {"procedures": "procedure_code", "units": "unit_code"}.get(self.brings)
        return own or ("code" if "code" in columns else "receipt_number")


PROFILES: Final[dict[str, Profile]] = {
    # The national exchange (law 2.3 to 2.5).
    "dvcqg": Profile(records="messages:EXCHANGE_MESSAGES", keeps_requests=True, states_identities=True),
    "opencps": Profile(records="opencps:OPENCPS_RECORDS", statuses=OPENCPS_STATUSES, states_identities=True),
    # Land software (law 2.11): its key is the receipt number; the one-stop code stands beside it.
    "land": Profile(
        headings={
            "code": ("so_bien_nhan",),
            "receipt_number": ("so_bien_nhan",),
            "alias_code": ("ma_ho_so_mot_cua",),
            "procedure_code": ("ma_tthc",),
            "unit_code": ("don_vi",),
            "received_at": ("ngay_tiep_nhan",),
            "due_at": ("ngay_hen_tra",),
            "done_at": ("ngay_ket_thuc",),
            "status": ("trang_thai_ket_thuc",),
            "modified_at": ("cap_nhat",),
        },
        statuses=LAND_STATUSES,
        is_land=True,
    ),
    "land_calls": Profile(records="land_calls:LAND_CALLS", statuses=LAND_STATUSES, is_land=True, tells_events=True),
    "postal": Profile(
        headings={
            "code": ("Mã hồ sơ",),
            "received_at": ("Ngày nhận",),
            "returned_at": ("Ngày phát",),
            "status": ("Trạng thái",),
        },
        statuses=POSTAL_STATUSES,
        carries_results=True,
    ),
    "catalogue": Profile(
        brings="procedures", records="exchange:PROCEDURES_LIST", headings={name: (name,) for name in CATALOGUE_FIELDS}
    ),
    "units": Profile(brings="units", records="exchange:UNITS_LIST", headings={name: (name,) for name in UNIT_FIELDS}),
    # Any other: the source's file names the columns.
    "table": Profile(needs_columns=True),
}


def _known(name: str) -> str:
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise ValueError(
            Bilingual(f"không có kiểu hệ thống này; các kiểu là {known}", f"is no profile; the profiles are {known}")
        )
    return name


ProfileName = Annotated[str, AfterValidator(_known), Field(examples=list(PROFILES))]
