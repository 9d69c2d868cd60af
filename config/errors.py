"""Errors of the product: the class says whether to retry, the message says what to do.

A message is one sentence of fact, one of consequence and one of action, in Vietnamese and in English
(:mod:`config.language`). It holds no personal value: dossier codes at most, ten at most. An argument that
is given as plain text, such as a name, reads the same in both languages.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from config.language import Bilingual, bilingual, counted

Words = str | Bilingual
"""Part of a message: in both languages, or the same in both."""
CHECK_SOURCE = Bilingual("Hãy kiểm tra nguồn bằng `motcua source check`.", "Check the source with `motcua source check`.")
ASK_DOCTOR = Bilingual("Hãy kiểm tra nguồn bằng `motcua doctor`.", "Check the source with `motcua doctor`.")
RUN_DOCTOR = Bilingual("Hãy chạy `motcua doctor`.", "Run `motcua doctor`.")
NEXT_RUN = Bilingual("Lần chạy sau thời điểm đó sẽ lấy tiếp.", "The next run after that time asks it.")


_PURPOSES = {
    "backup": "sao lưu",
    "check": "ghi kết quả kiểm tra",
    "clock_faults": "ghi các đồng hồ lệch giờ của",
    "correct": "ghi đính chính",
    "differences": "ghi khác biệt của",
    "drift": "ghi thay đổi cấu trúc của",
    "gate": "ghi kết quả cổng kiểm soát",
    "judge": "ghi kết luận",
    "keep": "lưu lịch sử chạy",
    "list": "liệt kê",
    "load": "nạp",
    "maintain": "bảo trì",
    "match": "ghi đối chiếu hồ sơ",
    "migrate": "nâng cấp cấu trúc",
    "open": "mở kết nối",
    "propose": "ghi đề nghị đính chính",
    "prove": "ghi đối chiếu số lượng của",
    "publish": "công bố",
    "read": "đọc",
    "replay": "dựng lại",
    "restore": "phục hồi bản sao lưu",
    "start": "khởi động",
    "stop": "dừng",
    "undo": "hủy đính chính",
    "vacuum": "dọn dẹp",
    "verify": "kiểm tra",
}
"""What the first word of a purpose says in Vietnamese; the rest of it is a name."""
_OF_PURPOSES = {"the ledger": "sổ cái", "partitions": "các phân vùng"}


class MotcuaError(Exception):
    """Base of every error that the product raises on purpose; shown without a traceback.

    Args:
        text: the whole message.
    """

    exit_code = 1

    def __init__(self, text: Words) -> None:
        super().__init__(text)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Travel between processes as class, text and attributes: the arguments of the constructors differ."""
        return _rebuilt, (type(self), self.args, self.__dict__)


class ConfigError(MotcuaError):
    """A file or variable of the configuration is wrong; a retry changes nothing until it is corrected.

    Args:
        where: file and key, or the environment variable.
        fact: what is wrong there.
        allowed: what would be right.
    """

    exit_code = 2

    def __init__(self, where: Words, fact: Words, allowed: Words = "") -> None:
        place, what = bilingual(where), bilingual(fact)
        vi, en = f"{place.vi}: {what.vi}.", f"{place.en}: {what.en}."
        if allowed:
            vi, en = f"{vi} Giá trị hợp lệ: {bilingual(allowed).vi}.", f"{en} Allowed: {bilingual(allowed).en}."
        super().__init__(Bilingual(vi, en))
        self.where = str(where)


class SourceError(MotcuaError):
    """A source answered, and the answer cannot be used; a retry would get the same.

    Args:
        source: name of the source.
        fact: what it answered, without any value of a record.
        action: what the operator can do.

    Attributes:
        fact: what it answered, in both languages.
    """

    exit_code = 3

    def __init__(self, source: str, fact: Words, action: Words = CHECK_SOURCE) -> None:
        self.fact, remedy = bilingual(fact), bilingual(action)
        super().__init__(
            Bilingual(
                f"Nguồn {source}: {self.fact.vi}. Phần dữ liệu đang lấy dở không được nạp. {remedy.vi}",
                f"Source {source}: {self.fact.en}. Nothing that it left unfinished was loaded. {remedy.en}",
            )
        )
        self.source = source


class TransientError(SourceError):
    """The network or the source failed in a way that may pass; retried with back-off.

    Attributes:
        failures: requests that failed one after the other before it was raised.
        answered: whether the source answered any request of the pull before these.
    """

    exit_code = 4
    failures = 1
    answered = False


class RefusedError(SourceError):
    """A source does not accept who asks; it is not asked again in this run, for accounts get locked by repetition."""


class DeferredError(SourceError):
    """A source is not asked now, on purpose; the next run does, and nobody has to do anything.

    Args:
        source: name of the source.
        fact: why.
        until: when it may be asked again, aware.
        asked_by_source: the source itself asked for it.
        action: what the operator can do.
    """

    def __init__(
        self,
        source: str,
        fact: Words,
        until: datetime,
        *,
        asked_by_source: bool = False,
        action: Words = NEXT_RUN,
    ) -> None:
        why = bilingual(fact)
        super().__init__(
            source,
            Bilingual(
                f"{why.vi}; tạm dừng hỏi nguồn này đến {until:%d/%m/%Y %H:%M %Z}",
                f"{why.en}; it is left alone until {until:%Y-%m-%d %H:%M %Z}",
            ),
            action,
        )
        self.until = until
        self.asked_by_source = asked_by_source


class OutOfHoursError(DeferredError):
    """A source that may be asked at certain hours only is not asked outside them: as planned, so no failure of it."""


class ShrinkageError(SourceError):
    """A source holds far fewer records than before; nothing is accepted until somebody has looked.

    Args:
        source: name of the source.
        where: which of its records.
        stated: how many it says it holds.
        known: how many it held before, or are held here.
        share: of them that may go.
    """

    def __init__(self, source: str, where: Words, stated: int, known: int, share: float) -> None:
        which = bilingual(where)
        super().__init__(
            source,
            Bilingual(
                f"chỉ còn {stated} bản ghi {which.vi} trong khi trước đây có {known}, mức giảm cho phép là {share:.0%}",
                f"holds {counted(stated, 'record')} {which.en} where {known} are known, and no more than {share:.0%} may go",
            ),
            Bilingual(
                f"Hãy kiểm tra nguồn; nếu số này đúng, chạy một lần `motcua refresh --accept-shrinkage {source}`.",
                f"Look at the source; if that is right, run `motcua refresh --accept-shrinkage {source}` once.",
            ),
        )


class DataError(MotcuaError):
    """Data broke a contract at a gate; the run stops there and the rows are kept.

    Args:
        subject: table or source.
        check: gate, expectation or check that failed.
        failed: how many rows.
        codes: some of their dossier codes (the first ten are shown).
        action: what the operator can do.
    """

    exit_code = 5

    def __init__(self, subject: str, check: Words, failed: int, codes: tuple[str, ...] = (), action: Words = "") -> None:
        what, remedy, first = bilingual(check), bilingual(action), ", ".join(codes[:10])
        vi = f"{subject}: {failed} dòng không đạt yêu cầu {what.vi}." + (f" Đầu tiên: {first}." if first else "")
        en = f"{subject}: {what.en} failed for {counted(failed, 'row')}." + (f" First: {first}." if first else "")
        super().__init__(
            Bilingual(f"{vi} Chưa công bố số liệu nào. {remedy.vi}", f"{en} Nothing was published. {remedy.en}").apply(
                str.strip
            )
        )
        self.subject = subject


class UnreadableDataError(DataError):
    """A file or figure as a whole cannot be used; no row of it was looked at.

    Args:
        subject: file, table or publication.
        fact: what is wrong with it.
        action: what the operator can do.
    """

    def __init__(self, subject: str, fact: Words, action: Words) -> None:
        what, remedy = bilingual(fact), bilingual(action)
        MotcuaError.__init__(
            self,
            Bilingual(
                f"{subject}: {what.vi}. Chưa ghi nhận và chưa công bố gì. {remedy.vi}",
                f"{subject}: {what.en}. Nothing was taken in and nothing was published. {remedy.en}",
            ),
        )
        self.subject = subject


class NothingYetError(DataError):
    """What was asked for follows from a run, and there was none.

    Args:
        what: what is not there, as the end of "There is no …": ``verdict under qd766``.
    """

    def __init__(self, what: Words) -> None:
        missing = bilingual(what)
        MotcuaError.__init__(
            self,
            Bilingual(
                f"Chưa có {missing.vi}. Không có gì để hiển thị. Hãy chạy `motcua refresh` trước.",
                f"There is no {missing.en} yet. Nothing can be shown. Run `motcua refresh` first.",
            ),
        )
        self.subject = str(what)


class MachineError(MotcuaError):
    """The machine that we run on cannot go on; no source and no row is the cause.

    Args:
        fact: what it lacks.
        action: what the operator can do.
    """

    def __init__(self, fact: Words, action: Words) -> None:
        what, remedy = bilingual(fact), bilingual(action)
        super().__init__(
            Bilingual(
                f"Máy chủ không thể chạy tiếp: {what.vi}. Bước này chưa ghi gì. {remedy.vi}",
                f"The machine cannot go on: {what.en}. Nothing of this step was written. {remedy.en}",
            )
        )


class WarehouseError(MotcuaError):
    """A statement of the warehouse failed; its transaction is undone, nothing was written.

    Args:
        purpose: what the statement was for.
        fact: SQLSTATE and constraint name; never the server's detail, which may quote values.
        action: what the operator can do.
    """

    exit_code = 6

    def __init__(self, purpose: str, fact: Words, action: Words = RUN_DOCTOR) -> None:
        aim, what, remedy = _purpose(purpose), bilingual(fact), bilingual(action)
        super().__init__(
            Bilingual(
                f"Kho dữ liệu không thực hiện được việc {aim.vi}: {what.vi}. Chưa ghi gì. {remedy.vi}",
                f"The warehouse refused to {aim.en}: {what.en}. Nothing was written. {remedy.en}",
            )
        )
        self.purpose = purpose


def _purpose(purpose: str) -> Bilingual:
    verb, _, rest = purpose.partition(" ")
    return Bilingual(f"{_PURPOSES.get(verb, verb)} {_OF_PURPOSES.get(rest, rest)}".strip(), purpose)


def _rebuilt(kind: type[MotcuaError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> MotcuaError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(attributes)
    return error
