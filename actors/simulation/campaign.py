"""Many seeds over all cores: progress, totals, and what was violated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from decimal import Decimal
from multiprocessing import get_context

from actors.simulation.quiet import quiet
from actors.simulation.run import Verdict, simulate

#: The workers are replaced after so many seeds of each: what one leaves behind never reaches many others.
#: (The pool's own ``max_tasks_per_child`` lets it hang in Python 3.11 once every worker has had its share.)
_SEEDS_A_WORKER = 200


@dataclass(slots=True, kw_only=True)
class Totals:
    """The sums of a campaign. ``core_s`` are seconds of one core."""

    seeds: int = 0
    simulated_ms: int = 0
    traded_ms: int = 0
    core_s: float = 0.0
    events: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)
    calm_seeds: int = 0
    ended_stopped: int = 0
    failed: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Take a seed's verdict."""
        self.seeds += 1
        self.simulated_ms += verdict.simulated_ms
        self.traded_ms += verdict.traded_ms
        self.core_s += verdict.core_s
        self.events += verdict.events
        self.counts.update(verdict.counts)
        self.faults.update(verdict.faults)
        self.excuses.update(verdict.excuses)
        self.ended_stopped += verdict.ended_stopped
        if verdict.violations:
            self.failed.append(verdict)


def campaign(
    seeds: range, hours: Decimal, *, jobs: int, files: tuple[str, ...], told: Callable[[Verdict], object]
) -> Totals:
    """Run every seed; ``told`` gets each verdict as it comes. Which core ran a seed changes nothing."""
    totals = Totals()
    for verdict in _verdicts(seeds, hours, jobs, files):
        totals.add(verdict)
        told(verdict)
    totals.failed.sort(key=lambda verdict: verdict.seed)
    return totals


def _verdicts(seeds: range, hours: Decimal, jobs: int, files: tuple[str, ...]) -> Iterator[Verdict]:
    if jobs == 1:
        with quiet():
            for seed in seeds:
                yield simulate(seed, hours, files=files)
        return
    for first in range(0, len(seeds), _SEEDS_A_WORKER * jobs):
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            some = seeds[first : first + _SEEDS_A_WORKER * jobs]
            yield from _results(pool.submit(_quietly, seed, hours, files) for seed in some)


def _quietly(seed: int, hours: Decimal, files: tuple[str, ...]) -> Verdict:
    with quiet():
        return simulate(seed, hours, files=files)


def _results(futures: Iterable[Future[Verdict]]) -> Iterator[Verdict]:
    for future in as_completed(list(futures)):
        yield future.result()
