"""Command that draws the file of an inspection from a publication."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.errors import NothingYetError
from config.language import Bilingual, decimal, translate
from config.settings import settings

_OUT = Console()
_SHORT = 12


def draw_inspection(
    seed: str, size: int | None, error: float | None, unit: str | None, publication: str | None, out: str | None
) -> None:
    """Write the workbook of an inspection, and print what was drawn.

    Args:
        seed: what the inspectors name.
        size: dossiers to draw; None: as many as the error asks for.
        error: see :func:`tasks.inspecting.file.inspection_file`.
        unit: agency, with those below it; None: all.
        publication: id; None takes the current one of the office's policy.
        out: the file; None: named after publication and seed, in the folder of the command.

    Raises:
        ConfigError: there is no such publication, or it counts no dossier there.
        NothingYetError: nothing is published.
    """
    from tasks.approving.states import publication_named
    from tasks.inspecting.file import inspection_file
    from tasks.inspecting.record import record_inspection
    from tasks.inspecting.workbook import inspection_workbook
    from tasks.publishing.current import current_publication
    from tasks.reports.list_files import write_whole

    chosen = publication_named(publication) if publication else current_publication(settings().policy)
    if chosen is None:
        raise NothingYetError(Bilingual("lần công bố nào", "publication"))
    file = inspection_file(chosen, seed, size=size, error=error, unit=unit)
    workbook = inspection_workbook(file)
    path = write_whole(Path(out or f"inspection-{chosen[:_SHORT]}-{seed}.xlsx"), workbook, private=True)
    recorded, other = record_inspection(file, workbook)
    drawn, counted, points = len(file.ledger), len(file.sample.counted), decimal(f"{100 * file.sample.error:.1f}")
    _say(
        translate(
            f"Rút {drawn} trong {counted} hồ sơ của lần công bố {chosen[:_SHORT]}; sai số ±{points} điểm phần trăm, tin cậy 95 %.",
            f"{drawn} of {counted} dossiers of publication {chosen[:_SHORT]} drawn; error ±{points} points, 95 % sure.",
        )
    )
    _say(
        translate(
            f"Trễ ẩn: {len(file.hidden)} hồ sơ. Dấu hiệu tháng đẹp bất thường: {len(file.months)}.",
            f"Hidden lateness: {len(file.hidden)} dossiers. Signs of too-good months: {len(file.months)}.",
        )
    )
    _say(
        translate(
            f"{path}: mã băm {recorded.digest}, mục {recorded.entry} của sổ ghi vết.",
            f"{path}: digest {recorded.digest}, entry {recorded.entry} of the ledger.",
        )
    )
    if other is not None:
        _say(
            translate(
                f"Lần rút trước (mục {other.entry}) ra tệp khác: {file.changed} hồ sơ trong mẫu nay có dữ kiện khác, "
                "hoặc cấu hình hay chương trình đã đổi.",
                f"The drawing before (entry {other.entry}) was another file: {file.changed} dossiers of the sample have other "
                "facts by now, or configuration or program changed.",
            )
        )


def _say(text: str) -> None:
    _OUT.print(text, markup=False, highlight=False, soft_wrap=True)
