"""Spoilt frames through the real decoding into the whole grid: it never breaks, orders keep to the rules.

A lie that reads like the truth can't be told from it by one frame; what it may never do is bring about an
order that the instrument's rules, the ladder or the leg's own size forbid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from exchange.bybit.decode_private import decode_private
from exchange.bybit.fields import parse_object
from exchange.errors import ProtocolError
from exchange.venue.contract import PrivatePush
from messages.account import Wallet
from messages.commands import StreamGap
from messages.events import BalanceMayFit, StreamEvents
from messages.orders import AmendOrder, PlaceOrder
from messages.sides import Role
from state.grid.effects import Effect
from state.grid.model import GridState
from state.grid.step import Event
from state.store.codec import decode, encode
from tests.fuzz.spoiling import spoil, to_bytes
from tests.grid.world import World, grid_settings

SETTINGS = grid_settings(max_levels=3, grid_step_percent="1", take_profit_percent="0.5")
STEPS = 60


class SpoiltWorld(World):
    """A world of which every so many frames is spoilt; what can't be read leads to a sync, as in the bot."""

    def __init__(self, seed: int) -> None:
        self.noise = Random(f"noise/{seed}")
        self.share = 0.0
        self.heard: Counter[str] = Counter()
        super().__init__(SETTINGS, seed=seed)

    def _frame(self, push: PrivatePush, connection: int) -> None:
        if not self.connected or connection != self._connection:
            return
        frame: Any = {"topic": push.topic, "creationTime": push.at_ms, "data": list(push.data)}
        if self.noise.random() < self.share:
            frame = spoil(frame, self.noise.choice, times=self.noise.randint(1, 3))
        try:
            decoded = decode_private(parse_object(to_bytes(frame), "private stream"))
        except ProtocolError:
            self.heard["unreadable"] += 1
            self._gap()
            return
        for event in decoded.events:
            if isinstance(event, Wallet):
                self.give(self.symbol, BalanceMayFit(at_ms=self.now_ms))
            elif event.symbol == self.symbol:
                self.give(self.symbol, StreamEvents(symbol=self.symbol, events=(event,), received_ns=0))
        self.heard["events"] += len(decoded.events)
        if decoded.problems:
            self.heard["problems"] += len(decoded.problems)
            self._gap()

    def _gap(self) -> None:
        self.give(self.symbol, StreamGap(at_ms=self.now_ms))
        self.sync()


def allowed(state: GridState, effects: Sequence[Effect]) -> None:
    """Every order that leaves keeps to the instrument's rules, and an entry to its ladder."""
    rules = state.instrument
    for order in effects:
        if isinstance(order, AmendOrder):
            assert order.price is None or order.price > 0, order
            assert order.qty is None or order.qty > 0, order
        if not isinstance(order, PlaceOrder):
            continue
        assert order.price is None or order.price % rules.tick_size == 0, order
        assert order.price is None or rules.min_price <= order.price <= rules.max_price, order
        if order.reduce_only:
            assert order.qty <= state.of(order.leg).size, order  # as large as the leg was told to be
            continue
        assert order.qty % rules.qty_step == 0, order
        assert rules.min_qty <= order.qty <= rules.max_market_qty, order
        role = state.orders[order.order_link_id].role
        levels = SETTINGS.max_levels if role is not Role.ENTRY else 1
        largest = SETTINGS.initial_margin * SETTINGS.multiplier**SETTINGS.max_levels * SETTINGS.leverage
        assert order.qty * (state.last or 0) <= levels * largest * 2, order


def watch(symbol: str, state: GridState, event: Event, effects: Sequence[Effect]) -> None:
    """After every step: the rules, and a state that its file can hold to the digit."""
    allowed(state, effects)
    if isinstance(event, StreamEvents):
        assert decode(GridState, encode(state)) == state


def live(world: SpoiltWorld, steps: int) -> None:
    """A market that wanders by half a percent, so that levels fill and sides close."""
    price = world.last[world.symbol]
    for _ in range(steps):
        price += world.noise.choice((-1, 1)) * price * 5 / 1_000
        price = round(price, 2)
        world.trade(world.symbol, price, taker=world.noise.choice(("Buy", "Sell")))
        world.run(world.noise.choice((50, 400, 2_000)))


@pytest.mark.parametrize("seed", range(6))
def test_spoilt_frames_neither_break_the_grid_nor_bring_about_an_order_against_the_rules(seed: int) -> None:
    world = SpoiltWorld(seed)
    world.on_step.append(watch)
    world.run(5_000)
    world.share = 0.3
    live(world, STEPS)
    assert world.heard["events"] > STEPS
    assert world.heard["unreadable"] + world.heard["problems"] > 5
