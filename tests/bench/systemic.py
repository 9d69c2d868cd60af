"""`make score`: faults of whole systems, desks and rules, planted among single slips: do their tickets come out on top?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tasks.rules.sources.tickets import Cause, Ground, tickets
from tests.bench.line import Measured, line

SEEDS = range(1, 6)
SIZE = 6000
FIRST = np.datetime64("2025-01")
CHOICES = {
    "source": ("province", "communes"),
    "other_source": ("", "land", "postal"),
    "unit_code": tuple(f"H99.{n}" for n in range(10, 40)),
    "field_code": tuple(f"LV{n:02}" for n in range(8)),
    "procedure_code": tuple(f"1.0000{n:02}" for n in range(60)),
    "channel": ("counter", "online", "postal"),
}
# Where each fault strikes: conditions, and the first month of receipt.
FAULTS = {
    "ended_elsewhere": ({"source": "province", "other_source": "land"}, "2025-07"),
    "due_wrong_limit": ({"procedure_code": "1.000007"}, None),
    "clock_shifted": ({"source": "communes", "unit_code": "H99.23"}, None),
}


def planted(seed: int) -> tuple[Ground, dict[Cause, np.ndarray], dict[Cause, np.ndarray]]:
    """Make dossiers with faults: of a fault's dossiers a third shows another cause more strongly, and each cause also slips in.

    Returns:
        The dossiers, those of each strongest cause, and those of each weaker one.
    """
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({name: rng.choice(values, SIZE) for name, values in CHOICES.items()}).astype("string[pyarrow]")
    received = FIRST + rng.integers(0, 15, SIZE).astype("timedelta64[M]")
    names = list(FAULTS)
    strongest = np.full(SIZE, -1)
    weaker = np.full(SIZE, -1)
    for place, (conditions, since) in enumerate(FAULTS.values()):
        region = np.logical_and.reduce([(rows[name] == value).to_numpy(dtype=bool) for name, value in conditions.items()])
        region &= received >= np.datetime64(since or "2025-01")
        struck = (strongest < 0) & ((region & (rng.random(SIZE) < 0.8)) | (rng.random(SIZE) < 0.008))
        hidden = struck & (rng.random(SIZE) < 1 / 3)
        strongest[struck], weaker[hidden] = place, place
        strongest[hidden] = (place + rng.integers(1, len(names), SIZE)[hidden]) % len(names)
    keys = [("phantom_late", name) for name in names]
    first = {key: strongest == place for place, key in enumerate(keys)}
    return Ground.of(rows, received), first, {key: weaker == place for place, key in enumerate(keys)}


def on_top(seed: int) -> int:
    """Count the faults that one of the first tickets, as many as there are faults, names exactly."""
    ground, causes, also = planted(seed)
    found = {
        (each.cause, each.where.conditions, str(each.where.since) if each.where.since else None)
        for each in tickets(ground, causes, {}, also)[: len(FAULTS)]
    }
    order = list(CHOICES)
    wanted = {
        (cause, tuple(sorted(conditions.items(), key=lambda one: order.index(one[0]))), since)
        for cause, (conditions, since) in FAULTS.items()
    }
    return len(found & wanted)


@line("systemic-faults-on-top", other="planted", at_least=0.9)
def systemic_faults() -> Measured:
    """Faults of a system, a procedure and an agency whose tickets come first and say exactly where they strike."""
    return Measured(sum(on_top(seed) for seed in SEEDS), len(SEEDS) * len(FAULTS), unit="")
