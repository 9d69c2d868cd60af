"""Standing of agencies on the page: against all of them together, and against those of the same level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pandas as pd

from config.indicators import Indicator
from tasks.rules.indicators.interval import wilson
from tasks.rules.indicators.ranking import ranked

_PARTS = ("numerator", "denominator", "undetermined")


def standing(rates: pd.DataFrame, rate: Indicator) -> dict[str, str]:
    """Say of each agency whether it differs from all of them together by more than chance and doubt.

    ``few``: below the smallest denominator that may be ranked; ``below`` and ``above``: Wilson's interval,
    widened by the undetermined, lies wholly outside the interval of all agencies; else ``same``.

    Args:
        rates: rows of ``mart.indicators`` about the headline.
        rate: its definition.
    """
    rows = _whole(rates)
    numbers = {name: rows[name].to_numpy(dtype=np.int64) for name in _PARTS}
    everyone = numbers["denominator"] + numbers["undetermined"]
    low = wilson(numbers["numerator"], everyone)[0]
    high = wilson(numbers["numerator"] + numbers["undetermined"], everyone)[1]
    total = rows[(rows["unit_code"] == "*").to_numpy(dtype=bool)]
    if total.empty or total["value"].isna().all():
        return {}
    lower, upper = float(total["lower"].iloc[0]), float(total["upper"].iloc[0])
    few = numbers["denominator"] < rate.smallest
    words = np.select([few, high < lower, low > upper], ["few", "below", "above"], "same")
    return {unit: str(word) for unit, word in zip(rows["unit_code"], words, strict=True) if unit != "*"}


def whole_ranks(rates: pd.DataFrame, levels: dict[str, str | None], rate: Indicator) -> dict[str, list[int]]:
    """Return the ranks of the whole span; arguments as of :func:`standing` and :func:`ranks`."""
    rows = _whole(rates)
    rows = rows[(rows["unit_code"] != "*").to_numpy(dtype=bool)]
    return ranks(list(rows["unit_code"].astype(str)), rows[list(_PARTS)].to_numpy(dtype=np.int64), levels, rate.smallest)


def ranks(units: Sequence[str], parts: np.ndarray, levels: dict[str, str | None], smallest: int) -> dict[str, list[int]]:
    """Return band, best and worst place, and how many are ranked, of each agency among those of its level.

    Args:
        units: codes.
        parts: int64 [agency, 3]: numerator, denominator, undetermined.
        levels: level of each agency; those without one are a level of their own.
        smallest: the smallest denominator that is ranked.
    """
    alike: dict[str | None, list[int]] = defaultdict(list)
    for place, unit in enumerate(units):
        if unit != "?" and parts[place][1] >= max(smallest, 1):
            alike[levels.get(unit)].append(place)
    found: dict[str, list[int]] = {}
    for places in alike.values():
        among = ranked(*(parts[places, column] for column in range(3)))
        for at, place in enumerate(places):
            found[units[place]] = [int(among.band[at]), int(among.best[at]), int(among.worst[at]), len(places)]
    return found


def _whole(rates: pd.DataFrame) -> pd.DataFrame:
    wanted = (rates["basis"] == "cleaned") & (rates["period"] == "*")
    return rates[wanted.to_numpy(dtype=bool)].reset_index(drop=True)
