"""A new profile is one entry of config.profiles: names, statuses and what it is follow from it everywhere."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from config.codes import Status
from config.profiles import PROFILES, Profile
from config.sources import Source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.formats.profiles import columns_of, meanings, modification_names
from tasks.sources.pages import read_page
from tasks.sources.protocol import CSV, JSON

KEY = b"k" * 32
REGISTRY = Profile(
    headings={
        "code": ("reg_no",),
        "receipt_number": ("reg_no",),
        "received_at": ("opened",),
        "done_at": ("closed",),
        "status": ("phase",),
        "modified_at": ("touched",),
    },
    statuses={"OPEN": Status.PROCESSING, "SHUT": Status.DONE},
    is_land=True,
)
ROW = {"reg_no": "BN-77", "opened": "2026-03-02 08:00:00", "closed": "2026-03-05 09:00:00", "phase": "SHUT", "touched": ""}


def source(profile: str, **more: Any) -> Source:
    return Source.model_validate(
        {"name": "new", "title": "A system", "kind": "files", "profile": profile, "role": "evidence", "files": {"folder": "x"}}
        | more
    )


def cleaned(body: bytes, media_type: str, given: Source) -> Cleaned:
    return clean(read_page(body, media_type, given), given, UNITS.frame(), KEY)


@pytest.mark.parametrize("media_type", [JSON, CSV])
def test_a_profile_of_rows_is_its_entry_alone(media_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "registry", REGISTRY)
    given = source("registry")
    body = orjson.dumps([ROW]) if media_type == JSON else "\n".join((",".join(ROW), ",".join(ROW.values()))).encode()
    found = cleaned(body, media_type, given).dossiers
    assert found[["code", "receipt_number", "status"]].to_numpy().tolist() == [["BN-77", "BN-77", Status.DONE]]
    assert found["done_at"].iloc[0].tz_convert("Asia/Ho_Chi_Minh").strftime("%Y-%m-%d %H:%M") == "2026-03-05 09:00"
    assert (given.is_land, given.is_reference) == (True, False)
    assert columns_of(given)["status"] == ("phase",)
    assert modification_names(given) == ("touched",)
    assert meanings(given)["opened"] == "received_at"


def test_a_profile_of_messages_names_who_reads_its_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "another_hub", Profile(records="messages:EXCHANGE_MESSAGES", states_identities=True))
    given = source("another_hub")
    record = {
        "MaHoSo": "000.05.12.H99-200302-0001",
        "TrangThaiHoSo": "9",
        "NgayTiepNhan": "20200302073000",
        "DanhSachHoSoBoSung": [{"NgayBoSung": "20200303080000", "NgayTiepNhanBoSung": "20200304080000"}],
    }
    found = cleaned(orjson.dumps([record]), JSON, given)
    assert found.dossiers["status"].tolist() == [Status.DONE]
    assert len(found.pauses) == 1
    assert meanings(given) == meanings(source("dvcqg"))


def test_a_profile_of_agencies_brings_agencies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "directory", Profile(brings="units", headings={"unit_code": ("id",), "name": ("ten",)}))
    given = source("directory", role="reference")
    assert given.is_reference
    page = read_page(orjson.dumps([{"id": "H99.12", "ten": "Sở Xây dựng"}]), JSON, given)
    assert page.units[["unit_code", "name"]].to_numpy().tolist() == [["H99.12", "Sở Xây dựng"]]
    with pytest.raises(ValidationError, match="role reference"):
        source("directory")


def test_what_an_entry_asks_of_a_source_file_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "calls", Profile(tells_events=True))
    monkeypatch.setitem(PROFILES, "own_table", Profile(needs_columns=True))
    for profile, why in (
        ("calls", "needs statements: partial"),
        ("own_table", "needs columns.code"),
        ("nothing", "is no profile; the"),
    ):
        with pytest.raises(ValidationError, match=why):
            source(profile)
