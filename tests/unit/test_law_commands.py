"""`motcua law`: a decree ends, exactly what rests on it is listed, and the check fails until that is dated."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.checks import load_checks
from config.policies import load_policies
from config.read_once import forget
from flows.commands.cli import main
from tests.house.tree import ROOT

ENDING = ["law", "ending", "NĐ 118/2025", "--on", "2026-12-31"]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration of one's own, which a test may change; in English."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("*.py", "sources", "__pycache__"))
    monkeypatch.setenv("MOTCUA_CONFIG_DIR", str(folder))
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    yield folder
    monkeypatch.undo()
    forget()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def written_bases(config: Path, document: str) -> set[tuple[str, int]]:
    """File and line of every mention of a document under `law`, without a last day: found in the text, apart from the program."""
    found = set()
    for path in sorted(config.rglob("*.yaml")):
        if "law" in path.relative_to(config).parts or path.name.startswith("example-"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            for mention in re.findall(rf"{document}(?: art\. [^\s,\]]+)?(?: until \S+)?", line.split("#")[0]):
                if "until" not in mention:
                    found.add((path.relative_to(config).as_posix(), number * 100 + line.index(mention)))
    return found


def test_ending_a_decree_lists_exactly_what_rests_on_it(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*ENDING, "--csv", str(tmp_path / "ending.csv")]) == 0
    said = capsys.readouterr().out
    rows = rows_of(tmp_path / "ending.csv")
    assert {row["document"] for row in rows} == {"nd-118-2025"}
    assert f"these {len(rows)} have to be dated anew" in said
    # Every mention of this decree is of one rule.
    assert len(rows) == len(written_bases(config, "nd-118-2025"))
    assert {"due_missing", "repeated_supplement", "qd766", "bieu06", "2025-07-01"} <= {row["rule"] for row in rows}
    assert "test_wording" not in said
    assert "late_by_hours_only" not in said


def test_the_check_fails_until_they_are_dated(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "check"]) == 0
    main([*ENDING, "--csv", str(tmp_path / "ending.csv")])
    wanted = {(row["file"], row["rule"]) for row in rows_of(tmp_path / "ending.csv")}
    register = config / "law" / "one-stop.yaml"
    text = register.read_text(encoding="utf-8")
    ended = text.replace(
        "    since: 2025-07-01\n", "    since: 2025-07-01\n    until: 2026-12-31\n    replaced_by: [nd-1-2027]\n"
    )
    ended = ended.replace("amends: [nd-118-2025]\n", "amends: [nd-118-2025]\n    until: 2026-12-31\n")
    ended += """
  nd-1-2027:
    number: 1/2027/NĐ-CP
    short: NĐ 1/2027
    kind: decree
    title: {vi: "Cơ chế một cửa", en: "One-stop mechanism"}
    issuer: {vi: "Chính phủ", en: "Government"}
    since: 2027-01-01
    articles:
      "1": {vi: "Mọi việc", en: "Everything"}
    verified: false
    source: "made up"
"""
    register.write_text(ended, encoding="utf-8")
    forget()
    capsys.readouterr()
    assert main(["law", "check"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert {(line.split(": ")[0].removeprefix("config/"), line.split(": ")[1].split(" ")[-1]) for line in lines} == wanted
    # Dated, but what holds from then on is not named: those that rest on no other law are still told.
    for path in (config / "checks.yaml", config / "reception.yaml", *(config / "policies").glob("*.yaml")):
        dated = re.sub(
            r"nd-118-2025 art\. ([^\s,\]]+)", r"nd-118-2025 art. \1 until 2026-12-31", path.read_text(encoding="utf-8")
        )
        path.write_text(dated, encoding="utf-8")
    forget()
    assert main(["law", "check"]) == 2
    assert "rests on no law from 2027-01-01 on" in capsys.readouterr().out
    for path in (config / "checks.yaml", config / "reception.yaml", *(config / "policies").glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        named = re.sub(r"\[(.*?nd-118-2025.*?)\]", r"[\1, nd-1-2027 art. 1]", text)
        path.write_text(re.sub(r"(\n  - nd-118-2025 art\. settlement.*)", r"\1\n  - nd-1-2027 art. 1", named), encoding="utf-8")
    forget()
    assert main(["law", "check"]) == 0
    assert main(["law", "ending", "nd-118-2025", "--on", "2026-12-31"]) == 0
    assert "Nothing has to be dated anew" in capsys.readouterr().out


def test_a_decree_that_ended_has_nothing_left_to_date(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["law", "ending", "61/2018/NĐ-CP", "--on", "2025-06-30"]) == 0
    assert "Nothing has to be dated anew if NĐ 61/2018 ends on 2025-06-30." in capsys.readouterr().out
    assert main(["law", "ending", "NĐ 61/2018", "--on", "2024-12-31"]) == 0
    said = capsys.readouterr().out
    assert "check dossier_code_malformed: NĐ 61/2018" in said
    assert "check repeated_supplement: NĐ 107/2021" in said  # it amends the one that ends


def test_the_listings_speak_the_office_language(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["law"]) == 0
    english = capsys.readouterr().out
    monkeypatch.setenv("MOTCUA_LANGUAGE", "vi")
    forget()
    assert main(["law"]) == 0
    vietnamese = capsys.readouterr().out
    assert "Legal register" in english
    assert "Sổ đăng ký văn bản" in vietnamese
    assert all(name in english for name in ("nd-61-2018", "2025-06-30", "nd-118-2025"))
    assert all(name in vietnamese for name in ("nd-61-2018", "30/06/2025", "nd-118-2025"))
    main(["law", "list", "NĐ 118/2025"])
    said = capsys.readouterr().out
    assert "Điều 17" in said
    assert "chưa đối chiếu" in said
    assert "phép kiểm tra due_missing" in said


def test_the_file_of_all_bases_holds_each_once(config: Path, tmp_path: Path) -> None:
    main(["law", "list", "--csv", str(tmp_path / "all.csv")])
    rows = rows_of(tmp_path / "all.csv")
    keys = [(row["document"], row["article"], row["kind"], row["rule"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert {row["rule"] for row in rows if row["kind"] == "check"} == {check.id for check in load_checks().each()}
    assert {row["rule"] for row in rows if row["kind"] == "policy"} == set(load_policies())


def test_an_unknown_document_is_an_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    assert main(["law", "list", "NĐ 1/1900"]) == 2
    assert "there is no 'NĐ 1/1900'" in capsys.readouterr().err
