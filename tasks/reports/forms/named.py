"""Forms by the names under which people ask for them, on the command line and in the Prefect UI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tasks.reports.forms.bieu06a import bieu06a
from tasks.reports.forms.bieu07 import bieu07
from tasks.reports.forms.late_list import late_list
from tasks.reports.forms.model import Form
from tasks.reports.forms.opencps import OPENCPS_NAME, opencps
from tasks.reports.forms.published import PublishedCounters
from tasks.reports.forms.scores import scores
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure

LETTERS = "letters"
"""The one form that is written as letters, too."""
NAMED_FORMS: Mapping[str, Callable[[PublishedCounters, Period, str | None, Structure], Form]] = MappingProxyType(
    {"II.06a": bieu06a, "II.07": bieu07, "late": late_list, "QD766": scores, OPENCPS_NAME: opencps}
)
"""What makes each form of a publication, a period, one agency or all, and how agencies are counted."""
