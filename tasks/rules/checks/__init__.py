"""Quality checks: what is asked of every dossier, and the machine that asks.

``config/checks.yaml`` says how severe each one is.
"""

from __future__ import annotations

from tasks.rules.checks import codes, deletions, due, groups, log, marks, order, others, states, waits
from tasks.rules.checks.registry import AMONG, BY_END, TESTS, parameters_of
from tasks.rules.checks.run import Findings, run_checks

__all__ = ["AMONG", "BY_END", "TESTS", "Findings", "parameters_of", "run_checks"]
MODULES = (codes, order, due, states, waits, log, others, groups, deletions, marks)
