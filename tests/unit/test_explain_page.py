"""The page of an explanation: drawn to scale, nothing covered, nothing asked for, nothing of the data run."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from tasks.reports.explanation.drawing import LEFT, RIGHT, WIDTH, Drawing, Moment, Scale, placed_labels, tick_days
from tasks.reports.explanation.page import page
from tasks.reports.explanation.text import ExplanationText

SIDE = {
    "received": "2026-03-02 08:00",
    "due": "2026-03-09 17:00",
    "end": "2026-03-12 09:00",
    "state": "finished",
    "timeliness": "late",
}
FACT: dict[str, Any] = {
    "code": "H99.12-260302-0001",
    "source": "desk",
    "source_title": "Một cửa",
    "policy": "qd766",
    "as_of": "2026-03-31",
    "verdict": "hidden_late",
    "reasons": ["due_moved_after_expiry"],
    "missing": [],
    "unit": "H99.12",
    "unit_name": "Sở <b>Nội vụ</b>",
    "procedure": "1.000001",
    "procedure_name": "<script>alert(1)</script>",
    "channel": "online",
    "recorded": {**SIDE, "due": "2026-03-13 17:00", "timeliness": "on_time"},
    "derived": SIDE,
    "end_from": "log",
    "limit": {
        "unit": "working_day",
        "amount": 5.0,
        "version": "2020-01-01",
        "reference": "QĐ 1",
        "due_without_pauses": "2026-03-09 17:00",
    },
    "special_days": [],
    "first": {
        "code": "H99.12-260223-0007",
        "received": "2026-02-25 09:00",
        "due": "2026-03-02 17:00",
        "withdrawn": "2026-03-02 07:45",
        "due_by_own_clock": "2026-03-16 17:00",
    },
    "pauses": [
        {
            "kind": "supplement",
            "origin": "supplement_record",
            "from": "2026-03-03 08:00",
            "to": "2026-03-04 08:00",
            "made_of_it": "pause_counted",
        },
        {
            "kind": "supplement",
            "origin": "progress_log",
            "from": "2026-03-10 08:00",
            "to": None,
            "made_of_it": "pause_after_due",
        },
    ],
    "paused_minutes": 480,
    "worked_minutes": 3000,
    "held": [
        {
            "from": "2026-03-02 08:00",
            "to": "2026-03-03 08:00",
            "holder": "agency",
            "room": 'Phòng "1" & <i>',
            "status": 4,
            "minutes": 480,
        },
        {"from": "2026-03-03 08:00", "to": "2026-03-12 09:00", "holder": "citizen", "room": None, "status": 5, "minutes": 3000},
    ],
    "held_minutes": {"agency": 480, "citizen": 3000},
    "held_minutes_over": {"citizen": 900},
    "due_changes": [
        {
            "old": "2026-03-09 17:00",
            "new": "2026-03-13 17:00",
            "not_before": None,
            "at": "2026-03-11 08:00",
            "when": "after_expiry",
            "by": "pull",
            "page": "a" * 64,
        }
    ],
    "closed_days": [["2026-03-07", "2026-03-08"]],
    "timeline": [{"at": "2026-03-02 08:00", "what": "status", "status": 2}],
    "findings": [],
    "cleaned": [],
    "corrected": None,
    "record": {"page": "a" * 64, "position": 3},
}


def shapes(fact: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    svg = Drawing(fact, "vi", "0").svg()
    assert svg is not None
    return [(node.tag.split("}")[1], node.attrib) for node in ElementTree.fromstring(svg).iter()]  # noqa: S314 - our own


def of_kind(fact: dict[str, Any], kind: str) -> list[tuple[float, float]]:
    """Left edge and width of the bars of a class."""
    return [(float(a["x"]), float(a["width"])) for tag, a in shapes(fact) if tag == "rect" and a.get("class") == kind]


def test_a_dossier_that_was_filed_again_tells_of_the_first_one() -> None:
    lines = "\n".join(ExplanationText("en").counting(FACT))
    assert (
        "H99.12-260223-0007 (due 02/03/2026 17:00, withdrawn 02/03/2026 07:45, due if counted anew 16/03/2026 17:00)" in lines
    )


def test_the_first_filing_has_a_lane_of_its_own_above_the_others() -> None:
    bars = [attributes for tag, attributes in shapes(FACT) if tag == "rect" and attributes.get("class") == "first"]
    ((_, weekend),) = of_kind(FACT, "off")
    assert [float(one["width"]) for one in bars] == [pytest.approx((4 * 24 + 22.75) * weekend / 48, abs=0.3)]
    recorded = [attributes for _, attributes in shapes(FACT) if attributes.get("class") == "recorded in-time"]
    assert float(bars[0]["y"]) < float(recorded[0]["y"])
    assert "First filing," in (Drawing(FACT, "en", "0").svg() or "")
    alone = {**FACT, "first": None}
    assert not of_kind(alone, "first")
    assert "First filing," not in (Drawing(alone, "en", "0").svg() or "")


def test_bars_have_the_length_of_their_time_and_days_off_are_shaded() -> None:
    (_, weekend), (in_time, first), (over, second) = (
        *of_kind(FACT, "off"),
        *of_kind(FACT, "derived in-time"),
        *of_kind(FACT, "derived over"),
    )
    hour = weekend / 48
    assert first == pytest.approx((7 * 24 + 9) * hour, abs=0.3)
    assert second == pytest.approx((2 * 24 + 16) * hour, abs=0.3)
    assert over == pytest.approx(in_time + first, abs=0.2), "late begins where the limit ends"
    labels = re.findall(r'<text class="label [^>]*>([^<]*)<', Drawing(FACT, "vi", "0").svg() or "")
    assert len(labels) == len(set(labels)) > 2, "each label is drawn once"
    assert [round(width / hour) for _, width in of_kind(FACT, "pause")] == [24]
    assert [round(width / hour) for _, width in of_kind(FACT, "pause refused")] == [49], "an open pause lasts to the end"
    (agency,), (citizen,) = of_kind(FACT, "held agency"), of_kind(FACT, "held citizen")
    assert agency[0] + agency[1] == pytest.approx(citizen[0], abs=0.2)


def test_everything_lies_on_the_picture_whatever_the_record_says() -> None:
    absurd = {**FACT, "recorded": {**SIDE, "received": "0001-01-01 00:00", "due": "9999-12-31 00:00", "end": None}}
    for _, attributes in shapes(absurd):
        if "width" in attributes and "x" in attributes:
            assert LEFT <= float(attributes["x"]) <= float(attributes["x"]) + float(attributes["width"]) <= WIDTH - RIGHT + 0.2
    open_one = {**FACT, "derived": {**SIDE, "due": None, "end": None}, "recorded": {**SIDE, "end": None}}
    assert any("Tính đến hết 31/03/2026" in text for text in [Drawing(open_one, "vi", "0").svg() or ""])
    assert [tag for tag, a in shapes(open_one) if a.get("class") == "no-end"] == ["rect", "rect"], (
        "finished, and no end is known"
    )
    going_on = {**open_one, "derived": {**open_one["derived"], "state": "in_progress"}}
    assert [tag for tag, a in shapes(going_on) if a.get("class") in ("no-end", "open")] == ["rect", "path"]
    assert Drawing({**FACT, "derived": {**SIDE, "received": None}}, "vi", "0").svg() is None


def test_labels_do_not_cover_each_other() -> None:
    start = datetime(2026, 3, 2)
    scale = Scale(start, start + timedelta(days=10))
    moments = [
        Moment(start + timedelta(hours=hours), "due", "Hạn theo quy định 09/03/2026 17:00")
        for hours in (0, 1, 2, 100, 101, 240)
    ]
    texts, rows = placed_labels(moments, scale)
    boxes = [
        (float(match[1]), float(match[2]), float(match[3]))
        for text in texts
        if (match := re.match(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)" textLength="([\d.]+)"', text))
    ]
    assert len(boxes) == 6
    assert rows == 3
    for place, (left, row, width) in enumerate(boxes):
        assert 0 <= left <= left + width <= WIDTH
        assert all(other + length <= left or left + width <= other for other, line, length in boxes[:place] if line == row)


@pytest.mark.parametrize("days", [1, 9, 30, 80, 300, 4000, 30_000])
def test_a_picture_has_some_ticks_and_never_too_many(days: int) -> None:
    start = datetime(2026, 1, 30, 8)
    assert len(tick_days(start, start + timedelta(days=days))) <= 15
    assert days == 1 or tick_days(start, start + timedelta(days=days))


@pytest.mark.parametrize(("language", "word"), [("vi", "TRỄ ẨN"), ("en", "HIDDEN LATE")])
def test_the_page_is_whole_and_names_in_the_data_cannot_run(language: str, word: str) -> None:
    text = page([FACT, FACT], language)
    assert text.count(word) == 2
    assert "<script" not in text
    assert "<b>Nội" not in text
    assert "&lt;script&gt;" in text
    addresses = set(re.findall(r"https?://[^\"' )]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in text
    assert "58" in text, "480 + 3000 minutes are 58 hours"
    ids = re.findall(r'pattern id="([^"]+)"', text)
    assert len(ids) == len(set(ids)) == 2
