"""The runbook (docs/runbook.md) works as told: each command in its order, each query; each red state has its heading in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import config
import tasks
from config.errors import MotcuaError
from config.settings import DEMONSTRATION_DAY, ROOT
from flows.runtime.state_names import ENDED_IN_ERROR, NOT_PUBLISHED, SOURCE_FAILED
from tests.flow.installation import AS_OF, Installation
from tests.house.test_documentation import commands
from tests.ports import free_port

PAGES = (ROOT / "docs" / "runbook.md", ROOT / "docs" / "runbook.vi.md")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
QUERY = re.compile(r"```sql\n(.*?)```", re.DOTALL)
RED = (SOURCE_FAILED, NOT_PUBLISHED, ENDED_IN_ERROR, "Crashed")
FILES = ("one.html", "held.csv", "so-thu.csv", "letters.docx")
INTO_AN_EMPTY_HOME = ("motcua restore FILE", "motcua replay --as-of 2026-03-31")
STOPPED = (129, 130, 143)  # a closed terminal, Ctrl-C, SIGTERM
# command -> what its answer shows, in English; where nothing is said, that it ends with 0 is enough
SHOWN = {
    "motcua status": "province",
    "motcua refresh": "To the end of 2026-03-31",
    "motcua refresh --source land": "To the end of 2026-03-31",
    "motcua refresh --as-of 2026-03-31": "To the end of 2026-03-31",
    "motcua refresh --full": "To the end of 2026-03-31",
    "motcua windows province": "province",
    "motcua backfill province --from 2026-01-01 --dry-run": "Nothing was done.",
    "motcua backfill province --from 2026-01-01 --to 2026-01-31": "windows read",
    "motcua backfill province --from 2026-03-25 --again": "windows read",
    "motcua restate --from 2026-03-30 --to 2026-03-31 --dry-run": "Nothing was done.",
    "motcua restate --from 2026-03-30 --to 2026-03-31": "2 days judged and published again",
    "motcua explain CODE": "VERDICT: ",
    "motcua explain CODE --page one.html": "one.html",
    "motcua holders --late --out held.csv": "held.csv",
    "motcua list letters --register so-thu.csv": "apolog",
    "motcua report letters --period 2026-Q1 --register so-thu.csv --out letters.docx": "letters.docx",
    "motcua differences province land": "missing",
    "motcua backup FILE": ".backup",
    "motcua restore FILE --check": "whole",
    "motcua doctor": "chain whole",
    "motcua replay --as-of 2026-03-31": "To the end of 2026-03-31",
    "motcua replay --as-of 2026-03-31 --overwrite": "To the end of 2026-03-31",
}


def headings(page: Path) -> list[tuple[str, str]]:
    """Level and text of each heading."""
    return HEADING.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))


def exit_codes() -> set[int]:
    """Every exit code that an error of the product has."""
    for package in (config, tasks):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)

    def below(kind: type[MotcuaError]) -> Iterator[type[MotcuaError]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    return {kind.exit_code for kind in below(MotcuaError)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_red_state_and_exit_code_has_its_heading(page: Path) -> None:
    told = [text for level, text in headings(page) if level == "###"]
    assert not [name for name in RED if not any(f"`{name}`" in text for text in told)]
    numbers = {int(number) for text in told for number in re.findall(r"\b\d+\b", text)}
    assert numbers == exit_codes() | set(STOPPED)


def test_both_languages_give_the_same_commands_queries_tables_and_headings() -> None:
    english, vietnamese = PAGES
    assert commands(english) == commands(vietnamese)
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    queries = [re.sub(r"--.*", "", "".join(QUERY.findall(text))) for text in texts]
    assert queries[0] == queries[1]
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(vietnamese)]
    rows = [[line.count("|") for line in text.splitlines() if line.startswith("|")] for text in texts]
    assert rows[0] == rows[1]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database server's account can pass through."""
    with tempfile.TemporaryDirectory(prefix="motcua-runbook-") as made:
        Path(made).chmod(0o711)
        (Path(made) / "so-thu.csv").write_text("code,sent\n", encoding="utf-8")
        yield Path(made)


@pytest.fixture
def office(refreshed: Installation) -> Iterator[Installation]:
    """An installation that runs daily, whose yesterday is the day at which its world stands still."""
    stand_still(refreshed.home)
    yield refreshed
    (refreshed.home / DEMONSTRATION_DAY).unlink()


def stand_still(home: Path) -> None:
    (home / DEMONSTRATION_DAY).write_text(AS_OF.isoformat(), encoding="utf-8")


def test_each_command_works_as_told(office: Installation, folder: Path) -> None:
    ((code,),) = office.query("SELECT min(code) FROM judged.verdicts WHERE source = 'province' AND verdict = 'phantom_late'")
    places = {"CODE": code, "FILE": f"{folder}/saved.backup", **{name: f"{folder}/{name}" for name in FILES}}
    elsewhere: dict[str, str] = {}
    for given in commands(PAGES[0]):
        line = without_examples(given)
        if line in INTO_AN_EMPTY_HOME:
            elsewhere = empty_home(office, folder / line.split()[1])
        elif line.endswith("--overwrite"):
            elsewhere = {}
        words = [places.get(word, word) for word in line.split()[1:]]
        done = office.motcua(*words, check=False, MOTCUA_LANGUAGE="en", COLUMNS="200", **elsewhere)
        usual = (0, 1) if line == "motcua doctor" else (0,)  # 1 where a line says what to do
        assert done.returncode in usual, f"{given}: {done.returncode} {done.stdout}{done.stderr}"
        assert SHOWN.get(line, "") in done.stdout + done.stderr, f"{given}: {done.stdout}{done.stderr}"
        assert all(Path(word).is_file() for word in words if word.startswith(str(folder))), given
        if elsewhere:
            stand_still(Path(elsewhere["MOTCUA_HOME"]))
    assert not SHOWN.keys() - {without_examples(line) for line in commands(PAGES[0])}


def without_examples(line: str) -> str:
    """Return a command with words for the dossier and the backup that the page takes as examples."""
    return re.sub(r"H99\S+", "CODE", re.sub(r"/srv/\S+", "FILE", line))


def empty_home(office: Installation, made: Path) -> dict[str, str]:
    """Settings of an empty home beside; to replay into, with the landing files and keys, as the page says."""
    made.mkdir(mode=0o711)
    if made.name == "replay":
        for name in ("landing", "keys"):
            shutil.copytree(office.home / name, made / name)
    return {"MOTCUA_HOME": str(made), "MOTCUA_PREFECT_PORT": str(free_port())}


def test_each_query_is_answered(office: Installation) -> None:
    blocks = re.sub(r"--.*", "", "".join(QUERY.findall(PAGES[0].read_text(encoding="utf-8"))))
    statements = [one for one in blocks.split(";") if one.strip()]
    assert len(statements) >= 5
    for statement in statements:
        office.query(statement)
