"""Applicants: values for checks are derived, a keyed pseudonym is kept, the rest is dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from config.sources import Source
from tasks.cleaning.columns import Flags, column
from tasks.rules import marks
from tasks.rules.privacy import pseudonym
from tasks.rules.privacy.surrogates import WORDING_OF_TESTS
from tasks.rules.text.normal_form import LOST, clean_text, given, legacy_font, matches, not_composed

_PERSONAL = ("identity_number", "applicant_name", "phone", "summary")


def applicant_keys(dossiers: pd.DataFrame, source: Source, key: bytes, flags: Flags) -> dict[str, pa.Array]:
    """Return the columns that stand for applicants.

    All are pseudonyms. The marks that only their values can give are raised.

    A number that is malformed or a placeholder says nothing about who it is: then name and telephone
    number together stand for the applicant, and without both of them there is no pseudonym. Names are joined
    without their marks there; what marks they bear, ``applicant_spelling`` tells.
    """
    identity, name, phone, summary = (column(dossiers, field) for field in _PERSONAL)
    digits, line = pseudonym.digits_only(identity), pseudonym.phone_digits(phone)
    placeholder, malformed = pseudonym.identity_placeholder(digits), pseudonym.identity_malformed(digits)
    flags.add(marks.ID_PLACEHOLDER, placeholder)
    flags.add(marks.ID_MALFORMED, malformed & ~placeholder)
    if _states_identities(source):
        flags.add(marks.ID_MISSING, ~given(digits))
    phone_made_up = pseudonym.phone_placeholder(line)
    flags.add(marks.PHONE_PLACEHOLDER, phone_made_up)
    flags.add(marks.PHONE_MALFORMED, pseudonym.phone_malformed(line) & ~phone_made_up)
    cleaned = clean_text(name)
    for text in (cleaned, clean_text(summary)):
        flags.add(marks.TEST_WORDING, matches(text, WORDING_OF_TESTS))
        flags.add(marks.LEGACY_FONT, legacy_font(text))
        flags.add(marks.TEXT_DAMAGED, matches(text, LOST))
    flags.add(marks.NOT_NFC, not_composed(name) | not_composed(summary))
    return _keys(_kept(digits, ~(placeholder | malformed)), cleaned, _kept(line, ~phone_made_up), key)


def _keys(digits: pa.Array, names: pa.Array, lines: pa.Array, key: bytes) -> dict[str, pa.Array]:
    # Names are folded one by one: only those that are asked for their owner.
    asked = _kept(names, ~given(digits) & given(lines))
    both = pseudonym.names_and_phones(asked, lines)
    return {
        "applicant_key": pc.coalesce(pseudonym.pseudonyms(digits, key, "id"), pseudonym.pseudonyms(both, key, "person")),
        "applicant_spelling": pseudonym.spellings(asked, key),
    }


def _kept(values: pa.Array, rows: np.ndarray) -> pa.Array:
    return pc.if_else(pa.array(rows), values, pa.scalar(None, pa.string()))


def _states_identities(source: Source) -> bool:
    return source.role == "primary" and (source.own_profile.states_identities or "identity_number" in source.columns)
