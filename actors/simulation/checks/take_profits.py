"""One take profit a side, never larger than the position, always asked for by what the leg really is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from actors.simulation.checks.truth import ON_THE_WAY_MS, AccountTruth, Arrival, Ours, Truth, amendments
from actors.simulation.checks.watching import Checker, Served
from messages.sides import Role, Side


class OneTakeProfitASide(Checker):
    """No side has two live take profits of ours, and none leaves more than its leg holds."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._open: dict[tuple[str, str, Side], list[Ours]] = {}

    def served(self, served: Served) -> Iterable[str]:
        """Note new take profits, and look."""
        for arrival in self._truth.arrivals:
            ours = arrival.ours
            if ours is not None and ours.name.role is Role.TAKE_PROFIT:
                key = served.account, ours.name.symbol, ours.name.side
                self._open.setdefault(key, []).append(ours)
        return self._look() if self._truth.news else ()

    def moved(self, at_ms: int) -> Iterable[str]:
        """Look at every side's take profits."""
        return self._look()

    def _look(self) -> list[str]:
        found: list[str] = []
        for resting in self._open.values():
            if any(not ours.order.is_open for ours in resting):
                resting[:] = [ours for ours in resting if ours.order.is_open]
            live = [ours for ours in resting if ours.order.live]
            if not live:
                continue
            if len(live) > 1 and not any(ours.late for ours in live):
                found.append(f"two take profits are live: {live[0].name} and {live[1].name}")
            leaves, size = sum(ours.order.leaves for ours in live), live[0].order.leg.size
            if leaves > size:
                found.append(f"{live[-1].name}: take profits leave {leaves} on a leg of {size}")
        return found


class TakeProfitFollowsTheLeg(Checker):
    """A take profit is created for a size that the leg had in this cycle, and amended to such a size and its
    own fills on top (amend takes the new total)."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def served(self, served: Served) -> Iterable[str]:
        """Judge what is asked for."""
        if not served.by_bot or not served.op.startswith("order."):
            return ()
        found = [f for arrival in self._truth.arrivals for f in self._created(arrival)]
        if served.op.startswith("order.amend"):
            account = self._truth.accounts[served.account]
            for params, code in amendments(served):
                if code == 0 and params.get("qty"):
                    found += self._amended(account, str(params["orderLinkId"]), Decimal(params["qty"]))
        return found

    def _created(self, arrival: Arrival) -> Iterator[str]:
        ours = arrival.ours
        if ours is None or ours.name.role is not Role.TAKE_PROFIT:
            return
        asked, most = Decimal(arrival.params["qty"]), ours.order.holding.listing.instrument.max_qty
        leg = arrival.account.leg(ours.name.symbol, ours.name.side)
        if self._misses(arrival.account, asked, max((e.size_after for e in leg.history), default=Decimal(0))):
            return
        # Asked for before its close was told, it may meet what has filled since then.
        since_ms = self._truth.plant.now_ms() - ON_THE_WAY_MS
        just_closed = bool(leg.former) and leg.former[-1].time_ms >= since_ms
        held = (*leg.former, *leg.history) if just_closed else leg.history
        if not any(asked == min(e.size_after, most) for e in held):
            yield f"{arrival.link_id} was created for {asked}, which its leg never held"

    def _misses(self, account: AccountTruth, asked: Decimal, largest: Decimal) -> bool:
        """Whether the bot can't know better: an execution hasn't reached it, and it asks for too little."""
        return asked < largest and self._truth.plant.gap(account.number)

    def _amended(self, account: AccountTruth, link_id: str, asked: Decimal) -> Iterator[str]:
        order = account.records.links[link_id][-1]
        ours = account.sent.get(order.order_id)
        if ours is None or ours.name.role is not Role.TAKE_PROFIT:
            return
        filled = largest = Decimal(0)
        for e in account.leg(ours.name.symbol, ours.name.side).history:
            filled += e.qty if e.order is order else 0
            largest = max(largest, filled + e.size_after)
            if asked == filled + e.size_after:
                return
        if self._misses(account, asked, largest):
            return
        yield (
            f"{link_id} was amended to {asked}: it has filled {order.cum_qty} and its leg holds "
            f"{order.leg.size}"
        )
