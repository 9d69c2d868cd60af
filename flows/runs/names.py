"""Names given to a command or a form, looked up before anything is read.

So a slip is an error, not an answer of 0 dossiers.
"""

from __future__ import annotations

from config.errors import ConfigError, NothingYetError
from config.known_sources import known_sources
from config.language import Bilingual
from config.lookup import look_up
from config.policies import load_policies
from config.settings import settings
from tasks.cleaning.rules import CLEANING_RULES
from tasks.warehouse.rows import fetch_column, fetch_value

_JUDGED = "SELECT EXISTS (SELECT FROM judged.verdicts WHERE policy = %(policy)s)"
_UNIT = "SELECT EXISTS (SELECT FROM ref.units WHERE unit_code = %(unit)s) OR EXISTS (SELECT FROM core.dossiers WHERE unit_code = %(unit)s)"
_UNITS = (
    "SELECT DISTINCT unit_code FROM ref.units UNION SELECT DISTINCT unit_code FROM core.dossiers WHERE unit_code IS NOT NULL"
)
_SOURCES = "SELECT DISTINCT source FROM raw.pulls"


def policy_named(name: str | None) -> str:
    """Return the name of a policy, the office's own by default; ConfigError where there is none."""
    chosen = name or settings().policy
    look_up("policy", chosen, load_policies())
    return chosen


def judged_policy(name: str | None) -> str:
    """Return the name of a policy under which verdicts are kept, the office's own by default.

    Raises:
        ConfigError: there is no such policy, or it is judged on request only.
        NothingYetError: nothing was judged under it yet.
    """
    chosen = policy_named(name)
    if fetch_value(_JUDGED, {"policy": chosen}):
        return chosen
    if load_policies()[chosen].judged == "on_request" and chosen != settings().policy:
        fact = Bilingual(
            "chỉ được kết luận khi có yêu cầu, nên không lưu kết luận và không liệt kê được gì",
            "is judged on request only, so no verdicts under it are kept and nothing can be listed",
        )
        raise ConfigError(
            f"policy {chosen}",
            fact,
            Bilingual(
                f"`motcua compare` hoặc `explain`, hoặc MOTCUA_POLICY={chosen} khi chạy refresh",
                f"`motcua compare` or `explain`, or MOTCUA_POLICY={chosen} in a refresh",
            ),
        )
    raise NothingYetError(Bilingual(f"kết luận theo {chosen}", f"verdict under {chosen}"))


def unit_named(code: str | None) -> str | None:
    """Return the code of an agency of the directory or of a dossier, None where none was given.

    ConfigError for another.
    """
    if code is not None and not fetch_value(_UNIT, {"unit": code}):
        look_up("agency", code, dict.fromkeys(fetch_column(_UNITS)), "a code of the directory, once it is loaded")
    return code


def source_known(name: str | None) -> str | None:
    """Return the name of a source that has a file or was ever pulled, None where none was given.

    ConfigError for another.
    """
    if name is not None:
        pulled = dict.fromkeys(fetch_column(_SOURCES))
        look_up("source", name, {**pulled, **known_sources().judged}, "copy an example-*.yaml")
    return name


def rule_named(name: str | None) -> str | None:
    """Return the name of a cleaning rule, None where none was given; ConfigError where there is none."""
    if name is not None:
        look_up("rule", name, CLEANING_RULES)
    return name
