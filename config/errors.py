"""Errors of the product: the class says whether to retry, the message says what to do.

A message is one sentence of fact, one of consequence and one of action. It holds no personal value:
dossier codes at most, ten at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any


class MotcuaError(Exception):
    """Base of every error that the product raises on purpose; shown without a traceback."""

    exit_code = 1

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Travel between processes as class, text and attributes: the arguments of the constructors differ."""
        return _rebuilt, (type(self), self.args, self.__dict__)


class ConfigError(MotcuaError):
    """A file or variable of the configuration is wrong; mend it, a retry changes nothing.

    Args:
        where: file and key, or the environment variable.
        fact: what is wrong there.
        allowed: what would be right.
    """

    exit_code = 2

    def __init__(self, where: str, fact: str, allowed: str = "") -> None:
        super().__init__(f"{where}: {fact}." + (f" Allowed: {allowed}." if allowed else ""))
        self.where = where


class SourceError(MotcuaError):
    """A source answered, and the answer cannot be used; a retry would get the same.

    Args:
        source: name of the source.
        fact: what it answered, without any value of a record.
        action: what the operator can do.
    """

    exit_code = 3

    def __init__(self, source: str, fact: str, action: str = "Check the source with `motcua source check`.") -> None:
        super().__init__(f"Source {source}: {fact}. Nothing that it left unfinished was loaded. {action}")
        self.source = source
        self.fact = fact


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
    """A source is not asked now, on purpose; the next run does, and nobody has to mend anything.

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
        fact: str,
        until: datetime,
        *,
        asked_by_source: bool = False,
        action: str = "The next run after that asks.",
    ) -> None:
        super().__init__(source, f"{fact}; it is left alone until {until:%Y-%m-%d %H:%M %Z}", action)
        self.until = until
        self.asked_by_source = asked_by_source


class ShrinkageError(SourceError):
    """A source holds far fewer records than before; nothing is accepted until somebody has looked.

    Args:
        source: name of the source.
        where: which of its records.
        stated: how many it says it holds.
        known: how many it held before, or are held here.
        share: of them that may go.
    """

    def __init__(self, source: str, where: str, stated: int, known: int, share: float) -> None:
        super().__init__(
            source,
            f"holds {stated} records {where} where {known} are known, and no more than {share:.0%} may go",
            f"Look at the source; if that is right, run `motcua refresh --accept-shrinkage {source}` once.",
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

    def __init__(self, subject: str, check: str, failed: int, codes: tuple[str, ...] = (), action: str = "") -> None:
        shown = f" First: {', '.join(codes[:10])}." if codes else ""
        super().__init__(f"{subject}: {check} failed for {failed} rows.{shown} Nothing was published. {action}".strip())
        self.subject = subject


class NothingYetError(DataError):
    """What was asked for follows from a run, and there was none.

    Args:
        what: what is not there, as the end of "There is no …": ``verdict under qd766``.
    """

    def __init__(self, what: str) -> None:
        MotcuaError.__init__(self, f"There is no {what} yet. Nothing can be shown. Run `motcua refresh` first.")
        self.subject = what


class MachineError(MotcuaError):
    """The machine that we run on cannot go on; no source and no row is the cause.

    Args:
        fact: what it lacks.
        action: what the operator can do.
    """

    def __init__(self, fact: str, action: str) -> None:
        super().__init__(f"The machine cannot go on: {fact}. Nothing of this step was written. {action}")


class WarehouseError(MotcuaError):
    """A statement of the warehouse failed; its transaction is undone, nothing was written.

    Args:
        purpose: what the statement was for.
        fact: SQLSTATE and constraint name; never the server's detail, which may quote values.
        action: what the operator can do.
    """

    exit_code = 6

    def __init__(self, purpose: str, fact: str, action: str = "Run `motcua doctor`.") -> None:
        super().__init__(f"The warehouse refused to {purpose}: {fact}. Nothing was written. {action}")
        self.purpose = purpose


def _rebuilt(kind: type[MotcuaError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> MotcuaError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(attributes)
    return error
