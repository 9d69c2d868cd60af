"""Contributions of single dossiers to a published figure.

Each dossier is counted as if it were an agency of its own, by the very code that makes the figures: so what the dossiers of a cell
contribute adds up to the cell, or one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.errors import ConfigError
from config.indicators import Indicator
from config.language import Bilingual
from schemas.fields import BASES
from tasks.rules.indicators.values import indicators_of
from tasks.tracing.moments import PublicationMoment

EVERY = "*"
_AT_ONCE = 20_000  # dossiers counted together: each is a cell for every month that it lives
_ASSUMED = {"unit_code": "?", "field_code": "?", "channel": "counter"}
_NUMBERS = ("numerator", "denominator", "undetermined")


@dataclass(frozen=True)
class FigureName:
    """Name of a published figure: its cell; ``*`` stands for all.

    >>> FigureName.read("on_time_rate/H99.12/2026-03")
    FigureName(indicator='on_time_rate', unit_code='H99.12', period='2026-03', field_code='*', channel='*', basis='cleaned')
    """

    indicator: str
    unit_code: str = EVERY
    period: str = EVERY
    field_code: str = EVERY
    channel: str = EVERY
    basis: str = "cleaned"

    @classmethod
    def read(cls, text: str) -> FigureName:
        """Read ``indicator/agency/period/field/channel/basis``, of which the first is needed.

        Raises:
            ConfigError: it has more parts, or a basis that there is not.
        """
        parts = [part.strip() or EVERY for part in text.split("/")]
        if len(parts) > 6 or (len(parts) == 6 and parts[5] not in BASES):
            raise ConfigError(
                f"motcua trace {text}",
                Bilingual("không phải tên của một số liệu", "is no name of a figure"),
                Bilingual(
                    "chỉ tiêu/cơ quan/kỳ/lĩnh vực/hình thức/cơ sở, ví dụ on_time_rate/H99.12/2026-03",
                    "indicator/agency/period/field/channel/basis, such as on_time_rate/H99.12/2026-03",
                ),
            )
        return cls(*parts)

    def __str__(self) -> str:
        return "/".join((self.indicator, self.unit_code, self.period, self.field_code, self.channel, self.basis))


def contributions(
    moment: PublicationMoment, figure: FigureName, definition: Indicator, verdicts: pd.DataFrame, months: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the dossiers that stand in a figure.

    Args:
        moment: of the publication.
        figure: its name.
        definition: its indicator as it was in force.
        verdicts: of the moment; see :meth:`PublicationMoment.verdicts`.
        months: instead of the figure's own period; a dossier has a row for each month in which it counts.

    Returns:
        Columns source, code, numerator, denominator, undetermined; int64, not all 0.
    """
    rows = verdicts[_within(verdicts, figure)].reset_index(drop=True)
    alone = definition.model_copy(update={"levels": ("unit",)})
    parts = list(_counted(moment, figure, alone, rows, list(months) or [figure.period]))
    if not parts:
        return pd.DataFrame(columns=["source", "code", *_NUMBERS])
    return pd.concat(parts, ignore_index=True)


def _within(verdicts: pd.DataFrame, figure: FigureName) -> np.ndarray:
    kept = np.ones(len(verdicts), dtype=bool)
    for name, assumed in _ASSUMED.items():
        wanted = getattr(figure, name)
        if wanted != EVERY:
            kept &= (verdicts[name].fillna(assumed) == wanted).to_numpy(dtype=bool)
    return kept


def _counted(
    moment: PublicationMoment, figure: FigureName, alone: Indicator, rows: pd.DataFrame, months: list[str]
) -> Iterator[pd.DataFrame]:
    for start in range(0, len(rows), _AT_ONCE):
        some = rows.iloc[start : start + _AT_ONCE].reset_index(drop=True)
        each = pd.array([str(number) for number in range(len(some))], dtype=some["code"].dtype)
        told = indicators_of(moment.counts(some.assign(unit_code=each)), {figure.indicator: alone})
        kept = ((told["basis"] == figure.basis) & told["period"].isin(months)).to_numpy(dtype=bool)
        numbers = {name: told.loc[kept, name].fillna(0).to_numpy(dtype=np.int64) for name in _NUMBERS}
        counts = np.column_stack(list(numbers.values()))
        there = counts.any(axis=1)
        place = told.loc[kept, "unit_code"].astype(np.int64).to_numpy(dtype=np.int64)[there]
        found = some.loc[place, ["source", "code"]].reset_index(drop=True)
        yield found.assign(**{name: values[there] for name, values in numbers.items()})
