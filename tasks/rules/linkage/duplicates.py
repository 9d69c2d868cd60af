"""Duplicates: one dossier in other systems, under second codes, or entered twice.

Law 2.10, 2.11; law 8, row 9. Everything is decided from the rows alone, so the order of arrival does not matter:
matching a day's intake against all history ends where matching everything at once does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.rules.arrays import as_text, group_numbers, has_word, truths
from tasks.rules.dates.times import days, local_times
from tasks.rules.linkage.precedence import FINISHED, UNTOUCHED, precedence, standing
from tasks.rules.linkage.reused_numbers import DATED_CODE, FAR
from tasks.rules.marks import ID_MISSING, ID_PLACEHOLDER, TEST_WORDING

Places = npt.NDArray[np.int64]  # places of rows, or numbers of texts; -1 for none

MATCH_RULES = ("code", "alias", "receipt_number", "applicant")  # the strongest first
CONFIDENCE = (1.0, 1.0, 0.95, 0.9)
BY_CODE, BY_ALIAS, BY_RECEIPT, BY_APPLICANT = range(4)
MANY = 20  # a receipt number or an applicant that so many dossiers share names none of them
NEAR = np.timedelta64(31, "D")  # desks start their receipt numbers anew
NOBODY: Mapping[str, str] = {}
_NO_PERSON = (TEST_WORDING, ID_PLACEHOLDER, ID_MISSING)


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, and the place in ``RULES`` of what they were matched by."""

    left: Places
    right: Places
    rule: Places

    @classmethod
    def of(cls, left: Places, right: Places, rule: int) -> Pairs:
        """Join pairs that were matched by one rule."""
        return cls(left, right, np.full(len(left), rule, dtype=np.int64))

    @classmethod
    def together(cls, *several: Pairs) -> Pairs:
        """Put pairs under one another."""
        return cls(*(np.concatenate([getattr(p, name) for p in several]) for name in ("left", "right", "rule")))

    def take(self, wanted: npt.NDArray[np.generic]) -> Pairs:
        """Keep some pairs."""
        return Pairs(self.left[wanted], self.right[wanted], self.rule[wanted])


@dataclass(frozen=True)
class Intake:
    """Rows ready to be compared: texts as numbers, equal texts, equal number.

    Attributes:
        code, alias: numbers of one list of texts, so that a code can be another row's alias.
        day: day of receipt, office time.
        unit: the agency; agency: the one that stands in its place today.
        source: number of the system.
        worked, finished: whether anybody has worked on it, and whether a result shows.
        counted_first: rank by which the counted one of several is chosen (:mod:`tasks.rules.linkage.precedence`).
        person: the applicant is somebody in particular.
        dated: its code carries a date, so that it is given once.
        spelling: the applicant's name with its marks, where it stands for them; -1 where it bears none, and may be any.
    """

    primary: npt.NDArray[np.bool_]
    code: Places
    alias: Places
    receipt: Places
    procedure: Places
    unit: Places
    agency: Places
    applicant: Places
    day: npt.NDArray[np.datetime64]
    worked: npt.NDArray[np.bool_]
    finished: npt.NDArray[np.bool_]
    counted_first: Places
    person: npt.NDArray[np.bool_]
    source: Places
    dated: npt.NDArray[np.bool_]
    spelling: Places

    @classmethod
    def of(cls, rows: pd.DataFrame, zones: Mapping[str, str], successors: Mapping[str, str]) -> Intake:
        """Read rows of ``core.dossiers``.

        Args:
            rows: fields of ``core.dossiers`` (:data:`tasks.rules.linkage.matching.MATCH_COLUMNS`).
            zones: time zone of each source.
            successors: agencies that others have taken the place of, and which.
        """
        names = _numbers(pa.concat_arrays([_text(rows, "code"), _text(rows, "alias_code")]))
        received = _received(rows, zones)
        come = standing(rows)
        return cls(
            primary=truths(pc.equal(_text(rows, "role"), "primary")),
            code=names[: len(rows)],
            alias=np.where(names[len(rows) :] == names[: len(rows)], -1, names[len(rows) :]),
            receipt=_numbers(_text(rows, "receipt_number")),
            procedure=_numbers(_text(rows, "procedure_code")),
            unit=_numbers(_text(rows, "unit_code")),
            agency=_numbers(_today(_text(rows, "unit_code"), successors)),
            applicant=_numbers(_text(rows, "applicant_key")),
            day=days(received),
            worked=come != UNTOUCHED,
            finished=come == FINISHED,
            counted_first=precedence(rows, received),
            person=_is_person(_text(rows, "marks")),
            source=_numbers(_text(rows, "source")),
            dated=truths(pc.match_substring_regex(_text(rows, "code"), DATED_CODE)),
            spelling=_numbers(_text(rows, "applicant_spelling")),
        )


def duplicates(intake: Intake) -> Pairs:
    """Return for each dossier that repeats another one the dossier that is counted in its place."""
    links = Pairs.together(_same_code(intake), _same_alias(intake), _same_receipt(intake), _same_application(intake))
    cluster = clusters(len(intake.code), links)
    counted = _first_of_each(cluster, intake.counted_first)[cluster]
    rule = np.full(len(cluster), len(MATCH_RULES), dtype=np.int64)
    np.minimum.at(rule, links.left, links.rule)
    np.minimum.at(rule, links.right, links.rule)
    repeats = np.flatnonzero(counted != np.arange(len(cluster)))
    return Pairs(repeats, counted[repeats], rule[repeats])


def evidence(intake: Intake, counted: Places) -> Pairs:
    """Return pairs of a primary dossier and a record of another system that speaks about it.

    A record is taken by its strongest key alone; last comes its applicant, procedure, agency and day of receipt together. A receipt number that names several dossiers, which are not
    one dossier entered twice, decides only together with the procedure; else the record speaks about none. A number that was
    given out again names the dossier of its time alone.

    Args:
        intake: the rows.
        counted: for each row the one that is counted in its place, itself where it is no duplicate.
    """
    primary, other = np.flatnonzero(intake.primary), np.flatnonzero(~intake.primary)
    candidates = Pairs.together(
        _of_one_time(intake, Pairs.of(*_equal(intake.code, primary, intake.code, other), BY_CODE)),
        _of_one_time(intake, Pairs.of(*_equal(intake.code, primary, intake.alias, other), BY_ALIAS)),
        _of_one_time(intake, Pairs.of(*_equal(intake.alias, primary, intake.code, other), BY_ALIAS)),
        _unambiguous(
            intake, _of_one_time(intake, Pairs.of(*_equal(intake.receipt, primary, intake.receipt, other), BY_RECEIPT)), counted
        ),
        _by_applicant(intake, counted),
    )
    strongest = np.full(len(intake.code), len(MATCH_RULES), dtype=np.int64)
    np.minimum.at(strongest, candidates.right, candidates.rule)
    kept = candidates.take(candidates.rule == strongest[candidates.right])
    order = np.lexsort((kept.rule, kept.right, kept.left))
    kept = kept.take(order)
    again = np.r_[False, (kept.left[1:] == kept.left[:-1]) & (kept.right[1:] == kept.right[:-1])][: len(order)]
    return kept.take(~again)


def second_words(intake: Intake, repeats: Pairs) -> Pairs:
    """Return what repeats say about the dossiers counted in their place, where a code makes them surely one.

    What one system has of a dossier is evidence about what the other states, whichever of the two is counted, and so is
    what an agency had before the dossier moved. A second entry that was forgotten at the same desk says nothing.
    """
    left, right = repeats.left, repeats.right
    speaks = (intake.source[left] != intake.source[right]) | (intake.unit[left] != intake.unit[right]) | intake.finished[left]
    sure = repeats.take(speaks & (repeats.rule <= BY_ALIAS))
    return Pairs(sure.right, sure.left, sure.rule)


def _of_one_time(intake: Intake, pairs: Pairs) -> Pairs:
    """Leave out pairs that share a number and were received far apart: books begin again, a code that carries a date does not."""
    apart = np.abs(intake.day[pairs.left] - intake.day[pairs.right]) > np.timedelta64(FAR)
    return pairs.take(~(apart & ~intake.dated[pairs.left] & ~intake.dated[pairs.right]))


def _unambiguous(intake: Intake, pairs: Pairs, counted: Places) -> Pairs:
    """Keep pairs whose record names one dossier: by its number alone, else among those of its procedure."""
    single = pairs.take(_distinct(pairs.right, counted[pairs.left]) == 1)
    rest = pairs.take(_distinct(pairs.right, counted[pairs.left]) > 1)
    same = rest.take((intake.procedure[rest.left] == intake.procedure[rest.right]) & (intake.procedure[rest.left] >= 0))
    return Pairs.together(single, same.take(_distinct(same.right, counted[same.left]) == 1))


def _by_applicant(intake: Intake, counted: Places) -> Pairs:
    """Pair a record with the dossier that the same person handed in for the same procedure at the same agency that day.

    Only where either is the only one of its system: people do apply for two things of a kind on one day.
    """
    rows, group = _applications(intake, np.ones(len(intake.code), dtype=bool))
    application = np.full(len(intake.code), -1, dtype=np.int64)
    application[rows] = group
    primary, other = rows[intake.primary[rows]], rows[~intake.primary[rows]]
    system = _group(application[other], intake.source[other])
    other = other[np.bincount(system)[system] == 1] if len(other) else other
    pairs = Pairs.of(*_equal(application, primary, application, other), BY_APPLICANT)
    return pairs.take(_distinct(pairs.right, counted[pairs.left]) == 1)


def _same_code(intake: Intake) -> Pairs:
    """Link one code in two primary systems: counted by both (law 8, row 22)."""
    primary = np.flatnonzero(intake.primary)
    return _of_one_time(intake, _links(*_equal(intake.code, primary, intake.code, primary), BY_CODE))


def _same_alias(intake: Intake) -> Pairs:
    """Link a dossier to the one that its second code names, and two that name the same; one that very many name names none."""
    primary = np.flatnonzero(intake.primary)
    naming = primary[intake.alias[primary] >= 0]
    naming, _ = _not_too_many(naming, _group(intake.alias[naming]))
    links = Pairs.together(
        _links(*_equal(intake.alias, naming, intake.code, primary), BY_ALIAS),
        _links(*_equal(intake.alias, naming, intake.alias, naming), BY_ALIAS),
    )
    return _of_one_time(intake, links)


def _same_receipt(intake: Intake) -> Pairs:
    """Link two dossiers of an agency and procedure that bear one receipt number at about the same time."""
    known = intake.primary & (intake.receipt >= 0) & (intake.unit >= 0) & (intake.procedure >= 0) & ~np.isnat(intake.day)
    rows = np.flatnonzero(known)
    group = _group(intake.receipt[rows], intake.unit[rows], intake.procedure[rows])
    rows, group = _not_too_many(rows, group)
    order = np.lexsort((intake.counted_first[rows], intake.day[rows], group))
    rows, group = rows[order], group[order]
    follows = (group[1:] == group[:-1]) & (intake.day[rows[1:]] - intake.day[rows[:-1]] <= NEAR)
    return Pairs.of(rows[1:][follows], rows[:-1][follows], BY_RECEIPT)


def _same_application(intake: Intake) -> Pairs:
    """Link applications that one person handed in twice on one day, of which at most one was worked on.

    Two that were both worked on are two: people do apply for two things of a kind on one day.
    """
    rows, group = _not_too_many(*_applications(intake, intake.primary))
    first = rows[_first_of_each(group, intake.counted_first[rows])] if len(rows) else rows
    counted = first[group] if len(rows) else rows
    repeats = ~intake.worked[rows] & (rows != counted)
    return Pairs.of(rows[repeats], counted[repeats], BY_APPLICANT)


def _applications(intake: Intake, among: npt.NDArray[np.bool_]) -> tuple[Places, Places]:
    """Return the rows of which applicant, procedure, agency and day are known, and a number for each combination of them."""
    known = among & intake.person & (intake.applicant >= 0) & (intake.procedure >= 0) & (intake.agency >= 0)
    rows = np.flatnonzero(known & ~np.isnat(intake.day))
    number = intake.day[rows].astype(np.int64)
    group = _group(intake.applicant[rows], intake.procedure[rows], intake.agency[rows], number)
    return rows, _told_apart(group, intake.spelling[rows])


def _told_apart(group: Places, spelling: Places) -> Places:
    """Number anew the groups in which names differ in their marks: then one without marks is nobody's in particular."""
    known = np.flatnonzero(spelling >= 0)
    if not len(known):
        return group
    named = pd.DataFrame({"group": group[known], "spelling": spelling[known]}).drop_duplicates()
    several = np.bincount(named["group"], minlength=int(group.max()) + 1) > 1
    return _group(group, np.where(several[group], spelling + 1, 0))


def _links(left: Places, right: Places, rule: int) -> Pairs:
    return Pairs.of(left, right, rule).take(left != right)


def _equal(left_key: Places, left: Places, right_key: Places, right: Places) -> tuple[Places, Places]:
    """Return all pairs of rows, one of each side, whose keys agree; a key of -1 agrees with none."""
    one = pd.DataFrame({"key": left_key[left], "left": left})
    other = pd.DataFrame({"key": right_key[right], "right": right})
    pairs = one[one["key"] >= 0].merge(other[other["key"] >= 0], on="key")
    return pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)


def clusters(size: int, links: Pairs) -> Places:
    """Number rows so that linked ones get one number, by handing the smallest on until nothing moves."""
    label = np.arange(size)
    while True:
        before = label.copy()
        np.minimum.at(label, links.left, label[links.right])
        np.minimum.at(label, links.right, label[links.left])
        label = label[label]
        if (label == before).all():
            return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64)


def _first_of_each(group: Places, rank: Places) -> Places:
    """Return for each group number the place of its row with the smallest rank."""
    order = np.lexsort((rank, group))
    starts = np.r_[True, group[order][1:] != group[order][:-1]][: len(order)]
    return np.asarray(order[starts], dtype=np.int64)


def _group(*parts: Places) -> Places:
    """Number the distinct combinations of some columns from 0."""
    return group_numbers(*parts)[0]


def _not_too_many(rows: Places, group: Places) -> tuple[Places, Places]:
    few = np.bincount(group)[group] <= MANY if len(group) else np.zeros(0, dtype=bool)
    return rows[few], pd.factorize(group[few])[0].astype(np.int64)


def _distinct(of: Places, values: Places) -> Places:
    """Return for each pair how many different values its ``of`` is paired with."""
    pairs = pd.DataFrame({"of": of, "value": values})
    return np.asarray(pairs.groupby("of")["value"].transform("nunique").to_numpy(dtype=np.int64))


def _received(rows: pd.DataFrame, zones: Mapping[str, str]) -> npt.NDArray[np.datetime64]:
    received = np.full(len(rows), np.datetime64("NaT", "us"))
    for source, zone in zones.items():
        mine = truths(pc.equal(_text(rows, "source"), source))
        received[mine] = local_times(rows.loc[mine, "received_at"], zone)
    return received


def _is_person(marks: pa.Array) -> npt.NDArray[np.bool_]:
    return ~has_word(marks, *_NO_PERSON)


def _text(rows: pd.DataFrame, name: str) -> pa.Array:
    return as_text(rows[name])


def _today(units: pa.Array, successors: Mapping[str, str]) -> pa.Array:
    place = pc.index_in(units, value_set=pa.array(list(successors), pa.string()))
    return pc.coalesce(pa.array(list(successors.values()), pa.string()).take(place), units)


def _numbers(texts: pa.Array) -> Places:
    return np.asarray(pc.fill_null(texts.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)).astype(np.int64)
