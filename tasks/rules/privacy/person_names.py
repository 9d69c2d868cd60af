"""Names of persons in a text, with diacritics or without.

They are found by family name, second name and given name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

from tasks.rules.privacy.place_names import PLACE_NAMES
from tasks.rules.text import syllables
from tasks.rules.text.folding import bare
from tasks.rules.text.syllables import list_of, set_of

_WORD = re.compile(r"[^\W\d_]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_MOST_WORDS = 5  # of a name
_LONGEST_WORD = 8
# What may stand between two words of one name.
_GAP = re.compile(r"\s{1,3}|[._-]|\. ?|")
_BEFORE_PLACES = set_of(
    "xa phuong p tt tran huyen quan q tinh pho tp duong nga thon ap cho cau truong thpt thcs khu kcn ccn khoi chung ubnd hdnd dao "
    "song nui deo tram quoc lo xom ban buon lang dinh den chua"
)
_BEFORE_PLACES_TWO = list_of(
    "nhan dan,tieu hoc,mam non,benh vien,cong vien,bao tang,nha hat,thu vien,quang truong,toa nha,nha may,nha van"
)
_PERSONS = set_of("ông bà anh chị em cụ cháu mr mrs ms")
_NO_PERSONS = list_of("bà triệu,bà trưng,bà gia,bà điểm,ông đình,chị em,anh em,ông bà")
_BARE_FAMILIES = sorted(set_of("nguyen tran pham huynh hoang dang phan truong trinh duong bui dinh doan ngo le vo vu do ho ly"))
_JOINED = re.compile(
    rf"(?i)(?<![a-z])(?:{'|'.join(_BARE_FAMILIES)})(?:van|thi|huu|duc|ngoc|minh|quang|xuan|thanh|dinh)"
    r"(?:[bcdghklmnpqrstvx]{0,3}[aeiouy]{1,3}[bcdghklmnpqrstvx]{0,2}){1,2}(?![a-z])"
)
_ENDINGS = set_of("pdf csv tsv txt xls xlsx xlsb xlsm ods json jsonl xml html htm doc docx zip rar png jpg jpeg sql db sqlite")
_SURE_BARE = set_of("nguyen tran pham huynh hoang")
_SURE_BARE_MIDDLE = set_of("van thi huu duc ngoc dinh")


def _canonical(word: str) -> str:
    """Return a syllable with its tone behind its letters: hoà is hòa, quí is quý, lí is lý."""
    parts = unicodedata.normalize("NFD", word.lower())
    letters = "".join(c for c in parts if c not in _TONES)
    if len(letters) > 1 and letters[-1] == "y" and (letters[-2] not in "aeou" or letters.startswith("qu")):
        letters = letters[:-1] + "i"
    return letters + "".join(c for c in parts if c in _TONES)


@dataclass(frozen=True)
class _Lists:
    """The syllables and phrases as one way of writing has them."""

    frequent: frozenset[str]
    short: frozenset[str]
    family: frozenset[str]
    sure_middle: frozenset[str]
    middle: frozenset[str]
    given: frozenset[str]
    none: frozenset[tuple[str, ...]]
    places: frozenset[tuple[str, ...]]


def _lists(write: Callable[[str], str]) -> _Lists:
    def each(words: frozenset[str]) -> frozenset[str]:
        return frozenset(map(write, words))

    def phrases(texts: frozenset[str]) -> frozenset[tuple[str, ...]]:
        return frozenset(tuple(map(write, text.split())) for text in texts)

    return _Lists(
        frequent=each(syllables.FREQUENT),
        short=each(syllables.BEFORE_ONE),
        family=each(syllables.FAMILY),
        sure_middle=each(syllables.SURE_MIDDLE),
        middle=each(syllables.MIDDLE),
        given=each(syllables.GIVEN),
        none=phrases(syllables.PHRASES),
        places=phrases(PLACE_NAMES),
    )


_MARKED, _BARE = _lists(_canonical), _lists(bare)


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int
    joined: bool  # to the word before it, as in NguyenVanAn

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def names_in(text: str, *, places: bool = True) -> list[tuple[int, int]]:
    """Return where names of persons stand in a text: begin and end of each.

    Args:
        text: any; composed or not.
        places: names that places bear too are places, as they are where agencies are named.

    Examples:
        >>> [text[a:b] for text in ["Đang xử lý - Nguyễn Văn An"] for a, b in names_in(text)]
        ['Nguyễn Văn An']
        >>> names_in("UBND xã Nguyễn Huệ")
        []
    """
    found = [match.span() for match in _JOINED.finditer(text)]
    for run in _runs(text):
        place = 0
        while place < len(run):
            length, person = _length(run, place, places)
            if person:
                found.append((run[place].start, run[place + length - 1].end))
            place += length
    return sorted(found)


def _runs(text: str) -> Iterator[list[_Word]]:
    """Yield words that nothing but a small gap keeps apart."""
    run: list[_Word] = []
    for word in _words(text):
        if word.text.lower() in _ENDINGS:
            continue
        if run and not word.joined and not _GAP.fullmatch(text, run[-1].end, word.start):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        whole, start = match.group(), 0
        if len(whole) > 1 and not whole.islower() and not whole.isupper():
            for place in range(1, len(whole)):
                if whole[place].isupper() and whole[place - 1].islower():
                    yield _Word(whole[start:place], match.start() + start, match.start() + place, start > 0)
                    start = place
        yield _Word(whole[start:], match.start() + start, match.end(), start > 0)


def _length(run: list[_Word], place: int, places: bool) -> tuple[int, bool]:
    """Return how many words from a place on belong together, and whether they are the name of a person."""
    if len(run[place].text) > _LONGEST_WORD or (place and _names_place(run, place)):
        return 1, False
    if run[place].text.lower() in _PERSONS:
        return _after_title(run, place)
    near = any(bare(word.text) in _BEFORE_PLACES for word in run[max(0, place - 3) : place])  # xã Long Điền Đông A
    for length in range(min(_MOST_WORDS, len(run) - place), 1, -1):
        words = run[place : place + length]
        if any(len(word.text) > _LONGEST_WORD for word in words):
            continue
        lists, parts = _parts(tuple(word.text for word in words))
        if places and parts in lists.places:
            return length, False
        alone = length == len(run)
        beside = [*run[place - 1 : place], *run[place + length : place + length + 1]] if place else run[length : length + 1]
        apart = alone or not any(word.capital for word in beside)
        if _is_name(words, lists, parts, _Stands(alone, apart and words[0].capital and words[-1].capital, near)):
            return length, True
    return 1, False


def _names_place(run: list[_Word], place: int) -> bool:
    before = bare(run[place - 1].text)
    if before in _BEFORE_PLACES:
        return True
    return place > 1 and f"{bare(run[place - 2].text)} {before}" in _BEFORE_PLACES_TWO


def _after_title(run: list[_Word], place: int) -> tuple[int, bool]:
    """Look at a title and what may be the name behind it: Bà Hoa."""
    title, after = run[place].text, list(takewhile(lambda word: word.capital, run[place + 1 : place + _MOST_WORDS]))
    if not after or title.isupper() or title in ("Anh", "Em"):
        return 1, False
    name = after[0].text
    known = _canonical(name) in _MARKED.given | _MARKED.family or (name.isascii() and bare(name) in _BARE.frequent)
    found = known and f"{title} {name}".lower() not in _NO_PERSONS
    return (1 + len(after), True) if found else (1, False)


@dataclass(frozen=True)
class _Stands:
    """How words stand in their text: alone, with capitals that the words beside them lack, near the word for a place."""

    alone: bool
    cased: bool
    near: bool


def _is_name(words: list[_Word], lists: _Lists, parts: tuple[str, ...], stands: _Stands) -> bool:
    if parts[0] not in lists.family or (_begins(parts, lists.none) and not _sure(words, parts, stands)):
        return False
    if stands.near and not (parts[0] in lists.frequent and parts[1] in lists.sure_middle):
        return False
    if lists is _MARKED:
        return (_long_marked if len(words) > 2 else _short_marked)(parts, lists, stands)
    return (_long_bare if len(words) > 2 else _short_bare)(parts, lists, stands, words[1].joined)


def _sure(words: list[_Word], parts: tuple[str, ...], stands: _Stands) -> bool:
    """Tell whether nothing else can be meant: Do Thi Ha, alone and in capitals, is no town (đô thị)."""
    return len(parts) > 2 and parts[1] in ("thi", "van") and stands.alone and stands.cased and not words[1].joined


@lru_cache(4096)
def _parts(texts: tuple[str, ...]) -> tuple[_Lists, tuple[str, ...]]:
    """Return syllables as they are compared, and the lists that they are compared with."""
    if all(map(str.isascii, texts)):
        return _BARE, tuple(map(bare, texts))
    return _MARKED, tuple(map(_canonical, texts))


def _begins(parts: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> bool:
    return any(parts[:length] in phrases for length in range(2, len(parts) + 1))


def _initial(part: str) -> bool:
    return len(part) == 1


def _long_marked(parts: tuple[str, ...], lists: _Lists, stands: _Stands) -> bool:
    first, second, last = parts[0], parts[1], parts[-1]
    frequent, sure = first in lists.frequent, second in lists.sure_middle
    if not stands.cased:
        return frequent and last in lists.given and (sure or (stands.alone and second in lists.middle))
    known = second in lists.given or second in lists.family or _initial(second)
    return (known and last in lists.given) or (frequent and (sure or stands.alone))


def _long_bare(parts: tuple[str, ...], lists: _Lists, stands: _Stands, joined: bool) -> bool:
    first, second, last = parts[0], parts[1], parts[-1]
    frequent, known = first in lists.frequent, last in lists.given
    if not stands.cased or joined:
        return frequent and known and second in _SURE_BARE_MIDDLE and len(parts) <= _MOST_WORDS - 1
    if frequent and second in _SURE_BARE_MIDDLE:
        return True
    if not known:
        return False
    return second in lists.sure_middle or _initial(second) or (frequent and stands.alone and second in lists.middle)


def _short_marked(parts: tuple[str, ...], lists: _Lists, stands: _Stands) -> bool:
    if not (stands.alone and stands.cased and parts[0] in lists.short):
        return False
    return parts[1] in lists.given or parts[0] == _canonical("nguyễn")


def _short_bare(parts: tuple[str, ...], lists: _Lists, stands: _Stands, joined: bool) -> bool:
    if not stands.alone or parts[0] not in lists.frequent or parts[1] not in lists.given or len(parts[1]) < 2:
        return False
    return parts[0] in _SURE_BARE or (stands.cased and not joined)
