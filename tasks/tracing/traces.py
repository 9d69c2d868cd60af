"""Traces of published figures: figure, dossiers, raw records, corrections, rule and article."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import Any

import pandas as pd

from config.errors import ConfigError
from config.indicators import Indicator
from config.language import Bilingual
from config.law import Basis, citations
from tasks.tracing.contributions import FigureName, contributions
from tasks.tracing.moments import PublicationMoment, moment_of
from tasks.warehouse.rows import fetch_as
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
_NUMBERS = ("numerator", "denominator", "undetermined")


def trace(publication_id: str, figure: FigureName) -> dict[str, Any]:
    """Follow a published figure down to the records that it rests on.

    Args:
        publication_id: a publication.
        figure: its name.

    Returns:
        What can be written as JSON: ``figure``, ``publication``, ``published`` and ``counted`` (numbers), ``rule``, and
        ``dossiers``, each with its part in the figure, verdict, landing file and corrections. It names no person but by account.

    Raises:
        ConfigError: the publication has no such figure.
        UnreadableDataError: it was made before verdicts were kept.
    """
    moment = moment_of(publication_id)
    definition, law = definition_then(moment, figure)
    published = published_then(moment, figure)
    found = contributions(moment, figure, definition, moment.verdicts())
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


def definition_then(moment: PublicationMoment, figure: FigureName) -> tuple[Indicator, tuple[Basis, ...]]:
    """Return the indicator of a figure as it was in force, and its law.

    Raises:
        ConfigError: there was none.
    """
    for document in moment.rules().definitions(moment.as_of):
        if figure.indicator in document.indicators:
            return document.indicators[figure.indicator], document.law_of(figure.indicator)
    known = ", ".join(sorted(moment.rules().indicators(moment.as_of)))
    raise ConfigError(
        f"motcua trace {figure}",
        Bilingual(f"khi đó không có chỉ tiêu {figure.indicator}", f"there was no indicator {figure.indicator} then"),
        Bilingual(known, known),
    )


def published_then(moment: PublicationMoment, figure: FigureName) -> dict[str, Any]:
    """Return the numbers of a figure as they were published.

    Raises:
        ConfigError: the publication has no such figure.
    """
    given = {**asdict(figure), "publication": moment.publication_id}
    rows = fetch_as(dict[str, Any], _SQL["published"], given)
    if not rows:
        raise ConfigError(
            f"motcua trace {figure}",
            Bilingual("lần công bố này không có số liệu ấy", "is no figure of that publication"),
            Bilingual("chỉ tiêu, cơ quan, kỳ như trong mart.indicators", "indicator, agency and period as in mart.indicators"),
        )
    return rows[0]


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
