"""Daily run: pull, load, match, check, judge, measure, publish."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run

from config.errors import ConfigError
from config.known_sources import keep_as_read, known_sources
from config.language import Bilingual, bilingual, shown, translate
from config.settings import settings
from config.sources import Source
from flows.rerun import last_published_day
from flows.runs.file_faults import told_of_files
from flows.runs.outcome import RunFailures
from flows.runs.progress import RunProgress
from flows.runs.reporting_day import day_of_run, named_day
from flows.runs.schema_drift import told_of_drift
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.stages import (
    check_and_judge,
    compare_engines,
    gates_shown,
    keep_history,
    match_and_look,
    measure_all,
    publish_own,
    task_runner,
    warn_of_clocks,
)
from flows.runs.tags import tag_run
from flows.runs.today import told_today
from flows.runtime.limits import sole_reader_of
from tasks.pull import load, pull
from tasks.pulling.completeness import Completeness
from tasks.pulling.shrinkage import accept
from tasks.reconcile import reconcile
from tasks.reports.completeness import gap_sentence, show_completeness
from tasks.reports.corrections import read_statuses
from tasks.warehouse.rows import fetch_column

Anyway = Literal["hours", "fewer"]


def run_name() -> str:
    """Name the run by its day and, where it has only some, its sources."""
    given = flow_run.parameters
    day = named_day(given.get("as_of"))
    only = given.get("sources")
    return f"refresh-{day}" + (f"-{'+'.join(only)}" if only else "")


@flow(name="refresh", flow_run_name=run_name, task_runner=task_runner(), persist_result=False, log_prints=False)
@ends_in_a_sentence
def refresh(
    as_of: date | None = None, sources: list[str] | None = None, full: bool = False, anyway: list[Anyway] | None = None
) -> State[Any]:
    """Lấy dữ liệu từ mọi hệ thống một cửa, kiểm tra, làm sạch, kết luận từng hồ sơ và công bố.

    Pull every one-stop system, check, clean, judge every dossier and publish. A source that fails does not
    stop the others; a gate that fails stops publication. Run twice, it changes nothing the second time.

    Args:
        as_of: Ngày mà số liệu nói đến, tính đến hết ngày; để trống: hôm qua.
            Day whose end the figures speak for; empty: yesterday.
        sources: Chỉ lấy các hệ thống này (tên tệp trong config/sources); để trống: tất cả.
            Pull only these (file names in config/sources); empty: all.
        full: Kiểm tra và kết luận lại mọi hồ sơ, kể cả hồ sơ không đổi.
            Check and judge every dossier again, unchanged ones too.
        anyway: hours: hỏi cả ngoài giờ cho phép và khi đang tạm nghỉ vì lỗi. fewer: chấp nhận một lần rằng các hệ thống nêu tên giữ ít hồ sơ hơn trước.
            hours: also ask outside a system's hours or while it is left alone. fewer: accept, once, that the named ones hold fewer records than before.
    """
    day = day_of_run(as_of)
    chosen = choose(sources)
    allowed = allow(anyway or [], sources or [])
    tag_run(day, data_since(day))
    trouble = RunFailures()
    with told_today(day, trouble), gates_shown(day), RunProgress(f"refresh {day}") as progress:
        with sole_reader_of(chosen):
            progress.at("pull")
            pull_all(chosen, day, trouble, anyway="hours" in allowed)
            progress.at("load")
            with told_of_drift(trouble), told_of_files(trouble):
                load_all(chosen, day, trouble)
            warn_of_files(trouble)
            proofs = start_proofs(chosen, day, "hours" in allowed)
            progress.at("match")
            match_and_look(day)
            tell_proofs(proofs, trouble)
        progress.at("judge")
        check_and_judge(day, full)
        compare_engines(day, trouble)
        progress.at("measure")
        measure_all(day, full)
        warn_of_conflicts(trouble)
        warn_of_clocks(trouble)
        if not trouble.stops:
            progress.at("publish")
            publish_own(day, trouble)
        keep_history(trouble)
        return trouble.state(progress.report(day, trouble.notes))


def data_since(day: date) -> date | None:
    """Return the first day of which the last publication before a day did not speak."""
    last = last_published_day()
    return None if last is None else min(last + timedelta(days=1), day)


def choose(names: list[str] | None) -> dict[str, Source]:
    """Return the configured sources, or those of the given names.

    Raises:
        ConfigError: there is no such source, or none at all.
    """
    known = known_sources()
    for name in names or ():
        if name in known.kept and name not in known.broken:
            raise gone(name)
        known.named(name)
    if not known.usable:
        raise next(iter(known.broken.values()), None) or ConfigError(
            str(settings().sources_dir),
            Bilingual("không có nguồn nào", "has no source"),
            Bilingual("chép một tệp example-*.yaml và đặt địa chỉ", "copy an example-*.yaml and set its address"),
        )
    return {name: source for name, source in known.usable.items() if not names or name in names}


def allow(anyway: list[Anyway], sources: list[str]) -> list[Anyway]:
    """Take an operator's word for what no schedule may do; return it.

    Raises:
        ConfigError: fewer records are to be accepted of no source in particular.
    """
    if "fewer" in anyway:
        if not sources:
            raise ConfigError(
                "refresh anyway: fewer",
                Bilingual("không nêu nguồn nào", "names no source"),
                Bilingual(
                    "các nguồn cụ thể, để không chấp nhận nguồn nào mà chưa xem", "sources, so that none is accepted unseen"
                ),
            )
        for name in sources:
            accept(name)
    return anyway


def asked_today(chosen: dict[str, Source]) -> dict[str, Source]:
    """Leave out the systems that were closed down: they are asked no more, and what they brought stays."""
    now = datetime.now(UTC)
    return {name: source for name, source in chosen.items() if not source.has_ended(now)}


def warn_of_files(trouble: RunFailures) -> None:
    """Say which source files cannot be used and which are gone.

    Keep what the others say, for the day on which one is.
    """
    loaded = set(fetch_column("SELECT DISTINCT source FROM raw.pages WHERE loaded_at IS NOT NULL"))
    known = known_sources()
    keep_as_read(loaded & set(known.usable))
    for name, error in known.broken.items():
        trouble.fail(
            translate(
                f"{bilingual(error).vi} Hệ thống {name} không được hỏi, các hệ thống khác vẫn chạy: hãy sửa tệp đó.",
                f"{error} Source {name} was not asked, the others were: correct that file.",
            )
        )
    for name in sorted(loaded - set(known.usable) - set(known.broken)):
        trouble.fail(shown(gone(name)))


def gone(name: str) -> ConfigError:
    """Return the error for a source that brought records and has no file any more."""
    where = settings().sources_dir / f"{name}.yaml"
    return ConfigError(
        str(where),
        Bilingual(
            f"không còn tệp của hệ thống {name}; hồ sơ của nó vẫn được tính theo tệp đọc lần cuối, không lấy thêm dữ liệu",
            f"the file of source {name} is gone; its dossiers stay counted by what it last said, nothing new is asked of it",
        ),
        Bilingual(
            "đặt lại tệp; nếu hệ thống đã đóng, thêm dòng `ended: NĂM-THÁNG-NGÀY` (ngày cuối) vào tệp",
            "put the file back; if the system was closed down, with a line `ended: YEAR-MONTH-DAY` (its last day)",
        ),
    )


def pull_all(chosen: dict[str, Source], day: date, trouble: RunFailures, *, anyway: bool = False) -> int:
    """Land what is new at every source; return how many had anything new."""
    futures = [pull.submit(name, day, anyway) for name in asked_today(chosen)]
    return sum(trouble.of(future) is not None for future in futures)


def load_all(chosen: dict[str, Source], day: date, trouble: RunFailures) -> int:
    """Load pages that wait, directories first because dossiers are read with them; return how many rows changed."""
    changed = 0
    waiting = set(fetch_column("SELECT DISTINCT source FROM raw.pages WHERE loaded_at IS NULL"))
    for reference in (True, False):
        some = [name for name, source in chosen.items() if source.is_reference is reference and name in waiting]
        futures = [load.submit(name, day) for name in some]
        done = [counts for counts in map(trouble.of, futures) if counts is not None]
        changed += sum(counts.inserted + counts.updated for counts in done)
        if reference:
            require_directories(chosen, trouble)
    return changed


def start_proofs(chosen: dict[str, Source], day: date, anyway: bool = False) -> list[PrefectFuture[Completeness | None]]:
    """Begin to compare what is held with the counts of the sources that tell theirs; matching need not wait for it."""
    return [reconcile.submit(name, day, anyway) for name, source in asked_today(chosen).items() if source.tells_totals]


def tell_proofs(futures: list[PrefectFuture[Completeness | None]], trouble: RunFailures) -> None:
    """Show what the comparisons found; what is missing is a warning."""
    proofs = [proof for proof in map(trouble.of, futures) if proof is not None]
    if proofs:
        show_completeness(proofs)
    trouble.warnings += [gap_sentence(proof) for proof in proofs if proof.gaps]


def warn_of_conflicts(trouble: RunFailures) -> None:
    """Say how many approved corrections a source contradicts by now.

    A person has to decide which of the two is right.
    """
    conflicts = sum(one.standing == "conflict" for one in read_statuses())
    if conflicts:
        trouble.warn(
            translate(
                f"{conflicts} đính chính đã duyệt mâu thuẫn với giá trị mới của nguồn: xem `motcua corrections`.",
                f"{conflicts} approved corrections contradict what their source states now: see `motcua corrections`.",
            )
        )


def require_directories(chosen: dict[str, Source], trouble: RunFailures) -> None:
    """Stop publication where a directory has never been loaded: without limits nothing can be derived.

    A directory whose news failed to come today is a warning like any other.
    """
    loaded = set(fetch_column("SELECT DISTINCT source FROM raw.pages WHERE loaded_at IS NOT NULL"))
    missing = [name for name, source in chosen.items() if source.is_reference and name not in loaded]
    if missing:
        trouble.stop(
            translate(
                f"Danh mục {', '.join(missing)} chưa nạp được lần nào, nên không kết luận được hồ sơ nào.",
                f"The directory {', '.join(missing)} was never loaded, so that no dossier can be judged.",
            )
        )
