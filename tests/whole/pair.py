"""One symbol of one account, seen from the venue: what it holds, what rests, what was asked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pybit.unified_trading import HTTP

from actors.display.tallies import SymbolTally
from messages.ids import OrderName, parse_order_link_id
from messages.reports import SideReport
from messages.sides import SIDES, Role, Side
from tests.venue_process import VenueProcess, wait_for
from tests.whole.harness import RunningBot

DEADLINE_S = 30
_IDX = {1: Side.LONG, 2: Side.SHORT}
Row = dict[str, Any]
_NO_REPORT = SideReport(
    side=Side.LONG,
    status="",
    cycle=0,
    size=Decimal(0),
    average_entry=Decimal(0),
    deepest_level=-1,
    max_levels=0,
    take_profit_price=None,
    take_profit_qty=None,
    unrealised=Decimal(0),
    pending=(),
    cycles=0,
    realised=Decimal(0),
    fees=Decimal(0),
    funding=Decimal(0),
)


class Pair:
    """Steers and watches one symbol of one account."""

    def __init__(self, venue: VenueProcess, bot: RunningBot, account: int, symbol: str) -> None:
        self.venue, self.bot, self.account, self.symbol = venue, bot, account, symbol
        self.code = f"{account:03d}"

    # --- the market ---------------------------------------------------------------------------------

    def price(self, *prices: str, qty: str | None = None, taker: str = "Buy") -> None:
        """Print trades one after another."""
        amount = {} if qty is None else {"qty": qty}
        for price in prices:
            self.venue.control("price", symbol=self.symbol, price=price, taker=taker, **amount)

    def walk(self, price: str) -> None:
        """Print a trade and wait until the bot knows the price."""
        self.price(price)
        self.wait_for(lambda: self.last_seen() == Decimal(price), f"the bot to know the price {price}")

    def person(self) -> HTTP:
        """Somebody else with the account's key, by pybit."""
        session = HTTP(api_key=f"simulated-key-{self.code}", api_secret=f"simulated-secret-{self.code}")
        session.endpoint = self.venue.url
        return session

    # --- what the venue shows -----------------------------------------------------------------------

    def positions(self) -> dict[Side, Row]:
        """Both legs' rows; a flat leg may be missing."""
        rows = self.venue.control("state")["positions"][self.code]
        return {_IDX[row["positionIdx"]]: row for row in rows if row["symbol"] == self.symbol}

    def size(self, side: Side) -> Decimal:
        """A leg's size."""
        row = self.positions().get(side)
        return Decimal(row["size"]) if row is not None else Decimal(0)

    def resting(self, side: Side | None = None, role: Role | None = None) -> dict[OrderName, Row]:
        """Our resting orders by name."""
        rows = self.venue.control("state")["orders"][self.code]
        named = {parse_order_link_id(row["orderLinkId"]): row for row in rows if row["symbol"] == self.symbol}
        return {
            name: row
            for name, row in named.items()
            if name is not None and side in (None, name.side) and role in (None, name.role)
        }

    def levels(self, side: Side) -> list[int]:
        """The levels at which entries of a side rest."""
        return sorted(name.level for name in self.resting(side, Role.ENTRY))

    def moved_from(self, side: Side, before: Row) -> bool:
        """Whether one entry of a side rests, elsewhere than ``before``."""
        rows = list(self.resting(side, Role.ENTRY).values())
        return len(rows) == 1 and Decimal(rows[0]["price"]) > Decimal(before["price"])

    def covered(self, side: Side) -> bool:
        """Whether one take profit leaves exactly the leg's size."""
        leaves = [Decimal(row["leavesQty"]) for row in self.resting(side, Role.TAKE_PROFIT).values()]
        return leaves == [self.size(side)]

    def take_profit(self, side: Side) -> tuple[OrderName, Row]:
        """The one resting take profit."""
        (found,) = self.resting(side, Role.TAKE_PROFIT).items()
        return found

    # --- what the journal tells ---------------------------------------------------------------------

    def requests(self, op: str) -> list[Row]:
        """This symbol's order requests: each order of each request, with ``retCode`` and ``ts``."""
        found: list[Row] = []
        for record in self.venue.journal("request", account=self.code):
            if record["op"] == f"order.{op}":
                found.append({**record["data"], "retCode": record["retCode"], "ts": record["ts"]})
            elif record["op"] == f"order.{op}-batch":
                codes = record.get("itemCodes", [])
                for at, order in enumerate(record["data"].get("request", [])):
                    code = record["retCode"] or (codes[at] if at < len(codes) else 0)
                    found.append({**order, "retCode": code, "ts": record["ts"]})
        return [one for one in found if one.get("symbol") == self.symbol]

    def created(self, side: Side, role: Role, cycle: int | None = None) -> list[Row]:
        """The creations of a side's orders of one role."""
        return [
            one
            for one in self.requests("create")
            if (name := parse_order_link_id(one["orderLinkId"])) is not None
            and (name.side, name.role) == (side, role)
            and cycle in (None, name.cycle)
        ]

    def executed(self, side: Side, role: Role) -> Decimal:
        """How much a side's orders of one role have filled."""
        return self.executed_of(*(one["orderLinkId"] for one in self.created(side, role)))

    def executed_of(self, *link_ids: str) -> Decimal:
        """How much these orders have filled."""
        rows = self.pushed("execution")
        return sum((Decimal(row["execQty"]) for row in rows if row["orderLinkId"] in link_ids), Decimal(0))

    def pushed(self, topic: str) -> list[Row]:
        """The rows of this symbol that the venue has pushed on a private topic."""
        rows = self.venue.journal_rows(topic, account=self.code)
        return [row for row in rows if row.get("symbol") == self.symbol]

    # --- what the bot says --------------------------------------------------------------------------

    @property
    def tally(self) -> SymbolTally:
        """What the display knows of this symbol."""
        return self.bot.tally(self.account).symbols.get(self.symbol, SymbolTally())

    def count(self, name: str) -> int:
        """What the bot has counted for this symbol: orphan, recovery, late_fill ..."""
        return int(self.tally.counted.get(name, 0))

    def cycles(self, side: Side) -> int:
        """How many cycles the bot has booked."""
        return self.tally.sides[side].cycles

    def side_report(self, side: Side) -> SideReport:
        """The bot's newest report of a side."""
        report = self.tally.report
        if report is None:
            return _NO_REPORT
        return report.long if side is Side.LONG else report.short

    def last_seen(self) -> Decimal | None:
        """The last price that the bot reports."""
        report = self.tally.report
        return report.last if report is not None else None

    def deepest(self, side: Side) -> int:
        """The deepest filled level that the bot reports."""
        return self.side_report(side).deepest_level

    def trades_kept(self) -> bool:
        """Whether the trades file has a line for each execution of this account."""
        lines = (self.bot.data / f"{self.code}_trades_history.csv").read_text().splitlines()
        return len(lines) - 1 == len(self.venue.journal_rows("execution", account=self.code))

    # --- waiting ------------------------------------------------------------------------------------

    def wait_for(self, look: Callable[[], Any], what: str) -> None:
        """Look until it is so; a failure shows how things stand."""
        try:
            wait_for(look, f"{what} ({self.code} {self.symbol})", deadline_s=DEADLINE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self}") from None

    def wait_open(
        self, long: list[int] | None = None, short: list[int] | None = None, what: str = "a whole hedge"
    ) -> None:
        """Both sides held, each covered by its take profit, entries resting at these levels (one each)."""
        levels = {Side.LONG: [1] if long is None else long, Side.SHORT: [1] if short is None else short}
        self.wait_for(
            lambda: all(
                self.size(side) > 0 and self.covered(side) and self.levels(side) == levels[side]
                for side in SIDES
            ),
            what,
        )

    def __str__(self) -> str:
        lines = [f"{side}: {self.size(side)}" for side in SIDES]
        lines += [f"  {name} {row['qty']} at {row['price']}" for name, row in self.resting().items()]
        return "\n".join([*lines, self.bot.told()])
