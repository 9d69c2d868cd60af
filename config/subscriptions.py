"""Subscriptions: who is told of what happens to work packages, when, and by which channel.

File: ``config/subscriptions.yaml``, or the one that ``MOTCUA_SUBSCRIPTIONS_FILE`` names. Without it nobody is told.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.codes import EVENT_KINDS
from config.connections import FromEnvironment
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual
from config.people import EVERY_AGENCY
from config.settings import settings


class Subscription(BaseModel):
    """Somebody who is told.

    Attributes:
        name: of the subscription; what was told is remembered under it.
        who: an agency, the vendor of a system, or the office that runs this.
        units: agencies that it is told about, each with all below it; ``*``: all.
        events: kinds of events.
        since: nothing that happened before this day is told.
        when: at once, or all of a day together on the next working morning.
        hour: of the office's day, from which a daily message is sent.
        working_hours_only: nothing is sent while the office is closed.
        channel: e-mail by the office's own relay, a webhook, or files that are dropped into a folder.
        address: variable of the environment with the address: ``mailto://…`` as Apprise writes it, or ``https://…``.
        folder: for the channel ``file``.
        language: of the messages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,40}$")
    who: Literal["agency", "vendor", "office"]
    units: tuple[str, ...] = (EVERY_AGENCY,)
    events: tuple[str, ...] = Field(min_length=1)
    since: date
    when: Literal["at_once", "daily"] = "daily"
    hour: int = Field(8, ge=0, le=23)
    working_hours_only: bool = True
    channel: Literal["email", "webhook", "file"]
    address: FromEnvironment | None = None
    folder: Path | None = None
    language: Literal["vi", "en"] = "vi"

    @field_validator("events")
    @classmethod
    def _are_kinds(cls, events: tuple[str, ...]) -> tuple[str, ...]:
        for one in events:
            if one not in EVENT_KINDS:
                known = ", ".join(EVENT_KINDS)
                raise ValueError(Bilingual(f"{one!r} không có; có: {known}", f"{one!r} is none; there are: {known}"))
        return events

    @model_validator(mode="after")
    def _says_where(self) -> Subscription:
        if (self.channel == "file") != (self.folder is not None) or (self.channel == "file") == (self.address is not None):
            raise ValueError(
                Bilingual(
                    f"{self.name}: kênh file cần folder, các kênh khác cần address",
                    f"{self.name}: the channel file needs a folder, the others an address",
                )
            )
        if self.who == "agency" and EVERY_AGENCY in self.units:
            raise ValueError(Bilingual(f"{self.name}: thiếu units của cơ quan", f"{self.name}: an agency needs its units"))
        return self


class Subscriptions(BaseModel):
    """Everybody who is told, in the order of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subscriptions: tuple[Subscription, ...]

    @model_validator(mode="after")
    def _have_names_of_their_own(self) -> Subscriptions:
        names = [one.name for one in self.subscriptions]
        for name in {name for name in names if names.count(name) > 1}:
            raise ValueError(Bilingual(f"tên {name} ghi hai lần", f"the name {name} is given twice"))
        return self


def load_subscriptions() -> tuple[Subscription, ...]:
    """Load who is told; nobody where there is no file.

    Raises:
        ConfigError: the file does not follow the model, or is named and not there.
    """
    named = settings().subscriptions_file
    path = named or settings().config_dir / "subscriptions.yaml"
    if path.exists():
        return read_model(path, Subscriptions).subscriptions
    if named is not None:
        raise ConfigError(
            "MOTCUA_SUBSCRIPTIONS_FILE",
            Bilingual(f"không có tệp {path}", f"there is no file {path}"),
            Bilingual("một tệp như config/example-subscriptions.yaml", "a file such as config/example-subscriptions.yaml"),
        )
    return ()
