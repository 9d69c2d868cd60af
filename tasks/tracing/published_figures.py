"""Published figures as a publication told them: their numbers, and the definition that was in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from config.errors import ConfigError
from config.indicators import Indicator
from config.language import Bilingual
from config.law import Basis
from tasks.tracing.contributions import FigureName
from tasks.tracing.moments import PublicationMoment
from tasks.warehouse.rows import fetch_as

_PUBLISHED = """
    SELECT numerator, denominator, undetermined, value FROM mart.indicators WHERE publication_id = %(publication)s
        AND indicator = %(indicator)s AND basis = %(basis)s AND unit_code = %(unit_code)s AND field_code = %(field_code)s
        AND channel = %(channel)s AND period = %(period)s
"""


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
    rows = fetch_as(dict[str, Any], _PUBLISHED, given)
    if not rows:
        raise ConfigError(
            f"motcua trace {figure}",
            Bilingual("lần công bố này không có số liệu ấy", "is no figure of that publication"),
            Bilingual("chỉ tiêu, cơ quan, kỳ như trong mart.indicators", "indicator, agency and period as in mart.indicators"),
        )
    return rows[0]
