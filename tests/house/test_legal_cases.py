"""Legal cases can be checked by an official: in Vietnamese, with the article, and with a head that explains what the file uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.law import load_register
from tasks.legal_cases.basis import article_of, bases_of
from tests.house.tree import ROOT, name_of

FILES = sorted((ROOT / "tests/legal/cases").glob("*.yaml"))
VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.I)


def cases_of(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["cases"])


def each_dossier(cases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The cases, and the dossiers that were filed before theirs."""
    for case in cases:
        yield case
        yield from each_dossier([case["first"]] if "first" in case else [])


def head_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").split("\ncases:\n")[0]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_case_says_in_vietnamese_and_english_what_it_tries(path: Path) -> None:
    vietnamese = [case["vi"] for case in cases_of(path)]
    dumb = [text for text in vietnamese if len(VIETNAMESE.findall(text)) < 3]
    assert not dumb, f"{name_of(path)}: write these sentences in Vietnamese, under vi: {dumb}"
    without = [text for case, text in zip(cases_of(path), vietnamese, strict=True) if not case.get("en")]
    assert not without, f"{name_of(path)}: say under en what these cases try: {without}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_case_names_its_article_as_the_legal_register_cites_it(path: Path) -> None:
    without = [case["vi"] for case in cases_of(path) if not case.get("law")]
    assert not without, f"{name_of(path)}: name under law what these cases rest on, by its name in config/law: {without}"
    register = load_register()
    other = [
        f"{case['vi']} → {article_of(bases_of(case['law']), 'vi')}"
        for case in cases_of(path)
        if not all(register[basis.document].short in case["article"] for basis in bases_of(case["law"]))
    ]
    assert not other, f"{name_of(path)}: write the article of these cases as the register cites it: {other}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_statuses_are_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    bare = re.findall(r"^ *- \[[^],]+, *\d+\]|\bstatus: *\d+", text, flags=re.MULTILINE)
    assert not bare, f"{name_of(path)}: write the name of the status, such as `đang xử lý`: {bare}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_head_explains_every_key_and_code(path: Path) -> None:
    used: set[str] = set()
    for case in each_dossier(cases_of(path)):
        expected = case.get("expect", {})
        used |= {*case, *expected, *case.get("near", ()), *expected.get("reasons", ()), *expected.get("missing", ())}
    explained = {line.split()[1]: line for line in head_of(path).splitlines() if line.startswith("#   ") and " | " in line}
    missing = sorted(used - set(explained))
    assert not missing, f"{name_of(path)}: explain in its head, in both languages: {missing}"
    idle = sorted(set(explained) - used)
    assert not idle, f"{name_of(path)}: the head explains what the file does not use: {idle}"
