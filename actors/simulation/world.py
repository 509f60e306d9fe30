"""One seed's world: the venue, the bot's process, the disk, the market, and what happens to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from itertools import takewhile
from pathlib import Path
from random import Random

from actors.directory import grid_address
from actors.process import RunResult
from actors.simulation.disk import DiskFaults, VirtualDisk
from actors.simulation.incidents import Authority, Deaths, Person
from actors.simulation.market import trades
from actors.simulation.operator import Operator
from actors.simulation.plan import FOLDER, Incident, Kind, Plan
from actors.simulation.process import Process
from actors.simulation.resetting import with_other_settings
from actors.simulation.scheduler import Scheduler
from exchange.simulated.venue import SimulatedVenue
from exchange.simulated.weather import CALM
from exchange.venue.contract import PrivatePush, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.records import AccountSpec
from state.grid.model import GridState

#: 2026-01-01 00:00 UTC, 40 minutes before a funding.
START_MS = 1_767_225_600_000 + 7 * 3_600_000 + 20 * 60_000
_QUIET_PRINT_MS = 2_000
#: In the end nothing is begun any more for so long.
_QUIET_MS = 30_000
#: How long the disk flushes a file.
_FLUSH_MS = (1, 8)
#: A close that a sync has told is counted as recovered 5 s later, if the stream has not told it by then.
_HEALED_MS = 10_000
#: What the machine's clock is set by; an hour: it went by local time until now.
_CLOCK_STEPS_MS = (-3_600_000, -30_000, -300, 300, 30_000, 3_600_000)
#: How long its clocks stand still.
_STANDS_STILL_MS = (1_000, 5_000, 30_000)


class SimulatedWorld:
    """Everything that one seed moves; a ``Plant`` for the checkers.

    ``run`` lets the plan's time pass, ``calm`` ends every fault and lets the system find its rest.
    """

    def __init__(self, plan: Plan, files: tuple[str, ...] = ()) -> None:
        self.plan = plan
        self._chance = Random(f"world/{plan.seed}")
        self.scheduler = Scheduler(Random(f"turns/{plan.seed}"), START_MS)
        self.scheduler.slow = plan.slow
        self.core = VenueCore(
            seed=plan.seed,
            now_ms=START_MS,
            instruments=[i for i in default_instruments() if i.symbol in plan.symbols],
            accounts=[
                AccountSpec(name=account.code, balance_usdt=plan.balances[account.id], hedge=True)
                for account in plan.config.accounts
            ],
            quirks=plan.quirks,
        )
        self.venue = SimulatedVenue(self.core, self.scheduler, Random(f"network/{plan.seed}"))
        self.disk = VirtualDisk(Random(f"disk/{plan.seed}"), self._written)
        self._flushes = Random(f"flushes/{plan.seed}")
        self.disk.on_flush = lambda: self.scheduler.sleep(self._flushes.randint(*_FLUSH_MS))
        self.done: Counter[str] = Counter()
        self.process: Process | None = None
        self._config = plan.config
        self.operator = Operator(self)
        self._person = Person(self.venue, Random(f"person/{plan.seed}"), self.done)
        self._authority = Authority(self.venue, Random(f"authority/{plan.seed}"), self.done)
        self.deaths = Deaths(self.done)
        self._trades = trades(plan.market, plan.symbols, files)
        self._calm = False
        self.prints = 0
        self._healed_ms: dict[str, int] = {}
        self._missing: dict[str, dict[int, PrivatePush]] = {a.code: {} for a in plan.config.accounts}
        self._overtaken: set[int] = set()
        self.venue.on_pushed.append(lambda push: self._missing[push.account].setdefault(id(push), push))
        self.venue.on_delivered.append(self._has_come)
        self.on_written: list[Callable[[Path, bytes], object]] = []
        self.on_killed: list[Callable[[int, int | None], object]] = []
        self.on_suspended: list[Callable[[int], object]] = []

    # --- what checkers see ------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """True time."""
        return self.scheduler.now_ms()

    @property
    def symbols(self) -> Mapping[int, tuple[str, ...]]:
        """The symbols of each account."""
        return {a.id: tuple(s.symbol for s in a.symbols) for a in self.plan.config.accounts}

    def grid(self, account: int, symbol: str) -> GridState | None:
        """The newest state of a grid; None while its actor is not there."""
        return self.process.grid(grid_address(account, symbol)) if self.process is not None else None

    def refusal(self, account: int) -> str:
        """What the process says of an account that it does not start, or the last one that has ended."""
        said = (*self.operator.refusals, *(self.process.refusals if self.process is not None else ()))
        return next((text for text in reversed(said) if f"account {account:03d} does not start" in text), "")

    def gap(self, account: int) -> bool:
        """Whether something pushed has not reached the bot, or has only just: by a sync, or out of order."""
        code = f"{account:03d}"
        return bool(self._missing[code]) or self.now_ms() < self._healed_ms.get(code, 0) + _HEALED_MS

    def synced(self, account: int, began_ms: int) -> None:
        """A sync that began then is complete: it has brought what was pushed before."""
        missing = self._missing[f"{account:03d}"]
        told = [key for key, push in missing.items() if push.at_ms < began_ms]
        for key in told:
            del missing[key]
            self._overtaken.discard(key)
        if told:
            self._healed_ms[f"{account:03d}"] = self.now_ms()

    def _has_come(self, push: PrivatePush) -> None:
        """A push has reached the bot; it may come behind later ones of its topic, by its second copy."""
        missing = self._missing[push.account]
        if id(push) not in missing:
            return
        earlier = takewhile(lambda key: key != id(push), missing)  # in the order in which they were pushed
        self._overtaken.update(key for key in earlier if missing[key].topic == push.topic)
        del missing[id(push)]
        if id(push) in self._overtaken:
            self._overtaken.discard(id(push))
            self._healed_ms[push.account] = self.now_ms()

    # --- a run ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The market has a price, then the process starts and the plan's incidents are due."""
        self._print_next()
        self.start_process()
        for incident in self.plan.incidents:
            self.scheduler.at(START_MS + incident.at_ms, partial(self._happen, incident))
        self.operator.begin()

    def run_until(self, run_ms: int) -> None:
        """Let time pass up to ``run_ms`` after the start."""
        self.scheduler.run_until(START_MS + run_ms)

    def calm(self, ms: int) -> None:
        """No more faults: the price stands still, the operator mends what people must mend."""
        self._calm = True
        self.venue.weather = CALM
        self.disk.faults = DiskFaults()
        self.scheduler.slow = 0
        self.deaths.doomed = ""
        self.operator.calm()
        self._print_again()
        self.scheduler.run_until(self.now_ms() + ms - _QUIET_MS)
        self.operator.go_home()
        self.scheduler.run_until(self.now_ms() + _QUIET_MS)

    # --- the process ------------------------------------------------------------------------------------

    def start_process(self) -> None:
        """The service manager starts the bot, if it is not running."""
        if self.process is None:
            ahead_ms = self.operator.clock_ahead_ms
            self.process = Process(
                self.scheduler,
                self.venue,
                self.disk,
                self._config,
                ahead_ms=ahead_ms,
                on_life=self.say_killed,
                on_end=self._ended,
            )

    def kill(self, *, power: bool) -> None:
        """The process is gone; with ``power`` the machine's page cache is, too."""
        if self.process is None:
            return
        self.disk.halt()
        self.process.kill()
        self._forget_process()
        if power:
            self.disk.crash()
        else:
            self.disk.killed()
        self.operator.died()

    def _ended(self, result: RunResult) -> None:
        self._forget_process()
        self.disk.killed()
        self.operator.ended(result)

    def _forget_process(self) -> None:
        self.process = None
        self.say_killed()

    def say_killed(self, account: int | None = None) -> None:
        """What an account's actors held in memory is lost (None: all accounts'); the next ones begin anew."""
        for look in self.on_killed:
            look(self.now_ms(), account)
        for number in self.symbols if account is None else (account,):
            # What lay in their mailboxes is lost, though it had been delivered.
            lost = PrivatePush(account=f"{number:03d}", topic="order", data=(), at_ms=self.now_ms())
            self._missing[lost.account][id(lost)] = lost

    def end(self) -> None:
        """Let go of everything that lives."""
        if self.process is not None:
            self.disk.halt()
            self.process.kill()
            self.process = None

    # --- the market -------------------------------------------------------------------------------------

    def _print_next(self) -> None:
        """Let the market print its next trade, and plan the one after it."""
        trade = next(self._trades, None)
        if trade is None:
            return
        due_ms = START_MS + trade.market_ms
        if due_ms <= self.now_ms():
            self._print(trade)
        else:
            self.scheduler.at(due_ms, lambda: self._print(trade))

    def _print(self, trade: Trade) -> None:
        if self._calm:
            return
        self.prints += 1
        self.venue.trade(trade)
        self._print_next()

    def _print_again(self) -> None:
        """The last price once more, with nothing to take."""
        for symbol in self.plan.symbols:
            last = self.core.listings[symbol].last
            trade = Trade(symbol=symbol, price=last, qty=last * 0, taker="Buy", market_ms=0)
            self.venue.trade(trade)
        self.scheduler.at(self.now_ms() + _QUIET_PRINT_MS, self._print_again)

    # --- incidents --------------------------------------------------------------------------------------

    def _happen(self, incident: Incident) -> None:
        if self._calm:
            return
        chance = Random(incident.draw)
        account = chance.choice(self.plan.config.accounts)
        match incident.kind:
            case Kind.WEATHER:
                assert incident.weather is not None
                self.venue.weather = incident.weather
            case Kind.KILL:
                self.done["kill"] += self.process is not None
                self.kill(power=chance.random() < 0.5)
            case Kind.KILL_IN_WRITE:
                self._kill_in_write(chance)
            case Kind.ACTOR_DIES:
                if self.process is not None and self.process.shells:
                    self.deaths.doomed = chance.choice(sorted(self.process.shells))
                    self.deaths.late = chance.random() < 0.5
            case Kind.ORDERLY_STOP:
                if self.process is not None:
                    self.done["orderly stop"] += 1
                    self.process.stop()
            case Kind.CLOCK_STEP:
                self.done["clock step"] += 1
                self.operator.step_clock(chance.choice(_CLOCK_STEPS_MS))
            case Kind.CLOCK_STOP:
                self.done["clock stands still"] += 1
                self.operator.suspend(chance.choice(_STANDS_STILL_MS))
                for look in self.on_suspended:
                    look(self.now_ms())
            case Kind.DISK_BAD:
                rate = chance.choice((0.02, 0.3, 1.0))
                kind = chance.choice(("full", "write_error", "fsync_error", "read_only"))
                self.disk.faults = DiskFaults(**{kind: rate})
            case Kind.DISK_GOOD:
                self.disk.faults = DiskFaults()
            case Kind.STATE_LOST:
                self._lose_state(account.code)
            case Kind.PERSON:
                self._person.act(account.id, [s.symbol for s in account.symbols], self.now_ms())
            case Kind.EXCHANGE:
                self._authority.act(account.id, self.now_ms())
            case Kind.SETTINGS:
                self._change_settings(chance)
            case Kind.FUNDING:
                self.done["funding"] += 1
                self.venue.fund(chance.choice(self.plan.symbols))

    def _change_settings(self, chance: Random) -> None:
        """A person edits the config file and restarts the process."""
        self.done["other settings"] += 1
        self._config = with_other_settings(self._config, chance)
        if self.process is not None:
            self.process.stop()

    def _kill_in_write(self, chance: Random) -> None:
        """The next operations of the disk are the process's last."""
        if self.process is None:
            return
        power = chance.random() < 0.5

        def die() -> None:
            self.done["kill in a write"] += 1
            self.scheduler.at(self.now_ms(), lambda: self.kill(power=power))
            self.scheduler.hang()

        self.disk.die_at(chance.randint(1, 12), die)

    def _lose_state(self, code: str) -> None:
        """The process is killed and the state file is gone."""
        self.kill(power=False)
        path = FOLDER / f"{code}_bot_state.json"
        if str(path) in self.disk.contents():
            self.done["state file lost"] += 1
            self.disk.lose(path)
            self._written(path, b"")

    def _written(self, path: Path, content: bytes) -> None:
        for look in self.on_written:
            look(path, content)
