"""Style, types and import contracts: one command each, and the message is the tool's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

# Types first: they take longest where nothing is cached, and the others are done meanwhile.
TOOLS = {
    "types": (["mypy"], "Give the types that mypy asks for; `# type: ignore[code]` only with a reason beside it."),
    "format": (["ruff", "format", "--check", "."], "Run `.venv/bin/ruff format .`."),
    "lint": (["ruff", "check", "."], "Fix what ruff names; `.venv/bin/ruff check --fix .` fixes the simple ones."),
    "security": (
        ["bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", "flows", "tasks", "config", "schemas"],
        "Mend what bandit names; `# nosec CODE - reason` only where it cannot be meant.",
    ),
    "imports": (
        ["lint-imports", "--no-cache"],
        "Imports run flows -> tasks -> schemas -> config; move the function to the layer that may know both.",
    ),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool_is_content(tool: str) -> None:
    command, advice = TOOLS[tool]
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{advice}\n{done.stdout[-6000:]}{done.stderr[-2000:]}"
