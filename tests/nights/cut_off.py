"""Nights on which something is killed: the power, a run, the Prefect server, the database, the whole service."""

from __future__ import annotations

import signal

from tasks.warehouse.processes import postmaster
from tests.faults.place import Place
from tests.nights.night import Hands, night, refresh, told
from tests.nights.service import Service
from tests.patience import wait_for

_PATIENCE = 240.0


def _pulling(place: Place) -> None:
    wait_for(place.pulls, patience=_PATIENCE, every=0.02)


@night("quiet", "none: a quiet night")
def quiet(place: Place, hands: Hands) -> list[str]:
    return []


@night("power-cut", "power cut during a pull")
def power_cut(place: Place, hands: Hands) -> list[str]:
    refresh(place)
    _pulling(place)
    place.cut_power()
    return []


@night("killed-refresh", "`motcua refresh` killed during a pull")
def killed_refresh(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    _pulling(place)
    running.kill()
    running.communicate()
    return []


@night("stopped-refresh", "`motcua refresh` told to stop (SIGTERM) during a pull")
def stopped_refresh(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    _pulling(place)
    running.send_signal(signal.SIGTERM)
    return [told(running)]


@night("killed-server", "Prefect server killed during a pull")
def killed_server(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    _pulling(place)
    next(each for each in place.processes() if "server" in each.cmdline()).kill()
    return [told(running)]


@night("killed-keeper", "Prefect server and its keeper killed during a pull")
def killed_keeper(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    _pulling(place)
    for each in [each for each in place.processes() if {"server", "flows.runtime.keeper"} & set(each.cmdline())]:
        each.kill()
    return [told(running)]


@night("killed-up", "`motcua up` killed while a scheduled run pulls")
def killed_up(place: Place, hands: Hands) -> list[str]:
    service = Service(place)
    service.start()
    service.ask_for_a_refresh()
    _pulling(place)
    service.process.kill()
    service.process.communicate()
    return []


@night("database-gone", "PostgreSQL killed during a pull")
def database_gone(place: Place, hands: Hands) -> list[str]:
    running = refresh(place)
    _pulling(place)
    process = postmaster(place.home / "cluster" / "data")
    assert process is not None
    process.kill()
    return [told(running)]
