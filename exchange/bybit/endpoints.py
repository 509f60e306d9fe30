"""Where an environment's REST and streams are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Addresses of one environment; ``trading`` is None where there is no trading socket (demo)."""

    name: str
    rest: str
    private: str
    public: str
    trading: str | None

    @property
    def proxied(self) -> bool:
        """Whether a proxy of the machine may stand between: never before the local venue."""
        return self.name != "simulated"


MAINNET = Endpoints(
    name="mainnet",
    rest="https://api.bybit.com",
    private="wss://stream.bybit.com/v5/private",
    public="wss://stream.bybit.com/v5/public/linear",
    trading="wss://stream.bybit.com/v5/trade",
)
TESTNET = Endpoints(
    name="testnet",
    rest="https://api-testnet.bybit.com",
    private="wss://stream-testnet.bybit.com/v5/private",
    public="wss://stream-testnet.bybit.com/v5/public/linear",
    trading="wss://stream-testnet.bybit.com/v5/trade",
)
#: Prices are mainnet's; orders go by REST.
DEMO = Endpoints(
    name="demo",
    rest="https://api-demo.bybit.com",
    private="wss://stream-demo.bybit.com/v5/private",
    public="wss://stream.bybit.com/v5/public/linear",
    trading=None,
)

_NAMED = {endpoints.name: endpoints for endpoints in (MAINNET, TESTNET, DEMO)}


def simulated(url: str) -> Endpoints:
    """The local venue at ``url``, e.g. http://127.0.0.1:8900. Raises ValueError for anything but http(s)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError(f"{url!r} is no venue address: something like http://127.0.0.1:8900 expected")
    sockets = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return Endpoints(
        name="simulated",
        rest=f"{parts.scheme}://{parts.netloc}",
        private=f"{sockets}/v5/private",
        public=f"{sockets}/v5/public/linear",
        trading=f"{sockets}/v5/trade",
    )


def endpoints_for(environment: str, venue_url: str = "") -> Endpoints:
    """The addresses of mainnet, testnet, demo, or simulated (which needs the venue's address)."""
    if environment == "simulated":
        return simulated(venue_url)
    if environment not in _NAMED:
        raise ValueError(f"environment {environment!r}: one of simulated, {', '.join(_NAMED)} expected")
    return _NAMED[environment]
