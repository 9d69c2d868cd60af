"""Accounts that tests sign corrections with."""

from __future__ import annotations

from config.settings import ROOT

PEOPLE = ROOT / "tests" / "data" / "people.yaml"
"""What they approve names no document, unless a test is about documents and has a file of its own."""
