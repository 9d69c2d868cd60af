"""Login at a source, as an error about a refusal names it: the user, never the password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from config.connections import FromEnvironment, Given, Rest, given
from config.errors import RefusedError
from config.language import Bilingual, bilingual
from config.sources import Source

CHECK = Bilingual("Hãy kiểm tra tên, mật khẩu hoặc token.", "Check user, password or token.")
_USER_FIELDS = ("username", "user", "user_name", "userid", "login", "account", "taikhoan", "tai_khoan", "client_id")


@contextmanager
def login_of(source: Source, options: Rest) -> Iterator[None]:
    """Name the user, and the variables to look at, in the error of whoever is not accepted within."""
    try:
        yield
    except RefusedError as error:
        user, variables = _credentials(options)
        named = "" if user is None else Bilingual(f" với người dùng {given(user)!r}", f" for the user {given(user)!r}")
        where = Bilingual(f" trong {' và '.join(variables)}", f" in {' and '.join(variables)}") if variables else ""
        raise RefusedError(
            source.name,
            Bilingual(f"{error.fact.vi}{bilingual(named).vi}", f"{error.fact}{named}"),
            Bilingual(
                f"Hãy kiểm tra tên và mật khẩu{bilingual(where).vi}, và tài khoản có bị khóa không; nguồn này không bị hỏi lại cho đến lần chạy sau.",
                f"Check user and password{where}, and that the account is not locked; it is not asked again until the next run.",
            ),
        ) from None


def _credentials(options: Rest) -> tuple[Given | None, list[str]]:
    """Return the user, and the environment variables that hold user and secrets."""
    token = options.listing.token if options.listing else None
    fields: dict[str, Given] = dict(token.fields) if token else {}
    if token is None and options.user is not None and options.password is not None:
        fields = {"user": options.user, "password": options.password}
    user = next((value for name, value in fields.items() if name.casefold() in _USER_FIELDS), None)
    return user, [value.env for value in fields.values() if isinstance(value, FromEnvironment)]
