"""Register of checks: each a function of the facts, under its own name.

A check tells which dossiers fail it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from config.language import Bilingual

Test = Callable[..., npt.NDArray[np.bool_]]

TESTS: dict[str, Test] = {}
AMONG: set[str] = set()
"""Checks that hold a dossier against the others of its month: what changes of one may change their answers for all."""

BY_END: set[str] = set()
"""Checks of these whose answers hang on the ends of processing, and on nothing else that a correction of an end moves."""

OF_DELETED: set[str] = set()
"""Checks of dossiers that their system has deleted; every other asks of those that stand there."""


def check(function: Test) -> Test:
    """Register a check under its function's name; ValueError where the name is taken."""
    name = function.__name__
    if name in TESTS:
        raise ValueError(Bilingual(f"phép kiểm tra {name} được định nghĩa hai lần", f"check {name} is defined twice"))
    TESTS[name] = function
    return function


def check_among(function: Test) -> Test:
    """Register a check that holds a dossier against the others of its month; every other asks of the dossier alone."""
    AMONG.add(function.__name__)
    return check(function)


def check_ends(function: Test) -> Test:
    """Register a check of those that :func:`check_among` does which looks for dossiers that ended together.

    It holds an end against those of the same agency within ``window_minutes``, or against those of the same second; that one
    dossier more fails it never lets another one pass.
    """
    BY_END.add(function.__name__)
    return check_among(function)


def check_deleted(function: Test) -> Test:
    """Register a check that asks about dossiers that their system has deleted."""
    OF_DELETED.add(function.__name__)
    return function


@cache
def parameters_of(function: Test) -> frozenset[str]:
    """Return the names that a check's parameters in the configuration must have."""
    return frozenset(p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY)
