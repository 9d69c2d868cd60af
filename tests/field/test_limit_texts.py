"""Limits as catalogues word them: what each says, and which say nothing for certain."""

from __future__ import annotations

import unicodedata

import pytest

from tasks.rules.clock.areas import parse_by_area
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.clock.number_words import digits_for_words

WORK, DAY, HOUR, MONTH = "working_day", "calendar_day", "hour", "month"
# text, unit, shorter end, limit
SAID: list[tuple[str, str, float, float]] = [
    ("13 Ngày làm việc", WORK, 13, 13),
    ("07 NGÀY LÀM VIỆC.", WORK, 7, 7),
    ("Không quá 07 ngày làm việc", WORK, 7, 7),
    ("Không vượt quá 10 ngày", DAY, 10, 10),
    ("Tối đa 15 ngày làm việc", WORK, 15, 15),
    ("Tối đa không quá 20 ngày", DAY, 20, 20),
    ("Chậm nhất là 03 ngày làm việc", WORK, 3, 3),
    ("Chậm nhất sau 05 ngày làm việc", WORK, 5, 5),
    ("Nhiều nhất 5 ngày", DAY, 5, 5),
    ("Trong thời hạn 07 ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ", WORK, 7, 7),
    ("Trong thời hạn không quá 30 ngày, kể từ ngày nhận được đủ hồ sơ hợp lệ theo quy định.", DAY, 30, 30),
    ("Thời hạn giải quyết: 10 ngày làm việc kể từ ngày tiếp nhận hồ sơ đầy đủ, hợp lệ", WORK, 10, 10),
    ("Thời gian giải quyết là 12 ngày làm việc", WORK, 12, 12),
    ("trong vòng 24 giờ", HOUR, 24, 24),
    ("08 giờ làm việc kể từ khi nhận đủ hồ sơ", HOUR, 8, 8),
    ("04 giờ hành chính", HOUR, 4, 4),
    ("02 tiếng", HOUR, 2, 2),
    ("30 phút", HOUR, 0.5, 0.5),
    ("0.5 Giờ", HOUR, 0.5, 0.5),
    ("05 - 10 ngày làm việc", WORK, 5, 10),
    ("05–07 ngày làm việc", WORK, 5, 7),
    ("Từ 05 đến 07 ngày làm việc", WORK, 5, 7),
    ("từ 5 ngày đến 7 ngày", DAY, 5, 7),
    ("3 tới 5 ngày", DAY, 3, 5),
    ("3~5 ngày làm việc", WORK, 3, 5),
    ("từ ba đến năm ngày", DAY, 3, 5),
    ("10 ngày - 07 ngày", DAY, 7, 10),
    ("07 (bảy) ngày làm việc", WORK, 7, 7),
    ("Bảy (07) ngày làm việc", WORK, 7, 7),
    ("05 (năm) ngày làm việc", WORK, 5, 5),
    ("15 (mười lăm) ngày", DAY, 15, 15),
    ("hai mươi mốt ngày làm việc", WORK, 21, 21),
    ("một trăm hai mươi ngày", DAY, 120, 120),
    ("năm ngày", DAY, 5, 5),
    ("7 ngày (ngày làm việc)", WORK, 7, 7),
    ("7 ngày (làm việc)", WORK, 7, 7),
    ("07 ngày lv", WORK, 7, 7),
    ("07 ngày l/v", WORK, 7, 7),
    ("trong vòng 07 ngày (bảy ngày) làm việc", WORK, 7, 7),
    ("trong thời hạn bảy ngày làm việc (07 ngày)", WORK, 7, 7),
    ("5 → 7 ngày làm việc", WORK, 5, 7),
    ("1/2 ngày", WORK, 0.5, 0.5),
    ("½ ngày làm việc", WORK, 0.5, 0.5),
    ("0,5 ngày", WORK, 0.5, 0.5),
    ("nửa ngày làm việc", WORK, 0.5, 0.5),
    ("01 buổi", WORK, 0.5, 0.5),
    ("02 buổi làm việc", WORK, 1, 1),
    ("1,5 ngày làm việc", WORK, 1.5, 1.5),
    ("một ngày rưỡi", WORK, 1, 1.5),
    ("một ngày rưỡi làm việc", WORK, 1, 1.5),
    ("02 tuần", DAY, 14, 14),
    ("1 tháng", MONTH, 1, 1),
    ("03 tháng kể từ ngày nhận đủ hồ sơ", MONTH, 3, 3),
    ("một năm", MONTH, 12, 12),
    ("02 năm", MONTH, 24, 24),
    ("8 ngày làm việc (Không tính 30 ngày niêm yết)", WORK, 8, 8),
    ("15 ngày, không kể thời gian thực hiện nghĩa vụ tài chính của công dân", DAY, 15, 15),
    ("10 ngày (không kể thứ bảy, chủ nhật, ngày lễ)", WORK, 10, 10),
    ("30 ngày (kể cả ngày nghỉ)", DAY, 30, 30),
    ("05 ngày làm việc/hồ sơ", WORK, 5, 5),
    ("05 ngày làm việc/01 bộ hồ sơ", WORK, 5, 5),
    ("15 ngày (chưa bao gồm 05 ngày niêm yết)", DAY, 15, 15),
    ("15 ngày (trong đó Sở: 10 ngày, UBND: 5 ngày)", DAY, 15, 15),
    ("20 ngày làm việc, trong đó: Sở 12 ngày, UBND tỉnh 08 ngày", WORK, 20, 20),
    ("Bước 1: 3 ngày; Bước 2: 4 ngày; tổng thời gian giải quyết: 7 ngày làm việc", WORK, 7, 7),
    ("khong qua 7 ngay lam viec ke tu ngay nhan du ho so hop le", WORK, 7, 7),
    ("5 ngày làm việc sau khi nhận đủ hồ sơ hợp lệ của tổ chức, cá nhân", WORK, 5, 5),
    ("Ngày làm việc: 05", WORK, 5, 5),
    ("≤ 10 ngày làm việc", WORK, 10, 10),
    ("45 ngày (bốn mươi lăm ngày)", DAY, 45, 45),
    ("03 ngày làm việc (24 giờ làm việc)", WORK, 3, 3),
    ("16 giờ làm việc (02 ngày)", HOUR, 16, 16),
    ("05 ngày làm việc theo quy định tại Nghị định 118/2025/NĐ-CP ngày 09/6/2025", WORK, 5, 5),
    ("05 ngày làm việc, trường hợp từ chối phải có văn bản nêu rõ lý do", WORK, 5, 5),
    ("03 ngày làm việc kể từ ngày nhận được hồ sơ đầy đủ và hợp lệ theo quy định tại khoản 2 Điều 15", WORK, 3, 3),
]
SAME_DAY = [
    "Trong ngày",
    "Trong ngày làm việc",
    "Giải quyết ngay trong ngày làm việc.",
    "Ngay trong ngày tiếp nhận hồ sơ",
    "Trong ngày nhận đủ hồ sơ hợp lệ",
    "Trong ngày làm việc; trường hợp nhận hồ sơ sau 15 giờ mà không giải quyết được ngay thì trả kết quả trong ngày làm việc tiếp theo.",
    "Ngay trong ngày tiếp nhận yêu cầu hoặc trong ngày làm việc tiếp theo, nếu tiếp nhận yêu cầu sau 15 giờ",
    "Trong ngày. Nếu nhận hồ sơ sau 15h00 thì trả kết quả vào ngày làm việc kế tiếp",
]
NO_LIMIT = [
    "Không quy định",
    "Không quy định thời hạn",
    "Không",
    "Pháp luật không quy định thời hạn giải quyết",
    "không có thời hạn",
]
# Two limits, another start, a moment, a number alone: somebody has to say.
UNSETTLED = [
    "",
    "10-25",
    "05",
    "17 ngày (khu vực thường) / 27 ngày (vùng khó khăn)",
    "05 ngày làm việc hoặc 10 ngày làm việc đối với trường hợp phức tạp",
    "10 ngày, trường hợp phức tạp 15 ngày",
    "05 ngày làm việc; trường hợp cần xác minh thì không quá 10 ngày làm việc",
    "Bước 1: 3 ngày; Bước 2: 4 ngày",
    "03 ngày + 02 ngày",
    "1 tháng 15 ngày",
    "từ 3 ngày đến 1 tháng",
    "15 ngày kể từ ngày nhận được kết quả giám định",
    "10 ngày làm việc kể từ ngày kết thúc niêm yết công khai",
    "05 ngày làm việc kể từ ngày họp Hội đồng thẩm định",
    "03 ngày làm việc (16 giờ làm việc)",
    "05 ngày làm việc, trường hợp không thuộc danh mục thì kéo dài thêm",
    "10 ngày → 7 ngày",
    "10 ngày làm việc => 7 ngày làm việc",
    "07 ngày làm việc (theo quy định là 10 ngày làm việc)",
    "05 ngày làm việc tại Quyết định 12/QĐ-UBND giảm còn 3 ngày",
    "24 giờ (1 ngày)",
    "ít nhất 10 ngày",
    "sau 10 ngày",
    "07 (năm) ngày",
    "15/20 ngày",
    "1.000 ngày",
    "1 tháng rưỡi",
    "10 ngày (đối với hồ sơ trực tuyến)",
    "Chậm nhất là ngay trước khi tàu rời cảng",
    "Theo quy định",
    "Trong ngày; trường hợp phức tạp không quá 03 ngày làm việc",
    "Trong ngày hoặc có thể kéo dài theo thỏa thuận",
    "Trong ngày, nếu nhận sau 16 giờ thì trả kết quả ngày làm việc tiếp theo",
    "20 ngày, cụ thể: trường hợp cấp mới 10 ngày, trường hợp cấp lại 5 ngày",
    "20 ngày làm việc, trong đó trường hợp cấp lại 5 ngày",
]


@pytest.mark.parametrize(("text", "unit", "shortest", "amount"), SAID, ids=[row[0] for row in SAID])
def test_a_limit_in_its_many_words(text: str, unit: str, shortest: float, amount: float) -> None:
    for written in (text, unicodedata.normalize("NFD", text), f"  {text.upper()} "):
        found = parse_limit(written)
        assert (found.unit, found.shortest, found.amount) == (unit, shortest, amount)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *((text, "same_day") for text in SAME_DAY),
        *((text, "none") for text in NO_LIMIT),
        *((text, "unsettled") for text in UNSETTLED),
    ],
)
def test_a_text_that_says_no_span(text: str, unit: str) -> None:
    found = parse_limit(text)
    assert (found.unit, found.amount, found.shortest) == (unit, None, None)


@pytest.mark.parametrize(
    ("text", "unit_text", "expected"),
    [
        ("07", "Ngày làm việc", (7.0, WORK)),
        ("7.0", "Ngày", (7.0, DAY)),
        ("05 - 07", "ngày làm việc", (7.0, WORK)),
        ("5 ngày làm việc", "Ngày làm việc", (5.0, WORK)),
        ("5 ngày", "Ngày làm việc", (5.0, WORK)),
        ("5 ngày làm việc", "Giờ", (None, "unsettled")),
        ("Không quy định", "Ngày", (None, "unsettled")),
        ("2", "Tháng", (2.0, MONTH)),
        (None, "Ngày", (None, "unsettled")),
    ],
)
def test_a_number_and_its_unit_in_two_fields(text: str | None, unit_text: str, expected: tuple[float | None, str]) -> None:
    found = parse_limit(text, unit_text)
    assert (found.amount, found.unit) == expected


def test_every_number_to_a_thousand_is_read_as_it_is_said() -> None:
    digits = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    last = {1: "mốt", 4: "tư", 5: "lăm"}

    def below_hundred(number: int) -> str:
        ten, one = divmod(number, 10)
        if ten == 0:
            return digits[one]
        tail = "" if one == 0 else f" {'lăm' if one == 5 else digits[one] if ten == 1 else last.get(one, digits[one])}"
        return ("mười" if ten == 1 else f"{digits[ten]} mươi") + tail

    for number in range(1, 1000):
        hundred, rest = divmod(number, 100)
        words = f"{digits[hundred]} trăm " if hundred else ""
        words += "" if hundred and not rest else f"linh {digits[rest]}" if hundred and rest < 10 else below_hundred(rest)
        assert digits_for_words(f"{words.strip()} ngày làm việc") == f"{number} ngày làm việc"


def test_areas_are_read_in_the_same_words() -> None:
    limits = parse_by_area("không quá 17 ngày làm việc (khu vực thường) / từ 20 đến 27 ngày làm việc (vùng khó khăn)")
    assert {area: limit.amount for area, limit in limits.items()} == {"khu vực thường": 17.0, "vùng khó khăn": 27.0}


@pytest.mark.parametrize("unit", ["(" * 2000, "không quá " * 400, "7 ngày " * 600, "từ 5 đến " * 500, "trong đó " * 500])
def test_a_long_text_takes_no_long_time(unit: str) -> None:
    assert parse_limit(f"07 ngày làm việc {unit}").unit in ("unsettled", WORK)
