"""Waiting is bounded, and for a reason: what is tried again, what waits for balance (5, 7, 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from actors.mail import Called
from actors.simulation.checks.oracle import HUNDRED, ONE
from actors.simulation.checks.progress import Case, EndChecker
from actors.simulation.checks.progress_orders import settings_of
from actors.simulation.checks.truth import ZERO, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Served, Turn
from exchange.venue.records import Account
from messages.account import Wallet
from messages.commands import Resume
from messages.orders import Outcome, RequestAnswered
from messages.sides import SIDES, Role, Side
from state.grid.model import GridState, SideState
from state.order import ABSENT

#: The longest wait between two attempts, and how far the bot's clock may be ahead of ours.
_LONGEST_MS = 60_000 + 35_000
_FREEZE_MS = 600_000 + 35_000
#: A wallet's figures may lack what came so shortly before it.
_SETTLES_MS = 5_000
#: What is free may be so much less by the bot's own, careful figures.
_CAREFUL = Decimal("0.7")
_TRIES = 4


class WaitsAreShort(EndChecker):
    """In the end nothing waits for longer than a minute, and no freeze lasts for more than ten."""

    def judge(self, case: Case) -> Iterator[str]:
        """Look at every moment that something waits for."""
        state, latest = case.state, case.now_ms + _LONGEST_MS
        if state.frozen_until_ms > case.now_ms + _FREEZE_MS:
            yield case.said(None, f"is frozen for {state.frozen_until_ms - case.now_ms} ms more")
        for side in state.sides:
            for what, until_ms in _waits(side):
                if until_ms > latest:
                    yield case.said(side, f"{what} waits for {until_ms - case.now_ms} ms more")


def _waits(side: SideState) -> Iterator[tuple[str, int]]:
    yield "its take profit", side.tp_backoff.until_ms
    yield "its close", side.close_backoff.until_ms
    yield "its trading-stop", side.stop_backoff.until_ms
    yield "a read of its leg", side.read_due_ms
    for n, backoff in side.level_backoff.items():
        yield f"level {n}", backoff.until_ms
    if side.opening is not None:
        yield "its opening", side.opening.retry_ms


@dataclass(slots=True)
class _Spent:
    """The newest wallet that the order actor has taken, and entries accepted of late: moments and USDT."""

    wallet: Wallet | None = None
    entries: list[tuple[int, Decimal]] = field(default_factory=list)


class BalanceIsReallyMissing(EndChecker):
    """In the end an entry waits for balance only if the newest wallet that the bot has taken is too small."""

    messages = frozenset({Wallet, Called})

    def __init__(self, truth: Truth) -> None:
        super().__init__(truth)
        self._spent = {name: _Spent() for name in truth.accounts}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next order actor reads the wallet anew."""
        self._spent[f"{account:03d}"].wallet = None
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note wallets."""
        name, _, actor = turn.address.partition("/")
        message = turn.message
        wallet = message.answer if isinstance(message, Called) else message
        if actor == "orders" and isinstance(wallet, Wallet):
            spent = self._spent[name]
            if spent.wallet is None or wallet.created_ms >= spent.wallet.created_ms:
                spent.wallet = wallet
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Note entries that the venue has accepted."""
        for arrival in self.truth.arrivals:
            if arrival.ours is not None and arrival.ours.name.role.opens:
                order = arrival.ours.order
                listing = order.holding.listing
                price = max(order.price, listing.last)
                cost = order.qty * price * (ONE / order.holding.leverage + 2 * listing.instrument.taker_fee)
                entries = self._spent[arrival.account.name].entries
                entries.append((served.at_ms, cost))
                del entries[:-200]
        return ()

    def judge(self, case: Case) -> Iterator[str]:
        """Compare what waits with what is free."""
        spent = self._spent[case.account.name]
        if spent.wallet is None:
            return
        since_ms = spent.wallet.created_ms - _SETTLES_MS
        free = min(spent.wallet.available, case.account.records.available) * _CAREFUL
        free -= sum((usdt for ms, usdt in spent.entries if ms > since_ms), ZERO)
        free -= _filled_since(case.account.records, since_ms)
        for side in case.state.sides:
            for what, margins in _waiting(side):
                settings = settings_of(case, side)
                needed = sum((settings.multiplier**n for n in margins), ZERO) * settings.initial_margin
                # Twice, for the level of the other side must fit as well; the fees, and a price that moved.
                needed *= 2 * Decimal("1.1") * (ONE + settings.balance_buffer_percent / HUNDRED)
                if needed <= free:
                    yield case.said(side, f"{what} waits for {needed:.4f} USDT, and {free:.4f} is free")


def _filled_since(account: Account, since_ms: int) -> Decimal:
    """The margin (USDT) of what has opened since then: for the bot no wallet contains it yet."""
    margin = ZERO
    for e in reversed(account.executions):
        if e.time_ms <= since_ms:
            break
        if e.order is not None and not e.closed_qty:
            margin += e.value / e.order.holding.leverage
    return margin


def _waiting(side: SideState) -> Iterator[tuple[str, range]]:
    for n in sorted(side.withheld):
        yield f"level {n}", range(n, n + 1)
    if side.opening is not None and side.opening.waiting:
        yield "its opening", range(side.opening.depth + 1)


class OpeningsAreGivenUpInTime(Checker):
    """An opening is given up after four orders that the exchange has refused, not before and not after."""

    messages = GRID_MESSAGES

    def __init__(self) -> None:
        self._refused: dict[tuple[int, str, Side], int] = {}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The file may count otherwise: what is under way is not judged."""
        self._refused = {key: count for key, count in self._refused.items() if key[0] != account}
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Count the refusals of openings."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        return [f for s in SIDES for f in self._count(turn, before, after, s)]

    def _count(self, turn: Turn, before: GridState, after: GridState, s: Side) -> Iterator[str]:
        key, was, side = (after.account, after.symbol, s), before.of(s), after.of(s)
        if was.opening is None or isinstance(turn.message, Resume):
            self._refused.pop(key, None)
            if side.opening is not None and side.opening.tries <= 1:
                self._refused[key] = 0
            return
        if key not in self._refused:
            return
        for link_id, order in before.orders.items():
            ended = after.ended.get(link_id)
            mine = order.role is Role.OPENING and order.side is s
            if ended is None or not mine or link_id in after.orders:
                continue
            if ended.exec_filled:
                self._refused[key] = 0
            elif ended.status != ABSENT and not _not_now(turn.message):
                self._refused[key] += 1
        count = self._refused[key]
        if side.opening is None and side.paused.startswith("its opening failed") and count < _TRIES:
            yield f"{turn.address} {s}: its opening was given up after {count} refusals"
        elif count > _TRIES:
            yield f"{turn.address} {s}: {count} orders of its opening were refused, and it goes on"


def _not_now(message: object) -> bool:
    """Whether an order never left, or could not be taken just then: that is no refusal."""
    passing = (Outcome.RETRYABLE, Outcome.WITHHELD)
    return isinstance(message, RequestAnswered) and message.outcome in passing
