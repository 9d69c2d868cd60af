"""Digest of what decides figures besides data and calendars: it tells which policies a run judges."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.policies import load_policies, policies_of_a_run
from config.read_once import forget
from tasks.judging.rules_digest import rest_digest, rules_digest


@pytest.fixture(autouse=True)
def _settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    forget()


def _under(policy: str, monkeypatch: pytest.MonkeyPatch) -> tuple[frozenset[str], str, str]:
    monkeypatch.setenv("MOTCUA_POLICY", policy)
    forget()
    return frozenset(policies_of_a_run()), rest_digest(), rules_digest()


def test_it_changes_with_the_policies_that_a_run_judges_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [_under(name, monkeypatch) for name in sorted(load_policies())]
    judged, rest, rules = (len({one[place] for one in found}) for place in range(3))
    assert judged == rest == rules > 1, "as many digests as sets of policies that are judged"
    by_set = {(policies, digest) for policies, digest, _ in found}
    assert len(by_set) == judged, "and the same digest for the same set"
