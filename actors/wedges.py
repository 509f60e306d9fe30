"""Who stands still: an actor whose mailbox does not move though there is something to do.

The main thread looks about once a second and compares what inboxes count anyway (actors/shell.py): no
message is sent for it. An actor stands still while it is in the middle of a message, has letters waiting, or
has ended without a word, and has neither begun nor done a message since the last look. An idle one does not.
The later a look comes, the less it counts: a machine that is slow, or stood still itself, wedges nobody.

| who                | may stand for         | since it may rightly wait for | what follows             |
|--------------------|-----------------------|-------------------------------|--------------------------|
| grid, reconciler   | 10 s                  | nothing                       | its account starts again |
| feed, socket       | 20 s; dialling 120 s  | a full buffer; a dead DNS     | its account starts again |
| rest/NAME          | 300 s                 | many pages, each slow         | its account starts again |
| orders             | 20 s                  | a full buffer                 | the process ends, exit 1 |
| keeper, guard      | 30 s                  | a disk's longest flush        | the process ends, exit 1 |
| supervisor, timers | 10 s                  | nothing                       | the process ends, exit 1 |
| feed/public        | 20 s; dialling 120 s  | a full buffer; a dead DNS     | the process ends, exit 1 |
| watch              | 30 s; drawing 600 s   | a terminal under Ctrl-S       | the process ends, exit 1 |

A thread can't be ended, so an account must not get a second owner beside a wedged one:

- grid, reconciler, feed and socket reach the world by messages alone. Cut off, they say nothing more, and
  what the reader of a connection left behind still hears goes nowhere. No order leaves by it: the order actor
  has ended.
- rest/NAME, cut off, never sends what its mailbox holds. The request in its hand was stamped when it began:
  the exchange refuses it after its window, and the new start waits longer than that before it trades.
- orders writes to the wire, keeper and guard write files: one that wakes up would do so beside its successor.
  The process ends, and its threads with it; also where one of them doesn't end when its account is stopped.
- supervisor, timers, watch and feed/public serve every account: the process ends, as it does when they die.

The readers of the feeds' connections are no actors: each feed looks after its own every two seconds
(exchange/bybit/connection.py), finds one that has died, hangs or hears nothing, and dials anew.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from actors.directory import Directory, account_of, part_of
from actors.mail import Call, Open
from actors.timers import ThreadTimers
from exchange.clock import Clock
from state.store.times import iso_utc

LOOK_S = 1.0
_DIALS = {"feed", "socket"}
_SECONDS = {"feed": 20, "socket": 20, "orders": 20, "rest": 300, "keeper": 30, "guard": 30, "watch": 30}
_USUAL_S, _DIALLING_S, _DRAWING_S = 10, 120, 600
#: Of these a second one beside the first would write to the wire or to files.
OWNERS = ("keeper", "orders", "guard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedged:
    """An actor that has stood still for too long; ``doing`` names the message in its hand, "" for none.

    ``ended``: its thread has ended, and nobody was told. ``stack`` shows where it stands, for the log.
    """

    address: str
    depth: int
    since_ms: int
    doing: str
    ended: bool
    stack: str = field(default="", compare=False)

    @property
    def replaceable(self) -> bool:
        """Whether its account may start again beside what is left of it."""
        return account_of(self.address) != 0 and (self.ended or part_of(self.address) not in OWNERS)

    def __str__(self) -> str:
        state = "ended without a word" if self.ended else f"stands still in {self.doing or 'no message'}"
        return f"{self.address} {state} since {iso_utc(self.since_ms)}, {self.depth} messages wait"


@dataclass(frozen=True, slots=True)
class _Busy:
    """Somebody who has something to do."""

    address: str
    who: object
    turns: int
    depth: int
    doing: object
    ended: bool
    thread: int


@dataclass(slots=True, kw_only=True)
class _Still:
    """Somebody as the last look found them; ``stood_s`` grows while they don't move."""

    who: object
    turns: int
    since_ms: int
    stood_s: float = 0


class Wedges:
    """Belongs to the main thread. ``drawing``: the watch writes to a terminal, which people may halt."""

    def __init__(self, directory: Directory, timers: object, clock: Clock, *, drawing: bool) -> None:
        self._directory, self._clock, self._drawing = directory, clock, drawing
        self._timers = timers if isinstance(timers, ThreadTimers) else None
        self._looked_ns = clock.monotonic_ns()
        self._still: dict[str, _Still] = {}

    def look(self) -> tuple[Wedged, ...]:
        """Who has stood still for too long by now; each is told at every look until it moves or is gone."""
        now_ns, now_ms = self._clock.monotonic_ns(), self._clock.now_ms()
        passed_s = _counts_s((now_ns - self._looked_ns) / 1e9)
        self._looked_ns = now_ns
        before, self._still = self._still, {}
        found: list[Wedged] = []
        for busy in self._busy():
            still = before.get(busy.address)
            if still is None or still.who is not busy.who or still.turns != busy.turns:
                still = _Still(who=busy.who, turns=busy.turns, since_ms=now_ms)
            else:
                still.stood_s += passed_s
            self._still[busy.address] = still
            if still.stood_s >= self._limit_s(busy):
                wedged = Wedged(
                    address=busy.address,
                    depth=busy.depth,
                    since_ms=still.since_ms,
                    doing=_named(busy.doing),
                    ended=busy.ended,
                    stack=_stack(busy.thread),
                )
                found.append(wedged)
        return tuple(found)

    def _busy(self) -> Iterator[_Busy]:
        for address, ref in self._directory.residents():
            inbox: Any = ref.actor_inbox
            turns, doing, depth = inbox.turns, inbox.doing, inbox.qsize()
            ended = ref.actor_stopped.is_set()
            if doing is not None or depth or ended:
                yield _Busy(address, ref, turns, depth, doing, ended, inbox.thread)
        if self._timers is not None:
            sent, overdue = self._timers.overdue()
            if overdue:
                yield _Busy("timers", self._timers, sent, overdue, None, ended=False, thread=0)

    def _limit_s(self, busy: _Busy) -> int:
        kind = part_of(busy.address)
        if kind in _DIALS and isinstance(busy.doing, Open):
            return _DIALLING_S
        if kind == "watch" and self._drawing:
            return _DRAWING_S
        return _SECONDS.get(kind, _USUAL_S)


def _counts_s(passed_s: float) -> float:
    """How much the time since the last look counts: all of it if that was in time, else ever less."""
    return passed_s if passed_s <= LOOK_S else LOOK_S * LOOK_S / passed_s


def _named(doing: object) -> str:
    if isinstance(doing, Call):
        return f"Call({type(doing.request).__name__})"
    return type(doing).__name__ if doing is not None else ""


def _stack(thread: int) -> str:
    """Where a thread stands: files, lines and code, no values."""
    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame is not None else ""
