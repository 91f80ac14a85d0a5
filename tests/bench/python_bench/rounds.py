"""Measuring sides in turn: on a shared machine only ratios within one run are worth anything."""

from __future__ import annotations

import time
from collections.abc import Callable

Side = Callable[[], object]
Meter = Callable[[], float]

PROCESSOR: Meter = time.process_time
"""For work in the cache."""
WALL: Meter = time.perf_counter
"""For what waits for the disk, and for several threads."""


def seconds(side: Side, meter: Meter = PROCESSOR) -> float:
    """How long a side takes once."""
    start = meter()
    side()
    return meter() - start


def best_of(rounds: int, units: int, *sides: Side, meter: Meter = PROCESSOR) -> list[float]:
    """The best round of each side, in microseconds for one unit of its work."""
    best = [float("inf")] * len(sides)
    for _ in range(rounds):
        for index, side in enumerate(sides):
            best[index] = min(best[index], seconds(side, meter) / units * 1e6)
    return best
