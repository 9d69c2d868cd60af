"""A new indicator is one entry of a YAML file: it is counted, published, and shown with its own words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from config.errors import ConfigError
from config.indicators import headline_in_force, load_definitions
from config.read_once import forget
from config.settings import settings
from flows.commands.summary import print_summary
from schemas.verdicts import VERDICTS_TABLE
from tasks.measure import measure_policy
from tasks.publish import publish_policy
from tasks.reports.artifacts import summary_markdown
from tasks.reports.site.build import write_page
from tasks.reports.site.data import page_data
from tasks.reports.summary import read_summary
from tasks.warehouse.engine import fetch_all
from tasks.warehouse.load import load
from tests.house.tree import ROOT
from tests.warehouse.verdict_rows import AS_OF, frame, verdict_rows

pytestmark = pytest.mark.usefixtures("warehouse")
POLICY = "qd766"
SHARE = """
  taken_back_share:
    title: {vi: "Tỷ lệ hồ sơ công dân rút lại", en: "Share of dossiers taken back"}
    numerator: [withdrawn]
    denominator: [received, withdrawn]
    digits: 1
"""
COUNT = """
  not_done_well:
    title: {vi: "Hồ sơ chưa tốt", en: "Dossiers not done well"}
    short: {vi: "chưa tốt", en: "not well"}
    numerator: [finished_late, in_progress_overdue]
"""


@pytest.fixture
def indicators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of indicators of a configuration of one's own."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("*.py", "sources", "__pycache__"))
    monkeypatch.setenv("MOTCUA_CONFIG_DIR", str(folder))
    monkeypatch.setenv("MOTCUA_LANGUAGE", "en")
    forget()
    yield folder / "indicators"
    monkeypatch.undo()
    forget()


def publish() -> str:
    with load("judge", "test") as current:
        current.replace(VERDICTS_TABLE, frame(verdict_rows(300)), {"policy": POLICY})
    measure_policy(POLICY, AS_OF)
    return publish_policy(POLICY, AS_OF)


@pytest.mark.parametrize(
    ("entry", "document", "name", "words", "shown"),
    [
        (SHARE, "qd766", "taken_back_share", "Share of dossiers taken back", "{:.1f} %"),
        (COUNT, "bieu06a", "not_done_well", "not well", "{:.0f}"),
    ],
)
def test_one_entry_is_in_the_mart_on_the_page_and_in_the_summary(
    entry: str, document: str, name: str, words: str, shown: str, indicators: Path, tmp_path: Path
) -> None:
    path = indicators / f"{document}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    forget()
    publication = publish()
    rows = fetch_all(
        "SELECT unit_code, basis, value FROM mart.indicators WHERE publication_id = %(id)s AND indicator = %(name)s "
        "AND period = '*' AND field_code = '*' AND channel = '*'",
        {"id": publication, "name": name},
    )
    values = {(unit, basis): value for unit, basis, value in rows}
    assert values["*", "cleaned"] > 0

    data = page_data(POLICY, "en")
    place = next(at for at, one in enumerate(data["indicators"]) if one["name"] == name)
    declared = yaml.safe_load(entry)[name]
    assert data["indicators"][place]["title"] == declared["title"]
    assert data["indicators"][place]["short"]["en"] == words
    assert data["indicators"][place]["shown"] == "brief"
    for (unit, basis), value in values.items():
        assert data["figures"][unit][basis][place] == (None if value is None else pytest.approx(float(value)))
    text = write_page(POLICY, tmp_path / "index.html", settings().page_options).read_text(encoding="utf-8")
    assert declared["title"]["vi"] in text

    summary = read_summary(POLICY)
    console = Console(width=80)
    with console.capture() as captured:
        print_summary(summary, console)
    value = shown.format(values["*", "cleaned"])
    for said in (captured.get(), summary_markdown(summary, (), Path("docs"))):
        (line,) = (line for line in said.splitlines() if words in line)
        assert value in line


def test_the_headline_is_the_one_that_the_configuration_declares(indicators: Path) -> None:
    for document, before, after in (
        ("qd766", "shown: headline", "shown: brief"),
        ("bieu06a", "shown: table", "shown: headline"),
    ):
        path = indicators / f"{document}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
    forget()
    assert headline_in_force(AS_OF)[0] == "finished_on_time_rate"
    publish()
    data, summary = page_data(POLICY, "en"), read_summary(POLICY)
    assert data["meta"]["indicator"]["en"] == "Of those finished: early or on time"
    (rate,) = fetch_all(
        "SELECT numerator, denominator FROM mart.indicators WHERE indicator = 'finished_on_time_rate' AND basis = 'cleaned' "
        "AND unit_code = '*' AND field_code = '*' AND channel = '*' AND period = '*'"
    )
    assert tuple(data["rates"]["*"]["*"]["cleaned"][:2]) == rate
    assert (summary.rates["cleaned"].numerator, summary.rates["cleaned"].denominator) == rate
    assert "on-time rate" in summary_markdown(summary, (), Path("docs")), "the former headline is one of the others"


def test_two_headlines_on_one_day_and_one_without_a_share_are_refused(indicators: Path) -> None:
    path = indicators / "bieu06a.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("shown: table", "shown: headline", 1), encoding="utf-8")
    forget()
    with pytest.raises(ConfigError, match="is shown as headline, and so is"):
        load_definitions()
    path.write_text(text + COUNT + "    shown: headline\n", encoding="utf-8")
    forget()
    with pytest.raises(ConfigError, match="needs a denominator"):
        load_definitions()
