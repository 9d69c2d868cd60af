"""Twenty planted persons: nowhere in the server's database, in logs, artifacts or files, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.refresh import refresh
from tests.flow.installation import AS_OF, Installation

VAULT = {"landing", "cluster", "keys"}  # the cluster is looked at through SQL


def canaries(installation: Installation) -> list[str]:
    persons = json.loads((installation.province.folder / "truth" / "canaries.json").read_text(encoding="utf-8"))
    assert len(persons) >= 20
    return [person[kind] for person in persons for kind in ("name", "identity", "phone")]


def texts_of(installation: Installation, database: str, schemas: str) -> Iterator[tuple[str, str]]:
    columns = installation.query(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns "
        f"WHERE table_schema = ANY('{{{schemas}}}') AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')",
        database,
    )
    assert len(columns) > 50, "the scan sees the tables"
    for schema, table, column in columns:
        for (text,) in installation.query(
            f'SELECT "{column}"::text FROM "{schema}"."{table}" WHERE "{column}" IS NOT NULL', database
        ):
            yield f"{database}.{schema}.{table}.{column}", text


def files_of(home: Path) -> Iterator[tuple[str, str]]:
    for path in home.rglob("*"):
        if path.is_file() and path.relative_to(home).parts[0] not in VAULT:
            yield str(path), path.read_bytes().decode("utf-8", errors="replace")
    yield str(home / "cluster" / "log"), (home / "cluster" / "log").read_text(encoding="utf-8", errors="replace")


def test_planted_persons_appear_nowhere(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    planted = canaries(installation)
    landed = 0
    assert refresh(as_of=AS_OF, return_state=True).is_completed()
    # A source that fails and a gate that stops leave messages too.
    monkeypatch.setenv("DEMO_PASSWORD", "wrong")
    refresh(as_of=AS_OF, return_state=True)
    said = installation.motcua("rejected").stdout + installation.motcua("status").stdout
    said += installation.motcua("explain", one_planted_dossier(installation)).stdout
    captured = capfd.readouterr()
    places: list[tuple[str, str]] = [("commands", said), ("output", captured.out + captured.err)]
    places += texts_of(installation, "prefect", "public")
    places += texts_of(installation, "motcua", "raw,ref,core,quality,judged,mart,audit")
    places += files_of(installation.home)
    hits = {(place, word) for place, text in places for word in planted if word in text}
    assert not hits, f"{len(hits)} hits, in {sorted({place for place, _ in hits})}"
    # The scan can find them: the source itself holds them.
    landed = sum(
        word in text
        for path in (installation.province.folder / "served").rglob("*")
        if path.is_file() and (text := path.read_text(encoding="utf-8", errors="replace"))
        for word in planted
    )
    assert landed >= 20


def one_planted_dossier(installation: Installation) -> str:
    persons = json.loads((installation.province.folder / "truth" / "canaries.json").read_text(encoding="utf-8"))
    held = {code for (code,) in installation.query("SELECT code FROM core.dossiers WHERE role = 'primary'")}
    return next(person["code"] for person in persons if person["code"] in held)
