"""Score of a spoilt province, by kind: right, doubted without need, wrong, or unfounded.

An accusation is founded where what was written out allows it (``accepts`` of the truth table); of two records of one
dossier (``pair``) one counts, whichever it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Row = Mapping[str, Any]
ACCUSED = ("late", "hidden_late")
CLEARED = ("on_time", "phantom_late")
COUNTED = (*ACCUSED, *CLEARED, "undetermined")


@dataclass
class Kind:
    """One kind of spoiling.

    Attributes:
        dossiers: how many bear it; right, doubted (undetermined without need), wrong: how they were judged.
        unfounded: accused although nobody can know it.
    """

    name: str
    dossiers: int = 0
    right: int = 0
    doubted: int = 0
    wrong: int = 0
    unfounded: int = 0


@dataclass(frozen=True)
class Misjudged:
    """One dossier that was judged wrongly, or doubted without need."""

    kind: str
    source: str
    code: str
    accepts: str
    found: str
    why: str


@dataclass
class Spoiling:
    """The whole comparison.

    Attributes:
        shares: precision of each accusing or phantom verdict, recall of late, share undetermined: right ones and all.
        lower, upper, true_rate: the interval that the verdicts give, and what is true.
        extra: verdicts about dossiers that do not exist, as source and code: rows that were misread.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    misjudged: list[Misjudged] = field(default_factory=list)
    shares: dict[str, list[int]] = field(default_factory=dict)
    true_rate: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    extra: list[str] = field(default_factory=list)

    @property
    def inside(self) -> bool:
        """Whether the true rate lies inside the interval."""
        return self.lower <= self.true_rate <= self.upper

    @property
    def unfounded(self) -> int:
        """Accusations of which nobody can know whether they hold."""
        return sum(kind.unfounded for kind in self.kinds.values())

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data."""
        return asdict(self) | {"inside": self.inside, "unfounded": self.unfounded}


def judge_spoiling(truth: Iterable[Row], verdicts: Iterable[Row]) -> Spoiling:
    """Hold the verdicts against the truth table of a spoilt province."""
    told, known = _by_dossier(verdicts), list(truth)
    found = {_key(row): _found(row, told) for row in known}
    score, tally = Spoiling(), Counter[str]()
    for row in known:
        said, why = found[_key(row)]
        partner = found.get((row["source"], row["pair"], ""))
        partner = partner or next((each for key, each in found.items() if row["pair"] and key[1] == row["pair"]), None)
        _count_kind(score, row, said, why, None if partner is None else partner[0])
        _count_shares(score, row, said)
        if said in COUNTED:
            tally["counted"] += 1
            tally[said] += 1
    codes = {(row["source"], row["code"]) for row in known}
    score.extra = sorted(f"{source} {code}" for source, code in told if (source, code) not in codes and source != "wards")
    _interval(score, known, tally)
    return score


def _key(row: Row) -> tuple[str, str, str]:
    """Return what tells one dossier from another; a number that begins again each year needs its year."""
    return row["source"], row["code"], row["received_at"][:4] if row["source"] == "wards" else ""


def _by_dossier(verdicts: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    told: dict[tuple[str, str], list[Row]] = {}
    for row in verdicts:
        told.setdefault((row["source"], row["code"]), []).append(row)
    return told


def _found(row: Row, told: Mapping[tuple[str, str], list[Row]]) -> tuple[str, str]:
    """Return what was said of a dossier: a verdict, uncounted or absent; and what was stated for it."""
    rows = told.get((row["source"], row["code"]), [])
    if row["source"] == "wards":
        year = row["received_at"][:4]
        named = [one for key, many in told.items() if key[0] == "wards" and key[1].startswith(row["code"]) for one in many]
        rows = [one for one in named if str(one["received_at"] or "")[:4] == year]
    if not rows:
        return "absent", ""
    verdict = rows[0]
    why = str(verdict["reasons"] or verdict["missing"] or "")
    if verdict["verdict"] != "not_received" and not verdict["counted"]:
        return "uncounted", why
    return str(verdict["verdict"]), why


def _count_kind(score: Spoiling, row: Row, said: str, why: str, partner: str | None) -> None:
    kind = score.kinds.setdefault(row["spoilt"] or "plain", Kind(row["spoilt"] or "plain"))
    accepts = set(row["accepts"].split())
    if row["pair"]:
        accepts = {"uncounted"} if partner in COUNTED else accepts
    kind.dossiers += 1
    if said in accepts:
        kind.right += 1
        return
    if said == "undetermined":
        kind.doubted += 1
    else:
        kind.wrong += 1
        kind.unfounded += said in ACCUSED and not accepts & {*ACCUSED}
    score.misjudged.append(Misjudged(kind.name, row["source"], row["code"], " ".join(sorted(accepts)), said, why))


def _count_shares(score: Spoiling, row: Row, said: str) -> None:
    accepts = row["accepts"].split()
    for verdict in (*ACCUSED, "phantom_late", "on_time"):
        _share(score, f"{verdict}-precision", said == verdict, verdict in accepts)
    sure = row["verdict"] == "late" and accepts == ["late"] and not row["pair"]
    _share(score, "late-recall", sure, said == "late")
    _share(score, "undetermined", said in COUNTED, said == "undetermined")
    needed = row["decidable"] == "true" and "undetermined" not in accepts
    _share(score, "needless-doubt", said in COUNTED and needed, said == "undetermined")


def _share(score: Spoiling, name: str, of: bool, hit: bool) -> None:
    share = score.shares.setdefault(name, [0, 0])
    share[0] += of and hit
    share[1] += of


def _interval(score: Spoiling, known: list[Row], tally: Counter[str]) -> None:
    seen: set[str] = set()
    counted = []
    for row in known:
        if row["counted"] == "true" and row["code"] not in seen:
            counted.append(row["actual"])
            seen.add(row["pair"])
    score.true_rate = counted.count("on_time") / max(1, len(counted))
    on_time = tally["on_time"] + tally["phantom_late"]
    whole = max(1, tally["counted"])
    score.lower, score.upper = on_time / whole, (on_time + tally["undetermined"]) / whole
