"""Traces of published figures: figure, dossiers, raw records, corrections, rule and article."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import pandas as pd

from config.indicators import Indicator
from config.law import Basis, citations
from tasks.tracing.contributions import FigureName
from tasks.tracing.figure_parts import figure_parts
from tasks.tracing.moments import PublicationMoment, moment_of
from tasks.tracing.published_figures import definition_then
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_NUMBERS = ("numerator", "denominator", "undetermined")


def trace(publication_id: str, figure: FigureName) -> dict[str, Any]:
    """Follow a published figure down to the records that it rests on.

    Args:
        publication_id: a publication.
        figure: its name; a quarter, half year, year or span of months is what was published of its months.

    Returns:
        What can be written as JSON: ``figure``, ``publication``, ``published`` and ``counted`` (numbers), ``rule``, and
        ``dossiers``, each with its part in the figure, verdict, landing file and corrections. It names no person but by account.

    Raises:
        ConfigError: the publication has no such figure.
        UnreadableDataError: it was made before verdicts were kept.
    """
    moment = moment_of(publication_id)
    definition, law = definition_then(moment, figure)
    published, found = figure_parts(moment, figure, definition)
    return {
        "figure": asdict(figure),
        "publication": {"id": publication_id, "as_of": moment.as_of.isoformat(), "made_at": moment.at.isoformat()},
        "published": published,
        "counted": {name: int(found[name].sum()) for name in _NUMBERS},
        "rule": _rule(moment, definition, law),
        "dossiers": _dossiers(moment, found),
    }


def is_whole(told: dict[str, Any]) -> bool:
    """Tell whether the dossiers of a trace add up to what was published."""
    return all(told["counted"][name] == (told["published"][name] or 0) for name in _NUMBERS)


def _rule(moment: PublicationMoment, definition: Indicator, law: tuple[Basis, ...]) -> dict[str, Any]:
    policy = moment.rules().policy(moment.policy)
    return {
        "title": {"vi": definition.title.vi, "en": definition.title.en},
        "numerator": list(definition.numerator),
        "denominator": list(definition.denominator),
        "law": _cited(law, moment),
        "policy": {
            "name": policy.policy,
            "title": {"vi": policy.title.vi, "en": policy.title.en},
            "reference": policy.reference,
        },
        "policy_law": _cited(policy.law, moment),
        "rules_digest": moment.rules_digest,
    }


def _cited(law: tuple[Basis, ...], moment: PublicationMoment) -> dict[str, list[str]]:
    return {language: citations(law, moment.as_of, language) for language in ("vi", "en")}


def _dossiers(moment: PublicationMoment, found: pd.DataFrame) -> list[dict[str, Any]]:
    given = {"sources": list(found["source"]), "codes": list(found["code"]), "policy": moment.policy, "at": moment.at}
    rows = fetch_as(dict[str, Any], _SQL["dossiers"], given)
    corrections: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in fetch_as(dict[str, Any], _SQL["corrections"], given):
        corrections[row.pop("source"), row.pop("code")].append(row)
    parts = {(row["source"], row["code"]): row for row in found.to_dict("records")}
    return [
        {
            **row,
            **{name: int(parts[row["source"], row["code"]][name]) for name in _NUMBERS},
            "corrections": corrections.get((row["source"], row["code"]), []),
        }
        for row in rows
    ]
