"""The whole bot as one process: ordered start, a loop that waits, reverse stop."""

from __future__ import annotations

import logging
import os
import queue
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pykka

from actors.account import MakeExchange
from actors.control.client import SOCKET
from actors.control.server import Asked, ControlServer, RefusedAtStart
from actors.directory import Directory, account_address, grid_address
from actors.display.model import DisplayModel, WatchedAccount
from actors.ending import Signalled, Signals, StopAsked
from actors.feeds import PublicFeedActor
from actors.fleet import Fleet
from actors.lookout import Lookout
from actors.machine import Machine, ThreadMachine
from actors.mail import (
    AccountStopped,
    ActorDied,
    AskPicture,
    ClockRead,
    Finish,
    Finished,
    LastPicture,
    Open,
    Unreadable,
    Watched,
)
from actors.metrics_registry import Metrics
from actors.notices.notices import Notices
from actors.notify import Notifier
from actors.page.page import Page
from actors.reports.picture import Picture, to_bytes
from actors.shell import World
from actors.supervisor import SupervisorActor
from actors.watch import WatchActor
from actors.wedges import Wedges
from config import Config
from exchange.clock import ExchangeClock
from exchange.errors import ProtocolError
from messages.guard import Standing

_log = logging.getLogger("sol_trader")
#: A hop between threads costs up to this while another one computes; 5 ms is the interpreter's default.
_SWITCH_S = 0.0005
_ANSWER_S = 5
_WITHDRAW_S, _WRITE_S, _STOP_S = 2.5, 1.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """How a run ended: the last picture, whether any account traded, what went wrong ("" if nothing did)."""

    model: DisplayModel
    ended_ms: int
    started: bool
    failure: str


class Bot:
    """Starts, runs and stops everything; used once.

    ``new_venue`` says that the local venue was born with this run, so that state, trades and figures in
    the data folder tell of another one: they are kept aside. ``lost_records`` counts what the log has lost.
    """

    def __init__(
        self,
        config: Config,
        make_exchange: MakeExchange,
        draw: Callable[[DisplayModel, int], None] | None,
        *,
        new_venue: bool = False,
        machine: Machine | None = None,
        notifier: Notifier | None = None,
        notices: Notices | None = None,
        claim: Callable[[int], None] | None = None,
        lost_records: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._config = config
        self._make_exchange = make_exchange
        self._machine: Machine = machine or ThreadMachine()
        self._outbox = self._machine.outbox
        self._clock = ExchangeClock(self._machine.clock)
        self._directory = Directory()
        self._timers = self._machine.timers(self._directory, self._clock)
        self._world = World(
            self._directory, self._clock, self._timers, self._machine.disk, viewed=self._machine.viewed
        )
        self._draw = draw
        self._notifier = notifier or Notifier({})
        self._signals = Signals(self._outbox)
        self._lookout: Lookout | None = None
        self._notices = notices
        if notices is not None:
            notices.count_at(partial(self._directory.send, "watch"))
        self._fleet = Fleet(
            self._machine,
            self._world,
            self._timers,
            self._clock,
            config,
            make_exchange,
            new_venue=new_venue,
            goes_on=self._goes_on,
            claim=claim or (lambda account: None),
        )
        self._model = self._new_model()
        self._metrics = self._new_metrics(lost_records) if config.process.metrics.enabled else None
        self._page = Page(self._metrics.registry, self._model) if self._metrics is not None else None

    def run(self, for_s: float | None) -> RunResult:
        """Trade until the time is up, a signal comes, or an actor dies; then stop in order."""
        sys.setswitchinterval(_SWITCH_S)
        control = Path(self._config.process.data_dir) / SOCKET
        wedges = Wedges(self._directory, self._timers, self._clock, drawing=self._draw is not None)
        self._lookout = Lookout(wedges, self._notifier, self._clock, lambda: self._fleet.status)
        with self._signals, ControlServer(control, self.ask, self.picture):
            return self.live(for_s)

    def live(self, for_s: float | None) -> RunResult:
        """``run`` without what belongs to a process: signals, the look-out, the interpreter's settings."""
        watch = self._start_watch()
        try:
            failure = self._begin()
            if not failure:
                self._notifier.ready(self._fleet.status)
                failure = self._wait(for_s)
        finally:
            self._notifier.stopping()
            self._stop()
        if self._page is not None:
            self._page.stop()
        watch.stop(block=False)
        self._machine.wait_stopped([watch], _STOP_S)
        return RunResult(
            model=self._model, ended_ms=self._clock.now_ms(), started=self._fleet.ever_ran, failure=failure
        )

    def stop(self) -> None:
        """Ask for an orderly stop, from any thread; ``run`` returns when it is done."""
        self._outbox.put(StopAsked())

    def ask(self, account: int, asked: Asked) -> Standing | str:
        """Ask an account's guard, from a thread that is no actor; a text says why nobody answered."""
        guard = self._directory.ref(account_address(account, "guard"))
        if guard is None:
            code = f"account {account:03d}"
            known = any(each.id == account for each in self._config.accounts)
            refused = [text for text in self._fleet.refusals if text.startswith(code)]
            if refused:
                return RefusedAtStart(refused[-1])
            return f"{code} {'is starting' if known else 'is not in the config'}"
        try:
            told = guard.ask(asked, timeout=_ANSWER_S)
        except (pykka.Timeout, pykka.ActorDeadError):
            told = None
        return told if isinstance(told, Standing) else f"account {account:03d}: its guard does not answer"

    def picture(self) -> bytes | str:
        """What the watch knows, as JSON, from a thread that is no actor; a text says why nobody answered."""
        watch = self._directory.ref("watch")
        try:
            told = watch.ask(AskPicture(), timeout=_ANSWER_S) if watch is not None else None
        except (pykka.Timeout, pykka.ActorDeadError):
            told = None
        if not isinstance(told, Watched):
            return "the watch does not answer"
        return to_bytes(
            Picture(
                pid=os.getpid(),
                now_ms=self._clock.now_ms(),
                clock_offset_ms=self._clock.offset_ms,
                mailboxes=dict(self._directory.depths()),
                undelivered=self._directory.undelivered,
                refusals=self.refusals,
                model=told.model,
                vitals=told.vitals,
            )
        )

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why accounts were not started, as it was logged; those that are tried again are not among them."""
        return tuple(self._fleet.refusals)

    def _start_watch(self) -> pykka.ActorRef[Any]:
        self._timers.start()
        spawn = self._machine.spawn
        self._directory.register("supervisor", spawn(SupervisorActor, self._world, self._outbox))
        watch = spawn(
            WatchActor, self._world, self._model, self._metrics, self._draw, self._notices, self._page
        )
        self._directory.register("watch", watch)
        return watch

    def _new_model(self) -> DisplayModel:
        config = self._config
        watched = [
            WatchedAccount(
                account=account.id,
                name=account.name,
                dry_run=account.dry_run,
                symbols=tuple(s.symbol for s in account.symbols),
            )
            for account in config.accounts
        ]
        return DisplayModel.begin(config.process.environment.value, self._clock.now_ms(), watched)

    def _new_metrics(self, lost_records: Callable[[], Mapping[str, int]]) -> Metrics:
        symbols = {a.id: tuple(s.symbol for s in a.symbols) for a in self._config.accounts}
        dry = {a.id for a in self._config.accounts if a.dry_run}
        metrics = Metrics.for_config(symbols, clock=self._clock, dry=dry)
        metrics.watch_mailboxes(self._directory.depths)
        metrics.watch_log(lost_records)
        metrics.watch_clock(lambda: self._clock.offset_ms)
        self._directory.stamp = metrics.latencies.stamp
        self._timers.measure(metrics.latencies.late)
        return metrics

    def _begin(self) -> str:
        """Serve page, metrics and prices, start the accounts; "" if one runs or will, else why none."""
        settings = self._config.process
        if self._page is not None:
            try:
                port = self._page.start(settings.metrics.host, settings.metrics.port)
                site = f"http://{settings.metrics.host}:{port}/"
                _log.info("metrics on %smetrics", site)
                _log.info("page on %s", site)
            except OSError as error:
                place = f"{settings.metrics.host!r}, port {settings.metrics.port}"
                return (
                    f"metrics: {place}: {error.strerror}: let process.metrics name another host or port "
                    "(0 takes a free one), or end what listens there"
                )
        self._start_public_feed()
        self._fleet.begin()
        return "; ".join(self._fleet.refusals) if self._fleet.lost else ""

    def _start_public_feed(self) -> None:
        """One stream for all accounts, whether they run yet or not."""
        readers: dict[str, tuple[str, ...]] = {}
        for account in self._config.accounts:
            for symbol in (settings.symbol for settings in account.symbols):
                mine = (grid_address(account.id, symbol), account_address(account.id, "orders"))
                readers[symbol] = readers.get(symbol, ()) + mine
        tell = self._directory.send

        def unreadable(problem: ProtocolError) -> None:
            tell("feed/public", Unreadable(text=str(problem)))

        exchange = self._make_exchange(self._config.accounts[0], self._clock, unreadable)
        ref = self._machine.spawn(
            PublicFeedActor, "feed/public", self._world, readers, exchange.public_stream
        )
        self._directory.register("feed/public", ref)
        self._directory.send("feed/public", Open())

    def _goes_on(self) -> bool:
        """Asked between the starts of accounts, each of which may wait for a slow exchange."""
        if self._lookout is not None:
            self._lookout.live()
        return not self._signals.seen

    def _wait(self, for_s: float | None) -> str:
        """The main thread's whole work: wait for the end, and start accounts whose time has come."""
        deadline_ns = None if for_s is None else self._clock.monotonic_ns() + int(for_s * 1e9)
        while True:
            left = None if deadline_ns is None else (deadline_ns - self._clock.monotonic_ns()) / 1e9
            if left is not None and left <= 0:
                return ""
            message = self._next_message(left)
            if isinstance(message, ClockRead):
                by_ms, self._clock.ahead_ms = message.ahead_ms - self._clock.ahead_ms, message.ahead_ms
                _log.warning("the clock was off by %s ms: set to the exchange's", by_ms)
            failure = self._failed(message)
            if failure:
                return failure
            if isinstance(message, AccountStopped):
                self._fleet.stopped(message)
            if isinstance(message, Signalled):
                _log.info("%s: stopping in order", signal.Signals(message.number).name)
                return ""
            if isinstance(message, StopAsked):
                return ""
            self._fleet.start_due()
            if self._fleet.lost:
                return "; ".join(self._fleet.refusals)

    def _failed(self, message: object) -> str:
        """Let the fleet deal with who has died or stands still: "" or why the process must end."""
        if isinstance(message, ActorDied):
            return self._fleet.died(message.address, message.error)
        for wedged in self._lookout.look() if self._lookout is not None else ():
            failure = self._fleet.wedged(wedged)
            if failure:
                return failure
        return ""

    def _next_message(self, left_s: float | None) -> object | None:
        """The next message; None once the time is up, an account is to be started, or it is time to look."""
        if self._lookout is not None:
            left_s = self._lookout.wait_s if left_s is None else min(left_s, self._lookout.wait_s)
        due_in_ms = self._fleet.due_in_ms
        if due_in_ms is not None:
            due_s = max(due_in_ms, 1) / 1000
            left_s = due_s if left_s is None else min(left_s, due_s)
        try:
            return self._outbox.get(timeout=left_s)
        except queue.Empty:
            return None

    def _stop(self) -> None:
        """No new entries, state saved, sockets closed; never longer than a few seconds."""
        accounts = list(self._fleet.running.values())
        for actors in accounts:
            actors.withdraw(self._world)
        self._collect({grid_address(a.account, s) for a in accounts for s in a.symbols}, _WITHDRAW_S)
        for actors in accounts:
            actors.finish(self._world)
        self._collect({account_address(a.account, "keeper") for a in accounts}, _WRITE_S)
        public = self._directory.ref("feed/public")
        if public is not None:
            self._directory.remove("feed/public")
            public.stop(block=False)
        for actors in reversed(accounts):
            actors.stop(self._world, self._machine)
        self._directory.send("watch", Finish())
        self._collect({"watch"}, _WRITE_S)
        self._timers.stop()
        supervisor = self._directory.ref("supervisor")
        if supervisor is not None:
            supervisor.stop(block=False)

    def _collect(self, addresses: set[str], limit_s: float) -> None:
        """Wait until all have finished, but not longer than the limit."""
        deadline_ns = self._clock.monotonic_ns() + int(limit_s * 1e9)
        while addresses:
            left = (deadline_ns - self._clock.monotonic_ns()) / 1e9
            try:
                message = self._outbox.get(timeout=max(left, 0.001))
            except queue.Empty:
                return
            if isinstance(message, LastPicture):
                self._model = message.model
            elif isinstance(message, Finished | ActorDied):
                addresses.discard(message.address)
