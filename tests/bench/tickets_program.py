"""The tickets of the home that the environment names, as JSON; in a process of its own."""

from __future__ import annotations

import json

from config.settings import settings
from tasks.reports.tickets import RECOVERED, read_tickets


def main() -> None:
    """Print them."""
    found = read_tickets(settings().policy, "en")
    told = [
        {
            "kind": each.kind,
            "cause": each.cause,
            "where": found.where(each),
            "among": each.among,
            "codes": [found.codes[p] for p in each.rows],
        }
        for each in found.tickets
        if each.kind in RECOVERED
    ]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
