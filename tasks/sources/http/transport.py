"""Requests to one host over HTTP: encrypted, in its hours, at its rate, with retries.

Only the host of the checked address is asked; a redirect is refused whatever it names, and a proxy variable of the
machine is not looked at. What a name server answers for that host is not checked: whoever can change it is kept
out by the host's certificate, which is why plain HTTP asks for a closed network.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import ip_address
from random import SystemRandom
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from config.connections import Rest
from config.errors import (
    ASK_DOCTOR,
    ConfigError,
    DeferredError,
    OutOfHoursError,
    RefusedError,
    SourceError,
    TransientError,
    Words,
)
from config.language import Bilingual
from config.sources import Source
from tasks.sources.http.refusals import REFUSING

_WAIT_LONGEST = 120.0  # seconds that a Retry-After may ask for within one pull; for longer the source is left alone
_ALONE_LONGEST = 7 * 24 * 3600.0  # seconds; a Retry-After beyond this is no request for patience
_PASSING = (408, 425, 429, 500, 502, 503, 504)
_ABSENT = (404, 410, 416)
_CHANCE = SystemRandom()


class AbsentError(SourceError):
    """There is nothing where it was asked for: HTTP 404, 410 or 416. Behind a list's last page that is its end."""


@lru_cache(maxsize=1)
def _machines_authorities() -> ssl.SSLContext:
    """The certificates that this machine trusts: reading them takes longer than most conversations."""
    return ssl.create_default_context()


class _Pace:
    """When a host was last asked by this process; whoever asks next waits for its turn.

    A host that was not asked yet may have been by another process a moment ago.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._last = time.monotonic()

    def keep(self, requests_per_second: float | None) -> None:
        """Wait until a request may be sent, and note that it is."""
        with self._turn:
            if requests_per_second:
                wait = self._last + 1 / requests_per_second - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
            self._last = time.monotonic()


_PACES: dict[str, _Pace] = {}


class Transport:
    """A conversation with one host; open it with ``with``, which may be done again within.

    Args:
        source: whose conversation; for its hours and its name in errors.
        options: rate, tries, caps and certificates.
        address: base address, as the source file gives it.

    Raises:
        ConfigError: the address is not one that may be asked.
    """

    def __init__(self, source: Source, options: Rest, address: str) -> None:
        self.source = source
        self.options = options
        self.address = checked_address(source, options, address)
        self._pace = _PACES.setdefault(urlsplit(self.address).netloc, _Pace())
        self._answered = False
        self._failures = 0
        self._opened = 0

    def __enter__(self) -> Transport:
        self._opened += 1
        if self._opened > 1:
            return self
        context = _machines_authorities()
        if self.options.trusted_certificates is not None:
            context = ssl.create_default_context()
            context.load_verify_locations(self.options.trusted_certificates)
        # trust_env: a proxy variable of the machine must not carry sessions to another host.
        self._client = httpx.Client(
            timeout=self.options.timeout_seconds, verify=context, follow_redirects=False, trust_env=False
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._opened -= 1
        if self._opened == 0:
            self._client.close()

    def post(self, path: str, content: dict[str, Any], headers: dict[str, str] | None = None) -> bytes:
        """Send one request with a JSON body; see :meth:`request`."""
        return self.request("POST", path, headers, json=content)

    def request(self, method: str, path: str, headers: dict[str, str] | None = None, **content: Any) -> bytes:
        """Send one request and return the answer's bytes, none where it says that it has no content.

        A failure that may pass is waited for and the request sent again: as long as the source asks with
        Retry-After, else twice as long each time with half of it left to chance, so that many who failed together do
        not come back together. A source that has not answered at all in this pull is left to the retries of the run.

        Args:
            method: GET or POST.
            path: behind the base address.
            headers: besides the usual ones.
            content: ``json``, ``data`` (a form) or ``params`` (of the address).

        Raises:
            TransientError: it failed as often as is allowed.
            DeferredError: the source asks for more patience than a pull has, or its hours are over.
            RefusedError: it does not accept who asks.
            AbsentError: there is nothing at that place.
            SourceError: the answer cannot be used.
        """
        for attempt in range(1, self.options.tries + 1):
            self._require_hours()
            self._pace.keep(self.options.requests_per_second)
            asked = None
            try:
                status, body, asked = self._send(method, path, headers or {}, content)
                self._require_good(status)
            except TransientError as failure:
                self._failures += 1
                self._wait(failure, attempt, asked)
            else:
                self._answered, self._failures = True, 0
                return body
        raise AssertionError("the last try returns or raises")

    def _wait(self, failure: TransientError, attempt: int, asked: float | None) -> None:
        """Wait before the next try, or raise where there is none."""
        if asked is not None and asked > _WAIT_LONGEST:
            until = datetime.now(self.source.timezone) + timedelta(seconds=min(asked, _ALONE_LONGEST))
            raise DeferredError(
                self.source.name,
                Bilingual(f"{failure.fact.vi} và yêu cầu chờ", f"{failure.fact} and asks for patience"),
                until,
                asked_by_source=True,
            )
        if attempt == self.options.tries or (asked is None and not self._answered):
            failure.failures, failure.answered = self._failures, self._answered
            raise failure
        pause = self.options.retry_seconds * 2 ** (attempt - 1) * _CHANCE.uniform(0.5, 1.5)
        time.sleep(pause if asked is None else asked)

    def _require_good(self, status: int) -> None:
        """Raise for every status but a good one, TransientError for what may pass."""
        if status in (httpx.codes.OK, httpx.codes.NO_CONTENT):
            return
        if 300 <= status < 400:
            raise self._error(
                Bilingual("trả lời bằng chuyển hướng, không đi theo", "answered with a redirect, which is not followed"),
                Bilingual("Hãy ghi địa chỉ cuối cùng vào tệp của nguồn.", "Put the final address into the source file."),
            )
        if status in _PASSING:
            raise TransientError(self.source.name, Bilingual(f"trả lời HTTP {status}", f"answered with HTTP {status}"))
        if status in REFUSING:
            fact = Bilingual(
                f"trả lời HTTP {status}: từ chối tài khoản truy cập",
                f"answered with HTTP {status}: it does not accept who asks",
            )
            raise RefusedError(
                self.source.name, fact, Bilingual("Hãy kiểm tra tên, mật khẩu hoặc token.", "Check user, password or token.")
            )
        if status in _ABSENT:
            raise AbsentError(self.source.name, Bilingual(f"trả lời HTTP {status}", f"answered with HTTP {status}"), ASK_DOCTOR)
        raise self._error(Bilingual(f"trả lời HTTP {status}", f"answered with HTTP {status}"))

    def _send(
        self, method: str, path: str, headers: dict[str, str], content: dict[str, Any]
    ) -> tuple[int, bytes, float | None]:
        url = f"{self.address}/{path.lstrip('/')}"
        try:
            with self._client.stream(method, url, headers=headers, **content) as response:
                return response.status_code, self._body(response), retry_after(response.headers, datetime.now(UTC))
        except (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error):
                raise self._error(
                    Bilingual("chứng thư số không được tin cậy", "its certificate is not trusted"),
                    Bilingual(
                        "Hãy nêu cơ quan cấp chứng thư trong trusted_certificates.",
                        "Name its authority in trusted_certificates.",
                    ),
                ) from None
            raise TransientError(
                self.source.name,
                Bilingual(
                    f"không nhận được câu trả lời trọn vẹn ({type(error).__name__})",
                    f"no whole answer came ({type(error).__name__})",
                ),
            ) from None
        except httpx.HTTPError as error:
            raise self._error(
                Bilingual(f"yêu cầu không thành công ({type(error).__name__})", f"the request failed ({type(error).__name__})")
            ) from None

    def _body(self, response: httpx.Response) -> bytes:
        """Read an answer up to the cap, however large it says it is."""
        most = self.options.largest_page_mb * 1_000_000
        pieces: list[bytes] = []
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > most:
                raise self._error(
                    Bilingual(
                        f"câu trả lời lớn hơn {self.options.largest_page_mb} MB",
                        f"an answer is larger than {self.options.largest_page_mb} MB",
                    ),
                    Bilingual("Hãy giảm kích thước trang.", "Ask for smaller pages."),
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _require_hours(self) -> None:
        require_hours(self.source, datetime.now(UTC))

    def _error(self, fact: Words, action: Words = ASK_DOCTOR) -> SourceError:
        return SourceError(self.source.name, fact, action)


def require_hours(source: Source, moment: datetime) -> None:
    """Refuse to ask a source outside its hours.

    Args:
        source: with or without ``only_between``.
        moment: now, aware.

    Raises:
        OutOfHoursError: with the instant at which its hours begin.
    """
    local = moment.astimezone(source.timezone)
    if source.hours is not None and not source.hours.hold(local.time()):
        raise OutOfHoursError(
            source.name,
            Bilingual(
                f"chỉ được phép lấy dữ liệu trong khoảng {source.only_between}",
                f"may be asked between {source.only_between} only",
            ),
            source.hours.next_begin(local),
            action=Bilingual(
                "Lượt chạy trong giờ đó sẽ lấy tiếp; `motcua refresh --anyway` lấy ngay bây giờ.",
                "A run within its hours goes on; `motcua refresh --anyway` asks now.",
            ),
        )


def checked_address(source: Source, options: Rest, address: str) -> str:
    """Return the base address without a trailing slash.

    Raises:
        ConfigError: not HTTP, with credentials inside, not encrypted, or a host that is not allowed.
    """
    parts = urlsplit(address)
    where = f"sources/{source.name}.yaml rest.address"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(where, Bilingual("không phải địa chỉ HTTP", "is no HTTP address"), "https://host/path")
    if parts.username or parts.password or parts.query:
        raise ConfigError(
            where,
            Bilingual("có tên, mật khẩu hoặc tham số", "holds credentials or parameters"),
            Bilingual("tên và mật khẩu đặt bằng biến môi trường", "user and password by environment"),
        )
    hosts = options.allowed_hosts
    if hosts and parts.hostname not in hosts:
        raise ConfigError(
            where,
            Bilingual("nêu máy chủ không có trong allowed_hosts", "names a host that allowed_hosts does not list"),
            ", ".join(hosts),
        )
    if parts.scheme == "http" and not options.plain_http and not _is_this_machine(parts.hostname):
        raise ConfigError(
            where,
            Bilingual("không được mã hóa", "is not encrypted"),
            Bilingual("https, hoặc plain_http: true trong mạng khép kín", "https, or plain_http: true inside a closed network"),
        )
    return address.rstrip("/")


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Return the seconds that a source asks to wait; a date is taken relative to its own clock where it tells it.

    Args:
        headers: of the answer.
        now: our own time, for a source that states no Date.
    """
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = _until(value, headers.get("date"), now)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _until(value: str, stated: str | None, now: datetime) -> float:
    try:
        begin = parsedate_to_datetime(stated) if stated else now
        return (parsedate_to_datetime(value) - begin).total_seconds()
    except (TypeError, ValueError):
        return math.nan


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
