"""Figures of reports, read from sentences as provinces write them: what each number counts, and what does not agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from flows.commands.stated_figures import check_figures
from tasks.rules.stated.consequences import Consequence, consequences_of
from tasks.rules.stated.numbers import numbers_in
from tasks.rules.stated.quantities import read_figures
from tests.bench.stated import TEXTS, reports_without_slips, slips_of_reports

# a text, and what its numbers are; shares as quantity/whole
READINGS = {
    "counts after their words": (
        "Toàn tỉnh tiếp nhận 26.131 hồ sơ; đã giải quyết 22.567 hồ sơ, trong đó trước hạn 7.072 hồ sơ.",
        {"received": "26.131", "finished": "22.567", "finished_early": "7.072"},
    ),
    "counts before their words": (
        "Giải quyết xong 4.800 hồ sơ: 3.000 hồ sơ trước hạn, 1.700 hồ sơ đúng hạn và 100 hồ sơ quá hạn.",
        {"finished": "4.800", "finished_early": "3.000", "finished_on_time": "1.700", "finished_late": "100"},
    ),
    "overdue is of what was last spoken of": (
        "Đã giải quyết 900 hồ sơ (trước hạn 500, đúng hạn 380, quá hạn 20); đang giải quyết 100 (trong hạn 97, quá hạn 3).",
        {
            "finished": "900",
            "finished_early": "500",
            "finished_on_time": "380",
            "finished_late": "20",
            "in_progress": "100",
            "in_progress_in_time": "97",
            "in_progress_overdue": "3",
        },
    ),
    "on time alone is early or on time": (
        "Giải quyết đúng hạn 9.910 hồ sơ, trễ hạn 90 hồ sơ.",
        {"finished_in_time": "9.910", "finished_late": "90"},
    ),
    "a list under a heading": (
        "- Đã giải quyết: 11.000 hồ sơ, trong đó:\n+ Trước hạn: 6.000 hồ sơ (54,55%)\n+ Quá hạn: 100 hồ sơ.",
        {"finished": "11.000", "finished_early": "6.000", "finished_early/finished": "54,55%", "finished_late": "100"},
    ),
    "channels": (
        "Tiếp nhận mới 5.000 hồ sơ (trực tuyến 4.000 hồ sơ, trực tiếp 1.000 hồ sơ), kỳ trước chuyển sang 200 hồ sơ.",
        {"received": "5.000", "received_online": "4.000", "received_otherwise": "1.000", "carried_over": "200"},
    ),
    "a share with its counts": (
        "Tỷ lệ hồ sơ giải quyết trước hạn, đúng hạn đạt 99,1% (9.910/10.000 hồ sơ).",
        {"finished_in_time/finished": "99,1%", "finished_in_time": "9.910", "finished": "10.000"},
    ),
    "neither documents nor days nor other things": (
        "Theo Quyết định số 766/QĐ-TTg ngày 23/6/2022, trong 6 tháng đầu năm 2025, 12 sở và 2.006 thủ tục, Điều 5: tiếp nhận 700 hồ sơ.",
        {"received": "700"},
    ),
    "no figure": ("Tỉnh có 142 xã, phường; 98% người dân hài lòng.", {}),
}
# a text, and the breaks in it: whole, what the parts make, what is stated; a share by its quantity and text
BREAKS = {
    "nothing to hold against": ("Tiếp nhận 26.131 hồ sơ; đã giải quyết 22.567 hồ sơ; tỷ lệ đúng hạn 97,4%.", []),
    "parts that are not their whole": (
        "Đã giải quyết 900 hồ sơ (trước hạn 500, đúng hạn 380, quá hạn 30).",
        [("finished", 910, "900")],
    ),
    "a part that is more than its whole": (
        "Đã giải quyết 900 hồ sơ, trong đó trước hạn 1.500 hồ sơ.",
        [("finished", 1500, "900")],
    ),
    "a share that its counts do not give": (
        "Đã giải quyết 10.000 hồ sơ, quá hạn 300 hồ sơ; tỷ lệ giải quyết trước và đúng hạn đạt 99,1%.",
        [("finished_in_time", 9700, "99,1%")],
    ),
    "a share beside its own counts": ("Tỷ lệ đúng hạn đạt 95,9% (65/68 hồ sơ).", [("finished_in_time", 65, "95,9%")]),
    "what came in and what went out": (
        "Tiếp nhận 1.000 hồ sơ, kỳ trước chuyển sang 50 hồ sơ; đã giải quyết 900 hồ sơ; đang giải quyết 105 hồ sơ.",
        [("handled", 1005, "1050")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), READINGS.values(), ids=READINGS)
def test_each_number_is_what_its_words_say(text: str, expected: dict[str, str]) -> None:
    read = [figure for scope in read_figures(text) for figure in scope]
    named = {one.quantity if one.of is None else f"{one.quantity}/{one.of}": one.number.written for one in read}
    assert named == expected
    assert len(named) == len(read)


@pytest.mark.parametrize(("text", "expected"), BREAKS.values(), ids=BREAKS)
def test_what_does_not_agree_is_found(text: str, expected: list[tuple[str, int, str]]) -> None:
    found = [one for scope in read_figures(text) for one in consequences_of(scope) if one.standing == "breaks"]
    assert [(one.quantity, one.derived.low, against(one)) for one in found] == expected


def against(one: Consequence) -> str:
    if one.figure is not None:
        return one.figure.number.written
    assert one.stated is not None
    return str(one.stated.low)


def test_what_follows_is_as_exact_as_what_is_stated() -> None:
    text = "Tiếp nhận 26.131 hồ sơ; đã giải quyết 22.567 hồ sơ, trước hạn 7.072 hồ sơ; tỷ lệ giải quyết đúng hạn đạt 97,4%."
    (scope,) = read_figures(text)
    spans = {(one.standing, one.quantity): (one.derived.low, one.derived.high) for one in consequences_of(scope)}
    assert spans == {
        ("follows", "finished_in_time"): (21969, 21991),  # 97,35 to 97,45 % of 22,567
        ("follows", "finished_late"): (576, 598),
        ("if_carried", "in_progress"): (3564, 3564),
    }


def test_a_share_that_was_cut_off_is_told_from_one_that_is_wrong() -> None:
    text = "Đã giải quyết 1.000 hồ sơ, quá hạn 26 hồ sơ; tỷ lệ giải quyết trước và đúng hạn đạt {}%."
    standings = {}
    for written in ("97", "97,4", "96", "98"):
        (scope,) = read_figures(text.format(written))
        standings[written] = [one.standing for one in consequences_of(scope) if one.figure is not None]
    assert standings == {"97": ["holds"], "97,4": ["holds"], "96": ["breaks"], "98": ["breaks"]}
    (scope,) = read_figures("Đã giải quyết 10.000 hồ sơ, quá hạn 1 hồ sơ; tỷ lệ giải quyết trước và đúng hạn đạt 99,9%.")
    assert [one.standing for one in consequences_of(scope) if one.figure is not None] == ["cut_off"]


def test_another_scope_begins_where_a_quantity_is_stated_again() -> None:
    text = "Cấp tỉnh tiếp nhận 300 hồ sơ, giải quyết 280 hồ sơ; cấp xã tiếp nhận 700 hồ sơ, giải quyết 650 hồ sơ."
    assert [[one.number.written for one in scope] for scope in read_figures(text)] == [["300", "280"], ["700", "650"]]


@pytest.mark.parametrize(
    ("text", "values"), [("1.234.567", [1234567]), ("12 345", [12345]), ("1,5", []), ("31/12/2024", []), ("1.2", [])]
)
def test_numbers_as_vietnamese_write_them(text: str, values: list[int]) -> None:
    assert [int(one.value) for one in numbers_in(f"tiếp nhận {text} hồ sơ")] == values


def test_slips_are_found_and_nothing_else() -> None:
    assert (slips_of_reports().ours, reports_without_slips().ours) == (TEXTS, TEXTS)


def test_the_command_ends_with_1_where_anything_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "bao-cao.txt"
    report.write_text("Đã giải quyết 900 hồ sơ (trước hạn 500, đúng hạn 380, quá hạn 30).", encoding="utf-16")
    assert check_figures(str(report)) == 1
    assert (
        "KHÔNG KHỚP: giải quyết trước hạn + giải quyết đúng hạn + giải quyết quá hạn = 910; đã giải quyết = 900"
        in capsys.readouterr().out
    )
    report.write_bytes(b"%PDF-1.7")
    with pytest.raises(ConfigError):
        check_figures(str(report))
    with pytest.raises(ConfigError):
        check_figures(str(tmp_path / "none.txt"))
