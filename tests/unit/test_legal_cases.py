"""`motcua law test`: an office's own cases pass, fail with both sides shown, or are refused with what is wrong in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.read_once import forget
from flows.commands import cli
from tasks.legal_cases.model import LegalCase, read_cases
from tasks.legal_cases.words import in_words

ROOT = Path(__file__).parents[2]
SOUND = {
    "vi": "Xong đúng ngày hẹn",
    "article": "QĐ 766/QĐ-TTg, 2.1",
    "received": "03/03/2026 08:00",
    "log": "[[03/03/2026 08:00, được tiếp nhận], [10/03/2026 10:00, đã xử lý xong]]",
    "expect": "{verdict: đúng hạn, due_at: 10/03/2026}",
}


def file_of(folder: Path, **changed: str | None) -> Path:
    """Write a file of one sound case, some of its keys told otherwise."""
    path = folder / "cases.yaml"
    keys = {name: text for name, text in {**SOUND, **changed}.items() if text is not None}
    lines = "\n    ".join(f"{name}: {text}" for name, text in keys.items())
    path.write_text(f"cases:\n  - {lines}\n", encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run `motcua law test`; return its exit code and all that it prints, spaces once."""
    code = cli.main(["law", "test", *arguments])
    printed = capsys.readouterr()
    return code, " ".join((printed.out + printed.err).split())


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.commands.legal_cases._OUT.width", 200, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


def test_a_case_that_passes_is_listed_in_the_chosen_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, vietnamese = run(capsys, str(file_of(tmp_path)))
    assert code == 0
    assert "1 đạt Xong đúng ngày hẹn kết luận: đúng hạn" in vietnamese
    assert "hạn trả: 10/03/2026" in vietnamese
    assert "1 đạt, 0 không đạt" in vietnamese
    code, english = run(capsys, str(file_of(tmp_path)), "--lang", "en")
    assert code == 0
    assert "verdict: on time" in english
    assert "due: 2026-03-10" in english
    assert "1 passed, 0 failed" in english


def test_a_case_that_fails_shows_both_sides_and_the_article(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    late = file_of(tmp_path, log="[[11/03/2026 10:00, đã xử lý xong]]", expect="{verdict: đúng hạn}", near="[no_due_date]")
    code, printed = run(capsys, str(late))
    assert code == 1
    assert "không đạt Xong đúng ngày hẹn kết luận: đúng hạn kết luận: trễ ẩn" in printed
    assert "QĐ 766/QĐ-TTg, 2.1" in printed
    assert "(no_due_date)" in printed
    assert "0 đạt, 1 không đạt" in printed


def test_several_files_are_one_run_and_only_failures_can_be_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = file_of(tmp_path).rename(tmp_path / "a.yaml")
    second = file_of(tmp_path, expect="{verdict: trễ thật}").rename(tmp_path / "b.yaml")
    code, printed = run(capsys, str(first), str(second), "--failed")
    assert code == 1
    assert "a.yaml" not in printed
    assert "b.yaml" in printed
    assert "1 đạt, 1 không đạt" in printed


def test_a_case_is_judged_by_its_own_policy_else_by_the_one_that_was_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No due date is recorded: on time for the source itself, and late by the law."""
    late = {"log": "[[03/03/2026 08:00, được tiếp nhận], [12/03/2026 10:00, đã xử lý xong]]", "expect": "{timeliness: trễ hạn}"}
    assert run(capsys, str(file_of(tmp_path, **late)))[0] == 0
    assert run(capsys, str(file_of(tmp_path, **late)), "--policy", "recorded")[0] == 1
    assert run(capsys, str(file_of(tmp_path, **late, policy="qd766")), "--policy", "recorded")[0] == 0
    monkeypatch.setenv("MOTCUA_POLICY", "recorded")

    forget()
    assert run(capsys, str(file_of(tmp_path, **late)))[0] == 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"log": "[[03/03/2026 08:00, xong rồi]]"},
            r"case 1: log\.0\.1: is no national status; it is one of .*đang xử lý \(being",
        ),
        ({"log": "[[03/03/2026 08:00, 11]]"}, r"log\.0\.1: is no national status"),
        ({"log": "[[03/03/2026 08:00, true]]"}, r"log\.0\.1: is no national status"),
        ({"received": "31/02/2026 08:00"}, r"received: day is out of range"),
        ({"received": "2026-03-03T08:00:00+07:00"}, r"received: bears a time zone"),
        ({"ten": "x"}, r"ten: there is no such key\. Allowed: received"),
        ({"vi": None}, r"says in no sentence"),
        ({"article": None}, r"names no article of law"),
        ({"expect": "{}"}, r"expects nothing"),
        ({"expect": "{verdict: muộn}"}, r"expect\.verdict: is no verdict; it is one of đúng hạn \(on time\)"),
        ({"expect": "{verdict: [late]}"}, r"expect\.verdict: is no verdict"),
        ({"expect": "{reasons: [trễ]}"}, r"names a code that does not exist"),
        ({"near": "[x]"}, r"near: names a reason that does not exist"),
        ({"hours": "08:00"}, r"hours: are no sessions by weekday"),
        ({"marks": "x"}, r"marks: names a mark that does not exist"),
        ({"corrections": "{due: 10/03/2026}"}, r"corrections: due: no such field"),
        ({"corrections": "{due_at: hôm nay}"}, r"corrections: due_at: the new value cannot be read"),
        ({"policy": "x"}, r"case 1: policy: there is no 'x'"),
        ({"policy_but": "{compare: x}"}, r"case 1: policy_but of qd766: compare:"),
        ({"calendar": "x"}, r"case 1: calendar: there is no 'x'"),
    ],
)
def test_a_case_that_is_written_wrongly_is_refused_with_the_key(
    changed: dict[str, str | None],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    code, printed = run(capsys, str(file_of(tmp_path, **changed)))
    assert code == 2
    assert re.search(told, printed), printed


@pytest.mark.parametrize("text", ["cases: []", "- 1", "case: [1]", "cases: {a: 1}", "cases: [1]"])
def test_what_is_no_file_of_cases_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cases\.yaml"):
        read_cases(path)


def test_the_example_of_the_page_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/legal-cases.md").read_text(encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")  # type: ignore[index]
    assert run(capsys, str(path))[0] == 0


def test_a_time_may_be_written_by_iso_8601_and_a_status_by_its_number_or_in_english() -> None:
    facts = {"vi": "x", "article": "x", "expect": {"counted": True}, "received": "2026-03-03 08:00"}
    one = LegalCase.model_validate({**facts, "log": [["2026-03-03 08:00", 2], ["2026-03-04", "Being  processed"]]})
    other = LegalCase.model_validate(
        {**facts, "received": "3/3/2026 8:00", "log": [["03/03/2026 08:00:00", "Đã tiếp nhận"], ["04/03/2026", 4]]}
    )
    assert one == other


def test_outcomes_are_told_in_words() -> None:
    assert in_words("reasons", ("duplicate",), "vi") == "Hồ sơ trùng với hồ sơ khác (duplicate)"
    assert in_words("missing", (), "en") == "none"
    assert in_words("counted", False, "vi") == "không"
    assert in_words("state", "withdrawn", "en") == "withdrawn"
