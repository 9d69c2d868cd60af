"""One person on request: all that is held is handed out, and erased nothing of them is left while figures and seals hold."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import zstandard

from config.errors import ConfigError, SourceError
from config.read_once import forget
from config.settings import settings
from flows.commands.cli import main
from schemas.catalogue import TABLES
from tasks.auditing.seals import verify_seals
from tasks.persons.erasure import erase_person
from tasks.persons.search import identity_of
from tasks.recovery.backup import make_backup
from tasks.recovery.backup_file import reading
from tasks.replay import NUMBERED_ANEW, replay_landing
from tasks.sources import landing
from tasks.sources.encrypted_store import blob_store
from tasks.sources.storage import raw_store
from tasks.warehouse import ledger
from tasks.warehouse.cluster import Cluster
from tasks.warehouse.engine import fetch_all
from tests.faults import office
from tests.faults.test_replay import digest_of
from tests.field.test_planted_persons import persons

HEADINGS = [
    "Mã hồ sơ",
    "Mã thủ tục",
    "Cơ quan",
    "Người nộp",
    "Số CCCD",
    "Điện thoại",
    "Trích yếu",
    "Địa chỉ",
    "Ngày nhận",
    "Ngày hẹn",
    "Ngày xong",
    "Trạng thái",
    "Cập nhật",
]
FIELDS = [
    "code",
    "procedure_code",
    "unit_code",
    "applicant_name",
    "identity_number",
    "phone",
    "summary",
    "-",
    "received_at",
    "due_at",
    "done_at",
    "status",
    "modified_at",
]
_SOURCE = """
title: {title}
kind: {kind}
profile: table
codes: free
columns: {{{columns}}}
optional: [unit_code, applicant_name, identity_number, phone, summary, done_at]
statuses: {{"4": 4, "9": 9}}
dates: {{order: dmy}}
{options}
"""
_KINDS = {
    "counter": ("files", 'files: {{folder: "{folder}", pattern: "so.csv"}}'),
    "books": ("files", 'files: {{folder: "{folder}", pattern: "so.xlsx"}}'),
    "portal": ("files", 'files: {{folder: "{folder}", pattern: "so.json"}}'),
}
# A record of the first person that is rejected, for it has a cell too few: what is not read is erased too.
CUT = [["C-9999", "1.000001", "Nguyễn Văn Khoáng", "001.090.731.000"]]
LOCKED = b"motcua locked"
OWN = ("core.dossiers", *NUMBERED_ANEW)


def told(kind: str) -> list[list[str]]:
    """Return the rows of a system: two dossiers of each person, in two spellings of the number, and some of others."""
    found = []
    others = [
        {"name": f"Người Khác {n}", "identity": f"0792{n:08d}", "phone": f"09031{n:05d}", "address": "Đường 1"}
        for n in range(30)
    ]
    for number, one in enumerate([*persons(), *persons(), *others]):
        spelled = (
            one["identity"]
            if (number + number // 20) % 2
            else f"{one['identity'][:3]} {one['identity'][3:6]} {one['identity'][6:]}"
        )
        # What marks a record: a test, an old font, a damaged letter, a name that is not composed.
        summary = ("Cấp lại giấy của " + one["name"], "chạy thử", "Ñaêng kyù", "Gi\ufffdy phép")[number % 4]
        day = f"{2 + number % 20:02d}/03/2026 08:{number % 60:02d}"
        done = f"{4 + number % 20:02d}/03/2026 09:00" if number % 3 else ""
        row = [f"{kind[0].upper()}-{number:04d}", f"1.00000{1 + number % 3}", f"H99.{number % 2}", one["name"], spelled]
        row += [one["phone"], summary, one["address"], day, "20/03/2026 17:00", done, "9" if done else "4", day]
        found.append(row)
    return found


def write(folder: Path) -> None:
    office.write(folder)
    place = folder / "files"
    columns = ", ".join(f"{field}: {heading}" for field, heading in zip(FIELDS, HEADINGS, strict=True) if field != "-")
    for name, (kind, options) in _KINDS.items():
        text = _SOURCE.format(title=name, kind=kind, columns=columns, options=options.format(folder=place))
        (folder / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with (place / "so.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *told("counter"), *CUT])
    book = xlsxwriter.Workbook(str(place / "so.xlsx"))
    sheet = book.add_worksheet("Sổ")
    for number, values in enumerate([HEADINGS, *told("books")]):
        sheet.write_row(number, 0, values)
    book.close()
    records = [dict(zip(HEADINGS, row, strict=True)) for row in told("portal")]
    (place / "so.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def run(request: pytest.FixtureRequest, warehouse: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office of which everything was pulled, judged and published; ``locked``: its landing zone is encrypted."""
    write(tmp_path)
    if getattr(request, "param", "") == "locked":
        key = tmp_path / "landing.key"
        key.write_text("5a" * 32, encoding="ascii")
        key.chmod(0o400)
        monkeypatch.setenv("MOTCUA_LANDING_KEY_FILE", str(key))
    office.enter(monkeypatch, tmp_path, warehouse.home)
    office.run()
    return tmp_path


def words_of(person: dict[str, str]) -> set[str]:
    spelled = f"{person['identity'][:3]} {person['identity'][3:6]} {person['identity'][6:]}"
    return {person["name"], person["identity"], spelled, person["phone"], person["address"]}


def contents() -> Iterator[tuple[str, str]]:
    """Every file of the landing zone and of the rest of the home, unpacked."""
    for name in blob_store().names(""):
        body = blob_store().get(name)
        yield from unpacked(name, zstandard.ZstdDecompressor().decompress(body) if name.endswith(".zst") else body)
    for path in settings().home.rglob("*"):
        if path.is_file() and path.relative_to(settings().home).parts[0] not in ("landing", "cluster"):
            yield str(path), path.read_bytes().decode("utf-8", errors="replace")


def unpacked(name: str, body: bytes) -> Iterator[tuple[str, str]]:
    yield name, body.decode("utf-8", errors="replace")
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            for member in book.namelist():
                yield f"{name} {member}", book.read(member).decode("utf-8", errors="replace")


def held(words: set[str]) -> set[str]:
    return {word for _, text in contents() for word in words if word in text}


def tables() -> dict[str, str]:
    return {table.full_name: digest_of(table) for table in TABLES if table.full_name not in OWN}


def dossiers(without: str = "'applicant_key'") -> list[tuple[Any, ...]]:
    query = "SELECT to_jsonb(d) - {0} - 'changed_in' FROM core.dossiers AS d ORDER BY source, code"
    return [(json.dumps(row, sort_keys=True),) for (row,) in fetch_all(query.format(without))]


def together() -> list[tuple[Any, ...]]:
    """Which dossiers have one applicant, whatever the pseudonym is."""
    query = (
        "SELECT array_agg(source || ' ' || code ORDER BY source, code) AS a FROM core.dossiers WHERE applicant_key IS NOT NULL"
    )
    return sorted(fetch_all(f"{query} GROUP BY applicant_key"))


def test_twenty_persons_are_erased_and_everything_else_holds(run: Path) -> None:
    people = persons()
    words = {CUT[0][3]}.union(*map(words_of, people))
    assert held(words) == words, "they are all there before"
    before, rows, groups = tables(), dossiers(), together()
    for person in people:
        done = erase_person(identity_of(person["identity"]), settings().home, "binh", "theo yêu cầu của công dân")
        assert (done.pages, done.records, done.dossiers, done.left) == (3, 6, 6, 0)
    assert held(words) == set(), "nothing of them is left, not in what nobody reads either"
    assert (tables(), dossiers(), together()) == (before, rows, groups)
    keys = [identity_of(person["identity"]).key for person in people]
    assert fetch_all("SELECT count(*) FROM core.dossiers WHERE applicant_key = ANY(%(keys)s)", {"keys": keys}) == [(0,)]
    assert not list((settings().home / "keys").glob("erasure-*")), "the secret of the surrogates is gone"
    assert ledger.verify() is None
    assert verify_seals().edited == ()
    said = fetch_all("SELECT action, subject, digest IS NOT NULL FROM audit.ledger WHERE action = 'erase'")
    assert said == [("erase", "binh: theo yêu cầu của công dân", True)] * len(people)

    # The same bytes come again: nobody comes back with them; and a replay makes the same warehouse.
    office.run(publish=False)
    assert held(words) == set()
    replay_landing(overwrite=True)
    office.derive(publish=False, replayed=True)
    assert (dossiers(), together()) == (rows, groups)
    replayed = tables()
    changed = {name for name in before if before[name] != replayed[name]}
    assert changed <= {"raw.pulls", "raw.windows", "raw.pages"}, "only what tells of runs"
    for (digest,) in fetch_all("SELECT DISTINCT page_digest FROM raw.pages"):
        landing.fetch(digest)


@pytest.mark.parametrize("run", ["locked"], indirect=True)
def test_an_erasure_that_is_broken_off_is_completed(run: Path) -> None:
    person, rows, groups = persons()[0], dossiers(), together()
    identity = identity_of(person["identity"])
    last = max(
        digest for (digest,) in fetch_all("SELECT page_digest FROM raw.pages WHERE source = ANY(%(s)s)", {"s": [*_KINDS]})
    )
    place = settings().home / "landing" / landing.name_of(last)
    aside = place.rename(place.with_suffix(".aside"))
    with pytest.raises(SourceError):
        erase_person(identity, settings().home, "binh", "một lý do")
    assert fetch_all("SELECT count(*) FROM core.dossiers WHERE applicant_key = %(key)s", {"key": identity.key}) == [(6,)]
    aside.rename(place)
    done = erase_person(identity, settings().home, "binh", "một lý do")
    assert (done.pages < 3, done.dossiers, done.left) == (True, 6, 0)
    assert held(words_of(person)) == set()
    files = [raw_store().get(name) for name in raw_store().names("")]
    assert all(content.startswith(LOCKED) for content in files), "receipts too"
    make_backup(run / "office.backup", settings())
    with reading(run / "office.backup") as (_, entries):
        landed = [content.read(len(LOCKED)) for entry, content in entries if entry.name.startswith("landing/")]
    assert landed == [LOCKED] * len(files), "a backup copies them as they lie"
    replay_landing(overwrite=True)
    assert (dossiers(), together()) == (rows, groups), "the surrogates of both attempts are the same"


def test_an_erased_page_that_somebody_else_wrote_is_damaged(run: Path) -> None:
    person = persons()[0]
    erase_person(identity_of(person["identity"]), settings().home, "binh", "một lý do")
    erased = [d for (d,) in fetch_all("SELECT page_digest FROM raw.pages") if landing.digest_of(landing.fetch(d)) != d]
    assert len(erased) == 3
    body = landing.fetch(erased[0])
    landing.overwrite(erased[0], body.replace(b"20/03/2026", b"21/03/2026"))
    with pytest.raises(SourceError):
        landing.fetch(erased[0])
    landing.overwrite(erased[0], landing.fetch(erased[1]))  # genuine, and another page's
    with pytest.raises(SourceError):
        landing.fetch(erased[0])


def test_what_is_held_is_exported(run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    person = persons()[3]
    monkeypatch.setattr("sys.stdin", io.StringIO(person["identity"] + "\n"))
    assert main(["person", "export", "-", "--out", str(run / "out.json")]) == 0
    assert (run / "out.json").stat().st_mode & 0o777 == 0o600
    found = json.loads((run / "out.json").read_text(encoding="utf-8"))
    assert len(found["records"]) == 6
    fields = [record["fields"] for record in found["records"]]
    assert {(each["applicant_name"], each["phone"]) for each in fields} == {(person["name"], person["phone"])}
    codes = sorted(each["code"] for each in fields)
    assert sorted(row["code"] for row in found["warehouse"]["core.dossiers"]) == codes
    assert {row["code"] for row in found["warehouse"]["judged.verdicts"]} == set(codes)
    assert found["unread"] == {source: ["Địa chỉ"] for source in _KINDS}
    said = capsys.readouterr()
    assert not [word for word in words_of(person) if word in said.out + said.err]
    others = {one["name"] for one in persons()} - {person["name"]}
    assert not [name for name in others if name in (run / "out.json").read_text(encoding="utf-8")]


REFUSED = {
    "the number itself": (["person", "export", "001099012345"], "history"),
    "no number of a person": (["person", "export", "{file}"], "no number of a person"),
    "a file that is not there": (["person", "export", "nowhere.txt"], "cannot be read"),
    "a reason that names somebody": (
        ["person", "erase", "{file}", "--by", "binh", "--reason", "bà Trần Thị Bưởi"],
        "names somebody",
    ),
    "an account that nobody has": (["person", "erase", "{file}", "--by", "nobody", "--reason", "x"], "no such account"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_repeats_no_number(
    what: str, warehouse: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    file = tmp_path / "number.txt"
    file.write_text("000000000000", encoding="utf-8")
    arguments, expected = REFUSED[what]
    assert main([each.format(file=file) for each in arguments]) == 2
    said = capsys.readouterr().err
    assert expected in said
    assert "001099012345" not in said
    assert "Bưởi" not in said


@pytest.mark.parametrize("text", ["", "1234", "000000000000", "123456789", "0912345678", "001 099 012 34x"])
def test_what_is_no_number_of_a_person_is_nobodys(text: str, warehouse: Cluster) -> None:
    with pytest.raises(ConfigError):
        identity_of(text)
