"""The budget of dials: what all connections of a process share."""

from __future__ import annotations

import threading

import pytest

from exchange.bybit.connect import BybitExchange, bybit_exchange
from exchange.bybit.dials import MOST, WINDOW_MS, DialBudget
from exchange.bybit.endpoints import simulated
from exchange.errors import Retryable
from tests.actors.stage import HandClock
from tests.bybit.conftest import Owner
from tests.bybit.stub import Stub

BYBITS_LIMIT = 500


def budget(clock: HandClock, most: int = MOST) -> DialBudget:
    return DialBudget(clock, threading.Lock(), most=most)


def test_so_many_dials_pass_and_the_next_one_is_told_its_time() -> None:
    clock = HandClock()
    dials = budget(clock)
    for _ in range(MOST):
        dials.take()
    clock.ms += 100_000
    with pytest.raises(Retryable, match=f"{MOST} connections dialled in 5 minutes.*the next in 200 s"):
        dials.take()
    assert MOST < BYBITS_LIMIT


def test_each_dial_is_forgotten_five_minutes_later() -> None:
    clock = HandClock()
    dials = budget(clock, most=2)
    dials.take()
    clock.ms += 60_000
    dials.take()
    clock.ms += WINDOW_MS - 60_000
    dials.take()
    with pytest.raises(Retryable, match="the next in 60 s"):
        dials.take()


def test_a_spent_budget_fails_the_opening_before_anything_is_dialled(stub: Stub, owner: Owner) -> None:
    shared = budget(HandClock(), most=1)
    one, other = exchange(stub, shared), exchange(stub, shared)
    one.private_stream().open(owner.on_events, owner.on_lost)
    for opening in (
        lambda: other.private_stream().open(owner.on_events, owner.on_lost),
        lambda: other.public_stream().open(("SOLUSDT",), owner.on_price, owner.on_lost),
        lambda: other.trading_socket().open(owner.on_answer, owner.on_lost),  # type: ignore[union-attr]
    ):
        with pytest.raises(Retryable, match="as many as the exchange bears"):
            opening()
    assert stub.dials == 1


def exchange(stub: Stub, shared: DialBudget) -> BybitExchange:
    return bybit_exchange(simulated(stub.url), "the-key", "the-secret", dials=shared)
