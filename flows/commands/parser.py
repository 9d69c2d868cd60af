"""Parser of arguments whose own words, usage and errors too, are in the language of the settings."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NoReturn

from config.language import translate

LAST_PUBLICATION = {"vi": "mặc định: ngày của lần công bố gần nhất", "en": "default: the day of the last publication"}
"""Help of an option whose default is the day of the last publication."""
_AS_WRITTEN = re.compile(r"\d{1,2}/\d{1,2}/\d{4}")  # as officials write a day
_METAVARS = {
    "ACTION": "VIỆC",
    "CODE": "MÃ",
    "COMMAND": "LỆNH",
    "DAY": "NGÀY",
    "DOCUMENT": "VĂN_BẢN",
    "FILE": "TỆP",
    "FOLDER": "THƯ_MỤC",
    "ID_OR_PACKAGE": "MÃ_HOẶC_GÓI",
    "NAME": "TÊN",
    "NUMBER": "SỐ",
    "POLICY": "CÁCH_TÍNH",
    "RULE": "QUY_TẮC",
    "RULES": "TỆP_QUY_TẮC",
    "SOURCE": "NGUỒN",
    "UNIT": "CƠ_QUAN",
    "WHO": "NGƯỜI",
}
# The messages of argparse, as patterns, and what an official reads in their place.
_ERRORS = {
    r"the following arguments are required: (.*)": r"thiếu tham số bắt buộc: \1",
    r"unrecognized arguments: (.*)": r"không nhận ra tham số: \1",
    r"invalid choice: (.*) \(choose from (.*)\)": r"giá trị \1 không hợp lệ (chọn một trong \2)",
    r"invalid (?:int|float|_?\w+) value: (.*)": r"giá trị \1 không hợp lệ",
    r"expected one argument": "cần một giá trị",
    r"expected at least one argument": "cần ít nhất một giá trị",
    r"expected at most one argument": "chỉ nhận một giá trị",
    r"expected (\d+) arguments?": r"cần \1 giá trị",
    r"ignored explicit argument (.*)": r"không nhận giá trị \1",
    r"not allowed with argument (.*)": r"không dùng cùng với \1",
    r"one of the arguments (.*) is required": r"cần một trong các tham số \1",
    r"ambiguous option: (.*) could match (.*)": r"tùy chọn \1 chưa rõ, có thể là \2",
}


def in_vietnamese(message: str) -> str:
    """Return a message of argparse in Vietnamese; one that is ours already stays as it is.

    >>> in_vietnamese("argument --limit: expected one argument")
    'tham số --limit: cần một giá trị'
    """
    named = re.fullmatch(r"argument (.+?): (.*)", message, re.DOTALL)
    if named:
        return f"tham số {named[1]}: {in_vietnamese(named[2])}"
    for pattern, words in _ERRORS.items():
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return found.expand(words)
    return message


class _Help(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, translate("cách dùng: ", "usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Parser that says in one line what is wrong with the arguments."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more, add_help=False, formatter_class=_Help)
        self._positionals.title = translate("tham số", "positional arguments")
        self._optionals.title = translate("tùy chọn", "options")
        self.add_argument(
            "-h", "--help", action="help", help=translate("in phần trợ giúp này rồi thoát", "show this help message and exit")
        )

    def argument(self, *names: str, vi: str, en: str, metavar: str | None = None, **more: Any) -> None:
        """Add an argument with its help in both languages.

        Args:
            names: of the option, or the one of a positional argument.
            vi: help for an official.
            en: help for an engineer.
            metavar: what stands for its value, in English.
            more: as argparse takes it.
        """
        if metavar is not None:
            more["metavar"] = translate(_METAVARS.get(metavar, metavar), metavar)
        self.add_argument(*names, help=translate(vi, en), **more)

    def error(self, message: str) -> NoReturn:
        """Print the line and leave with code 2."""
        told = translate(in_vietnamese(message), message)
        self.exit(2, f"{self.prog}: {told}. {translate('Xem', 'See')} `{self.prog} --help`.\n")


class Commands:
    """Commands of a program, added one after the other.

    Args:
        top: parser of the program.
    """

    def __init__(self, top: Parser) -> None:
        self._commands = top.add_subparsers(
            metavar=translate("LỆNH", "COMMAND"), required=True, title=translate("các lệnh", "commands"), parser_class=Parser
        )

    def add(self, name: str, *, vi: str, en: str) -> Parser:
        """Add a command, with what it does in both languages."""
        says = translate(vi, en)
        added = self._commands.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        added.set_defaults(command=name)
        return added


def day(text: str) -> date:
    """Read a day, ``31/03/2026`` or ``2026-03-31``, as ``type`` of an argument.

    Raises:
        ArgumentTypeError: it is none.
    """
    try:
        return date(*map(int, reversed(text.split("/")))) if _AS_WRITTEN.fullmatch(text) else date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            translate(
                f"{text!r} không phải là ngày dạng 31/03/2026 hoặc 2026-03-31",
                f"{text!r} is no day such as 2026-03-31 or 31/03/2026",
            )
        ) from None
