"""SQL statements that lie beside their module: one file a module, each statement under ``-- name:``.

Long statements stand where an editor colours them and a reader sees them whole. Places in braces are filled by the module
with names and conditions that are declared elsewhere; ``%(name)s`` stays a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from config.language import Bilingual

_HEAD = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def statements_of(module: str) -> Mapping[str, str]:
    """Return the statements of a module's ``.sql`` file by name, comments left out.

    Args:
        module: ``__file__`` of the module.

    Raises:
        ValueError: two statements bear one name, or something stands before the first.
    """
    path = Path(module).with_suffix(".sql")
    before, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
    names = parts[::2]
    if _plain(before) or len(set(names)) < len(names):
        raise ValueError(
            Bilingual(
                f"{path.name}: mỗi câu lệnh phải đứng dưới một tên riêng",
                f"{path.name}: every statement stands under a name of its own",
            )
        )
    return dict(zip(names, map(_plain, parts[1::2]), strict=True))


def _plain(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("-- "))
