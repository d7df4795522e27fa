"""Where the time of requests goes: each process adds up what the stages of its requests take.

Always on, for it costs less than a microsecond. Nothing of it can be asked for over the network;
`tradeline bench` has its own server write the sums into a file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import StrEnum


class Stage(StrEnum):
    """What one request passes through. WAITING for the orders before it, LOADING, DECIDING, STORING
    and COMMITTING are within EXECUTING; waiting for the database counts as the stage's own time."""

    AUTHENTICATING = "authenticating"
    PARSING = "parsing"
    EXECUTING = "executing"
    WAITING = "waiting"
    LOADING = "loading"
    DECIDING = "deciding"
    STORING = "storing"
    COMMITTING = "committing"


_seconds = dict.fromkeys(Stage, 0.0)
_times = dict.fromkeys(Stage, 0)


class timed:
    """Add the time that the block takes to its stage, whether it succeeds or raises.

    `requests` pass through it together, and it takes that long for each of them.
    """

    __slots__ = ("_began", "_requests", "_stage")

    def __init__(self, stage: Stage, requests: int = 1) -> None:
        self._stage = stage
        self._requests = requests

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        add_time(self._stage, time.perf_counter() - self._began, self._requests)


def add_time(stage: Stage, seconds: float, requests: int = 1) -> None:
    """So many requests have each spent that long in a stage."""
    _seconds[stage] += seconds * requests
    _times[stage] += requests


def times_spent() -> Mapping[str, tuple[int, float]]:
    """How often each stage was passed since the process began, and its seconds in all."""
    return {stage.value: (_times[stage], _seconds[stage]) for stage in Stage}
