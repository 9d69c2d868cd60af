"""Every profile against a file in its wire format (law 2), read as the example source file says. All persons are invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pandas as pd
import pytest

from config.settings import ROOT
from config.sources import Source, load_source
from schemas.reference import UNITS
from tasks.loading.cleaned_pages import Cleaned, clean
from tasks.sources.formats.profiles import columns_of, meanings
from tasks.sources.pages import read_page
from tasks.sources.parsed_records import concatenated
from tasks.sources.protocol import CSV, JSON, JSON_LINES

WIRE = Path(__file__).parents[1] / "data" / "wire"
KEY = b"k" * 32


def example(name: str) -> Source:
    return load_source(ROOT / "config" / "sources" / f"example-{name}.yaml")


def cleaned(name: str, *files: str) -> Cleaned:
    source = example(name)
    pages = [read_page((WIRE / file).read_bytes(), JSON_LINES if file.endswith("l") else JSON, source) for file in files]
    return clean(concatenated(pages), source, UNITS.frame(), KEY)


def local(moment: pd.Timestamp) -> str:
    return moment.tz_convert("Asia/Ho_Chi_Minh").strftime("%Y-%m-%d %H:%M")


def marks(row: pd.Series) -> set[str]:
    return set() if pd.isna(row["marks"]) else set(row["marks"].split())


def test_the_exchange_of_2020() -> None:
    found = cleaned("dvcqg-2020", "exchange-2020.json")
    one, two, three = (found.dossiers.iloc[place] for place in range(3))
    assert (one["code"], one["receipt_number"], one["procedure_code"]) == ("000.05.12.H99-200302-0001", "BN-0001", "1.004616")
    moments = {name: local(one[name]) for name in ("received_at", "due_at", "done_at", "returned_at")}
    assert moments == {
        "received_at": "2020-03-02 07:30",
        "due_at": "2020-03-16 17:00",
        "done_at": "2020-03-12 16:00",
        "returned_at": "2020-03-13 10:00",
    }
    assert (one["status"], one["person_kind"], one["channel"], one["fee_amount"]) == (10, "person", "counter", 80000)
    assert one["has_result"]
    assert found.events["status"].tolist() == [2, 9]
    assert (two["procedure_code"], two["status"], two["person_kind"]) == ("TS_lop1.000.00.00.H99", 4, "business")
    assert pd.isna(two["due_at"])
    assert {"unknown_status", "unknown_person_kind", "year_zero"} <= marks(three)
    assert len(found.rejected) == 0


def test_the_exchange_of_2024() -> None:
    found = cleaned("dvcqg", "exchange-2024.json")
    one, two = (found.dossiers.iloc[place] for place in range(2))
    assert (one["channel"], one["person_kind"], one["unit_code"]) == ("online", "organisation", "H99.12")
    assert local(one["submitted_at"]) == "2024-04-01 09:00"
    assert "id_placeholder" in marks(one)
    pauses = found.pauses[["kind", "origin"]].to_numpy().tolist()
    assert pauses == [["supplement", "supplement_record"], ["financial", "supplement_record"]]
    assert local(found.pauses.loc[0, "due_after_at"]) == "2024-04-17 17:00"
    assert local(found.events.loc[0, "planned_end_at"]) == "2024-04-12 17:00"
    assert (two["alias_code"], two["status"], local(two["refused_at"])) == ("H99-240402-55555", 3, "2024-04-03 08:00")
    assert {"unknown_channel", "unknown_person_kind"} <= marks(two)


def test_the_exchange_of_2026_with_dossiers_and_progress_in_one_list() -> None:
    found = cleaned("dvcqg-2026", "exchange-2026.json")
    dossiers = found.dossiers.set_index("code")
    one, two = dossiers.loc["G09.20-20260609-0092637"], dossiers.loc["G09.20-20260610-0092638"]
    assert [local(one[name]) for name in ("submitted_at", "received_at", "due_at")] == [
        "2026-06-09 08:00",
        "2026-06-09 09:00",
        "2026-06-19 17:00",
    ]
    assert (one["person_kind"], one["channel"], one["unit_code"]) == ("person", "online", "G09.20")
    assert {"test_wording", "phone_placeholder"} <= marks(one)
    assert (two["person_kind"], local(two["received_at"])) == ("household", "2026-06-10 09:30")
    log = found.events.set_index("code")["at"]
    assert [local(at) for at in log["G09.20-20260609-0092637"]] == ["2026-06-09 09:05", "2026-06-18 10:00"]
    # The dossier of a message that came alone is there with what the message says, and nothing invented.
    assert pd.isna(dossiers.loc["G09.20-20260101-0000001", "received_at"])
    assert len(found.rejected) == 0


def test_later_messages_complete_the_dossier_and_take_nothing_back() -> None:
    found = cleaned("dvcqg-2026", "exchange-2026.json", "exchange-2026-later.json")
    one = found.dossiers.set_index("code").loc["G09.20-20260609-0092637"]
    assert (local(one["received_at"]), local(one["returned_at"]), one["status"]) == ("2026-06-09 09:00", "2026-06-20 08:00", 10)
    assert found.events.set_index("code").loc["G09.20-20260609-0092637", "status"].tolist() == [4, 9, 10]


def test_a_progress_record_without_its_dossier_is_kept_as_rejected_where_records_are_whole() -> None:
    source = example("dvcqg")
    readings = read_page((WIRE / "exchange-2026.json").read_bytes(), JSON, source)
    found = clean(readings, source, UNITS.frame(), KEY)
    assert found.rejected[["code", "reason"]].to_numpy().tolist() == [["G09.20-20260101-0000001", "no_dossier"]]
    assert sorted(found.dossiers["code"]) == ["G09.20-20260609-0092637", "G09.20-20260610-0092638"]
    assert len(found.events) == 2


@pytest.mark.parametrize(
    ("body", "records"),
    [
        ('{"error_code": "00", "data": {"MaHoSo": "H99.12-260103-0001"}}', 1),
        ('{"ERROR_CODE": 0, "RESULT": {"items": [{"MaHoSo": "H99.12-260103-0001"}]}}', 1),
        ('{"error_code": "0", "result": null, "tongSo": "0"}', 0),
        ('[{"MaHoSo": "H99.12-260103-0001"}, {"MaHoSo": "H99.12-260103-0002"}]', 2),
    ],
)
def test_envelopes_in_the_forms_that_systems_use(body: str, records: int) -> None:
    assert len(read_page(body.encode(), JSON, example("dvcqg")).dossiers) == records


def test_opencps_dossiers_and_what_their_due_date_options_do() -> None:
    found = cleaned("opencps", "opencps.json")
    one, two, three = (found.dossiers.iloc[place] for place in range(3))
    assert (one["status"], one["channel"], one["person_kind"], one["unit_code"]) == (9, "online", "person", "H99.12")
    assert [local(one[name]) for name in ("submitted_at", "received_at", "due_at", "done_at", "modified_at")] == [
        "2026-01-04 20:15",
        "2026-01-05 08:10",
        "2026-01-15 17:00",
        "2026-01-14 15:00",
        "2026-01-14 16:00",
    ]
    assert pd.isna(one["returned_at"])
    assert (two["status"], two["channel"], two["person_kind"]) == (6, "postal", "business")
    assert pd.isna(two["due_at"])
    pauses = found.pauses.set_index("code")
    added = pauses.loc["260105-0001-BXD"]
    assert [local(added[name]) for name in ("started_at", "ended_at", "due_before_at", "due_after_at")] == [
        "2026-01-07 09:00",
        "2026-01-09 09:00",
        "2026-01-13 17:00",
        "2026-01-15 17:00",
    ]
    assert pd.isna(pauses.loc["260106-0002-BXD", "ended_at"])
    assert {"unknown_status", "unknown_person_kind"} <= marks(three)
    assert [status for status in found.events["status"] if not pd.isna(status)] == [4, 5, 4, 9, 5]


def test_land_calls_are_one_dossier_whatever_file_they_came_in() -> None:
    first = cleaned("land-calls", "land-calls.jsonl")
    assert first.rejected["reason"].tolist() == ["unknown_call", "no_code"]
    assert first.dossiers.set_index("code")["status"].to_dict() == {"BN-0007": 4, "BN-0008": 4}
    both = cleaned("land-calls", "land-calls.jsonl", "land-calls-later.jsonl")
    one = both.dossiers.set_index("code").loc["BN-0007"]
    assert (one["alias_code"], one["status"]) == ("H99.12-260105-0007", 9)
    assert [local(one[name]) for name in ("received_at", "due_at", "done_at", "returned_at")] == [
        "2026-01-05 08:00",
        "2026-01-21 17:00",
        "2026-01-20 22:30",
        "2026-01-21 08:00",
    ]
    pause = both.pauses.iloc[0]
    assert (len(both.pauses), pause["kind"], pause["origin"]) == (1, "supplement", "land_software")
    assert (local(pause["started_at"]), local(pause["ended_at"])) == ("2026-01-07 09:00", "2026-01-12 10:00")


def test_the_catalogue_keeps_expired_versions_with_limit_and_basis_by_channel() -> None:
    rows = cleaned("catalogue", "catalogue.json").procedures.set_index(["valid_from", "channel"])
    old, new = date(2021, 1, 1), date(2025, 7, 1)
    limits = rows[["limit_amount", "limit_unit"]].apply(tuple, axis=1).to_dict()
    assert limits[(old, "counter")] == (10.0, "working_day")
    assert limits[(old, "online")] == (8.0, "calendar_day")
    assert limits[(old, "postal")] == (16.0, "hour")
    assert limits[(new, "counter")] == (1.0, "month")
    assert rows.loc[(new, "online"), "limit_unit"] == "none"
    assert rows["valid_to"].loc[old].unique().tolist() == [date(2025, 6, 30)]
    assert set(rows["reference"].loc[old]) == {"1811/QĐ-UBND"}
    assert set(rows["reference"].loc[new]) == {"01/2025/NĐ-CP; 02/2025/TT"}


def test_a_code_that_means_another_agency_after_1_july_2025_is_two_rows() -> None:
    units = cleaned("units", "units.json").units.set_index(["unit_code", "valid_from"])
    old = units.loc[("H99.12", date(2021, 1, 1))]
    assert (old["name"], old["succeeded_by"], old["valid_to"]) == ("UBND xã An Bình", "H99.40", date(2025, 6, 30))
    assert units.loc[("H99.12", date(2025, 7, 1)), "name"] == "UBND phường Đông Hà"
    assert units.loc[("H99.5", date(2021, 1, 1)), "level"] == "district"


OF_THE_WIRE = {
    "dvcqg-2020": "exchange-2020.json",
    "dvcqg": "exchange-2024.json",
    "dvcqg-2026": "exchange-2026.json",
    "dvcqg-hub": "hub-2026.json",
    "opencps": "opencps.json",
    "opencps-rest": "opencps-list.json",
    "land-calls": "land-calls.jsonl",
    "catalogue": "catalogue.json",
    "units": "units.json",
}
EXAMPLES = sorted(path.stem.removeprefix("example-") for path in (ROOT / "config" / "sources").glob("example-*.yaml"))
CODES = {"code", "receipt_number", "procedure_code", "unit_code"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_reads_what_it_declares(name: str) -> None:
    """Examples of a wire format read its sample; the others a row under the names that they declare themselves."""
    source = example(name)
    if name in OF_THE_WIRE:
        body, media_type = (WIRE / OF_THE_WIRE[name]).read_bytes(), JSON_LINES if source.profile == "land_calls" else JSON
    else:
        named = [*columns_of(source).items(), *source.events.items()]
        row = {names[0]: "H99.12-260105-0001" if field in CODES else "x" for field, names in named}
        if source.kind == "sql":
            body, media_type = orjson.dumps(row), JSON_LINES
        else:
            delimiter = source.files.delimiter if source.files else ","
            body, media_type = "\n".join(delimiter.join(cells) for cells in (row, row.values())).encode(), CSV
    read = read_page(body, media_type, source)
    assert read.records >= 1
    assert {"not_a_record", "no_code"}.isdisjoint(read.rejected["reason"])
    kept = [frame for frame in (read.dossiers, read.procedures, read.units) if len(frame)]
    assert len(kept) == 1
    assert set(meanings(source)) & set(read.shape.fields), "none of the declared names was met"
