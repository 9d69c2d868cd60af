"""The legal cases, and what other tests build like them: the format, the frames and the judging are those of `motcua law test`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from config.areas import NO_AREAS
from config.sources import RecordedRule as OwnRule
from tasks.legal_cases import frames, judging
from tasks.legal_cases.frames import ZONE, instant
from tasks.legal_cases.model import DossierOfCase, LegalCase, read_cases
from tasks.rules.frames import DossierFrames

__all__ = ["FOLDER", "ZONE", "OwnRule", "all_cases", "case_of", "frames_of", "heard", "instant", "judge_case"]
FOLDER = Path(__file__).parent / "cases"
POLICY = "qd766"
_UNTOLD = {"en": "a case of a test", "article": "none", "expect": {"counted": True}}


def all_cases() -> list[tuple[str, LegalCase]]:
    """Return every case of every file, with the name of the file."""
    return [(path.stem, case) for path in sorted(FOLDER.glob("*.yaml")) for case in read_cases(path)]


def case_of(facts: dict[str, Any]) -> LegalCase:
    """Read the facts of a case that no file holds."""
    day = facts.get("code_day")
    given = {**facts, "code_day": day.date()} if isinstance(day, datetime) else facts
    return LegalCase.model_validate({**_UNTOLD, **given})


def judge_case(case: LegalCase | dict[str, Any]) -> dict[str, Any]:
    """Judge one case, or the facts of one; times of the answer are office time."""
    return judging.judge_case(case if isinstance(case, LegalCase) else case_of(case), POLICY, NO_AREAS)


def heard(case: LegalCase) -> np.datetime64 | None:
    """Return when the source of a case was last heard, office time."""
    return None if case.heard is None else np.datetime64(case.heard, "us")


def frames_of(case: DossierOfCase | dict[str, Any]) -> DossierFrames:
    """Build the frames of one dossier from a case or from the facts of one."""
    return frames.frames_of(case if isinstance(case, DossierOfCase) else case_of(case))
