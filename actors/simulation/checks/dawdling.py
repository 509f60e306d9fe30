"""Nothing dawdles: where no fault has been seen for a while, what is to be done is done within seconds.

In the end everything is right; this looks at the way there. Whatever has gone wrong beside it (a request
refused or unanswered, a frame late, a stream lost, an actor gone) allows for the longest backoff after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.mail import Called, SocketGone, StreamLost, StreamOpened, Unreadable
from actors.simulation.checks.progress import no_entries_now
from actors.simulation.checks.truth import IDX, ZERO, AccountTruth, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from exchange.venue.contract import PrivatePush
from messages.orders import OrdersAnswered, Outcome
from messages.sides import Role
from state.grid.model import GridState, SideState
from state.order import Phase

#: How long work may take, the longest backoff after a fault, and how often a grid is looked at.
_WORK_MS, _FAULT_MS, _LOOK_MS = 20_000, 75_000, 2_000
#: After a longer while without a look nobody can say what has lasted.
_UNSEEN_MS = 6_000
#: What takes longer than this is a fault.
_SLOW_MS = 1_000

Key = tuple[str, str]


class NothingDawdles(Checker):
    """Without faults a close is decided, an opening filled, a take profit right, and a grid in step with its
    stream within 20 s."""

    messages = GRID_MESSAGES | {StreamOpened, StreamLost, SocketGone, Unreadable, OrdersAnswered}

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._fault_ms: dict[str, int] = {}
        self._opened_ms: dict[str, int] = {}
        self._since_ms: dict[Key, int] = {}
        self._looked_ms: dict[str, int] = {}
        self._was_suspended = False

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """What follows is a start."""
        self._fault(f"{account:03d}", at_ms)
        self._opened_ms.pop(f"{account:03d}", None)
        self._forget(f"{account:03d}")
        return ()

    def suspended(self, at_ms: int) -> Iterable[str]:
        """Timers go by the clock that stands still."""
        self._was_suspended = True
        return ()

    def delivered(self, push: PrivatePush) -> Iterable[str]:
        """A late frame is a fault."""
        now_ms = self._truth.plant.now_ms()
        if now_ms > push.at_ms + _SLOW_MS:
            self._fault(push.account, now_ms)
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note faults; look at a grid every now and then."""
        name, message = turn.address[:3], turn.message
        if turn.after is None:
            if isinstance(message, StreamOpened):
                self._opened_ms[name] = turn.at_ms
            elif isinstance(message, StreamLost):
                self._opened_ms.pop(name, None)
            elif _is_fault(message):
                self._fault(name, turn.at_ms)
            return ()
        if _is_fault(message):
            self._fault(name, turn.at_ms)
        unseen_ms = turn.at_ms - self._looked_ms.get(turn.address, 0)
        if self._was_suspended or unseen_ms < _LOOK_MS:
            return ()
        if unseen_ms > _UNSEEN_MS:
            self._forget(turn.address)
        self._looked_ms[turn.address] = turn.at_ms
        return self._look(turn.address, self._truth.accounts[name], turn.after, turn.at_ms)

    def _forget(self, begins: str) -> None:
        for key in [key for key in self._since_ms if key[0].startswith(begins)]:
            del self._since_ms[key]

    def _fault(self, account: str, at_ms: int) -> None:
        self._fault_ms[account] = at_ms

    def _look(self, address: str, account: AccountTruth, state: GridState, now_ms: int) -> list[str]:
        if self._truth.plant.gap(account.number):
            self._fault(account.name, now_ms)
        opened_ms = self._opened_ms.get(account.name)
        if opened_ms is None or state.stopping:
            self._forget(address)
            return []
        quiet_ms = now_ms - max(self._fault_ms.get(account.name, 0), opened_ms)
        found = []
        in_step = state.synced and state.stream_up and not state.interrupted_ms
        doing = set(self._doings(account, state, now_ms)) if in_step else {"getting in step with its stream"}
        for key in [key for key in self._since_ms if key[0] == address and key[1] not in doing]:
            del self._since_ms[key]
        for what in doing:
            since_ms = self._since_ms.setdefault((address, what), now_ms)
            if now_ms > since_ms + _WORK_MS and quiet_ms > (_FAULT_MS if in_step else _WORK_MS):
                found.append(f"{address}: {what} for {now_ms - since_ms} ms, and nothing has gone wrong")
        return found

    def _doings(self, account: AccountTruth, state: GridState, now_ms: int) -> Iterator[str]:
        if state.closing is not None:
            yield "closing"
        if state.restart is not None:
            yield "restarting"
        for link_id, order in state.orders.items():
            if order.phase is not Phase.LIVE or order.busy:
                yield f"{link_id} is {order.phase}"
        for side in state.sides:
            opening = side.opening
            hindered = no_entries_now(state, now_ms) or side.paused
            if opening is not None and not opening.waiting and not hindered:
                yield f"opening {side.side}"
            if side.held and not self._covered(account, state, side):
                yield f"{side.side} lacks its take profit"

    def _covered(self, account: AccountTruth, state: GridState, side: SideState) -> bool:
        if state.stopped or state.restart is not None or side.rebuild_from_ms:
            return True
        holding = account.records.holdings[state.symbol]
        size, rules = holding.legs[IDX[side.side]].size, holding.listing.instrument
        if size < rules.min_qty or size <= side.too_small:
            return True
        resting = (
            ours.order.leaves
            for ours in account.open.values()
            if ours.name.symbol == state.symbol
            and ours.name.side is side.side
            and ours.name.role is Role.TAKE_PROFIT
        )
        return sum(resting, ZERO) == min(size, rules.max_qty)


def _is_fault(message: object) -> bool:
    match message:
        case OrdersAnswered():
            return any(answer.outcome is not Outcome.ACCEPTED for answer in message.answers)
        case Called():
            failed = message.error is not None or message.took_ns > _SLOW_MS * 1_000_000
            return failed or (isinstance(message.answer, OrdersAnswered) and _is_fault(message.answer))
        case SocketGone() | Unreadable():
            return True
    return False
