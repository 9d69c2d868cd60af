"""Connections to a source: over HTTP, to a database, or to a folder of files.

A secret is named by its environment variable only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import secret

EVENT_FIELDS = ("at", "status", "unit", "actor", "planned_end_at")
PAUSE_FIELDS = ("kind", "started_at", "ended_at", "due_before_at", "due_after_at")


class Strict(BaseModel):
    """Base of the models: an unknown key is an error, numbers may stand for text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class FromEnvironment(Strict):
    """The name of an environment variable that holds the value; never the value."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")

    def value(self) -> str:
        """Return the variable's value.

        Raises:
            ConfigError: the variable is not set.
        """
        found = secret(self.env)
        if not found:
            raise ConfigError(
                Bilingual(f"biến môi trường {self.env}", f"environment variable {self.env}"),
                Bilingual("chưa được đặt", "is not set"),
                Bilingual("giá trị mà tệp của nguồn yêu cầu", "the value that a source file asks for"),
            )
        return found


Given = str | FromEnvironment


def given(value: Given) -> str:
    """Return a value that a file states itself or takes from the environment; ConfigError where it is not set."""
    return value.value() if isinstance(value, FromEnvironment) else value


class Totals(Strict):
    """A service that tells how many dossiers each agency received on each day.

    Asked with ``tuNgay`` and ``denNgay``.

    Attributes:
        service: its name.
        unit, day, count: keys of a record: agency as the dossiers name it, day of receipt, number of dossiers.
    """

    service: str
    unit: str = "DonViXuLy"
    day: str = "NgayTiepNhan"
    count: str = "TongSo"


class Paging(Strict):
    """How a list is asked for piece by piece.

    Attributes:
        style: page: by the number of a page; offset: by the first record and how many; range: by the first record and the
            one after the last; whole: it comes in one answer.
        place: name of the parameter that says which page, or which record first.
        size: name of the parameter that says how many, or which record is the one after the last.
        first: what the source calls the first page, or the first record; null: 1 for pages, 0 for records.
    """

    style: Literal["page", "offset", "range", "whole"] = "page"
    place: str = "page"
    size: str = "size"
    first: int | None = None


class Token(Strict):
    """A login that answers with a token, which every request then shows; a new one is asked for when it has ended.

    Attributes:
        path: of the login, behind the address.
        fields: of the login; secrets from the environment.
        encoding: how they are sent.
        answer: where the token stands in the answer, ``data.token`` for one inside another.
        header, prefix: which header shows it, and what stands before it there.
    """

    path: str
    fields: dict[str, Given]
    encoding: Literal["json", "form"] = "json"
    answer: str = "access_token"
    header: str = "Authorization"
    prefix: str = "Bearer "


_SECRET_WORDS = ("token", "auth", "key", "secret", "password", "cookie")


class Listing(Strict):
    """A plain list over HTTP, instead of the national exchange's envelope.

    ``parameters`` are sent with each question.

    Attributes:
        path: of the list, behind the address.
        method: GET asks with parameters of the address, POST with the same in a JSON body.
        headers: sent with each question; whatever proves who asks, from the environment only.
        token: a login that gives a token; without it ``user`` and ``password``, where given, are sent as HTTP Basic.
        paging: how the list is asked for piece by piece.
        since, until: parameters that ask for what was modified from an instant on, and before one; without them the
            whole list is read each time.
        moments: how those instants are written, to the second: strftime in the source's zone, or epoch_ms.
        records, total: where the records and their number stand in the answer, ``data.items`` for one inside another.
        more: where the answer says whether pages follow: a flag, or the address or token of the next one; null where it
            does not, and an empty page shows the end.
        good: key of the answer to the values that a good one has there.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    headers: dict[str, Given] = Field(default_factory=dict)
    token: Token | None = None
    paging: Paging = Paging()
    since: str | None = None
    until: str | None = None
    moments: str = "%Y-%m-%dT%H:%M:%S"
    records: str | None = None
    total: str = "total"
    more: str | None = None
    good: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_sound(self) -> Listing:
        if (self.since is None) != (self.until is None):
            raise ValueError(
                Bilingual("since và until phải ghi cả hai, hoặc không ghi", "since and until are given together or not at all")
            )
        if self.moments != "epoch_ms" and len({datetime(2026, 1, 5, 8, 0, s).strftime(self.moments) for s in (0, 1)}) == 1:
            raise ValueError(
                Bilingual(
                    "dạng thời điểm phải có giây, nếu không các khoảng thời gian sẽ chồng lên nhau hoặc hở",
                    "moments must tell seconds: windows of time would overlap or leave gaps",
                )
            )
        open_secrets = [name for name, value in self.headers.items() if isinstance(value, str) and _may_be_secret(name)]
        if open_secrets:
            raise ValueError(
                Bilingual(
                    f"headers: {', '.join(open_secrets)} có thể là thông tin bí mật; ghi thành {{env: TÊN}}",
                    f"headers: {', '.join(open_secrets)} may prove who asks; give it as {{env: NAME}}",
                )
            )
        return self


def _may_be_secret(name: str) -> bool:
    return any(word in name.casefold() for word in _SECRET_WORDS)


class Rest(Strict):
    """A system over HTTP: in the national exchange's envelope (law 2.3), or as a plain list.

    Attributes:
        address: base address, https unless the host is this machine or ``plain_http`` is set.
        user, password: names of the variables with the account; both or neither.
        login_path, service_path: of the envelope's login and of its services, behind the address.
        listing: a plain list instead of the envelope; the names of services and the agency are then not used.
        service: name of the service that lists the records.
        agency: ``madonvi`` of the envelope.
        destination: ``dstcode`` header of the login.
        parameters: constants added to the request's ``data``, or to the question for a plain list.
        page_size: records asked for at a time.
        paged: false where the service heeds neither page nor size and gives everything in one answer.
        requests_per_second: highest rate of requests to the host, whichever of our sources asks it; null sets none.
        connections: how many of our sources may ask the host at the same time, over all runs.
        timeout_seconds: how long an answer may keep silent.
        tries: how often one request is sent before the pull gives up, once the source has answered in it.
        retry_seconds: wait before the second try; doubled for each further one, half as much more or less by chance.
        largest_page_mb: an answer larger than this is refused.
        most_pages: a list that does not end after so many pages is refused.
        totals: service of the system's own counts by agency and day, where it has one.
        plain_http: allows http to another machine: whoever is on the way can read and change what is sent.
        allowed_hosts: hosts that may be asked besides the address's own.
        trusted_certificates: file with the certificates of the authority that signed the system's own.
    """

    address: Given
    user: FromEnvironment | None = None
    password: FromEnvironment | None = None
    listing: Listing | None = None
    login_path: str = "login"
    service_path: str = "service"
    service: str = "LayDanhSachHoSo"
    agency: str = ""
    destination: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    page_size: int = Field(500, ge=1, le=10_000)
    paged: bool = True
    requests_per_second: float | None = Field(None, gt=0)
    connections: int = Field(1, ge=1)
    timeout_seconds: float = Field(30, gt=0, le=600)
    tries: int = Field(4, ge=1, le=10)
    retry_seconds: float = Field(2, gt=0, le=60)
    largest_page_mb: int = Field(64, ge=1, le=1024)
    most_pages: int = Field(20_000, ge=1)
    totals: Totals | None = None
    plain_http: bool = False
    allowed_hosts: tuple[str, ...] = ()
    trusted_certificates: Path | None = None

    @model_validator(mode="after")
    def _login_is_whole(self) -> Rest:
        if (self.user is None) != (self.password is None):
            raise ValueError(
                Bilingual(
                    "user và password phải ghi cả hai, hoặc không ghi", "user and password are given together or not at all"
                )
            )
        if self.listing is not None and self.totals is not None:
            raise ValueError(
                Bilingual(
                    "totals chỉ có ở dạng envelope; dạng danh sách thường không có",
                    "totals are a service of the envelope; a plain list has none",
                )
            )
        return self


class ChildTable(Strict):
    """A table whose rows belong to a dossier: pauses, progress log.

    Attributes:
        table: its name, in the namespace of the records.
        key: column that holds the parent's key.
        columns: canonical field to column name.
        order_by: column by which the rows of one parent stand in order.
    """

    table: str
    key: str
    columns: dict[str, str]
    order_by: str | None = None


class Sql(Strict):
    """A database that SQLAlchemy speaks; tables and columns are named here, statements are ours.

    Attributes:
        address: SQLAlchemy URL, from the environment: it holds a password.
        namespace: database schema of the tables, where they are not in the default one.
        table: table or view of the records.
        key: column that names a record; pages are read in its order.
        modified: column of the last modification; null reads the whole table each time.
        pauses, events: tables of the dossiers' pauses and progress logs.
        page_rows: records in one landing file.
        connections: how many of our sources may ask the host at the same time, over all runs.
        allowed_hosts: hosts that the address may name; empty allows the one that it names.
        totals: whether its rows are counted by agency and day of receipt, to prove that all of them are held here.
    """

    address: FromEnvironment
    namespace: str | None = None
    table: str
    key: str
    modified: str | None = None
    pauses: ChildTable | None = None
    events: ChildTable | None = None
    page_rows: int = Field(5000, ge=1, le=100_000)
    connections: int = Field(1, ge=1)
    allowed_hosts: tuple[str, ...] = ()
    totals: bool = False

    @model_validator(mode="after")
    def _children_fields(self) -> Sql:
        for child, fields in ((self.pauses, PAUSE_FIELDS), (self.events, EVENT_FIELDS)):
            unknown = set(child.columns) - set(fields) if child else set()
            if unknown:
                raise ValueError(
                    Bilingual(
                        f"không có trường {', '.join(sorted(unknown))}; các trường: {', '.join(fields)}",
                        f"unknown fields {', '.join(sorted(unknown))}; allowed: {', '.join(fields)}",
                    )
                )
        return self


class Files(Strict):
    """A folder into which files are dropped.

    Attributes:
        folder: the folder; links and files outside it are refused.
        pattern: which files, e.g. ``*.xlsx``.
        encoding: of text files; null tries UTF-8 and UTF-16, by their marks and without, then Windows-1258. A bad byte
            in UTF-8 damages its own cell.
        delimiter: of text files; a first line such as ``sep=;`` says another one, else it is never guessed.
        sheet: name of the sheet; null takes every one that has the headings.
        largest_mb: a larger file is refused before it is opened.
    """

    folder: Given
    pattern: str = "*.xlsx"
    encoding: str | None = None
    delimiter: str = Field(",", min_length=1, max_length=1)
    sheet: str | None = None
    largest_mb: int = Field(200, ge=1, le=2048)

    @field_validator("pattern")
    @classmethod
    def _inside(cls, pattern: str) -> str:
        if "/" in pattern or "\\" in pattern or ".." in pattern:
            raise ValueError(
                Bilingual(
                    "pattern chỉ nêu tệp nằm ngay trong thư mục, không có / hoặc ..",
                    "a pattern names files of the folder itself, without / or ..",
                )
            )
        return pattern
