"""Arguments of the command about reference series, and what it calls."""

from __future__ import annotations

import argparse

from flows.commands.parser import Commands
from schemas.reference_codes import SERIES


def add_reference(commands: Commands) -> None:
    """Add the command that keeps and lists what other bodies published by year."""
    asked = commands.add(
        "reference",
        vi="chuỗi tham chiếu (PAR Index, SIPAS, PAPI, PCI, chỉ tiêu được giao) bên cạnh số liệu của ta, không trộn lẫn",
        en="reference series (PAR index, SIPAS, PAPI, PCI, targets) beside our figures, never mixed with them",
    )
    asked.argument(
        "file",
        nargs="?",
        metavar="FILE",
        vi="nhập tệp này (.csv, .xlsx; mẫu: config/example-reference-series.csv); không nêu thì liệt kê",
        en="enter this file (.csv, .xlsx; as config/example-reference-series.csv); without it they are listed",
    )
    asked.argument("--by", metavar="WHO", vi="tài khoản của người nhập, khi nhập tệp", en="account of who enters a file")
    asked.argument(
        "--series",
        choices=SERIES,
        metavar="SERIES",
        vi="chỉ một chuỗi: " + ", ".join(SERIES),
        en="one series: " + ", ".join(SERIES),
    )
    asked.set_defaults(run=run_reference)


def run_reference(given: argparse.Namespace) -> int:
    """Enter a file where one is named, then list what is kept; return the exit code."""
    from flows.commands.reference_series import enter_series, list_series
    from flows.runtime.session import warehouse

    with warehouse():
        if given.file:
            enter_series(given.file, given.by or "")
        list_series(given.series)
    return 0
