"""Many kills: stages side by side, for a process that waits for its proofs leaves the machine to others."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from actors.torture.stage import Result, Stage, Verdict

#: A venue's books grow with each kill; after so many the next one begins.
KILLS_A_STAGE = 25


@dataclass(slots=True, kw_only=True)
class Totals:
    """The sums of a campaign."""

    verdicts: list[Verdict] = field(default_factory=list)
    lives: int = 0
    lives_of_two: int = 0
    venues: int = 0
    venues_survived: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    excuses: Counter[str] = field(default_factory=Counter)

    @property
    def violated(self) -> list[Verdict]:
        """The kills after which something did not hold, in their order."""
        found = [verdict for verdict in self.verdicts if verdict.violations]
        return sorted(found, key=lambda verdict: (verdict.stage, verdict.kill.number))

    @property
    def clean(self) -> bool:
        """Whether everything held, and every venue has survived."""
        return not self.violated and self.venues == self.venues_survived

    def add(self, result: Result) -> None:
        """Take a stage's result."""
        self.verdicts += result.verdicts
        self.lives += result.lives
        self.lives_of_two += result.lives_of_two
        self.venues += 1
        self.venues_survived += result.venue_survived
        self.counts += result.counts
        self.excuses += result.excuses


def stages_of(seed: int, kills: int, folder: Path) -> list[Stage]:
    """The stages of a campaign: the first has the campaign's seed, each further one the next number."""
    sizes = [min(KILLS_A_STAGE, kills - begun) for begun in range(0, kills, KILLS_A_STAGE)]
    return [Stage(seed + n, size, folder / f"stage-{seed + n}") for n, size in enumerate(sizes)]


def campaign(stages: list[Stage], *, jobs: int, told: Callable[[Verdict], object]) -> Totals:
    """Run all stages, ``jobs`` at a time; ``told`` gets each verdict as it comes, one at a time.

    What a stage raises is raised here, once the others have come to the end of their kill.
    """
    totals, lock, stopped = Totals(), threading.Lock(), threading.Event()

    def tell(verdict: Verdict) -> None:
        with lock:
            told(verdict)

    with ThreadPoolExecutor(jobs, thread_name_prefix="stage") as pool:
        futures = [pool.submit(stage.run, tell, stopped.is_set) for stage in stages]
        try:
            for future in as_completed(futures):
                totals.add(future.result())
        except BaseException:
            stopped.set()
            raise
    return totals
