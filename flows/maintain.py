"""Weekly maintenance: verify the ledger, remove what no rule keeps, vacuum the warehouse."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from config.language import counted, shown, translate
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from tasks.maintain import (
    forget_old_gate_results,
    purge_old_landing_files,
    remove_leftovers_of_killed_runs,
    vacuum_warehouse,
    verify_ledger,
    verify_published,
)


def run_name() -> str:
    """Name the run by the day on which it was started."""
    return f"maintain-{flow_run.scheduled_start_time:%Y-%m-%d}"


@flow(name="maintain", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def maintain() -> State[Any]:
    """Kiểm chuỗi nhật ký, dọn tệp thừa, thu gọn kho.

    Verify the ledger, remove leftovers, vacuum the warehouse. Prefect's own runs and events are kept for
    90 days by its server, results of gates and landing files as config/retention.yaml says.
    """
    tag_run(None)
    broken = verify_ledger()
    removed = remove_leftovers_of_killed_runs()
    forget_old_gate_results()
    purged = purge_old_landing_files()
    vacuum_warehouse()
    edited = verify_published()
    if edited is not None:
        return Failed(message=shown(edited))
    if broken is not None:
        return Failed(
            message=translate(
                f"Nhật ký bị sửa từ mục {broken}. Mọi số liệu sau đó chưa chắc đúng. Phục hồi từ bản sao lưu.",
                f"The ledger was altered from entry {broken} on. Figures after it are not certain. Restore a backup.",
            )
        )
    return Completed(
        message=translate(
            f"Nhật ký nguyên vẹn; đã dọn {removed} tệp, xóa {purged} bản gốc hết thời hạn lưu.",
            f"The ledger is intact; {counted(removed, 'file')} removed, {counted(purged, 'landing file')} purged by rule.",
        )
    )
