"""What closes a side at market, and what the exchange watches for us, is as the settings say (5, 6, 11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from actors.simulation.checks.oracle import HUNDRED, ONE, take_profit_price
from actors.simulation.checks.progress import Case, EndChecker
from actors.simulation.checks.progress_orders import settings_of
from actors.simulation.checks.truth import IDX, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Served, Turn
from messages.events import SymbolSnapshot
from messages.settings import WhenLocked
from messages.sides import Role
from state.grid.model import SideState


class RestartsAreDue(Checker):
    """A restart begins where both sides hold every level, and only if ``when_locked`` says so."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge the beginning of a restart; a rebuild takes one up by its executions."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.restart is None or before.restart is not None:
            return ()
        if after.settings.when_locked is not WhenLocked.RESTART:
            return (f"{turn.address}: restarts, though it is to hold when it is locked",)
        if not isinstance(turn.message, SymbolSnapshot) and not all(_full(side) for side in after.sides):
            depths = [sorted(side.levels) for side in after.sides]
            return (f"{turn.address}: restarts with the levels {depths[0]} and {depths[1]}",)
        return ()


def _full(side: SideState) -> bool:
    last = side.levels.get(side.settings.max_levels - 1) if side.settings is not None else None
    return last is not None and last.qty > 0


class OnlyRestsAreClosedAtMarket(Checker):
    """An order of role C closes what is too small for a take profit, or flattens, and nothing else."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def served(self, served: Served) -> Iterable[str]:
        """Judge such orders as they reach the venue."""
        found = []
        for arrival in self._truth.arrivals:
            ours = arrival.ours
            if ours is None or ours.name.role is not Role.CLOSE:
                continue
            listing = ours.order.holding.listing
            rules, qty = listing.instrument, ours.ordered
            state = self._truth.plant.grid(ours.name.account, ours.name.symbol)
            if state is None or state.flatten is not None:
                continue
            if qty >= rules.min_qty and qty * listing.last >= 2 * rules.min_notional:
                found.append(f"{arrival.link_id} closes {qty} at market: that is enough for a take profit")
        return found


class SafetyTakeProfitsStand(EndChecker):
    """Where it is wanted, each held side carries a take profit at the exchange, one step beyond its own.

    One that somebody else has taken away is not set again before the side changes.
    """

    def __init__(self, truth: Truth) -> None:
        super().__init__(truth)
        self._asked: dict[tuple[str, str, int], Decimal] = {}

    def served(self, served: Served) -> Iterable[str]:
        """Note what the bot has set."""
        params = served.params
        if served.op == "position.trading-stop" and served.by_bot and served.reply.ret_code == 0:
            key = served.account, str(params["symbol"]), int(params["positionIdx"])
            self._asked[key] = Decimal(params.get("takeProfit", 0))
        return ()

    def judge(self, case: Case) -> Iterator[str]:
        """Look at each side's."""
        state = case.state
        for side in state.sides:
            settings, leg = settings_of(case, side), case.account.leg(state.symbol, side.side)
            if not (side.held and settings.safety_take_profit) or leg.foreign or not leg.qty:
                continue
            if state.stopped:
                self.excused["trading-stop: the account is stopped"] += 1
                continue
            tick, sign = state.instrument.tick_size, side.side.sign
            exact = take_profit_price(side.side, leg, settings, state.fees, tick)
            exact *= ONE + sign * settings.grid_step_percent / HUNDRED
            right = (exact / tick).to_integral_value(ROUND_CEILING if sign > 0 else ROUND_FLOOR) * tick
            asked = self._asked.get((case.account.name, state.symbol, IDX[side.side]))
            stop = case.account.records.holdings[state.symbol].legs[IDX[side.side]].take_profit
            stands = stop.trigger_price if stop is not None else None
            if stop is None and asked == right:
                self.excused["trading-stop: taken away by somebody else"] += 1
            elif stands != right:
                yield case.said(side, f"its safety take profit is {stands}, {right} is right")
