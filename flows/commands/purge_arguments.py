"""Arguments of the command that purges landing files, and what it calls."""

from __future__ import annotations

import argparse

from flows.commands.parser import Commands


def add_purge(commands: Commands) -> None:
    """Add the command that says what the rule of retention no longer keeps, and purges it when told to."""
    purge = commands.add(
        "purge",
        vi="bản gốc nào đã hết thời hạn lưu theo config/retention.yaml; --apply: xóa chúng, số liệu giữ nguyên",
        en="which landing files config/retention.yaml no longer keeps; --apply: purge them, figures stay",
    )
    purge.argument(
        "--apply",
        action="store_true",
        vi="xóa; không nêu thì chỉ cho biết sẽ xóa gì",
        en="purge; without it only what would go is told",
    )
    purge.argument(
        "--by", metavar="WHO", vi="của --apply: tài khoản của người thực hiện", en="of --apply: account of who does it"
    )
    purge.set_defaults(run=run_purge, refuse=purge.error)


def run_purge(given: argparse.Namespace) -> None:
    """Tell what would be purged, or purge it."""
    from flows.commands.purges import show_purge

    if given.apply and not given.by:
        given.refuse("the following arguments are required: --by")
    show_purge(given.by, apply=given.apply)
