"""Reading: rows and executions taken for what they are not, counted twice, or believed when they are old."""

from __future__ import annotations

from tests.canaries.copies import Canary, Patch

CANARIES: tuple[Canary, ...] = (
    Canary(
        name="an-old-position-row-wins",
        fault="A stale snapshot overwrites a newer event: a sync's position rows always count.",
        patches=(
            Patch(
                path="state/leg.py",
                old="        if row.seq < self.newest_seq:\n            return self\n        whole",
                new="        if row.seq < 0:\n            return self\n"
                "        if row.seq < self.newest_seq:\n"
                "            return Leg(row=replace(row, final=True))\n"
                "        whole",
            ),
        ),
        checkers=frozenset({"StateFilesOnlyGrow", "LegsAgreeInTheEnd", "TakeProfitFollowsTheLeg"}),
        within_seeds=40,
    ),
    Canary(
        name="an-old-order-row-wins",
        fault="A stale snapshot overwrites a newer event: an order that has ended rests again.",
        patches=(
            Patch(
                path="state/order.py",
                old="        if self.ended:\n            return changed(self, row_filled=filled)\n",
                new="        if self.ended and row.status.ended:\n"
                "            return changed(self, row_filled=filled)\n",
            ),
        ),
        checkers=frozenset({"EndsAreFinal"}),
        within_seeds=40,
    ),
    Canary(
        name="a-missing-row-is-a-close",
        fault="A leg that a sync does not list is taken for closed.",
        patches=(
            Patch(
                path="state/grid/sync.py",
                old="    listed = {row.leg for row in snapshot.positions}\n    for side in d.state.sides:\n",
                new="    listed = {row.leg for row in snapshot.positions}\n    for side in d.state.sides:\n"
                "        if side.held and side.side not in listed:\n"
                "            seq = side.leg.newest_seq + 1\n"
                "            gone = SizeRow(seq=seq, size=ZERO, updated_ms=0, final=True)\n"
                "            side.leg = side.leg.with_read_row(gone)\n",
            ),
            Patch(
                path="state/grid/sync.py",
                old="from state.order import Order, Phase\n",
                new="from state.leg import SizeRow\nfrom state.numbers import ZERO\n"
                "from state.order import Order, Phase\n",
            ),
        ),
        checkers=frozenset({"ACloseIsReal"}),
        first_seed=20,
        within_seeds=20,
    ),
    Canary(
        name="the-first-row-is-long",
        fault="list[0]: of a symbol's rows in position/list the first is taken for LONG, the next for SHORT.",
        patches=(
            Patch(
                path="exchange/bybit/reads.py",
                old="            known = found.get((leg.symbol, leg.leg))\n",
                new="            first = not any(symbol == leg.symbol for symbol, _ in found)\n"
                "            leg = replace(leg, leg=Side.LONG if first else Side.SHORT)\n"
                "            known = found.get((leg.symbol, leg.leg))\n",
            ),
            Patch(
                path="exchange/bybit/reads.py",
                old="from collections.abc import Callable, Iterable, Iterator, Mapping\n",
                new="from collections.abc import Callable, Iterable, Iterator, Mapping\n"
                "from dataclasses import replace\n",
            ),
        ),
        checkers=frozenset({"RowsAreOfTheirLeg"}),
        within_seeds=10,
    ),
    Canary(
        name="an-empty-side-is-short",
        fault="A position row's leg is told by its side, which is empty once the leg is closed: then SHORT.",
        patches=(
            Patch(
                path="exchange/bybit/rows.py",
                old='    return PositionRow(\n        symbol=row.text("symbol"),\n        leg=_leg(row),\n',
                new="    return PositionRow(\n"
                '        symbol=row.text("symbol"),\n'
                '        leg=Side.LONG if row.text("side", "") == "Buy" else Side.SHORT,\n',
            ),
        ),
        checkers=frozenset({"RowsAreOfTheirLeg"}),
        within_seeds=10,
    ),
    Canary(
        name="a-funding-row-is-a-fill",
        fault="A funding's quantity, the size of the position, is counted as if it had traded.",
        patches=(
            Patch(
                path="messages/account.py",
                old="        return self not in (ExecType.FUNDING, ExecType.OTHER)\n",
                new="        return self is not ExecType.OTHER\n",
            ),
            Patch(
                path="state/grid/fills.py",
                old="    if execution.exec_type is ExecType.FUNDING:\n"
                "        book_funding(d, side, execution)\n"
                "    elif execution",
                new="    if execution",
            ),
        ),
        checkers=frozenset({"TakeProfitFollowsTheLeg", "NoProcedureHangs", "LegsAgreeInTheEnd"}),
        within_seeds=20,
    ),
    Canary(
        name="an-execution-counts-twice",
        fault="Executions are not remembered by their ids: what a sync reads once more is counted once more.",
        patches=(
            Patch(
                path="state/grid/fills.py",
                old="    d.state.exec_ids[execution.exec_id] = execution.exec_ms\n",
                new="",
            ),
        ),
        checkers=frozenset({"ACloseIsReal", "RecoveriesAreReal", "LegsAgreeInTheEnd"}),
        within_seeds=10,
    ),
    Canary(
        name="a-trade-is-booked-twice",
        fault="The trades file begins each life without its past: what is told again is written again.",
        patches=(
            Patch(
                path="state/store/trades.py",
                old="            for exec_id, exec_ms in self._executions():\n"
                "                self._remember(exec_id, exec_ms)\n",
                new="            pass\n",
            ),
        ),
        checkers=frozenset({"TradesAreBookedOnce"}),
        within_seeds=60,
    ),
    Canary(
        name="a-profit-is-booked-twice",
        fault="A cycle is reported at its close, and again when its last executions come.",
        patches=(
            Patch(
                path="state/grid/booking.py",
                old="    if not _is_complete(book):\n",
                new="    if book.entry_qty == 0:\n",
            ),
        ),
        checkers=frozenset({"BooksAgree"}),
        within_seeds=10,
    ),
    Canary(
        name="the-fees-of-exits-are-forgotten",
        fault="Realised profit leaves out what the closing executions have paid in fees.",
        patches=(
            Patch(
                path="state/grid/booking.py",
                old="        exit_fees=book.exit_fees + e.fee_usdt,\n",
                new="        exit_fees=book.exit_fees,\n",
            ),
        ),
        checkers=frozenset({"BooksAgree"}),
        within_seeds=10,
    ),
    Canary(
        name="a-restart-begins-without-a-sync",
        fault="A grid that starts again trusts its file; the first sync comes in its own time.",
        patches=(
            Patch(
                path="state/grid/start.py",
                old="state.stopping = True, False, False, False\n",
                new="state.stopping = True, True, True, False\n",
            ),
            Patch(
                path="state/grid/start.py",
                old="state.entries_proven = now_ms + PROOF_MS, False\n",
                new="state.entries_proven = now_ms, True\n",
            ),
            Patch(
                path="actors/reconciler.py",
                old='name="resync"))\n                self._sync()\n',
                new='name="resync"))\n'
                "                    self._sync()\n"
                "                else:\n"
                "                    self.later(self._every_ms, Check())\n",
            ),
        ),
        checkers=frozenset({"NothingIsDecidedBeforeASync"}),
        within_seeds=15,
        first_seed=400,
    ),
    Canary(
        name="an-actor-dies-in-silence",
        fault="Nobody is told of an actor's death: its account goes on without it.",
        patches=(
            Patch(
                path="actors/shell.py",
                old='        self.send("supervisor", ActorDied(address',
                new='        self.send("nobody", ActorDied(address',
            ),
        ),
        checkers=frozenset({"GridsRun", "NothingIsUnknown", "NoProcedureHangs", "EndsAreFinal"}),
        within_seeds=80,
    ),
    Canary(
        name="a-refused-connection-is-not-dialled-again",
        fault="A stream that could not be opened is given up: its account hears nothing any more.",
        patches=(
            Patch(
                path="actors/feeds.py",
                old='{self._wait_ms / 1000:g} s")\n            self._retry()\n',
                new='{self._wait_ms / 1000:g} s")\n',
            ),
        ),
        checkers=frozenset({"GridsRun", "NoProcedureHangs"}),
        within_seeds=60,
    ),
    Canary(
        name="the-venue-loses-money",
        fault="The venue itself errs: a funding is in the executions, but the wallet has not paid it.",
        patches=(
            Patch(
                path="exchange/venue/funding.py",
                old="    account.wallet -= fee\n",
                new="",
            ),
        ),
        checkers=frozenset({"MoneyIsConserved"}),
        within_seeds=20,
    ),
)
