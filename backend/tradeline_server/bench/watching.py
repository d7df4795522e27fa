"""Looks at the processes of a bench from outside: memory, processor time, stages of requests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

SECONDS = 0.25
SECONDS_PER_MEMORY = 2.0  # reading it costs the machine more than reading processor times
PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "stat").exists()
TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM = 1, 11, 12, 13, 14

Groups = Mapping[str, Iterable[int]]


@dataclass(slots=True)
class Watch:
    """What was seen. `cpu` holds seconds by group as they stood at some moments."""

    memory_kind: str = "pss" if HAS_PROC else "rss"
    peak_kb: int = 0
    cpu: list[tuple[float, Mapping[str, float]]] = field(default_factory=list)

    def cpu_seconds(self, begin: float, end: float) -> dict[str, float]:
        """By group, between two moments; nothing where the system does not tell."""
        if not self.cpu:
            return {}
        before, after = (nearest(self.cpu, moment) for moment in (begin, end))
        return {group: after[group] - before.get(group, 0.0) for group in after}


@contextlib.asynccontextmanager
async def watching(groups: Groups) -> AsyncIterator[Watch]:
    """Look at the processes of these groups, and at all that they started, while the block lasts.

    A pid may be added to its group later on.
    """
    watch = Watch()
    task = asyncio.create_task(_look(watch, groups))
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait([task])


def stages_between(
    profiles: Iterable[Path], begin: float, end: float
) -> dict[str, tuple[int, float]]:
    """How often each stage was passed, and its seconds, over all web processes."""
    sums: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for path in profiles:
        lines: list[tuple[float, dict[str, Any]]] = [
            msgspec.json.decode(line, type=tuple[float, dict[str, Any]])
            for line in path.read_bytes().splitlines()
        ]
        before, after = (nearest(lines, moment) for moment in (begin, end))
        for stage, (times, seconds) in after.items():
            known = sums[stage]
            sums[stage] = (
                known[0] + times - before[stage][0],
                known[1] + seconds - before[stage][1],
            )
    return dict(sums)


def nearest(series: Iterable[tuple[float, Any]], moment: float) -> Any:
    return min(series, key=lambda pair: abs(pair[0] - moment))[1]


async def _look(watch: Watch, groups: Groups) -> None:
    memory_due = 0.0
    while True:
        if HAS_PROC:
            processes = await asyncio.to_thread(_processes)
            members = {group: _with_offspring(processes, pids) for group, pids in groups.items()}
            seconds = {
                group: sum(_cpu_seconds(processes[pid]) for pid in pids)
                for group, pids in members.items()
            }
            watch.cpu.append((time.time(), seconds))
            everybody = {pid for pids in members.values() for pid in pids}
        else:
            everybody = {pid for pids in groups.values() for pid in pids}
        if time.monotonic() >= memory_due:
            watch.peak_kb = max(watch.peak_kb, await asyncio.to_thread(_memory_kb, everybody))
            memory_due = time.monotonic() + SECONDS_PER_MEMORY
        await asyncio.sleep(SECONDS)


def _processes() -> dict[int, list[str]]:
    """Each process's line of /proc, from the state on."""
    found = {}
    for path in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            found[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    return found


def _with_offspring(processes: Mapping[int, list[str]], pids: Iterable[int]) -> set[int]:
    children = defaultdict(list)
    for pid, values in processes.items():
        children[int(values[PARENT])].append(pid)
    found: set[int] = set()
    waiting = [pid for pid in pids if pid in processes]
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children[pid]
    return found


def _cpu_seconds(values: list[str]) -> float:
    """Its own, and that of its children that have ended."""
    own = sum(int(values[place]) for place in (USER, SYSTEM, CHILDREN_USER, CHILDREN_SYSTEM))
    return own / TICKS


def _memory_kb(pids: Iterable[int]) -> int:
    if HAS_PROC:
        return sum(_pss_kb(pid) for pid in pids)
    listed = subprocess.run(
        ["ps", "-o", "rss=", "-p", ",".join(map(str, pids))],
        capture_output=True,
        text=True,
        check=False,
    )
    return sum(map(int, listed.stdout.split()))


def _pss_kb(pid: int) -> int:
    """Its share of what it shares with others, and all of the rest."""
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
