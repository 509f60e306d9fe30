"""Whole runs: one seed is one run to the byte, and the first seeds are clean."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from actors.simulation.campaign import campaign
from actors.simulation.plan import Kind, plan_of
from actors.simulation.quiet import quiet
from actors.simulation.run import simulate

ROOT = Path(__file__).resolve().parent.parent.parent
#: Seeds of the share that every test run simulates, and how long each of them lives.
SEEDS, HOURS = 80, Decimal("0.5")


def trace(seed: int, hash_seed: str, path: Path) -> str:
    """The digest of a seed's whole trace, written by a process of its own."""
    command = ["main.py", "simulate", "--seeds", "1", "--from-seed", str(seed), "--hours", "0.3"]
    done = subprocess.run(
        [sys.executable, *command, "--trace", str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("seed", [3, 28, 198])
def test_two_runs_of_one_seed_are_equal_to_the_byte(seed: int, tmp_path: Path) -> None:
    one = trace(seed, "1", tmp_path / "one.txt")
    other = trace(seed, "2", tmp_path / "other.txt")
    assert (tmp_path / "one.txt").stat().st_size > 100_000
    assert one == other


def test_other_seeds_are_other_runs(tmp_path: Path) -> None:
    assert trace(3, "0", tmp_path / "a.txt") != trace(4, "0", tmp_path / "b.txt")


def test_what_ran_before_does_not_change_a_seed() -> None:
    with quiet():
        alone = simulate(7, Decimal("0.2"))
        simulate(8, Decimal("0.2"))
        again = simulate(7, Decimal("0.2"))
    assert (alone.counts, alone.faults) == (again.counts, again.faults)


def test_the_first_seeds_violate_nothing() -> None:
    totals = campaign(range(SEEDS), HOURS, jobs=os.cpu_count() or 1, files=(), told=lambda verdict: None)
    assert [(v.seed, v.violations[:3]) for v in totals.failed] == []
    assert totals.ended_stopped * 10 <= totals.seeds, "more than a tenth of the seeds end stopped by a guard"
    # A campaign in which little happens would prove little.
    assert totals.counts["TP closes"] > 5 * SEEDS
    assert totals.traded_ms * 2 > totals.simulated_ms
    assert len(totals.faults) > 50


def test_without_faults_nothing_is_orphaned_recovered_or_resynced() -> None:
    calm = [seed for seed in range(100) if plan_of(seed, HOURS).calm][:8]
    with quiet():
        verdicts = [simulate(seed, HOURS) for seed in calm]
    for verdict in verdicts:
        counted = {name: verdict.counts[name] for name in ("orphan", "recovery", "resync", "unknown_order")}
        assert (verdict.violations, set(counted.values())) == ([], {0}), (verdict.seed, counted)
    assert sum(verdict.counts["TP closes"] for verdict in verdicts) > 20


def test_the_plans_of_many_seeds_draw_every_kind_of_incident() -> None:
    plans = [plan_of(seed, Decimal(2)) for seed in range(200)]
    drawn = {incident.kind for plan in plans for incident in plan.incidents}
    assert drawn == set(Kind)
    assert 10 < sum(plan.calm for plan in plans) < 60
