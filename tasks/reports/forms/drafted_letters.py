"""Letters of apology of a period as they are drafted: their list, and the letters themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.reports.forms.apologies import Apology, apologies, apology_form
from tasks.reports.forms.model import Form
from tasks.reports.forms.published import PublishedCounters
from tasks.reports.letters import LetterRegister
from tasks.rules.indicators.periods import Period
from tasks.rules.indicators.structure import Structure


@dataclass(frozen=True)
class DraftedLetters:
    """Letters of apology of a period.

    Attributes:
        letters: one for each late dossier that has none yet.
        listed: the list of them.
    """

    letters: Sequence[Apology]
    listed: Form

    def document(self) -> bytes:
        """Return the letters as a ``.docx`` file, a page each."""
        from tasks.reports.forms.letter_documents import letters_document  # with its library only where it is asked for

        return letters_document(self.letters)


def draft_letters(
    counters: PublishedCounters, period: Period, unit: str | None, structure: Structure, known: LetterRegister | None
) -> DraftedLetters:
    """Draft the letters of a period.

    Args:
        counters: of the current publication.
        period: its months.
        unit: this agency and those below it; None: all.
        structure: agencies as they counted the dossiers, or as they stand today.
        known: letters of the office's register, which are not drafted again; None: it has none.

    Raises:
        UnreadableDataError: the publication breaks an identity.
        ConfigError: the period has not begun.
    """
    letters = apologies(counters, period, unit, structure, known)
    return DraftedLetters(letters, apology_form(letters, counters, period, unit))
