"""The bot as a torture's child: the same ``Bot`` over instrumented ports and disk, led by its standard input.

``python -m actors.torture.child CONFIG VENUE_URL MOMENT PASSAGE [rest]``: trades as ``run`` would, armed from
its start if MOMENT is not "". What it says is a JSON object a line:

| line                                | when                                                      |
|-------------------------------------|-----------------------------------------------------------|
| {"told": "synced", "calls": …}      | every grid has had its first sync                         |
| {"told": "trading", "calls": …}     | entries may leave: nothing unknown can still appear       |
| {"told": "dies", "moment": …}       | the moment it was armed for has come                      |
| {"told": "states", "grids": …}      | asked for by a line ``states``                            |

A line ``arm MOMENT=PASSAGE`` arms it; the end of its input ends it, so that it never outlives who leads it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pykka

from actors.exchanges import exchanges_for
from actors.grid import GridActor
from actors.machine import ThreadMachine
from actors.process import Bot
from actors.shell import Shell
from actors.torture.disk import InstrumentedDisk
from actors.torture.ports import instrumented
from actors.torture.trigger import Trigger
from config import load_config
from state.grid.model import GridState
from state.store.codec import encode

_LOOK_S = 0.005


def tell(**what: Any) -> None:
    """One line to the parent, whole, whichever thread speaks."""
    os.write(sys.stdout.fileno(), orjson.dumps(what, option=orjson.OPT_APPEND_NEWLINE))


class WatchedGrid(GridActor):
    """A grid whose newest state others may look at: ``step`` never changes one that it has given out."""

    living: ClassVar[dict[str, GridActor]] = {}

    def on_start(self) -> None:
        """Be seen."""
        super().on_start()
        self.living[f"{self.state.account:03d}/{self.state.symbol}"] = self


class Machine(ThreadMachine):
    """Threads as always, moments in the disk, and grids that are seen."""

    def __init__(self, trigger: Trigger) -> None:
        super().__init__()
        self.disk = InstrumentedDisk(trigger)

    def spawn(self, kind: type[Shell], *args: Any, **kwargs: Any) -> pykka.ActorRef[Any]:
        """pykka's own way."""
        return super().spawn(WatchedGrid if kind is GridActor else kind, *args, **kwargs)

    def states(self) -> dict[str, GridState]:
        """The newest state of each grid that lives."""
        living = dict(WatchedGrid.living)
        return {name: grid.state for name, grid in living.items() if not grid.actor_stopped.is_set()}


class Reporter:
    """Says when the grids are in step, and then trade."""

    def __init__(self, machine: Machine, grids: int, calls: Counter[str]) -> None:
        self._machine, self._grids, self._calls = machine, grids, calls

    def begin(self) -> None:
        """In a thread of its own."""
        threading.Thread(target=self._watch, name="reporter", daemon=True).start()

    def _watch(self) -> None:
        self._wait("synced", lambda state: state.synced and state.stream_up)
        self._wait("trading", lambda state: state.synced and state.stream_up and state.entries_proven)

    def _wait(self, what: str, holds: Any) -> None:
        while True:
            states = self._machine.states()
            if len(states) == self._grids and all(holds(state) for state in states.values()):
                tell(told=what, calls=dict(self._calls))
                return
            time.sleep(_LOOK_S)


def listen(machine: Machine, trigger: Trigger) -> None:
    """Do what the parent asks for; its end is ours."""
    for line in sys.stdin:
        what, _, given = line.strip().partition(" ")
        if what == "arm":
            moment, _, passage = given.rpartition("=")
            trigger.arm(moment, int(passage))
        elif what == "states":
            tell(told="states", grids={name: encode(state) for name, state in machine.states().items()})
    os._exit(0)


def main(config: str, venue_url: str, moment: str, passage: str, *more: str) -> int:
    """Run until killed; 1 if the bot ends by itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    settings = load_config(Path(config))
    trigger = Trigger(lambda name: tell(told="dies", moment=name))
    trigger.arm(moment, int(passage))
    machine, calls = Machine(trigger), Counter[str]()
    make = exchanges_for(settings, venue_url, os.environ)
    bot = Bot(settings, instrumented(make, trigger, calls, by_rest="rest" in more), None, machine=machine)
    threading.Thread(target=listen, args=(machine, trigger), name="listener", daemon=True).start()
    Reporter(machine, sum(len(account.symbols) for account in settings.accounts), calls).begin()
    result = bot.run(None)
    sys.stderr.write(f"ended: {result.failure}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
