"""Whether something grew: the medians of the first and of the last hour, and how far apart they may lie."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from actors.soak.plan import SoakPlan
from actors.soak.sampling import Sample

_MIB = 1 << 20
FEWEST = 6
"""So many samples make an hour at least."""
#: As long as state/grid/lookups.py does.
_REMEMBERED_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is compared, in ``unit``: the last median may be ``more`` and ``percent`` above the first one.

    An order that has ended is remembered for 15 minutes by the clock on the wall: a soak of a few minutes
    still holds all of its orders at its end. ``an_order`` is what each that is remembered in the last hour,
    beyond those of the first, may add. The longer a soak, the less is excused so.
    """

    name: str
    unit: str
    of: Callable[[Sample], float]
    more: float
    percent: float = 0.0
    an_order: float = 0.0

    def allowed(self, first: float, orders: int) -> float:
        """The most that the last hour's median may be, with so many orders more to remember."""
        return first * (1 + self.percent / 100) + self.more + orders * self.an_order


FIGURES = (
    Figure(
        name="memory",
        unit="MiB",
        of=lambda one: one.memory_bytes / _MIB,
        more=3,
        percent=3,
        an_order=10 / 1024,
    ),
    Figure(name="threads", unit="", of=lambda one: one.threads, more=1),
    Figure(name="descriptors", unit="", of=lambda one: one.descriptors, more=2),
    Figure(name="messages that wait", unit="", of=lambda one: one.waiting_messages, more=10),
    Figure(name="deepest mailbox", unit="", of=lambda one: one.deepest_mailbox, more=5),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure's medians in the two hours, its largest value after the warm-up, and what was allowed."""

    figure: Figure
    first: float
    last: float
    largest: float
    allowed: float

    @property
    def grew(self) -> bool:
        """Whether the last hour is above what is allowed."""
        return self.last > self.allowed


def enough(plan: SoakPlan, samples: Sequence[Sample]) -> bool:
    """Whether the last hour is over, and both hours were looked at often enough."""
    warm = _warm(plan, samples)
    return len(warm) >= 2 * FEWEST and warm[-1].at_s >= plan.length_s


def compared(plan: SoakPlan, samples: Sequence[Sample]) -> tuple[Compared, ...]:
    """Every figure; raises ValueError where there are not ``enough`` samples.

    Where a busy machine has let few be taken in an hour, the next ones count to it.
    """
    if not enough(plan, samples):
        raise ValueError("the soak has ended before its last hour")
    warm = _warm(plan, samples)
    hour_s = plan.seconds(plan.hour)
    in_first = sum(one.at_s < warm[0].at_s + hour_s for one in warm)
    in_last = sum(one.at_s > warm[-1].at_s - hour_s for one in warm)
    first, last = warm[: max(in_first, FEWEST)], warm[-max(in_last, FEWEST) :]
    orders = max(_remembered(last[-1], samples) - _remembered(first[0], samples), 0)
    return tuple(_compared(figure, first, last, warm, orders) for figure in FIGURES)


def _warm(plan: SoakPlan, samples: Sequence[Sample]) -> list[Sample]:
    begin_s = plan.seconds(plan.warm_up_hours)
    return [one for one in samples if one.at_s >= begin_s]


def _remembered(now: Sample, samples: Sequence[Sample]) -> int:
    """How many orders were placed within the time for which they are remembered."""
    before = [one for one in samples if one.at_s <= now.at_s - _REMEMBERED_S]
    return now.orders_placed - (before[-1].orders_placed if before else 0)


def _compared(
    figure: Figure, first: Sequence[Sample], last: Sequence[Sample], warm: Sequence[Sample], orders: int
) -> Compared:
    before = median(map(figure.of, first))
    return Compared(
        figure=figure,
        first=before,
        last=median(map(figure.of, last)),
        largest=max(map(figure.of, warm)),
        allowed=figure.allowed(before, orders),
    )
