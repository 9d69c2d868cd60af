"""Person on the screen: export and erasure by an identity number.

It is asked for or read from a file, never shown and never an argument.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from rich.console import Console

from config.errors import ConfigError
from config.language import Bilingual, counted, translate
from config.people import require_account
from config.settings import settings
from tasks.persons.erasure import erase_person
from tasks.persons.export import as_json, person_export
from tasks.persons.search import Identity, identity_of
from tasks.reports.list_files import write_whole
from tasks.rules.privacy.masking import looks_personal, names_somebody

_OUT = Console()
_STANDARD_INPUT = "-"
_FIGURES = 6  # so many in an argument are a number that somebody typed there
_LONGEST = 200  # characters of a file with a number, and of a reason


def export(place: str | None, out: str | None) -> None:
    """Write all that is held about a person into a file of mode 0600 and tell how much it is.

    Args:
        place: file with the number, ``-`` for standard input, None to be asked.
        out: the file; by default ``person-export.json``.
    """
    found = person_export(_asked(place))
    path = write_whole(Path(out or "person-export.json"), as_json(found))
    records, rows = len(found["records"]), sum(map(len, found["warehouse"].values()))
    _say(
        translate(
            f"{path}: {records} bản ghi trong vùng lưu bản gốc, {rows} dòng trong kho dữ liệu, {len(found['mentions'])} tệp nhắc đến ở chỗ khác. "
            "Tệp này là dữ liệu cá nhân: trao xong thì xóa.",
            f"{path}: {counted(records, 'record')} of the landing zone, {counted(rows, 'row')} of the warehouse, "
            f"{counted(len(found['mentions']), 'file')} that mention the number elsewhere. It is personal data: delete it once it is handed over.",
        )
    )


def erase(place: str | None, by: str, reason: str) -> None:
    """Erase a person from the landing zone and tell what was rewritten and what is not done by it.

    Args:
        place: see :func:`export`.
        by: account of who does it.
        reason: why.

    Raises:
        ConfigError: the account is not known, or the reason names somebody.
    """
    require_account(by)
    if len(reason) > _LONGEST or names_somebody(reason):
        raise ConfigError(
            "--reason",
            Bilingual("dài quá, hoặc nêu tên hay số của một người", "is too long, or names somebody or a number"),
            Bilingual(
                "một câu ngắn, ví dụ: theo yêu cầu ngày 12/11/2026", "a short sentence, e.g. on request of 12 November 2026"
            ),
        )
    done = erase_person(_asked(place), settings().home, by, reason)
    _say(
        translate(
            f"Đã thay giá trị của người này trong {done.records} bản ghi của {done.pages} bản gốc, và bút danh của {done.dossiers} hồ sơ; "
            f"còn {done.left} bản gốc có số này. Số liệu và niêm phong giữ nguyên. Bản sao lưu cũ vẫn còn giá trị cũ; "
            "lần lấy sau sẽ đem về những gì hệ thống một cửa còn ghi.",
            f"Replaced: {counted(done.records, 'record')} in {counted(done.pages, 'landing file')}, the pseudonym of "
            f"{counted(done.dossiers, 'dossier')}; {counted(done.left, 'landing file')} with the number left. Figures and seals are as they "
            "were. Older backups still hold the values; the next pull brings back what the one-stop system still says.",
        )
    )


def _asked(place: str | None) -> Identity:
    """Ask for the number, or read it where it was put."""
    if place is None:
        return identity_of(getpass.getpass(translate("Số định danh: ", "Identity number: ")))
    if place == _STANDARD_INPUT:
        return identity_of(sys.stdin.readline())
    if looks_personal(place) or (sum(map(str.isdigit, place)) > _FIGURES and not Path(place).is_file()):
        raise ConfigError(
            "motcua person",
            Bilingual(
                "số định danh không được là tham số: nó còn lại trong lịch sử lệnh",
                "the number is no argument: it stays in the shell's history",
            ),
            Bilingual("một tệp, hoặc - , hoặc để trống để được hỏi", "a file, or -, or nothing, to be asked"),
        )
    try:
        return identity_of(Path(place).read_text(encoding="utf-8")[:_LONGEST])
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            place,
            Bilingual(f"không đọc được ({type(error).__name__})", f"cannot be read ({type(error).__name__})"),
            Bilingual("một tệp chữ có số định danh", "a text file that holds the number"),
        ) from None


def _say(text: str) -> None:
    _OUT.print(text, highlight=False, markup=False, soft_wrap=True)
