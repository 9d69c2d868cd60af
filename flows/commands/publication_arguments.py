"""Arguments of the commands about publications and inspections, and what each calls."""

from __future__ import annotations

import argparse
import re
from fractions import Fraction

from config.language import translate
from flows.commands.parser import Commands

_IDS = {"list": 0, "show": 1, "compare": 2, "explain": 2, "reproduce": 1, "review": 1, "approve": 1, "withdraw": 1}
_DECIDES = ("review", "approve", "withdraw")


def add_publications(commands: Commands) -> None:
    """Add the command about publications: what there is, what became of it, and decisions about it."""
    publications = commands.add(
        "publications",
        vi="các lần công bố: liệt kê, xem, so sánh, giải thích, lập lại, xem xét, duyệt, rút",
        en="publications: list, show, compare, explain, reproduce, review, approve, withdraw",
    )
    publications.argument(
        "action",
        nargs="?",
        default="list",
        choices=tuple(_IDS),
        metavar="ACTION",
        vi="list: các lần công bố và dự thảo; show: các bước của một lần; compare: số liệu khác nhau giữa hai lần; "
        "explain: vì sao khác, từng phần cộng lại đúng bằng thay đổi; reproduce: lập lại từ dữ liệu và cấu hình khi đó; "
        "review: chuyển dự thảo để duyệt; approve: duyệt và công bố; withdraw: rút, các dòng vẫn giữ",
        en="list: publications and drafts; show: the steps of one; compare: what differs between two; "
        "explain: why, in parts that add up to the change; reproduce: make one again from data and rules of then; "
        "review: hand a draft on for approval; approve: approve it and publish; withdraw: take it back, its rows stay",
    )
    publications.argument(
        "ids",
        nargs="*",
        metavar="ID",
        vi="mã của lần công bố, từ sáu ký tự đầu",
        en="its id; the first six characters are enough",
    )
    publications.argument(
        "--by",
        metavar="WHO",
        vi="tài khoản của người quyết định (config/people.yaml)",
        en="account of who decides (config/people.yaml)",
    )
    publications.argument("--reason", metavar="TEXT", vi="lý do rút, một câu", en="why it is withdrawn, a sentence")
    publications.argument(
        "--policy", metavar="POLICY", vi="cách tính (mặc định: của cơ quan)", en="policy (default: the office's)"
    )
    publications.set_defaults(run=run_publications, refuse=publications.error)


def add_trace(commands: Commands) -> None:
    """Add the command that follows a figure to its dossiers."""
    trace = commands.add(
        "trace",
        vi="lần theo một số liệu đã công bố: hồ sơ, bản gốc, đính chính, quy định",
        en="follow a published figure: dossiers, landing files, corrections, rule and article",
    )
    trace.argument(
        "figure",
        metavar="FIGURE",
        vi="chỉ tiêu/cơ quan/kỳ/lĩnh vực/hình thức/cơ sở; phần bỏ trống là tất cả; kỳ là tháng, quý, nửa năm, năm: "
        "on_time_rate/H99.12/2026-Q1",
        en="indicator/agency/period/field/channel/basis; what is left out is all; a period is a month, quarter, half year or "
        "year: on_time_rate/H99.12/2026-Q1",
    )
    trace.argument("--publication", metavar="ID", vi="mặc định: lần công bố hiện hành", en="default: the current publication")
    trace.argument("--json", metavar="FILE", vi="ghi tất cả vào tệp JSON", en="write all of it as JSON")
    trace.argument("--page", metavar="FILE", vi="ghi trang để in (HTML)", en="write a page to be printed (HTML)")
    trace.set_defaults(run=run_trace)


def add_dispute(commands: Commands) -> None:
    """Add the command that holds a list of others against a figure."""
    asked = commands.add(
        "dispute",
        vi="đối chiếu danh sách hồ sơ của nơi khác với một số liệu đã công bố: từng loại chênh lệch, không còn phần dư",
        en="hold another body's list of dossiers against a published figure: class by class, nothing left over",
    )
    asked.argument(
        "figure",
        metavar="FIGURE",
        vi="như `motcua trace`, kỳ có thể là quý, nửa năm, năm: finished_late/H99.12/2026-Q1",
        en="as `motcua trace` takes it; also of a quarter, half year or year: finished_late/H99.12/2026-Q1",
    )
    asked.argument(
        "file", metavar="FILE", vi="danh sách: .csv, .xlsx, .docx hoặc .pdf", en="their list: .csv, .xlsx, .docx or .pdf"
    )
    asked.argument(
        "--of",
        metavar="FILE",
        vi="với một tỷ lệ: danh sách toàn bộ hồ sơ của họ; FILE đầu là hồ sơ được tính, ví dụ đúng hạn",
        en="for a share: their list of all dossiers; the first FILE has those that count, such as on time",
    )
    asked.add_argument(
        "--claimed",
        type=_percentage,
        metavar="97,4",
        help=translate("tỷ lệ %% mà họ nêu, cùng với --of", "percentage that they name, with --of"),
    )
    asked.argument("--publication", metavar="ID", vi="mặc định: lần công bố hiện hành", en="default: the current publication")
    asked.argument(
        "--out",
        metavar="FILE",
        vi="ghi từng hồ sơ ra .xlsx, thư ra .txt bên cạnh",
        en="write the dossiers as .xlsx, the letter beside it",
    )
    asked.set_defaults(run=run_dispute)


def add_audit(commands: Commands) -> None:
    """Add the command that draws the file of an inspection."""
    audit = commands.add(
        "audit",
        vi="hồ sơ cho đoàn kiểm tra: mẫu ngẫu nhiên, sổ tính hạn, trễ ẩn, tháng đẹp bất thường",
        en="file of an inspection: random sample, due-date ledger, hidden lateness, too-good months",
    )
    audit.argument("action", choices=("sample",), metavar="ACTION", vi="sample: rút mẫu", en="sample: draw it")
    audit.argument(
        "--seed",
        required=True,
        type=_seed,
        metavar="SEED",
        vi="số gieo do đoàn kiểm tra nêu: chữ, số; chỉ nó quyết định hồ sơ nào được rút",
        en="named by the inspectors: letters, digits; it alone decides which dossiers are drawn",
    )
    many = audit.add_mutually_exclusive_group()
    many.add_argument("--size", type=_size, metavar="N", help=translate("số hồ sơ", "how many dossiers"))
    many.add_argument(
        "--error",
        type=_error,
        metavar="3%",
        help=translate(
            "sai số tối đa của tỷ lệ, tin cậy 95 %%; mặc định 5%%", "how far shares may be off, 95 %% sure; default 5%%"
        ),
    )
    audit.argument(
        "--unit",
        metavar="UNIT",
        vi="chỉ một cơ quan và các đơn vị trực thuộc vào ngày tiếp nhận",
        en="one agency with those below it on the day of receipt",
    )
    audit.argument("--publication", metavar="ID", vi="mặc định: lần công bố hiện hành", en="default: the current publication")
    audit.argument("--out", metavar="FILE", vi="ghi ra tệp .xlsx này", en="write it to this .xlsx file")
    audit.set_defaults(run=run_audit)


def _seed(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9._-]{1,40}", text) is None:
        raise argparse.ArgumentTypeError(
            translate("cần 1 đến 40 chữ không dấu, số, dấu . _ -", "1 to 40 plain letters, digits or . _ - are needed")
        )
    return text


def _percentage(text: str) -> Fraction:
    if re.fullmatch(r"\d{1,3}([.,]\d{1,6})?%?", text) is None:
        raise argparse.ArgumentTypeError(translate("cần một tỷ lệ như 97,4", "a percentage such as 97.4 is needed"))
    return Fraction(text.rstrip("%").replace(",", "."))


def _size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(translate("cần một số từ 1", "a number from 1 on is needed"))
    return int(text)


def _error(text: str) -> float:
    """Read ``3%``, ``0,5 %`` or ``3`` as a share."""
    found = re.fullmatch(r"(\d{1,2}(?:[.,]\d+)?)\s*%?", text.strip())
    share = float(found[1].replace(",", ".")) / 100 if found else 0.0
    if not 0.001 <= share <= 0.5:
        raise argparse.ArgumentTypeError(translate("cần một số từ 0,1% đến 50%", "a share from 0.1% to 50% is needed"))
    return share


def _fault(given: argparse.Namespace) -> str | None:
    """Say what is missing; None where nothing is."""
    if len(given.ids) != _IDS[given.action]:
        return translate(
            f"publications {given.action} cần {_IDS[given.action]} mã",
            f"publications {given.action} needs {_IDS[given.action]} ids",
        )
    if given.action in _DECIDES and not given.by:
        return translate(f"publications {given.action} cần --by", f"publications {given.action} needs --by")
    if given.action == "withdraw" and not given.reason:
        return translate("publications withdraw cần --reason", "publications withdraw needs --reason")
    return None


def run_publications(given: argparse.Namespace) -> int:
    """Do what is asked about publications; return the exit code."""
    from flows.commands.publications import run_action
    from flows.runtime.session import warehouse

    fault = _fault(given)
    if fault:
        given.refuse(fault)
    with warehouse():
        return run_action(given.action, given.ids, given)


def run_trace(given: argparse.Namespace) -> int:
    """Follow a figure; return the exit code."""
    from flows.commands.traces import show_trace
    from flows.runtime.session import warehouse

    with warehouse():
        return show_trace(given.figure, given.publication, given.json, given.page)


def run_audit(given: argparse.Namespace) -> int:
    """Draw the file of an inspection; return the exit code."""
    from flows.commands.inspections import draw_inspection
    from flows.runtime.session import warehouse

    with warehouse():
        draw_inspection(given.seed, given.size, given.error, given.unit, given.publication, given.out)
    return 0


def run_dispute(given: argparse.Namespace) -> int:
    """Hold a list against a figure; return the exit code."""
    from flows.commands.disputes import show_dispute
    from flows.runtime.session import warehouse

    with warehouse():
        return show_dispute(given.figure, given.file, given.publication, given.out, given.of, given.claimed)
