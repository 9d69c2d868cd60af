"""What the checks promise that any library can be asked: plain promises about a column or two, each under the name of our check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.rules.checks import TESTS
from tasks.rules.marks import MARKS
from tasks.rules.text.codes import NATIONAL

FINISHED, OPEN = (9, 10), (2, 4, 5, 6)


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes:
        check: name of our check.
        kind: given, empty: in these statuses, in all where there are none; like, unlike: a pattern anywhere in the text;
            not_before: another column, where both are given; at_most: a number; untrue: false.
        column: that it speaks about.
        statuses, pattern, other, most: what the kind asks for.
    """

    check: str
    kind: Literal["given", "empty", "like", "unlike", "not_before", "at_most", "untrue"]
    column: str
    statuses: tuple[int, ...] = ()
    pattern: str = ""
    other: str = ""
    most: int = 0


PROMISES = (
    Promise("dossier_code_malformed", "like", "code", pattern=NATIONAL),
    Promise("procedure_code_missing", "given", "procedure_code"),
    Promise("procedure_code_malformed", "like", "procedure_code", pattern=r"^[1-3]\.\d{6}$"),
    Promise("agency_unknown", "given", "unit_code"),
    Promise("agency_is_no_agency", "unlike", "unit_as_given", pattern="(?i)khong dung|không dùng"),
    Promise("status_missing", "given", "status"),
    Promise("received_missing", "given", "received_at", (2, 4, 6, 7, 8, 9, 10)),
    Promise("finished_without_end", "given", "done_at", FINISHED),
    Promise("end_without_finish_status", "empty", "done_at", OPEN),
    Promise("returned_but_open", "empty", "returned_at", OPEN),
    Promise("returned_status_without_time", "given", "returned_at", (10,)),
    Promise("refused_but_finished", "empty", "refused_at", FINISHED),
    Promise("refused_but_open", "empty", "refused_at", OPEN),
    Promise("received_after_done", "not_before", "done_at", other="received_at"),
    Promise("received_after_returned", "not_before", "returned_at", other="received_at"),
    Promise("due_before_received", "not_before", "due_at", other="received_at"),
    *(
        Promise(f"{name}_in_future", "not_before", "now", other=f"{name}_at")
        for name in ("submitted", "received", "done", "returned", "refused")
    ),
    Promise("migrated", "untrue", "is_migrated"),
    Promise("fee_implausible", "at_most", "fee_amount", most=1_000_000_000),
    Promise("two_codes", "empty", "alias_code"),
    Promise("duplicate_dossier", "empty", "duplicate_of"),
    *(Promise(mark, "unlike", "marks", pattern=rf"(?:^| ){mark}(?: |$)") for mark in MARKS if mark in TESTS),
)
