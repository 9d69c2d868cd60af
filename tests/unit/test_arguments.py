"""Arguments of commands: days as officials write them, and as files do."""

from __future__ import annotations

from datetime import date

import pytest

from flows.commands.arguments import parser


@pytest.mark.parametrize("text", ["31/03/2026", "31/3/2026", "2026-03-31"])
def test_a_day_is_taken_as_it_is_written(text: str) -> None:
    assert parser().parse_args(["refresh", "--as-of", text]).as_of == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["03/31/2026", "31/02/2026", "31/03/26", "31-03-2026", "31.03.2026", ""])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["refresh", "--as-of", text])
