"""Orders and money: what is sent twice, too early, too large, for the wrong price, or paid for twice."""

from __future__ import annotations

from tests.canaries.copies import Canary, Patch

CANARIES: tuple[Canary, ...] = (
    Canary(
        name="an-order-without-an-answer-is-placed-again",
        fault="Double send: an order whose answer was lost counts as absent, and the next attempt leaves.",
        patches=(
            Patch(
                path="state/grid/answers.py",
                old="    elif answer.outcome is Outcome.UNKNOWN or answer.code in _LOOK_UP_FIRST:\n",
                new="    elif answer.outcome is Outcome.UNKNOWN:\n"
                "        d.put(order.ended_as(ABSENT, d.now_ms))\n"
                "    elif answer.code in _LOOK_UP_FIRST:\n",
            ),
        ),
        checkers=frozenset({"OneOrderADecision", "NeverTwiceFilled"}),
        within_seeds=80,
    ),
    Canary(
        name="a-request-without-an-answer-is-sent-again",
        fault="Double send: the order actor repeats a request, ids and all, whose answer didn't come.",
        patches=(
            Patch(
                path="actors/orders.py",
                old="        _, sent_ns = self._under_way.pop(answered.request_id, (None, None))\n",
                new="        orders, sent_ns = self._under_way.pop(answered.request_id, (None, None))\n"
                "        if orders and any(one.outcome is Outcome.UNKNOWN for one in answered.answers):\n"
                "            self._send_out(list(orders.commands), now_ms)\n"
                "            return\n",
            ),
        ),
        checkers=frozenset({"OneOrderADecision"}),
        within_seeds=20,
    ),
    Canary(
        name="absence-is-believed-at-once",
        fault="An answer that is late by half a second is looked up, and nothing found proves an absence.",
        patches=(
            Patch(
                path="state/grid/answers.py",
                old="        proven = server_ms > order.request_ms + PROOF_MS\n",
                new="        proven = True\n",
            ),
            Patch(
                path="state/grid/lookups.py",
                old="        due = order.request_ms + PROOF_MS + 1 if order.request_ms else order.since_ms\n",
                new="        due = order.since_ms\n",
            ),
            Patch(
                path="exchange/bybit/trading.py",
                old="            if age_ms > sent.orders.recv_window_ms + _GRACE_MS:\n",
                new="            if age_ms >= _GRACE_MS // 2:\n",
            ),
            Patch(
                path="actors/orders.py",
                old="            self.later(orders.recv_window_ms + _OVERDUE_MS, ",
                new="            self.later(_OVERDUE_MS // 2, ",
            ),
        ),
        checkers=frozenset({"OneOrderADecision"}),
        within_seeds=55,
        first_seed=200,
    ),
    Canary(
        name="a-late-fill-is-bought-again",
        fault="A fill that crosses its cancel does not join its level, and the level is bought again.",
        patches=(
            Patch(
                path="state/grid/joining.py",
                old="            side.side,\n        )\n    if not side.held:\n",
                new="            side.side,\n        )\n        return\n    if not side.held:\n",
            ),
        ),
        checkers=frozenset({"NeverTwiceFilled", "SidesAreHeld"}),
        within_seeds=10,
    ),
    Canary(
        name="a-cycle-number-is-used-again",
        fault="After a close a side goes on with the old cycle's number, and so with its ids.",
        patches=(
            Patch(
                path="state/grid/closing.py",
                old="    side.cycle = cycle\n",
                new="    side.cycle = cycle - 1\n",
            ),
        ),
        checkers=frozenset({"OneOrderADecision", "EndsAreFinal", "NeverTwiceFilled"}),
        within_seeds=10,
    ),
    Canary(
        name="the-take-profit-stays-at-the-old-size",
        fault="A take profit keeps the quantity that it was placed with when a level fills.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="    qty = side.size + order.exec_filled\n",
                new="    qty = order.qty\n",
            ),
        ),
        checkers=frozenset({"TakeProfitsAreRight", "NothingDawdles"}),
        within_seeds=10,
    ),
    Canary(
        name="a-partly-filled-take-profit-is-amended-to-the-size",
        fault="A take profit is amended to its side's size, without its own fills on top.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="    qty = side.size + order.exec_filled\n",
                new="    qty = side.size\n",
            ),
        ),
        checkers=frozenset({"TakeProfitFollowsTheLeg"}),
        within_seeds=10,
    ),
    Canary(
        name="a-second-take-profit-beside-the-first",
        fault="A fill gets a take profit of its own, beside the one that rests.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="    order = live[0]\n    if order.busy",
                new="    order = live[0]\n"
                "    if not order.busy and order.leaves < side.size:\n"
                "        more = side.size - order.leaves\n"
                "        d.place(side, Role.TAKE_PROFIT, _TP_LEVEL, more, price, Priority.CLOSE)\n"
                "        return\n"
                "    if order.busy",
            ),
        ),
        checkers=frozenset({"OneTakeProfitASide", "OneOrderADecision"}),
        within_seeds=10,
    ),
    Canary(
        name="the-take-profit-is-rounded-the-wrong-way",
        fault="A LONG take profit's price is rounded down, and misses its percentage.",
        patches=(
            Patch(
                path="state/ladder.py",
                old="        return ceil_to((average * (ONE + target)",
                new="        return floor_to((average * (ONE + target)",
            ),
        ),
        checkers=frozenset({"TakeProfitsAreRight"}),
        within_seeds=10,
    ),
    Canary(
        name="the-take-profit-forgets-the-fees",
        fault="A take profit's price does not earn back what the entries have paid in fees.",
        patches=(
            Patch(
                path="state/grid/take_profit.py",
                old="        fee_per_unit=fee,\n",
                new="        fee_per_unit=fee * 0,\n",
            ),
        ),
        checkers=frozenset({"TakeProfitsAreRight"}),
        within_seeds=10,
    ),
    Canary(
        name="reservations-are-ignored",
        fault="Balance counted twice: what has left since the last wallet push is not taken off the room.",
        patches=(
            Patch(
                path="state/balance.py",
                old="        return min(self._wallet.free, self._carried.available) - self.reserved\n",
                new="        return min(self._wallet.free, self._carried.available)\n",
            ),
        ),
        checkers=frozenset({"MarginIsSpentOnce"}),
        within_seeds=120,
    ),
    Canary(
        name="freed-margin-is-added-for-ever",
        fault="What a close has set free counts for every entry, also once the wallet contains it.",
        patches=(
            Patch(
                path="state/balance.py",
                old="for freed in self._freed if wallet.created_ms < freed.at_ms)\n",
                new="for freed in self._freed)\n",
            ),
            Patch(
                path="state/balance.py",
                old="        if check.context is BalanceContext.REOPEN:\n            released",
                new="        if check.context:\n            released",
            ),
        ),
        checkers=frozenset({"MarginIsSpentOnce"}),
        within_seeds=40,
    ),
    Canary(
        name="a-persons-orders-are-cancelled",
        fault="A sync takes every order away that the grid doesn't know, also those without an id of ours.",
        patches=(
            Patch(
                path="state/grid/sync.py",
                old="        if name is None:\n            continue\n",
                new="        if name is None:\n"
                "            d.emit(\n"
                "                CancelOrder(\n"
                "                    symbol=row.symbol,\n"
                "                    order_link_id=row.order_link_id,\n"
                "                    priority=Priority.PENDING,\n"
                "                )\n"
                "            )\n"
                "            continue\n",
            ),
            Patch(
                path="state/grid/sync.py",
                old="from messages.requests import LegsRead\n",
                new="from messages.orders import CancelOrder, Priority\n"
                "from messages.requests import LegsRead\n",
            ),
        ),
        checkers=frozenset({"OthersOrdersAreLeftAlone"}),
        within_seeds=10,
    ),
    Canary(
        name="an-entry-is-rounded-towards-the-market",
        fault="A LONG entry's price is rounded up: it stands nearer than its step.",
        patches=(
            Patch(
                path="state/ladder.py",
                old="        return min(floor_to(exact, tick), ",
                new="        return min(ceil_to(exact, tick), ",
            ),
        ),
        checkers=frozenset({"EntriesRest"}),
        within_seeds=20,
    ),
    Canary(
        name="a-silent-order-is-not-looked-up",
        fault="An order without an answer stays unknown, unless the stream happens to tell of it.",
        patches=(
            Patch(
                path="state/grid/lookups.py",
                old="        due = order.request_ms + PROOF_MS + 1 if order.request_ms else order.since_ms\n",
                new="        due = _FAR_MS\n",
            ),
        ),
        checkers=frozenset({"NothingIsUnknown", "NothingDawdles"}),
        within_seeds=60,
    ),
    Canary(
        name="a-postponed-opening-is-given-up",
        fault="An opening that the exchange can't take now is not tried again: the side stays flat.",
        patches=(
            Patch(
                path="state/grid/opening.py",
                old="        wait = min(1000 * 2 ** min(opening.delays, 6), 60_000)\n",
                new="        side.opening = None\n        return\n",
            ),
        ),
        checkers=frozenset({"SidesAreHeld"}),
        within_seeds=60,
    ),
)
