"""pybit's websockets without a will of their own: what happens is told to their owner, once, nothing else.

pybit dials, signs and pings. What it would do beyond that is closed off (its hazards, bybit-v5.md 7):
retries and reconnections, exceptions that end the reader in silence, its own handling of frames.
Two threads of websocket-client run per connection: the reader, from which the owner is called, and one
that pings.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import orjson
import websocket
from pybit._http_manager import generate_signature
from pybit.unified_trading import WebSocket, WebSocketTrading

from exchange.bybit.keys import Keys
from exchange.clock import Clock
from exchange.errors import Retryable

_PING_EVERY_S: Final = 5
_PONG_WITHIN_S: Final = 4
#: For dialling, for a frame that has begun to arrive, and for a send into a full buffer. Longer than the
#: time between pings: TLS can wake the reader without a frame, which then waits for the next pong.
_SOCKET_TIMEOUT_S: Final = 8
_AUTH_VALID_MS: Final = 10_000
_ATTEMPTS: Final = 2  # pybit raises after its last attempt even if it succeeded; ours ends after the first
_REASON_LENGTH: Final = 200

_log = logging.getLogger(__name__)


class Owner(Protocol):
    """Who is told of a connection's frames and of its end, from the reader's thread."""

    def on_frame(self, raw: str | bytes, received_ns: int) -> None:
        """A frame; ``received_ns`` is the monotonic clock at its arrival."""
        ...

    def on_end(self, reason: str) -> None:
        """The connection has ended; may be told more than once."""
        ...


class _Tame:
    """Before a class of pybit's: takes over every hook through which pybit would act or fail."""

    ws: Any  # websocket.WebSocketApp
    wst: Any  # the reader's thread
    api_key: str
    api_secret: str
    exited: bool
    _stop_custom_ping_timer: Callable[[], None]

    def __init__(self, url: str, owner: Owner, clock: Clock, **options: Any) -> None:
        websocket.setdefaulttimeout(_SOCKET_TIMEOUT_S)
        self._url = url
        self._owner = owner
        self._clock = clock
        self._ended = ""
        self._cut_because = ""
        self.heard_ms = clock.now_ms()
        super().__init__(  # type: ignore[call-arg]  # pybit's, by the subclass
            testnet=False,  # unused: the address is given
            retries=_ATTEMPTS,
            restart_on_error=False,
            ping_interval=_PING_EVERY_S,
            ping_timeout=_PONG_WITHIN_S,
            **options,
        )

    @property
    def reading(self) -> bool:
        """Whether the reader's thread lives."""
        return not self.exited and bool(self.wst.is_alive())

    def send(self, text: str) -> None:
        """Send a frame; raises OSError or websocket.WebSocketException. Waits where the buffer is full."""
        self.ws.send(text)

    def cut(self, reason: str) -> None:
        """Break the connection from any thread: its reader wakes up and tells the end."""
        self._cut_because = reason
        inner = self.ws.sock
        if inner is not None:
            inner.abort()

    def shut(self) -> None:
        """Close at once, without waiting for the other end; never raises."""
        self.exited = True
        self._stop_custom_ping_timer()
        try:
            self.ws.close(timeout=0)
        except (OSError, websocket.WebSocketException) as error:
            _log.debug("closing %s: %s", self._url, error)

    def is_connected(self) -> bool:
        """As pybit asks it while dialling: an attempt that failed raises, so no second one starts."""
        if self._ended:
            raise Retryable(f"{self._url}: {self._ended}")
        return bool(super().is_connected())  # type: ignore[misc]  # pybit's, by the subclass

    def _connect(self, url: str) -> None:
        super()._connect(self._url)  # type: ignore[misc]  # pybit's, by the subclass

    def _auth(self) -> None:
        """pybit's, but valid by the exchange's clock: the machine's may be anything."""
        expires_ms = self._clock.now_ms() + _AUTH_VALID_MS
        signature = generate_signature(False, self.api_secret, f"GET/realtime{expires_ms}")  # HMAC
        self.send(orjson.dumps({"op": "auth", "args": [self.api_key, expires_ms, signature]}).decode())

    def _on_message(self, message: str | bytes) -> None:
        received_ns = self._clock.monotonic_ns()
        self.heard_ms = self._clock.now_ms()
        try:
            self._owner.on_frame(message, received_ns)
        except BaseException as error:  # noqa: BLE001  whatever it is, it would end the reader in silence
            _log.exception("%s: the receiver of a frame failed", self._url)
            self.cut(f"the receiver of a frame failed: {error!r}")

    def _on_error(self, error: Exception) -> None:
        self._end(f"{type(error).__name__}: {error}")

    def _on_close(self) -> None:
        self._end("closed by the exchange")

    def _on_pong(self) -> None:
        self.heard_ms = self._clock.now_ms()
        self._send_custom_ping()

    def _send_custom_ping(self) -> None:
        """Bybit's own ping, as a frame; where it can't be sent, the reader is about to tell the end."""
        try:
            self.ws.send('{"op":"ping"}')
        except (OSError, websocket.WebSocketException) as error:
            _log.debug("pinging %s: %s", self._url, error)

    def _end(self, reason: str) -> None:
        self._ended = self._ended or self._cut_because or reason[:_REASON_LENGTH]
        self._owner.on_end(self._ended)


class _StreamSocket(_Tame, WebSocket):  # type: ignore[misc]  # pybit has no types
    """A public or private stream."""


class _TradingSocket(_Tame, WebSocketTrading):  # type: ignore[misc]  # pybit has no types
    """A trading socket."""


Socket = _Tame
Dial = Callable[[Owner], Socket]


def private_socket(url: str, keys: Keys, clock: Clock) -> Dial:
    """Dials the private stream; the frame that authenticates is sent by then, its answer is not awaited."""
    return lambda owner: _StreamSocket(
        url, owner, clock, channel_type="private", api_key=keys.api_key, api_secret=keys.api_secret
    )


def public_socket(url: str, clock: Clock) -> Dial:
    """Dials the public stream of linear contracts."""
    return lambda owner: _StreamSocket(url, owner, clock, channel_type="linear")


def trading_socket(url: str, keys: Keys, clock: Clock) -> Dial:
    """Dials the trading socket; the frame that authenticates is sent by then, its answer is not awaited."""
    return lambda owner: _TradingSocket(url, owner, clock, api_key=keys.api_key, api_secret=keys.api_secret)
