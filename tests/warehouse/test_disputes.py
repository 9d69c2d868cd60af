"""Lists of others held against published counts: every line of one class, and from their number to ours nothing left over."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from config.errors import ConfigError
from flows.commands.cli import main
from schemas.quality import CORRECTIONS
from tasks.publishing.current import current_publication
from tasks.tracing.contributions import FigureName
from tasks.tracing.dispute_file import bridge_rows, dispute_letter, dispute_workbook
from tasks.tracing.dispute_lists import listed_codes
from tasks.tracing.disputes import DISPUTE_CLASSES, dispute
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.faults import office
from tests.warehouse.test_seals import correction

FEBRUARY = FigureName("finished_early", period="2026-02")
_FINISHED = """
    SELECT v.code, (v.end_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date < '2026-03-01' AS in_february,
        v.recorded_timeliness = 'early' AS recorded_early, d.receipt_number
    FROM judged.verdicts AS v JOIN core.dossiers AS d USING (source, code)
    WHERE v.policy = 'qd766' AND v.counted AND v.state = 'finished' AND v.timeliness = 'early' ORDER BY v.code
"""
_OPEN = "SELECT code FROM judged.verdicts WHERE policy = 'qd766' AND counted AND timeliness = 'undetermined' ORDER BY code"


@pytest.fixture
def published(warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What an office with real files published at the end of a run."""
    office.enter(monkeypatch, tmp_path, warehouse.home)
    office.write(tmp_path)
    office.run()
    found = current_publication("qd766")
    assert found is not None
    return found


def test_every_line_is_of_one_class_and_nothing_is_left(published: str) -> None:
    rows = fetch_all(_FINISHED)
    early = [code for code, in_february, *_ in rows if in_february]
    march = [code for code, in_february, *_ in rows if not in_february]
    ((undecided,), *_) = fetch_all(_OPEN)
    by_receipt = {code: number for code, *_, number in rows}
    lines = [
        early[0].lower(),
        f" {by_receipt[early[1]]} ",
        early[0],
        march[0],
        undecided,
        "H99.1-260101-9999",
        "H99.1-260101-9999",
    ]
    found = dispute(published, FEBRUARY, lines)
    kinds = ["agreed", "agreed", "repeated", "elsewhere", "undetermined", "unknown", "repeated"]
    assert [one.kind for one in found.dossiers if one.line] == kinds
    assert (found.theirs, found.published, found.remainder) == (7, len(early), 0)
    assert {one.code for one in found.dossiers if one.line is None} == set(early[2:])
    otherwise = {code for code, in_february, recorded_early, _ in rows if in_february and not recorded_early}
    assert otherwise - set(early[:2]) == {one.code for one in found.dossiers if one.kind == "missing_by_evidence"} != set()
    assert sum(map(found.count, DISPUTE_CLASSES)) == len(found.dossiers)
    assert bridge_rows(found)[0][1] + sum(row[1] for row in bridge_rows(found)[1:-2]) == found.published


def test_the_file_holds_what_is_disputed_and_its_evidence(published: str) -> None:
    codes = [code for code, *_ in fetch_all(_FINISHED)]
    found = dispute(published, FEBRUARY, [*codes, "0912345678"])
    book = openpyxl.load_workbook(io.BytesIO(dispute_workbook(found)))
    rows = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert len(rows) == sum(one.kind != "agreed" for one in found.dossiers)
    assert all(row[5] and row[12] and row[14] for row in rows[:-1])
    assert "0912345678" not in " ".join(str(cell) for row in rows for cell in row), (
        "what looks like a telephone number is masked"
    )
    assert dispute_workbook(found) == dispute_workbook(dispute(published, FEBRUARY, [*codes, "0912345678"]))
    assert f"Danh sách của quý cơ quan có {len(codes) + 1} dòng" in dispute_letter(found)


def test_an_old_publication_is_disputed_as_it_was(published: str) -> None:
    codes = [code for code, in_february, *_ in fetch_all(_FINISHED) if in_february]
    before = dispute(published, FEBRUARY, codes)
    with load("correct", "p1") as current:
        fixed = correction(0) | {
            "source": "desk",
            "code": codes[0],
            "field": "received_at",
            "new_value": "2026-01-05T08:00:00+07:00",
        }
        current.merge(CORRECTIONS, CORRECTIONS.frame([fixed]))
    office.derive()
    assert current_publication("qd766") != published
    after = dispute(published, FEBRUARY, codes)
    assert [(one.line, one.code, one.kind) for one in after.dossiers] == [
        (one.line, one.code, one.kind) for one in before.dossiers
    ]
    assert (after.published, after.remainder) == (before.published, 0)


def test_a_share_is_no_list(published: str) -> None:
    with pytest.raises(ConfigError, match="is a share"):
        dispute(published, FigureName("on_time_rate"), ["x"])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("STT;Mã hồ sơ;Họ tên\n1;A-1;x\n2;A-2;y\n", ["A-1", "A-2"]),
        ("DANH SÁCH\n\nSTT,Tên,Số hồ sơ\n1,x,A-1\n", ["A-1"]),
        ("A-1\nA-2\n", ["A-1", "A-2"]),
    ],
)
def test_codes_are_read_from_the_column_that_has_them(text: str, codes: list[str], tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    assert listed_codes(tmp_path / "list.csv") == codes


def test_the_command_writes_both(published: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text("Mã hồ sơ\nH99.1-260101-9999\n", encoding="utf-8")
    out = tmp_path / "d.xlsx"
    assert main(["dispute", str(FEBRUARY), str(tmp_path / "list.csv"), "--publication", published, "--out", str(out)]) == 0
    assert out.exists()
    assert "V/v đối chiếu số liệu" in out.with_suffix(".txt").read_text(encoding="utf-8")
    assert "không có trong các hệ thống một cửa" in capsys.readouterr().out
