"""Telling: each event to each subscription once over relays that refuse, cut the line, or are down, and runs that are killed."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.policies import load_policies
from config.read_once import forget
from config.settings import ROOT, settings
from config.subscriptions import Subscription, Subscriptions, load_subscriptions
from config.watch import load_watch
from tasks.correcting.answer_times import answer_due
from tasks.correcting.follow_up import FollowedUp, follow_up
from tasks.correcting.making import MadePackage, make_packages
from tasks.correcting.undo import undo
from tasks.telling.channels import drop_file, stage_file
from tasks.telling.delivery import Told, claim, tell_all
from tasks.warehouse.engine import connection, fetch_all
from tests.warehouse.relay_faults import happened, into_a_folder, over_a_relay, relay_of, subscribed
from tests.warehouse.test_correction_loop import MOVABLE, change, state
from tests.warehouse.test_judge import desk
from tests.warehouse.test_work_packages import agreed, filled, made, take

__all__ = ["desk", "made"]
pytestmark = pytest.mark.usefixtures("desk")
SINCE = datetime(2020, 1, 1, tzinfo=UTC).date()
FAULTS = 20  # `make score ONLY=notifications` draws 200
EVERY_KIND = ("package_made", "overdue", "verified")


def test_nobody_subscribes_nobody_is_told() -> None:
    happened("P1")
    assert load_subscriptions() == ()
    assert tell_all(load_subscriptions(), datetime.now(UTC)) == Told()


def test_the_example_is_a_file_as_an_office_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_SUBSCRIPTIONS_FILE", str(ROOT / "config" / "example-subscriptions.yaml"))
    forget()
    assert [one.channel for one in load_subscriptions()] == ["email", "webhook", "file"]
    monkeypatch.setenv("MOTCUA_SUBSCRIPTIONS_FILE", str(tmp_path / "none.yaml"))
    forget()
    with pytest.raises(ConfigError, match="no file"):
        load_subscriptions()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"events": ["late"]}, "is none; there are"),
        ({"channel": "file"}, "needs a folder"),
        ({"who": "agency"}, "needs its units"),
        ({"folder": "/srv/x"}, "needs a folder"),
    ],
)
def test_a_subscription_that_cannot_be_kept_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Subscription.model_validate({**subscribed("webhook").model_dump(), **change})
    with pytest.raises(ValueError, match="given twice"):
        Subscriptions(subscriptions=(subscribed("webhook"), subscribed("webhook")))


@pytest.mark.parametrize("channel", ["email", "webhook"])
def test_every_event_comes_under_one_number_whatever_the_relay_does(channel: str) -> None:
    told, packages, relay = over_a_relay(channel, FAULTS)
    assert told == Counter(packages), "each event in one message, whose number tells a repetition"
    assert fetch_all("SELECT state, count(*) FROM quality.deliveries GROUP BY 1") == [("sent", len(packages))]
    again = [body for number, body in zip(relay.taken, relay.bodies, strict=True) if relay.taken.count(number) > 1]
    assert any("có thể đã tới" in body for body in again), "who gets it twice is told so"


def test_a_file_is_dropped_once_wherever_a_run_is_killed(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    told, packages = into_a_folder(tmp_path / "drop", FAULTS)
    assert told == Counter(packages)


def test_a_file_that_was_taken_away_before_it_was_noted_does_not_come_again(tmp_path: Path) -> None:
    subscription, now = subscribed("file", folder=tmp_path), datetime.now(UTC)
    happened("P1")
    message = claim(subscription, now, {})
    assert message is not None
    stage_file(message)
    change("UPDATE quality.deliveries SET state = 'staged'")
    drop_file(message)  # killed here
    next(tmp_path.glob("*.txt")).unlink()
    assert tell_all([subscription], now + timedelta(hours=1)).sent == 1
    assert not list(tmp_path.glob("*.txt"))


def test_a_relay_that_is_down_for_a_day_loses_nothing_and_waits_longer_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELL_OFFICE", "http://127.0.0.1:1/hook")
    subscription, now = subscribed("webhook"), datetime.now(UTC)
    happened("P1")
    for _ in range(48):
        tell_all([subscription], now)
        now += timedelta(minutes=30)
    ((attempts,),) = fetch_all("SELECT attempts FROM quality.deliveries")
    assert 5 <= attempts <= 15
    happened("P2")
    with relay_of("webhook") as relay:
        assert tell_all([subscription], now + timedelta(hours=4)) == Told(sent=2, again=1)
    assert len(set(relay.taken)) == 2


def test_no_log_names_who_is_written_to(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("TELL_OFFICE", "mailto://127.0.0.1:1?mode=insecure&from=motcua@example.org&to=office@example.org")
    happened("P1")
    # A handler of its own: that of pytest listens to loggers that tell nobody else, too.
    logged = logging.StreamHandler(StringIO())
    logging.getLogger().addHandler(logged)
    try:
        for name in (None, "apprise"):
            caplog.set_level("DEBUG", name)
        assert tell_all([subscribed("email")], datetime.now(UTC)) == Told(failed=("van-phong-email",))
    finally:
        logging.getLogger().removeHandler(logged)
    assert "example" not in logged.stream.getvalue()


@pytest.mark.parametrize(
    ("address", "channel"),
    [("", "webhook"), ("ftp://x", "webhook"), ("https://x", "email"), ("mailto://x?to=a@b.vn,c@d.vn", "email")],
)
def test_an_address_that_is_none_claims_nothing_and_keeps_nobody_else_waiting(
    address: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELL_OFFICE", address)
    happened("P1")
    with pytest.raises(ConfigError, match="TELL_OFFICE"):
        tell_all([subscribed(channel), subscribed("file", folder=tmp_path)], datetime.now(UTC))
    assert fetch_all("SELECT subscription FROM quality.deliveries") == [("van-phong-file",)]


def test_an_agency_is_told_of_itself_and_what_stands_below(tmp_path: Path) -> None:
    happened("P1", unit="H99.12")
    happened("P2", unit="H99.12.05")
    happened("P3", unit="H99.13")
    happened("P4", unit=None)
    happened("P5", kind="approved")
    agency = subscribed("file", folder=tmp_path, who="agency", units=("H99.12",))
    message = claim(agency, datetime.now(UTC), {"H99.13": "H99.99"})
    assert message is not None
    assert {event.package for event in message.events} == {"P1", "P2"}
    superior = subscribed("file", folder=tmp_path, name="tren", who="agency", units=("H99.99",))
    message = claim(superior, datetime.now(UTC), {"H99.13": "H99.99"})
    assert message is not None
    assert [event.package for event in message.events] == ["P3"]
    assert (
        claim(subscribed("file", folder=tmp_path, name="sau", since=datetime(2999, 1, 1).date()), datetime.now(UTC), {}) is None
    )


FRIDAY = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "now", "told"),
    [
        # hours in UTC: the office is seven ahead; what happened on Friday afternoon
        (8, 9, False),
        (8, 24 + 3, False),  # on Saturday
        (8, 72 + 0.5, False),  # Monday, half past seven
        (8, 72 + 1.5, True),
        (-1, 3, True),  # before eight o'clock of the same day
    ],
)
def test_a_daily_message_comes_on_the_next_working_morning(at: float, now: float, told: bool, tmp_path: Path) -> None:
    happened("P1")
    change("UPDATE quality.loop_events SET at = %s", FRIDAY + timedelta(hours=at))
    subscription = subscribed("file", folder=tmp_path, when="daily", hour=8)
    assert (claim(subscription, FRIDAY + timedelta(hours=now), {}) is not None) is told


@pytest.mark.parametrize(("hour", "told"), [(2, True), (14, False), (24 + 2, False), (72 + 2, True)])
def test_nothing_is_sent_while_the_office_is_closed(hour: int, told: bool, tmp_path: Path) -> None:
    happened("P1")
    change("UPDATE quality.loop_events SET at = %s", FRIDAY)
    subscription = subscribed("file", folder=tmp_path, working_hours_only=True)
    assert (claim(subscription, FRIDAY + timedelta(hours=hour), {}) is not None) is told


def events() -> Counter[str]:
    return Counter(dict(fetch_all("SELECT kind, count(*) FROM quality.loop_events GROUP BY 1")))


def test_what_happens_is_in_the_outbox_with_who_did_it(made: list[MadePackage], tmp_path: Path) -> None:
    total = len(made[0].package.items)
    assert fetch_all("SELECT unit_code, package, items, account FROM quality.loop_events ORDER BY 1") == [
        (one.package.unit_code, one.package.name, len(one.package.items), None) for one in made
    ]
    make_packages(tmp_path / "again", load_policies()[settings().policy])
    file = filled(made[0].file, tmp_path / "a.xlsx", agreed, approver="lanh.dao")
    package = take(file)
    take(file)
    assert events() == {"package_made": len(made), "answered": 1, "approved": 1}
    assert fetch_all("SELECT items, account FROM quality.loop_events WHERE kind = 'answered'") == [(total, "can.bo")]
    assert fetch_all("SELECT unit_code, package, items, account FROM quality.loop_events WHERE kind = 'approved'") == [
        ("H99.12", package.name, package.approved, "lanh.dao")
    ]
    first, second = (one for (one,) in fetch_all("SELECT correction_id FROM quality.corrections ORDER BY 1 LIMIT 2"))
    undo(first, "lanh.dao")
    undo(second, "lanh.dao")
    assert events()["undone"] == 2, "two that were taken back one after the other are two events"


def test_who_does_not_answer_is_reminded_once_and_put_before_the_agency_above(made: list[MadePackage], desk: object) -> None:
    with connection("test") as driver, driver.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ref.units (unit_code, name, level, parent_code, valid_from, changed_in) "
            "SELECT code, code, 'commune', 'H99', DATE '2020-01-01', 1 FROM unnest(ARRAY['H99.12', 'H99.13']) AS u(code) "
            "ON CONFLICT (unit_code, valid_from) DO UPDATE SET parent_code = 'H99'"
        )
    change("UPDATE quality.packages SET due_at = %s", datetime(2026, 3, 27, 10, tzinfo=UTC))  # Friday, five o'clock
    rule = load_watch().answers
    days = {
        datetime(2026, 3, 25, 2, tzinfo=UTC): {},
        datetime(2026, 3, 26, 2, tzinfo=UTC): {"due_soon": 2},
        datetime(2026, 3, 27, 9, tzinfo=UTC): {"due_soon": 2},
        datetime(2026, 3, 27, 11, tzinfo=UTC): {"due_soon": 2, "overdue": 2},
        datetime(2026, 4, 3, 9, tzinfo=UTC): {"due_soon": 2, "overdue": 2},
        datetime(2026, 4, 3, 11, tzinfo=UTC): {"due_soon": 2, "overdue": 2, "escalated": 2},
    }
    for now, told in days.items():
        follow_up(rule, now)
        assert follow_up(rule, now) == FollowedUp()
        assert events() == {"package_made": 2, **told}
    assert fetch_all("SELECT unit_code, about_unit FROM quality.loop_events WHERE kind = 'escalated' ORDER BY 2") == [
        ("H99", "H99.12"),
        ("H99", "H99.13"),
    ]


def test_what_the_source_verifies_and_opens_again_is_told_each_time(made: list[MadePackage]) -> None:
    question = next(i.question for i in made[0].package.items if i.question.new_value and i.question.field in MOVABLE)
    rule, now = load_watch().answers, datetime.now(UTC)
    assert follow_up(rule, now) == FollowedUp()
    state(question.code, str(question.field), str(question.new_value))
    assert follow_up(rule, now) == FollowedUp(verified=1, events=1)
    assert follow_up(rule, now) == FollowedUp()
    state(question.code, str(question.field), str(question.old_value or "2026-01-01T00:00:00Z"))
    assert follow_up(rule, now) == FollowedUp(reopened=1, events=1)
    state(question.code, str(question.field), str(question.new_value))
    assert follow_up(rule, now) == FollowedUp(verified=1, events=1)
    assert events() == {"package_made": 2, "verified": 2, "reopened": 1}


def test_a_package_from_before_due_dates_gets_one_that_counts_from_now(made: list[MadePackage]) -> None:
    change("UPDATE quality.packages SET due_at = NULL, made_at = '2026-01-05T02:00:00Z'")
    rule, friday = load_watch().answers, datetime(2026, 3, 20, 2, tzinfo=UTC)
    assert follow_up(rule, friday) == FollowedUp(dated=2)
    assert follow_up(rule, friday) == FollowedUp()
    assert fetch_all("SELECT DISTINCT due_at FROM quality.packages") == [(answer_due(friday, "desk", None, rule.within_days),)]
    assert events() == {"package_made": 2}, "nobody is late by a day that was never named"
    change("UPDATE quality.packages SET due_at = NULL")
    assert follow_up(rule, datetime(2999, 1, 1, tzinfo=UTC)) == FollowedUp(), "no calendar reaches so far"


def test_who_was_away_is_caught_up_with_in_one_go(made: list[MadePackage], tmp_path: Path) -> None:
    """What stood still for weeks: what is due by then is written once, and what had happened meanwhile is delivered."""
    change("UPDATE quality.packages SET due_at = %s", datetime(2026, 3, 27, 10, tzinfo=UTC))
    subscription = subscribed("file", folder=tmp_path, events=("package_made", "due_soon", "overdue", "escalated"))
    claim(subscription, FRIDAY, {})  # and then the machine stopped
    back = datetime(2026, 4, 20, 2, tzinfo=UTC)
    follow_up(load_watch().answers, back)
    assert tell_all([subscription], back).sent == 2
    assert tell_all([subscription], back) == Told()
    told = " ".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt"))
    assert [told.count(words) for words in ("có gói việc mới", "sắp đến hạn", ": quá hạn,", "quá hạn lâu")] == [2, 0, 2, 2]
