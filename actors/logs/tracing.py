"""Grids and order actors tell their steps, where the level asks for it; otherwise it costs one comparison."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from actors.logs.fields import about
from actors.logs.steps import commands, decided_in, told_by
from actors.logs.trail import Moment, Step, Trail
from actors.mail import Origin
from exchange.clock import Clock
from messages.ids import cycle_id, parse_order_link_id
from messages.orders import OrderCommand, RequestAnswered
from state.grid.effects import Effect
from state.grid.model import GridState

#: Milestones and steps: on the terminal they are lines of level DEBUG, in files milestones are INFO.
STEPS = logging.getLogger("sol_trader.steps")


class GridTrace:
    """What one grid's steps tell."""

    def __init__(self, account: int, symbol: str, clock: Clock) -> None:
        self._account, self._symbol, self._clock = account, symbol, clock
        self._trail = Trail()

    def stepped(
        self,
        before: GridState,
        event: object,
        after: GridState,
        effects: Iterable[Effect],
        received_ns: int,
        now_ms: int,
    ) -> None:
        """Log one step; to be called before its commands leave, so that what follows them comes later."""
        if not effects or not STEPS.isEnabledFor(logging.INFO):
            return
        moment = Moment(
            before=before,
            after=after,
            effects=effects,
            received_ns=received_ns,
            now_ns=self._clock.monotonic_ns(),
            now_ms=now_ms,
        )
        detailed = STEPS.isEnabledFor(logging.DEBUG)
        if detailed:
            self._say(told_by(event, now_ms))
        self._say(self._trail.follow(moment))
        if detailed:
            self._say(decided_in(moment))

    def _say(self, steps: Iterable[Step]) -> None:
        for step in steps:
            _say(self._account, self._symbol, step)


def log_sent(account: int, sent: Iterable[OrderCommand], now_ms: int) -> None:
    """Each command of a request that leaves."""
    if STEPS.isEnabledFor(logging.DEBUG):
        sent = tuple(sent)
        for command, step in zip(sent, commands(sent, "sent", now_ms), strict=True):
            _say(account, command.symbol, step)


def log_reopening(account: int, command: OrderCommand, origin: Origin, took_ns: int, now_ms: int) -> None:
    """The order that opens a side has left, so long after the frame that told the close which it answers."""
    name = parse_order_link_id(command.order_link_id)
    if name is None:
        return
    step = Step(
        kind="reopening_sent",
        text="the market order has left",
        at_ms=now_ms,
        milestone=True,
        side=origin.side,
        cycle=origin.cycle,
        opens=name.side,
        next_cycle=name.cycle,
        order=command.order_link_id,
        after_us=took_ns // 1_000,
    )
    _say(account, command.symbol, step)


def log_answer(account: int, answer: RequestAnswered, took_ns: int | None) -> None:
    """How a command was answered."""
    if not STEPS.isEnabledFor(logging.DEBUG):
        return
    name = parse_order_link_id(answer.order_link_id)
    text = f"{answer.action.value} {answer.outcome.value}"
    STEPS.debug(
        "%s",
        f"{text}: {answer.code} {answer.text}" if answer.code or answer.text else text,
        extra=about(
            kind="answered",
            account=account,
            symbol=answer.symbol,
            side=name.side if name is not None else None,
            cycle=cycle_id(account, answer.symbol, name.side, name.cycle) if name is not None else "",
            order=answer.order_link_id,
            took_us=None if took_ns is None else took_ns // 1_000,
            at_ms=answer.answered_ms,
        ),
    )


def _say(account: int, symbol: str, step: Step) -> None:
    cycle = following = ""
    if step.side is not None and step.cycle is not None:
        cycle = cycle_id(account, symbol, step.side, step.cycle)
    if step.opens is not None and step.next_cycle is not None:
        following = cycle_id(account, symbol, step.opens, step.next_cycle)
    STEPS.log(
        logging.INFO if step.milestone else logging.DEBUG,
        "%s",
        step.text,
        extra=about(
            kind=step.kind,
            account=account,
            symbol=symbol,
            side=step.side,
            cycle=cycle,
            next_cycle=following,
            order=step.order,
            after_us=step.after_us,
            at_ms=step.at_ms,
        ),
    )
