"""Arguments of the command about accounts of the database that read, and what it calls."""

from __future__ import annotations

import argparse

from flows.commands.parser import Commands


def add_readers(commands: Commands) -> None:
    """Add the command that makes and removes readers of what is published, and of an agency's dossiers."""
    reader = commands.add(
        "reader",
        vi="tài khoản cơ sở dữ liệu chỉ đọc: số liệu đã công bố, hoặc hồ sơ của riêng một cơ quan; địa chỉ in một lần",
        en="an account of the database that only reads: what is published, or one agency's own dossiers; its address is printed once",
    )
    reader.argument(
        "action",
        choices=("add", "remove"),
        metavar="ACTION",
        vi="add: thêm, hoặc giao cơ quan khác cho tài khoản đã có; remove: xóa",
        en="add: make it, or give one that is there other agencies; remove: remove it",
    )
    reader.argument("name", metavar="NAME", vi="tên tài khoản, ví dụ phan_tich", en="name of the account, e.g. analyst")
    reader.argument(
        "--agency",
        action="append",
        default=[],
        metavar="CODE",
        vi="chỉ thấy hồ sơ của cơ quan này và cấp dưới; có thể lặp lại; '*': mọi cơ quan",
        en="sees the dossiers of this agency and those below it alone; may be repeated; '*': every agency",
    )
    reader.argument(
        "--account",
        metavar="ACCOUNT",
        vi="lấy cơ quan và thời hạn của tài khoản này trong people.yaml",
        en="takes agencies and days from this account of people.yaml",
    )
    reader.set_defaults(run=run_readers, refuse=reader.error)


def run_readers(given: argparse.Namespace) -> None:
    """Make, change or remove a reader."""
    from flows.commands import readers
    from flows.runtime.session import warehouse

    if given.action == "remove" and (given.agency or given.account):
        given.refuse("remove takes neither --agency nor --account")
    with warehouse():
        if given.action == "remove":
            readers.remove(given.name)
        elif given.agency or given.account:
            readers.add_of_agencies(given.name, given.agency, given.account)
        else:
            readers.add(given.name)
