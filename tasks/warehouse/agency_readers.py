"""Readers of agencies: accounts of the database that see their own agencies' dossiers alone.

The tables' policies ask ``audit.agency_readers`` (migrations 0055, 0056 and 0061); here it is filled. Who may propose or approve for an
agency in people.yaml may see its dossiers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from config.errors import ConfigError
from config.language import Bilingual
from config.people import EVERY_AGENCY, load_people
from schemas.audit import AGENCY_READERS
from tasks.warehouse.load import load
from tasks.warehouse.readers import (
    AGENCY_ROLE,
    EVERY_AGENCY_ROLE,
    add_reader,
    check_reader_name,
    remove_reader,
    roles_of_reader,
    settle_roles,
)
from tasks.warehouse.rows import fetch_column

_KNOWN = "SELECT DISTINCT unit_code FROM ref.units WHERE unit_code = ANY(%(codes)s)"


@dataclass(frozen=True)
class GrantedAgency:
    """An agency that an account sees, with all below it.

    Attributes:
        unit_code: as in ``ref.units``; ``*``: every agency.
        account: in people.yaml, where it says so.
        since, until: first and last day.
    """

    unit_code: str
    account: str | None = None
    since: date | None = None
    until: date | None = None


def agencies_of_account(account: str) -> list[GrantedAgency]:
    """Return the agencies for which an account of people.yaml may propose or approve.

    Raises:
        ConfigError: there is no such file or account, or the account speaks for no agency.
    """
    people = load_people()
    person = people.named(account) if people else None
    if person is None:
        raise ConfigError(
            "people.yaml",
            Bilingual(f"không có tài khoản {account}", f"has no account {account}"),
            Bilingual("một tài khoản trong đó, hoặc --agency", "one of its accounts, or --agency"),
        )
    codes = sorted({*person.propose, *person.approve})
    if not codes:
        raise ConfigError(
            f"people.yaml: {account}",
            Bilingual("không đề nghị hay duyệt cho cơ quan nào", "proposes and approves for no agency"),
            "--agency",
        )
    return [GrantedAgency(code, person.account, person.since, person.until) for code in codes]


def let_see(name: str, granted: Sequence[GrantedAgency]) -> str | None:
    """Give an account the agencies whose dossiers it sees.

    They take the place of those that it had; the account is made where it is not there.

    Args:
        name: of the account in the database.
        granted: at least one agency.

    Returns:
        The address of a new account, password included: it is kept nowhere. None where the account was there.

    Raises:
        ConfigError: the name is none or that of another account, an agency is in no directory, or accounts may not be made.
        WarehouseError: the warehouse refused.
    """
    check_reader_name(name)
    _refuse_unknown(granted)
    there = bool({AGENCY_ROLE, EVERY_AGENCY_ROLE} & set(roles_of_reader(name)))
    if not there:
        _forget(name)  # an account of this name that is gone leaves nothing to the next
    address = None if there else add_reader(name, AGENCY_ROLE)
    by_code = {one.unit_code: {"reader": name, **vars(one)} for one in granted}
    frame = AGENCY_READERS.frame(by_code.values()).drop(columns=list(AGENCY_READERS.managed))
    with load("access", name) as current:
        current.replace(AGENCY_READERS, frame, {"reader": name})
    settle_roles()
    return address


def end_reader(name: str) -> None:
    """Remove an account that reads, and what it was given.

    Raises:
        ConfigError: there is no such reader, or the account of the warehouse may remove no others: it sees no dossier any more.
    """
    check_reader_name(name)
    _forget(name)
    remove_reader(name)


def _forget(name: str) -> None:
    frame = AGENCY_READERS.frame().drop(columns=list(AGENCY_READERS.managed))
    with load("access", name) as current:
        if not current.replace(AGENCY_READERS, frame, {"reader": name}).deleted:
            current.abandoned = True


def _refuse_unknown(granted: Sequence[GrantedAgency]) -> None:
    codes = sorted({one.unit_code for one in granted} - {EVERY_AGENCY})
    unknown = sorted(set(codes) - set(fetch_column(_KNOWN, {"codes": codes})))
    if unknown:
        names = ", ".join(unknown)
        raise ConfigError(
            "reader",
            Bilingual(f"danh mục không có cơ quan {names}", f"the directory has no agency {names}"),
            Bilingual("mã trong ref.units", "codes of ref.units"),
        )
