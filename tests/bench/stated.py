"""Planted slips in reports' texts: found, each, and none where nothing was planted.

The texts are written here from a world whose numbers agree, in the wordings of provinces' published reports; the reader knows
nothing of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tasks.rules.stated.consequences import consequences_of
from tasks.rules.stated.quantities import read_figures
from tests.bench.line import Measured, line

TEXTS = 100


@dataclass(frozen=True)
class World:
    """Numbers of a period, that agree."""

    carried: int
    online: int
    counter: int
    early: int
    on_time: int
    late: int
    open_in_time: int
    open_late: int

    @property
    def stated(self) -> dict[str, int]:
        """Every number that a report may state."""
        received, finished = self.online + self.counter, self.early + self.on_time + self.late
        return {
            **asdict(self),
            "received": received,
            "total": self.carried + received,
            "finished": finished,
            "punctual": self.early + self.on_time,
            "open": self.open_in_time + self.open_late,
        }


def world(chance: random.Random) -> World:
    """Draw one."""
    early, on_time, late = (chance.randint(low, high) for low, high in ((500, 20_000), (400, 9_000), (20, 900)))
    open_in_time, open_late = chance.randint(100, 3_000), chance.randint(5, 200)
    carried = chance.randint(100, 900)
    received = early + on_time + late + open_in_time + open_late - carried
    online = chance.randint(received // 4, received - 100)
    return World(carried, online, received - online, early, on_time, late, open_in_time, open_late)


def number(value: int) -> str:
    """As Vietnamese write it."""
    return f"{value:,}".replace(",", ".")


def share(part: int, whole: int, digits: int = 2) -> str:
    """As Vietnamese write it, rounded."""
    return f"{100 * part / whole:.{digits}f}".replace(".", ",") + "%"


# Each writes a report of what is stated; the last argument is what a slip of the rate adds to it, in hundredths of a percent.
Writer = Callable[[dict[str, str], str], str]
WRITERS: tuple[Writer, ...] = (
    lambda n, rate: (
        f"Trong tháng 12/2024, tổng số hồ sơ phải giải quyết là {n['total']} hồ sơ (trong đó: tiếp nhận mới {n['received']} hồ sơ, "
        f"kỳ trước chuyển sang {n['carried']} hồ sơ).\n- Đã giải quyết: {n['finished']} hồ sơ, trong đó:\n+ Trước hạn: {n['early']} hồ sơ\n"
        f"+ Đúng hạn: {n['on_time']} hồ sơ\n+ Quá hạn: {n['late']} hồ sơ.\n- Đang giải quyết {n['open']} hồ sơ (trong hạn "
        f"{n['open_in_time']} hồ sơ, quá hạn {n['open_late']} hồ sơ). Tỷ lệ giải quyết trước và đúng hạn đạt {rate}."
    ),
    lambda n, rate: (
        f"Theo Quyết định số 766/QĐ-TTg ngày 23/6/2022, 6 tháng đầu năm 2025 toàn tỉnh tiếp nhận {n['received']} hồ sơ (trực tuyến "
        f"{n['online']} hồ sơ, trực tiếp và bưu chính {n['counter']} hồ sơ), kỳ trước chuyển sang {n['carried']} hồ sơ, tổng số {n['total']} "
        f"hồ sơ; đã giải quyết {n['finished']} hồ sơ: {n['early']} hồ sơ trước hạn, {n['on_time']} hồ sơ đúng hạn và {n['late']} hồ sơ quá "
        f"hạn (tỷ lệ trước hạn, đúng hạn: {rate}); đang giải quyết {n['open']} hồ sơ."
    ),
    lambda n, rate: (
        f"Số hồ sơ tiếp nhận trong kỳ: {n['received']}; số hồ sơ tồn kỳ trước: {n['carried']}; tổng số: {n['total']}. Kết quả: giải quyết "
        f"{n['finished']} hồ sơ, gồm {n['punctual']} hồ sơ trước hạn và đúng hạn, {n['late']} hồ sơ trễ hạn, đạt tỷ lệ đúng hạn {rate}. "
        f"Còn lại {n['open']} hồ sơ đang xử lý, trong đó {n['open_in_time']} hồ sơ trong hạn và {n['open_late']} hồ sơ quá hạn."
    ),
)
# What each writer states in a sum that is whole: a slip of any other number contradicts nothing.
SLIPPING = (
    ("total", "received", "carried", "finished", "early", "on_time", "late", "open", "open_in_time", "open_late", "rate"),
    ("total", "received", "carried", "online", "counter", "finished", "early", "on_time", "late", "open", "rate"),
    ("total", "received", "carried", "finished", "punctual", "late", "open", "open_in_time", "open_late", "rate"),
)


def written(chance: random.Random, *, slipped: bool) -> str:
    """Write a report, with one number slipped or none."""
    place = chance.randrange(len(WRITERS))
    true = world(chance).stated
    values = dict(true)
    name = chance.choice(SLIPPING[place]) if slipped else ""
    if name in values:
        values[name] = slip(values[name], chance)
    rate = share(true["punctual"] + (true["finished"] // 300 + 1 if name == "rate" else 0), true["finished"])
    return WRITERS[place]({key: number(value) for key, value in values.items()}, rate)


def slip(value: int, chance: random.Random) -> int:
    """Return what a typist makes of a number: digits exchanged, one doubled, lost or another."""
    text = str(value)
    at = chance.randrange(len(text) - 1)
    made = {
        "exchanged": text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        "doubled": text[:at] + text[at] + text[at:],
        "lost": text[:at] + text[at + 1 :],
        "another": text[:at] + chance.choice([digit for digit in "123456789" if digit != text[at]]) + text[at + 1 :],
    }
    slips = [int(one) for one in made.values() if one and int(one) != value]
    return chance.choice(slips) if slips else value + 1


def breaks(text: str) -> bool:
    """Tell whether anything in a text is found not to agree."""
    return any(one.standing == "breaks" for scope in read_figures(text) for one in consequences_of(scope))


@line("slips-of-reports", other="planted", at_least=1.0)
def slips_of_reports() -> Measured:
    """Reports of provinces with one slipped number each: those in which it is found."""
    chance = random.Random(11)  # noqa: S311 - the same every time
    return Measured(sum(breaks(written(chance, slipped=True)) for _ in range(TEXTS)), TEXTS, unit="")


@line("reports-without-slips", other="reports", at_least=1.0)
def reports_without_slips() -> Measured:
    """The same reports without a slip: those in which nothing is found."""
    chance = random.Random(12)  # noqa: S311 - the same every time
    return Measured(sum(not breaks(written(chance, slipped=False)) for _ in range(TEXTS)), TEXTS, unit="")
