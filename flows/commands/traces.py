"""Command that follows a published figure to its dossiers."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from config.errors import DataError, NothingYetError
from config.language import Bilingual, language, translate
from config.settings import settings

_OUT = Console()


def show_trace(figure: str, publication: str | None, as_json: str | None, page: str | None) -> int:
    """Print what a figure rests on in numbers, and write all of it to files.

    Args:
        figure: its name, as :meth:`FigureName.read` takes it.
        publication: id; None takes the current one of the office's policy.
        as_json: file for everything.
        page: file for the page to be printed.

    Returns:
        The exit code: 0, or that of data which cannot be relied on where the dossiers do not add up to the figure.
    """
    from tasks.approving.states import publication_named
    from tasks.publishing.current import current_publication
    from tasks.reports.list_files import write_whole
    from tasks.tracing.contributions import FigureName
    from tasks.tracing.page import trace_page
    from tasks.tracing.traces import is_whole, trace

    chosen = publication_named(publication) if publication else current_publication(settings().policy)
    if chosen is None:
        raise NothingYetError(Bilingual("lần công bố nào", "publication"))
    told = trace(chosen, FigureName.read(figure))
    whole = is_whole(told)
    corrected = sum(bool(one["corrections"]) for one in told["dossiers"])
    for name in ("numerator", "denominator", "undetermined"):
        words = translate(*_NUMBERS[name])
        _say(
            f"{words}: {told['published'][name]} = {told['counted'][name]}"
            if whole
            else f"{words}: {told['published'][name]} / {told['counted'][name]}"
        )
    _say(
        translate(
            f"{len(told['dossiers'])} hồ sơ, {corrected} hồ sơ có đính chính. Căn cứ: {'; '.join(told['rule']['law']['vi'])}.",
            f"{len(told['dossiers'])} dossiers, {corrected} of them corrected. Law: {'; '.join(told['rule']['law']['en'])}.",
        )
    )
    if as_json:
        text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
        _say(str(write_whole(Path(as_json), text)))
    if page:
        _say(str(write_whole(Path(page), trace_page(told, language()))))
    return 0 if whole else DataError.exit_code


_NUMBERS = {
    "numerator": ("tử số, đã công bố = cộng từ hồ sơ", "numerator, published = from dossiers"),
    "denominator": ("mẫu số", "denominator"),
    "undetermined": ("chưa đủ căn cứ", "undetermined"),
}


def _say(text: str) -> None:
    _OUT.print(text, markup=False, highlight=False, soft_wrap=True)
