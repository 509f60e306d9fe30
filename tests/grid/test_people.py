"""What people and other programs do in the account: cancels, closes, sizes and orders that are not ours."""

from __future__ import annotations

from decimal import Decimal

from messages.events import CycleClosed, Severity
from messages.ids import OrderName
from messages.sides import Role, Side
from tests.grid.checks import INJECTED
from tests.grid.worlds import at_rest, opened, person_closes


def test_a_persons_cancel_keeps_that_entry_away_until_the_sides_next_change() -> None:
    world = opened(pending_depth=2)
    entry = world.resting("E", Side.LONG)[1]
    assert entry["orderLinkId"][5:7] == "02"
    world.request("order.cancel", symbol=world.symbol, orderId=entry["orderId"])
    world.run(70_000)
    assert [row["orderLinkId"][5:7] for row in world.resting("E", Side.LONG)] == ["01"]
    world.move("148.40")
    assert {row["orderLinkId"][5:7] for row in world.resting("E", Side.LONG)} == {"02", "03"}


def test_a_persons_cancel_of_a_take_profit_is_put_right_at_once() -> None:
    world = opened()
    (row,) = world.resting("T", Side.LONG)
    world.request("order.cancel", symbol=world.symbol, orderId=row["orderId"])
    world.run(100)
    assert [r["orderLinkId"] for r in world.resting("T", Side.LONG)] == ["001LT00-SOLUSDT-001002"]


def test_an_order_of_ours_without_an_owner_is_cancelled_and_counted_as_it_ends() -> None:
    world = opened()
    name = OrderName(
        account=1, side=Side.LONG, role=Role.ENTRY, level=5, symbol=world.symbol, cycle=1, attempt=INJECTED
    )
    world.request(
        "order.create",
        symbol=world.symbol,
        side="Buy",
        positionIdx=1,
        orderType="Limit",
        qty="0.2",
        price="140.00",
        orderLinkId=str(name),
    )
    world.run(500)
    assert str(name) not in [row["orderLinkId"] for row in world.resting()]
    assert world.counted("orphan") == 1


def test_orders_that_are_not_ours_are_never_touched() -> None:
    world = opened()
    for link_id in ("", "my-own-order", "002LE05-SOLUSDT-001001"):
        world.request(
            "order.create",
            symbol=world.symbol,
            side="Buy",
            positionIdx=1,
            orderType="Limit",
            qty="0.1",
            price="140.00",
            orderLinkId=link_id,
        )
    world.move("150.90")
    world.run(130_000)
    left = [row["orderLinkId"] for row in world.resting() if row["price"] == "140.000"]
    assert sorted(left) == ["", "002LE05-SOLUSDT-001001", "my-own-order"]


def test_a_persons_size_is_covered_by_the_take_profit_and_pauses_the_entries() -> None:
    world = opened()
    buy = {"symbol": world.symbol, "side": "Buy", "positionIdx": 1, "orderType": "Market", "qty": "5"}
    assert world.request("order.create", **buy).ret_code == 0
    world.run(500)
    (note,) = world.noted("foreign_size")
    assert note.severity is Severity.CRITICAL
    assert Decimal(world.resting("T", Side.LONG)[0]["qty"]) == world.leg(Side.LONG) == Decimal("5.3")
    world.move("148.40")  # both entries' prices are passed: the one that rested fills, none follows
    assert [row["orderLinkId"][5:7] for row in world.resting("E", Side.LONG)] == []
    world.resume()
    world.run(500)
    assert world.side(Side.LONG).levels[1].qty == Decimal("5.4")
    assert world.resting("E", Side.LONG)


def test_a_persons_size_that_the_person_takes_back_ends_the_pause() -> None:
    world = opened()
    buy = {"symbol": world.symbol, "side": "Buy", "positionIdx": 1, "orderType": "Market", "qty": "5"}
    assert world.request("order.create", **buy).ret_code == 0
    world.run(500)
    assert person_closes(world, Side.LONG, "5") == 0
    world.run(10_000)
    world.move("148.40")
    world.run(500)
    assert world.side(Side.LONG).book.foreign_qty == 0
    assert [row["orderLinkId"][5:7] for row in world.resting("E", Side.LONG)] == ["02"]
    assert not world.side(Side.LONG).paused


def test_a_person_closing_a_side_leaves_it_flat_until_resume() -> None:
    world = opened()
    assert person_closes(world, Side.LONG) == 0
    at_rest(world)
    assert world.leg(Side.LONG) == 0
    assert world.side(Side.LONG).paused == "closed by a person"
    assert world.told(CycleClosed)[0].cause == "person"
    world.resume(Side.LONG)
    at_rest(world)
    assert world.leg(Side.LONG) == Decimal("0.3")


def test_a_resume_that_a_crash_has_lost_is_known_by_the_opening_that_came_of_it() -> None:
    world = opened()
    person_closes(world, Side.LONG)
    at_rest(world)
    before = dict(world.grids)
    world.resume(Side.LONG)
    world.run_until(lambda: world.leg(Side.LONG) > 0)
    world.checks.crashed = True
    world.restart(before)
    at_rest(world)
    assert not world.side(Side.LONG).paused
    assert len(world.resting("E", Side.LONG)) == 1
    world.move("151.00", steps=4)
    at_rest(world)
    assert [closed.cause for closed in world.told(CycleClosed)][-1] == "take_profit"
    assert world.leg(Side.LONG) == Decimal("0.3")
