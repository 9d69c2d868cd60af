"""Arguments of the command about keys of the landing zone, and what it calls."""

from __future__ import annotations

import argparse

from config.language import counted, translate
from flows.commands.parser import Commands


def add_keys(commands: Commands) -> None:
    """Add the command about keys of the landing zone."""
    keys = commands.add(
        "keys",
        vi="khóa của vùng lưu bản gốc (MOTCUA_LANDING_KEY_FILE): mã hóa mọi tệp bằng khóa đứng đầu",
        en="keys of the landing zone (MOTCUA_LANDING_KEY_FILE): lock every file with the first of them",
    )
    keys.argument(
        "action",
        choices=("rotate",),
        vi="rotate: mã hóa lại những tệp chưa mã hóa, hoặc mã hóa bằng khóa cũ",
        en="rotate: lock files again that are plain, or locked with an older key",
    )
    keys.set_defaults(run=run_keys)


def run_keys(_given: argparse.Namespace) -> None:
    """Lock every landing file with the first key.

    Raises:
        ConfigError: there is no key, or a file is locked with one that is not there.
    """
    from rich.console import Console

    from config.errors import ConfigError
    from config.language import Bilingual
    from tasks.sources.encrypted_store import blob_store

    store = blob_store()
    if not store.keys:
        raise ConfigError(
            "MOTCUA_LANDING_KEY_FILE",
            Bilingual("chưa đặt, nên không có khóa để mã hóa", "is not set, so there is no key to lock with"),
            Bilingual("một tệp ngoài MOTCUA_HOME, khóa mới nhất đứng đầu", "a file outside the home, the newest key first"),
        )
    changed, held = store.lock_again()
    Console().print(
        translate(
            f"Đã mã hóa lại {changed} trong {held} tệp. Các khóa cũ chỉ còn cần cho các bản sao lưu cũ.",
            f"{changed} of {counted(held, 'file')} locked again. Older keys are needed for older backups alone.",
        ),
        highlight=False,
    )
