"""Migrations form one chain: each follows the one before it by number, whoever wrote them at the same time."""

from __future__ import annotations

from itertools import pairwise

from tasks.warehouse.migrations import newest_revision, script


def test_each_migration_follows_the_one_before_it_by_number() -> None:
    steps = sorted(script().walk_revisions(), key=lambda step: step.revision)
    assert [(step.revision, step.down_revision) for step in steps[1:]] == [(b.revision, a.revision) for a, b in pairwise(steps)]
    assert newest_revision() == steps[-1].revision == script().get_current_head()
