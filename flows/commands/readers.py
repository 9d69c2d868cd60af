"""Output of `motcua reader`: the address of a new account that reads, and whose dossiers it sees."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from config.language import translate
from tasks.warehouse.agency_readers import GrantedAgency, agencies_of_account, end_reader, let_see
from tasks.warehouse.readers import add_reader

_OUT = Console()


def add(name: str) -> None:
    """Make a reader of what is published and print its address, this once."""
    _show(add_reader(name))
    _say(
        translate(
            "Địa chỉ này có mật khẩu và chỉ hiện một lần. Tài khoản chỉ đọc được lớp mart (docs/queries.md có mười câu truy vấn).",
            "It holds the password and is shown this once. The account reads the layer mart alone (docs/queries.md has ten queries).",
        )
    )


def add_of_agencies(name: str, codes: Sequence[str], account: str | None) -> None:
    """Make a reader of agencies' dossiers, or give one that is there these agencies in place of those that it had.

    Args:
        name: of the account.
        codes: agencies.
        account: in people.yaml, whose agencies are taken as well.
    """
    granted = [*(agencies_of_account(account) if account else ()), *map(GrantedAgency, codes)]
    address = let_see(name, granted)
    if address is not None:
        _show(address)
        _say(
            translate(
                "Địa chỉ này có mật khẩu và chỉ hiện một lần.",
                "It holds the password and is shown this once.",
            )
        )
    seen = ", ".join(sorted({one.unit_code for one in granted}))
    _say(
        translate(
            f"Tài khoản chỉ thấy hồ sơ của {seen} và cấp dưới: core, judged.verdicts, phát hiện, đính chính, gói việc.",
            f"The account sees the dossiers of {seen} and those below alone: core, judged.verdicts, findings, corrections, packages.",
        )
    )


def remove(name: str) -> None:
    """Remove a reader and what it was given."""
    end_reader(name)
    _say(translate(f"Đã xóa tài khoản {name}.", f"The account {name} is removed."))


def _show(address: str) -> None:
    _OUT.print(address, highlight=False, markup=False, soft_wrap=True)


def _say(sentence: str) -> None:
    _OUT.print(sentence, highlight=False, markup=False)
