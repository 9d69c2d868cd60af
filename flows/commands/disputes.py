"""Command that holds another body's list of dossiers against a published figure."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.errors import DataError, NothingYetError
from config.language import Bilingual, translate
from config.settings import settings
from flows.commands.console_tables import console_table

_OUT = Console()


def show_dispute(figure: str, file: str, publication: str | None, out: str | None) -> int:
    """Print the bridge from their number to ours; write the dossiers and the letter where asked to.

    Args:
        figure: what the list is of, as :meth:`FigureName.read` takes it.
        file: their list.
        publication: id; None takes the current one of the office's policy.
        out: workbook of the dossiers; the letter goes beside it.

    Returns:
        The exit code: 0, or that of data which cannot be relied on where anything is left unexplained.
    """
    from tasks.approving.states import publication_named
    from tasks.publishing.current import current_publication
    from tasks.reports.list_files import write_whole
    from tasks.tracing.contributions import FigureName
    from tasks.tracing.dispute_file import bridge_rows, dispute_letter, dispute_workbook
    from tasks.tracing.dispute_lists import listed_codes
    from tasks.tracing.disputes import dispute

    chosen = publication_named(publication) if publication else current_publication(settings().policy)
    if chosen is None:
        raise NothingYetError(Bilingual("lần công bố nào", "publication"))
    found = dispute(chosen, FigureName.read(figure), listed_codes(Path(file)))
    table = console_table()
    table.add_column(translate("loại", "class"), overflow="fold")
    table.add_column(translate("hồ sơ", "dossiers"), justify="right")
    table.add_column(translate("ai đúng, theo căn cứ nào", "who is right by what"), overflow="fold")
    for label, count, right in bridge_rows(found):
        table.add_row(label, str(count), right)
    _OUT.print(table)
    if out:
        for path in (
            write_whole(Path(out), dispute_workbook(found), private=True),
            write_whole(Path(out).with_suffix(".txt"), dispute_letter(found), private=True),
        ):
            _OUT.print(str(path), markup=False, highlight=False, soft_wrap=True)
    return DataError.exit_code if found.remainder else 0
