"""Status of an approved correction against what its source states by now."""

from __future__ import annotations

from tasks.rules.corrections.value_texts import same_value

STANDINGS = {
    "waiting": ("chờ hệ thống nguồn sửa", "the source still states the old value"),
    "verified": ("hệ thống nguồn đã sửa đúng", "verified at the source: it states the new value itself"),
    "conflict": ("mâu thuẫn: hệ thống nguồn ghi giá trị thứ ba", "conflict: the source states a third value"),
    "replaced": ("đã có đính chính mới hơn", "a later correction of the same field stands"),
    "gone": ("hồ sơ không còn", "the dossier is no longer held"),
}
"""Words for it, in Vietnamese and in English."""


def status_of(field: str, old: str | None, new: str | None, now: str | None, zone: str) -> str:
    """Tell how a correction stands that no later one replaces.

    Args:
        field: name of the field.
        old: what the source stated when the correction came in; empty where it stated nothing, None where that was
            not kept.
        new: the corrected value; None empties the field.
        now: what the source states.
        zone: IANA zone of the office.

    Returns:
        ``waiting``, ``verified`` or ``conflict``; ``waiting`` where it was not kept what the source had stated.
    """
    if same_value(field, now, new, zone):
        return "verified"
    if old is None or same_value(field, now, old or None, zone):
        return "waiting"
    return "conflict"
