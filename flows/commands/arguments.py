"""Arguments of `motcua`: every command with its options, in the words of its ``--help``."""

from __future__ import annotations

from config.language import translate
from flows.commands.form_arguments import add_forms
from flows.commands.key_arguments import add_keys
from flows.commands.parser import LAST_PUBLICATION, Commands, Parser, day
from flows.commands.person_arguments import add_person
from flows.commands.publication_arguments import add_audit, add_dispute, add_publications, add_trace
from flows.commands.purge_arguments import add_purge
from flows.commands.reader_arguments import add_readers
from flows.commands.reference_arguments import add_reference
from flows.commands.report_arguments import add_checks, add_dossiers, add_legal_changes, add_lists
from flows.commands.upgrade_arguments import add_upgrade


def parser() -> Parser:
    """Build the parser of all commands, in the language in force."""
    top = Parser(
        prog="motcua",
        description=translate(
            "Làm cho số liệu đúng hạn giải quyết thủ tục hành chính phản ánh đúng thực tế: lấy hồ sơ từ các hệ thống một cửa, "
            "kiểm tra và làm sạch, tính theo quy định hồ sơ nào trễ thật, rồi công bố số liệu kèm căn cứ.",
            "Makes a government's deadline figures true: pulls dossiers from one-stop systems, checks and cleans "
            "them, works out from the law which are really late, and publishes figures with their evidence.",
        ),
        epilog=translate(
            "Cấu hình là các biến MOTCUA_… (config/settings.py); mỗi hệ thống nguồn là một tệp trong config/sources. "
            "Mã thoát: 0 hoàn thành, 1 không thành công, 2 sai tham số hoặc cấu hình, 3 lỗi nguồn, 4 lỗi mạng, "
            "5 dữ liệu không qua cổng kiểm soát, 6 lỗi kho dữ liệu, 7 lỗi chương trình, 128 + số hiệu khi bị tín hiệu dừng.",
            "Settings are MOTCUA_… variables (config/settings.py); systems are files in config/sources. "
            "Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration, 3 source, 4 network, 5 data at a gate, "
            "6 warehouse, 7 a fault of the program, 128 + number stopped by a signal.",
        ),
    )
    commands = Commands(top)
    for add in (
        _add_runs,
        _add_corrections,
        add_checks,
        add_dossiers,
        add_lists,
        add_forms,
        add_legal_changes,
        add_publications,
        add_trace,
        add_audit,
        add_dispute,
        add_person,
        add_keys,
        add_purge,
        add_reference,
        add_readers,
        _add_state,
        _add_backups,
        add_upgrade,
    ):
        add(commands)
    return top


def _add_runs(commands: Commands) -> None:
    commands.add(
        "up",
        vi="chạy kho dữ liệu, máy chủ Prefect có giao diện và các lượt chạy theo lịch, cho đến khi dừng",
        en="run the warehouse, the Prefect server with its UI and the scheduled runs, until stopped",
    )
    refresh = commands.add(
        "refresh",
        vi="lấy dữ liệu, kiểm tra, kết luận và công bố một lần, ngay bây giờ",
        en="pull, check, judge and publish once, now",
    )
    refresh.argument(
        "--as-of",
        type=day,
        metavar="DAY",
        vi="số liệu tính đến hết ngày này (mặc định: hôm qua)",
        en="day whose end the figures speak for (default: yesterday)",
    )
    refresh.argument(
        "--source",
        action="append",
        metavar="NAME",
        vi="chỉ lấy nguồn này; có thể lặp lại",
        en="pull only this source; may be repeated",
    )
    refresh.argument(
        "--full",
        action="store_true",
        vi="kiểm tra và kết luận lại mọi hồ sơ, kể cả hồ sơ không thay đổi",
        en="check and judge every dossier again, unchanged ones too",
    )
    refresh.argument(
        "--accept-shrinkage",
        action="append",
        metavar="NAME",
        vi="chấp nhận một lần rằng nguồn này có ít bản ghi hơn trước",
        en="accept once that this source holds fewer records",
    )
    refresh.argument(
        "--anyway",
        action="store_true",
        vi="hỏi cả những nguồn đang ngoài giờ cho phép hoặc vừa bị lỗi",
        en="also ask sources outside their hours or after failures",
    )
    backfill = commands.add(
        "backfill",
        vi="lấy dữ liệu quá khứ của một nguồn, từng khoảng đọc một",
        en="pull a span of a source's past, window by window",
    )
    backfill.argument(
        "source", metavar="SOURCE", vi="tên tệp của nguồn trong config/sources", en="name of its file in config/sources"
    )
    backfill.argument(
        "--from",
        dest="since",
        type=day,
        required=True,
        metavar="DAY",
        vi="ngày sửa đổi đầu tiên",
        en="first day of modification",
    )
    backfill.argument(
        "--to",
        dest="until",
        type=day,
        metavar="DAY",
        vi="ngày cuối, tính cả ngày đó (mặc định: đến bản ghi mới nhất)",
        en="last day, included (default: up to the newest)",
    )
    backfill.argument(
        "--what",
        choices=("missing", "missing-and-failed", "all"),
        default="missing-and-failed",
        vi="missing: chỉ phần chưa lấy được lần nào; missing-and-failed (mặc định): cả phần bị lỗi; all: đọc lại tất cả",
        en="missing: only what never landed; missing-and-failed (default): what failed, too; all: everything again",
    )
    backfill.argument("--again", action="store_true", vi="như --what all", en="as --what all")
    backfill.argument(
        "--dry-run",
        action="store_true",
        vi="chỉ cho biết sẽ làm gì: không hỏi nguồn và không ghi gì",
        en="only say what would be done: nothing is asked and nothing written",
    )
    windows = commands.add(
        "windows",
        vi="liệt kê các khoảng thời gian đã hỏi nguồn, và các khoảng trống",
        en="list the windows that sources were asked for, and the gaps",
    )
    windows.argument("source", nargs="?", metavar="SOURCE", vi="chỉ của nguồn này", en="of this source only")
    rerun = commands.add(
        "rerun",
        vi="kết luận và công bố lại những gì đã thay đổi, không lấy dữ liệu mới",
        en="judge and publish again what has changed since, without pulling",
    )
    rerun.argument(
        "codes",
        nargs="*",
        metavar="CODE",
        vi="kết luận lại cả tháng của các hồ sơ này",
        en="also judge the whole months of these dossiers",
    )
    rerun.argument("--as-of", type=day, metavar="DAY", **LAST_PUBLICATION)
    restate = commands.add(
        "restate",
        vi="kết luận và công bố lại các ngày đã qua, sau đính chính hoặc khi quy định thay đổi; không lấy dữ liệu mới",
        en="judge and publish past days again, after corrections or under new rules, without pulling",
    )
    restate.argument("--from", dest="since", type=day, required=True, metavar="DAY", vi="ngày đầu", en="first day")
    restate.argument("--to", dest="until", type=day, metavar="DAY", vi="ngày cuối, tính cả ngày đó", en="last day, included")
    restate.argument(
        "--what",
        choices=("missing", "missing-and-failed", "all"),
        default="all",
        vi="missing: chỉ những ngày chưa công bố; missing-and-failed: cả những ngày có cổng không đạt; all (mặc định): mọi ngày",
        en="missing: only days never published; missing-and-failed: those with a failed gate, too; all (default): every day",
    )
    restate.argument(
        "--dry-run",
        action="store_true",
        vi="chỉ cho biết sẽ làm gì, không ghi gì",
        en="only say what would be done: nothing is written",
    )
    replay = commands.add(
        "replay",
        vi="dựng lại kho dữ liệu từ vùng lưu bản gốc, không hỏi nguồn nào",
        en="rebuild the warehouse from the landing zone, without asking any source",
    )
    replay.argument(
        "--as-of",
        type=day,
        metavar="DAY",
        vi="mặc định: ngày của lần công bố gần nhất, nếu không có thì hôm qua",
        en="default: the day of the last publication, else yesterday",
    )
    replay.argument(
        "--overwrite",
        action="store_true",
        vi="xóa phần dữ liệu suy ra trong một kho không trống",
        en="empty what is derived in a warehouse that is not empty",
    )
    replay.argument(
        "--without-purged",
        action="store_true",
        vi="dựng lại phần còn lại dù có bản gốc đã xóa theo thời hạn lưu: hồ sơ chỉ có trong đó sẽ mất",
        en="rebuild what is left although landing files were purged by rule: dossiers that rest on them alone are lost",
    )
    publish = commands.add("publish", vi="công bố lại những gì đã kết luận", en="publish again what has been judged")
    publish.argument("--as-of", type=day, metavar="DAY", **LAST_PUBLICATION)


def _add_corrections(commands: Commands) -> None:
    correct = commands.add(
        "correct",
        vi="nhận một tệp đính chính, và kết luận lại các hồ sơ liên quan",
        en="take in a file of corrections, and judge the dossiers concerned again",
    )
    correct.argument(
        "file",
        metavar="FILE",
        vi="gói việc đã trả lời (.xlsx hoặc CSV), hoặc CSV: mã hồ sơ, trường, giá trị mới, căn cứ, người đề nghị, người duyệt",
        en="an answered work package (.xlsx or CSV), or CSV: dossier, field, new value, evidence, who, approved by",
    )
    packages = commands.add(
        "packages",
        vi="tạo gói việc: mỗi cơ quan một tệp Excel ghi những điểm cần kiểm tra, sửa",
        en="make work packages: an Excel workbook for each agency of what it is to check and correct",
    )
    packages.argument("action", choices=("make",), metavar="ACTION", vi="make: tạo các gói", en="make: make the packages")
    packages.argument(
        "--out",
        metavar="FOLDER",
        vi="thư mục nhận các tệp (mặc định: packages/out trong MOTCUA_HOME)",
        en="folder for the files (default: packages/out below MOTCUA_HOME)",
    )
    packages.argument(
        "--agency", dest="unit", metavar="CODE", vi="chỉ của cơ quan có mã này", en="of the agency with this code only"
    )
    proposals = commands.add(
        "proposals",
        vi="liệt kê các đề nghị đính chính có căn cứ, để cán bộ duyệt",
        en="list corrections that the evidence supports, for an officer to approve",
    )
    proposals.argument("--unit", metavar="CODE", vi="chỉ của cơ quan này", en="of this agency only")
    proposals.argument(
        "--out",
        metavar="PATH",
        vi="thư mục nhận mỗi cơ quan một tệp; tên có đuôi .csv thì tất cả vào một tệp",
        en="folder that gets a file per agency; a name that ends in .csv gets all in one file",
    )
    corrections = commands.add(
        "corrections",
        vi="tình trạng các đính chính: đã áp dụng, nguồn đã xác nhận, mâu thuẫn, đã hủy",
        en="show the status of corrections: applied, verified at the source, in conflict, taken back",
    )
    corrections.argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "waiting", "preview", "approve", "reject", "watch", "audit"),
        metavar="ACTION",
        vi="list (mặc định): tình trạng; waiting: các gói chờ duyệt; preview: tác động của một TỆP hoặc gói trước khi duyệt, không ghi gì; "
        "approve, reject: duyệt, bác các gói hoặc mã đang chờ; watch: cơ quan, tài khoản làm hồ sơ bớt trễ nhiều hơn hẳn nơi khác; "
        "audit: mẫu kiểm tra ngẫu nhiên của một tháng; thêm TỆP đã điền thì ghi nhận và công bố kết quả",
        en="list (default): how they stand; waiting: packages that wait; preview: what a FILE or package would move, nothing is written; "
        "approve, reject: decide about packages or ids that wait; watch: agencies and accounts that improve lateness far more than others; "
        "audit: the random sample of a month; with its filled-in FILE the result is recorded and published",
    )
    corrections.argument(
        "references",
        nargs="*",
        metavar="ID_OR_PACKAGE",
        vi="tệp, gói hoặc mã đính chính; với audit: tháng, dạng 2026-03, rồi tệp mẫu đã điền nếu có",
        en="file, package or id; for audit: the month, as 2026-03, then the filled-in sample where there is one",
    )
    corrections.argument(
        "--by", metavar="WHO", vi="tài khoản của người duyệt hoặc bác", en="account of who approves or turns down"
    )
    corrections.argument(
        "--document",
        default="",
        metavar="NUMBER",
        vi="số văn bản chứng minh, nếu các dòng chưa nêu",
        en="number of the document that proves them",
    )
    corrections.argument("--document-date", default="", metavar="DAY", vi="ngày của văn bản đó, dạng 2026-03-09", en="its date")
    corrections.argument(
        "--csv", metavar="FILE", vi="với audit: ghi mẫu ra tệp này", en="for audit: write the sample to this file"
    )
    corrections.argument(
        "--all",
        action="store_true",
        vi="liệt kê mọi đính chính đã duyệt, không chỉ các mâu thuẫn",
        en="list every approved one, not only conflicts",
    )
    undo = commands.add(
        "undo",
        vi="hủy một đính chính hoặc cả gói; các đính chính sau đó vẫn giữ nguyên",
        en="withdraw a correction or a whole package; later ones remain in force",
    )
    undo.argument(
        "reference",
        metavar="ID_OR_PACKAGE",
        vi="như `motcua corrections` và `motcua correct` ghi",
        en="as `motcua corrections` and `motcua correct` name it",
    )
    undo.argument(
        "--by", required=True, metavar="WHO", vi="tài khoản của người hủy", en="account of the person who takes it back"
    )


def _add_state(commands: Commands) -> None:
    rejected = commands.add(
        "rejected",
        vi="liệt kê các bản ghi không dùng được, kèm lý do",
        en="list records that could not be used, with the reason",
    )
    rejected.argument("--source", metavar="NAME", vi="chỉ của nguồn này", en="of this source only")
    rejected.argument(
        "--limit",
        type=int,
        default=50,
        metavar="N",
        vi="số bản ghi nhiều nhất được liệt kê (mặc định: 50)",
        en="how many to list at most (default: 50)",
    )
    commands.add("status", vi="những gì đã lấy, kết luận và công bố gần nhất", en="what was pulled, judged and published last")
    commands.add(
        "verify",
        vi="kiểm tra sổ ghi vết và niêm phong; nêu từng ô bị sửa",
        en="look at ledger and seals; name each cell that was edited",
    )
    psql = commands.add("psql", vi="mở psql trên kho dữ liệu, chỉ để đọc", en="open psql on the warehouse, for reading")
    psql.argument(
        "-c",
        dest="sql",
        action="append",
        default=[],
        metavar="SQL",
        vi="in câu trả lời thay vì mở phiên; có thể lặp lại",
        en="print the answer instead of opening a session; may be repeated",
    )
    commands.add(
        "doctor",
        vi="những gì đã cài, kết nối được, đúng phiên bản, và cách xử lý nếu không",
        en="what is installed, reachable and migrated, and what to do where it isn't",
    )
    source = commands.add(
        "source",
        vi="thử một nguồn, hoặc cho biết các mốc thời gian của nguồn thể hiện điều gì; không nạp gì",
        en="try a source, or show what its times reveal, and load nothing",
    )
    source.argument(
        "action",
        choices=("check", "diagnose"),
        vi="check: những gì sẽ đọc được và chỗ đáng ngờ; diagnose: đồng hồ và lịch của nguồn theo chính thời gian của nguồn",
        en="check: what would be read and what is doubtful; diagnose: what its own times say about its clock and calendar",
    )
    source.argument(
        "name", metavar="NAME", vi="tên tệp của nguồn trong config/sources", en="name of its file in config/sources"
    )
    commands.add("version", vi="in số phiên bản", en="print the version")


def _add_backups(commands: Commands) -> None:
    backup = commands.add(
        "backup",
        vi="sao lưu kho dữ liệu, các tệp gốc, các khóa và cấu hình vào một tệp; các lượt chạy vẫn tiếp tục được",
        en="back up warehouse, landing files, keys and configuration into one file; runs may go on meanwhile",
    )
    backup.argument(
        "file",
        metavar="FILE",
        vi="tệp mới, ngoài MOTCUA_HOME; chứa dữ liệu cá nhân",
        en="a new file outside MOTCUA_HOME; it holds personal data",
    )
    restore = commands.add(
        "restore",
        vi="phục hồi một bản sao lưu vào MOTCUA_HOME và cơ sở dữ liệu trống, ra đúng các số liệu cũ",
        en="restore a backup into an empty home and database, to the same figures",
    )
    restore.argument("file", metavar="FILE", vi="tệp do `motcua backup` tạo", en="a file that `motcua backup` made")
    restore.argument(
        "--replace", action="store_true", vi="xóa hết những gì đang có trước đã", en="remove first all that is there"
    )
    restore.argument(
        "--check",
        action="store_true",
        vi="chỉ đọc và cho biết bản sao lưu có nguyên vẹn không",
        en="only read it, and tell whether it is whole",
    )
