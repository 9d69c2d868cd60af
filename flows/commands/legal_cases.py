"""Report of `motcua law test`: each legal case, expected and actual, in an official's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from config.areas import load_areas
from config.errors import ConfigError
from config.language import Language, translate
from config.settings import settings
from flows.commands.console_tables import ConsoleTable, console_table
from tasks.legal_cases.judging import judge_case, mismatches, outcomes
from tasks.legal_cases.model import LegalCase, read_cases
from tasks.legal_cases.words import OUTCOME_WORDS, in_words

_OUT = Console()


def run_cases(
    paths: Sequence[Path], policy: str | None = None, language: Language | None = None, failed_only: bool = False
) -> int:
    """Judge the cases of some files and print a table of each; return 1 where one fails, else 0.

    Args:
        paths: files of cases; nothing is printed before all of them have been read.
        policy: policy that judges where a case names none; the configured one by default.
        language: of what is printed; the configured one by default.
        failed_only: leave out the rows of those that pass.

    Raises:
        ConfigError: a file is not written as the format asks, or names a policy or calendar that does not exist.
    """
    chosen, words = policy or settings().policy, language or settings().language
    files = [(path, read_cases(path)) for path in paths]
    failed = sum(_print_file(path, cases, chosen, words, failed_only) for path, cases in files)
    passed = sum(len(cases) for _, cases in files) - failed
    english = f"{passed} passed, {failed} failed, by policy {chosen} where a case names none."
    vietnamese = f"{passed} đạt, {failed} không đạt, theo cách tính {chosen} nếu trường hợp không nêu cách tính khác."
    _OUT.print(english if words == "en" else vietnamese, highlight=False, markup=False, soft_wrap=True)
    return 1 if failed else 0


def _print_file(path: Path, cases: Sequence[LegalCase], policy: str, language: Language, failed_only: bool) -> int:
    table, failed = _table(path.name, language), 0
    for number, case in enumerate(cases, 1):
        try:
            row = judge_case(case, policy, load_areas())
        except ConfigError as error:
            raise ConfigError(f"{path.name}, case {number}", str(error).rstrip(".")) from None
        wrong = mismatches(case, row)
        failed += bool(wrong)
        if failed_only and not wrong:
            continue
        sides = {each.name: (each.expected, each.given) for each in wrong} or outcomes(case, row)
        texts = (_side({name: pair[place] for name, pair in sides.items()}, language) for place in (0, 1))
        sentence = f"{case.sentence(language)}\n{case.basis(language)}" if wrong else case.sentence(language)
        table.add_row(str(number), _result(bool(wrong), language), escape(sentence), *map(escape, texts))
    if table.row_count:
        _OUT.print(table)
    return failed


def _table(title: str, language: Language) -> ConsoleTable:
    table = console_table(escape(title))
    english = language == "en"
    table.add_column(("số", "no.")[english], justify="right")
    table.add_column(("kết quả", "result")[english])
    for heading, ratio in ((("trường hợp", "case"), 4), (("phải có", "expected"), 3), (("tính ra", "actual"), 3)):
        table.add_column(heading[english], ratio=ratio, overflow="fold")
    return table


def _result(failed: bool, language: Language) -> str:
    words = ("[red]không đạt[/]", "[red]failed[/]") if failed else ("[green]đạt[/]", "[green]passed[/]")
    return translate(*words, language)


def _side(values: dict[str, object], language: Language) -> str:
    named = ((translate(*OUTCOME_WORDS[name], language), in_words(name, value, language)) for name, value in values.items())
    return "\n".join(f"{name}: {words}" for name, words in named)
