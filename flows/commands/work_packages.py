"""Output of `motcua packages`: which workbooks were made for which agencies, and where they are."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from config.language import translate
from config.policies import load_policies
from config.settings import settings
from flows.runs.names import unit_named

_OUT = Console()


def make(unit: str | None, out: str | None) -> None:
    """Make the packages and print a line for each.

    Args:
        unit: of this agency only.
        out: folder of the workbooks; by default the one below the home.

    Raises:
        ConfigError: there is no such agency, or a file cannot be written.
        DataError: nothing was judged yet.
    """
    from tasks.correcting.making import make_packages

    folder = Path(out) if out else settings().packages_folder / "out"
    made = make_packages(folder, load_policies()[settings().policy], unit_named(unit))
    for one in made:
        rows, dossiers = len(one.package.items), one.package.dossiers
        counted = translate(f"{rows} dòng, {dossiers} hồ sơ", f"{rows} rows, {dossiers} dossiers")
        _OUT.print(f"  {one.file.name}  {one.package.unit}: {counted}", highlight=False, markup=False, soft_wrap=True)
    _OUT.print(
        translate(f"{len(made)} gói việc, {folder}", f"{len(made)} work packages, {folder}"), highlight=False, soft_wrap=True
    )
    if made:
        _OUT.print(
            translate(
                "Gửi mỗi tệp cho cơ quan của nó. Tệp trả lời: `motcua correct TỆP`.",
                "Send each file to its agency. A file that comes back: `motcua correct FILE`.",
            )
        )
