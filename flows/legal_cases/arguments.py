"""Arguments of `motcua law`: what the command takes, and what it then calls."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_law(law: argparse.ArgumentParser) -> None:
    """Give the parser of `motcua law` its arguments."""
    law.add_argument("action", choices=("test",), help="test: judge the cases of some files and show which fail")
    law.add_argument("files", nargs="+", metavar="FILE", help="YAML; docs/legal-cases.md tells how cases are written")
    law.add_argument("--policy", metavar="POLICY", help="for cases that name none (default: MOTCUA_POLICY)")
    law.add_argument("--lang", choices=("vi", "en"), help="language (default: MOTCUA_LANGUAGE)")
    law.add_argument("--failed", action="store_true", help="list only the cases that fail")
    law.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    from flows.legal_cases.report import run_cases

    return run_cases([Path(name) for name in given.files], given.policy, given.lang, given.failed)
