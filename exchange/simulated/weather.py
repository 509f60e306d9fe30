"""How bad the network and the exchange are: chances and ranges, and a seed's draw of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

Span = tuple[int, int]
"""From, to (both included)."""

REST_TROUBLES: Final = (
    "lost_request",
    "lost_reply",
    "slow_request",
    "slow_reply",
    "broken_off",
    "connect_timeout",
    "connect_refused",
    "server_error",
    "protection",
    "forbidden",
    "overloaded",
    "refused",
    "unreadable_reply",
    "spoiled_batch",
)
#: What HTTP alone can say doesn't befall the trading socket.
SOCKET_TROUBLES: Final = (
    "lost_request",
    "lost_reply",
    "slow_request",
    "slow_reply",
    "overloaded",
    "refused",
    "unreadable_reply",
    "spoiled_batch",
)
FRAME_TROUBLES: Final = ("late_frame", "doubled_frame", "unreadable_frame", "missing_wallet")
DIAL_TROUBLES: Final = ("refused_dial", "slow_dial", "replayed")
LINES: Final = ("private", "public", "trading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Chances are shares of 1, spans milliseconds, ``…_every_s`` mean seconds between (0: never).

    The kinds are explained in the package's docstring. Raises ValueError where a request's or a frame's
    chances, which exclude each other, sum to more than 1.
    """

    request_ms: Span = (1, 5)
    """A request's way to the venue, when nothing is wrong."""
    reply_ms: Span = (1, 5)
    """A reply's way back."""
    frame_ms: Span = (0, 2)
    """A frame's way, each topic on its own."""

    lost_request: float = 0
    lost_reply: float = 0
    slow_request: float = 0
    slow_reply: float = 0
    broken_off: float = 0
    connect_timeout: float = 0
    connect_refused: float = 0
    server_error: float = 0
    protection: float = 0
    forbidden: float = 0
    overloaded: float = 0
    refused: float = 0
    unreadable_reply: float = 0
    spoiled_batch: float = 0
    slow_ms: Span = (50, 4_500)
    """How long a slow request or reply takes."""

    late_frame: float = 0
    doubled_frame: float = 0
    unreadable_frame: float = 0
    missing_wallet: float = 0
    late_ms: Span = (50, 3_000)
    """How late a late frame is; what follows it in its topic waits behind it."""

    private_every_s: int = 0
    public_every_s: int = 0
    trading_every_s: int = 0
    silent: float = 0
    """Of the ends of connections: without a close frame, nothing more is heard."""
    shut: float = 0
    """Of the ends of connections: no new one of its kind for ``shut_ms``."""
    shut_ms: Span = (1_000, 60_000)
    refused_dial: float = 0
    slow_dial: float = 0
    slow_dial_ms: Span = (300, 12_000)
    replayed: float = 0

    outage_every_s: int = 0
    outage_ms: Span = (10_000, 600_000)

    def __post_init__(self) -> None:
        for troubles in (REST_TROUBLES, FRAME_TROUBLES):
            total = sum(getattr(self, name) for name in troubles)
            if not 0 <= total <= 1:
                raise ValueError(f"the chances of {', '.join(troubles)} sum to {total}: at most 1 expected")


CALM: Final = Weather()

_MIXES: Final = ("one", "some", "many")
_KINDS: Final = (
    *REST_TROUBLES,
    *FRAME_TROUBLES,
    *DIAL_TROUBLES,
    *(f"{line}_every_s" for line in LINES),
    "outage_every_s",
)
_SHARES: Final = (0.002, 0.02, 0.12)
_EVERY_S: Final = (3_600, 900, 120)
_OUTAGE_EVERY_S: Final = (14_400, 3_600, 1_800)
#: Ways of requests, replies and frames: next door, another continent, a line that is full. They are no
#: trouble, and so apart from the troubles; only where ways are long does much happen on them.
_DISTANCES: Final[tuple[tuple[Span, Span, Span], ...]] = (
    ((5, 40), (5, 40), (0, 50)),
    ((20, 200), (20, 200), (5, 400)),
    ((1, 900), (1, 900), (0, 1_500)),
)
#: Under many troubles at once enough must still get through for anything to happen.
_MOST_TROUBLE: Final = 0.4


def weather_of(chance: Random) -> Weather:
    """One seed's weather: of six about one calm, else one kind of fault alone, some, or most of them.

    Each kind is drawn rare, frequent or hard; every other time the exchange is far away.
    """
    if chance.randrange(6) == 0:
        return CALM
    mix = chance.choice(_MIXES)
    if mix == "one":
        chosen = [chance.choice(_KINDS)]
    elif mix == "some":
        chosen = chance.sample(_KINDS, chance.randint(2, 6))
    else:
        chosen = [kind for kind in _KINDS if chance.random() < 0.6]
    drawn: dict[str, float | int | Span] = {}
    for kind in chosen:
        drawn |= _severity(chance, kind)
    if chance.random() < 0.5:
        drawn["request_ms"], drawn["reply_ms"], drawn["frame_ms"] = chance.choice(_DISTANCES)
    for troubles in (REST_TROUBLES, FRAME_TROUBLES):
        _bear(drawn, troubles)
    if any(f"{line}_every_s" in chosen for line in LINES):
        drawn["silent"] = chance.choice((0, 0.5, 1))
        drawn["shut"] = chance.choice((0, 0.3, 1))
    return Weather(**drawn)  # type: ignore[arg-type]  # each value is of its field's type


def _severity(chance: Random, kind: str) -> Mapping[str, float | int | Span]:
    if kind == "outage_every_s":
        longest_ms = chance.choice((30_000, 120_000, 600_000))
        return {kind: chance.choice(_OUTAGE_EVERY_S), "outage_ms": (10_000, longest_ms)}
    if kind.endswith("_every_s"):
        return {kind: chance.choice(_EVERY_S)}
    return {kind: chance.choice(_SHARES)}


def _bear(drawn: dict[str, float | int | Span], troubles: tuple[str, ...]) -> None:
    """Lower shares that are too much together, each by the same factor."""
    shares = {name: share for name in troubles if isinstance(share := drawn.get(name), float)}
    total = sum(shares.values())
    if total > _MOST_TROUBLE:
        for name, share in shares.items():
            drawn[name] = share * _MOST_TROUBLE / total
