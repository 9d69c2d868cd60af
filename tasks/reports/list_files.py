"""List files for people: written whole or not at all, without formulas a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from config.atomic_files import write_whole_file
from config.errors import ConfigError
from config.language import Bilingual

if TYPE_CHECKING:
    import pandas as pd

# Full-width forms too: some spreadsheets take them for the plain ones.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def write_whole(path: Path, content: str | bytes, *, private: bool = True, written: Callable[[], object] | None = None) -> Path:
    """Write a text where somebody asked for it; its folder is made.

    Args:
        path: the file.
        content: what it holds; a text is written in UTF-8.
        private: readable by the owner only, whatever the umask: a list names dossiers; False for what everybody may read.
        written: called when the new file is complete, and does not have its name yet.

    Raises:
        ConfigError: the folder or the file cannot be written; what was there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole_file(
            path, content.encode() if isinstance(content, str) else content, private=private, written=written
        )
    except OSError as error:
        raise ConfigError(
            str(path),
            Bilingual(f"không ghi được ({error.strerror})", f"cannot be written ({error.strerror})"),
            Bilingual("một tệp trong thư mục ghi được", "a file in a folder that can be written"),
        ) from None


def escape_formula(cell: object) -> object:
    """Return a cell as it may be written: a text that begins like a formula would be run when the file is opened."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell


def as_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """Return rows, the headings first, as CSV that spreadsheets open as UTF-8 (CVE-2021-41270: no cell is run)."""
    text = io.StringIO()
    csv.writer(text).writerows([escape_formula(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_rows(path: Path, rows: Iterable[Iterable[object]], *, private: bool = True) -> Path:
    """Write rows as CSV, the headings first; see :func:`as_csv` and :func:`write_whole`."""
    return write_whole(path, as_csv(rows), private=private)


def write_frame(path: Path, frame: pd.DataFrame) -> Path:
    """Write a frame as CSV; null is empty."""
    plain = frame.astype(object).where(frame.notna(), "")
    return write_rows(path, [tuple(frame.columns), *plain.itertuples(index=False, name=None)])


def write_mappings(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write rows of the same headings as CSV, as :func:`write_frame` would."""
    import pandas as pd

    return write_frame(path, pd.DataFrame(rows))
