"""The order actor's queue: what may be sent now, by priority and within the budget (strategy, section 13).

Each action (create, amend, cancel) has two buckets at the exchange, one for single requests and one for
batches, in which each order costs one unit. Both are used together: what waits leaves in a batch if it
is more than one command, then one by one.

- Served by priority, first come first served within one. Each action has its own budget.
- Commands of one order leave in the order in which they came: a cancel waits behind its place.
- A newer amendment takes the place of a waiting one that nothing of its order follows.
- A fifth of each bucket is kept for closes, TPs and cancels of a close. They have requests of their own.

Pure; waiting is a figure here, never a sleep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from messages.orders import Action, AmendOrder, CancelOrder, OrderCommand, PlaceOrder, Priority
from state.budget import RollingBudget

LARGEST_BATCH = 10
_ACTIONS: dict[type[OrderCommand], Action] = {
    PlaceOrder: Action.PLACE,
    AmendOrder: Action.AMEND,
    CancelOrder: Action.CANCEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A command in the queue; ``number`` is its place within its priority."""

    command: OrderCommand
    number: int
    since_ms: int

    @property
    def action(self) -> Action:
        return _ACTIONS[type(self.command)]

    @property
    def urgent(self) -> bool:
        return self.command.priority <= Priority.CANCEL_FOR_CLOSE

    @property
    def rank(self) -> tuple[int, int]:
        return self.command.priority, self.number


class TrafficQueue:
    """The commands of one account that wait for their turn.

    ``per_second`` is the limit of each bucket. The span is a little over the exchange's second, since
    two requests may come closer together than they left.
    """

    def __init__(self, per_second: int = 10, span_ms: int = 1_050) -> None:
        if per_second < 2:
            raise ValueError(f"a bucket of at least 2 requests a second expected, not {per_second}")
        self._kept = per_second // 5
        self._singles = {action: RollingBudget(per_second, span_ms) for action in Action}
        self._batches = {action: RollingBudget(per_second, span_ms) for action in Action}
        self._lines: dict[str, list[_Waiting]] = {}
        self._numbers = 0
        self._now_ms = 0
        self._least: dict[Action, int] = {}

    def push(self, command: OrderCommand, now_ms: int) -> OrderCommand | None:
        """Queue a command; gives back the amendment whose place it takes, which never leaves."""
        self._now_ms = max(self._now_ms, now_ms)
        line = self._lines.setdefault(command.order_link_id, [])
        if line and isinstance(command, AmendOrder) and isinstance(line[-1].command, AmendOrder):
            replaced = line[-1]
            line[-1] = _Waiting(command=command, number=replaced.number, since_ms=replaced.since_ms)
            return replaced.command
        self._numbers += 1
        line.append(_Waiting(command=command, number=self._numbers, since_ms=now_ms))
        return None

    def ready(self, now_ms: int) -> list[list[OrderCommand]]:
        """Take out what may leave now: requests of one command, or batches of one action, in order."""
        now_ms = self._now_ms = max(self._now_ms, now_ms)
        if not self._lines:
            return []  # nearly always so
        requests: list[list[OrderCommand]] = []
        while group := next((group for group in self._groups() if self._share(group, now_ms)), None):
            share = self._share(group, now_ms)
            budgets = self._batches if share > 1 else self._singles
            budgets[group[0].action].take(share, now_ms)
            self._note_left(group[0].action, now_ms)
            requests.append([self._leave(waiting) for waiting in group[:share]])
        return requests

    def drop(self, unwanted: Callable[[OrderCommand], bool]) -> list[OrderCommand]:
        """Take out what must not leave any more, in the order in which it would have."""
        gone = [waiting for waiting in self._all() if unwanted(waiting.command)]
        for waiting in gone:
            self._leave(waiting)
        return [waiting.command for waiting in sorted(gone, key=lambda waiting: waiting.rank)]

    def learn(
        self, limit_left: int, reset_ms: int, action: Action | None = None, *, batch: bool = False
    ) -> None:
        """Take what a reply's rate headers say of a bucket: what was left, and the time to resume.

        Without ``action`` it may be any bucket: then only a pause is learned, and for all of them.
        """
        if action is not None:
            budgets = self._batches if batch else self._singles
            budgets[action].told(limit_left, reset_ms, self._now_ms)
        elif limit_left <= 0:
            for budget in (*self._singles.values(), *self._batches.values()):
                budget.pause(reset_ms)

    @property
    def waiting(self) -> int:
        """How many commands wait."""
        return sum(len(line) for line in self._lines.values())

    @property
    def next_ms(self) -> int | None:
        """When ``ready`` has something to give, if nothing else happens; None when nothing waits."""
        if not self._lines:
            return None
        return min(self._due_ms(group) for group in self._groups())

    def least_left(self, now_ms: int) -> tuple[tuple[str, int], ...]:
        """The least that was left of each action's budget for single requests since this was last asked."""
        for action in Action:
            self._note_left(action, max(self._now_ms, now_ms))
        least, self._least = self._least, {}
        return tuple((action.value, least[action]) for action in Action)

    def _note_left(self, action: Action, now_ms: int) -> None:
        left = self._singles[action].left(now_ms)
        self._least[action] = min(left, self._least.get(action, left))

    def longest_wait_ms(self, now_ms: int) -> int:
        """How long the oldest command has been waiting."""
        return max((now_ms - waiting.since_ms for waiting in self._all()), default=0)

    def _all(self) -> Iterable[_Waiting]:
        return (waiting for line in self._lines.values() for waiting in line)

    def _groups(self) -> list[list[_Waiting]]:
        """The first command of each order, by action and urgency, each in the order of leaving."""
        groups: dict[tuple[Action, bool], list[_Waiting]] = {}
        for waiting in sorted((line[0] for line in self._lines.values()), key=lambda waiting: waiting.rank):
            groups.setdefault((waiting.action, waiting.urgent), []).append(waiting)
        return list(groups.values())

    def _share(self, group: list[_Waiting], now_ms: int) -> int:
        """How many of a group may leave in one request now: a batch if it can be, else one or none."""
        first = group[0]
        kept = 0 if first.urgent else self._kept
        batch = min(len(group), LARGEST_BATCH, self._batches[first.action].left(now_ms) - kept)
        if batch > 1:
            return batch
        return 1 if self._singles[first.action].left(now_ms) > kept else 0

    def _due_ms(self, group: list[_Waiting]) -> int:
        first = group[0]
        kept = 0 if first.urgent else self._kept
        due = self._singles[first.action].free_ms(1 + kept, self._now_ms)
        if len(group) > 1:
            due = min(due, self._batches[first.action].free_ms(2 + kept, self._now_ms))
        return due

    def _leave(self, waiting: _Waiting) -> OrderCommand:
        name = waiting.command.order_link_id
        self._lines[name].remove(waiting)
        if not self._lines[name]:
            del self._lines[name]
        return waiting.command
