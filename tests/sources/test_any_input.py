"""Whatever a page holds, it is read, rejected with a reason, or refused with our own error; never a crash."""

from __future__ import annotations

from contextlib import suppress

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import SourceError
from config.sources import Source
from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.reference import PROCEDURES, UNITS
from tasks.loading.cleaned_pages import clean
from tasks.sources.formats import exchange, land_calls, opencps
from tasks.sources.pages import read_page
from tasks.sources.protocol import CSV, JSON, JSON_LINES, OLD_WORKBOOK, WORKBOOK

KEY = b"k" * 32
SCALARS = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=12)
DATES = st.sampled_from(["20260103080000", "05/03/2026", "0001-01-01", "46032.5", "2026-01-03T08:00:00+07:00", "?", ""])
CODES = st.sampled_from(["H99.12-260103-0001", "H99.12-260103-0002", "h99.12-260103-0001 ", "", "x"])
NAMES = sorted(
    {
        key
        for keys in (
            exchange.EXCHANGE_KEYS,
            exchange.EVENT_KEYS,
            exchange.SUPPLEMENT_KEYS,
            opencps.OPENCPS_KEYS,
            opencps.ACTION_KEYS,
            {"option": opencps.DATE_OPTION, "call": land_calls.NAME, "number": land_calls.NUMBER},
            *land_calls.CALLS.values(),
            *land_calls.PAUSE_CALLS.values(),
        )
        for names in keys.values()
        for key in names
    }
)
LISTS = [
    exchange.EXCHANGE_EVENTS,
    exchange.SUPPLEMENTS,
    exchange.FEES,
    exchange.RESULTS,
    exchange.EXCHANGE_IDENTITIES,
    exchange.APPLICANT[0],
    "CACHTHUCTHUCHIEN",
    "LINHVUCTHUCHIEN",
    "THOIGIAN",
    *opencps.ACTIONS,
    *land_calls.ARGUMENTS,
]
VALUES = st.recursive(
    SCALARS | DATES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES + LISTS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
RECORDS = st.dictionaries(st.sampled_from([*NAMES, *LISTS, "MATTHC", "MADONVI", "CAP", "KENH"]), VALUES, max_size=12)
CALL = st.builds(
    lambda record, code, call: {**record, "SoBienNhan": code, "TenHam": call},
    RECORDS,
    CODES,
    st.sampled_from([*land_calls.CALLS]),
)
OPENCPS = st.builds(lambda record, code: {**record, "dossierNo": code}, RECORDS, CODES)
DOSSIER = st.builds(lambda record, code: {**record, "MaHoSo": code}, RECORDS, CODES)
COMMON = {"max_examples": 30, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def source(profile: str, *, partial: bool = False) -> Source:
    role = "reference" if profile in ("catalogue", "units") else "primary"
    given_keys = {
        "name": "any",
        "title": "Any",
        "kind": "rest",
        "profile": profile,
        "role": role,
        "rest": {"address": "https://x.vn"},
        "statements": "partial" if partial else "whole",
    }
    return Source.model_validate(given_keys)


def checked(found_in: Source, body: bytes) -> None:
    """Read and clean; every record ends in a table or among the rejected, and keys are unique."""
    found = clean(read_page(body, JSON, found_in), found_in, UNITS.frame(), KEY)
    for table, frame in (
        (DOSSIERS, found.dossiers),
        (EVENTS, found.events),
        (PAUSES, found.pauses),
        (PROCEDURES, found.procedures),
        (UNITS, found.units),
    ):
        keys = [name for name in table.key if name in frame.columns]
        assert not frame.duplicated(keys).any()
        assert not frame[keys].isna().any().any()
        for field in table.fields:
            if field.required and field.name in frame.columns:
                assert frame[field.name].notna().all(), field.name
    assert found.rejected["reason"].notna().all()


@given(st.lists(DOSSIER | RECORDS | SCALARS, max_size=6))
@settings(**COMMON)
def test_any_records_of_the_exchange(records: list[object]) -> None:
    checked(source("dvcqg"), orjson.dumps({"error_code": "0", "result": records}))


@pytest.mark.parametrize("profile", ["opencps", "land_calls", "dvcqg"])
@given(records=st.lists(DOSSIER | OPENCPS | CALL | SCALARS, max_size=6))
@settings(**{**COMMON, "max_examples": 15})
def test_any_statements_of_other_systems(profile: str, records: list[object]) -> None:
    checked(source(profile, partial=profile != "opencps"), orjson.dumps(records))


@pytest.mark.parametrize("profile", ["catalogue", "units"])
@given(records=st.lists(RECORDS | SCALARS, max_size=4))
@settings(**COMMON)
def test_any_reference_records(profile: str, records: list[object]) -> None:
    checked(source(profile), orjson.dumps({"error_code": "0", "result": records}))


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV, WORKBOOK, OLD_WORKBOOK])
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "ignore")))
@settings(**COMMON)
def test_any_bytes(media_type: str, body: bytes) -> None:
    columns = {"code": "Mã hồ sơ"} if media_type in (CSV, WORKBOOK, OLD_WORKBOOK) else {}
    profile = "table" if columns else "dvcqg"
    given_keys = {
        "name": "any",
        "title": "Any",
        "kind": "files",
        "profile": profile,
        "columns": columns,
        "files": {"folder": "/x"},
    }
    found = None
    with suppress(SourceError):
        found = read_page(body, media_type, Source.model_validate(given_keys))
    assert found is None or found.records >= len(found.dossiers)
