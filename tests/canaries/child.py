"""``child.py HOURS SEED ...``: simulate the packages of this folder, up to the first seed with violations."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

import actors
from actors.simulation.quiet import quiet
from actors.simulation.run import simulate


def main(hours: str, *seeds: str) -> None:
    """Print that seed and its violations as JSON; seed null and no violations if there is none."""
    assert Path(actors.__file__).is_relative_to(Path.cwd()), "not the copy is imported, but the project"
    for seed in map(int, seeds):
        with quiet():
            violations = simulate(seed, Decimal(hours)).violations
        if violations:
            break
    else:
        seed, violations = None, []
    json.dump({"seed": seed, "violations": violations}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
