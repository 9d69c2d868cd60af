"""Source files that are gone, broken or closed down: each concerns its own source, and what it brought stays counted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prefect.logging import disable_run_logger

from config.errors import ConfigError
from config.known_sources import keep_as_read, known_sources
from config.read_once import forget
from config.sources import Source
from flows.refresh import asked_today, choose, gone, warn_of_files
from flows.runs.outcome import RunFailures
from tasks.judging.judged_sources import source_named, zones
from tasks.loading.pages import load_source
from tasks.pull import pull_source
from tasks.runtime.circuit_breaker import permitted_source, sources_with
from tasks.warehouse.cluster import Cluster

GOOD = """
title: {name}
kind: files
profile: table
statuses: {{"*": 4}}
columns: {{code: ma, received_at: nhan, procedure_code: tthc}}
files: {{folder: {folder}, pattern: "*.csv"}}
"""
ROWS = "ma,nhan,tthc\nH99.12-260302-000{n},02/03/2026,1.000001\n"


@pytest.fixture
def office(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Two systems, each with a file of one dossier; return the folder of their source files."""
    folder = tmp_path / "sources"
    folder.mkdir()
    monkeypatch.setenv("MOTCUA_SOURCES_DIR", str(folder))
    forget()
    for number, name in enumerate(("one", "two")):
        inside = tmp_path / name
        inside.mkdir()
        (inside / "so.csv").write_text(ROWS.format(n=number), encoding="utf-8")
        (folder / f"{name}.yaml").write_text(GOOD.format(name=name, folder=inside), encoding="utf-8")
    with disable_run_logger():
        yield folder
    shutil.rmtree(warehouse.home / "sources-as-read", ignore_errors=True)
    forget()


BROKEN = {
    "no YAML": 'title: "another" one, whose title is not YAML\nkind: files\n',
    "unknown key": "title: a\nkind: files\nprofile: table\ncolumns: {code: ma}\nfiles: {folder: x}\nextra: 1\n",
    "no keys": "- a\n- b\n",
    "empty": "",
    "no text": "\x00\x01",
    "twice": "title: a\ntitle: b\n",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_stops_its_own_source_only(office: Path, content: str) -> None:
    (office / "broken.yaml").write_text(content, encoding="utf-8")
    assert list(choose(None)) == ["one", "two"]
    assert list(sources_with("one")) == ["one", "two"]
    trouble = RunFailures()
    warn_of_files(trouble)
    assert len(trouble.failures) == 1
    assert "broken.yaml" in trouble.failures[0]
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        choose(["broken"])
    with pytest.raises(ConfigError, match=r"broken\.yaml"):
        sources_with("broken")


@pytest.mark.parametrize("how", ["gone", "broken"])
def test_what_a_source_brought_is_judged_by_what_its_file_last_said(office: Path, how: str) -> None:
    for source in choose(None).values():
        pull_source(source)
        load_source(source)
    warn_of_files(RunFailures())
    if how == "gone":
        (office / "one.yaml").unlink()
    else:
        (office / "one.yaml").write_text(BROKEN["no YAML"], encoding="utf-8")
    forget()
    assert source_named("one").title == "one"
    assert set(zones()) == {"one", "two"}
    assert list(choose(None)) == ["two"]
    trouble = RunFailures()
    warn_of_files(trouble)
    assert len(trouble.failures) == 1
    assert "one.yaml" in trouble.failures[0]
    if how == "gone":
        assert "ended:" in trouble.failures[0]
        with pytest.raises(ConfigError, match="ended:"):
            choose(["one"])


def test_a_source_that_never_brought_anything_is_unknown_once_its_file_is_gone(office: Path) -> None:
    keep_as_read([])
    (office / "one.yaml").unlink()
    forget()
    with pytest.raises(ConfigError, match=r"there is no source 'one'.*ended:"):
        source_named("one")
    assert known_sources().kept == {}


@pytest.mark.parametrize(
    ("ended", "asked"),
    [("2020-01-31", ["two"]), ("2999-12-31", ["one", "two"]), (f"{datetime.now(UTC):%Y}-12-31", ["one", "two"])],
)
def test_a_system_that_was_closed_down_is_asked_no_more_and_stays(office: Path, ended: str, asked: list[str]) -> None:
    file = office / "one.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}ended: {ended}\n", encoding="utf-8")
    chosen = choose(None)
    assert list(chosen) == ["one", "two"]
    assert list(asked_today(chosen)) == asked
    assert source_named("one").ended == date.fromisoformat(ended)
    trouble = RunFailures()
    warn_of_files(trouble)
    assert trouble.notes == []
    if "one" not in asked:
        with pytest.raises(ConfigError, match="closed down on 2020-01-31"), permitted_source("one"):
            pass


def test_the_sentence_about_a_file_that_is_gone_says_how_to_retire_its_source(office: Path) -> None:
    assert "`ended:" in str(gone("one"))
    assert str(office / "one.yaml") in str(gone("one"))


def test_a_system_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ended is before begins"):
        Source.model_validate(
            {
                "title": "a",
                "kind": "files",
                "profile": "table",
                "columns": {"code": "ma"},
                "files": {"folder": "x"},
                "begins": "2026-02-01",
                "ended": "2026-01-01",
            }
        )
