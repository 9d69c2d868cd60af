"""Waived findings of a day, as a piece of SQL with parameters for whoever counts findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from config.waivers import Waiver, load_waivers
from tasks.warehouse.rows import fetch_value

_SUBJECTS = ("source", "code", "unit_code", "procedure_code")


def waived(finding: str, dossier: str) -> str:
    """Return the condition that a finding is waived, to be asked with :func:`waiver_parameters`.

    Args:
        finding: alias of ``quality.findings``.
        dossier: alias of a table with the source, code, unit_code and procedure_code of its dossier.
    """
    fits = " AND ".join(f"(w.{name} IS NULL OR w.{name} = {dossier}.{name})" for name in _SUBJECTS)
    arrays = ", ".join(f"%(waived_{name})s::text[]" for name in ("check_id", *_SUBJECTS))
    columns = ", ".join(("check_id", *_SUBJECTS))
    return f"EXISTS (SELECT FROM unnest({arrays}) AS w ({columns}) WHERE w.check_id = {finding}.check_id AND {fits})"


def surely_wrong(verdicts: str = "judged.verdicts", findings: str = "quality.findings") -> str:
    """Select the dossiers judged under %(policy)s whose record cannot be right.

    A check of severity fail says so and nobody has waived it.

    Args:
        verdicts: table to ask, or what stands for it as it was.
        findings: the same of findings.
    """
    return f"""
    SELECT DISTINCT f.source, f.code FROM {findings} AS f
    JOIN {verdicts} AS d ON d.source = f.source AND d.code = f.code AND d.policy = %(policy)s
    WHERE f.severity = 'fail' AND f.resolved_on IS NULL AND NOT {waived("f", "d")}
"""


SURELY_WRONG = surely_wrong()


def waiver_parameters(as_of: date | None) -> dict[str, Any]:
    """Return the waivers in force on a day as parameters; none without a day.

    Raises:
        ConfigError: config/waivers.yaml is not well formed.
    """
    found = [waiver for waiver in load_waivers() if as_of is not None and waiver.in_force(as_of)]
    return parameters_of(found)


def parameters_of(found: list[Waiver]) -> dict[str, Any]:
    """Return waivers as parameters of :func:`waived`."""
    rows = [
        (waiver.check, waiver.source, code, waiver.unit, waiver.procedure)
        for waiver in found
        for code in waiver.dossiers or (None,)
    ]
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * (len(_SUBJECTS) + 1)
    return {f"waived_{name}": list(column) for name, column in zip(("check_id", *_SUBJECTS), columns, strict=True)}


@dataclass(frozen=True)
class WaiverLine:
    """One waiver, whether it holds, and how many open findings it is about."""

    waiver: Waiver
    in_force: bool
    findings: int


def waiver_lines(as_of: date) -> list[WaiverLine]:
    """List every declared waiver with the open findings that it is about, in the order of the file.

    Raises:
        ConfigError: config/waivers.yaml is not well formed.
    """
    query = (
        "SELECT count(*) FROM quality.findings AS f JOIN core.dossiers AS d ON d.source = f.source AND d.code = f.code "
        f"WHERE f.resolved_on IS NULL AND {waived('f', 'd')}"
    )
    return [
        WaiverLine(waiver, waiver.in_force(as_of), int(fetch_value(query, parameters_of([waiver]))))
        for waiver in load_waivers()
    ]
