"""Misspelt variables: names that look like a setting and are none, with the nearest that is.

Passed over in silence, MOTCUA_HOMME=/srv/motcua would have an office work in another home than it believes.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from config.language import Bilingual
from config.settings import Settings, named_variables, secret

_PREFIX = str(Settings.model_config["env_prefix"])
KNOWN = frozenset(f"{_PREFIX}{name}".upper() for name in Settings.model_fields)
_OTHERS = frozenset({"MOTCUA_KILL_AT", "MOTCUA_PASSWORD"})  # of fault tests, and of the script that makes roles


def misspelt_variables() -> list[tuple[str, Bilingual]]:
    """Return each name with what is wrong with it and which was probably meant; never a value.

    A variable that a source file names is none of them, whatever it is called.
    """
    found = [name for name in named_variables(_PREFIX) if name.upper() not in KNOWN | _OTHERS]
    return [(name, _fact(name)) for name in found if not _of_a_source(name)] if found else []


def _of_a_source(name: str) -> bool:
    folder = Path(secret(f"{_PREFIX}SOURCES_DIR") or Settings.model_fields["sources_dir"].default)
    try:
        return any(name in path.read_text(encoding="utf-8", errors="replace") for path in folder.glob("*.yaml"))
    except OSError:  # told by whoever needs the folder
        return False


def _fact(name: str) -> Bilingual:
    near = difflib.get_close_matches(name.upper(), sorted(KNOWN), 1)
    meant = Bilingual(f"Có phải {near[0]} không?", f"Did you mean {near[0]}?") if near else None
    remedy = meant or Bilingual("Các tên có ở config/settings.py.", "The names stand in config/settings.py.")
    return Bilingual(
        f"biến môi trường {name}: không có thiết lập tên này, nên nó không có tác dụng. {remedy.vi}",
        f"environment, {name}: there is no setting of this name, so that it has no effect. {remedy.en}",
    )
