"""Plays scenarios one after another on a system of their own, and tells what came of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from tradeline.kernel import SESSION_SETTINGS, Money, Rejected
from tradeline_server import doctor
from tradeline_server.bench.system import own_database, own_folder, running_system
from tradeline_server.errors import CommandError
from tradeline_server.migrate import migrate
from tradeline_server.scenarios.chain import CURRENCY
from tradeline_server.scenarios.figures import Figure
from tradeline_server.scenarios.stage import Scenario, Stage, open_stage
from tradeline_server.settings import Settings
from tradeline_server.wechat import WeChatError

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One scenario, played. `error` says why it could not be played to its end."""

    scenario: Scenario
    figures: Sequence[Figure]
    error: str | None
    seconds: float

    @property
    def agrees(self) -> bool:
        return self.error is None and all(figure.agrees for figure in self.figures)

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.scenario.name,
            "title": self.scenario.title,
            "title_zh": self.scenario.title_zh,
            "agrees": self.agrees,
            "figures": [
                {
                    "party": figure.party or None,
                    "name": figure.name,
                    "expected": shown(figure, figure.expected),
                    "found": shown(figure, figure.found),
                    "agrees": figure.agrees,
                }
                for figure in self.figures
            ],
            "error": self.error,
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`violations` is what the doctor found in the end."""

    story: str
    outcomes: Sequence[Outcome]
    violations: int

    @property
    def agrees(self) -> bool:
        return self.violations == 0 and all(outcome.agrees for outcome in self.outcomes)

    def as_json(self) -> dict[str, Any]:
        return {
            "story": self.story,
            "currency": CURRENCY,
            "agrees": self.agrees,
            "scenarios": [outcome.as_json() for outcome in self.outcomes],
            "doctor_violations": self.violations,
        }


def shown(figure: Figure, value: int) -> str | int:
    """Money as a decimal string, as everywhere; counts as numbers."""
    return str(Money(value, CURRENCY).decimal) if figure.is_money else value


async def play(
    settings: Settings, story: str, scenarios: Sequence[Scenario], tell: Progress
) -> Report:
    """All that is started and made is gone when it returns, or raises."""
    with own_folder(settings) as folder:
        async with own_database(settings, folder) as database:
            tell("Starting a system of the scenarios' own …")
            await migrate(database.dsn)
            async with (
                running_system(folder, database.dsn, has_wechat=True) as system,
                open_stage(system, database.dsn) as stage,
            ):
                outcomes = [await _play(stage, scenario, tell) for scenario in scenarios]
                await stage.wait_until_posted()
                tell("Asking the doctor …")
                violations = await _violations(database.dsn)
    return Report(story=story, outcomes=outcomes, violations=violations)


async def _play(stage: Stage, scenario: Scenario, tell: Progress) -> Outcome:
    """One that breaks off does not keep the others from being played."""
    tell(f"{scenario.title} …")
    began = time.monotonic()
    figures: Sequence[Figure] = []
    error = None
    try:
        figures = await scenario.play(stage)
    except (CommandError, Rejected, WeChatError) as broken:
        error = str(broken)
    return Outcome(
        scenario=scenario, figures=figures, error=error, seconds=time.monotonic() - began
    )


async def _violations(dsn: str) -> int:
    conn = await asyncpg.connect(dsn, server_settings=SESSION_SETTINGS)
    try:
        return (await doctor.examine(conn)).violations
    finally:
        await conn.close()
