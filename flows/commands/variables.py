"""Variables of a command: a wrong value ends it in a sentence, a misspelt name is told on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from rich.console import Console

from config.language import shown
from config.misspelt_variables import misspelt_variables
from config.model_errors import settings_error
from config.settings import Settings

_ERR = Console(stderr=True)


@contextmanager
def telling_of_variables(*, misspelt: bool = True) -> Iterator[None]:
    """Let a command run under whatever variables there are.

    Args:
        misspelt: whether names that are no setting are told, a line each.

    Raises:
        ConfigError: a variable has a value that its setting cannot take.
    """
    if misspelt:
        for _name, fact in misspelt_variables():
            _ERR.print(f"motcua: {shown(fact)}", style="yellow", highlight=False, markup=False, soft_wrap=True)
    try:
        yield
    except ValidationError as error:
        if error.title != Settings.__name__:  # of another model it is a fault of the program
            raise
        raise settings_error(error) from None
