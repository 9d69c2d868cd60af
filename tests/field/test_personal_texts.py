"""Which texts of a source are personal: hundreds of made-up persons, none through; real agencies, procedures, statuses, none held."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterator

import pytest

from config.settings import ROOT
from tasks.rules.privacy.masking import personal
from tasks.rules.text.folding import bare as fold
from tasks.rules.text.syllables import list_of, set_of

FAMILY = sorted(set_of("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trương Trịnh Đoàn"))
SECOND = sorted(set_of("Văn Thị Hữu Đức Minh Ngọc Quang Thanh Xuân Gia Bảo Hoài Kim Thùy Đình"))
GIVEN = sorted(
    set_of(
        "An Bình Cường Dũng Giang Hạnh Hùng Hưng Khánh Lan Linh Mai Nam Nga Oanh Phúc Quân Sơn Tâm Thảo Trang Tuấn Uyên Vân Yến"
    )
)
WAYS = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "no marks": lambda name: fold(name).title(),
    "no marks, capitals": lambda name: fold(name).upper(),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
}
AROUND = ("{}", "{} ", "Chờ bổ sung - {}", "{}, 1990", "Phòng Nội vụ/{}", "Ông {} chưa nộp", "{}.pdf", "Họ tên: {}")


def names() -> Iterator[str]:
    draw = random.Random(13)  # noqa: S311
    for number in range(400):
        name = f"{draw.choice(FAMILY)} {draw.choice(SECOND)} {draw.choice(GIVEN)}"
        way = list(WAYS.values())[number % len(WAYS)]
        yield AROUND[number // 5 % len(AROUND)].format(way(name))


def numbers() -> Iterator[str]:
    draw = random.Random(14)  # noqa: S311

    def digits(count: int) -> str:
        return "".join(draw.choice("0123456789") for _ in range(count))

    for _ in range(60):
        line = f"{draw.choice('35789')}{digits(8)}"
        identity = f"0{draw.randrange(1, 97):02d}{draw.choice('0123')}{digits(8)}"
        yield from (
            identity,
            f"CCCD {identity}",
            f"{identity[:3]} {identity[3:6]} {identity[6:]}",
            f"0{line}",
            f"+84{line}",
            f"84{line}",
        )
        yield from (
            f"0{line[:3]} {line[3:6]} {line[6:]}",
            f"0{line[:2]}.{line[2:5]}.{line[5:]}",
            f"(0{line[:3]}) {line[3:6]}-{line[6:]}",
        )
        yield from (
            f"ĐT 0{line}",
            f"{draw.choice('0123')}{digits(8)}",
            f"8{digits(9)}",
            f"8{digits(9)}-001",
            f"STK {digits(13)}",
        )


MAILS = ("an.binh@example.vn", "Gửi an_binh+1@mail.example.com.vn nhé", "AN@EXAMPLE.VN")
ADDRESSES = (
    "Số nhà 12, đường Lê Lợi",
    "số 45/6 đường Trần Phú, phường 3",
    "45/6 Lê Lợi",
    "9 Trần Phú",
    "12A Nguyễn Huệ, phường 1",
    "Ngõ 12 Hoàng Hoa Thám",
    "hẻm 34/2 Cách Mạng Tháng Tám",
    "Thôn 3, xã An Khê",
    "Thôn Đông, xã An Khê",
    "thon 3 xa An Khe",
    "ấp 2, xã Tân Phú",
    "Tổ 5, KP 3, phường An Khê",
    "Tổ 7, phường Hòa Bình",
    "tổ dân phố số 4",
    "KP 3 An Khê",
    "khu phố 2",
    "TDP 12 phường An Khê",
    "Xóm Mới, xã Hòa Bình",
    "P1203, chung cư Hòa Bình 2",
    "Địa chỉ: 17 Lý Thường Kiệt",
    "12 đường 3/2",
)
TITLES = (
    "Bà Hoa",
    "ông Tuấn nộp thiếu",
    "anh Dũng",
    "Lê An",
    "Tạ Minh",
    "nguyễn văn an",
    "nguyen van an",
    "NguyenVanAn",
    "nguyenvanan",
    "Trần Thị Bưởi",
    "Nguyễn V. An",
    "Nguyễn Văn A",
)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("names", tuple(names())),
        ("names in few words", TITLES),
        ("numbers", tuple(numbers())),
        ("mail", MAILS),
        ("addresses", ADDRESSES),
    ],
)
def test_no_person_gets_through(kind: str, texts: tuple[str, ...]) -> None:
    through = [text for text in texts if personal(text) is None]
    assert not through, f"{len(through)} of {len(texts)} {kind}"


def listed(folder: str) -> set[str]:
    found = set()
    for path in (ROOT / folder).glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            found |= {text for row in csv.reader(stream) for text in row if text}
    return found


AGENCIES = (
    "UBND xã Nguyễn Huệ",
    "UBND phường Lê Lợi",
    "Ủy ban nhân dân phường Võ Thị Sáu",
    "UBND quận Lê Chân",
    "UBND TP Hồ Chí Minh",
    "UBND tỉnh Thái Nguyên",
    "Phường Hoàng Văn Thụ",
    "Xã Trần Phú",
    "Nguyễn Huệ",
    "Hà Giang",
    "Trường THPT Nguyễn Văn Cừ",
    "Văn phòng công chứng Nguyễn Văn An",
    "Sở Nông nghiệp và Môi trường",
    "Văn phòng Đăng ký đất đai",
    "Chi nhánh VPĐKĐĐ khu vực 3",
    "Bộ phận Một cửa phường Đống Đa",
    "Trung tâm PVHCC, số 12 đường Trần Phú",
    "Tổ công tác số 2",
    "Đội CSGT số 1",
    "Phòng Kinh tế, Hạ tầng và Đô thị",
    "Công an phường Bùi Thị Xuân",
    "Animal Control",
    "account khong dung",
)
STATUSES = list_of(
    "Đang xử lý,ĐANG XỬ LÝ,Dang xu ly,DANG XU LY,Đã trả kết quả,Chờ bổ sung,Yêu cầu bổ sung,Từ chối,TU CHOI,Tu choi,Lưu hồ sơ,Trình ký,"
    "TRINH KY,Hồ sơ mới,HO SO MOI,Phản ánh,Phan anh,Không tiếp nhận,Đã hủy,Trực tiếp,Trực tuyến,Bưu chính,Công dân,Doanh nghiệp,"
    "Hộ kinh doanh,Tổ chức,To chuc,Cá nhân,Hộ gia đình,ho gia dinh,Lý do khác,Ly do,9 - Đã trả kết quả,1.0,07 ngày làm việc,"
    "Tạm dừng,Tam dung,Chờ thanh toán,DANG_TIEP_NHAN,DA_BO_SUNG_VA_NOP_LAI,LUU_NHUNG_KHONG_NOP,releasing,Đang trình lãnh đạo,"
    "Trả ngày 02/03/2026,Hẹn 02/03/2026 08:30,20260302081500,QĐ 15/2025/QĐ-UBND,Thu 12.500.000 đồng,Hoàn thành,000.00.01.H99-250401-0001"
)
FIELDS = list_of(
    "Mã hồ sơ,Chủ hồ sơ,Họ và tên,Số điện thoại,Địa chỉ,Ngày tiếp nhận,Thôn/Tổ dân phố,Số nhà,SoBienNhan,ChuHoSo,LyDoTuChoi,LePhi,HoSo,DoiTuong,"
    "DuongDanTaiTepTin,TrinhTu,DinhDanhCHS,DangKyKinhDoanh,HoGiaDinh,TrangThaiHoSo,VuViec,DanhSachLePhi[].TenPhiLePhi,KenhThucHien,HoTen,ho_ten,"
    "ly_do,dang_ky,van_ban,NgayHenTraTruoc,DSKetNoiCSDL[].MaCSDL,do_thi,TaiKhoanDuocXacThucVoiVNeID,SoDinhDanh,(heading row)"
)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("agencies", AGENCIES),
        ("the demonstration's agencies and procedures", tuple(listed("demo/data"))),
        ("names of fields", tuple(FIELDS)),
        ("statuses", tuple(STATUSES)),
    ],
)
def test_what_is_nobody_s_stays(kind: str, texts: tuple[str, ...]) -> None:
    held = {text: found for text in texts if (found := personal(text, places=kind != "statuses"))}
    assert not held, f"{len(held)} of {len(texts)} {kind}"
