"""Demo (`make demo`): the whole job on a made-up province, once, with its own servers.

The province is an outside world: it is made, served and scored by processes of its own, which know the truth.
This program never reads it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.errors import ConfigError, MotcuaError, SourceError
from config.language import Bilingual, bilingual
from config.read_once import forget
from config.settings import DEMONSTRATION_DAY, ROOT, secret, settings
from flows.commands.variables import telling_of_variables
from flows.runtime import children
from tasks.warehouse.accounts import make_home

DEMO_DAY = date(2026, 3, 31)
SEED, DOSSIERS = 1, 20_000
_FLOW = "flows.refresh.refresh"
_LAND = "demo_land"
_ONE_STOP = "province"  # the source of the examples
_SEED_AND_SIZE = re.compile(r"seed (\d+) with (\d+) dossiers")
_SPOILT_FOLDERS = ("hub", "registers", "villages", "wards")  # of a spoilt province alone
_OUT = Console()


@dataclass(frozen=True)
class DemoHome:
    """Where the demonstration keeps its things, and on which ports it is reached.

    Attributes:
        password: of this run alone, so that it can never read the province of another that runs beside it.
    """

    home: Path
    port: int
    password: str = field(default_factory=token_urlsafe)

    @property
    def province(self) -> Path:
        """Folder of the made-up province, its truth included; the product is given the files in ``files`` only."""
        return self.home / "province"

    @property
    def recipe(self) -> Path:
        """File that the province writes last."""
        return self.province / "truth" / "recipe.json"

    def environment(self, land_url: str) -> dict[str, str]:
        """Return what the source files of the province ask for."""
        return {
            "DEMO_HTTP": f"http://127.0.0.1:{self.port}",
            "DEMO_LAND_URL": land_url,
            "DEMO_COMMUNES": str(self.province / "files" / "communes"),
            "DEMO_POSTAL": str(self.province / "files" / "postal"),
            **{f"DEMO_{name.upper()}": str(self.province / "files" / name) for name in _SPOILT_FOLDERS},
            "DEMO_USER": "motcua",
            "DEMO_PASSWORD": self.password,
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration, or with ``up`` keep it running for a look; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        with telling_of_variables():
            more = {"clean": given.clean, "systemic": given.systemic, "spoilt": given.spoilt}
            place = _prepare(given.seed, given.dossiers, **more)
            # Whoever asks for a look at once gets something to look at.
            shown = given.up and place.province.is_dir()
            code = 0 if shown else run(place, given.seed, given.dossiers, **more, without=given.without)
            return _up(place) if given.up and code == 0 else code
    except MotcuaError as error:
        _OUT.print(f"motcua: {bilingual(error).shown()}", style="red", markup=False, highlight=False)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def run(
    place: DemoHome,
    seed: int,
    dossiers: int,
    *,
    clean: bool = False,
    systemic: bool = False,
    spoilt: float = 0.0,
    without: Sequence[str] = (),
) -> int:
    """Make the province, refresh once, hold the verdicts against the truth, and tell where to look."""
    from flows.commands.runs import run_here, warm_up
    from flows.runtime.session import session

    began = time.monotonic()
    with _steps() as step:
        step("Tạo một tỉnh giả định · Making a province; starting warehouse and server")
        wanted = [
            "--seed",
            str(seed),
            "--dossiers",
            str(dossiers),
            "--as-of",
            DEMO_DAY.isoformat(),
            *(["--clean"] if clean else []),
            *(["--systemic"] if systemic else []),
            *(["--spoilt", str(spoilt)] if spoilt else []),
            *(["--without", *without] if without else []),
        ]
        # A province that is there stays as it is, with what its clerks have corrected since; it is whole when its recipe is written.
        making = _demo(place, *wanted) if not place.recipe.exists() else None
        with _stopping(making), session(lambda: warm_up(_FLOW)) as current:
            _finish(making, place)
            with _served(place, current.cluster):
                step("")
                code = run_here(_FLOW, as_of=DEMO_DAY)
                step("So với sự thật · Comparing with the truth")
                score = _score(place)
            step("")
            _show(score, time.monotonic() - began)
    return 0 if spoilt and code == SourceError.exit_code else code  # its sources fail on purpose


def _up(place: DemoHome) -> int:
    """Serve the province again and keep everything running, so that the demonstration can be looked at."""
    from flows.commands import runs
    from flows.runtime.session import warehouse

    with warehouse() as cluster, _served(place, cluster):
        return runs.up()


def _prepare(seed: int, dossiers: int, *, clean: bool = False, systemic: bool = False, spoilt: float = 0.0) -> DemoHome:
    """Set the demonstration's own home and sources in this process's environment, before any setting is read.

    Raises:
        ConfigError: the home that MOTCUA_HOME names holds another province.
    """
    faults = (
        " and no faults" * clean + " and faults of whole systems" * systemic + f", {spoilt:g} of them spoilt" * bool(spoilt)
    )
    wanted = f"the province of seed {seed} with {dossiers} dossiers{faults}, edition {_edition()}"
    home = Path(secret("MOTCUA_HOME") or _home_of(wanted, seed, dossiers, clean=clean, systemic=systemic, spoilt=spoilt))
    os.environ["MOTCUA_HOME"] = str(home)
    os.environ["MOTCUA_SOURCES_DIR"] = str(home / "sources" if spoilt else ROOT / "demo" / "sources")
    os.environ["MOTCUA_PEOPLE_FILE"] = str(ROOT / "demo" / "people.yaml")
    if not secret("MOTCUA_PREFECT_PORT"):
        os.environ["MOTCUA_PREFECT_PORT"] = str(_port(4200))
    forget()
    _claim(home, wanted)
    if spoilt:
        _gather_sources(home / "sources")
    return DemoHome(home, _port(8600))


def _gather_sources(folder: Path) -> None:
    """Put the sources of a spoilt province into one folder: the usual ones and its own."""
    folder.mkdir(exist_ok=True)
    for kind in ("sources", "spoilt_sources"):
        for path in (ROOT / "demo" / kind).glob("*.yaml"):
            shutil.copyfile(path, folder / path.name)


def _home_of(
    wanted: str,
    seed: int,
    dossiers: int,
    *,
    clean: bool = False,
    systemic: bool = False,
    spoilt: float = 0.0,
) -> Path:
    """Return the home of a province: each has its own, for the dossiers of two would lie in one warehouse."""
    folder = Path("/var/lib") if os.geteuid() == 0 else Path.home() / ".local" / "share"
    usual = (seed, dossiers, clean, systemic, spoilt) == (SEED, DOSSIERS, False, False, 0.0)
    faults = "-clean" * clean + "-systemic" * systemic + f"-spoilt-{spoilt:g}" * bool(spoilt)
    name = "motcua-demo" if usual else f"motcua-demo-{seed}-{dossiers}{faults}"
    earlier = _held(folder / name) not in (None, wanted)
    return folder / (f"{name}-{_edition()}" if earlier else name)


def _held(home: Path) -> str | None:
    note = home / "province.txt"
    return note.read_text(encoding="utf-8") if note.exists() else None


def _edition() -> str:
    """Return what tells worlds of the same seed apart: a digest of what makes them."""
    made_by = sorted(path for pattern in ("*.py", "*.yaml") for path in (ROOT / "demo").glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in made_by)).hexdigest()[:8]


def _claim(home: Path, wanted: str) -> None:
    """Make the home and write down which province it holds; refuse one that holds another, or an office's own data."""
    held = _held(home)
    if held is None and (home / "cluster").exists():
        held = "a warehouse that is no demonstration"
    if held not in (None, wanted):
        raise ConfigError(
            "MOTCUA_HOME",
            Bilingual(f"{home} chứa {held}, không phải {wanted}", f"{home} holds {held}, not {wanted}"),
            Bilingual("thư mục khác, hoặc bỏ trống để dùng thư mục riêng", "another folder, or none for one of its own"),
        )
    make_home(home)
    (home / "province.txt").write_text(wanted, encoding="utf-8")
    (home / DEMONSTRATION_DAY).write_text(DEMO_DAY.isoformat(), encoding="utf-8")


def _port(wanted: int) -> int:
    """Return the wanted port if nothing listens there, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise MotcuaError(
        Bilingual(
            "Không còn cổng nào trống trên 127.0.0.1. Không chạy được bản trình diễn. Hãy đóng bớt chương trình.",
            "No port of 127.0.0.1 is free. The demonstration cannot be served. Close some program.",
        )
    )


def _demo(place: DemoHome, *arguments: str, log: str = "demo.log") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "demo", *arguments, "--out", str(place.province)]
    return children.start(command, _with_root(os.environ), place.home / "log" / log)


def _with_root(environment: Mapping[str, str]) -> dict[str, str]:
    """The province is no installed package: it is found at the root of the clone."""
    return dict(environment) | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    }


def _finish(child: subprocess.Popen[bytes] | None, place: DemoHome) -> None:
    if child is not None and child.wait() != 0:
        log = place.home / "log" / "demo.log"
        raise MotcuaError(
            Bilingual(
                f"Không tạo được tỉnh giả định. Chưa có gì được chạy. Xem {log}.",
                f"The made-up province could not be made. Nothing was run. Read {log}.",
            )
        )


@contextmanager
def _stopping(child: subprocess.Popen[bytes] | None) -> Iterator[None]:
    try:
        yield
    finally:
        if child is not None:
            children.stop(child, patience=3)


@contextmanager
def _served(place: DemoHome, cluster: Any, copies: int = 1) -> Iterator[None]:
    """Have the province's systems reachable: the land database loaded, the one-stop system served, each dossier so often."""
    land = _land_database(cluster)
    place = replace(place, port=_port(place.port))  # another may have taken it since
    os.environ.update(place.environment(land))
    loading = _demo(place, "load-land", "--url", land)
    serving = _demo(place, "serve", "--port", str(place.port), "--copies", str(copies), log="demo-serve.log")
    with _stopping(serving), _stopping(loading):
        _finish(loading, place)
        _wait_for(place.port, serving)
        yield


def _land_database(cluster: Any) -> str:
    """Return the address of a database for the land software, made in the embedded cluster."""
    from tasks.warehouse.cluster import ensure_cluster

    cluster = cluster or ensure_cluster(settings().home)
    cluster.create_database(_LAND)
    return str(cluster.url(_LAND, ""))


def _wait_for(port: int, child: subprocess.Popen[bytes], patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise MotcuaError(
        Bilingual(
            f"Tỉnh giả định không trả lời ở cổng {port}. Chưa có gì được chạy. Xem demo-serve.log.",
            f"The made-up province does not answer on port {port}. Nothing was run. Read demo-serve.log.",
        )
    )


def _score(place: DemoHome) -> dict[str, Any]:
    """Ask the province how well the verdicts match its truth; only numbers come back."""
    from tasks.warehouse.engine import warehouse_url

    command = [sys.executable, "-m", "demo", "score", "--out", str(place.province), "--url", warehouse_url(), "--json"]
    answer = subprocess.run(command, env=_with_root(os.environ), capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        raise MotcuaError(
            Bilingual(
                f"Không đối chiếu được kết luận với sự thật. {answer.stderr.strip()[-300:]}",
                f"The verdicts could not be compared with the truth. {answer.stderr.strip()[-300:]}",
            )
        )
    return dict(json.loads(answer.stdout))


def _show(score: Mapping[str, Any], seconds: float) -> None:
    from flows.commands.demo_hints import what_to_try, where_to_look
    from flows.commands.summary import print_summary
    from tasks.reports.summary import read_summary

    print_summary(read_summary(settings().policy), _OUT)
    if "kinds" in score:  # of a spoilt province: python -m demo score tells all
        _OUT.print("\n".join(f"{name}: {right}/{of}" for name, (right, of) in score["shares"].items()), highlight=False)
        return
    inside = "trong" if score["inside"] else "NGOÀI"
    _OUT.print(
        f"So với sự thật · Against the truth: {100 * score['accuracy']:.2f} % kết luận đúng · verdicts equal, "
        f"{score['compared']} hồ sơ · dossiers; {100 * score['false_clearances']:.2f} % trễ thật bị bỏ sót · truly late but cleared; "
        f"tỷ lệ thật · true rate {100 * score['true_rate']:.2f} % {inside} khoảng · interval "
        f"{100 * score['lower']:.2f} – {100 * score['upper']:.2f} %",
        highlight=False,
    )
    province = _SEED_AND_SIZE.search(_held(settings().home) or "")
    _OUT.print(Panel("\n".join(where_to_look(province)), title="Xem ở đâu · Where to look", expand=False))
    _OUT.print(Panel("\n".join(what_to_try(_ONE_STOP)), title="Thử ba việc · Three things to try", expand=False))
    _OUT.print(f"{seconds:.0f} s")


@contextmanager
def _steps() -> Iterator[Any]:
    """Show one line with what is going on now; an empty text clears it."""
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(pulse_style="cyan"), TimeElapsedColumn(), transient=True
    )
    shown: list[Any] = []

    def step(text: str) -> None:
        for task in shown:
            bar.remove_task(task)
        shown.clear()
        if text:
            shown.append(bar.add_task(text, total=None))
            bar.start()
        else:
            bar.stop()

    try:
        yield step
    finally:
        bar.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m flows.commands.demo", description="The whole job on a made-up province.")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed makes the same province")
    parser.add_argument("--dossiers", type=int, default=DOSSIERS, help="how many dossiers it has")
    parser.add_argument("--clean", action="store_true", help="true histories only, no faults")
    parser.add_argument("--systemic", action="store_true", help="faults of whole systems besides, for the tickets to find")
    parser.add_argument("--spoilt", type=float, default=0.0, help="share of the dossiers that are spoilt besides, e.g. 0.5")
    parser.add_argument("--without", nargs="*", default=(), metavar="KIND", help="kinds of spoiling to leave out")
    parser.add_argument(
        "--up",
        action="store_true",
        help="serve the province and run `motcua up` on it; the demonstration runs before where it never did",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
