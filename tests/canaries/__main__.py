"""``python -m tests.canaries [NAME ...]``: try canaries by hand, and see what catches them and when."""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import as_completed
from pathlib import Path

from rich.console import Console

from tests.canaries.catalogue import CANARIES
from tests.canaries.copies import Canary, Copies, Outcome

_SENTENCES = 4


def main(names: list[str]) -> int:
    """Run these canaries (all, if none is named); gives how many were not caught as they should be."""
    chosen = [canary for canary in CANARIES if not names or canary.name in names]
    unknown = set(names) - {canary.name for canary in chosen}
    if unknown:
        known = ", ".join(canary.name for canary in CANARIES)
        sys.exit(f"no such canary: {', '.join(sorted(unknown))}; there are {known}")
    console, missed = Console(soft_wrap=True, markup=False, highlight=False), 0
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(Path(folder))
        running = {copies.begin(canary): canary for canary in chosen}
        for done in as_completed(running):
            missed += _told(console, running[done], done.result())
        copies.close()
    return missed


def _told(console: Console, canary: Canary, outcome: Outcome) -> bool:
    """Print an outcome; whether the canary got away."""
    if outcome.seed is None:
        console.print(f"{canary.name}: NOT CAUGHT within {canary.within_seeds} seeds")
        return True
    told = "" if outcome.checkers & canary.checkers else "NOT BY THE NAMED, but "
    names = ", ".join(sorted(outcome.checkers))
    place = f"seed {outcome.seed}, {canary.seeds.index(outcome.seed) + 1} of {canary.within_seeds}"
    console.print(f"{canary.name}: {told}by {names} ({place})")
    for violation in outcome.violations[:_SENTENCES]:
        console.print(f"    {violation}")
    return bool(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
