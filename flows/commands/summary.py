"""Summary of a run on a terminal: the same counts as in the run's artifacts."""

from __future__ import annotations

from rich.console import Console

from config.indicators import Indicator
from config.language import counted, decimal, translate, written_day
from flows.commands.console_tables import ConsoleTable, add_figures, console_table
from schemas.fields import BASES
from tasks.reports.artifacts import waiting_sentence
from tasks.reports.summary import Rate, Summary
from tasks.reports.translation import VERDICT_WORDS

_MOST_UNITS = 8
_SHOWN = ("late", "phantom_late", "hidden_late", "undetermined")


def print_summary(summary: Summary, console: Console) -> None:
    """Print sources, verdicts, the three numbers, and the agencies with most to correct."""
    if summary.publication is None:
        console.print(
            translate("Chưa có lần công bố nào. Chạy `motcua refresh`.", "Nothing was published yet. Run `motcua refresh`.")
        )
        return
    console.print(_sources(summary))
    waived = sum(line.waived for line in summary.sources)
    if waived:
        console.print(
            translate(
                f"Ngoài ra {waived} lỗi dữ liệu được miễn (`motcua waivers`).",
                f"Besides, {counted(waived, 'finding is', 'findings are')} waived (`motcua waivers`).",
            )
        )
    console.print(_units(summary))
    console.print(_verdicts(summary))
    console.print(_rates(summary))
    if summary.figures:
        console.print(_figures(summary))
    if sentence := waiting_sentence(summary.waiting):
        console.print(sentence, highlight=False, markup=False)


def _verdicts(summary: Summary) -> ConsoleTable:
    total = sum(summary.verdicts.values()) or 1
    table = console_table(translate("Kết luận", "Verdicts"))
    table.add_column("")
    table.add_column(translate("hồ sơ", "dossiers"), justify="right")
    table.add_column("%", justify="right")
    for verdict, words in VERDICT_WORDS.items():
        count = summary.verdicts[verdict]
        table.add_row(translate(*words), f"{count}", decimal(f"{100 * count / total:.2f}"))
    return table


def _rates(summary: Summary) -> ConsoleTable:
    title = _words(summary.headline) if summary.headline else translate("tỷ lệ", "rate")
    until = translate(f"đến hết {written_day(summary.as_of)}", f"to the end of {summary.as_of}")
    table = console_table(f"{title[:1].upper()}{title[1:]}, {until}")
    for heading in ("", "%", translate("tử số", "numerator"), translate("mẫu số", "denominator")):
        table.add_column(heading, justify="left" if not heading else "right")
    recorded, cleaned = summary.rates.get("recorded"), summary.rates.get("cleaned")
    for words, rate in ((("theo hệ thống", "as recorded"), recorded), (("sau làm sạch", "after cleaning"), cleaned)):
        if rate is not None:
            table.add_row(translate(*words), _percent(rate.value), f"{rate.numerator}", f"{rate.denominator}")
    if cleaned is not None:
        table.add_row(translate("khoảng", "interval"), _interval(cleaned), "", "")
    return table


def _figures(summary: Summary) -> ConsoleTable:
    table = console_table(translate("Chỉ số khác", "Other indicators"))
    table.add_column("", overflow="fold")
    for heading in (translate("theo hệ thống", "as recorded"), translate("sau làm sạch", "after cleaning")):
        table.add_column(heading, justify="right")
    for one in summary.figures:
        values = (one.values.get(basis) for basis in BASES)
        table.add_row(_words(one.declared), *(_value(one.declared, value) for value in values))
    return table


def _value(declared: Indicator, value: float | None) -> str:
    if value is None:
        return "-"
    return decimal(f"{value:.{declared.digits}f} %") if declared.is_share else f"{value:.0f}"


def _words(declared: Indicator) -> str:
    return translate(declared.words.vi, declared.words.en)


def _interval(rate: Rate) -> str:
    return f"{_percent(rate.lower)} – {_percent(rate.upper)}"


def _percent(value: float | None) -> str:
    return "-" if value is None else decimal(f"{value:.2f}")


def _sources(summary: Summary) -> ConsoleTable:
    table = console_table(translate("Theo hệ thống", "By source"))
    table.add_column(translate("hệ thống", "source"), overflow="fold")
    headings = (
        translate("bản ghi lấy về", "records pulled"),
        translate("bị loại", "rejected"),
        translate("hồ sơ", "dossiers"),
        translate("lỗi dữ liệu", "findings"),
        *(translate(*VERDICT_WORDS[verdict]) for verdict in _SHOWN),
    )
    add_figures(table, headings)
    for line in summary.sources:
        counts = (line.records, line.rejected, line.dossiers, line.findings, *(line.verdicts[verdict] for verdict in _SHOWN))
        table.add_row(line.name, *map(str, counts))
    return table


def _units(summary: Summary) -> ConsoleTable:
    table = console_table(translate("Cơ quan phải đính chính nhiều nhất", "Agencies with most to correct"))
    table.add_column(translate("cơ quan", "agency"), overflow="fold")
    headings = (
        translate("phải đính chính", "to correct"),
        *(translate(*VERDICT_WORDS[verdict]) for verdict in _SHOWN),
        translate("% theo hệ thống", "% as recorded"),
        translate("% sau làm sạch", "% after cleaning"),
    )
    add_figures(table, headings)
    for line in summary.units[:_MOST_UNITS]:
        counts = (line.to_correct, *(line.verdicts[verdict] for verdict in _SHOWN))
        rates = (_percent(line.rates[basis].value) if basis in line.rates else "-" for basis in BASES)
        table.add_row(line.name, *map(str, counts), *rates)
    return table
