"""Sources sorted by their files: usable, unusable, and missing or broken since the last load.

One file that is no YAML, or is gone, concerns its own source only: the others are read, and the dossiers of the one stay
counted and judged by what its file said when its records were last loaded.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings
from config.sources import Source, load_source, source_files

_KEPT = "sources-as-read"  # folder below the home


@dataclass(frozen=True)
class KnownSources:
    """What is known of sources, by name.

    Attributes:
        usable: whose file can be used, those too that were closed down.
        broken: what is wrong with the file of another.
        kept: what a file that is gone or broken last said.
    """

    usable: dict[str, Source]
    broken: dict[str, ConfigError]
    kept: dict[str, Source]

    @property
    def judged(self) -> dict[str, Source]:
        """Every source whose dossiers can be judged."""
        return {**self.kept, **self.usable}

    def named(self, name: str) -> Source:
        """Return a source whose file can be used.

        Raises:
            ConfigError: what is wrong with its file; that there is none, and how to retire a system that was closed down.
        """
        if name in self.broken:
            raise self.broken[name]
        if name not in self.usable:
            raise no_file(name, self.usable)
        return self.usable[name]


def known_sources(directory: Path | None = None) -> KnownSources:
    """Read the source files of a folder, by default the configured one; ``example-*.yaml`` are passed over."""
    usable: dict[str, Source] = {}
    broken: dict[str, ConfigError] = {}
    for path in source_files(directory or settings().sources_dir):
        try:
            usable[path.stem] = load_source(path)
        except ConfigError as error:
            broken[path.stem] = error
    return KnownSources(usable, broken, _kept(usable) if directory is None else {})


def keep_as_read(names: Iterable[str]) -> None:
    """Keep what the files of sources say now, for the day on which one of them is gone; their records were loaded."""
    folder = settings().home / _KEPT
    for path in source_files(settings().sources_dir):
        if path.stem not in names:
            continue
        said, kept = path.read_bytes(), folder / path.name
        if not kept.exists() or kept.read_bytes() != said:
            _write(kept, said)


def no_file(name: str, known: Iterable[str]) -> ConfigError:
    """Return the error for a source that has no file."""
    return ConfigError(
        Bilingual(f"nguồn {name}", f"source {name}"),
        Bilingual(
            f"không có nguồn {name!r} trong {settings().sources_dir}",
            f"there is no source {name!r} in {settings().sources_dir}",
        ),
        ", ".join(known)
        or Bilingual("chép một tệp example-*.yaml và đặt địa chỉ", "copy an example-*.yaml and set its address"),
    )


def _kept(usable: dict[str, Source]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for path in source_files(settings().home / _KEPT):
        if path.stem not in usable:
            try:
                found[path.stem] = load_source(path)
            except ConfigError:  # of an older version; its source then has to say itself what it is
                continue
    return found


def _write(place: Path, content: bytes) -> None:
    """Write a file that then is there whole, readable by its owner only."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(draft).replace(place)
