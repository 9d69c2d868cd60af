"""Register of checks: each a function of the facts, under its own name.

A check tells which dossiers fail it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

Test = Callable[..., npt.NDArray[np.bool_]]

TESTS: dict[str, Test] = {}


def check(function: Test) -> Test:
    """Register a check under its function's name; ValueError where the name is taken."""
    name = function.__name__
    if name in TESTS:
        raise ValueError(f"check {name} is defined twice")
    TESTS[name] = function
    return function


@cache
def parameters_of(function: Test) -> frozenset[str]:
    """Return the names that a check's parameters in the configuration must have."""
    return frozenset(p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY)
