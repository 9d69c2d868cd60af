"""Names of procedures: the newest that the catalogue gives, in every report the same one."""

from __future__ import annotations

from datetime import date

import pytest

from schemas.reference import PROCEDURES
from tasks.correcting.work_items import name_book
from tasks.reports.forms.published import procedure_names
from tasks.warehouse.load import load

OLD, NEW = date(2021, 1, 1), date(2025, 7, 1)
ROWS = (
    ("1.1", OLD, "counter", "Cấp giấy phép"),
    ("1.1", NEW, "counter", "Cấp, cấp lại giấy phép"),
    ("1.2", NEW, "online", "Đăng ký B"),
    ("1.2", NEW, "counter", "Đăng ký A"),
)
NAMES = {"1.1": "Cấp, cấp lại giấy phép", "1.2": "Đăng ký A"}


@pytest.mark.usefixtures("warehouse")
def test_the_newest_name_counts_and_of_several_of_one_day_the_first_in_the_alphabet() -> None:
    rows = [
        {
            "procedure_code": code,
            "valid_from": day,
            "channel": channel,
            "name": name,
            "field_code": "F",
            "limit_unit": "working_day",
            "limit_amount": 5,
        }
        for code, day, channel, name in ROWS
    ]
    with load("test", "catalogue") as current:
        current.merge(PROCEDURES, PROCEDURES.frame(rows).drop(columns=["changed_in"]))
    assert procedure_names() == NAMES
    assert all(name in name_book().value("procedure_code", code) for code, name in NAMES.items())
