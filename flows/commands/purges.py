"""Purge of landing files as `motcua purge` prints it: what goes by the rule, and what would."""

from __future__ import annotations

from rich.console import Console

from config.language import counted, translate
from config.people import require_account
from config.retention import load_retention
from config.settings import settings
from tasks.judging.judged_sources import office_today
from tasks.retention.purging import purge_landing

_OUT = Console()


def show_purge(by: str | None, *, apply: bool) -> None:
    """Print files, bytes and records by source; purge them where ``apply`` is set.

    Args:
        by: account of who does it; None where nothing is done.
        apply: purge.

    Raises:
        ConfigError: the account is not known, or the file of the rule does not follow its model.
    """
    if by is not None:
        require_account(by)
    done = purge_landing(load_retention(), settings().policy, office_today(), by or "", apply=apply)
    if done.waiting:
        _say(
            translate(
                f"{done.waiting} dự thảo công bố đang chờ duyệt, nên không xóa bản gốc nào. Duyệt hoặc bỏ dự thảo trước.",
                f"{counted(done.waiting, 'draft publication waits', 'draft publications wait')} for approval, so no landing file goes. Decide first.",
            )
        )
        return
    for source, (files, size, records) in sorted(done.by_source.items()):
        _say(
            translate(
                f"{source}: {files} bản gốc, {size} byte, {records} bản ghi",
                f"{source}: {counted(files, 'landing file')}, {counted(size, 'byte')}, {counted(records, 'record')}",
            )
        )
    if not done.files:
        _say(
            translate(
                "Không có bản gốc nào hết thời hạn lưu theo config/retention.yaml.",
                "No landing file is older than config/retention.yaml keeps it.",
            )
        )
    elif apply:
        _say(
            translate(
                f"Đã xóa {done.files} bản gốc. Số liệu, các lần công bố và niêm phong giữ nguyên; các bản sao lưu cũ vẫn còn chúng.",
                f"{counted(done.files, 'landing file')} purged. Figures, publications and seals are as they were; older backups still hold them.",
            )
        )
    else:
        _say(
            translate(
                f"Sẽ xóa {done.files} bản gốc; sau đó không dựng lại được các hồ sơ của chúng. Thêm --apply --by NGƯỜI để xóa.",
                f"{counted(done.files, 'landing file')} would go; their dossiers cannot be rebuilt after that. --apply --by WHO purges them.",
            )
        )


def _say(text: str) -> None:
    _OUT.print(text, highlight=False, markup=False, soft_wrap=True)
