"""From HTTP to rows, against `dlt` with its REST source: same system, same records, same PostgreSQL.

dlt runs in a process and an environment of its own, which `make bench` makes (peers.txt).
"""

from __future__ import annotations

import json
import os
import subprocess
from urllib.parse import quote

from sqlalchemy.engine import make_url

from config.connections import given
from config.settings import ROOT
from config.sources import Source
from tasks.gates import engine
from tasks.warehouse.engine import connection, fetch_all, warehouse_url
from tests.bench.line import Measured, line, timed
from tests.bench.pulling import one_stop_system, pull_and_load

DOSSIERS_MADE = 20_000
PYTHON = ROOT / ".venv" / "peers" / "bin" / "python"
CALLS = 1_000_000  # dlt has no way to renew a session in the middle: neither has to
_HELD = "SELECT count(*) FROM core.dossiers WHERE source = 'province'"
_REJECTED = "SELECT count(*) FROM raw.rejected WHERE source = 'province' AND reason = 'no_code'"
_PROGRESS = "SELECT count(*) FROM bench_dlt.dossiers__danh_sach_tien_do"


@line("http-to-merged-vs-dlt", other="dlt, REST source, merge", times_faster=3.0)
def bench_against_dlt() -> Measured:
    """A first pull of a one-stop system with its log, landed, checked, cleaned and merged, against dlt's load of it."""
    engine.warm_up()
    with one_stop_system(DOSSIERS_MADE, session_calls=CALLS) as sources:
        for name in ("units", "catalogue"):
            pull_and_load(sources[name])
        source = sources["province"]
        ours = timed(lambda: pull_and_load(source))
        theirs = _dlt(source)
        (held,), (rejected,) = (fetch_all(query)[0] for query in (_HELD, _REJECTED))
        stored = fetch_all("SELECT count(*) FROM bench_dlt.dossiers WHERE ma_ho_so <> ''")[0][0]
        assert stored == held > DOSSIERS_MADE / 2, (stored, held, rejected)
        assert fetch_all(_PROGRESS)[0][0] > held, "the log was loaded too"
    return Measured(ours.seconds, theirs)


def _dlt(source: Source) -> float:
    """Let dlt load the same service into a schema of its own; return the seconds without its imports."""
    assert source.rest is not None
    assert PYTHON.exists(), "`make bench` makes the environment of what is measured against"
    with connection("prepare") as driver, driver.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bench_dlt")
    url = make_url(warehouse_url())
    # A socket's folder is a host to libpq, once its slashes are written so that they are no path.
    host = quote(str(url.query.get("host") or url.host), safe="")
    database = {"host": host, "port": int(url.port or str(url.query.get("port", 5432))), "database": url.database}
    login = {"username": url.username, "password": url.password}
    asked = {"address": given(source.rest.address), "database": {**database, **login}, "size": source.rest.page_size}
    # It tells its makers of each run unless it is told not to.
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    command = [str(PYTHON), str(ROOT / "tests" / "bench" / "dlt_program.py"), json.dumps(asked)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **quiet}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dlt ended with {done.returncode}: {done.stderr[-1500:]}")
    return float(done.stdout.strip().splitlines()[-1])
