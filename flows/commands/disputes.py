"""Command that holds another body's list of dossiers against a published figure."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from config.errors import ConfigError, DataError, NothingYetError
from config.language import Bilingual, translate
from config.settings import settings
from flows.commands.console_tables import console_table

if TYPE_CHECKING:
    from tasks.tracing.disputes import Dispute
    from tasks.tracing.share_disputes import ShareDispute

_OUT = Console()


def show_dispute(
    figure: str, file: str, publication: str | None, out: str | None, of: str | None = None, claimed: Fraction | None = None
) -> int:
    """Print the bridge from their number to ours; write the dossiers and the letter where asked to.

    Args:
        figure: what the list is of, as :meth:`FigureName.read` takes it; its period may be a quarter, a half year or a year.
        file: their list; of a share: of the dossiers that it counts.
        publication: id; None takes the current one of the office's policy.
        out: workbook of the dossiers; the letter goes beside it.
        of: of a share: their list of all dossiers that it is of.
        claimed: the percentage that they name.

    Returns:
        The exit code: 0, or that of data which cannot be relied on where anything is left unexplained.

    Raises:
        ConfigError: a percentage was given without the list of all dossiers.
        NothingYetError: nothing is published.
    """
    from tasks.approving.states import publication_named
    from tasks.publishing.current import current_publication
    from tasks.tracing.contributions import FigureName
    from tasks.tracing.dispute_lists import listed_codes
    from tasks.tracing.disputes import dispute
    from tasks.tracing.share_disputes import share_dispute

    if claimed is not None and of is None:
        raise ConfigError(
            "motcua dispute --claimed",
            Bilingual("cần cả danh sách toàn bộ hồ sơ của tỷ lệ", "needs the list of all dossiers of the share as well"),
            Bilingual(
                "--of TỆP; chỉ có con số thì `motcua check-figures`", "--of FILE; a number alone: `motcua check-figures`"
            ),
        )
    chosen = publication_named(publication) if publication else current_publication(settings().policy)
    if chosen is None:
        raise NothingYetError(Bilingual("lần công bố nào", "publication"))
    named, codes = FigureName.read(figure), listed_codes(Path(file))
    if of is None:
        return _show_count(dispute(chosen, named, codes), out)
    return _show_share(share_dispute(chosen, named, codes, listed_codes(Path(of)), claimed), out)


def _show_count(found: Dispute, out: str | None) -> int:
    from tasks.tracing.dispute_file import bridge_rows, dispute_letter, dispute_workbook

    table = console_table()
    table.add_column(translate("loại", "class"), overflow="fold")
    table.add_column(translate("hồ sơ", "dossiers"), justify="right")
    table.add_column(translate("ai đúng, theo căn cứ nào", "who is right by what"), overflow="fold")
    for label, count, right in bridge_rows(found):
        table.add_row(label, str(count), right)
    _OUT.print(table)
    if out:
        _write(out, dispute_workbook(found), dispute_letter(found))
    return DataError.exit_code if found.remainder else 0


def _show_share(found: ShareDispute, out: str | None) -> int:
    from tasks.tracing.dispute_file import dispute_workbook
    from tasks.tracing.share_letter import share_letter, share_rows

    table = console_table()
    table.add_column(translate("loại", "class"), overflow="fold")
    table.add_column(translate("điểm %", "points"), justify="right")
    table.add_column(translate("hồ sơ được tính", "counted"), justify="right")
    table.add_column(translate("trên tất cả", "of all"), justify="right")
    for cells in share_rows(found):
        table.add_row(*cells)
    _OUT.print(table)
    if out:
        _write(out, dispute_workbook(found.numerator, found.denominator), share_letter(found))
    return DataError.exit_code if found.remainder else 0


def _write(out: str, workbook: bytes, letter: str) -> None:
    from tasks.reports.list_files import write_whole

    for path in (
        write_whole(Path(out), workbook, private=True),
        write_whole(Path(out).with_suffix(".txt"), letter, private=True),
    ):
        _OUT.print(str(path), markup=False, highlight=False, soft_wrap=True)
