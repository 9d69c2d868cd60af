"""Legacy fonts: text typed for TCVN3 (ABC) or VNI, converted to Unicode.

Their letters are other signs of Latin-1. Nothing in such a file says so. It is taken for certain only where nearly
every odd word is a Vietnamese syllable once it is converted by one of the two tables and by the other is not, most were
none before, and no letter is Vietnamese already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Font = Literal["tcvn3", "vni"]

# TCVN 5712:1993, VN3: one sign a letter. Capitals with a tone have none: another font (.VnTimeH) shows the small ones so.
_TCVN3_SIGNS = "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
_TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
TCVN3 = dict(zip(_TCVN3_SIGNS, _TCVN3_LETTERS, strict=True))

_TONES = "ùøûõï"  # acute, grave, hook, tilde, dot below: behind the letter
_VNI_FAMILIES = {  # letter to the signs behind it, with the Vietnamese letter of each
    "a": dict(zip("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "ô": dict(zip(_TONES, "ớờởỡợ", strict=True)),
    "u": dict(zip(_TONES, "úùủũụ", strict=True)),
    "ö": dict(zip(_TONES, "ứừửữự", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
}
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "î": "ỵ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "í": "í", "ì": "ì", "ñ": "đ"}


def _vni() -> dict[str, str]:
    """Return every spelling of VNI, in small, capital and mixed writing."""
    table = dict(_VNI_SINGLE)
    for base, family in _VNI_FAMILIES.items():
        for sign, letter in family.items():
            table |= {base + sign: letter, base.upper() + sign: letter.upper(), base.upper() + sign.upper(): letter.upper()}
    return table | {sign.upper(): letter.upper() for sign, letter in _VNI_SINGLE.items()}


VNI = _vni()
_VNI_SPELLINGS = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_TCVN3_TABLE = str.maketrans(TCVN3)
_WORD = re.compile(r"[^\s0-9!-/:-@\[-`{-~]+")
# Letters that only Unicode text holds.
_VIETNAMESE = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_ONSET = "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_NUCLEUS = (
    "(?:iêu|yêu|oai|oay|oao|oeo|uây|uôi|ươi|ươu|uyê|uya|uyu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|ôi|ơi|"
    "ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ưu|ươ|yê|[aăâeêioôơuưy])"
)
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}(?:ch|nh|ng|[cmnpt])?")
_MISPLACED_TONE = re.compile("(?<![aeiouy\u0302\u0306\u031b])[\u0300\u0301\u0303\u0309\u0323]")  # on no vowel: "ñ"
_TONE_MARKS = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_LEAST_WORDS = 5  # different odd words; fewer prove nothing
_LEAST_SHARE = 0.95
_MOST_BEFORE = 0.5  # share of odd words that may look like syllables as they stand: "xaõ" of VNI does


def to_unicode(text: str, font: Font) -> str:
    """Return a text typed for a legacy font in Unicode (NFC).

    Examples:
        >>> to_unicode("Ngµy hÑn tr¶", "tcvn3")
        'Ngày hẹn trả'
        >>> to_unicode("Ñaát ñai xaõ Moäc Lam", "vni")
        'Đất đai xã Mộc Lam'
    """
    if text.isascii():
        return text
    if font == "vni":
        return _VNI_SPELLINGS.sub(lambda found: VNI[found[0]], text)
    return _WORD.sub(lambda found: _in_one_case(found[0].translate(_TCVN3_TABLE)), text)


def _in_one_case(word: str) -> str:
    """Write a word in capitals whose plain letters are capitals: its letters with a tone could not say so."""
    plain = [letter for letter in word if letter.isascii() and letter.isalpha()]
    return word.upper() if len(plain) > 1 and all(letter.isupper() for letter in plain) else word


def detect(texts: Iterable[str]) -> Font | None:
    """Tell for which font texts were typed, where that is certain; None for Unicode and for anything in doubt."""
    words: set[str] = set()
    for text in texts:
        if _VIETNAMESE.search(text):
            return None
        if not text.isascii():
            words |= {word for word in _WORD.findall(text) if not word.isascii()}
    if len(words) < _LEAST_WORDS or _share(words) > _MOST_BEFORE:
        return None
    shares: dict[Font, float] = {font: _share({to_unicode(word, font) for word in words}) for font in ("tcvn3", "vni")}
    good = [font for font, share in shares.items() if share >= _LEAST_SHARE]
    return good[0] if len(good) == 1 else None


def _share(words: set[str]) -> float:
    """Return the share of words that are Vietnamese syllables, of those that are not plain Latin."""
    return sum(map(is_syllable, words)) / len(words)


def is_syllable(word: str) -> bool:
    """Tell whether a word is built as Vietnamese syllables are: onset, vowels, final sound, at most one tone."""
    apart = unicodedata.normalize("NFD", word.lower())
    plain = apart.translate(_TONE_MARKS)
    if _MISPLACED_TONE.search(apart):
        return False
    return len(apart) - len(plain) <= 1 and bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)))
