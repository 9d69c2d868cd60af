"""Sentence of a red run: an error ends a flow in a state that says what it says, without traceback.

Prefect would put "Flow run encountered an exception" before it, in English.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

from httpx import HTTPError
from prefect.client.schemas.objects import State
from prefect.exceptions import PrefectException
from prefect.logging import get_run_logger
from prefect.states import Failed

from config.language import shown
from flows.runtime.state_names import ENDED_IN_ERROR
from tasks.rules.privacy.masking import mask
from tasks.runtime.safe_errors import safe

FlowArguments = ParamSpec("FlowArguments")


def ends_in_a_sentence(function: Callable[FlowArguments, State[Any]]) -> Callable[FlowArguments, State[Any]]:
    """Let an error of a flow be its state's message, in the language of the settings; put it right under ``@flow``.

    Whoever runs the flow here finds the error in the state. What Prefect itself raises, a server that went away included,
    is for whoever started the run.
    """

    @functools.wraps(function)
    def run(*args: FlowArguments.args, **kwargs: FlowArguments.kwargs) -> State[Any]:
        try:
            return function(*args, **kwargs)
        except (PrefectException, HTTPError):
            raise
        except Exception as error:
            told = safe(function.__name__, error)
            get_run_logger().debug("Where the error was raised:", exc_info=error)
            return Failed(name=ENDED_IN_ERROR, message=mask(shown(told)), data=told)

    # Prefect makes the form of a flow from its annotations, and would look their names up in this module.
    run.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    run.__annotations__ = inspect.get_annotations(function, eval_str=True)
    run.__ends_in_a_sentence__ = True  # type: ignore[attr-defined]  # a house test asks every flow for it
    return run
