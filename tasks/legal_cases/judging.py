"""Judging of legal cases as in a run, and comparison with the expected verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from config.areas import Areas
from config.calendar import Calendar, load_calendars
from config.calendar import Office as OfficeHours
from config.errors import ConfigError
from config.language import Bilingual
from config.lookup import look_up
from config.model_errors import faults
from config.policies import Policy, load_policies
from tasks.judging.clocks import clock_for
from tasks.legal_cases.frames import POST, frames_of
from tasks.legal_cases.model import LegalCase
from tasks.rules.verdict.judgement import judge_frames
from tasks.rules.verdict.timeline import JudgingOffice

_TIMES = ("received_at", "due_at", "end_at")


@dataclass(frozen=True)
class Mismatch:
    """What came out otherwise than a case expects.

    Attributes:
        name: name of the outcome, such as ``verdict``; ``near`` for a reason that must not be given.
        expected, given: both sides; times are office time, reasons tuples of codes.
    """

    name: str
    expected: Any
    given: Any


def judge_case(case: LegalCase, policy: str, areas: Areas) -> dict[str, Any]:
    """Judge one case; return its row of verdicts, times as office time without a zone.

    Args:
        case: the case.
        policy: policy of the configuration that judges it where it names none itself.
        areas: areas that hold where it gives none itself.

    Raises:
        ConfigError: it names a policy or calendar that does not exist, or gives a policy an answer that it does not have.
    """
    calendar = look_up("calendar", case.calendar, load_calendars())
    row = judge_frames(frames_of(case, zone=calendar.zone), _policy(case, policy), _office(case, calendar, areas), case.as_of)
    found: dict[str, Any] = row.iloc[0].to_dict()
    for name in _TIMES:
        found[name] = None if pd.isna(found[name]) else found[name].tz_convert(calendar.zone).tz_localize(None).to_pydatetime()
    return found


def outcomes(case: LegalCase, row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what a case expects and what came out, by name; times as office time, codes as tuples.

    Args:
        case: the case.
        row: what ``judge_case`` returned for it.
    """
    found = {}
    for name, expected in case.expect.named().items():
        given: Any = _codes(row[name]) if name in ("reasons", "missing") else row[name]
        given = None if given is pd.NA else given
        if isinstance(expected, date) and not isinstance(expected, datetime) and given is not None:
            given = given.date()
        found[name] = expected, given
    return found


def mismatches(case: LegalCase, row: Mapping[str, Any]) -> list[Mismatch]:
    """Return what came out otherwise than a case expects; nothing where it passes.

    Args:
        case: the case.
        row: what ``judge_case`` returned for it.
    """
    found = [Mismatch(name, *sides) for name, sides in outcomes(case, row).items() if sides[0] != sides[1]]
    wrongly = tuple(code for code in case.near if code in {*_codes(row["reasons"]), *_codes(row["missing"])})
    return [*found, Mismatch("near", (), wrongly)] if wrongly else found


def _codes(text: object) -> tuple[str, ...]:
    return tuple(text.split()) if isinstance(text, str) else ()


def _policy(case: LegalCase, otherwise: str) -> Policy:
    policy = look_up("policy", case.policy or otherwise, load_policies())
    if not case.policy_but:
        return policy
    try:
        return Policy.model_validate({**policy.model_dump(), **case.policy_but})
    except ValidationError as error:
        whole = Bilingual("cách tính", "the policy")
        raise ConfigError(f"policy_but of {policy.policy}", faults(error, whole)) from None


def _office(case: LegalCase, calendar: Calendar, areas: Areas) -> JudgingOffice:
    if case.hours is not None:
        own = OfficeHours.model_construct(name="own", units=(case.agency,), hours=case.hours)
        calendar = calendar.model_copy(update={"offices": (own,)})
    return JudgingOffice(
        zone=calendar.zone,
        clock=clock_for(calendar, case.agency),
        plain_clock=clock_for(calendar, case.agency, plain=True),
        own_rule=case.recorded,
        keeps_requests=True,
        areas=areas if case.areas is None else case.areas,
        heard_until=None if case.heard is None else np.datetime64(case.heard, "us"),
        carriers=(POST,),
    )
