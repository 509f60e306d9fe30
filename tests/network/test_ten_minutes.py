"""The environment is down for ten minutes, in virtual time: the bot waits, says so, and goes on.

The real ``Bot`` with its real actors and client code, over the simulation's sockets, whose checkers look at
all that it does. test_outage.py has the same with real sockets, for seconds.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

import pytest

from actors.simulation.checks.board import Checks
from actors.simulation.plan import FOLDER, plan_of
from actors.simulation.quiet import quiet
from actors.simulation.run import CALM_MS, Run, Verdict
from actors.simulation.trace import Trace
from actors.simulation.world import START_MS, SimulatedWorld
from exchange.simulated.weather import Weather
from exchange.venue.quirks import Quirks
from messages.events import Counted
from messages.reports import StreamChanged, SyncFinished

MINUTE_MS = 60_000
DOWN_MS, UP_MS = 10 * MINUTE_MS, 20 * MINUTE_MS
END_MS = 30 * MINUTE_MS
WINDOW_MS, BYBITS_LIMIT = 300_000, 500
#: The longest pause between two dials, and what a dial itself may take.
PAUSE_MS = 31_000


@dataclass
class Story:
    """A run's words, each with its minute, and how it ended."""

    told: list[tuple[int, object]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    filled_while_down: int = 0
    executed: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    fills_after: int = 0

    def of(self, kind: type) -> list[tuple[int, object]]:
        """What was told of a kind."""
        return [(at_ms, message) for at_ms, message in self.told if isinstance(message, kind)]

    def streams(self) -> dict[tuple[int, str], list[tuple[int, StreamChanged]]]:
        """Each connection's ups and downs."""
        found: dict[tuple[int, str], list[tuple[int, StreamChanged]]] = {}
        for at_ms, message in self.told:
            if isinstance(message, StreamChanged):
                found.setdefault((message.account, message.stream), []).append((at_ms, message))
        return found

    def dials(self) -> dict[tuple[int, str], list[int]]:
        """When each connection was dialled."""
        found: dict[tuple[int, str], list[int]] = {}
        for at_ms, message in self.told:
            if isinstance(message, Counted) and message.name == "dial":
                found.setdefault((message.account, message.reason), []).append(at_ms)
        return found


class Listener(Run):
    """A run that keeps what the watch was told."""

    story: Story

    def _count(self, message: object) -> None:
        self.story.told.append((self._world.now_ms() - START_MS, message))
        super()._count(message)


def lived(kind: str) -> Story:
    """Thirty minutes, of which the middle ten are an outage; the market goes on all the time."""
    seed = next(s for s in range(1_000) if suits(s))
    plan = replace(plan_of(seed, Decimal("0.5")), incidents=(), slow=0, clock_ahead_ms=0, quirks=Quirks())
    world, story = SimulatedWorld(plan), Story()
    checks, verdict = Checks(world), Verdict(seed=seed)
    Listener(world, checks, Trace(START_MS), verdict).story = story
    world.begin()
    world.run_until(DOWN_MS)
    world.venue.weather = Weather(silent=0.5)
    world.venue.go_down(kind, UP_MS - DOWN_MS)
    world.run_until(END_MS)
    world.calm(CALM_MS)
    checks.at_the_end()
    story.violations = [f"{one.at_ms - START_MS} ms: {one.sentence}" for one in checks.violations]
    for books in world.core.books.values():
        done = [e for e in books.executions if e.exec_type == "Trade"]
        story.executed.update(e.exec_id for e in done)
        story.filled_while_down += sum(DOWN_MS < e.time_ms - START_MS < UP_MS for e in done)
        story.fills_after += sum(e.time_ms - START_MS > UP_MS for e in done)
    for account in plan.config.accounts:
        text = world.disk.contents()[str(FOLDER / f"{account.code}_trades_history.csv")].decode()
        story.booked.update(row["exec_id"] for row in csv.DictReader(io.StringIO(text)))
    world.end()
    return story


def suits(seed: int) -> bool:
    """Two accounts, an early take profit, nothing that stops them."""
    plan = plan_of(seed, Decimal("0.5"))
    symbols = [symbol for account in plan.config.accounts for symbol in account.symbols]
    quick = all(symbol.take_profit_percent <= Decimal("0.5") for symbol in symbols)
    guarded = any(account.guard.disconnections.max_per_hour < 10 for account in plan.config.accounts)
    return len(plan.config.accounts) == 2 and quick and not guarded


@pytest.fixture(scope="module", params=["connect_refused", "lost_request"])
def story(request: pytest.FixtureRequest) -> Iterator[Story]:
    with quiet():
        yield lived(request.param)


def down(times: Sequence[int]) -> list[int]:
    return [at_ms for at_ms in times if DOWN_MS <= at_ms < UP_MS]


def test_what_filled_during_the_outage_is_booked_once_and_nothing_is_violated(story: Story) -> None:
    assert story.violations == []
    assert story.filled_while_down
    assert story.booked == story.executed


def test_dials_grow_rarer_and_stay_within_the_exchanges_limit(story: Story) -> None:
    assert len(story.dials()) == 5
    for times in story.dials().values():
        waits = [after - before for before, after in pairwise(down(times))]
        assert all(later >= sooner - 100 for sooner, later in pairwise(waits))
        assert max(waits) <= PAUSE_MS
        assert len(down(times)) <= 25
    together = sorted(at_ms for times in story.dials().values() for at_ms in times)
    most = max(sum(first <= at_ms < first + WINDOW_MS for at_ms in together) for first in together)
    assert most <= BYBITS_LIMIT // 5


def test_the_bot_says_what_is_gone_when_it_dials_again_and_how_long_it_was_without(story: Story) -> None:
    for changes in story.streams().values():
        reasons = [one.reason for at_ms, one in changes if DOWN_MS <= at_ms < UP_MS and not one.up]
        assert len(reasons) > 10
        assert all("dialled again in" in reason for reason in reasons[1:])
        back_ms, back = next((at_ms, one) for at_ms, one in changes if at_ms >= UP_MS and one.up)
        assert back_ms < UP_MS + PAUSE_MS
        assert back.reason.startswith(("after 60", "after 61", "after 62", "after 59", "after 58"))
        assert back.reason.endswith("dials")
    failed = [one for at_ms, one in story.of(SyncFinished) if DOWN_MS < at_ms < UP_MS]
    assert failed
    assert all(one.failure for one in failed)  # type: ignore[attr-defined]


def test_requests_grow_rarer_too(story: Story) -> None:
    syncs = down([at_ms for at_ms, one in story.of(SyncFinished) if one.account == 1])  # type: ignore[attr-defined]
    assert len(syncs) <= 70


def test_one_sync_of_each_account_closes_the_gap_and_trading_goes_on(story: Story) -> None:
    for account in (1, 2):
        resyncs = [
            at_ms
            for at_ms, one in story.of(Counted)
            if one.name == "resync" and one.account == account and at_ms >= UP_MS  # type: ignore[attr-defined]
        ]
        assert len(resyncs) == 1
    assert story.fills_after
