"""Arguments of the commands that report: checks, dossiers, lists and legal changes."""

from __future__ import annotations

from config.language import translate
from flows.commands.parser import LAST_PUBLICATION, Commands, Parser, day

DOSSIER_LISTS_OF_COMMAND = (
    "late",
    "truly-late",
    "hidden",
    "phantom",
    "on-time",
    "undetermined",
    "to-correct",
    "soon",
    "ageing",
    *("second-entries", "tests", "by-policy", "never-received", "not-shown", "not-received"),
)
WATCH_LISTS_OF_COMMAND = ("letters", "extensions", "due-changes", "silent", "anomalies", "too-good", "resubmitted", "deleted")
_LANGUAGE = {"vi": "ngôn ngữ (mặc định: MOTCUA_LANGUAGE)", "en": "language (default: MOTCUA_LANGUAGE)"}


def add_checks(commands: Commands) -> None:
    """Add the commands about checks, waivers, quality and cleaning."""
    commands.add(
        "waivers",
        vi="liệt kê các miễn trừ: ai quyết định, vì sao và đến khi nào",
        en="list what is waived: by whose decision, why and until when",
    )
    checks = commands.add(
        "checks",
        vi="liệt kê các phép kiểm tra, hoặc thử bản sửa đổi trên mọi hồ sơ mà không ghi gì",
        en="list the checks, or try changed ones on all dossiers without writing anything",
    )
    checks.argument(
        "action", choices=("list", "try"), vi="list: liệt kê; try: thử một tệp", en="list: show them; try: try those of a file"
    )
    checks.argument(
        "file",
        nargs="?",
        metavar="FILE",
        vi="của `try`: dạng như config/checks.yaml, đủ hoặc chỉ vài phép kiểm tra",
        en="of `try`: like config/checks.yaml, whole or with some checks",
    )
    checks.argument(
        "--since",
        type=day,
        metavar="DAY",
        vi="chỉ hồ sơ tiếp nhận từ tháng của ngày này",
        en="only dossiers received from the month of this day on",
    )
    checks.argument(
        "--csv", metavar="FILE", vi="ghi mọi hồ sơ có kết quả thay đổi", en="write every dossier whose outcome would change"
    )
    quality = commands.add(
        "quality",
        vi="điểm chất lượng của cơ quan, thủ tục hoặc nguồn: tỷ lệ hồ sơ không phải đính chính",
        en="score agencies, procedures or sources by the share of dossiers with nothing to correct",
    )
    quality.argument(
        "--by",
        choices=("unit", "procedure", "source"),
        default="unit",
        vi="điểm của ai: cơ quan, thủ tục hay nguồn (mặc định: unit)",
        en="whose score (default: unit)",
    )
    quality.argument(
        "--limit",
        type=int,
        default=30,
        metavar="N",
        vi="số dòng có điểm thấp nhất được hiển thị (mặc định: 30)",
        en="how many of the lowest scores to show (default: 30)",
    )
    cleaned = commands.add(
        "cleaned",
        vi="đếm các thay đổi khi làm sạch, theo nguồn, trường và quy tắc",
        en="count what cleaning changed, by source, field and rule",
    )
    cleaned.argument("--source", metavar="NAME", vi="chỉ của nguồn này", en="of this source only")
    cleaned.argument(
        "--rule", metavar="RULE", vi="chỉ theo quy tắc này, ví dụ date_order", en="by this rule only, e.g. date_order"
    )
    cleaned.argument(
        "--csv",
        metavar="FILE",
        vi="ghi mọi thay đổi: giá trị gốc, giá trị giữ lại, quy tắc, độ tin cậy",
        en="write every change: value in the source, value kept, rule, confidence",
    )


def add_dossiers(commands: Commands) -> None:
    """Add the commands about single dossiers and pairs of systems."""
    differences = commands.add(
        "differences",
        vi="so sánh hai hệ thống theo từng hồ sơ: vì sao tổng số khác nhau",
        en="compare two systems dossier by dossier: why their totals are not the same",
    )
    differences.argument("left", metavar="A", vi="nguồn được so sánh", en="source that is compared")
    differences.argument("right", metavar="B", vi="nguồn dùng để đối chiếu", en="source that it is compared with")
    differences.argument(
        "--shared", action="store_true", vi="chỉ các thủ tục có ở cả hai hệ thống", en="only procedures that both systems have"
    )
    differences.argument("--as-of", type=day, metavar="DAY", **LAST_PUBLICATION)
    explain = commands.add(
        "explain", vi="giải thích vì sao một hồ sơ có kết luận đó", en="explain why a dossier got its verdict"
    )
    explain.argument(
        "code", metavar="CODE", vi="mã hồ sơ, mã khác hoặc số biên nhận", en="dossier code, other code or receipt number"
    )
    explain.argument("--lang", choices=("vi", "en"), **_LANGUAGE)
    explain.argument(
        "--policy",
        metavar="POLICY",
        vi="theo cách tính nào (mặc định: MOTCUA_POLICY)",
        en="by which policy (default: MOTCUA_POLICY)",
    )
    explain.argument(
        "--json", action="store_true", vi="in dữ kiện và mã thay cho lời văn", en="facts and codes instead of words"
    )
    explain.argument(
        "--page", metavar="FILE", vi="ghi thành trang có hình vẽ diễn biến", en="write it as a page with the timeline drawn"
    )
    loop = commands.add(
        "loop",
        vi="các gói việc đã đi đến đâu: đã hỏi, đã trả lời, đúng hẹn, đã xác minh tại nguồn, theo cơ quan và tháng",
        en="what became of the work packages: asked, answered, in time, verified at the source, by agency and month",
    )
    loop.argument("--unit", metavar="UNIT", vi="chỉ cơ quan này", en="this agency only")
    loop.argument("--csv", metavar="FILE", vi="ghi mọi dòng vào tệp", en="write all lines to a file")
    holders = commands.add(
        "holders",
        vi="ai giữ hồ sơ bao lâu, theo cơ quan: mỗi phút làm việc có đúng một người giữ",
        en="who held the dossiers for how long, by agency: every working minute has one holder",
    )
    holders.argument("--unit", metavar="UNIT", vi="chỉ hồ sơ của cơ quan này", en="dossiers of this agency only")
    holders.argument("--late", action="store_true", vi="chỉ hồ sơ trễ thật", en="only those that are truly late")
    holders.argument(
        "--steps",
        action="store_true",
        vi="theo phòng và trạng thái trong nhật ký xử lý, không chỉ theo người giữ",
        en="by room and status of the progress log, not by holder alone",
    )
    holders.argument(
        "--policy",
        metavar="POLICY",
        vi="theo hạn và thời gian dừng của cách tính nào (mặc định: MOTCUA_POLICY)",
        en="by the due dates and pauses of which policy (default: MOTCUA_POLICY)",
    )
    holders.argument(
        "--out",
        metavar="FILE",
        vi="ghi từng hồ sơ, người giữ và bước ra CSV",
        en="write every dossier, holder and step, as CSV",
    )


def add_lists(commands: Commands) -> None:
    """Add the commands about lists, tickets, tables and comparisons."""
    lists = commands.add(
        "list", vi="liệt kê các hồ sơ cần có người xử lý", en="list the dossiers that somebody has to attend to"
    )
    lists.argument(
        "name", choices=(*DOSSIER_LISTS_OF_COMMAND, "reception", *WATCH_LISTS_OF_COMMAND), vi="tên danh sách", en="which list"
    )
    by_policy = {
        "vi": "kết luận theo cách tính nào (mặc định: MOTCUA_POLICY)",
        "en": "by the verdicts of which policy (default: MOTCUA_POLICY)",
    }
    lists.argument("--policy", metavar="POLICY", **by_policy)
    lists.argument("--csv", metavar="FILE", vi="ghi tất cả, không chỉ 20 dòng đầu", en="write all of them, not the first 20")
    lists.argument("--unit", metavar="CODE", vi="chỉ hồ sơ của cơ quan này", en="only dossiers of this agency")
    lists.argument(
        "--reason",
        metavar="REASON",
        vi="chỉ hồ sơ có nguyên nhân mạnh nhất, hoặc căn cứ còn thiếu đầu tiên, là mã này",
        en="only dossiers of which this is the strongest reason, or what is missing first",
    )
    lists.argument(
        "--register",
        metavar="FILE",
        vi="sổ thư xin lỗi của cơ quan (CSV: code, sent), dùng cho `letters`",
        en="the office's register of letters (CSV: code, sent), for `letters`",
    )
    tickets = commands.add(
        "tickets",
        vi="liệt kê những gì phải sửa, nguyên nhân gây nhiều báo trễ sai nhất đứng đầu",
        en="list what has to be corrected, the cause of most false alarms first",
    )
    tickets.argument("--policy", metavar="POLICY", **by_policy)
    tickets.argument("--lang", choices=("vi", "en"), **_LANGUAGE)
    tickets.argument(
        "--out", metavar="FILE", vi="ghi mọi hồ sơ của mọi phiếu ra CSV", en="write every dossier of every ticket as CSV"
    )
    table = commands.add(
        "table",
        vi="kiểm tra một tệp CSV bất kỳ theo quy tắc khai báo: ô sai, các dòng nói về cùng một đối tượng",
        en="check any CSV file against rules declared for it: wrong cells, rows about the same thing",
    )
    table.argument("file", metavar="FILE", vi="CSV mã UTF-8 có dòng tiêu đề", en="CSV in UTF-8 with a row of headings")
    table.argument(
        "rules", metavar="RULES", vi="YAML; xem ví dụ tests/data/raha/*.yaml", en="YAML; tests/data/raha/*.yaml are examples"
    )
    table.argument(
        "--out",
        metavar="FILE",
        vi="ghi mọi vị trí ra CSV; không bao giờ ghi giá trị",
        en="write every place as CSV; values are never written",
    )
    compare = commands.add(
        "compare",
        vi="cho biết hai cách tính khác nhau ở đâu, và tổng hợp lại",
        en="show where two policies disagree, and sum it up",
    )
    compare.argument("one", metavar="POLICY", vi="ví dụ qd766", en="such as qd766")
    compare.argument("other", metavar="POLICY", vi="ví dụ bieu06", en="such as bieu06")
    compare.argument(
        "--csv",
        metavar="FILE",
        vi="ghi thêm mọi hồ sơ có kết luận khác nhau",
        en="also write every dossier on which they disagree",
    )


def add_legal_changes(commands: Commands) -> None:
    """Add the commands about legal changes and the legal register."""
    outcomes = {"vi": "ghi thêm mọi hồ sơ có kết luận thay đổi", "en": "also write every dossier whose outcome would change"}
    rehearse = commands.add(
        "rehearse",
        vi="chạy thử cách tính, lịch, thông báo hoặc thời hạn dự thảo trên dữ liệu đã có, không ghi gì",
        en="try a draft policy, calendar, notice or limit on history, and write nothing",
    )
    rehearse.argument(
        "file",
        metavar="FILE",
        vi="YAML (thông báo có thể là CSV); docs/runbook.vi.md nêu từng loại",
        en="YAML (a notice also CSV); docs/runbook.md shows each kind",
    )
    rehearse.argument(
        "--policy",
        action="append",
        metavar="POLICY",
        vi="theo cách tính này; có thể lặp lại",
        en="under this policy; may be repeated",
    )
    rehearse.argument("--csv", metavar="FILE", **outcomes)
    reported = commands.add(
        "check-figures",
        vi="đọc số liệu hồ sơ trong một báo cáo, cả trong bảng: số nào khớp nhau, số nào không, từ đó suy ra điều gì",
        en="read the figures about dossiers of a report in Vietnamese, tables too: which agree, which do not, and what follows",
    )
    reported.argument(
        "file", metavar="FILE", vi="báo cáo: .docx, .xlsx, .pdf hoặc .txt", en="the report: .docx, .xlsx, .pdf or .txt"
    )
    reported.argument(
        "--period",
        metavar="PERIOD",
        vi="kỳ mà báo cáo nói đến: đặt cạnh số liệu đã công bố của kỳ đó",
        en="period of which the report speaks: shown beside what is published of it",
    )
    reported.argument("--unit", metavar="UNIT", vi="cơ quan mà báo cáo nói đến", en="agency of which the report speaks")
    reported.argument(
        "--policy",
        metavar="POLICY",
        vi="theo cách tính này (mặc định: MOTCUA_POLICY)",
        en="under this policy (default: MOTCUA_POLICY)",
    )
    _add_law(
        commands.add(
            "law",
            vi="quy tắc nào dựa trên văn bản nào, điều gì hết hiệu lực theo văn bản, và các tình huống pháp lý",
            en="which rules rest on which document, what ends with a document, and legal cases that are judged",
        )
    )
    calendar = commands.add(
        "calendar",
        vi="nhận thông báo nghỉ, làm bù, hoặc liệt kê chỗ lịch khác với gói holidays",
        en="take in a notice about days off, or list where a calendar differs from a package",
    )
    calendar.argument(
        "action",
        choices=("add", "differences"),
        vi="add: thông báo ảnh hưởng đến ai, thêm --apply thì kết luận lại; differences: khác với gói holidays ở đâu",
        en="add: whom a notice touches, and with --apply judge those again; differences: from the package holidays",
    )
    calendar.argument("file", nargs="?", metavar="FILE", vi="tệp thông báo, YAML hoặc CSV", en="the notice, YAML or CSV")
    calendar.argument(
        "--calendar",
        default="vn",
        metavar="NAME",
        vi="lịch của thông báo CSV, hoặc lịch cần so sánh (mặc định: vn)",
        en="of a CSV notice, or the one compared (default: vn)",
    )
    calendar.argument("--apply", action="store_true", vi="cho thông báo có hiệu lực", en="put the notice in force")
    calendar.argument("--csv", metavar="FILE", **outcomes)
    calendar.argument(
        "--figures", metavar="FILE", vi="ghi thêm mọi số liệu thay đổi", en="also write every figure that would change"
    )


def _add_law(law: Parser) -> None:
    document = "nd-118-2025, 118/2025/NĐ-CP, 'NĐ 118/2025'"
    actions = law.add_subparsers(
        metavar=translate("VIỆC", "ACTION"),
        title=translate(
            "các việc (mặc định: mọi văn bản và ngày hiệu lực)", "actions (default: all documents with their dates)"
        ),
        dest="action",
        parser_class=Parser,
    )
    rules = actions.add_parser(
        "list", help=translate("quy tắc dựa trên từng văn bản, từng điều", "what rests on each document, article by article")
    )
    rules.argument(
        "document",
        nargs="?",
        metavar="DOCUMENT",
        vi=f"chỉ văn bản này, ghi như trong sổ văn bản: {document}",
        en=f"one only, as the register names or cites it: {document}",
    )
    rules.argument(
        "--csv",
        metavar="FILE",
        vi="ghi thêm một dòng cho mỗi quy tắc và căn cứ",
        en="also write a line for each rule and basis",
    )
    ending = actions.add_parser(
        "ending",
        help=translate(
            "phải xác định lại những gì nếu một văn bản hết hiệu lực; không ghi gì",
            "what has to be dated anew if a document ends on a day; nothing is written",
        ),
    )
    ending.argument(
        "document",
        metavar="DOCUMENT",
        vi=f"ghi như trong sổ văn bản: {document}",
        en=f"as the register names or cites it: {document}",
    )
    ending.argument("--on", type=day, required=True, metavar="DAY", vi="ngày hiệu lực cuối cùng", en="its last day")
    ending.argument("--csv", metavar="FILE", vi="ghi thêm các dòng này", en="also write these lines")
    actions.add_parser(
        "check",
        help=translate(
            "báo lỗi khi có quy tắc dựa trên văn bản không còn hiệu lực", "fail where a rule rests on what is not in force"
        ),
    )
    test = actions.add_parser(
        "test",
        help=translate(
            "kết luận các tình huống pháp lý: hồ sơ được viết ra kèm kết luận theo quy định",
            "judge legal cases: dossiers written down with the verdict that the law gives them",
        ),
    )
    test.argument(
        "files",
        nargs="+",
        metavar="FILE",
        vi="YAML; docs/legal-cases.md hướng dẫn cách viết",
        en="YAML; docs/legal-cases.md explains how to write cases",
    )
    test.argument(
        "--policy",
        metavar="POLICY",
        vi="cho các tình huống không nêu cách tính (mặc định: MOTCUA_POLICY)",
        en="for cases that name none (default: MOTCUA_POLICY)",
    )
    test.argument("--lang", choices=("vi", "en"), **_LANGUAGE)
    test.argument("--failed", action="store_true", vi="chỉ liệt kê tình huống không đạt", en="list only the cases that fail")
