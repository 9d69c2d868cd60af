"""Policies: dated files that answer the questions on which systems disagree about lateness.

Files: ``config/policies/*.yaml``. The questions are those of law 5.4. Every verdict and every
indicator names its policy.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt

from config.codes import EndKind, PauseKind
from config.files import read_yaml_files
from config.law import Law, require_known
from config.read_once import read_once
from config.settings import settings
from config.titles import Title


class Policy(BaseModel):
    """One definition of late. No answer has a default: a file that leaves a question open is refused.

    Attributes:
        reference: what it follows, as pages print it.
        law: what it rests on in the legal register.
        judged: every_run, so that its figures are kept and can be published; on_request: judged when somebody
            compares, explains or rehearses it. The office's own policy (MOTCUA_POLICY) is judged in every run.
        due: law: derived from the procedure's limit, the calendar and the pauses; recorded: the
            appointment that the source states; office_hours: as the law, but a day of the limit is eight working
            hours from the hour of receipt, and the result is rounded up to a quarter of an hour (OpenCPS).
        after_supplement: what the limit does when the supplement came: extended by the time that was lost, or
            restarted in full length (OpenCPS option 6; NĐ 61/2018 as amended by NĐ 107/2021).
        end: which end counts, the first that is there; ``done`` is status 9, ``returned`` 10,
            ``stopped`` 8, ``refused`` 3, ``withdrawn`` 7.
        end_from: log: the progress log before the dates of the record; record: the dates alone.
        own_rule: ends, comparison and missing due dates as the source itself handles them.
        other_systems: evidence of other systems counts as an end, and their pauses as pauses.
        end_lag: an end that the source states so many working minutes after another system's, or fewer, with no work in
            between, came late by synchronisation: the other system's counts; 0: never.
        compare: date: calendar days; instant: to the minute; by_unit: days for limits in days,
            minutes for limits in hours.
        without_due: a dossier without a due date is on_time, late or undetermined; derive: as its
            limit says, and undetermined without one.
        without_end: what an ended dossier is of which nothing tells when: undetermined, still open, or left out.
        pauses: kinds of waiting that stop the clock.
        never_late: national statuses in which an open dossier is never late, however long it stays there.
        pause_before_due: a request for a supplement made so many working minutes before the due date, or fewer, stops no
            clock where nobody answered it and the work was finished all the same; 0: it does like any other.
        second_supplement: what a dossier that waits for its second supplement is.
        refiled: by which clock a dossier runs that was filed again after a withdrawal just before the due date:
            first_clock: that of the withdrawn one, the time between them left out; new_clock: its own.
        refiled_before_due: the withdrawal came so many working days before the due day, or fewer, and not after it.
        refiled_within: filed again within so many working days after the withdrawal.
        withdrawn: what a withdrawn dossier is: compared like any other, always on time, or left out.
        stopped: what a stopped dossier is: compared like any other, still open, or left out.
        refused: what a refused dossier is: compared like any other, or left out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str
    title: Title
    since: date
    until: date | None = None
    reference: str
    law: Law = ()
    judged: Literal["every_run", "on_request"]
    due: Literal["law", "recorded", "office_hours"]
    after_supplement: Literal["extended", "restarted"]
    end: tuple[EndKind, ...]
    end_from: Literal["log", "record"]
    own_rule: bool
    other_systems: bool
    end_lag: NonNegativeInt
    compare: Literal["by_unit", "date", "instant"]
    without_due: Literal["derive", "on_time", "late", "undetermined"]
    without_end: Literal["undetermined", "open", "not_counted"]
    pauses: tuple[PauseKind, ...]
    never_late: tuple[int, ...]
    pause_before_due: NonNegativeInt
    second_supplement: Literal["late", "paused"]
    refiled: Literal["first_clock", "new_clock"]
    refiled_before_due: PositiveInt
    refiled_within: PositiveInt
    withdrawn: Literal["compared", "on_time", "not_counted"]
    stopped: Literal["compared", "open", "not_counted"]
    refused: Literal["compared", "not_counted"]

    @property
    def weighs_evidence(self) -> bool:
        """Tell whether the policy's verdicts leave room for doubt.

        The other policies repeat what some system says, right or wrong.
        """
        return self.without_end == "undetermined" and not self.own_rule


@read_once
def load_policies(directory: Path | None = None) -> dict[str, Policy]:
    """Load every policy by name.

    Raises:
        ConfigError: a file does not follow the model, or names law that the register lacks; names file and key.
    """
    found = read_yaml_files(directory or settings().config_dir / "policies", Policy, "policy")
    require_known((f"policies/{name}.yaml", policy.law) for name, policy in found.items())
    return found


def policies_of_a_run() -> dict[str, Policy]:
    """Return the policies that every run judges: those that ask for it, and the office's own."""
    own = settings().policy
    return {name: each for name, each in load_policies().items() if each.judged == "every_run" or name == own}


def own_policy() -> Policy:
    """Return the office's own policy, whose figures are published: MOTCUA_POLICY."""
    return load_policies()[settings().policy]
