"""Command that enters reference series, and lists them with our figure of the same year beside each."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.language import decimal, translate
from config.settings import settings
from flows.commands.console_tables import console_table

_OUT = Console()


def enter_series(file: str, by: str) -> None:
    """Keep the values of a file and say how many.

    Raises:
        ConfigError: there is no such file, or ``by`` names nobody.
        UnreadableDataError: a line cannot be right; nothing is kept.
    """
    from config.indicators import indicators_in_force
    from tasks.judging.judged_sources import office_today
    from tasks.reports.reference_series import take_reference_series

    taken = take_reference_series(Path(file), by, sorted(indicators_in_force(office_today())))
    _say(f"{taken.rows} dòng; {taken.changed} dòng mới hoặc thay đổi.", f"{taken.rows} lines; {taken.changed} new or changed.")


def list_series(series: str | None) -> None:
    """Print every value that was entered, and our own figure of its year and agency in columns of its own."""
    from config.indicators import indicators_in_force
    from tasks.reports.forms.published import published_counters
    from tasks.reports.reference_figures import MEASURE_WORDS, SERIES_WORDS, our_figure, reference_values

    found = reference_values(series)
    if not found:
        _say("Chưa nhập chuỗi nào. `motcua reference TỆP --by AI`.", "No series was entered. `motcua reference FILE --by WHO`.")
        return
    counters = published_counters(settings().policy)
    indicators = indicators_in_force(counters.publication.as_of)
    table = console_table()
    for vi, en in (("chuỗi", "series"), ("cơ quan", "agency"), ("năm", "year"), ("giá trị", "value")):
        table.add_column(translate(vi, en), overflow="fold")
    for vi, en in (("nguồn, ghi chú", "source, remarks"), ("của ta", "ours"), ("chỉ tiêu của ta", "our indicator")):
        table.add_column(translate(vi, en), overflow="fold")
    for one in found:
        ours = our_figure(one, counters, indicators)
        definition = indicators[ours.indicator]
        number = "–" if ours.value is None else decimal(f"{ours.value:.{definition.digits if definition.is_share else 0}f}")
        if ours.value is not None and definition.is_share:
            number += " %"
        part = "" if ours.is_whole or ours.value is None else translate(" (chưa hết năm)", " (part of the year)")
        agency = translate("toàn tỉnh", "province") if one.unit_code == "*" else one.unit_code
        value = f"{decimal(f'{one.value:g}')} {MEASURE_WORDS[one.measure].shown()}"
        where = "; ".join(text for text in (one.published_by, one.remarks) if text)
        words = definition.words
        table.add_row(
            SERIES_WORDS[one.series].shown(), agency, str(one.year), value, where, number + part, translate(words.vi, words.en)
        )
    _OUT.print(table)
    of = counters.publication
    _say(
        f"Của ta: lần công bố {of.publication_id[:12]}, đến hết ngày {of.as_of:%d/%m/%Y}. Hai cột không đo cùng một điều: "
        "không cộng, không tính chênh lệch.",
        f"Ours: publication {of.publication_id[:12]}, up to the end of {of.as_of}. The two do not measure the same: "
        "nothing is added up or subtracted.",
    )


def _say(vi: str, en: str) -> None:
    _OUT.print(translate(vi, en), markup=False, highlight=False, soft_wrap=True)
