"""Which paths the venue answers, and how fast (bybit-v5.md section 2)."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "/v5/"
TRADE_OPS = frozenset(
    f"order.{verb}{batch}" for verb in ("create", "amend", "cancel") for batch in ("", "-batch")
)
"""What the trading socket takes; by HTTP the same operations end in the same names."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. ``per_second`` is an account's rate limit; None where only the IP is limited."""

    op: str
    method: str
    per_second: int | None = None

    @property
    def private(self) -> bool:
        return not self.op.startswith("market.")

    @property
    def is_batch(self) -> bool:
        return self.op.endswith("-batch")


def _routes(method: str, per_second: int | None, *ops: str) -> list[Route]:
    return [Route(op, method, per_second) for op in ops]


ROUTES: dict[str, Route] = {
    route.op: route
    for route in (
        *_routes("GET", None, "market.time", "market.instruments-info", "market.tickers", "market.kline"),
        *_routes("GET", None, "market.price-limit", "market.risk-limit", "market.recent-trade"),
        *_routes("GET", None, "market.orderbook"),
        *_routes("GET", 50, "order.realtime", "order.history", "execution.list", "position.list"),
        *_routes("GET", 50, "position.closed-pnl", "account.wallet-balance", "account.info"),
        *_routes("GET", 50, "account.transaction-log"),
        *_routes("GET", 5, "account.fee-rate", "asset.coin.query-info"),
        *_routes("GET", 10, "user.query-api"),
        *_routes("POST", 10, *sorted(TRADE_OPS), "order.cancel-all"),
        *_routes("POST", 10, "position.switch-mode", "position.set-leverage", "position.trading-stop"),
        *_routes("POST", 10, "account.set-limit-px-action"),
    )
}


def route_for(method: str, path: str) -> Route | None:
    """The route of ``/v5/order/create`` and the like; None where the venue answers 404."""
    if not path.startswith(PREFIX):
        return None
    route = ROUTES.get(path.removeprefix(PREFIX).replace("/", "."))
    return route if route is not None and route.method == method else None
