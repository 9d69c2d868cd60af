"""Telling of what happened to work packages: reminders written, and everybody told who subscribes."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from config.language import counted, translate
from flows.runs.outcome import RunFailures
from flows.runs.sentence import ends_in_a_sentence
from flows.runs.tags import tag_run
from tasks.correcting.follow_up import FollowedUp
from tasks.tell import follow_up_packages, tell_subscribers
from tasks.telling.delivery import Told


def run_name() -> str:
    """Name the run by the minute for which it was planned."""
    return f"tell-{flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="tell", flow_run_name=run_name, persist_result=False, log_prints=False)
@ends_in_a_sentence
def tell() -> State[Any]:
    """Nhắc hạn, báo cấp trên, và gửi tin cho những nơi ghi trong subscriptions.yaml.

    Remind, put before the agency above, and send what happened to whoever subscriptions.yaml names. What a relay does not take
    is sent by a later run.
    """
    tag_run(None)
    trouble = RunFailures()
    found, told = follow_up_packages(), tell_subscribers()
    for name in told.failed:
        trouble.warn(
            translate(f"{name}: chưa gửi được, lượt sau gửi lại.", f"{name}: could not be reached; a later run tries again.")
        )
    if told.again:
        trouble.warn(
            translate(
                f"{told.again} tin có thể đến hai lần, cùng mã: lượt trước bị ngắt sau khi gửi hoặc không nhận được trả lời.",
                f"{counted(told.again, 'message')} may arrive twice, under the same number: an earlier attempt was cut off or not answered.",
            )
        )
    if found.dated:
        trouble.warn(
            translate(
                f"{found.dated} gói việc làm trước khi có hạn trả lời được đặt hạn, tính từ hôm nay.",
                f"{counted(found.dated, 'work package')} made before due dates were kept: given one, counted from today.",
            )
        )
    return trouble.state(_said(found, told), publishes=False)


def _said(found: FollowedUp, told: Told) -> str:
    return translate(
        f"{found.events} sự kiện mới, {found.verified} câu được nguồn xác minh, {found.reopened} câu mở lại; {told.sent} tin đã gửi.",
        f"{counted(found.events, 'new event')}, {counted(found.verified, 'question')} verified by the source, "
        f"{found.reopened} open again; {counted(told.sent, 'message')} sent.",
    )
