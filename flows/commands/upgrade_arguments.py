"""Arguments of the command about upgrades, and what it calls."""

from __future__ import annotations

import argparse

from flows.commands.parser import Commands


def add_upgrade(commands: Commands) -> None:
    """Add the command that tries this release on the office's own data before it is installed."""
    upgrade = commands.add(
        "upgrade",
        vi="thử bản này trên dữ liệu của chính cơ quan trước khi cài: hồ sơ nào sẽ có kết luận khác",
        en="try this release on the office's own data before it is installed: which verdicts come out otherwise",
    )
    upgrade.argument(
        "action",
        choices=("rehearse",),
        vi="rehearse: phục hồi bản sao lưu vào một thư mục tạm, kiểm tra và kết luận lại mọi hồ sơ, so với kết luận cũ",
        en="rehearse: restore a backup into a folder of its own, check and judge every dossier again, hold it against the old verdicts",
    )
    upgrade.argument("backup", metavar="FILE", vi="bản sao lưu của bản đang dùng", en="a backup of the release in use")
    upgrade.argument(
        "--csv", metavar="FILE", vi="ghi từng hồ sơ có kết luận khác", en="write each dossier that comes out otherwise"
    )
    upgrade.argument(
        "--work",
        metavar="FOLDER",
        vi="thư mục đặt kho tạm (mặc định: thư mục tạm của máy); cần chỗ trống như MOTCUA_HOME",
        en="where the warehouse of the rehearsal stands meanwhile (default: the machine's temporary folder); as much space as the home",
    )
    upgrade.set_defaults(run=run_upgrade)


def run_upgrade(given: argparse.Namespace) -> int:
    """Rehearse the upgrade; return the exit code."""
    from flows.commands.upgrades import rehearse_upgrade

    return rehearse_upgrade(given.backup, given.csv, given.work)
