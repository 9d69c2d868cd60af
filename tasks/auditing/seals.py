"""Seals of what is published: figures, the corrections behind them, the verdicts they rest on.

Who approved a correction is a cell like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.errors import UnreadableDataError
from config.language import Bilingual, counted
from schemas.indicators import INDICATORS, PUBLICATIONS, STORED
from schemas.publications import PUBLICATION_STATES
from schemas.quality import CORRECTIONS
from schemas.verdicts import VERDICTS_TABLE
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import high_watermark
from tasks.warehouse.seals import (
    SEALING_ACTIONS,
    EditedRow,
    Fetch,
    SealedPart,
    edited_rows,
    head_of,
    misfits_of_sums,
    seal,
    sealed_head,
    sums_of,
)

if TYPE_CHECKING:
    from tasks.warehouse.load import Load

SEALED = (PUBLICATIONS, PUBLICATION_STATES, *STORED.values(), CORRECTIONS, VERDICTS_TABLE)
"""Tables of which every cell is sealed; of verdicts those of the policies that are published."""
_ALL = "*"
_UNDIVIDED = (PUBLICATIONS, PUBLICATION_STATES, CORRECTIONS)  # sealed as one part; of the others each policy is one
_MOVED = "t.said_from = %(at)s OR t.said_until = %(at)s"
_SAID = """EXISTS (SELECT FROM mart.current_publications AS p WHERE p.policy = t.policy AND t.said_from <= p.published_at
    AND (t.said_until IS NULL OR t.said_until > p.published_at))"""
# What the page shows: no figure of one field or channel alone, which are half of a publication.
_SHOWN_CUT = f"({_SAID}) AND t.field_code = '*' AND t.channel = '*'"
_SAID_BY = """EXISTS (SELECT FROM mart.publications AS p WHERE p.publication_id = %(publication)s AND p.policy = t.policy
    AND t.said_from <= p.published_at AND (t.said_until IS NULL OR t.said_until > p.published_at))"""
_CHANGED = "t.changed_in > %(after)s"
_SEALING = """
    SELECT entry, hash, digest FROM audit.ledger WHERE action = ANY(%(sealing)s) AND digest IS NOT NULL
        AND entry > coalesce((SELECT max(entry) FROM audit.ledger WHERE action = 'replay'), 0)
    ORDER BY entry DESC LIMIT 1
"""
_SHOWN = 5
_WHAT = {
    "edited": Bilingual("bị sửa", "edited"),
    "gone": Bilingual("không còn", "gone"),
    "unsealed": Bilingual("chưa từng được niêm phong", "never sealed"),
}


@dataclass(frozen=True)
class SealReport:
    """What a look at the seals found.

    Attributes:
        entry: entry of the ledger that holds their head; None where nothing is sealed yet.
        head: hash of that entry.
        seals: rows sealed.
        edited: rows that are not what was sealed, and rows of the seals themselves.
    """

    entry: int | None
    head: str
    seals: int
    edited: tuple[EditedRow, ...]

    @property
    def said(self) -> Bilingual:
        """What was found, in a sentence."""
        if self.edited:
            return edited_sentence(self.edited)
        if self.entry is None:
            return Bilingual("chưa niêm phong lần công bố nào", "no publication is sealed yet")
        return Bilingual(
            f"{self.seals} dòng nguyên như khi niêm phong; mục {self.entry} của sổ ghi vết: {self.head}",
            f"{counted(self.seals, 'row')} as sealed; entry {self.entry} of the ledger: {self.head}",
        )


def seal_publication(current: Load, policy: str, publication_id: str, at: datetime | None) -> None:
    """Seal what an open load publishes, with the corrections and verdicts of now.

    The ledger keeps the digest of all seals.

    Args:
        current: the load, when all is written.
        policy: name of the policy.
        publication_id: the publication.
        at: its ``published_at`` if it was made now; None where an earlier one became current again.

    Raises:
        UnreadableDataError: a row that it no longer says was edited since it was sealed; nothing is published.
    """
    through, sealed = high_watermark(), {(one.sealed_table, one.part) for one in sums_of(current.fetch)}
    for of in _parts_of(policy):
        given = {**of.given, "at": at, "publication": publication_id}
        part = replace(of, given=given)
        if of.table in STORED.values():
            if (of.table.full_name, of.part) in sealed:
                _refuse(edited_rows(current.fetch, part, through, only="t.said_until = %(at)s", blank=("said_until",)))
            seal(current, part, _MOVED, through)
        else:
            seal(current, part, "t.publication_id = %(publication)s" if of.table is PUBLICATIONS else _CHANGED, through)
    current.digest = sealed_head(current)


def is_sealed(current: Load) -> bool:
    """Tell whether anything is sealed: nothing is in a warehouse that is older than seals, or that was replayed."""
    return bool(sums_of(current.fetch))


def require_sealed(current: Load, policy: str) -> None:
    """Refuse to publish where a publication or a correction was edited since it was sealed.

    Raises:
        UnreadableDataError: with the rows; nothing is published.
    """
    through = {(one.sealed_table, one.part): one.through for one in sums_of(current.fetch)}
    for of in _parts_of(policy):
        known = through.get((of.table.full_name, of.part))
        if known is not None and of.table in _UNDIVIDED:
            _refuse(edited_rows(current.fetch, of, known))


def require_sealed_figures(policy: str) -> None:
    """Refuse to show a policy's newest publication where a figure of the page was edited since it was sealed.

    Figures of one field or channel are held against their seals by :func:`verify_seals`, and where a publication ends them.

    Raises:
        UnreadableDataError: with the rows; nothing is shown.
    """
    through = {(one.sealed_table, one.part): one.through for one in sums_of(fetch_all)}
    for of in _parts_of(policy):
        known = through.get((of.table.full_name, of.part))
        if known is not None and of.table in STORED.values():
            _refuse(edited_rows(fetch_all, of, known, only=_SHOWN_CUT if of.table is STORED[INDICATORS] else _SAID))
        elif known is not None and of.table in (PUBLICATIONS, PUBLICATION_STATES):
            _refuse(edited_rows(fetch_all, of, known))


def edits_of_publication(policy: str, publication_id: str) -> list[EditedRow]:
    """Return the rows that a publication says, and its own, that are not as they were sealed."""
    through = {(one.sealed_table, one.part): one.through for one in sums_of(fetch_all)}
    found: list[EditedRow] = []
    for of in _parts_of(policy):
        known = through.get((of.table.full_name, of.part))
        part = replace(of, given={**of.given, "publication": publication_id})
        if known is not None and of.table in (*STORED.values(), PUBLICATIONS, PUBLICATION_STATES):
            only = _SAID_BY if of.table in STORED.values() else "t.publication_id = %(publication)s"
            found += edited_rows(fetch_all, part, known, only=only)
    return found


def verify_seals(fetch: Fetch = fetch_all) -> SealReport:
    """Hold every sealed row against its seal, the seals against their sums, and the sums against the ledger.

    Args:
        fetch: asks the warehouse, where that is to be done within an open transaction.
    """
    sealing = fetch(_SEALING, {"sealing": list(SEALING_ACTIONS)})
    sums = sums_of(fetch)
    if not sealing:
        left = (EditedRow("audit.seal_sums", _ALL, "unsealed"),) if sums else ()
        return SealReport(None, "", 0, left)
    ((entry, head, digest),) = sealing
    found = [] if head_of(sums) == digest else [EditedRow("audit.seal_sums", _ALL, "edited")]
    found += [EditedRow("audit.seals", f"{one.sealed_table}|{one.part}", "edited") for one in misfits_of_sums(fetch, sums)]
    for one in sums:
        of = next(
            (part for part in _parts_of(one.part) if (part.table.full_name, part.part) == (one.sealed_table, one.part)), None
        )
        if of is not None:
            found += edited_rows(fetch, of, one.through)
    return SealReport(int(entry), str(head), sum(one.seals for one in sums), tuple(found))


def seal_head() -> tuple[int, str] | None:
    """Return entry and hash of the ledger that hold the head of the seals; None where nothing is sealed.

    Kept outside, they tell of a ledger that was cut off or made anew.
    """
    found = fetch_all(_SEALING, {"sealing": list(SEALING_ACTIONS)})
    return (int(found[0][0]), str(found[0][1])) if found else None


def row_words(row: EditedRow) -> Bilingual:
    """Name an edited row: table, key, what became of it and the cells that were edited."""
    columns = f" ({', '.join(row.columns)})" if row.columns else ""
    what = _WHAT[row.what]
    return Bilingual(f"{row.table} {row.key} {what.vi}{columns}", f"{row.table} {row.key} {what.en}{columns}")


def edited_sentence(rows: Iterable[EditedRow]) -> Bilingual:
    """Name the first rows that were edited, and say how many there are."""
    found = list(rows)
    more = len(found) - _SHOWN
    named = [row_words(row) for row in found[:_SHOWN]]
    vi, en = "; ".join(one.vi for one in named), "; ".join(one.en for one in named)
    return Bilingual(
        f"{len(found)} dòng đã niêm phong không còn như khi niêm phong: {vi}{f'; và {more} dòng nữa' if more > 0 else ''}",
        f"{counted(len(found), 'sealed row')} no longer as sealed: {en}{f'; and {more} more' if more > 0 else ''}",
    )


def _refuse(rows: list[EditedRow]) -> None:
    if rows:
        raise UnreadableDataError(
            rows[0].table,
            edited_sentence(rows),
            Bilingual(
                "Số liệu không được công bố hay hiển thị. Hãy chạy `motcua verify`, tìm ai đã sửa và phục hồi từ bản sao lưu.",
                "The figures are neither published nor shown. Run `motcua verify`, find out who did it, and restore a backup.",
            ),
        )


def _parts_of(policy: str) -> list[SealedPart]:
    """Return the parts that a publication of a policy seals."""
    whole: tuple[str, str, dict[str, Any]] = (_ALL, "true", {})
    own: tuple[str, str, dict[str, Any]] = (policy, "t.policy = %(policy)s", {"policy": policy})
    return [
        SealedPart(table, *(whole if table in _UNDIVIDED else own), between=table in (CORRECTIONS, VERDICTS_TABLE))
        for table in SEALED
    ]
