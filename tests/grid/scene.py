"""The venue in virtual time, what the bot has asked of it, and what tests look at."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exchange.bybit.decode_rest import instrument as decode_instrument
from exchange.bybit.encode import POSITION_IDX
from exchange.bybit.fields import Fields
from exchange.venue.contract import Reply
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from messages.events import Counted, Note
from messages.market import Instrument
from messages.orders import OrderCommand
from messages.settings import GridSettings
from messages.sides import Side
from state.grid.effects import Effect
from state.grid.model import GridState, SideState
from tests.grid.line import ACCOUNT
from tests.grid.moments import START_MS, Moments


class Scene:
    """Account "a" at the venue, number 1 for the bot, with a grid per symbol."""

    def __init__(
        self, settings: Sequence[GridSettings], seed: int, quirks: Quirks | None, balance: str
    ) -> None:
        self.moments = Moments()
        self.core = VenueCore(
            seed=seed,
            now_ms=START_MS,
            instruments=default_instruments(),
            accounts=[AccountSpec(name=ACCOUNT, hedge=True, balance_usdt=Decimal(balance))],
            quirks=Quirks() if quirks is None else quirks,
        )
        self.settings = {s.symbol: s for s in settings}
        self.last: dict[str, Decimal] = {}
        self.grids: dict[str, GridState] = {}
        self.effects: list[Effect] = []
        self.sent: list[tuple[int, OrderCommand]] = []

    @property
    def now_ms(self) -> int:
        """Virtual time, the same for bot and venue."""
        return self.moments.now_ms

    def request(self, op: str, **params: Any) -> Reply:
        """One request at once, as a person at the exchange's page sends it."""
        return self.core.request(ACCOUNT, op, {"category": "linear", **params}, self.now_ms)

    @property
    def symbol(self) -> str:
        """The first symbol."""
        return next(iter(self.settings))

    @property
    def grid(self) -> GridState:
        """The first symbol's state."""
        return self.grids[self.symbol]

    def side(self, side: Side) -> SideState:
        """A side of the first symbol."""
        return self.grid.of(side)

    def instrument(self, symbol: str) -> Instrument:
        """The rules as the bot reads them."""
        rows = self.request("market.instruments-info", symbol=symbol).result["list"]
        return decode_instrument(Fields(rows[0], "instruments-info"))

    def resting(self, role: str = "", side: Side | None = None, symbol: str = "") -> list[dict[str, Any]]:
        """A symbol's open orders of ours at the venue, by the role and side in their ids, oldest first."""
        rows = self.request("order.realtime", symbol=symbol or self.symbol, limit=50).result["list"]
        letter = "" if side is None else side.value[0]
        return [
            dict(row)
            for row in reversed(rows)
            if row["orderLinkId"][4:5] == role or not role
            if row["orderLinkId"][3:4] == letter or not letter
        ]

    def leg(self, side: Side) -> Decimal:
        """A leg's size at the venue."""
        rows = self.request("position.list", symbol=self.symbol).result["list"]
        return next(Decimal(row["size"]) for row in rows if row["positionIdx"] == POSITION_IDX[side])

    def told(self, kind: type[Any]) -> list[Any]:
        """The effects of one kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def counted(self, name: str) -> int:
        """How often something was counted."""
        return sum(1 for e in self.effects if isinstance(e, Counted) and e.name == name)

    def noted(self, kind: str) -> list[Note]:
        """The notes of one kind."""
        return [e for e in self.effects if isinstance(e, Note) and e.kind == kind]
