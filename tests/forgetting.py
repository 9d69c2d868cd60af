"""Forgetting what a process reads once by its settings: in a test session they change from test to test."""

from __future__ import annotations

from config.settings import settings
from tasks.judging.offices import all_sources
from tasks.judging.rules_digest import rules_digest


def forget() -> None:
    """Drop settings and everything that was read by them."""
    for read_once in (settings, all_sources, rules_digest):
        read_once.cache_clear()
