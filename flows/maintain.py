"""The weekly care: the ledger verified, leftovers of killed runs and old results of gates removed, the warehouse vacuumed."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.runtime.words import say
from tasks.data_docs import draw_missing, forget_data_docs
from tasks.maintain import GATE_DAYS, forget_gate_results, remove_leftovers, vacuum
from tasks.shield import shielded
from tasks.warehouse.ledger import verify


def run_name() -> str:
    """Name the run by the day on which it was started."""
    return f"maintain-{flow_run.scheduled_start_time:%Y-%m-%d}"


@flow(name="maintain", flow_run_name=run_name, persist_result=False, log_prints=False)
def maintain() -> State[Any]:
    """Kiểm chuỗi nhật ký, dọn tệp thừa, thu gọn kho.

    Verify the ledger, remove leftovers, vacuum the warehouse. Prefect's own runs and events are kept for
    90 days by its server, results of gates and their pages for 400 days.
    """
    broken = verify_ledger()
    removed = remove_leftovers_of_killed_runs()
    forget_old_gate_results()
    vacuum_warehouse()
    if broken is not None:
        return Failed(
            message=say(
                f"Nhật ký bị sửa từ mục {broken}. Mọi số liệu sau đó chưa chắc đúng. Phục hồi từ bản sao lưu.",
                f"The ledger was altered from entry {broken} on. Figures after it are not certain. Restore a backup.",
            )
        )
    return Completed(message=say(f"Nhật ký nguyên vẹn; đã dọn {removed} tệp.", f"Ledger whole; {removed} files removed."))


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="verify-ledger")
@shielded
def verify_ledger() -> int | None:
    """Return the first broken entry of the ledger, or None."""
    return verify()


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="remove-leftovers")
@shielded
def remove_leftovers_of_killed_runs() -> int:
    """Remove half-written landing files; return how many."""
    return remove_leftovers()


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="forget-gate-results")
@shielded
def forget_old_gate_results() -> int:
    """Delete old results of gates and the pages that show them, draw pages that are missing; return how many results."""
    forget_data_docs(GATE_DAYS)
    draw_missing(GATE_DAYS)
    return forget_gate_results()


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="vacuum")
@shielded
def vacuum_warehouse() -> None:
    """Vacuum and analyse the warehouse."""
    vacuum()
