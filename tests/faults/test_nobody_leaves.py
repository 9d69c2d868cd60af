"""The whole product on books full of persons in wrong places: what it keeps, shows, publishes and logs names none of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2 import sql

from config.read_once import forget
from config.settings import settings
from config.sources import Source
from flows.commands.corrections import standings
from flows.commands.lists import show
from flows.commands.quality import cleaned, scores
from flows.commands.source import check_source
from flows.commands.status import dossiers, rejected, status, tickets
from flows.publish import publish
from flows.refresh import refresh
from flows.rerun import rerun
from flows.runtime.correction_events import announce
from flows.runtime.environment import client_environment, enter
from flows.runtime.keys import auth_string
from flows.runtime.server import PrefectServer
from tasks.correcting.packages import receive_corrections
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tests.field.test_planted_persons import (
    FIELDS,
    as_csv,
    as_database,
    as_workbook,
    dump,
    files,
    hits,
    persons,
    searched,
    told,
)
from tests.flow.installation import server

__all__ = ["server"]

AS_OF = date(2026, 3, 31)
PEOPLE = persons()
SANE = 900  # records of nobody beside them, so that no gate stops the run


def sane() -> Iterator[dict[str, Any]]:
    for number in range(SANE):
        code = f"H99.13-2603{number % 28 + 1:02d}-{number:04d}"
        given = {"code": code, "procedure_code": "1.004616", "unit": "UBND xã Nguyễn Huệ", "channel": "1", "status": "4"}
        yield {FIELDS[name]: value for name, value in (given | {"received_at": "02/03/2026", "due_at": "16/03/2026"}).items()}


def as_json(ending: str, folder: Path, patch: pytest.MonkeyPatch) -> Source:
    """Records of JSON in a file that is named by a mail, persons among their keys."""
    source = as_csv(folder, patch)
    assert source.files is not None
    records = [one | {PEOPLE[2]["address"]: {PEOPLE[3]["name"]: "x"}} for one in told()]
    lines = [json.dumps(one, ensure_ascii=False) for one in records]
    text = "\n".join(lines) if ending == "jsonl" else f"[{','.join(lines)}]"
    (folder / f"{PEOPLE[6]['mail']}.{ending}").write_text(text, encoding="utf-8")
    return source.model_copy(update={"files": source.files.model_copy(update={"pattern": f"*.{ending}"})})


MAKERS = {"books": as_csv, "sheets": as_workbook, "rows": as_database}
MAKERS |= {"lines": partial(as_json, "jsonl"), "list": partial(as_json, "json")}


@pytest.fixture
def office(warehouse: Cluster, server: PrefectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Sources of each kind full of persons, the warehouse and Prefect's server beside them."""
    (tmp_path / "sources").mkdir()
    for name, make in MAKERS.items():
        folder = tmp_path / name
        folder.mkdir()
        source = make(folder, monkeypatch)
        if name == "books":
            heads = list(FIELDS.values())
            lines = [",".join(heads), *(",".join(row.get(head, "") for head in heads) for row in sane())]
            (folder / "so.csv").write_text("\n".join(lines), encoding="utf-8")
        said = source.model_dump(mode="json", exclude_unset=True) | {"title": name}
        said.pop("name")
        (tmp_path / "sources" / f"{name}.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    given = {"MOTCUA_HOME": str(warehouse.home), "MOTCUA_PREFECT_PORT": str(server.port)}
    for key, value in (given | {"MOTCUA_SOURCES_DIR": str(tmp_path / "sources")}).items():
        monkeypatch.setenv(key, value)
    forget()
    before = {key: value for key, value in os.environ.items() if key.startswith("PREFECT_")}
    enter(client_environment(warehouse.home, server.port, auth_string(warehouse.home)))
    yield tmp_path
    for key in [key for key in os.environ if key.startswith("PREFECT_")]:
        del os.environ[key]
    os.environ.update(before)


def corrections(folder: Path) -> Path:
    """Write a correction file with a sound line, and a person in each of its fields."""
    code = fetch_all("SELECT min(code) FROM core.dossiers WHERE code LIKE 'H99.13-%%'")[0][0]
    sound = [code, "receipt_number", "BN 12", "Công văn 12/CV-UBND", "van.thu", "lanh.dao"]
    rows = [["dossier", "field", "new value", "evidence", "who", "approved by"], sound]
    for number, person in enumerate(PEOPLE):
        rows += [[value if place == number % 4 else cell for place, cell in enumerate(sound)] for value in person.values()]
    path = folder / f"Dinh chinh {PEOPLE[8]['name']}.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    return path


def of_prefect(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield every text of every table of the orchestrator: runs, parameters, logs, artifacts, events."""
    connection = psycopg2.connect(cluster.url("prefect", ""))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.table_schema, c.table_name, c.column_name FROM information_schema.columns AS c "
                "JOIN information_schema.tables AS t USING (table_schema, table_name) WHERE t.table_type = 'BASE TABLE' "
                "AND c.table_schema NOT IN ('pg_catalog', 'information_schema') "
                "AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY')"
            )
            for schema, table, column in cursor.fetchall():
                statement = sql.SQL("SELECT DISTINCT {0}::text FROM {1} WHERE {0} IS NOT NULL")
                cursor.execute(statement.format(sql.Identifier(column), sql.Identifier(schema, table)))
                for (text,) in cursor.fetchall():
                    yield f"prefect.{table}.{column}", text
    finally:
        connection.close()


def receipts() -> Iterator[tuple[str, str]]:
    for path in (settings().home / "landing" / "receipts").rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes().decode("utf-8", errors="replace")


def test_nobody_is_named_outside_the_landing_zone(
    office: Path, warehouse: Cluster, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    state = refresh(as_of=AS_OF, return_state=True)
    assert state.is_completed(), state.message
    package = receive_corrections(corrections(office), settings().home / "corrections")
    announce(package.name, package.approved, package.proposed)
    states = [state, rerun(package=package.name, return_state=True), publish(return_state=True)]
    assert all(each.is_completed() for each in states), [each.message for each in states]
    out = office / "out"
    status()
    rejected(None, 100)
    standings(every=True)
    scores("unit", 100)
    cleaned(None, None, str(out / "cleaned.csv"))
    dossiers("undetermined", None, str(out / "undetermined.csv"))
    tickets(None, None, str(out / "tickets.csv"))
    register = office / "register.csv"
    register.write_text(
        "\n".join(["code,sent", *(f'"{value}",2026-03-02' for one in PEOPLE for value in one.values())]), encoding="utf-8"
    )
    show("letters", None, str(out / "letters.csv"), str(register))
    said = "\n".join(line for name in MAKERS for line in check_source(name))
    assert settings().page.exists()
    written = [(str(path), path.read_text(encoding="utf-8", errors="replace")) for path in out.rglob("*") if path.is_file()]
    told_on = [("said", said.join(capfd.readouterr())), ("log", caplog.text), ("state", f"{[each.message for each in states]}")]
    places = [*dump(), *of_prefect(warehouse), *files(), *receipts(), *written, *told_on]
    seen = {place.partition(".")[0] for place, text in places}
    assert {"core", "raw", "quality", "prefect"} <= seen
    assert hits(iter(places), {"refresh-2026-03-31", "xã nguyễn huệ"}), "the search finds what is there"
    found = hits(iter(places), searched(PEOPLE))
    assert not found, f"{len(found)} hits: {sorted(found)[:12]}"
    counts = dict(fetch_all("SELECT source, count(*) FROM core.dossiers GROUP BY 1"))
    assert set(counts) == set(MAKERS), "nothing is lost for what it looks like"
    assert fetch_all("SELECT count(*) FROM quality.corrections WHERE state = 'approved'") == [(1,)]
