"""Single orders that go wrong: refused, unanswered, partly filled, cancelled by others, orphaned."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from exchange.bybit.encode import order_params
from exchange.venue.quirks import Quirks
from messages.orders import AmendOrder, CancelOrder, OrderCommand, PlaceOrder
from messages.requests import LookUpOrder, OrderLookUp
from messages.sides import Side
from state.grid.draft import PROOF_MS
from state.grid.step import step
from state.numbers import ZERO
from state.order import Phase
from tests.grid.line import Line
from tests.grid.world import World, grid_settings
from tests.grid.worlds import Watched, at_rest, opened, sent, shown

Fate = tuple[int, str] | str


def once(
    line: Line, fate: tuple[int, str] | str, *, role: str, kind: type[OrderCommand], count: int = 1
) -> None:
    """Let the next commands of a kind meet a fate."""
    left = [count]

    def scripted(command: OrderCommand) -> Fate | None:
        if left[0] and isinstance(command, kind) and command.order_link_id[4] == role:
            left[0] -= 1
            return fate
        return None

    line.scripted = scripted


LOST = ("lost request", "lost answer", "late request")
REFUSALS = [10001, 10006, 110003, 110007, 110017, 110020, 110079, 110090, 110120]


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("role", ["O", "E", "T"])
def test_a_refused_order_spends_its_id_and_is_tried_again_later(code: int, role: str) -> None:
    world = Watched(grid_settings())
    once(world.line, (code, "no"), role=role, kind=PlaceOrder)
    world.run(4_000)
    refused = sent(world, PlaceOrder, role)[0]
    at_rest(world, 10_000)
    again = [c for c in sent(world, PlaceOrder, role, refused.leg) if c is not refused]
    assert refused.order_link_id.endswith("001001")
    assert again[0].order_link_id.endswith("001002")
    assert not any(c.order_link_id == refused.order_link_id for c in again)
    assert world.leg(refused.leg) == Decimal("0.3")


def test_an_opening_that_is_refused_and_tried_again_three_times_pauses_the_side_with_an_alert() -> None:
    world = Watched(grid_settings())
    once(world.line, (110003, "no"), role="O", kind=PlaceOrder, count=99)
    world.run(30_000)
    assert [side.paused for side in world.grid.sides] == ["its opening failed 4 times"] * 2
    assert len(sent(world, PlaceOrder, "O")) == 8
    world.line.scripted = lambda command: None
    world.resume()
    world.run(1_000)
    assert world.leg(Side.LONG) == world.leg(Side.SHORT) == Decimal("0.3")


@pytest.mark.parametrize("fate", LOST)
@pytest.mark.parametrize("role", ["O", "E", "T"])
def test_an_order_without_an_answer_is_looked_up_and_never_sent_anew(fate: str, role: str) -> None:
    world = Watched(grid_settings())
    once(world.line, fate, role=role, kind=PlaceOrder)
    world.run(4_000)
    lost = sent(world, PlaceOrder, role)[0]
    at_rest(world, 15_000)
    attempts = [c.order_link_id for c in sent(world, PlaceOrder, role, lost.leg)]
    assert len(set(attempts)) == len(attempts)
    if fate == "lost request":  # proven absent: only then the next attempt
        looked = [e for e in world.told(LookUpOrder) if e.order_link_id == lost.order_link_id]
        assert looked
        assert attempts == [lost.order_link_id, lost.order_link_id[:-1] + "2"]
    else:
        assert attempts == [lost.order_link_id]


def test_an_unknown_order_is_not_judged_before_the_window_of_its_request_is_over() -> None:
    world = Watched(grid_settings())
    once(world.line, "lost request", role="E", kind=PlaceOrder)
    world.run(4_000)
    at_ms, lost = next((t, c) for t, c in world.sent if c.order_link_id[4] == "E")
    again = lost.order_link_id[:-1] + "2"
    world.run_until(lambda: any(c.order_link_id == again for _, c in world.sent))
    assert world.now_ms - at_ms > 3_000


def test_no_number_of_absences_proves_one_before_the_window_is_over_by_the_exchanges_clock() -> None:
    world = Watched(grid_settings())
    once(world.line, "lost request", role="E", kind=PlaceOrder)
    world.run(4_000)
    link = next(c.order_link_id for _, c in world.sent if c.order_link_id[4] == "E")
    state = world.grid
    while state.orders[link].phase is not Phase.UNKNOWN:
        world.run(1)
        state = world.grid
    window_ms = state.orders[link].request_ms + PROOF_MS
    seen = OrderLookUp(
        symbol=world.symbol, order_link_id=link, order=None, positions=(), executions=(), server_ms=window_ms
    )
    for second in range(10):
        state, _ = step(state, seen, world.now_ms + 4_000 + 1_000 * second)
        assert state.orders[link].phase is Phase.UNKNOWN
    state, _ = step(state, replace(seen, server_ms=window_ms + 1), world.now_ms + 15_000)
    assert link not in state.orders


def test_an_unknown_entry_blocks_only_its_own_level_and_side() -> None:
    world = Watched(grid_settings(pending_depth=2))
    once(world.line, "lost answer", role="E", kind=PlaceOrder)
    world.run(3_200)
    assert len(world.resting("T")) == 2
    assert len({c.order_link_id for c in sent(world, PlaceOrder, "E")}) == 4


def carried_out_first(world: World, role: str, qty: str) -> None:
    """Let the next order of a role, with this quantity, reach the exchange before the one that is sent."""
    left = [1]

    def scripted(command: OrderCommand) -> None:
        if left[0] and isinstance(command, PlaceOrder) and command.order_link_id[4] == role:
            left[0] = 0
            params = order_params(replace(command, qty=Decimal(qty)))
            assert world.request("order.create", **params).ret_code == 0

    world.line.scripted = scripted


@pytest.mark.parametrize("role", ["O", "T", "E"])
def test_a_duplicate_id_is_looked_up_and_the_order_behind_it_is_ours(role: str) -> None:
    world = Watched(grid_settings())
    world.hold("order")
    carried_out_first(world, role, "0.3")
    world.run(4_000)
    assert world.counted("unknown_order") == 1
    world.release()
    at_rest(world, 10_000)
    assert not [c for c in sent(world, PlaceOrder, role) if c.order_link_id.endswith("001002")]


def test_an_opening_that_fills_short_is_completed_before_deeper_entries() -> None:
    world = Watched(grid_settings())
    carried_out_first(world, "O", "0.1")
    world.run(3_500)
    side = world.side(sent(world, PlaceOrder, "O")[0].leg)
    assert (side.size, side.deepest) == (Decimal("0.3"), 0)
    openings = sent(world, PlaceOrder, "O", side.side)
    assert [c.qty for c in openings] == [Decimal("0.3"), Decimal("0.2")]
    kinds = [c.order_link_id[4] for _, c in world.sent if c.order_link_id[3] == side.side.value[0]]
    assert kinds.index("E") > max(i for i, kind in enumerate(kinds) if kind == "O")
    at_rest(world)


def test_an_opening_whose_completion_is_given_up_counts_as_filled() -> None:
    world = Watched(grid_settings())
    carried_out_first(world, "O", "0.1")
    first = world.line.scripted
    world.line.scripted = lambda c: (
        (110003, "no") if c.order_link_id[4] == "O" and not c.order_link_id.endswith("001001") else first(c)
    )
    world.run(20_000)
    side = world.side(sent(world, PlaceOrder, "O")[0].leg)
    assert (side.size, side.deepest, side.levels[0].complete) == (Decimal("0.1"), 0, True)
    assert len(world.resting("E", side.side)) == 1
    at_rest(world)


def test_an_opening_over_the_market_maximum_is_split() -> None:
    world = Watched(grid_settings(initial_margin="190000", max_levels=1), balance="10000000")
    at_rest(world, 15_000)
    assert [c.qty for c in sent(world, PlaceOrder, "O", Side.LONG)] == [Decimal(12_500), Decimal("166.6")]
    assert len(shown(world, "T", Side.LONG)) == 1


def test_a_partly_filled_take_profit_is_amended_to_what_has_filled_plus_the_size() -> None:
    world = opened(grid_step_percent="0.3")
    world.move("149.55")  # level 1 fills
    (take_profit,) = world.resting("T", Side.LONG)
    price = Decimal(take_profit["price"]) + Decimal("0.01")
    world.trade(world.symbol, price, qty="0.6")  # 0.4 of it fills SHORT's entry
    world.run(100)
    assert world.leg(Side.LONG) == Decimal("0.5")
    world.move("149.05")  # level 2 fills
    (after,) = world.resting("T", Side.LONG)
    assert after["orderLinkId"] == take_profit["orderLinkId"]
    filled, size = Decimal(after["cumExecQty"]), world.leg(Side.LONG)
    assert filled == Decimal("0.2")
    assert Decimal(after["qty"]) == filled + size
    at_rest(world)


def test_an_amendment_that_is_refused_is_looked_up_or_replaced() -> None:
    world = opened()
    once(world.line, (110003, "no"), role="T", kind=AmendOrder)
    world.move("148.40")
    at_rest(world)
    assert len(sent(world, CancelOrder, "T", Side.LONG)) == 1
    assert shown(world, "T", Side.LONG)[0][0] == world.leg(Side.LONG) == Decimal("0.7")


@pytest.mark.parametrize("fate", ["lost request", "lost answer", (110001, "gone"), (10006, "slow")])
def test_an_amendment_without_a_good_answer_still_ends_at_the_right_take_profit(
    fate: Fate,
) -> None:
    world = opened()
    once(world.line, fate, role="T", kind=AmendOrder)
    world.move("148.40")
    at_rest(world, 15_000)
    assert len(world.resting("T", Side.LONG)) == 1


@pytest.mark.parametrize(
    "fate", ["lost request", "lost answer", "late request", (110001, "gone"), (10006, "slow")]
)
def test_a_cancel_without_a_good_answer_is_followed_until_the_order_has_ended(
    fate: Fate,
) -> None:
    world = opened()
    once(world.line, fate, role="E", kind=CancelOrder)
    world.move("150.90")
    at_rest(world, 15_000)
    assert world.side(Side.LONG).cycle == 2
    assert world.leg(Side.LONG) == Decimal("0.3")


def test_a_position_too_small_for_a_take_profit_is_closed_at_market_and_pauses_nothing() -> None:
    strict = Quirks(reduce_only_min_notional_exempt=False)
    world = Watched(grid_settings(), quirks=strict)
    world.run(4_000)
    (take_profit,) = world.resting("T", Side.LONG)
    # A part of level 1 fills in the tick that closes all that the take profit covers: dust is left.
    world.trade(world.symbol, "148.49", qty="0.0", taker="Sell")
    world.disconnect()
    world.trade(world.symbol, "148.40", qty="0.4", taker="Sell")
    world.trade(world.symbol, "151.00", qty="100")
    world.run(50)
    assert Decimal(0) < world.leg(Side.LONG) * Decimal("151") < 20
    world.connect()
    at_rest(world, 10_000)
    assert not world.side(Side.LONG).paused
    assert take_profit["orderLinkId"] not in [row["orderLinkId"] for row in world.resting()]


def test_a_take_profit_partly_filled_is_not_amended_before_its_execution_has_come() -> None:
    world = opened()
    world.run(5_000)
    state = world.grid.copy()
    state.long.reads, state.long.read_due_ms = 5, world.now_ms  # another doubt was read more than once
    world.grids[world.symbol] = state
    world.hold("execution")
    size = world.leg(Side.LONG)
    before = len(sent(world, AmendOrder, "T", Side.LONG))
    price = shown(world, "T", Side.LONG)[0][1]
    world.trade(world.symbol, price + Decimal("0.01"), qty="0.1")
    world.run(40)
    assert ZERO < world.leg(Side.LONG) < size
    assert world.side(Side.LONG).size == world.leg(Side.LONG)  # by its row alone
    assert len(sent(world, AmendOrder, "T", Side.LONG)) == before
    world.release()
    at_rest(world, 10_000)
