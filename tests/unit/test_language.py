"""Language: whatever a person reads exists in Vietnamese and English, and one setting chooses when it is shown."""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from config import errors
from config.errors import ConfigError
from config.language import Bilingual, bilingual, language, shown, use_language
from config.settings import settings
from flows.commands.arguments import parser
from flows.commands.cli import main

VIETNAMESE = set("ăâđêôơưạảãáàặằẳẵắậầẩẫấẹẻẽéèệềểễếịỉĩíìọỏõóòộồổỗốợờởỡớụủũúùựừửữứỵỷỹýỳ")


@pytest.fixture(params=["vi", "en"])
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The language of the settings."""
    monkeypatch.setenv("MOTCUA_LANGUAGE", request.param)
    settings.cache_clear()
    yield request.param
    use_language(None)


def is_vietnamese(text: str) -> bool:
    return bool(VIETNAMESE & set(text.lower()))


def parsers(top: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every parser of the program, down to the actions of its commands."""
    yield top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from parsers(each)


def helps(top: argparse.ArgumentParser) -> list[tuple[str, str]]:
    """What every command and argument says of itself, with its name."""
    found = []
    for each in parsers(top):
        for action in each._actions:
            if isinstance(action, argparse._SubParsersAction):
                found += [(f"{each.prog} {choice.dest}", choice.help or "") for choice in action._choices_actions]
            else:
                found.append((f"{each.prog} {'/'.join(action.option_strings) or action.dest}", action.help or ""))
    return found


def test_every_command_and_argument_has_help_in_the_language_chosen(chosen: str) -> None:
    found = helps(parser())
    other = [name for name, says in found if not says or is_vietnamese(says.replace("NĐ", "")) is not (chosen == "vi")]
    only_names = {"motcua compare one", "motcua compare other", "motcua law test files", "motcua table rules"}
    assert len(found) > 120
    assert not set(other) - only_names, f"Say it in both languages: {sorted(set(other) - only_names)}"


# What argparse itself says of wrong arguments, and the part of it that an official must find.
WRONG = [
    ([], "thiếu tham số bắt buộc: LỆNH"),
    (["explain"], "thiếu tham số bắt buộc: MÃ"),
    (["undo", "x"], "thiếu tham số bắt buộc: --by"),
    (["status", "more"], "không nhận ra tham số: more"),
    (["refresh", "--fulll"], "không nhận ra tham số: --fulll"),
    (["list", "lat"], "tham số name: giá trị 'lat' không hợp lệ (chọn một trong 'late'"),
    (["fly"], "giá trị 'fly' không hợp lệ (chọn một trong 'up'"),
    (["quality", "--limit", "few"], "tham số --limit: giá trị 'few' không hợp lệ"),
    (["quality", "--limit"], "tham số --limit: cần một giá trị"),
    (["law", "test"], "thiếu tham số bắt buộc: TỆP"),
    (["refresh", "--full=yes"], "tham số --full: không nhận giá trị 'yes'"),
    (["refresh", "--a"], "tùy chọn --a chưa rõ, có thể là --as-of"),
    (["refresh", "--as-of", "31.3."], "'31.3.' không phải là ngày dạng 31/03/2026 hoặc 2026-03-31"),
    (["checks", "try"], "checks try cần một TỆP"),
    (["calendar", "add"], "calendar add cần TỆP"),
]


@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_wrong_arguments_are_told_in_the_language_chosen(
    chosen: str, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    told = capsys.readouterr().err
    assert left.value.code == 2
    assert (says in told and "Xem `motcua" in told) if chosen == "vi" else (not is_vietnamese(told) and "See `motcua" in told)


@pytest.mark.parametrize("command", ["", "refresh", "explain", "law"])
def test_usage_and_headings_are_in_the_language_chosen(chosen: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    told = capsys.readouterr().out
    words = {
        "vi": ("cách dùng: motcua", "tùy chọn:", "in phần trợ giúp"),
        "en": ("usage: motcua", "options:", "show this help"),
    }
    assert all(word in told for word in words[chosen])
    assert not any(word in told for other in words if other != chosen for word in words[other])


BOTH = Bilingual("hỏng", "is broken")
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
# One error of every class, and what its sentences of fact, consequence and action say in Vietnamese.
ERRORS: list[tuple[errors.MotcuaError, tuple[str, ...]]] = [
    (ConfigError("a.yaml: key", BOTH, BOTH), ("a.yaml: key: hỏng.", "Giá trị hợp lệ: hỏng.")),
    (errors.SourceError("land", BOTH), ("Nguồn land: hỏng.", "không được nạp.", "Hãy kiểm tra nguồn")),
    (errors.TransientError("land", BOTH), ("Nguồn land: hỏng.", "không được nạp.")),
    (errors.RefusedError("land", BOTH), ("Nguồn land: hỏng.", "không được nạp.")),
    (errors.DeferredError("land", BOTH, NOON), ("hỏng; tạm dừng hỏi nguồn này đến 31/03/2026 12:00", "Lần chạy sau")),
    (errors.OutOfHoursError("land", BOTH, NOON), ("hỏng; tạm dừng hỏi nguồn này đến 31/03/2026 12:00", "Lần chạy sau")),
    (errors.ShrinkageError("land", "H99", 3, 9, 0.1), ("chỉ còn 3 bản ghi H99", "có 9", "--accept-shrinkage land")),
    (
        errors.DataError("core.dossiers", BOTH, 4, ("A", "B")),
        ("4 dòng không đạt yêu cầu hỏng", "Đầu tiên: A, B.", "Chưa công bố"),
    ),
    (errors.UnreadableDataError("a.csv", BOTH, BOTH), ("a.csv: hỏng.", "Chưa ghi nhận")),
    (errors.NothingYetError(BOTH), ("Chưa có hỏng.", "Hãy chạy `motcua refresh` trước.")),
    (errors.MachineError(BOTH, BOTH), ("Máy chủ không thể chạy tiếp: hỏng.", "chưa ghi gì.")),
    (
        errors.WarehouseError("read the ledger", BOTH),
        ("Kho dữ liệu không thực hiện được việc đọc sổ cái: hỏng.", "Chưa ghi gì.", "`motcua doctor`"),
    ),
]


@pytest.mark.parametrize(("error", "says"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_tells_fact_consequence_and_action_in_both_languages(
    chosen: str, error: errors.MotcuaError, says: tuple[str, ...]
) -> None:
    assert all(part in bilingual(error).vi for part in says)
    assert "hỏng" not in bilingual(error).en
    assert str(error) == bilingual(error).en, "logs hold the English text"
    assert shown(error) == (bilingual(error).vi if chosen == "vi" else bilingual(error).en)


def test_every_class_of_error_is_among_these() -> None:
    declared = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.MotcuaError)}
    assert declared - {errors.MotcuaError} == {type(error) for error, _ in ERRORS}


@pytest.mark.parametrize(("error", "says"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error_keeps_both_languages_from_one_process_to_another(error: errors.MotcuaError, says: tuple[str, ...]) -> None:
    travelled = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(travelled), bilingual(travelled)) == (type(error), bilingual(error))
    assert says[0] in bilingual(travelled).vi


def test_a_command_with_its_own_language_comes_before_the_setting(
    chosen: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    use_language("en" if chosen == "vi" else "vi")
    assert language() != chosen
    use_language(None)
    assert language() == chosen
