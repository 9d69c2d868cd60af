"""Form of an approval in Prefect's UI: in Vietnamese, with the accounts that may decide to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, cast

from prefect.input import RunInput
from pydantic import ConfigDict, Field, create_model

APPROVED: Final = "Duyệt"
LOOK_AGAIN: Final = "Để xem lại"


class ApprovalForm(RunInput):
    """What a person answers.

    Attributes:
        quyet_dinh: the decision.
        nguoi_duyet: account of who decides.
        so_van_ban, ngay_van_ban: number and day of a document that proves the lines, where they name none.
    """

    model_config = ConfigDict(title="Duyệt đính chính")

    quyet_dinh: Literal["Duyệt", "Không duyệt", "Để xem lại"] = Field(
        "Để xem lại", title="Quyết định", description="Để xem lại: không đổi gì, các dòng vẫn chờ."
    )
    nguoi_duyet: str = Field(title="Người duyệt", description="Tài khoản trong people.yaml, khác người đề nghị.")
    so_van_ban: str = Field(
        "", title="Số văn bản", description="Cần khi hồ sơ bớt trễ mà dòng chưa nêu văn bản, ví dụ 12/BB-MC."
    )
    ngay_van_ban: str = Field("", title="Ngày văn bản", description="Ngày/tháng/năm, ví dụ 09/03/2026.")


def approval_form(accounts: Sequence[str]) -> type[ApprovalForm]:
    """Return the form with its accounts to choose from.

    Args:
        accounts: who may approve; at least one.
    """
    chosen: Any = Literal[tuple(accounts)]
    asked = Field(title="Người duyệt", description="Tài khoản trong people.yaml, khác người đề nghị.")
    return cast("type[ApprovalForm]", create_model("ApprovalForm", __base__=ApprovalForm, nguoi_duyet=(chosen, asked)))
