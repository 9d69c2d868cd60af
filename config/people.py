"""People who may propose and approve corrections, by account and agency.

And the documents that approval asks for. File: ``config/people.yaml``, or the one that ``MOTCUA_PEOPLE_FILE`` names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.errors import ConfigError
from config.files import read_model
from config.language import Bilingual
from config.settings import settings

EVERY_AGENCY = "*"
# 12/BB-MC, 123/2026/QĐ-UBND; "sổ trả kết quả số 12".
_NUMBERS = (r"\d{1,6}(?:/\d{4})?/[A-ZĐ]{1,10}(?:-[A-ZĐ]{1,12})*", r"\b(?:số|no\.?|number)\s*\d{1,6}")


class Person(BaseModel):
    """Somebody with a say about corrections or publications.

    The account tells who, never a name or a personal number.

    Attributes:
        account: as it stands in correction files and behind ``--by``.
        also: further accounts of the same person: together they are one.
        propose, approve: agencies by code, each with all that stand below it; ``*``: every agency.
        publish: whether the account may review, approve and withdraw publications.
        since, until: first and last day on which the account counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str = Field(min_length=2)
    also: tuple[str, ...] = ()
    propose: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()
    publish: bool = False
    since: date | None = None
    until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Tell whether the account counts on a day, first and last included."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Documents(BaseModel):
    """What proves a change after which a dossier counts better.

    Attributes:
        numbers: forms of a document's number, regular expressions: one of them has to be found, whatever the case.
        date_needed: its date is needed, too.
        systems_count: what motcua proposes rests on records of systems, and these are document enough.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    numbers: tuple[str, ...] = Field(_NUMBERS, min_length=1)
    date_needed: bool = True
    systems_count: bool = True

    @field_validator("numbers")
    @classmethod
    def _are_expressions(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        for one in numbers:
            try:
                re.compile(one)
            except re.error as error:
                raise ValueError(
                    Bilingual(f"{one!r} không phải biểu thức chính quy", f"{one!r} is no regular expression")
                ) from error
            if re.search(one, ""):
                raise ValueError(
                    Bilingual(f"{one!r} khớp cả với ô trống", f"{one!r} also fits an empty cell, so that it asks for nothing")
                )
        return numbers


class People(BaseModel):
    """Everybody with a say about corrections.

    Attributes:
        people: in the order of the file; no account belongs to two of them.
        documents: what a change that improves a dossier's lateness has to name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    people: tuple[Person, ...]
    documents: Documents = Documents()

    @model_validator(mode="after")
    def _have_accounts_of_their_own(self) -> People:
        seen: set[str] = set()
        for account in (account for person in self.people for account in (person.account, *person.also)):
            if folded_account(account) in seen:
                raise ValueError(Bilingual(f"tài khoản {account} ghi hai lần", f"the account {account} is given twice"))
            seen.add(folded_account(account))
        return self

    def named(self, account: str) -> Person | None:
        """Return whose account it is; None where nobody's. Case and composition make no difference."""
        return dict(self._by_account()).get(folded_account(account))

    def _by_account(self) -> Iterator[tuple[str, Person]]:
        for person in self.people:
            for account in (person.account, *person.also):
                yield folded_account(account), person


def folded_account(account: str) -> str:
    """Return an account in one form: composed, small letters, no blanks around it."""
    return unicodedata.normalize("NFC", account).strip().casefold()


def load_people(path: Path | None = None) -> People | None:
    """Load who may propose and approve; None where there is no file: then nobody can approve anything.

    Raises:
        ConfigError: the file does not follow the model, or is named and not there.
    """
    named = settings().people_file
    path = path or people_path()
    if not path.exists():
        if named is not None:
            raise ConfigError(
                "MOTCUA_PEOPLE_FILE",
                Bilingual(f"không có tệp {path}", f"there is no file {path}"),
                Bilingual("một tệp như config/example-people.yaml", "a file such as config/example-people.yaml"),
            )
        return None
    return read_model(path, People)


def people_path() -> Path:
    """Return where the office says who may propose and approve."""
    return settings().people_file or settings().config_dir / "people.yaml"


def require_account(by: str) -> None:
    """Refuse an account that the file of people does not know; without such a file anybody is believed.

    Raises:
        ConfigError: there is the file, and the account is not in it.
    """
    people = load_people()
    if people is not None and people.named(by) is None:
        raise ConfigError(
            "--by",
            Bilingual(f"không có tài khoản này trong {people_path().name}", f"{people_path().name} knows no such account"),
            Bilingual("một tài khoản trong tệp đó", "one of the accounts in it"),
        )
