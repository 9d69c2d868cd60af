"""Report of a period: a form of published figures as a file, from a form of the Prefect UI."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from config.language import counted, translate
from config.settings import settings
from flows.runs.names import unit_named
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from tasks.report import FormName, write_report
from tasks.rules.indicators.structure import Structure


def run_name() -> str:
    """Name the run by the form and its period."""
    asked = flow_run.parameters
    return "-".join(str(part) for part in ("report", asked.get("form"), asked.get("period"), asked.get("unit")) if part)


@flow(name="report", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def report(
    form: FormName = "II.06a",
    period: str | None = None,
    unit: str | None = None,
    structure: Structure = "then",
) -> State[Any]:
    """Lập biểu báo cáo của một kỳ từ số liệu đã công bố, ghi ra tệp Excel và PDF.

    Write a form of a period from published figures to an Excel file and a PDF. Nothing is pulled, judged or published.

    Args:
        form: II.06a; II.06a-each: thêm mỗi cơ quan một trang tính; II.07: nguyên nhân quá hạn; late: danh sách quá hạn;
            letters: thư xin lỗi; QD766: bảng điểm; OpenCPS: theo cách gọi của OpenCPS. II.06a-each: with a sheet of each agency;
            II.07: reasons for overdue; late: late dossiers; letters: apologies; QD766: score sheet; OpenCPS: in its words.
        period: 2026-03, 2026-Q1, 2026-H1, 2026 hoặc 2025-11..2026-02. Để trống: tháng gần nhất đã hết.
            Empty: the last month that has ended.
        unit: Chỉ cơ quan này và các đơn vị trực thuộc. This agency and those below it only.
        structure: then: theo cơ quan lúc đó; now: cơ quan đã sáp nhập tính vào cơ quan kế thừa.
            then: agencies as they counted; now: those that ended under their successor.
    """
    tag_run(None)
    written = write_report(form, period, unit_named(unit), structure, settings().home / "reports")
    files = ", ".join(str(path) for path in written.files)
    return Completed(
        message=translate(
            f"{written.title.shown()}: {written.rows} dòng. Đã ghi {files}",
            f"{written.title.shown()}: {counted(written.rows, 'row')}. Written: {files}",
        )
    )
