"""A million dossiers made in seconds, a chosen share of which breaks each of a few plain promises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.dossiers import DOSSIERS, EVENTS, PAUSES
from schemas.reference import PROCEDURES, UNITS
from tasks.rules.frames import DossierFrames
from tasks.rules.marks import MARKS
from tests.unit.check_cases import CATALOGUE, DIRECTORY

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_FIRST = np.datetime64("2025-03-03T01:30", "us").astype(np.int64)  # 08:30 in the office, in UTC


def many_dossiers(rows: int, failing: float, seed: int = 1) -> DossierFrames:
    """Make a partition.

    Args:
        rows: number of dossiers; two log entries each, a pause or a matched record for every tenth.
        failing: share of the rows that breaks each promise, independently.
        seed: of the random numbers.
    """
    dice = np.random.default_rng(seed)

    def broken() -> np.ndarray:
        return dice.random(rows) < failing

    received = _FIRST + dice.integers(0, 365, rows) * _DAY + dice.integers(0, 8, rows) * _HOUR

    def astray(least: int) -> np.ndarray:
        """Times after receipt; the share that fails lies before it, as many others in the future."""
        chance = dice.random(rows)
        before = chance < failing
        times = received + np.where(before, -1, 1) * dice.integers(least, 300, rows) * _HOUR
        return _later(times, ~before & (chance > 1 - failing))

    done, returned = astray(1), astray(200)
    due = received + np.where(broken(), -1, 1) * dice.integers(24, 300, rows) * _HOUR
    columns: dict[str, pa.Array] = {
        "source": _constant("province", rows),
        "code": _codes(received, broken()),
        "partition_month": pa.array(np.full(rows, np.datetime64("2025-03-01", "D"))),
        "role": _constant("primary", rows),
        "procedure_code": _texts(dice, ["1.000001", "1.000002", "TS_lop1"], rows, broken(), None),
        "field_code": _constant("G01-A", rows),
        "unit_code": _texts(dice, ["H99.12", "H44.12", "H99.71"], rows, broken(), None),
        "unit_as_given": _texts(dice, ["Sở Thử nghiệm", "UBND xã Thử"], rows, broken(), "Account khong dung"),
        "alias_code": pc.if_else(pa.array(broken()), pc.cast(pa.array(np.arange(rows)), pa.string()), None),
        "channel": _texts(dice, ["counter", "online"], rows, broken(), None),
        "applicant_key": pc.cast(pa.array(dice.integers(0, rows // 2, rows)), pa.string()),
        "receipt_number": pc.cast(pa.array(np.arange(rows)), pa.string()),
        "status": pa.array(dice.choice([4, 9, 10], rows), mask=broken()),
        "submitted_at": _instants(_later(received - 600_000_000, broken())),
        "received_at": _instants(received, broken()),
        "due_at": _instants(due),
        "done_at": _instants(done),
        "returned_at": _instants(returned),
        "refused_at": _instants(_later(received + _HOUR, broken()), dice.random(rows) < 0.9),
        "is_migrated": pa.array(broken()),
        "modified_at": _instants(returned + _HOUR),
        "fee_amount": pa.array(np.where(broken(), 2_000_000_000, 20_000)),
        "has_result": pa.array(dice.random(rows) < 0.5),
        "marks": _texts(dice, [" ".join(MARKS)], rows, ~broken(), None),
    }
    tenth = np.arange(0, rows, 10)
    key = {name: columns[name] for name in ("source", "code")}
    return DossierFrames(
        dossiers=_frame(DOSSIERS, columns, rows).assign(
            duplicate_of=_series(_texts(dice, ["H99.12-250303-0000001"], rows, ~broken(), None)), corrected=_none(rows)
        ),
        events=_events(key, received, done, rows),
        pauses=_frame(PAUSES, {**_taken(key, tenth), **_pauses(received[tenth])}, len(tenth)),
        evidence=_evidence(_taken(key, tenth), received[tenth], done[tenth]),
        procedures=PROCEDURES.frame(CATALOGUE),
        units=UNITS.frame(DIRECTORY),
    )


def _later(times: np.ndarray, future: np.ndarray) -> np.ndarray:
    """Move some times ten years on."""
    return times + np.where(future, 3650 * _DAY, 0)


def _codes(received: np.ndarray, broken: np.ndarray) -> pa.Array:
    day = pc.strftime(pa.array(received, pa.timestamp("us")), format="%y%m%d")
    number = pc.utf8_lpad(pc.cast(pa.array(np.arange(len(received))), pa.string()), 7, "0")
    agency = pa.array(np.where(broken, "HS/", "H99.12"))
    return pc.binary_join_element_wise(agency, day, number, "-")


def _events(key: dict[str, pa.Array], received: np.ndarray, done: np.ndarray, rows: int) -> pd.DataFrame:
    place = np.repeat(np.arange(rows), 2)
    at = np.stack([received, done], axis=1).ravel()
    columns = {"seq": pa.array(np.tile([0, 1], rows)), "at": _instants(at), "status": pa.array(np.tile([2, 9], rows))}
    return _frame(EVENTS, {**_taken(key, place), **columns}, 2 * rows)


def _pauses(received: np.ndarray) -> dict[str, pa.Array]:
    rows = len(received)
    return {
        "seq": pa.array(np.zeros(rows, dtype=np.int64)),
        "kind": _constant("supplement", rows),
        "origin": _constant("supplement_record", rows),
        "started_at": _instants(received + _DAY),
        "ended_at": _instants(received + 2 * _DAY),
    }


def _evidence(key: dict[str, pa.Array], received: np.ndarray, done: np.ndarray) -> pd.DataFrame:
    rows = len(received)
    times = {"received_at": _instants(received), "done_at": _instants(done + 7 * _HOUR)}
    frame = _frame(DOSSIERS, {**key, **times}, rows)
    wanted = ["source", "code", "received_at", "due_at", "done_at", "returned_at", "status", "has_result", "marks"]
    return frame[wanted].assign(other_source=_none(rows), other_code=_none(rows))


def _frame(table: Any, columns: dict[str, pa.Array], rows: int) -> pd.DataFrame:
    data = {f.name: columns.get(f.name, pa.nulls(rows)).cast(f.kind.arrow) for f in table.fields}
    return pd.DataFrame({name: pd.array(array, dtype=pd.ArrowDtype(array.type)) for name, array in data.items()})


def _taken(columns: dict[str, pa.Array], places: np.ndarray) -> dict[str, pa.Array]:
    return {name: array.take(pa.array(places)) for name, array in columns.items()}


def _texts(dice: Any, texts: list[str], rows: int, broken: np.ndarray, *wrong: str | None) -> pa.Array:
    right = dice.integers(0, len(texts), rows)
    place = np.where(broken, len(texts) + dice.integers(0, len(wrong), rows), right)
    return pa.array([*texts, *wrong], pa.string()).take(pa.array(place))


def _constant(text: str, rows: int) -> pa.Array:
    return pa.array([text]).take(pa.array(np.zeros(rows, dtype=np.int64)))


def _none(rows: int) -> pd.Series:
    return _series(pa.nulls(rows, pa.string()))


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(array, dtype=pd.ArrowDtype(pa.string()))


def _instants(microseconds: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(microseconds, mask=missing).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
