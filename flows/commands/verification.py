"""Verification of ledger and seals, as `motcua verify` prints it."""

from __future__ import annotations

from rich.console import Console

from config.errors import DataError
from config.language import counted, shown, translate
from tasks.auditing.seals import row_words, verify_seals
from tasks.warehouse.ledger import verify

_OUT = Console()


def show_verification() -> int:
    """Print whether the ledger's chain is whole and every sealed row as it was sealed; else each row and cell.

    Returns:
        The exit code: 0, or that of data which cannot be relied on.
    """
    broken, seals = verify(), verify_seals()
    if broken is None:
        _say(translate("Sổ ghi vết: chuỗi nguyên vẹn.", "Ledger: the chain is whole."))
    else:
        _say(translate(f"Sổ ghi vết: bị sửa từ mục {broken}.", f"Ledger: altered from entry {broken} on."), "red")
    for row in seals.edited:
        _say(shown(row_words(row)), "red")
    if seals.edited:
        count = len(seals.edited)
        _say(
            translate(
                f"{count} dòng không còn như khi niêm phong. Tìm ai đã sửa và phục hồi từ bản sao lưu.",
                f"{counted(count, 'row')} no longer as sealed. Find out who did it, and restore a backup.",
            ),
            "red",
        )
    else:
        said = shown(seals.said)
        _say(translate(f"Niêm phong: {said}.", f"Seals: {said}."))
    return 0 if broken is None and not seals.edited else DataError.exit_code


def _say(text: str, style: str | None = None) -> None:
    _OUT.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
