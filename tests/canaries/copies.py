"""A copy of the running system with a known fault put back, simulated by a process of its own.

A canary is data (eight.py, orders.py ...): the places where the fault was once mended, and which checkers
must see it within how many seeds. The project itself is never touched: every copy is a folder of hard
links, in which the patched files are replaced.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import cache_from_source
from pathlib import Path

PROJECT = Path(__file__).parents[2]
_PACKAGES = ("actors", "config", "exchange", "messages", "state")
_CHILD = Path(__file__).with_name("child.py")
#: A child that has not ended by then hangs; on a busy machine a canary takes a minute or two.
_HANGS_S = 1800
_SHOWN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """In the file ``path`` of the project ``old``, which occurs exactly once, becomes ``new``."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A known fault: ``patches`` bring it back, and one of ``checkers`` must trip within ``within_seeds``.

    The seeds count from ``first_seed``; each runs for ``hours``.
    """

    name: str
    fault: str
    patches: tuple[Patch, ...]
    checkers: frozenset[str]
    within_seeds: int
    hours: Decimal = Decimal("0.5")
    first_seed: int = 0

    @property
    def seeds(self) -> range:
        """The seeds that may be run."""
        return range(self.first_seed, self.first_seed + self.within_seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The first seed with violations, None if there was none; its checkers and their sentences."""

    seed: int | None
    checkers: frozenset[str] = frozenset()
    violations: tuple[str, ...] = ()


class Stale(Exception):
    """A patch that doesn't fit the code any more; the text says whose, where, and how often it would fit."""


class Copies:
    """Makes copies in ``folder`` and simulates them, as many at once as there are cores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pristine = folder / "pristine"
        for package in _PACKAGES:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / package, self._pristine / package, ignore=ignored)
        compileall.compile_dir(self._pristine, quiet=2)
        self._pool = ThreadPoolExecutor(os.cpu_count())
        self._outcomes: dict[str, Future[Outcome]] = {}

    def begin(self, canary: Canary) -> Future[Outcome]:
        """Simulate a canary, once however often it is asked for."""
        if canary.name not in self._outcomes:
            self._outcomes[canary.name] = self._pool.submit(self._canary, canary)
        return self._outcomes[canary.name]

    def begin_unpatched(self, seeds: Iterable[int], hours: Decimal) -> Future[Outcome]:
        """Simulate the system as it is."""
        return self._pool.submit(_simulate, self._pristine, seeds, hours)

    def close(self) -> None:
        """Begin no more; what runs is awaited."""
        self._pool.shutdown(cancel_futures=True)

    def _canary(self, canary: Canary) -> Outcome:
        copy = self._folder / canary.name
        shutil.copytree(self._pristine, copy, copy_function=os.link)
        for patch in canary.patches:
            patched(canary, patch, copy)
        return _simulate(copy, canary.seeds, canary.hours)


def patched(canary: Canary, patch: Patch, root: Path) -> None:
    """Replace a file below ``root`` by its patched version; raises Stale."""
    path = root / patch.path
    text = path.read_text(encoding="utf-8")
    if text.count(patch.old) != 1:
        raise Stale(
            f"{canary.name}: {patch.path} has {text.count(patch.old)} places, not one, that read\n{patch.old}"
        )
    # Never written in place: the links of the other copies lead to the same file.
    path.unlink()
    Path(cache_from_source(str(path))).unlink(missing_ok=True)
    path.write_text(text.replace(patch.old, patch.new), encoding="utf-8")


def _simulate(root: Path, seeds: Iterable[int], hours: Decimal) -> Outcome:
    """Run seeds in a copy up to the first violation. Raises AssertionError if the child fails or hangs."""
    command = [sys.executable, "-P", str(_CHILD), str(hours), *map(str, seeds)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=_HANGS_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"{root.name}: no end after {_HANGS_S} s") from error
    if done.returncode:
        raise AssertionError(f"{root.name}: the child failed\n{done.stderr[-_SHOWN:]}")
    told = json.loads(done.stdout)
    violations = tuple(told["violations"])
    # Each is "12345 ms: CheckerName: sentence".
    return Outcome(
        seed=told["seed"],
        checkers=frozenset(violation.split(": ", 2)[1] for violation in violations),
        violations=violations,
    )
