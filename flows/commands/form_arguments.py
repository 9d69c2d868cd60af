"""Arguments of the command that fills in forms."""

from __future__ import annotations

from flows.commands.parser import Commands

FORMS_OF_COMMAND = ("II.06a", "II.07", "late", "letters", "QD766", "OpenCPS", "open-data", "catalogue")


def add_forms(commands: Commands) -> None:
    """Add the command about forms."""
    report = commands.add(
        "report",
        vi="lập biểu báo cáo của một kỳ từ số liệu đã công bố",
        en="fill in a form of a period from published figures",
    )
    report.argument(
        "form",
        choices=FORMS_OF_COMMAND,
        vi="II.06a; II.07: nguyên nhân quá hạn; late: danh sách quá hạn; letters: thư xin lỗi; QD766: bảng điểm; OpenCPS: theo cách gọi của OpenCPS; open-data: dữ liệu mở, giấu số nhỏ; catalogue: danh mục công thức",
        en="II.06a; II.07: reasons for overdue; late: late dossiers; letters: apologies; QD766: score sheet; OpenCPS: in its words; open-data: for everybody, small counts kept back; catalogue: formulas",
    )
    report.argument(
        "--period",
        metavar="PERIOD",
        vi="kỳ: 2026-03, 2026-Q1, 2026-H1, 2026, hoặc 2025-11..2026-02",
        en="2026-03, 2026-Q1, 2026-H1, 2026, or 2025-11..2026-02",
    )
    report.argument(
        "--unit", metavar="UNIT", vi="chỉ cơ quan này và các đơn vị trực thuộc", en="this agency and those below it only"
    )
    report.argument(
        "--structure",
        choices=("then", "now"),
        default="then",
        vi="then: theo cơ quan lúc đó (mặc định); now: cơ quan đã sáp nhập tính vào cơ quan kế thừa",
        en="then: agencies as they counted (default); now: those that ended under their successor",
    )
    report.argument(
        "--policy",
        metavar="POLICY",
        vi="số liệu công bố theo cách tính nào (mặc định: MOTCUA_POLICY)",
        en="published figures of which policy (default: MOTCUA_POLICY)",
    )
    report.argument(
        "--out",
        metavar="FILE",
        vi="ghi ra tệp .xlsx, .pdf (để in, ký), .csv, .parquet hoặc .json; letters: .docx là các bức thư",
        en="write it to a file: .xlsx, .pdf (to print and sign), .csv, .parquet or .json; of letters .docx is the letters themselves",
    )
    report.argument(
        "--each",
        action="store_true",
        vi="II.06a: thêm mỗi cơ quan một trang tính, tổng bằng toàn tỉnh",
        en="II.06a: a sheet of each agency too, adding up to the province",
    )
    report.argument(
        "--register",
        metavar="FILE",
        vi="letters: sổ thư xin lỗi của cơ quan (CSV: code, sent); hồ sơ đã có thư thì không dự thảo nữa",
        en="letters: the office's register (CSV: code, sent); dossiers that have a letter get no other",
    )
    report.argument(
        "--by",
        choices=("field", "procedure"),
        vi="II.06a: chia mỗi cơ quan theo lĩnh vực (field) hoặc thủ tục (procedure), tổng bằng dòng của cơ quan",
        en="II.06a: divide each agency by field or procedure, adding up to the agency's row",
    )
