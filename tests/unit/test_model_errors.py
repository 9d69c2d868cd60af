"""What is wrong with a file is told in whole sentences of either language, whichever way it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_core._pydantic_core import list_all_errors

from config.errors import ConfigError
from config.files import read_model
from config.language import bilingual
from config.model_errors import expected
from config.read_once import forget
from config.sources import Source
from flows.commands.cli import main

# Types that no file of YAML and no variable can cause: they are about Python's own objects.
NEVER = (
    "_attribute", "attribute_error", "json_", "needs_python", "recursion_", "frozen_instance", "dataclass_", "named_tuple",
    "default_factory", "iteration_error", "ordered_dict", "counter_type", "deque_type", "frozen_dict", "bytes_", "sentinel",
    "ellipsis", "is_instance", "is_subclass", "callable", "arguments_type", "unexpected_keyword", "keyword_only",
    "positional_only", "multiple_argument", "uuid_", "decimal_max", "decimal_whole", "fraction_", "complex_", "timezone_offset",
)  # fmt: skip
# Given by validators of ours, whose own words are shown.
OURS = ("value_error", "assertion_error")


@pytest.mark.parametrize("kind", [one for one in list_all_errors() if not any(name in one["type"] for name in (*NEVER, *OURS))])
def test_every_way_to_be_wrong_has_its_words(kind: dict[str, object]) -> None:
    said = expected({"type": kind["type"], "msg": kind["message_template_python"], "ctx": kind.get("example_context")})
    assert said.vi != said.en
    assert "Input should" not in f"{said.vi}{said.en}"


HEAD = "title: Một cửa\nkind: files\nprofile: table\n"
BROKEN = {
    "a key too many": (HEAD + "colour: red\n", "colour: không có khóa tên này", "colour: there is no such key"),
    "a key is missing": ("title: Một cửa\nkind: files\n", "profile: phải có khóa này", "profile: is missing"),
    "a word for a number": (
        HEAD + "overlap_minutes: nhiều\n",
        "overlap_minutes: phải là số nguyên",
        "has to be a whole number",
    ),
    "none of a list": (HEAD.replace("files", "phone"), "kind: phải là", "kind: has to be"),
    "our own rule": (HEAD, "kind files cần mục files", "kind files needs the section files"),
    "no YAML": (HEAD + "files: {folder: [\n", "dòng 5 không đúng dạng YAML", "line 5 is no YAML"),
    "a key twice": (HEAD + "kind: sql\n", "khóa 'kind' ghi hai lần (dòng 4)", "key 'kind' is given twice (line 4)"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_says_so_in_both_languages(tmp_path: Path, case: str) -> None:
    text, vietnamese, english = BROKEN[case]
    path = tmp_path / "desk.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_model(path, Source)
    said = bilingual(caught.value)
    assert vietnamese in said.vi
    assert english in said.en


def test_a_variable_with_a_wrong_value_is_named_by_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOTCUA_PREFECT_PORT", "abc")
    forget()
    assert main(["status"]) == ConfigError.exit_code
    assert "MOTCUA_PREFECT_PORT: phải là số nguyên" in capsys.readouterr().err
    monkeypatch.undo()
    forget()
