"""State of a step that asks a source: an error is its message, in the words that a run has for it.

Prefect would put "Task run encountered an exception" before it, in English. A source that is not asked outside its hours has
not failed: its step is green under a name of its own (decision 0020).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import cast

from prefect.context import TaskRunContext
from prefect.states import Completed, Failed

from config.errors import MotcuaError, OutOfHoursError
from config.language import shown
from tasks.rules.privacy.masking import mask
from tasks.runtime.safe_errors import P, R

NOT_ASKED = "NotAsked"
"""Green: a source outside its hours; the next run asks it."""


def says_why(function: Callable[P, R]) -> Callable[P, R]:
    """Let an error of ours be the state of the task run; put it between ``@task`` and ``@with_safe_errors``.

    Whoever waits for the run's future finds the error as its result; Prefect's rules of retrying see it, too. Called outside a
    task run the function raises as ever.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except MotcuaError as error:
            if TaskRunContext.get() is None:
                raise
            said = mask(shown(error))
            if isinstance(error, OutOfHoursError):
                return cast("R", Completed(name=NOT_ASKED, message=said, data=error))
            return cast("R", Failed(message=said, data=error))

    return run
