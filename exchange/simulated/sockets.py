"""Both ends of a websocket in virtual time, under the real client's connections.

The client's end is what exchange/bybit/sockets.py gives its owners (``reading``, ``heard_ms``, ``send``,
``cut``, ``shut``); the venue's end is what the venue calls. Dialling and subscribing let time pass. The
real handshake waits for replies on a queue of the machine: whatever it waits for must lie there already,
or its virtual deadline must be over.

dialling → up → ended (a close frame, the client's shut, the process's end) | silent → cut by the client
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import orjson

from exchange.bybit.connection import OPEN_WITHIN_MS
from exchange.bybit.sockets import Owner
from exchange.clock import Clock
from exchange.simulated.network import Network
from exchange.venue.contract import PrivatePush

#: Pongs come as often as the real client pings.
_PONG_EVERY_MS: Final = 5_000
#: The real client gives up dialling after this time, and its authentication is valid for that.
_DIAL_WITHIN_MS: Final = 8_000
_AUTH_VALID_MS: Final = 10_000


class SimulatedSocket:
    """A connection of one process, of one of the lines private, public, trading."""

    line = ""

    def __init__(self, network: Network, owner: Owner, clock: Clock) -> None:
        self.network, self.owner, self.clock = network, owner, clock
        self.ended = False
        self.silent = False
        """Neither end knows it yet: what is sent goes nowhere."""
        self.bereft = False
        """Its process is gone."""
        self._last_due_ms: dict[str, int] = {}
        self._ahead_ms = 0
        self._heard_ms = self._up_ms = network.time.now_ms()

    # --- the client's end ---------------------------------------------------------------------------------

    @property
    def reading(self) -> bool:
        """Whether the reader lives: it always does here."""
        return True

    @property
    def heard_ms(self) -> int:
        """When a frame or a pong last came, by the process's clock as it was when last asked.

        So a clock that was moved meanwhile shows a silence that was none, as the real client's does.
        """
        now_ms = self.network.time.now_ms()
        if not self.silent:
            self._heard_ms = max(self._heard_ms, now_ms - (now_ms - self._up_ms) % _PONG_EVERY_MS)
        heard_ms = self._heard_ms + self._ahead_ms
        if not self.silent:
            self._ahead_ms = self.clock.now_ms() - now_ms
        return heard_ms

    def send(self, text: str) -> None:
        """A frame of the client's."""
        raise NotImplementedError

    def cut(self, reason: str) -> None:
        """Break the connection: its reader wakes up and tells the end."""
        if not self.ended:
            time = self.network.time
            time.at(time.now_ms(), partial(self.end, reason))

    def shut(self) -> None:
        """The client closes; nothing is told."""
        self.vanish()

    # --- the venue's end ----------------------------------------------------------------------------------

    def dial(self) -> None:
        """Connect and answer the authentication. Raises OSError where nobody answers."""
        network, time = self.network, self.network.time
        if self._turned_away():
            time.sleep(network.between(network.weather.reply_ms))
            raise ConnectionRefusedError(111, "Connection refused")
        if network.happens("slow_dial", network.weather.slow_dial):
            slow_ms = network.between(network.weather.slow_dial_ms)
            time.sleep(min(slow_ms, _DIAL_WITHIN_MS))
            if slow_ms >= _DIAL_WITHIN_MS:
                raise TimeoutError("timed out")
        time.sleep(network.between(network.weather.request_ms))
        self._up_ms = self._heard_ms = time.now_ms()
        self._ahead_ms = self.clock.now_ms() - self._up_ms
        self.network.lines[self] = None
        self.plan_end()
        self._answer(self._welcome())

    def plan_end(self) -> None:
        """Draw when this connection ends, under the present weather."""
        every_s: int = getattr(self.network.weather, f"{self.line}_every_s")
        if every_s:
            due_ms = self.network.time.now_ms() + self.network.between((1, every_s * 2_000))
            self.network.time.at(due_ms, partial(self._meet_end, self.network.epoch))

    def break_down(self) -> None:
        """End now, with a close frame or in silence, as chance has it."""
        if self.ended or self.silent:
            return
        network = self.network
        if network.weather.silent and network.chance.random() < network.weather.silent:
            network.faults[f"{self.line}_silence"] += 1
            _ = self.heard_ms  # as it is now
            self.silent = True
        else:
            network.faults[f"{self.line}_cut"] += 1
            self.end("closed by the exchange")

    def end(self, reason: str) -> None:
        """The end reaches the client."""
        if not self.ended:
            self.vanish()
            self.owner.on_end(reason)

    def vanish(self) -> None:
        """Nothing of this connection is left at the venue, and nothing of it reaches the client any more."""
        if not self.ended:
            self.ended = True
            self.network.lines.pop(self, None)

    def bereave(self) -> None:
        """The process at the client's end is gone: what it has sent still arrives, nothing comes back."""
        self.bereft = True
        self.vanish()

    def push(self, push: PrivatePush) -> None:
        """Send an account's frame on its way: the private stream's matter."""

    def price(self, symbol: str) -> None:
        """Send a symbol's ticker on its way: the public stream's matter."""

    def tell(self, text: str | bytes) -> None:
        """A frame reaches the client, if anything still does."""
        if self.ended or self.silent:
            return
        self._heard_ms = self.network.time.now_ms()
        self.owner.on_frame(text, self.clock.monotonic_ns())

    def _answer(self, frame: Mapping[str, Any]) -> None:
        """A reply of the handshake comes, after its time; or none, and the client's patience is over."""
        network = self.network
        network.time.sleep(max(network.between(network.weather.reply_ms), 1))
        if self.silent:
            network.time.sleep(OPEN_WITHIN_MS)
        self.tell(orjson.dumps(frame))

    def send_frame(self, topic: str, deliver: Callable[[str], object]) -> None:
        """Have ``deliver(trouble)`` called when a frame arrives, after every earlier one of its topic."""
        network, now_ms = self.network, self.network.time.now_ms()
        trouble = network.frame_trouble(topic)
        if trouble == "missing_wallet":
            return
        way_ms = network.between(network.weather.frame_ms)
        if trouble == "late_frame":
            way_ms += network.between(network.weather.late_ms)
        due_ms = self._last_due_ms[topic] = max(now_ms + way_ms, self._last_due_ms.get(topic, 0))
        network.time.at(due_ms, partial(self._arrive, deliver, trouble))
        if trouble == "doubled_frame":
            network.time.at(due_ms, partial(self._arrive, deliver, ""))

    def _arrive(self, deliver: Callable[[str], object], trouble: str) -> None:
        if not self.ended and not self.silent:
            deliver(trouble)

    def _welcome(self) -> Mapping[str, Any]:
        """The reply to the authentication; an expiry that has passed already is refused."""
        raise NotImplementedError

    def _is_punctual(self) -> bool:
        return self.clock.now_ms() + _AUTH_VALID_MS > self.network.time.now_ms()

    def _turned_away(self) -> bool:
        network = self.network
        if network.outage or network.time.now_ms() < network.shut_until_ms.get(self.line, 0):
            network.faults["refused_dial"] += 1
            return True
        return network.happens("refused_dial", network.weather.refused_dial)

    def _meet_end(self, epoch: int) -> None:
        network = self.network
        if epoch != network.epoch or self.ended or self.silent:
            return
        self.break_down()
        if network.happens("shut", network.weather.shut):
            until_ms = network.time.now_ms() + network.between(network.weather.shut_ms)
            network.shut_until_ms[self.line] = until_ms
