"""docs/tables.md, derived from the declarations: a reader of the warehouse needs no other page.

`make docs` writes it; a house test fails when the written page and the declarations differ.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from schemas.catalogue import LAYERS, TABLES, VIEWS
from schemas.raw import REJECTED
from schemas.rejects import RejectReason
from schemas.table import Field, Kind, Table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tables.md"

INTRODUCTION = """\
# Tables of the warehouse

Generated from `schemas/` by `make docs`; a change here is lost, a change there appears here.
Each schema of the PostgreSQL warehouse is a layer, and data flows from the first to the last.
The same sentences are the comments on the tables and columns themselves (`\\d+ core.dossiers` in psql).

Every time is an instant with time zone, stored in UTC; the office's wall clock is derived with the source's zone.
"Managed" fields are filled in by the load itself. Where a promise may be broken by a share of rows before
a gate stops the run, that share is stated; promises without one admit no exception.
"""


def page() -> str:
    """Return the whole page as Markdown, ending in a newline."""
    chapters = [_contents()]
    for layer, tables in groupby(TABLES, key=lambda table: table.schema):
        chapters.append(f"## {layer}\n\n{LAYERS[layer]}\n")
        chapters.extend(_table(table) for table in tables)
        chapters.extend(_table(view) for view in VIEWS if view.schema == layer)
    return INTRODUCTION + "\n" + "\n".join(chapters)


def write(path: Path = PAGE) -> Path:
    """Write the page and return where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")
    return path


def _contents() -> str:
    """One line a table, with a link: the whole warehouse at a glance."""
    rows = [
        f"| [{t.full_name}](#{t.full_name.replace('.', '')}) | {_cell(t.grain)} | {_cell(t.description)} |"
        for t in (*TABLES, *VIEWS)
    ]
    return "| table | one row is a | what it holds |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _table(table: Table) -> str:
    lines = [
        f"### {table.full_name}",
        "",
        table.description,
        "",
        f"One row: {table.grain}. Key: {_names(table.key)}.",
    ]
    if table.indexes:
        lines.append(f"Also indexed by {'; '.join(_names(index) for index in table.indexes)}.")
    for _, names, where in table.partial:
        lines.append(f"Also indexed by {_names(names)} where `{where}`.")
    if table.managed:
        lines.append(f"Managed by the load: {_names(table.managed)}.")
    lines += ["", "| field | type | meaning | promises |", "|---|---|---|---|"]
    lines += [f"| `{f.name}` | {_type(f.kind)} | {_cell(f.description)} | {_promises(f)} |" for f in table.fields]
    if table is REJECTED:
        lines += ["", "| reason | tiếng Việt | why |", "|---|---|---|"]
        lines += [f"| `{reason}` | {_cell(reason.vi)} | {_cell(reason.en)} |" for reason in RejectReason]
    return "\n".join(lines) + "\n"


def _type(kind: Kind) -> str:
    """The SQL type, as psql shows it."""
    return "timestamptz" if kind is Kind.INSTANT else str(kind.sql).lower()


def _promises(field: Field) -> str:
    said = "; ".join(constraint.description for constraint in field.constraints)
    return _cell(f"{said} (all but {field.tolerance:.0%} of rows)" if said and field.tolerance else said)


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    """Keep a sentence inside one cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    write()
