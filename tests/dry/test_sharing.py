"""A simulated account among threads: everyone is answered once, everything is told once and in order."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from exchange.clock import SystemClock
from exchange.dry.account import SimulatedAccount
from exchange.dry.beginning import ACCOUNT, QUIRKS, Beginning
from exchange.venue.contract import PrivatePush, Reply
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.records import AccountSpec
from messages.market import Price

THREADS, ORDERS = 6, 30


class Shelf:
    """A storage in memory, which fails while it is told to."""

    place = "the shelf"

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.fails = False

    def load(self) -> bytes | None:
        return None

    def save(self, data: bytes) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")
        self.kept.append(data)


def begun() -> Beginning:
    """An account of 10,000 USDT on SOLUSDT at 150."""
    now_ms = SystemClock().now_ms()
    core = VenueCore(
        seed=1,
        now_ms=now_ms,
        instruments=default_instruments(),
        accounts=[AccountSpec(name=ACCOUNT, hedge=True)],
        quirks=QUIRKS,
    )
    return Beginning(
        environment="simulated",
        core=core,
        rules={rules.symbol: rules for rules in default_instruments()},
        prices=(Price(symbol="SOLUSDT", last=Decimal(150), mark=Decimal(150), at_ms=now_ms),),
    )


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def account(shelf: Shelf) -> Iterator[SimulatedAccount]:
    shared = SimulatedAccount(begun, shelf, SystemClock(), threading.Lock())
    yield shared
    assert shared.audit() == []


def order(link_id: str, price: str = "149.00") -> dict[str, object]:
    """A long entry."""
    return {
        "category": "linear",
        "symbol": "SOLUSDT",
        "side": "Buy",
        "positionIdx": 1,
        "orderType": "Limit",
        "qty": "0.1",
        "price": price,
        "orderLinkId": link_id,
    }


def test_each_of_many_threads_is_answered_once_before_its_orders_are_told(account: SimulatedAccount) -> None:
    told: list[tuple[str, str]] = []
    at_once = Counter[str]()

    def hear(push: PrivatePush) -> None:
        at_once["now"] += 1
        at_once["most"] = max(at_once["most"], at_once["now"])
        if push.topic == "order":
            told.extend((row["orderStatus"], row["orderLinkId"]) for row in push.data)
        at_once["now"] -= 1

    def trade(number: int) -> None:
        for n in range(ORDERS):
            link_id = f"t{number}-{n}"
            account.change(
                "order.create",
                order(link_id),
                lambda reply, name=link_id: answered(reply, name),  # type: ignore[misc]  # bound now
            )
            account.price("SOLUSDT", Decimal(150 + n % 3), Decimal(150))

    def answered(reply: Reply, link_id: str) -> None:
        assert reply.ret_code == 0
        told.append(("answer", link_id))

    account.listen(hear)
    threads = [threading.Thread(target=trade, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    account.price("SOLUSDT", Decimal(148), Decimal(148))
    assert at_once["most"] == 1
    names = {f"t{number}-{n}" for number in range(THREADS) for n in range(ORDERS)}
    for name in names:
        assert [what for what, link_id in told if link_id == name] == ["answer", "New", "Filled"]


def test_a_listener_that_sends_from_within_is_served(account: SimulatedAccount) -> None:
    told: list[str] = []

    def hear(push: PrivatePush) -> None:
        told.append(push.topic)
        if len(told) == 1:
            account.change("order.create", order("second"))

    account.listen(hear)
    account.change("order.create", order("first"))
    assert told.count("order") == 2


def test_who_has_left_is_told_nothing_more_and_the_end_comes_last(account: SimulatedAccount) -> None:
    told: list[str] = []

    def hear(push: PrivatePush) -> None:
        told.append(push.topic)

    account.listen(hear)
    account.change("order.create", order("first"))
    account.leave(hear, lambda: told.append("lost"))
    account.change("order.create", order("second"))
    assert told.count("order") == 1
    assert told[-1] == "lost"


def test_nothing_is_told_before_it_is_kept(account: SimulatedAccount, shelf: Shelf) -> None:
    seen: list[bool] = []
    account.listen(lambda push: seen.append(b'"first"' in shelf.kept[-1]))
    account.change("order.create", order("first"), lambda reply: seen.append(b'"first"' in shelf.kept[-1]))
    assert seen
    assert all(seen)


def test_prices_that_change_nothing_write_nothing(account: SimulatedAccount, shelf: Shelf) -> None:
    account.change("order.create", order("first"))
    before = len(shelf.kept)
    for cents in range(50):
        account.price("SOLUSDT", Decimal(151) + Decimal(cents) / 100, Decimal(151))
        account.pass_time()
    assert len(shelf.kept) == before


def test_a_full_disk_is_said_and_the_next_change_is_kept(
    account: SimulatedAccount, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.fails = True
    with caplog.at_level(logging.ERROR):
        account.change("order.create", order("first"))
    assert "the shelf can't be written (No space left on device)" in caplog.text
    shelf.fails = False
    account.pass_time()
    assert b'"first"' in shelf.kept[-1]
