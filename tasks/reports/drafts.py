"""Drafts of law tried on history: a policy, a calendar, a notice of days, or limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from config.calendar import Calendar, Notice, load_calendars, with_kept_notices, with_notice
from config.codes import Channel
from config.errors import ConfigError
from config.files import read_model, read_yaml
from config.language import Bilingual
from config.law import require_known
from config.notices import check_notice, read_notice
from config.policies import Policy
from schemas.reference import PROCEDURES
from tasks.rules.clock.limit_texts import parse_limit
from tasks.rules.privacy.masking import names_somebody


class DraftLimit(BaseModel):
    """A version of a procedure's limit that is not in force yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    procedure_code: str
    channel: Channel = "counter"
    valid_from: date
    valid_to: date | None = None
    limit: str
    reference: str | None = None


class DraftLimits(BaseModel):
    """The file of such versions."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    limits: tuple[DraftLimit, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Draft:
    """What would hold if it were law; None where a part stays as it is.

    Attributes:
        calendars: all calendars, the drafted one among them.
    """

    policy: Policy | None = None
    calendars: Mapping[str, Calendar] | None = None
    limits: tuple[DraftLimit, ...] | None = None

    def procedures(self, procedures: pd.DataFrame) -> pd.DataFrame:
        """Return the catalogue with the drafted versions in it, as it would be once they were announced.

        Raises:
            ConfigError: a procedure is not in the catalogue.
        """
        if not self.limits:
            return procedures
        return with_limits(procedures, self.limits)


def read_draft(path: Path) -> Draft:
    """Read a draft; what it is shows in its keys.

    Raises:
        ConfigError: it is none of the known kinds, does not follow its model, or names law that the register lacks.
    """
    if path.suffix.lower() == ".csv":
        return draft_of_notice(read_notice(path))
    content = read_yaml(path)
    keys = set(content) if isinstance(content, dict) else set()
    if "policy" in keys:
        policy = read_model(path, Policy)
        require_known([(path.name, policy.law)])
        return Draft(policy=policy)
    if "limits" in keys:
        return Draft(limits=read_model(path, DraftLimits).limits)
    if {"calendar", "document"} <= keys:
        return draft_of_notice(read_notice(path))
    if "calendar" in keys:
        drafted = read_model(path, Calendar)
        require_known((path.name, law) for law in (drafted.law, *drafted.documents.values()))
        return Draft(calendars=with_kept_notices({**load_calendars(), drafted.calendar: drafted}))
    raise ConfigError(
        path.name,
        Bilingual("không phải dự thảo", "is no draft"),
        Bilingual(
            "một cách tính, lịch, thông báo (calendar, document, days), hoặc các thời hạn (limits)",
            "a policy, a calendar, a notice (calendar, document, days), or limits",
        ),
    )


def draft_of_notice(notice: Notice) -> Draft:
    """Return the calendars with a notice in them.

    Raises:
        ConfigError: there is no such calendar, the notice does not fit it, or it names a person: it is kept and shown.
    """
    if any(map(names_somebody, (notice.document, *(each.note for each in notice.days)))):
        fact = Bilingual(
            "tên văn bản hoặc ghi chú của ngày có chỗ giống họ tên, số, thư điện tử hoặc địa chỉ của một người",
            "the document or the note of a day holds what looks like a person's name, number, mail or address",
        )
        raise ConfigError(
            "notice", fact, Bilingual("số hiệu văn bản và đó là ngày gì", "the document's number and what day it is")
        )
    calendars = load_calendars()
    if notice.calendar not in calendars:
        raise ConfigError(
            "calendar",
            Bilingual(f"không có lịch {notice.calendar!r}", f"there is no {notice.calendar!r}"),
            ", ".join(sorted(calendars)),
        )
    check_notice(notice, calendars[notice.calendar])
    return Draft(calendars={**calendars, notice.calendar: with_notice(calendars[notice.calendar], notice)})


def with_limits(procedures: pd.DataFrame, limits: tuple[DraftLimit, ...]) -> pd.DataFrame:
    """Return the catalogue with drafted versions in it; on each day the version that began last counts.

    Raises:
        ConfigError: a procedure is not in the catalogue, or a limit cannot be read for certain.
    """
    rows = pd.concat([procedures, PROCEDURES.frame([_version(procedures, one) | {"changed_in": 0} for one in limits])])
    return PROCEDURES.conform(rows.drop_duplicates(list(PROCEDURES.key), keep="last").reset_index(drop=True))


def _version(procedures: pd.DataFrame, one: DraftLimit) -> dict[str, object]:
    known = procedures[(procedures["procedure_code"] == one.procedure_code).to_numpy(dtype=bool, na_value=False)]
    if known.empty:
        raise ConfigError(
            "limits: procedure_code",
            Bilingual(f"{one.procedure_code} không có trong danh mục thủ tục", f"{one.procedure_code} is not in the catalogue"),
            Bilingual("một thủ tục có trong danh mục", "a procedure that is"),
        )
    limit = parse_limit(one.limit)
    if limit.unit == "unsettled":
        raise ConfigError(
            "limits: limit",
            Bilingual(f"{one.limit!r} có thể hiểu theo nhiều cách", f"{one.limit!r} can be read in more than one way"),
            Bilingual("ví dụ 5 ngày làm việc, 8 giờ", "such as 5 ngày làm việc, 8 giờ"),
        )
    newest = known.sort_values(["valid_from", "channel"]).iloc[-1]
    return {
        "procedure_code": one.procedure_code,
        "channel": one.channel,
        "valid_from": one.valid_from,
        "valid_to": one.valid_to,
        "name": newest["name"],
        "field_code": newest["field_code"],
        "limit_text": one.limit,
        "limit_amount": limit.amount,
        "limit_shortest": limit.shortest,
        "limit_unit": limit.unit,
        "reference": one.reference,
    }
