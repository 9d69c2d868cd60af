"""The legal register and what rests on it, against small registers whose answer can be seen."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

from config.checks import Checks, load_checks
from config.errors import ConfigError
from config.law import Basis, Document, Law, citations, load_register, named
from config.legal_basis import LegalRule, faults, to_date_anew
from config.read_once import forget
from tasks.reports.drafts import read_draft
from tasks.rules.checks.trial import changes
from tests.house.tree import ROOT


def document(since: date | None = None, until: date | None = None, kind: str = "decree", **more: object) -> Document:
    wording = {"vi": "Văn bản", "en": "Document"}
    given = {"short": "NĐ 1/2020", "kind": kind, "title": wording, "issuer": wording, "verified": True, "source": "made up"}
    return Document.model_validate(given | {"since": since, "until": until} | more)


def rule(*law: str, since: date | None = None, until: date | None = None, name: str = "rule") -> LegalRule:
    return LegalRule("check", name, ("Luật", "Rule"), since, until, TypeAdapter(Law).validate_python(list(law)), "checks.yaml")


OLD = document(date(2018, 6, 21), date(2025, 6, 30), replaced_by=["new"])
NEW = document(date(2025, 7, 1))
CHANGE = document(date(2021, 12, 6), date(2025, 6, 30), amends=["old"])
GUIDE = document(kind="guide")
REGISTER = {"old": OLD, "new": NEW, "change": CHANGE, "guide": GUIDE}


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (rule("old until 2025-06-30", "new"), []),
        (rule("old until 2025-06-30", until=date(2025, 6, 30)), []),
        (rule("old", until=date(2025, 6, 30)), []),
        (rule("guide"), []),
        (rule("new"), []),
        (rule("old", "new"), [("ended", "old", date(2025, 6, 30))]),
        (rule("old until 2025-07-01", "new"), [("ended", "old", date(2025, 6, 30))]),
        (rule("old", until=date(2025, 7, 1)), [("ended", "old", date(2025, 6, 30))]),
        (rule("change", "guide"), [("ended", "change", date(2025, 6, 30))]),
        (rule("old until 2025-06-30"), [("nothing", None, date(2025, 7, 1))]),
        (rule("old until 2025-06-30", "guide"), [("nothing", None, date(2025, 7, 1))]),
        (rule("old until 2025-05-31", "new"), [("nothing", None, date(2025, 6, 1))]),
        (rule("old until 2025-05-31", "new", until=date(2025, 5, 31)), []),
        (rule("new from 2025-06-01"), [("early", "new", date(2025, 7, 1))]),
        (rule(), [("unnamed", None, None)]),
    ],
)
def test_dates_of_a_rule(given: LegalRule, what: list[tuple[str, str | None, date | None]]) -> None:
    found = [(each.what, each.basis and each.basis.document, each.day) for each in faults(REGISTER, [given])]
    assert found == what


def test_an_ended_document_lists_exactly_what_rests_on_it_or_on_what_amends_it() -> None:
    register = REGISTER | {"old": document(date(2018, 6, 21)), "change": document(date(2021, 12, 6), amends=["old"])}
    held = [
        rule("old", name="on it"),
        rule("change", name="on what amends it"),
        rule("old until 2024-12-31", "new", name="no longer"),
        rule("old", until=date(2024, 12, 31), name="gone itself"),
        rule("old until 2025-12-31", name="dated too late"),
        rule("new", "guide", name="on others"),
        rule("guide", "old", name="on several"),
        rule(name="on nothing"),
    ]
    found = to_date_anew(register, "old", date(2024, 12, 31), held)
    assert [(each.rule.name, each.basis.document) for each in found] == [
        ("on it", "old"),
        ("on what amends it", "change"),
        ("dated too late", "old"),
        ("on several", "old"),
    ]
    assert to_date_anew(register, "change", date(2024, 12, 31), held) == [
        each for each in found if each.basis.document == "change"
    ]


def test_a_short_text_is_a_basis() -> None:
    read = TypeAdapter(Law).validate_python
    whole = Basis(document="nd-118-2025", article="35(1)", since=date(2025, 7, 1), until=date(2030, 12, 31))
    assert read("nd-118-2025 art. 35(1) from 2025-07-01 until 2030-12-31") == (whole,)
    assert read([whole.model_dump(), "own-rule"]) == (whole, Basis(document="own-rule"))
    for wrong in (
        "NĐ 118/2025",
        "nd-118-2025 article 3",
        "nd-118-2025 art. 3 until 2025",
        "a until 2020-01-02 from 2020-01-01",
        7,
        "a from 2020-01-02 until 2020-01-01",
    ):
        with pytest.raises(ValueError, match=r"document|basis|until|valid"):
            read([wrong])


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration of one's own, which a test may change."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("*.py", "sources", "__pycache__"))
    monkeypatch.setenv("MOTCUA_CONFIG_DIR", str(folder))
    forget()
    yield folder
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("law", "why"),
    [
        ("nd-999-2025", r"checks.yaml: due_missing: law: document: there is no 'nd-999-2025'"),
        ("nd-118-2025 art. 99", r"checks.yaml: due_missing: law: article of nd-118-2025: there is no '99'.*17"),
        ("NĐ 118/2025", r"is no basis such as"),
    ],
)
def test_an_unknown_document_or_article_is_an_error(config: Path, law: str, why: str) -> None:
    path = config / "checks.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(check for check in given["checks"] if check["id"] == "due_missing")["law"] = law
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        load_checks()


def test_checks_without_law_stay_valid(config: Path) -> None:
    shutil.rmtree(config / "law")
    path = config / "checks.yaml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("    law:")]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert all(check.law == () for check in load_checks().each())


def test_a_file_from_before_the_register_changes_no_check(config: Path) -> None:
    now = load_checks()
    before = Checks(checks=tuple(check.model_copy(update={"law": ()}) for check in now.each()))
    assert changes(now, before) == []
    graver = now["due_missing"].model_copy(update={"severity": "info", "law": ()})
    assert [trial.then.id for trial in changes(now, Checks(checks=(graver,)))] == ["due_missing"]


def test_a_draft_that_names_unknown_law_is_refused(config: Path, tmp_path: Path) -> None:
    for name in ("policies/qd766.yaml", "calendar/vn.yaml"):
        path = tmp_path / "draft.yaml"
        path.write_text(
            (config / name).read_text(encoding="utf-8").replace("bl-91-2015 art. 147", "bl-91-2015 art. 9999"), "utf-8"
        )
        with pytest.raises(ConfigError, match=r"draft.yaml: law: article of bl-91-2015: there is no '9999'"):
            read_draft(path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"replaced_by": ["nowhere"], "until": "2030-01-01"}, "there is no 'nowhere'"),
        ({"replaced_by": ["l-03-2026"]}, "give until"),
        ({"since": "2025-07-01", "until": "2025-06-30"}, "until is before since"),
        ({"until": "2025-12-31", "since": "2025-07-01"}, "amends nd-118-2025, which ended on 2025-12-31"),
        ({"kind": "hearsay"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(config: Path, change: dict[str, object], why: str) -> None:
    path = config / "law" / "one-stop.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    given["documents"]["nd-118-2025"] |= change
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigError, match=why):
        load_register()


def test_a_document_stands_in_one_file(config: Path) -> None:
    shutil.copy(config / "law" / "time.yaml", config / "law" / "again.yaml")
    text = (config / "law" / "again.yaml").read_text(encoding="utf-8").replace("subject: time", "subject: again")
    (config / "law" / "again.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="another file of the register"):
        load_register()


@pytest.mark.parametrize(
    "text", ["nd-61-2018", "61/2018/NĐ-CP", "61/2018", "NĐ 61/2018", "nđ 61/2018", "NĐ 61/2018/NĐ-CP", "ND 61/2018"]
)
def test_a_document_is_found_however_it_is_cited(text: str) -> None:
    assert named(text) == "nd-61-2018"


def test_a_document_that_is_not_there_is_an_error_that_names_what_is() -> None:
    with pytest.raises(ConfigError, match=r"there is no 'NĐ 1/1900'.*in all"):
        named("NĐ 1/1900")


def test_what_is_cited_is_law_and_in_force() -> None:
    law = TypeAdapter(Law).validate_python(
        [
            "nd-61-2018 art. 17 until 2025-06-30",
            "nd-118-2025 art. 17",
            "hd-dvcqg-2020 art. DongBoHoSoMC",
            "qd-766-2022 art. 2.1",
        ]
    )
    assert citations(law, date(2025, 6, 30), "vi") == ["NĐ 61/2018, Điều 17", "QĐ 766/QĐ-TTg, 2.1"]
    assert citations(law, date(2025, 7, 1), "en") == ["NĐ 118/2025, art. 17", "QĐ 766/QĐ-TTg, 2.1"]
