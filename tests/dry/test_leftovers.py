"""What an account has on symbols that the config no longer names: ours refuses the start, others' don't."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from actors.start import StartRefused, survey
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.clock import SystemClock
from exchange.ports import Rest
from messages.ids import OrderName
from messages.orders import Action, Outcome, PlaceOrder, Priority, SendOrders
from messages.requests import SwitchToHedge
from messages.settings import GridSettings
from messages.sides import Role, Side
from tests.venue_process import VenueProcess, venue_process, wait_for

CONFIGURED = (GridSettings(symbol="SOLUSDT", initial_margin=Decimal(5)),)


@pytest.fixture
def venue() -> Iterator[VenueProcess]:
    with venue_process(scenario="manual") as process:
        yield process


@pytest.fixture
def rest(venue: VenueProcess) -> Iterator[Rest]:
    session = bybit_exchange(simulated(venue.url), "simulated-key-001", "simulated-secret-001").rest()
    session.call(SwitchToHedge(symbol="DOGEUSDT"))
    yield session
    session.close()


def name(account: int, level: int = 0, role: Role = Role.OPENING) -> str:
    return str(
        OrderName(
            account=account, side=Side.LONG, role=role, level=level, symbol="DOGEUSDT", cycle=1, attempt=1
        )
    )


def send(rest: Rest, link_id: str, price: str | None) -> None:
    order = PlaceOrder(
        symbol="DOGEUSDT",
        order_link_id=link_id,
        leg=Side.LONG,
        order_side=Side.LONG.opens_with,
        qty=Decimal(250),
        price=None if price is None else Decimal(price),
        reduce_only=False,
        close_on_trigger=False,
        priority=Priority.PENDING,
    )
    request = SendOrders(
        request_id="x", action=Action.PLACE, commands=(order,), timestamp_ms=SystemClock().now_ms()
    )
    assert rest.send(request).answers[0].outcome is Outcome.ACCEPTED


def test_an_order_of_ours_on_a_symbol_gone_from_the_config_refuses_the_start(
    venue: VenueProcess, rest: Rest
) -> None:
    send(rest, name(1, 2, Role.ENTRY), "0.19000")
    wait_for(lambda: venue.control("state")["orders"]["001"], "the order")
    with pytest.raises(StartRefused, match=r"DOGEUSDT \(order 001LE02-DOGEUSDT-001001\).*flatten.*wind_down"):
        survey(rest, 1, CONFIGURED, switch=False)


def test_a_position_of_ours_on_a_symbol_gone_from_the_config_refuses_the_start(
    venue: VenueProcess, rest: Rest
) -> None:
    send(rest, name(1), None)
    wait_for(lambda: venue.control("state")["positions"]["001"], "the position")
    with pytest.raises(StartRefused, match=r"DOGEUSDT \(LONG 250\)"):
        survey(rest, 1, CONFIGURED, switch=False)


@pytest.mark.parametrize("link_id", ["", "by-hand", name(2)])
def test_what_others_hold_on_other_symbols_doesnt_refuse_the_start(
    venue: VenueProcess, rest: Rest, link_id: str
) -> None:
    send(rest, link_id, None)
    wait_for(lambda: venue.control("state")["positions"]["001"], "the position")
    assert not survey(rest, 1, CONFIGURED, switch=False).problems


def test_what_the_config_names_is_no_leftover(venue: VenueProcess, rest: Rest) -> None:
    send(rest, name(1), None)
    wait_for(lambda: venue.control("state")["positions"]["001"], "the position")
    both = (*CONFIGURED, GridSettings(symbol="DOGEUSDT", initial_margin=Decimal(5)))
    assert not survey(rest, 1, both, switch=False).problems
