"""Notifications: automations that tell whoever MOTCUA_NOTIFY names, and nobody where it is not set.

`motcua up` makes and removes them. A message holds names of runs, sources and packages, and the sentence of a state, which is masked where it is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.blocks.core import Block
from prefect.blocks.notifications import CustomWebhookNotificationBlock, SlackWebhook
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.types import SecretDict
from pydantic import SecretStr

from config.errors import ConfigError
from config.language import Bilingual
from config.settings import settings
from flows.runtime.correction_events import CORRECTIONS_RECEIVED
from flows.runtime.silence_events import SOURCE_SILENT
from flows.runtime.state_names import ENDED_IN_ERROR, NOT_PUBLISHED, PUBLISHED, SOURCE_FAILED, WARNED

PREFIX = "motcua notify: "
"""How the name of each of these automations begins; whatever else is at the server is left alone."""
_BLOCK = "motcua-notify-"
_WITHOUT_A_RUN = timedelta(hours=26)  # as the trigger of the deployment: 05:00 and two hours, from yesterday's run
_SAID = "{{ event.payload.validated_state.message | default('', true) | truncate(600) }}"
_RUN = "prefect.flow-run."


@dataclass(frozen=True)
class Notification:
    """One thing that somebody is told of.

    Attributes:
        name: of the automation, after :data:`PREFIX`.
        events: any of them tells it; ``within`` for those of which the absence does.
        subject, body: in both languages, with fields of the event.
        resource: what the events are about.
        flow: only of this flow's runs.
    """

    name: str
    events: tuple[str, ...]
    subject: Bilingual
    body: Bilingual
    resource: str = f"{_RUN}*"
    within: timedelta = timedelta(0)
    flow: str = ""


def _state_notice(name: str, state: str, subject: Bilingual, action: Bilingual) -> Notification:
    body = Bilingual(*(f"{{{{ flow_run.name }}}}: {_SAID} {said}" for said in (action.vi, action.en)))
    return Notification(name, (_RUN + state,), subject, body)


NOTIFICATIONS = (
    _state_notice(
        "failed",
        ENDED_IN_ERROR,
        Bilingual("motcua: lượt chạy hỏng", "motcua: a run failed"),
        Bilingual("Làm theo câu trên rồi chạy lại.", "Do what the sentence says, then run it again."),
    ),
    _state_notice(
        "crashed",
        "Crashed",
        Bilingual("motcua: lượt chạy bị ngắt", "motcua: a run was cut off"),
        Bilingual("Chạy lại; không gì bị nạp hai lần.", "Run it again; nothing is loaded twice."),
    ),
    _state_notice(
        "source failed",
        SOURCE_FAILED,
        Bilingual("motcua: đã công bố, thiếu tin của nguồn", "motcua: published, a source failed"),
        Bilingual("Xem trang `today` của lượt chạy.", "See the page `today` of the run."),
    ),
    _state_notice(
        "warned",
        WARNED,
        Bilingual("motcua: đã công bố, có điều cần xem", "motcua: published, something to look at"),
        Bilingual("Xem trang `today` của lượt chạy.", "See the page `today` of the run."),
    ),
    _state_notice(
        "not published",
        NOT_PUBLISHED,
        Bilingual("motcua: cổng chặn, chưa công bố", "motcua: a gate failed, nothing was published"),
        Bilingual("Sửa nguồn hoặc tệp của nguồn rồi chạy lại.", "Correct the source or its file, then run it again."),
    ),
    Notification(
        "missing run",
        tuple(_RUN + name for name in PUBLISHED),
        Bilingual("motcua: không có lượt chạy nào", "motcua: no run"),
        Bilingual(
            "26 giờ qua không lượt `refresh` nào công bố. Chạy `motcua doctor`, rồi `motcua refresh`.",
            "No run of `refresh` has published for 26 hours. Run `motcua doctor`, then `motcua refresh`.",
        ),
        within=_WITHOUT_A_RUN,
        flow="refresh",
    ),
    Notification(
        "silent source",
        (SOURCE_SILENT,),
        Bilingual("motcua: nguồn im lặng", "motcua: a silent source"),
        Bilingual(
            "Nguồn {{ event.payload.source }} không có bản ghi nào từ {{ event.payload.last }} "
            "({{ event.payload.days }} ngày làm việc). Hỏi đơn vị giữ nguồn; `motcua list silent` cho biết thêm.",
            "Source {{ event.payload.source }} has had no record since {{ event.payload.last }} "
            "({{ event.payload.days }} working days). Ask its owner; `motcua list silent` tells more.",
        ),
        resource="motcua.source.*",
    ),
    Notification(
        "corrections",
        (CORRECTIONS_RECEIVED,),
        Bilingual("motcua: có đính chính", "motcua: corrections came in"),
        Bilingual(
            "Gói {{ event.payload.package }}: {{ event.payload.approved }} đính chính được duyệt, {{ event.payload.proposed }} chờ duyệt. "
            "`motcua corrections` cho biết thêm.",
            "Package {{ event.payload.package }}: {{ event.payload.approved }} corrections approved, {{ event.payload.proposed }} waiting. "
            "`motcua corrections` tells more.",
        ),
        resource="motcua.package.*",
    ),
)


def ensure_notifications(client: SyncPrefectClient) -> int:
    """Make the automations as the settings ask for, leave those that are right, remove those that are not asked for.

    Returns:
        How many automations were made or made anew.

    Raises:
        ConfigError: an address is none that a notification can be sent to.
    """
    addresses = settings().notify.get_secret_value().split()
    blocks = [_saved(number, address) for number, address in enumerate(addresses, start=1)]
    wanted = {one.name: one for one in (automation(notice, blocks) for notice in NOTIFICATIONS)} if blocks else {}
    for known in client.read_automations():
        if known.name.startswith(PREFIX):
            one = wanted.get(known.name)
            if one is not None and known.description == one.description:
                del wanted[known.name]
            else:
                client.delete_automation(known.id)
    for one in wanted.values():
        client.create_automation(one)
    _forget_blocks(client, set(blocks))
    return len(wanted)


def automation(notice: Notification, blocks: list[UUID]) -> AutomationCore:
    """Return the automation that sends a notification.

    Its description ends with a digest of all that it says and of where.
    """
    actions = [
        SendNotification(block_document_id=block, subject=notice.subject.shown(), body=notice.body.shown()) for block in blocks
    ]
    digest = hashlib.sha256(repr((notice, [one.model_dump_json() for one in actions])).encode()).hexdigest()[:12]
    return AutomationCore(
        name=PREFIX + notice.name,
        description=f"{notice.subject.shown()} · {digest}",
        trigger=_trigger(notice),
        actions=list(actions),
    )


def _trigger(notice: Notification) -> EventTrigger:
    related = {"prefect.resource.role": "flow", "prefect.resource.name": notice.flow} if notice.flow else {}
    return EventTrigger(
        posture=Posture.Proactive if notice.within else Posture.Reactive,
        expect=set(notice.events),
        match=ResourceSpecification({"prefect.resource.id": [notice.resource]}),
        match_related=ResourceSpecification({key: [value] for key, value in related.items()}),
        threshold=1,
        within=notice.within,
    )


def _saved(number: int, address: str) -> UUID:
    """Keep an address as a block of Prefect, encrypted in its database, and return its number."""
    return UUID(str(block_for(address).save(f"{_BLOCK}{number}", overwrite=True)))


def block_for(address: str) -> Block:
    """Return the notification block for an address: a webhook where it is http(s), else whatever Apprise knows.

    Raises:
        ConfigError: it is neither.
    """
    if address.startswith(("http://", "https://")):
        # Read by most chat systems as it is: `text` is the whole message.
        return CustomWebhookNotificationBlock(
            name="motcua",
            url="{{address}}",
            json_data={"subject": "{{subject}}", "body": "{{body}}", "text": "{{subject}}\n{{body}}"},
            secrets=SecretDict({"address": address}),
        )
    from apprise import Apprise

    if not Apprise().add(address):
        raise ConfigError(
            "MOTCUA_NOTIFY",
            Bilingual("có địa chỉ không gửi tới được", "names an address that nothing can be sent to"),
            Bilingual(
                "https://… hoặc địa chỉ kiểu Apprise như mailto://…", "https://… or an address of Apprise, such as mailto://…"
            ),
        )
    # This block of Prefect's hands whatever is no address of Slack's to Apprise as it is; others take addresses of their own kind alone.
    return SlackWebhook(url=SecretStr(address))


def _forget_blocks(client: SyncPrefectClient, kept: set[UUID]) -> None:
    for document in _ours(client):
        if document not in kept:
            client.delete_block_document(document)


def _ours(client: SyncPrefectClient) -> Iterator[UUID]:
    # Without their contents, which are addresses.
    answer = client.request("POST", "/block_documents/filter", json={"include_secrets": False, "limit": 200})
    for document in answer.json():
        if str(document.get("name") or "").startswith(_BLOCK):
            yield UUID(document["id"])
