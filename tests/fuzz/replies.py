"""What the venue really answers to each request of the bot, and a session that tells it again, spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from exchange.bybit.endpoints import simulated
from exchange.bybit.fields import parse_object
from exchange.bybit.http import Reply, Session
from exchange.bybit.keys import Keys
from exchange.bybit.rest import BybitRest
from messages import requests as ask
from messages.orders import Action, SendOrders
from messages.sides import Role, Side
from tests.bybit.orders import amend, cancel, link, place
from tests.fuzz.spoiling import to_bytes
from tests.simulated.desk import START_MS, SYMBOL, Desk, HandClock, HandTime

ENDPOINTS = simulated("http://venue")
KEYS = Keys("simulated-key-001", "simulated-secret-001")
CLOCK = HandClock(HandTime())
RESTING = link(3)
NOTHING = b'{"retCode": 0, "retMsg": "OK", "result": {"list": []}, "time": 1760000000000}'

Request = ask.Request | SendOrders


@dataclass(frozen=True, slots=True)
class Told:
    """One reply, to the path it was asked at."""

    path: str
    body: Mapping[str, Any]


class Replay(Session):
    """pybit's session over replies that are given: those of a path in their order, the last one again.

    They come as bytes and are parsed as from the network; of any other path the list is empty.
    """

    def __init__(self, told: list[tuple[str, bytes]]) -> None:
        super().__init__(ENDPOINTS, KEYS, CLOCK)
        self._left = list(told)

    def _submit_request(
        self, method: str = "", path: str = "", query: Any = None, auth: bool = False
    ) -> Reply:
        place = f"{method} {path.removeprefix(ENDPOINTS.rest)}"
        found = [one for one in self._left if one[0] == path]
        raw = found[0][1] if found else NOTHING
        if len(found) > 1:
            self._left.remove(found[0])
        return Reply(body=parse_object(raw, place), headers={})


def rest_over(told: list[tuple[str, bytes]]) -> BybitRest:
    """The real client over these replies."""
    return BybitRest(ENDPOINTS, KEYS, CLOCK, Replay(told))


def as_bytes(told: list[Told]) -> list[tuple[str, bytes]]:
    """Replies as they come."""
    return [(one.path, to_bytes(one.body)) for one in told]


@cache
def replies() -> list[tuple[Request, list[Told]]]:
    """Each request that the bot makes, with the replies of a venue where orders rest, fill and close."""
    desk = Desk()
    told: list[Told] = []
    session: Any = desk.rest._session
    asked = session._submit_request

    def listening(method: str = "", path: str = "", query: Any = None, auth: bool = False) -> Reply:
        reply: Reply = asked(method, path, query, auth)
        told.append(Told(path, reply.body))
        return reply

    session._submit_request = listening
    found: list[tuple[Request, list[Told]]] = []

    def carry(request: Request) -> None:
        told.clear()
        if isinstance(request, SendOrders):
            desk.rest.send(request)
        else:
            desk.rest.call(request)
        found.append((request, list(told)))
        desk.wait()

    carry(ask.SwitchToHedge(symbol=SYMBOL))
    carry(desk.request(place(0, None), place(0, None, side=Side.SHORT)))
    carry(desk.request(place(3, "140.00"), place(4, "130.00")))
    carry(desk.request(place(0, "160.00", role=Role.TAKE_PROFIT)))
    carry(desk.request(amend(3, price="141.00"), action=Action.AMEND))
    carry(desk.request(cancel(4), action=Action.CANCEL))
    for request in reads():
        carry(request)
    return found


def reads() -> tuple[ask.Request, ...]:
    """Every read."""
    symbols = (SYMBOL,)
    return (
        ask.ReadServerTime(),
        ask.ReadInstruments(symbols=symbols),
        ask.ReadPrices(symbols=symbols),
        ask.ReadFees(symbols=symbols),
        ask.ReadAccount(),
        ask.ReadWallet(source="start"),
        ask.LookUpOrder(symbol=SYMBOL, order_link_id=RESTING),
        ask.ReadLegs(symbol=SYMBOL, since_ms=START_MS - 1_000),
        ask.ReadSnapshot(since_ms=START_MS - 1_000),
        ask.ReadExecutions(symbol=SYMBOL, start_ms=START_MS - 1_000, end_ms=START_MS + 1_000),
    )
