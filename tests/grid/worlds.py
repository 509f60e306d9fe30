"""Worlds that tests begin with, and what they look at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from messages.orders import OrderCommand
from messages.settings import GridSettings
from messages.sides import Side
from tests.grid.checks import Checks
from tests.grid.line import Faults
from tests.grid.world import World, grid_settings

#: Every way on the line takes this long: time enough for the market to move between two of them.
SLOW = Faults(min_delay_ms=50, max_delay_ms=50)


class Watched(World):
    """A world whose every step is checked."""

    def __init__(self, *settings: GridSettings, **how: Any) -> None:
        super().__init__(*settings, **how)
        self.checks = Checks(self)


def opened(seed: int = 1, balance: str = "10000", **changes: Any) -> Watched:
    """SOLUSDT at 150, both sides open with 0.3 each."""
    world = Watched(grid_settings(**changes), seed=seed, balance=balance)
    world.run(4_000)
    assert world.leg(Side.LONG) == world.leg(Side.SHORT) == Decimal("0.3")
    return world


def with_a_hidden_entry() -> tuple[Watched, int]:
    """A gap of the stream, from the moment given, hides a fill of LONG's first level; no read succeeds.

    The stream stands again when LONG's take profit fills, which so sold all that is known of the side: some
    of it is still held.
    """
    world = opened()
    world.line.faults = Faults(failed_read=1)
    gap_ms = world.now_ms
    world.disconnect()
    world.trade(world.symbol, "148.40", taker="Sell")
    world.run(180_000)
    assert world.leg(Side.LONG) > Decimal("0.3")
    world.connect()
    world.trade(world.symbol, "151.00")
    world.run(30_000)
    world.trade(world.symbol, "149.50", taker="Sell")
    world.run(30_000)
    assert world.leg(Side.LONG) > 0
    return world, gap_ms


def at_rest(world: Watched, ms: int = 5_000) -> Watched:
    """Let the dust settle; then everything must be right."""
    world.run(ms)
    findings = world.checks.at_the_end()
    assert not findings, "\n".join(findings)
    return world


def shown(world: World, role: str, side: Side) -> list[tuple[Decimal, Decimal]]:
    """Quantity and price of the orders of a role that rest at the venue, deepest level last."""
    rows = sorted(world.resting(role, side), key=lambda row: str(row["orderLinkId"]))
    return [(Decimal(row["qty"]), Decimal(row["price"])) for row in rows]


def sent(world: World, kind: type[OrderCommand], role: str = "", side: Side | None = None) -> list[Any]:
    """The commands of a kind that left, by role and side of their order."""
    letter = "" if side is None else side.value[0]
    return [
        command
        for _, command in world.sent
        if isinstance(command, kind)
        and role in ("", command.order_link_id[4])
        and letter in ("", command.order_link_id[3])
    ]


def person_closes(world: World, side: Side, qty: str = "0", symbol: str = "") -> int:
    """Somebody cancels our take profit at the exchange and closes the side at market, all of it or a part.

    Gives the code of the exchange's reply.
    """
    request, symbol = world.request, symbol or world.symbol
    for take_profit in world.resting("T", side, symbol):
        request("order.cancel", symbol=symbol, orderId=take_profit["orderId"])
    for _ in range(300):
        if not world.resting("T", side, symbol):
            break
        world.run(1)
    return request(
        "order.create",
        symbol=symbol,
        side=side.closes_with.value,
        positionIdx=1 if side is Side.LONG else 2,
        orderType="Market",
        qty=qty,
        reduceOnly=True,
        closeOnTrigger=qty == "0",
    ).ret_code
