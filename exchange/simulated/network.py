"""What all lines to the venue share: time, chance, the weather, and the faults that have happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final, Protocol

from exchange.simulated.virtual_time import VirtualTime
from exchange.simulated.weather import FRAME_TROUBLES, REST_TROUBLES, SOCKET_TROUBLES, Span, Weather
from exchange.venue.contract import PrivatePush

#: What a request meets during an outage, by the outage's own kind.
OUTAGES: Final = ("connect_timeout", "connect_refused", "server_error", "lost_request")
#: Troubles that leave open whether the request was carried out: a coin decides.
_EITHER: Final = frozenset({"server_error", "protection", "overloaded", "unreadable_reply", "broken_off"})
_NEVER: Final = frozenset({"connect_timeout", "connect_refused", "forbidden", "lost_request"})


@dataclass(slots=True)
class Fate:
    """What becomes of one request. ``trouble`` is "" for none; ``carried``: whether the venue serves it.

    ``request_ms`` and ``reply_ms`` are its way there and the reply's way back.
    """

    trouble: str
    request_ms: int
    reply_ms: int
    carried: bool


class Odds:
    """Which of several troubles befalls a request, at most one: one draw, however many kinds there are."""

    def __init__(self, weather: Weather, troubles: Sequence[str]) -> None:
        self._upto: list[tuple[float, str]] = []
        self._total: float = 0
        for trouble in troubles:
            share = getattr(weather, trouble)
            if share:
                self._total += share
                self._upto.append((self._total, trouble))

    def draw(self, chance: Random) -> str:
        """A trouble's name, or "" for none."""
        if not self._upto:
            return ""
        roll = chance.random()
        if roll >= self._total:
            return ""
        return next(trouble for upto, trouble in self._upto if roll < upto)


class Line(Protocol):
    """A connection that stands, as the network and the venue see it."""

    def plan_end(self) -> None:
        """Draw when it ends, under the present weather."""
        ...

    def break_down(self) -> None:
        """End now, with a close frame or in silence."""
        ...

    def push(self, push: PrivatePush) -> None:
        """Send an account's frame on its way, if this line is for it."""
        ...

    def price(self, symbol: str) -> None:
        """Send a symbol's ticker on its way, if this line is for it."""
        ...


class Network:
    """Time, chance and weather; ``faults`` counts by name every fault that has really happened.

    ``epoch`` changes with the weather: what was planned under an older one does not come any more.
    """

    def __init__(self, time: VirtualTime, chance: Random, weather: Weather) -> None:
        self.time, self.chance = time, chance
        self.faults: Counter[str] = Counter()
        self.lines: dict[Line, None] = {}
        """Those that stand, the oldest first."""
        self.epoch = 0
        self.change(weather)

    def change(self, weather: Weather) -> None:
        """Another weather from now on; an outage and shut doors end."""
        self.weather = weather
        self.epoch += 1
        self.outage = ""
        self.shut_until_ms: dict[str, int] = {}
        self._frames = Odds(weather, FRAME_TROUBLES)
        self._rest, self._socket = Odds(weather, REST_TROUBLES), Odds(weather, SOCKET_TROUBLES)
        for line in self.lines:
            line.plan_end()
        self._plan_outage()

    def between(self, span: Span) -> int:
        """A whole number out of a span."""
        low, high = span
        return low + int(self.chance.random() * (high - low + 1))

    def happens(self, fault: str, share: float) -> bool:
        """Whether something of this chance happens now; then it is counted."""
        if not share or self.chance.random() >= share:
            return False
        self.faults[fault] += 1
        return True

    def coin(self) -> bool:
        """Heads."""
        return self.chance.random() < 0.5

    def rest_fate(self) -> Fate:
        """What becomes of a request by REST that leaves now."""
        return self._fate(self.outage or self._rest.draw(self.chance))

    def socket_fate(self) -> Fate:
        """What becomes of a request over the trading socket that leaves now."""
        return self._fate(self._socket.draw(self.chance))

    def frame_trouble(self, topic: str) -> str:
        """What befalls a frame that leaves the venue now, or "" for nothing."""
        trouble = self._frames.draw(self.chance)
        if not trouble or (trouble == "missing_wallet" and topic != "wallet"):
            return ""
        self.faults[trouble] += 1
        return trouble

    def _fate(self, trouble: str) -> Fate:
        weather = self.weather
        fate = Fate(trouble, self.between(weather.request_ms), self.between(weather.reply_ms), carried=True)
        if not trouble:
            return fate
        if trouble not in ("spoiled_batch", "refused"):  # these count once they fit the request
            self.faults[trouble] += 1
        if trouble in _NEVER:
            fate.carried = False
        elif trouble in _EITHER:
            fate.carried = self.coin()
        if trouble in ("slow_request", "broken_off"):
            fate.request_ms = self.between(weather.slow_ms)
        elif trouble == "slow_reply":
            fate.reply_ms = self.between(weather.slow_ms)
        return fate

    def _plan_outage(self) -> None:
        if self.weather.outage_every_s:
            due_ms = self.time.now_ms() + self.between((1, self.weather.outage_every_s * 2_000))
            self.time.at(due_ms, partial(self._begin_outage, self.epoch))

    def begin_outage(self, kind: str, ms: int) -> None:
        """Nothing answers any more for so long, in one of the ways of ``OUTAGES``; every connection ends."""
        self.faults["outage"] += 1
        self.outage = kind
        self.time.at(self.time.now_ms() + ms, partial(self._end_outage, self.epoch))
        for line in tuple(self.lines):
            line.break_down()

    def _begin_outage(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.begin_outage(self.chance.choice(OUTAGES), self.between(self.weather.outage_ms))

    def _end_outage(self, epoch: int) -> None:
        if epoch == self.epoch:
            self.outage = ""
            self._plan_outage()
