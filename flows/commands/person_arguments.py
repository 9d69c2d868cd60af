"""Arguments of the command about one person: what is held about them, and its erasure."""

from __future__ import annotations

import argparse

from flows.commands.parser import Commands


def add_person(commands: Commands) -> None:
    """Add the command about one person by the identity number, which is never an argument itself."""
    person = commands.add(
        "person",
        vi="dữ liệu về một người theo số định danh: xuất ra hoặc xóa khi người đó yêu cầu (docs/privacy.vi.md)",
        en="what is held about one person, by the identity number: exported or erased on request (docs/privacy.md)",
    )
    person.argument(
        "action",
        choices=("export", "erase"),
        metavar="ACTION",
        vi="export: ghi những gì vùng lưu bản gốc và kho dữ liệu giữ về người đó; erase: thay giá trị của người đó trong mọi bản gốc",
        en="export: write what landing zone and warehouse hold about them; erase: replace their values in every landing file",
    )
    person.argument(
        "identity",
        nargs="?",
        metavar="FILE",
        vi="tệp có số định danh, hoặc - để đọc từ đầu vào chuẩn; không nêu thì được hỏi. Số không bao giờ là tham số",
        en="a file that holds the number, or - for standard input; without it you are asked. The number itself is no argument",
    )
    person.argument(
        "--out",
        metavar="FILE",
        vi="của export: tệp JSON mới, quyền 0600 (mặc định: person-export.json)",
        en="of export: the JSON file, mode 0600 (default: person-export.json)",
    )
    person.argument("--by", metavar="WHO", vi="của erase: tài khoản của người thực hiện", en="of erase: account of who does it")
    person.argument(
        "--reason",
        metavar="TEXT",
        vi="của erase: lý do, một câu không nêu tên ai, ghi vào sổ ghi vết",
        en="of erase: why, a sentence that names nobody, for the ledger",
    )
    person.set_defaults(run=run_person, refuse=person.error)


def run_person(given: argparse.Namespace) -> None:
    """Export or erase a person."""
    from flows.commands import persons

    if given.action == "export":
        persons.export(given.identity, given.out)
        return
    if not (given.by and given.reason):
        given.refuse("the following arguments are required: --by, --reason")
    persons.erase(given.identity, given.by, given.reason)
