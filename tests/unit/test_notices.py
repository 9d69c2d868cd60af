"""Notices about days off: read as offices write them, held against the calendar, kept whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.calendar import Notice, load_calendars
from config.errors import ConfigError
from config.holidays_diff import package_differences
from config.notices import check_notice, keep_notice, read_notice
from config.settings import ROOT
from tasks.judging.clocks import clock_for

YAML = """
calendar: vn
document: 12/TB-BNV
announced_on: 2027-03-01
days:
  - {day: 2027-04-30, kind: off}
  - {day: 2027-05-08, kind: worked, note: làm bù}
"""
CSV = "day,kind,document,announced_on,note\n30/04/2027,nghỉ,12/TB-BNV,01/03/2027,\n08/05/2027,Làm bù,12/TB-BNV,01/03/2027,làm bù\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8-sig" if name.endswith(".csv") else "utf-8")
    return path


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    """In YAML an unquoted off means no; in CSV officials write their own words and day first."""
    one, other = read_notice(written(tmp_path, "n.yaml", YAML)), read_notice(written(tmp_path, "n.csv", CSV))
    assert one == other
    assert [(each.day, each.kind) for each in one.days] == [(date(2027, 4, 30), "off"), (date(2027, 5, 8), "worked")]


@pytest.mark.parametrize(
    ("name", "text", "fact"),
    [
        ("n.yaml", YAML.replace("document: 12/TB-BNV", 'document: ""'), "document"),
        ("n.yaml", YAML.replace("announced_on: 2027-03-01", ""), "announced_on"),
        ("n.yaml", YAML.replace("kind: worked", "kind: maybe"), "days.1.kind"),
        ("n.yaml", "[1, 2]", "holds no keys"),
        ("n.csv", CSV.replace("08/05/2027", "2027-13-40"), "days.1.day"),
        ("n.csv", CSV.replace("12/TB-BNV", "13/TB-BNV", 1), "differs from line to line"),
        ("n.csv", CSV.replace("document", "văn bản"), "document"),
        ("n.csv", "day,kind\n", "document"),
    ],
)
def test_a_notice_that_cannot_be_read_is_refused_by_key(name: str, text: str, fact: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=fact):
        read_notice(written(tmp_path, name, text))


def notice(*days: tuple[str, str], document: str = "1/TB", on: str = "2026-03-01") -> Notice:
    return Notice.model_validate(
        {"calendar": "vn", "document": document, "announced_on": on, "days": [{"day": d, "kind": k} for d, k in days]}
    )


def test_what_a_notice_does_not_change_is_told() -> None:
    calendar = load_calendars()["vn"]
    known = notice(("2026-01-02", "off"), ("2026-01-10", "worked"), document="12729/VPCP-KGVX", on="2025-12-25")
    known = known.model_copy(
        update={
            "days": tuple(
                d.model_copy(update={"note": n})
                for d, n in zip(known.days, ("swapped with Saturday 10 January", "make-up for Friday 2 January"), strict=True)
            )
        }
    )
    assert [remark.what for remark in check_notice(known, calendar)] == ["known", "known"]
    mixed = notice(("2026-03-07", "off"), ("2026-03-09", "worked"), ("2026-03-10", "off"), ("2026-03-14", "worked"))
    assert [(remark.day.day, remark.what) for remark in check_notice(mixed, calendar)] == [(7, "no_change"), (9, "no_change")]
    earlier = notice(("2026-01-02", "worked"), on="2025-06-01")
    assert [remark.what for remark in check_notice(earlier, calendar)] == ["superseded"]


@pytest.mark.parametrize(
    ("days", "on", "fact"),
    [
        ((("2026-03-10", "off"), ("2026-03-10", "worked")), "2026-03-01", "stands twice"),
        ((("2031-03-10", "off"),), "2026-03-01", "is not covered"),
        ((("2026-01-02", "worked"),), "2025-12-25", "one of the two"),
    ],
)
def test_a_notice_that_contradicts_is_refused(days: tuple[tuple[str, str], ...], on: str, fact: str) -> None:
    with pytest.raises(ConfigError, match=fact):
        check_notice(notice(*days, on=on), load_calendars()["vn"])


def calendars_of(folder: Path) -> Path:
    (folder / "vn.yaml").write_text((ROOT / "config/calendar/vn.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_a_notice_kept_is_in_force_and_keeping_it_again_changes_nothing(tmp_path: Path) -> None:
    folder, one = calendars_of(tmp_path), notice(("2026-03-10", "off"), document="12/QĐ-UBND")
    path = keep_notice(one, folder)
    assert path.name == "2026-03-01-vn-12-qd-ubnd.yaml"
    assert read_notice(path) == one
    content = path.read_bytes()
    assert keep_notice(one, folder) == path
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name], "no draft is left behind"
    calendar = load_calendars(folder)["vn"]
    assert calendar.in_force()[date(2026, 3, 10)].document == "12/QĐ-UBND"
    assert date(2026, 3, 10) not in calendar.in_force(known_on=date(2026, 2, 28)), "nobody could know it a day earlier"
    with pytest.raises(ConfigError, match="with other days"):
        keep_notice(notice(("2026-03-11", "off"), document="12/QĐ-UBND"), folder)


def test_a_later_notice_replaces_an_earlier_one_and_both_are_kept(tmp_path: Path) -> None:
    folder = calendars_of(tmp_path)
    keep_notice(notice(("2026-03-10", "off"), on="2026-02-01"), folder)
    keep_notice(notice(("2026-03-10", "worked"), document="2/TB", on="2026-03-05"), folder)
    calendar = load_calendars(folder)["vn"]
    assert calendar.in_force()[date(2026, 3, 10)].kind == "worked"
    assert calendar.in_force(date(2026, 3, 4))[date(2026, 3, 10)].kind == "off"
    assert len([row for row in calendar.days if row.day == date(2026, 3, 10)]) == 2
    assert clock_for(calendar) is not clock_for(calendar, known_on=date(2026, 3, 4))


def test_a_notice_about_no_calendar_stops_everything_that_reads_calendars(tmp_path: Path) -> None:
    folder = calendars_of(tmp_path)
    keep_notice(notice(("2026-03-10", "off")).model_copy(update={"calendar": "mars"}), folder)
    with pytest.raises(ConfigError, match="mars"):
        load_calendars(folder)


def test_the_package_holidays_misses_the_swap_that_was_announced_a_week_before() -> None:
    found = package_differences(load_calendars()["vn"])
    days = {(each.day, each.worked) for each in found if each.document == "12729/VPCP-KGVX"}
    assert days == {(date(2026, 1, 2), False), (date(2026, 1, 10), True)}
    # Every other day of the years that have passed agrees: any further difference has to be looked into.
    assert [each for each in found if each.day < date(2026, 12, 31) and each.document != "12729/VPCP-KGVX"] == []
    with pytest.raises(ConfigError, match="names no country"):
        package_differences(load_calendars()["nl"])
