"""Settings: the only place that reads the environment.

Every setting has a default that works on one machine for one operator; an office sets the others
by ``MOTCUA_…`` variables. Secrets come from variables or files, never from YAML.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.read_once import read_once

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION_DAY = "demonstration-day.txt"
"""File of a demonstration's home: the day at which its world stands still, whatever the clock says."""


def _default_home() -> Path:
    """Where state lies: never in a home when root, because the embedded server opens parent folders."""
    if os.geteuid() == 0:
        return Path("/var/lib/motcua")
    return Path.home() / ".local" / "share" / "motcua"


@dataclass(frozen=True)
class PageOptions:
    """Options of the page: the language it opens in, the folder of its cache, and whether others serve it.

    The cache holds what takes long to make and stays the same. A page that is served can be read by every account.
    """

    language: str
    cache: Path
    served: bool = False


class Settings(BaseSettings):
    """Settings of one installation.

    Attributes:
        home: folder of everything that lasts: landing files, the embedded cluster, keys, the page.
        database_url: PostgreSQL 15 or newer; empty starts the embedded one below ``home``.
        sources_dir: folder of ``*.yaml`` source files; names starting with ``example-`` are not read.
        config_dir: folder of calendar, policies, checks and indicators.
        subscriptions_file: who is told of what happens to work packages; empty: ``subscriptions.yaml`` in ``config_dir``.
        people_file: who may propose and approve corrections; empty: ``people.yaml`` in ``config_dir``.
        prefect_port: port of the Prefect server on 127.0.0.1.
        page_port: port on 127.0.0.1 on which `motcua up` serves the published page; empty takes the one after
            ``prefect_port``, 0 serves none.
        prefect_database_url: database of the Prefect server, with an asynchronous driver
            (``postgresql+asyncpg://…``); empty takes one of its own in the embedded cluster.
        dask_address: scheduler of a Dask cluster that checks and judges partitions; empty takes two threads.
        landing: where landing files lie: a folder, or the URL of any store that fsspec knows (``s3://bucket/folder``);
            empty takes ``landing`` below ``home``. Its keys are the driver's own variables, never part of the URL.
        landing_key_file: file outside the home with the keys that landing files are encrypted with, 64 hexadecimal digits a line, the
            newest first; empty writes them plainly.
        page_dir: folder of the published page, which a web server of another account may read; empty takes ``page`` below
            ``home``, which only the operator reads.
        packages: folder of work packages, with ``in`` for what agencies send back; empty takes ``packages`` below ``home``.
        pseudonym_key: key of the pseudonyms (at least 32 characters); empty makes one below ``home``.
        policy: policy whose figures are published by default.
        publishing: ``at_once``, or ``after_approval``: a run makes a draft, which a person who may has to approve.
        notify: addresses that are told of what an operator has to know, apart by spaces: ``https://…`` of a webhook, or
            Apprise's (``mailto://…``); empty tells nobody and asks nothing of the network.
        open_data_threshold: smallest count of dossiers that open data tell, besides 0.
        free_space_floor_mb: a run does not start with less free space than this, in MB.
    """

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", extra="forbid", frozen=True)

    home: Path = Field(default_factory=_default_home)
    database_url: SecretStr = SecretStr("")
    sources_dir: Path = ROOT / "config" / "sources"
    config_dir: Path = ROOT / "config"
    subscriptions_file: Path | None = None
    people_file: Path | None = None
    prefect_port: int = Field(4200, ge=1, le=65_535)
    page_port: int | None = Field(None, ge=0, le=65_535)
    prefect_database_url: SecretStr = SecretStr("")
    dask_address: str = ""
    landing: str = ""
    landing_key_file: Path | None = None
    page_dir: Path | None = None
    packages: str = ""
    pseudonym_key: SecretStr = SecretStr("")
    policy: str = "qd766"
    publishing: Literal["at_once", "after_approval"] = "at_once"
    language: Literal["vi", "en"] = "vi"
    notify: SecretStr = SecretStr("")
    open_data_threshold: int = Field(5, ge=2, le=100)
    free_space_floor_mb: int = Field(200, ge=0)

    @property
    def landing_folder(self) -> Path | None:
        """Folder of the landing files; None where they lie in a store that is no folder of this machine."""
        if not self.landing:
            return self.home / "landing"
        protocol, separator, path = self.landing.partition("://")
        if not separator:
            return Path(self.landing)
        return Path(path) if protocol == "file" else None

    @property
    def packages_folder(self) -> Path:
        """Folder of the work packages: ``out``, ``in``, ``done`` and ``refused`` stand in it."""
        return Path(self.packages) if self.packages else self.home / "packages"

    @property
    def page(self) -> Path:
        """The published page."""
        return (self.page_dir or self.home / "page") / "index.html"

    @property
    def served_page_port(self) -> int:
        """Port on which the published page is served; 0 where it is not."""
        return min(self.prefect_port + 1, 65_535) if self.page_port is None else self.page_port

    @property
    def page_options(self) -> PageOptions:
        """How the page is made."""
        return PageOptions(self.language, self.home / "cache", served=self.page_dir is not None)

    @property
    def data_docs(self) -> Path:
        """Folder of what the gates found, a page a day."""
        return self.home / "data-docs"


@read_once
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()


def demonstration_day() -> date | None:
    """Return the day at which the made-up world of a demonstration stands still; None in any other home."""
    note = settings().home / DEMONSTRATION_DAY
    return date.fromisoformat(note.read_text(encoding="utf-8").strip()) if note.is_file() else None


def secret(name: str) -> str | None:
    """Return the value of an environment variable that a source file names, or None.

    Source files hold the *names* of variables (``password: {env: LAND_PASSWORD}``), never secrets.
    """
    return os.environ.get(name)


def named_variables(prefix: str) -> list[str]:
    """Return the names in the environment that begin with a prefix, in order."""
    return sorted(name for name in os.environ if name.startswith(prefix))


def kill_point_requested() -> str | None:
    """Return ``name:n`` from MOTCUA_KILL_AT, the point at which a fault test wants this process killed."""
    return os.environ.get("MOTCUA_KILL_AT")
