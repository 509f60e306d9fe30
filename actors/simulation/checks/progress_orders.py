"""Progress of the orders that should rest: each side's take profit, and its pending entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from actors.mail import Called
from actors.simulation.checks.bases import Base, BasesAreRight, deepest_of
from actors.simulation.checks.early_freeze import NewestWallets, too_little
from actors.simulation.checks.oracle import (
    HUNDRED,
    a_tick_beyond,
    beyond,
    entry_price,
    large_enough,
    qty_fits,
    right_levels,
    take_profit_price,
)
from actors.simulation.checks.progress import Case, EndChecker, no_entries
from actors.simulation.checks.truth import ZERO, LegKey, Truth
from actors.simulation.checks.watching import Turn
from exchange.venue.records import Order
from messages.account import Wallet
from messages.settings import GridSettings
from messages.sides import Role
from state.grid.model import SideState
from state.order import Order as KnownOrder


def settings_of(case: Case, side: SideState) -> GridSettings:
    """What a side's cycle goes by."""
    return side.settings or case.state.settings


class TakeProfitsAreRight(EndChecker):
    """Every held side has one take profit, of exactly its size at exactly the right price."""

    def judge(self, case: Case) -> Iterator[str]:
        """Look at each side."""
        for side in case.state.sides:
            found, size = case.of(side.side, Role.TAKE_PROFIT), case.size(side.side)
            leaves = sum((order.leaves for _, order in found), ZERO)
            wanted = self._wanted(case, side, size)
            if len(found) > 1 or (leaves != wanted):
                yield case.said(side, f"{len(found)} take profits leave {leaves}, {wanted} is right")
            elif found:
                yield from self._price(case, side, found[0][1])

    def _wanted(self, case: Case, side: SideState, size: Decimal) -> Decimal:
        if not side.held:
            return ZERO
        instrument, other = case.state.instrument, case.size(side.side.other)
        if case.state.stopped and other > abs(size - other):
            self.excused["take profit: held back by the stop"] += 1
            return ZERO
        if size < instrument.min_qty or size <= side.too_small:
            self.excused["take profit: too small"] += 1
            return ZERO
        return min(size, instrument.max_qty)

    def _price(self, case: Case, side: SideState, order: Order) -> Iterator[str]:
        leg = case.account.leg(case.state.symbol, side.side)
        if leg.foreign:
            self.excused["take profit: a person has bought"] += 1
            return
        state = case.state
        price = take_profit_price(
            side.side, leg, settings_of(case, side), state.fees, state.instrument.tick_size
        )
        if order.price == price:
            return
        known = state.orders.get(order.link_id)
        if known is not None and known.asked_price == price and _moved(order, known):
            self.excused["take profit: moved into the price band"] += 1
        else:
            yield case.said(side, f"{order.link_id} stands at {order.price}, {price} is right")


class EntriesRest(EndChecker):
    """Every pending entry that should rest rests once, with the right quantity and price, and no other."""

    messages = frozenset({Wallet, Called})

    def __init__(self, truth: Truth, bases: BasesAreRight) -> None:
        super().__init__(truth)
        self._bases = bases
        self._wallets = NewestWallets()

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next order actor reads its wallet anew."""
        self._wallets.forget(account)
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note wallets."""
        self._wallets.note(turn)
        return ()

    def judge(self, case: Case) -> Iterator[str]:
        """Look at each side."""
        for side in case.state.sides:
            resting: dict[int, list[Order]] = {}
            for name, order in case.of(side.side, Role.ENTRY):
                resting.setdefault(name.level, []).append(order)
            wanted = self._wanted(case, side)
            for level, orders in sorted(resting.items()):
                if level not in wanted:
                    yield case.said(side, f"{orders[0].link_id} should not rest")
                elif len(orders) > 1:
                    yield case.said(side, f"{len(orders)} entries rest for level {level}")
                else:
                    yield from self._judge_order(case, side, level, orders[0])
            missing = [level for level in wanted if level not in resting]
            yield from self._judge_missing(case, side, missing, resting)
            yield from self._left_behind(case, side, resting)

    def _wanted(self, case: Case, side: SideState) -> list[int]:
        if not side.held or case.state.stopped or (case.state.stopping and not resting_kept(case)):
            return []
        if case.now_ms < case.state.frozen_until_ms or self._frozen_early(case):
            return []
        filled = {n for n, level in side.levels.items() if level.complete}
        others = case.state.of(side.side.other)
        levels = right_levels(
            deepest_of(side), deepest_of(others) if others.held else -1, settings_of(case, side)
        )
        return [n for n in levels if n not in filled]

    def _frozen_early(self, case: Case) -> bool:
        if not (case.state.averaging_frozen and too_little(case, self._wallets.available(case))):
            return False
        self.excused["entry: early freeze"] += 1
        return True

    # --- those that rest --------------------------------------------------------------------------------

    def _judge_order(self, case: Case, side: SideState, level: int, order: Order) -> Iterator[str]:
        settings, step = settings_of(case, side), case.state.instrument.qty_step
        before = side.levels[level].qty - order.cum_qty if level in side.levels else ZERO
        whole = order.qty + before
        if case.account.leg(case.state.symbol, side.side).foreign:
            self.excused["entry: a person has bought"] += 1
            return
        if level in side.levels and whole != side.levels[level].wanted:
            yield case.said(side, f"{order.link_id} makes {whole}, {side.levels[level].wanted} was begun")
        elif not qty_fits(settings, level, whole, order.price, step):
            yield case.said(
                side, f"{order.link_id} makes {whole} at {order.price}: not level {level}'s margin"
            )
        known = case.state.orders.get(order.link_id)
        if known is None or order.price in (right := self._prices(case, side, level)):
            return
        if known.asked_price in right and _moved(order, known):
            self.excused["entry: moved into the price band"] += 1
        else:
            yield case.said(side, f"{order.link_id} rests at {order.price}, right is {sorted(right)}")

    def _prices(self, case: Case, side: SideState, level: int) -> set[Decimal]:
        """Every price that an entry of this level may have kept since it was placed."""
        settings, tick = settings_of(case, side), case.state.instrument.tick_size
        _, bases = self._history(case, side)
        earlier = self._bases.earlier.get(self._key(case, side), {}).get(side.cycle, [])
        filled = [Base(lv.value / lv.qty, n, None) for n, lv in side.levels.items() if lv.qty and n < level]
        right = set()
        for base in (*earlier, *bases, *filled):
            if base.deepest < level:
                price = entry_price(side.side, settings, base.price, level - base.deepest, tick)
                nearest = side.levels.get(base.deepest)
                if nearest is not None and nearest.qty:
                    nearest_price = a_tick_beyond(side.side, nearest.value / nearest.qty, tick)
                    price = beyond(side.side, price, nearest_price)
                right.add(price)
        return right

    def _history(self, case: Case, side: SideState) -> tuple[int, list[Base]]:
        found = self._bases.of.get(self._key(case, side))
        return found if found is not None and found[0] == side.cycle else (side.cycle, [])

    def _key(self, case: Case, side: SideState) -> tuple[int, LegKey]:
        return case.state.account, (case.state.symbol, side.side)

    # --- those that don't -------------------------------------------------------------------------------

    def _judge_missing(
        self, case: Case, side: SideState, missing: list[int], resting: dict[int, list[Order]]
    ) -> Iterator[str]:
        why_not = no_entries(case) or ("paused" if side.paused else "")
        why_not = why_not or ("still opening" if side.opening is not None else "")
        passed = False
        for level in missing:
            why = why_not or self._why_missing(case, side, level, passed=passed)
            passed = passed or self._is_passed(case, side, level)
            if why:
                self.excused[f"entry: {why}"] += 1
            else:
                yield case.said(side, f"no entry rests for level {level}, only {sorted(resting)}")

    def _why_missing(self, case: Case, side: SideState, level: int, *, passed: bool) -> str:
        state, instrument = case.state, case.state.instrument
        if level in side.withheld:
            return "balance"
        if level in side.kept_away:
            return "cancelled by a person"
        backoff = side.level_backoff.get(level)
        if backoff is not None and case.now_ms < backoff.until_ms:
            return "refused or cancelled by the exchange a moment ago"
        price = self._price_now(case, side, level)
        if not instrument.min_price <= price <= instrument.max_price:
            return "beyond the instrument's prices"
        if passed and self._is_passed(case, side, level):
            return "passed by the market"
        settings = settings_of(case, side)
        qty = settings.initial_margin * settings.multiplier**level * settings.leverage / price
        if not large_enough(instrument, qty, price):
            return "under the exchange's minimum"
        if state.leverage_set != state.settings.leverage and not side.held:
            return "leverage"
        return ""

    def _price_now(self, case: Case, side: SideState, level: int) -> Decimal:
        base = side.base if side.base is not None else ZERO
        tick = case.state.instrument.tick_size
        return entry_price(side.side, settings_of(case, side), base, level - deepest_of(side), tick)

    def _is_passed(self, case: Case, side: SideState, level: int) -> bool:
        last, price = case.state.last, self._price_now(case, side, level)
        return last is not None and (last - price) * side.side.sign <= 0

    def _left_behind(self, case: Case, side: SideState, resting: dict[int, list[Order]]) -> Iterator[str]:
        """Failure 7: entries don't stay behind a market that has left them by more than the limit."""
        last, start = case.state.last, side.price_at_base
        _, bases = self._history(case, side)
        if bases:
            start = bases[-1].last  # as it was when the base was set
        if not resting or last is None or start is None or no_entries(case) or side.paused or side.opening:
            return
        away = (last - start) * side.side.sign * HUNDRED
        if away > start * settings_of(case, side).recalculate_percent:
            yield case.said(side, f"the price went from {start} to {last}, and its entries stay behind")


def _moved(order: Order, known: KnownOrder) -> bool:
    """Whether the exchange has moved a price into its band, away from the market, and the grid knows it."""
    if known.price != order.price or known.asked_price is None:
        return False
    return order.price > known.asked_price if order.side == "Sell" else order.price < known.asked_price


def resting_kept(case: Case) -> bool:
    """Whether an orderly stop leaves entries where they are."""
    return case.state.settings.on_stop.value == "keep"
