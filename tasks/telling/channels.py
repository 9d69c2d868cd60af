"""Channels of messages: e-mail and webhooks by Apprise, files dropped into a folder."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from config.atomic_files import write_whole_file
from config.errors import ConfigError
from config.language import Bilingual
from config.settings import secret
from config.subscriptions import Subscription
from tasks.telling.messages import Message

_STAGE = ".motcua"  # below the folder itself: a file is moved from there in one step
_CONNECT, _READ = 10.0, 20.0  # seconds
_FORMS = {"email": ("mailto://", "mailtos://"), "webhook": ("https://", "http://")}


def send(message: Message) -> bool:
    """Send a message by e-mail or webhook, and tell whether it was taken.

    It bears its number as ``X-Motcua-Message`` and ``Idempotency-Key``: what was taken before, and not noted, can be told.

    Raises:
        ConfigError: the address is not given, or none that its channel can be sent to.
    """
    plugin = channel_of(message.subscription)
    plugin.headers.update({"X-Motcua-Message": message.number, "Idempotency-Key": message.number})
    return bool(plugin.notify(body=message.body, title=message.title, body_format="text"))


def channel_of(subscription: Subscription) -> Any:
    """Return Apprise's plugin for the address of a subscription; nothing is asked of the network.

    Raises:
        ConfigError: the address is not given, or none that its channel can be sent to.
    """
    from apprise import Apprise

    logging.getLogger("apprise").propagate = False  # it names who is written to
    name = subscription.address.env if subscription.address is not None else ""
    address = secret(name) or ""
    forms = _FORMS[subscription.channel]
    # Apprise calls a webhook that takes JSON json:// or jsons://.
    known = address.replace("http", "json", 1) if subscription.channel == "webhook" else address
    plugin = Apprise.instantiate(known) if address.startswith(forms) else None
    if plugin is None or len(getattr(plugin, "targets", ["one"])) != 1:
        raise ConfigError(
            f"subscriptions.yaml, {subscription.name}: {name}",
            Bilingual(
                "thiếu, hoặc không phải một địa chỉ gửi tới được", "is missing, or no single address that can be sent to"
            ),
            Bilingual(f"{forms[0]}… của một nơi nhận", f"{forms[0]}… of one who receives"),
        )
    plugin.socket_connect_timeout, plugin.socket_read_timeout, plugin.notify_format = _CONNECT, _READ, "text"
    return plugin


def stage_file(message: Message) -> Path:
    """Write a message beside the folder's files, where nobody looks.

    Raises:
        OSError: it cannot be written.
    """
    staged = _staged(message)
    staged.parent.mkdir(parents=True, exist_ok=True)
    return write_whole_file(staged, f"{message.title}\n\n{message.body}".encode())


def drop_file(message: Message) -> None:
    """Move the file of a message into its folder, in one step; one that was moved before is not there any more.

    Raises:
        OSError: it cannot be moved.
    """
    staged = _staged(message)
    if staged.exists():
        staged.rename(_folder(message) / staged.name)
        directory = os.open(_folder(message), os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _folder(message: Message) -> Path:
    return message.subscription.folder or Path()


def _staged(message: Message) -> Path:
    return _folder(message) / _STAGE / f"motcua-{message.number}.txt"
