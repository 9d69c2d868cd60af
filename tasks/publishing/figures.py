"""Figures that a publication freezes, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from config.indicators import indicators_in_force
from schemas.indicators import COUNTS, FINDING_COUNTS, INDICATORS, VERDICT_COUNTS
from schemas.table import Table
from schemas.verdicts import COUNTED, VERDICT_VERSIONS
from tasks.judging.rules_archive import ArchivedRules
from tasks.judging.waivers import parameters_of, surely_wrong, waived, waiver_parameters
from tasks.rules.indicators.values import indicators_of
from tasks.warehouse.engine import read_frame
from tasks.warehouse.load import Load
from tasks.warehouse.statements import statements_of

_SQL = statements_of(__file__)
# As verdicts and findings were: %(at)s is the moment of the publication or draft.
_VERSIONS = """(SELECT * FROM judged.verdict_versions WHERE policy = %(policy)s AND said_from <= %(at)s
    AND (said_until IS NULL OR said_until > %(at)s))"""
_FINDINGS_THEN = f"""(SELECT o.source, o.code, split_part(each, ':', 1) AS check_id, split_part(each, ':', 2) AS severity,
    NULL::date AS resolved_on FROM {_VERSIONS} AS o CROSS JOIN LATERAL unnest(string_to_array(o.findings, ' ')) AS each)"""
_NOW, _THEN = ("judged.verdicts", "quality.findings"), (_VERSIONS, _FINDINGS_THEN)
_VERDICTS_THEN = f"SELECT code, {', '.join(COUNTED)} FROM {_VERSIONS} AS v"


@dataclass(frozen=True)
class Figures:
    """All that a publication of one policy says.

    Attributes:
        policy: name of the policy.
        as_of: day whose end the figures speak for.
        counts: rows of ``mart.counts`` that they were made from.
        indicators: columns of ``mart.indicators`` but the publication.
        verdicts: columns of ``mart.verdict_counts`` but the publication.
        findings: columns of ``mart.finding_counts`` but the publication.
    """

    policy: str
    as_of: date
    counts: pd.DataFrame
    indicators: pd.DataFrame
    verdicts: pd.DataFrame
    findings: pd.DataFrame

    @property
    def dossiers(self) -> int:
        """How many dossiers the cleaned figures count."""
        return int(self.counts.loc[(self.counts["basis"] == "cleaned").to_numpy(dtype=bool), "received"].sum())

    def publication_id(self) -> str:
        """Return half the SHA-256 over policy, day and every figure: equal figures are one publication.

        Half of it, 128 bits, because it stands in every row of the publication and in its key.
        """
        parts = {"policy": self.policy, "as_of": self.as_of.isoformat()}
        for table, frame in ((INDICATORS, self.indicators), (VERDICT_COUNTS, self.verdicts), (FINDING_COUNTS, self.findings)):
            parts[table.full_name] = frame_digest(frame, table)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def read_figures(current: Load, policy: str, as_of: date) -> Figures:
    """Work out every figure of a policy, seeing one state of the warehouse.

    Args:
        current: the open load under whose lock nothing measures the policy meanwhile.
        policy: name of the policy.
        as_of: day whose indicators and waivers are in force.
    """
    parameters = {"policy": policy, **waiver_parameters(as_of)}
    columns = ", ".join(COUNTS.given_columns)
    counts = current.read(f"SELECT {columns} FROM mart.counts WHERE policy = %(policy)s", parameters, COUNTS)
    indicators = indicators_of(counts, indicators_in_force(as_of))
    verdicts = current.read(_verdict_counts(*_NOW), parameters, VERDICT_COUNTS)
    findings = current.read(_finding_counts(*_NOW), parameters, FINDING_COUNTS)
    return Figures(policy, as_of, counts, indicators, verdicts, findings)


def verdicts_then(policy: str, at: datetime) -> pd.DataFrame:
    """Return code and counted fields of all verdicts of a policy as of the moment of a publication or draft."""
    return read_frame(_VERDICTS_THEN, {"policy": policy, "at": at}, VERDICT_VERSIONS)


def figures_then(policy: str, as_of: date, at: datetime, counts: pd.DataFrame, rules: ArchivedRules) -> Figures:
    """Work out every figure again from verdicts and findings as they were, under the configuration of then.

    Args:
        policy: name of the policy.
        as_of: day that the figures speak for.
        at: moment of the publication or draft.
        counts: rows of ``mart.counts`` that the verdicts of then make.
        rules: configuration of then.
    """
    parameters = {"policy": policy, "at": at, **parameters_of(rules.waivers(as_of))}
    indicators = indicators_of(counts, rules.indicators(as_of))
    verdicts = read_frame(_verdict_counts(*_THEN), parameters, VERDICT_COUNTS)
    findings = read_frame(_finding_counts(*_THEN), parameters, FINDING_COUNTS)
    return Figures(policy, as_of, counts, indicators, verdicts, findings)


def _verdict_counts(verdicts: str, findings: str) -> str:
    return _SQL["verdict_counts"].format(surely_wrong=surely_wrong(verdicts, findings), verdicts=verdicts)


def _finding_counts(verdicts: str, findings: str) -> str:
    return _SQL["finding_counts"].format(waived=waived("f", "v"), verdicts=verdicts, findings=findings)


def frame_digest(frame: pd.DataFrame, table: Table) -> str:
    """Return the SHA-256 over a frame's rows, whatever their order and index.

    Args:
        frame: some columns of the table, among them its key but for the publication.
        table: gives the order of columns and the key by which rows are sorted.
    """
    columns = [name for name in table.columns if name in frame.columns]
    key = [(name, "ascending") for name in table.key if name in frame.columns]
    content = pa.Table.from_pandas(frame[columns], preserve_index=False).sort_by(key)
    buffer = pa.BufferOutputStream()
    pyarrow.csv.write_csv(content, buffer, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return hashlib.sha256(buffer.getvalue()).hexdigest()
