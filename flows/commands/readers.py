"""Output of `motcua reader`: the address of a new account that reads what is published."""

from __future__ import annotations

from rich.console import Console

from config.language import translate
from tasks.warehouse.readers import add_reader

_OUT = Console()


def add(name: str) -> None:
    """Make a reader and print its address, this once."""
    address = add_reader(name)
    _OUT.print(address, highlight=False, markup=False, soft_wrap=True)
    _OUT.print(
        translate(
            "Địa chỉ này có mật khẩu và chỉ hiện một lần. Tài khoản chỉ đọc được lớp mart (docs/queries.md có mười câu truy vấn).",
            "It holds the password and is shown this once. The account reads the layer mart alone (docs/queries.md has ten queries).",
        )
    )
