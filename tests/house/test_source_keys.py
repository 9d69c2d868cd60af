"""docs/sources.md names every key of a source file, with a sentence and an example, and its examples are source files."""

from __future__ import annotations

import pytest

from config.sources import Source
from tests.house.source_keys import PAGE, example, examples, keys, page, sections, sentence

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_is_current() -> None:
    assert page(TEXT) == TEXT, "docs/sources.md is stale: run `make docs` and commit it."


def test_every_key_has_a_sentence() -> None:
    silent = [path for path, (model, name, _) in keys().items() if not sentence(model, name)]
    assert not silent, f"Say under Attributes of the model what these keys mean: {silent}"


def test_every_key_has_an_example() -> None:
    unshown = [path for path in keys() if example(TEXT, path) is None]
    assert not unshown, f"Show these keys in one of the source files of docs/sources.md: {unshown}"


def test_every_key_stands_in_a_table() -> None:
    told = sections(TEXT)
    untold = sorted({path.rpartition(".")[0] or "file" for path in keys()} - set(told))
    assert not untold, (
        f"Give these sections a table: `<!-- keys of {untold[0] if untold else ''} -->` and `<!-- end -->`: {untold}"
    )


@pytest.mark.parametrize("shown", examples(TEXT), ids=lambda shown: str(shown["title"]))
def test_every_example_can_be_used(shown: dict[str, object]) -> None:
    assert Source.model_validate(shown).title == shown["title"]
