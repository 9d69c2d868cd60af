"""Sample of an inspection: how many dossiers, which, and how far what is found in them reaches.

Which ones follows from the seed that the inspectors name and from nothing else, so the office cannot choose, and anybody can draw
the same dossiers again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.calendar import OFFICE_ZONE_NAME
from config.errors import ConfigError
from config.language import Bilingual
from schemas.verdicts import VERDICT_VERSIONS
from tasks.rules.corrections.audit_sample import drawn, sample_size
from tasks.rules.indicators.interval import Z_95
from tasks.tracing.moments import PublicationMoment
from tasks.warehouse.engine import Dtypes, read_frame
from tasks.warehouse.statements import statements_of

USUAL_ERROR = 0.05
"""How far a share in the sample may lie from that of all where nobody asks for another: five points, 95 % sure."""
_COLUMNS = (
    *("source", "code", "unit_code", "procedure_code", "received_at", "recorded_due_at", "recorded_end_at", "recorded_state"),
    *("recorded_timeliness", "due_at", "end_at", "state", "timeliness", "verdict", "reasons", "missing"),
)
_SQL = statements_of(__file__)
_TYPES: Dtypes = {name: VERDICT_VERSIONS.dtypes[name] for name in _COLUMNS}


@dataclass(frozen=True)
class InspectionSample:
    """Dossiers drawn from those that a publication counts.

    Attributes:
        seed: what decides which.
        counted: all of them, in the order of source and code: what judged.verdict_versions says of each.
        rows: of the sample, in the order drawn.
    """

    seed: str
    counted: pd.DataFrame
    rows: pd.DataFrame

    @property
    def error(self) -> float:
        """How far a share in the sample may lie from that of all, 95 % sure.

        It holds whatever the share is; 0.05 is five points.
        """
        return error_of(len(self.rows), len(self.counted))


def counted_dossiers(moment: PublicationMoment, unit: str | None) -> pd.DataFrame:
    """Return the dossiers that a publication counts, as it counted them.

    Args:
        moment: the publication.
        unit: this agency with all that stand below it, by the directory of the day on which
            each dossier was received; None: all.

    Raises:
        ConfigError: there is none.
    """
    asked = {"policy": moment.policy, "at": moment.at, "as_of": moment.as_of, "unit": unit, "zone": OFFICE_ZONE_NAME}
    found = read_frame(_SQL["counted"], asked, _TYPES)
    if not len(found):
        raise ConfigError(
            f"motcua audit --unit {unit or '*'}",
            Bilingual("lần công bố này không tính hồ sơ nào ở đó", "has no dossier that this publication counts"),
            Bilingual("mã một cơ quan trong `motcua report II.06a`", "the code of an agency in `motcua report II.06a`"),
        )
    return found


def draw_sample(counted: pd.DataFrame, seed: str, size: int | None, error: float | None) -> InspectionSample:
    """Draw a sample without replacement, every dossier as likely as every other.

    Args:
        counted: see :func:`counted_dossiers`.
        seed: whatever the inspectors name.
        size: how many; None: as many as the error asks for.
        error: how far shares may lie from those of all; None: :data:`USUAL_ERROR`.
    """
    wanted = size if size is not None else sample_size(len(counted), USUAL_ERROR if error is None else error)
    places = {
        f"{source}\n{code}": place for place, (source, code) in enumerate(zip(counted["source"], counted["code"], strict=True))
    }
    chosen = [places[one] for one in drawn(places, f"{seed}\n", wanted)]
    return InspectionSample(seed, counted, counted.iloc[np.array(chosen, dtype=int)].reset_index(drop=True))


def error_of(size: int, population: int) -> float:
    """Return how far a share in a sample of some of so many may lie from that of all, 95 % sure.

    The normal approximation for a share of one half, at which it is widest, with the correction for finite populations.

    >>> [round(error_of(size, 20_000), 4) for size in (100, 377, 1_014, 20_000)]
    [0.0978, 0.05, 0.03, 0.0]
    """
    if size >= population:
        return 0.0
    return Z_95 * math.sqrt(0.25 / size * (population - size) / (population - 1))
