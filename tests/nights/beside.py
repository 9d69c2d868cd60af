"""Nights on which two want the same: two refreshes at once, and a red run that is tried again beside another."""

from __future__ import annotations

from flows.runtime.state_names import ENDED
from tests.faults.place import Place
from tests.nights.night import Hands, night, refresh, told
from tests.nights.service import Service
from tests.patience import wait_for


@night("two-at-once", "two `motcua refresh` at once")
def two_at_once(place: Place, hands: Hands) -> list[str]:
    both = [refresh(place), refresh(place)]
    return [told(each) for each in both]


@night("retry-beside", "*Retry* of a red run beside another run")
def retry_beside(place: Place, hands: Hands) -> list[str]:
    service = Service(place)
    service.start()
    red = service.ask_for_a_refresh("nowhere")
    wait_for(lambda: service.state(red) in ENDED, patience=240)
    first = service.state(red)
    other = service.ask_for_a_refresh()
    wait_for(lambda: service.state(other) == "Running", patience=240, every=0.05)
    service.retry(red)
    wait_for(lambda: service.state(other) in ENDED, patience=300)
    wait_for(lambda: service.state(red) in ENDED, patience=300)
    said = [f"red run: {first}, then {service.state(red)}: {service.message(red)}", f"other run: {service.state(other)}"]
    service.stop()
    return said
