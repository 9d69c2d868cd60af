"""Commands about corrections: proposals, status, and contradictions by the source."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from config.language import counted, translate
from config.policies import own_policy
from flows.commands.console_tables import ConsoleTable, console_table
from flows.runs.names import unit_named

_OUT = Console()
_MOST = 20
_STATES = {
    "proposed": ("chờ người duyệt", "waiting for a second person"),
    "rejected": ("không được duyệt", "turned down"),
    "undone": ("đã hủy", "taken back"),
}


def proposals(unit: str | None, out: str | None) -> None:
    """Propose anew, and print what waits by reason and agency; write all of it where asked.

    Raises:
        ConfigError: the file cannot be written.
        DataError: nothing was judged yet.
    """
    from tasks.correcting.proposal_files import read_proposals, refresh_proposals, write_proposals
    from tasks.rules.corrections.proposals import rule_words

    refresh_proposals(own_policy())
    rows = read_proposals(unit_named(unit))
    path = Path(out or ".")
    written = [] if not out else [write_proposals(rows, path)] if _names_a_file(path) else _by_unit(rows, path)
    dossiers = len({(row["source"], row["code"]) for row in rows})
    _OUT.print(
        translate(
            f"{len(rows)} đề nghị đính chính cho {dossiers} hồ sơ",
            f"{counted(len(rows), 'proposal')} for {counted(dossiers, 'dossier')}",
        ),
        highlight=False,
    )
    said = Counter(str(row["rule"]) if row.get("rule") else "" for row in rows)
    rules = [
        (translate(*rule_words(rule)) if rule else translate("do người đề nghị", "proposed by persons"), count)
        for rule, count in said.most_common()
    ]
    _OUT.print(_counts(rules, translate("nguyên nhân", "reason")))
    units = Counter(str(row["unit_code"] or "-") for row in rows)
    _OUT.print(_counts(sorted(units.items(), key=lambda one: (-one[1], one[0]))[:_MOST], translate("cơ quan", "agency")))
    if unit is not None or not out:
        for row in rows[:_MOST]:
            _print_one(row)
    if out:
        _OUT.print(
            translate(f"Đã ghi: {len(written)} tệp, {path}", f"Written: {counted(len(written), 'file')}, {path}"),
            soft_wrap=True,
        )
        _OUT.print(
            translate(
                "Ghi `có` hoặc `không` vào cột duyệt và tên người duyệt, rồi `motcua correct TỆP`.",
                "Fill in yes or no and who approves, then `motcua correct FILE`.",
            )
        )


def _names_a_file(path: Path) -> bool:
    return path.suffix.lower() in {".csv", ".txt"} and not path.is_dir()


def _by_unit(rows: list[dict[str, object]], folder: Path) -> list[Path]:
    from tasks.correcting.proposal_files import write_proposals

    folder.mkdir(parents=True, exist_ok=True)

    def unit(row: dict[str, object]) -> str:
        return re.sub(r"[^\w.-]", "_", str(row["unit_code"] or "khong-ro")) or "khong-ro"

    groups = groupby(sorted(rows, key=unit), key=unit)
    return [write_proposals(list(some), folder / f"de-nghi-{name}.csv") for name, some in groups]


def _print_one(row: dict[str, object]) -> None:
    """Print a proposal on a line, and what speaks for it below."""
    from tasks.correcting.proposal_files import shown

    field = str(row["field"])
    old, new = (shown(field, str(row[name]) if row[name] else None) for name in ("old_value", "new_value"))
    sure = f" ({100 * float(str(row['confidence'])):.0f} %)" if row.get("confidence") is not None else ""
    _OUT.print(f"{row['code']}  {field}: {old} → {new}{sure}", highlight=False, markup=False)
    _OUT.print(Padding(escape(str(row["evidence"])), (0, 0, 0, 4)), highlight=False, style="dim")


def standings(every: bool = False) -> None:
    """Print how corrections stand, and those that a source contradicts one by one; all of them where ``every``."""
    from tasks.correcting.proposal_files import shown
    from tasks.reports.corrections import counts, read_statuses
    from tasks.rules.corrections.status import STANDINGS

    found = read_statuses()
    _OUT.print(_sums(counts(found)))
    listed = [one for one in found if every or one.standing == "conflict"]
    if not listed:
        return
    headings = (
        translate("số", "id"),
        translate("mã hồ sơ", "code"),
        translate("trường", "field"),
        translate("cũ", "old"),
        translate("đính chính", "corrected"),
    )
    table = console_table(translate("Từng đính chính", "Corrections"))
    for place, heading in enumerate((*headings, translate("nguồn nay ghi", "source now"), "")):
        table.add_column(heading, overflow="fold", no_wrap=place < 2)  # id and code are copied
    for one in listed:
        old, new, now = (shown(one.field, value) for value in (one.old_value, one.new_value, one.now))
        table.add_row(one.correction_id[:12], one.code, one.field, old, new, now, translate(*STANDINGS[one.standing]))
    _OUT.print(table)
    if any(one.standing == "conflict" for one in found):
        _OUT.print(
            translate(
                "Đính chính đã duyệt vẫn được áp dụng. Nếu nguồn đúng: `motcua undo`; nếu không: gửi đính chính mới.",
                "The approved value stays applied. If the source is right: `motcua undo`; else send a new correction.",
            ),
            style="yellow",
        )


def sums() -> None:
    """Print how many corrections stand how; nothing where there are none."""
    from tasks.reports.corrections import counts, read_statuses

    found = counts(read_statuses())
    if found:
        _OUT.print(_sums(found))


def _sums(found: Counter[str]) -> ConsoleTable:
    from tasks.rules.corrections.status import STANDINGS

    words = {**STANDINGS, **_STATES}
    rows = [(translate(*words[name]), found[name]) for name in words if found[name]]
    return _counts(rows, translate("đính chính", "corrections"))


def _counts(rows: list[tuple[str, int]], heading: str) -> ConsoleTable:
    table = ConsoleTable(heading)
    table.add_column(translate("số lượng", "count"), justify="right")
    for name, count in rows:
        table.add_row(name, str(count))
    return table
