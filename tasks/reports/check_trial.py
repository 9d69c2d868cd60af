"""Trial of a new or changed check on all dossiers; nothing is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from config.checks import Checks, load_checks
from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual
from config.law import require_known
from tasks.judging.judged_sources import source_named
from tasks.judging.offices import as_coded, clocks_of
from tasks.judging.rules_digest import rules_digest
from tasks.reports.list_files import write_rows
from tasks.rules.checks.trial import Trial, changes, try_on
from tasks.warehouse.batches import batched
from tasks.warehouse.dossiers import read_batch
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.partitions import Partition, last_day_of

_PARTITIONS = """
    SELECT DISTINCT source, partition_month FROM core.dossiers
    WHERE role = 'primary' AND (%(since)s::date IS NULL OR partition_month >= date_trunc('month', %(since)s::date)) ORDER BY 1, 2
"""


def try_checks(path: Path, since: date | None = None) -> tuple[date, list[Trial]]:
    """Hold every dossier against the checks of a file that differ from those in force; nothing is written.

    Args:
        path: a file like config/checks.yaml, whole or with some checks only.
        since: only dossiers received from the month of this day on.

    Returns:
        The day as at whose end dossiers are looked at (the last that was checked), and what each changed check would do.

    Raises:
        ConfigError: the file does not follow the model, changes nothing, or names a check that has no function or law that the
            register lacks.
        DataError: nothing was checked yet.
    """
    drafted = read_model(path, Checks)
    require_known((f"{path.name}: {check.id}", check.law) for check in drafted.each())
    trials = changes(load_checks(), drafted)
    if not trials:
        raise ConfigError(
            path.name,
            Bilingual("không khai báo gì khác với config/checks.yaml", "declares nothing otherwise than config/checks.yaml"),
            Bilingual("một phép kiểm tra sửa đổi hoặc mới", "a changed or a new check"),
        )
    as_of = last_day_of("check")
    partitions = [Partition(source, month) for source, month in fetch_all(_PARTITIONS, {"since": since})]
    for batch in batched("check", partitions, rules_digest()):
        frames = as_coded(read_batch(batch), batch.source)
        source, clocks = source_named(batch.source), clocks_of(frames.dossiers, batch.source)
        try_on(trials, frames, as_of, source.zone, *clocks, first_year=source.dates.first_year)
    return as_of, trials


def write_flips(trials: list[Trial], path: Path) -> None:
    """Write every dossier that a check would see otherwise.

    Raises:
        ConfigError: the file cannot be written.
    """
    flips = sorted(
        (flip.check_id, flip.source, flip.code, flip.unit_code or "", flip.becomes) for trial in trials for flip in trial.flips
    )
    write_rows(path, [("check", "source", "code", "unit", "becomes"), *flips])
