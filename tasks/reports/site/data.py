"""Data of the page, read from one publication: counts and agency names, never a dossier."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from config.calendar import OFFICE_ZONE_NAME
from config.checks import Check, load_checks
from config.errors import NothingYetError
from config.indicators import Indicator, headline_in_force, indicators_in_force, load_definitions
from config.known_sources import known_sources
from config.language import Bilingual
from config.law import Basis, citations
from config.policies import load_policies
from schemas.indicators import FINDING_COUNTS, INDICATORS, PUBLICATIONS, VERDICT_COUNTS
from schemas.raw import PULLS
from schemas.reference import UNITS
from tasks.auditing.seals import require_sealed_figures, seal_head
from tasks.reports.deletions import deletions_by_agency
from tasks.reports.reference_figures import MEASURE_WORDS, SERIES_WORDS, reference_values
from tasks.reports.site.gates import gates
from tasks.reports.site.quality import quality
from tasks.reports.site.spans import spans
from tasks.reports.site.standing import standing, whole_ranks
from tasks.rules.verdict.reasons import MISSING, REASONS
from tasks.warehouse.engine import read_frame
from tasks.warehouse.freshness import all_heard

_PUBLICATION = "SELECT * FROM mart.current_publications WHERE policy = %(policy)s"
_INDICATORS = """
    SELECT indicator, basis, unit_code, period, numerator, denominator, undetermined, value, lower, upper
    FROM mart.indicators WHERE publication_id = %(publication)s AND field_code = '*' AND channel = '*'
        AND (indicator = %(headline)s OR period = '*')
"""
_VERDICT_ROWS = "SELECT * FROM mart.verdict_counts WHERE publication_id = %(publication)s"
_FINDING_ROWS = "SELECT * FROM mart.finding_counts WHERE publication_id = %(publication)s"
_UNITS = "SELECT DISTINCT ON (unit_code) unit_code, name, level, valid_to FROM ref.units ORDER BY unit_code, valid_from DESC"
_PULLS = """
    SELECT DISTINCT ON (source) source, started_at, ended_at, state, error_class,
        sum(records) OVER all_pulls AS records, sum(rejected) OVER all_pulls AS rejected,
        max(ended_at) FILTER (WHERE state IN ('loaded', 'unchanged', 'landed')) OVER all_pulls AS good_at
    FROM raw.pulls WHERE shrinkage_accepted IS NOT TRUE
    WINDOW all_pulls AS (PARTITION BY source) ORDER BY source, started_at DESC
"""

PageData = dict[str, Any]


def page_data(policy: str, language: str) -> PageData:
    """Return what the page of a policy's newest publication shows, ready for JSON.

    Raises:
        NothingYetError: nothing of the policy is published.
        UnreadableDataError: a figure was edited since it was sealed.
    """
    require_sealed_figures(policy)
    found = read_frame(_PUBLICATION, {"policy": policy}, PUBLICATIONS)
    if found.empty:
        raise NothingYetError(Bilingual(f"số liệu công bố theo {policy}", f"publication under {policy}"))
    publication = found.iloc[0]
    as_of = publication["as_of"]
    headline, rate = headline_in_force(as_of)
    ids = {"publication": publication["publication_id"]}
    indicators = read_frame(_INDICATORS, ids | {"headline": headline}, INDICATORS)
    rates = indicators[(indicators["indicator"] == headline).to_numpy(dtype=bool)]
    verdicts = read_frame(_VERDICT_ROWS, ids, VERDICT_COUNTS)
    findings = read_frame(_FINDING_ROWS, ids, FINDING_COUNTS)
    units = sorted({*indicators["unit_code"], *verdicts["unit_code"], *findings["unit_code"]} - {"*"})
    names = _unit_names(units)
    levels = {code: unit["level"] for code, unit in names.items()}
    sources = sorted({*verdicts["source"], *findings["source"]})
    return {
        "meta": _meta(publication, policy, rate, language),
        "units": names,
        "sources": {name: _source_titles().get(name, name) for name in sources},
        "rates": _rates(rates),
        "indicators": _definitions(as_of),
        "figures": _figures(indicators, as_of),
        "standing": standing(rates, rate),
        "ranks": whole_ranks(rates, levels, rate),
        "spans": spans(policy, as_of, rate, levels),
        "verdicts": _verdict_rows(verdicts, units, sources),
        "reasons": {code: _reason(code) for code in sorted(set(verdicts["reason"]))},
        "findings": _finding_rows(findings, units, sources),
        "checks": {check.id: _check(check, as_of) for check in load_checks().each()},
        "quality": quality(policy, as_of),
        "gates": gates(as_of, _source_titles()),
        "pulls": _pulls(as_of),
        "deletions": _deletions(policy),
        **_references(as_of),
    }


def _deletions(policy: str) -> list[list[Any]]:
    """Return ``[agency, deleted, of these late, day, deleted that day, open that day]``, the day the one to ask about first."""
    return [
        [one.unit_code or "?", one.deleted, one.late, one.worst.day.isoformat(), one.worst.deleted, one.worst.open]
        for one in deletions_by_agency(policy)
    ]


def _references(as_of: date) -> PageData:
    """Return what other bodies published, with the place of our indicator that stands beside it; nothing where none was entered."""
    found, names = reference_values(None), list(indicators_in_force(as_of))
    headline, _ = headline_in_force(as_of)
    rows = [
        {
            "unit": one.unit_code,
            "year": str(one.year),
            "series": _both(SERIES_WORDS[one.series]),
            "value": one.value,
            "measure": _both(MEASURE_WORDS[one.measure]),
            "published_by": one.published_by,
            "indicator": names.index(one.indicator if one.indicator in names else headline),
        }
        for one in found
    ]
    return {"references": rows} if rows else {}


def _both(words: Bilingual) -> dict[str, str]:
    return {"vi": words.vi, "en": words.en}


def _meta(publication: pd.Series, policy: str, rate: Indicator, language: str) -> PageData:
    title = load_policies()[policy].title
    return {
        "policy": policy,
        "policy_title": {"vi": title.vi, "en": title.en},
        "reference": load_policies()[policy].reference,
        "indicator": {"vi": rate.title.vi, "en": rate.title.en},
        "smallest": rate.smallest,
        "as_of": publication["as_of"].isoformat(),
        "publication_id": publication["publication_id"],
        "published_at": _office_minute(publication["published_at"], OFFICE_ZONE_NAME),
        "counts_digest": publication["counts_digest"],
        "rules_digest": publication["rules_digest"],
        "dossiers": int(publication["dossiers"]),
        "seal": _seal(),
        "language": language,
    }


def _seal() -> str | None:
    """Return entry and hash of the ledger that hold the head of the seals: whoever keeps the page can tell a cut-off ledger."""
    head = seal_head()
    return None if head is None else f"{head[0]} · {head[1]}"


def _unit_names(codes: list[str]) -> dict[str, PageData]:
    """Name every agency; one whose code has expired says until when it was in force."""
    known = {row["unit_code"]: row for row in read_frame(_UNITS, None, UNITS).to_dict("records")}
    found: dict[str, PageData] = {}
    for code in codes:
        row = known.get(code)
        until = row["valid_to"] if row is not None and isinstance(row["valid_to"], date) else None
        found[code] = {
            "name": row["name"] if row is not None else None,
            "level": row["level"] if row is not None else None,
            "until": until.isoformat() if until else None,
        }
    return found


def _source_titles() -> dict[str, str]:
    return {name: source.title for name, source in known_sources().judged.items()}


def _rates(rates: pd.DataFrame) -> PageData:
    """Return unit -> period -> basis -> [numerator, denominator, undetermined, value, lower, upper]."""
    found: PageData = {}
    for row in rates.to_dict("records"):
        numbers = [row[name] for name in ("numerator", "denominator", "undetermined")]
        values = [_number(row[name]) for name in ("value", "lower", "upper")]
        found.setdefault(row["unit_code"], {}).setdefault(row["period"], {})[row["basis"]] = [*numbers, *values]
    return found


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _definitions(as_of: date) -> list[PageData]:
    """Return every indicator in force with its words, in the order in which the documents define them."""
    return [
        {
            "name": name,
            "title": indicator.title.model_dump(),
            "short": indicator.words.model_dump(),
            "shown": indicator.shown,
            "digits": indicator.digits if indicator.is_share else None,
            "reference": _law(definitions.law_of(name), as_of),
        }
        for definitions in load_definitions().values()
        if definitions.is_in_force(as_of)
        for name, indicator in definitions.indicators.items()
    ]


def _figures(indicators: pd.DataFrame, as_of: date) -> PageData:
    """Return unit -> basis -> values for the whole span, in the order of the indicators; None where there is none."""
    place = {name: at for at, name in enumerate(indicators_in_force(as_of))}
    found: PageData = {}
    for row in indicators[(indicators["period"] == "*").to_numpy(dtype=bool)].to_dict("records"):
        if row["indicator"] in place:
            values = found.setdefault(row["unit_code"], {}).setdefault(row["basis"], [None] * len(place))
            values[place[row["indicator"]]] = _number(row["value"])
    return found


def _verdict_rows(verdicts: pd.DataFrame, units: list[str], sources: list[str]) -> list[list[Any]]:
    """Return [source, unit, verdict, reason, dossiers, recorded late, to correct], the first two as places in their lists."""
    unit_at, source_at = {u: n for n, u in enumerate(units)}, {s: n for n, s in enumerate(sources)}
    names = ("verdict", "reason", "dossiers", "recorded_late", "to_correct")
    rows = verdicts.sort_values(list(VERDICT_COUNTS.key[1:])).to_dict("records")
    return [[source_at[r["source"]], unit_at[r["unit_code"]], *(r[name] for name in names)] for r in rows]


def _finding_rows(findings: pd.DataFrame, units: list[str], sources: list[str]) -> list[list[Any]]:
    """Return [source, unit, check, severity, dossiers, waived]."""
    unit_at, source_at = {u: n for n, u in enumerate(units)}, {s: n for n, s in enumerate(sources)}
    rows = findings.sort_values(list(FINDING_COUNTS.key[1:])).to_dict("records")
    names = ("check_id", "severity", "dossiers", "waived")
    return [[source_at[r["source"]], unit_at[r["unit_code"]], *(r[name] for name in names)] for r in rows]


def _reason(code: str) -> PageData:
    """Return a reason's words, or those of what is missing; an unknown code stands for itself."""
    if code in REASONS:
        reason = REASONS[code]
        return {"vi": reason.vi, "en": reason.en, "remedy_vi": reason.remedy_vi, "remedy_en": reason.remedy_en}
    vi, en = MISSING.get(code, (code, code))
    return {"vi": vi[:1].upper() + vi[1:], "en": en[:1].upper() + en[1:]}


def _check(check: Check, as_of: date) -> PageData:
    """Return a check's words; of what it rests on the law alone that is in force, because the rest binds nobody."""
    return {"vi": check.title.vi, "en": check.title.en, "owner": check.owner, "reference": _law(check.law, as_of)}


def _law(law: Iterable[Basis], as_of: date) -> dict[str, str]:
    return {language: "; ".join(citations(law, as_of, language)) for language in ("vi", "en")}


def _pulls(as_of: date) -> list[PageData]:
    """Return for each source its newest pull, the end of the newest good one, since when it is silent, and what came in all.

    ``stale``: it is silent since before the day had ended, or was never pulled.
    """
    sources, heard = known_sources().judged, all_heard()
    zone = {name: source.zone for name, source in sources.items()}
    found = [
        {
            "source": row["source"],
            "title": sources[row["source"]].title if row["source"] in sources else row["source"],
            "state": row["state"],
            "error": row["error_class"] if isinstance(row["error_class"], str) else None,
            "good_at": _office_minute(row["good_at"], zone.get(row["source"], OFFICE_ZONE_NAME)),
            "silent_since": _silent_since(heard.get(row["source"]), zone.get(row["source"], OFFICE_ZONE_NAME), as_of),
            "records": int(row["records"]),
            "rejected": int(row["rejected"]),
        }
        for row in read_frame(_PULLS, None, PULLS.dtypes | {"good_at": PULLS.dtypes["ended_at"]}).to_dict("records")
    ]
    return [pull | {"stale": pull["silent_since"] is not None or pull["good_at"] is None} for pull in found]


def _silent_since(heard: datetime | None, zone: str, as_of: date) -> str | None:
    """Return the day on which a source was last heard, if the day that the figures speak for had not ended then."""
    day = None if heard is None else heard.astimezone(ZoneInfo(zone)).date()
    return None if day is None or day > as_of else day.isoformat()


def _office_minute(instant: Any, zone: str) -> str | None:
    """Return an instant in office time to the minute, with its offset from UTC; None for none."""
    return None if pd.isna(instant) else str(instant.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"))
