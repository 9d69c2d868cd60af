"""Work packages as steps: made for every agency, and taken in again from the landing folder."""

from __future__ import annotations

from prefect import task
from prefect.cache_policies import NO_CACHE

from config.policies import load_policies
from config.settings import settings
from tasks.correcting.landing_folder import TakenFile, make_folders, take_answers
from tasks.correcting.making import MadePackage, make_packages
from tasks.runtime.safe_errors import with_safe_errors

OUT = "out"


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="make-packages")
@with_safe_errors
def make_all_packages() -> list[MadePackage]:
    """Make the work package of every agency; see :func:`make_packages`."""
    make_folders(settings().packages_folder)
    return make_packages(settings().packages_folder / OUT, load_policies()[settings().policy])


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="take-answers")
@with_safe_errors
def take_all_answers() -> list[TakenFile]:
    """Take in what agencies put into the landing folder; see :func:`take_answers`."""
    return list(take_answers(settings().packages_folder, settings().home / "corrections"))
