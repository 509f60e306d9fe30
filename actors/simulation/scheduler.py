"""One thread for everything: seeded, in virtual time. Every actor's real loop runs in a greenlet of its own.

An actor is served one message at a time. Which of the ready mailboxes is served next is drawn; time passes
only when none is ready. A blocking port lets time pass by ``sleep``: its actor stands still meanwhile, the
others go on.

| an actor's greenlet | waits for                          | goes on when                           |
|---------------------|------------------------------------|----------------------------------------|
| idle                | ``inbox.get()``                    | its mailbox is drawn                   |
| asleep              | ``sleep``, inside a port           | the time has come                      |
| ended               | nothing                            | never: its loop has returned           |
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from greenlet import GreenletExit, getcurrent, greenlet


class Watcher(Protocol):
    """Sees every turn of every actor."""

    def before(self, resident: Resident, message: object) -> None:
        """A resident is about to take this message."""
        ...

    def after(self, resident: Resident) -> None:
        """It waits for its next one, sleeps, or has ended."""
        ...


class Resident:
    """Whoever lives in a greenlet: the inbox of an actor, and where its loop stands.

    The four methods that pykka asks of an inbox are put, get, empty and qsize; a shell notes in it what it
    does, as in its own kind (``actors.shell.Inbox``).
    """

    __slots__ = (
        "_letters",
        "_scheduler",
        "asleep",
        "cut_off",
        "doing",
        "gone",
        "greenlet",
        "grid",
        "group",
        "left",
        "name",
        "ready",
        "shell",
        "thread",
        "turns",
    )

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._letters: deque[Any] = deque()
        self.greenlet: greenlet | None = None
        self.shell: Any = None
        self.name = ""
        self.group: object = None
        self.ready = self.asleep = self.gone = False
        self.turns, self.thread, self.cut_off = 0, 0, False
        self.doing: object = None
        self.left = threading.Event()
        self.grid = False
        """Whether the shell is a grid, with a state that checkers look at."""

    def put(self, envelope: Any) -> None:
        """Take a letter; whoever is gone gets none."""
        if self.gone:
            return
        self._letters.append(envelope)
        if not self.ready and not self.asleep:
            self._scheduler.make_ready(self)

    def get(self) -> Any:
        """The next letter, once this mailbox is drawn."""
        self.wait()
        return self._letters.popleft()

    def get_now(self) -> Any:
        """The next letter; there must be one."""
        return self._letters.popleft()

    def wait(self) -> None:
        """Give the word away until the scheduler gives it back."""
        if self.gone:
            raise GreenletExit
        self._scheduler.switch_out()
        if self.gone:
            raise GreenletExit

    def empty(self) -> bool:
        """Whether no letter waits."""
        return not self._letters

    def qsize(self) -> int:
        """How many letters wait."""
        return len(self._letters)

    def first(self) -> object:
        """The message of the letter that comes next."""
        return self._letters[0].message


class Scheduler:
    """Virtual time, an agenda, and the residents. ``watcher`` sees every turn."""

    def __init__(self, chance: Random, now_ms: int) -> None:
        self._chance = chance
        self._now_ms = now_ms
        self._agenda: list[tuple[int, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._ready: list[Resident] = []
        self._by_greenlet: dict[greenlet, Resident] = {}
        self._hub = getcurrent()
        self.watcher: Watcher | None = None
        self.turns = 0
        #: Share of the letters that find their reader slow, and how slow it may be.
        self.slow, self.slow_ms = 0.0, 50

    # --- VirtualTime ------------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """True time."""
        return self._now_ms

    def at(self, due_ms: int, action: Callable[[], object]) -> None:
        """Have ``action`` called once it is ``due_ms``; it must not sleep."""
        heapq.heappush(self._agenda, (due_ms, next(self._count), action))

    def sleep(self, ms: int) -> None:
        """Let time pass for the resident that runs now."""
        resident = self._by_greenlet[getcurrent()]
        if resident.gone:
            raise GreenletExit
        resident.asleep = True
        self.at(self._now_ms + ms, lambda: self._wake(resident))
        resident.wait()

    def hang(self) -> None:
        """Stand still until the end of the resident that calls this: it raises GreenletExit."""
        resident = self._by_greenlet[getcurrent()]
        resident.asleep = True
        resident.wait()
        raise GreenletExit

    # --- residents --------------------------------------------------------------------------------------

    def settle(self, resident: Resident, run: Callable[[], object], name: str, group: object) -> None:
        """Let ``run`` live in a greenlet; it begins in this millisecond and runs up to its first wait."""
        resident.name, resident.group, resident.asleep = name, group, True
        resident.greenlet = greenlet(run, self._hub)
        self._by_greenlet[resident.greenlet] = resident
        self.at(self._now_ms, lambda: self._wake(resident))

    def make_ready(self, resident: Resident) -> None:
        """Let a resident be drawn, now or, if its reader is slow, a little later."""
        resident.ready = True
        if self.slow and self._chance.random() < self.slow:
            self.at(self._now_ms + self._chance.randint(1, self.slow_ms), lambda: self._show(resident))
        else:
            self._ready.append(resident)

    def wake_after(self, resident: Resident, ms: int) -> None:
        """Serve a resident that waits with a limit, letter or not, once the time is over."""
        self.at(self._now_ms + ms, lambda: self._run(resident) if not resident.asleep else None)

    def end(self, group: object) -> None:
        """Kill every resident of a group, wherever it stands: none of them says anything any more.

        To be called from the agenda, never by a resident.
        """
        doomed = [r for r in self._by_greenlet.values() if r.group is group]
        for resident in doomed:
            resident.gone = True
        self._ready = [r for r in self._ready if not r.gone]
        for resident in doomed:
            assert resident.greenlet is not None
            if resident.greenlet:
                resident.greenlet.throw(GreenletExit)
            self._by_greenlet.pop(resident.greenlet, None)

    def switch_out(self) -> None:
        """Give the word back to the scheduler."""
        self._hub.switch()

    # --- the loop ---------------------------------------------------------------------------------------

    def run_until(self, end_ms: int) -> None:
        """Serve whoever is ready and let time pass up to ``end_ms``."""
        agenda, draw = self._agenda, self._chance.random
        while True:
            ready = self._ready
            # What is due now competes with the mailboxes: both orders happen.
            if ready and not (agenda and agenda[0][0] <= self._now_ms and draw() < 0.3):
                place = int(draw() * len(ready))
                resident = ready[place]
                last = ready.pop()
                if last is not resident:
                    ready[place] = last
                self._serve(resident)
            elif agenda and agenda[0][0] <= end_ms:
                due_ms, _, action = heapq.heappop(agenda)
                if due_ms > self._now_ms:
                    self._now_ms = due_ms
                action()
            else:
                self._now_ms = max(self._now_ms, end_ms)
                return

    def _serve(self, resident: Resident) -> None:
        resident.ready = False
        if resident.gone or resident.asleep or resident.empty():
            return
        self.turns += 1
        if self.watcher is not None:
            self.watcher.before(resident, resident.first())
        self._run(resident)

    def _run(self, resident: Resident) -> None:
        if resident.gone:
            return
        assert resident.greenlet is not None
        resident.greenlet.switch()
        if self.watcher is not None:
            self.watcher.after(resident)
        if resident.greenlet.dead:
            resident.gone = True
            self._by_greenlet.pop(resident.greenlet, None)
        elif not resident.asleep and not resident.ready and not resident.empty():
            self.make_ready(resident)

    def _wake(self, resident: Resident) -> None:
        if not resident.gone:
            resident.asleep = False
            self._run(resident)

    def _show(self, resident: Resident) -> None:
        if not resident.gone:
            self._ready.append(resident)
