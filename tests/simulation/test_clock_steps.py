"""Whoever sets the machine's clock, by an hour even, changes nothing that the bot does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from actors.simulation.checks.board import Checks
from actors.simulation.plan import Incident, Kind, Plan, plan_of
from actors.simulation.quiet import quiet
from actors.simulation.run import Run, Verdict
from actors.simulation.trace import Trace
from actors.simulation.world import START_MS, SimulatedWorld

HOURS = Decimal("0.5")
LENGTH_MS = 1_800_000
#: Together they draw each step that there is.
STEPS = tuple(Incident(at_ms=60_000 + n * 120_000, kind=Kind.CLOCK_STEP, draw=n) for n in range(14))


def lived(plan: Plan) -> tuple[list[str], dict[str, int]]:
    """Every line of a run's trace, and what was done to it."""
    lines: list[str] = []
    world = SimulatedWorld(plan)
    checks = Checks(world)
    Run(world, checks, Trace(START_MS, lines.append), Verdict(seed=plan.seed))
    world.begin()
    world.run_until(LENGTH_MS)
    assert not checks.violations
    world.end()
    return lines, dict(world.done)


@pytest.mark.parametrize("seed", [3, 28, 198])
def test_a_run_in_which_the_clock_is_set_is_the_same_to_the_byte(seed: int) -> None:
    plan = plan_of(seed, HOURS)
    others = tuple(one for one in plan.incidents if one.kind is not Kind.CLOCK_STEP)
    with quiet():
        left_alone, _ = lived(replace(plan, incidents=others))
        both = sorted((*others, *STEPS), key=lambda one: one.at_ms)
        stepped, done = lived(replace(plan, incidents=tuple(both)))
    assert done["clock step"] == len(STEPS)
    assert len(left_alone) > 1_000
    assert stepped == left_alone
