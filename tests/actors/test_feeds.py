"""Feeds: conflation, routing, and connections that come back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from actors.feeds import PrivateFeedActor, PublicFeedActor
from actors.mail import Check, Lost, Open, PriceTaken, StreamLost, StreamOpened, Unreadable
from exchange.errors import OutcomeUnknown
from messages.account import PositionRow, StreamEvent, Wallet
from messages.commands import StreamUp
from messages.events import Counted, StreamEvents
from messages.market import Price
from messages.reports import StreamChanged
from messages.sides import Side
from tests.actors.stage import StageWorld


class Wire:
    """A stream that opens, or refuses to, as it is told."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.closed = 0
        self.checked = 0
        self.heard_ms = 1_760_000_000_000
        self.on_events: Callable[[tuple[StreamEvent, ...], int], None] = lambda events, ns: None
        self.on_lost: Callable[[str], None] = lambda reason: None

    def open(
        self, on_events: Callable[[tuple[StreamEvent, ...], int], None], on_lost: Callable[[str], None]
    ) -> None:
        """Keep the callbacks."""
        if self.refuses:
            raise OutcomeUnknown("no answer")
        self.on_events, self.on_lost = on_events, on_lost

    def check(self, now_ms: int) -> None:
        """Count."""
        self.checked += 1

    def close(self) -> None:
        """Count."""
        self.closed += 1


class Quotes:
    """A public stream that never says anything."""

    heard_ms = 0

    def open(
        self, symbols: tuple[str, ...], on_price: Callable[[Price], None], on_lost: Callable[[str], None]
    ) -> None:
        """Nothing."""

    def check(self, now_ms: int) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def price(last: str) -> Price:
    """A price of SOLUSDT."""
    return Price(symbol="SOLUSDT", last=Decimal(last), mark=Decimal(last), at_ms=1)


def position(symbol: str) -> PositionRow:
    """A flat leg."""
    zero = Decimal(0)
    return PositionRow(
        symbol=symbol,
        leg=Side.LONG,
        size=zero,
        average_price=zero,
        mark_price=zero,
        liquidation_price=None,
        leverage=Decimal(10),
        unrealised_usdt=zero,
        take_profit=zero,
        stop_loss=zero,
        seq=1,
        updated_ms=1,
    )


def wallet() -> Wallet:
    """An empty wallet."""
    zero = Decimal(0)
    return Wallet(
        equity=zero,
        wallet_balance=zero,
        available=zero,
        unrealised=zero,
        initial_margin=zero,
        maintenance_margin=zero,
        maintenance_rate=zero,
        created_ms=1,
    )


def public_feed(world: StageWorld, *readers: str) -> PublicFeedActor:
    """A public feed with these readers of SOLUSDT."""
    return PublicFeedActor("feed/public", world, {"SOLUSDT": readers}, Quotes)


def private_feed(world: StageWorld, *wires: Wire) -> PrivateFeedActor:
    """A private feed that is given these connections one after another."""
    left = list(wires)
    return PrivateFeedActor("001/feed", world, 1, ("SOLUSDT", "DOGEUSDT"), lambda: left.pop(0))


def test_a_reader_that_has_not_taken_its_price_gets_only_the_latest_next() -> None:
    world = StageWorld()
    feed = public_feed(world, "grid")
    for last in ("1", "2", "3"):
        feed.receive(price(last))
    assert world.stage.to("grid") == [price("1")]
    feed.receive(PriceTaken(symbol="SOLUSDT", reader="grid"))
    assert world.stage.to("grid") == [price("1"), price("3")]


def test_a_slow_reader_does_not_hold_back_another() -> None:
    world = StageWorld()
    feed = public_feed(world, "slow", "fast")
    feed.receive(price("1"))
    feed.receive(PriceTaken(symbol="SOLUSDT", reader="fast"))
    feed.receive(price("2"))
    assert world.stage.to("slow") == [price("1")]
    assert world.stage.to("fast") == [price("1"), price("2")]


def test_a_frame_is_one_message_a_symbol_for_its_grid_and_the_order_actor() -> None:
    world = StageWorld()
    wire = Wire()
    feed = private_feed(world, wire)
    feed.receive(Open())
    world.stage.clear()
    wire.on_events((position("SOLUSDT"), position("DOGEUSDT"), position("SOLUSDT")), 7)
    frame = StreamEvents(symbol="SOLUSDT", events=(position("SOLUSDT"), position("SOLUSDT")), received_ns=7)
    assert world.stage.to("001/grid/SOLUSDT") == [frame]
    assert frame in world.stage.to("001/orders")
    assert len(world.stage.to("001/grid/DOGEUSDT")) == 1


def test_a_wallet_goes_to_the_order_actor_alone() -> None:
    world = StageWorld()
    wire = Wire()
    feed = private_feed(world, wire)
    feed.receive(Open())
    world.stage.clear()
    wire.on_events((wallet(),), 7)
    assert world.stage.sent == [("001/orders", wallet())]


def test_a_symbol_that_nobody_trades_reaches_no_grid() -> None:
    world = StageWorld()
    wire = Wire()
    feed = private_feed(world, wire)
    feed.receive(Open())
    world.stage.clear()
    wire.on_events((position("XRPUSDT"),), 7)
    assert [address for address, _ in world.stage.sent] == ["001/orders"]


def test_an_opened_stream_asks_for_a_sync_before_entries_go_on() -> None:
    world = StageWorld()
    feed = private_feed(world, Wire())
    feed.receive(Open())
    assert world.stage.to("001/reconciler") == [StreamOpened()]
    assert world.stage.to("001/grid/SOLUSDT") == []


def test_a_lost_stream_stops_entries_and_is_opened_again() -> None:
    world = StageWorld()
    first, second = Wire(), Wire()
    feed = private_feed(world, first, second)
    feed.receive(Open())
    first.on_lost("cut")
    lost = world.stage.to("001/feed")[-1]
    assert lost == Lost(reason="cut", generation=1)
    feed.receive(lost)
    assert first.closed == 1
    assert world.stage.to("001/reconciler")[-1] == StreamLost(reason="cut")
    assert world.stage.to("001/grid/DOGEUSDT") == [StreamUp(up=False)]
    due_ms, address, message = world.later.asked[-1]
    assert (address, message) == ("001/feed", Open())
    assert due_ms > world.hands.ms
    feed.receive(Open())
    feed.receive(Check())
    assert second.checked == 1


def test_a_loss_that_an_older_connection_tells_is_not_heard() -> None:
    world = StageWorld()
    first, second = Wire(), Wire()
    feed = private_feed(world, first, second)
    feed.receive(Open())
    feed.receive(Lost(reason="cut", generation=1))
    feed.receive(Open())
    feed.receive(Lost(reason="late", generation=1))
    assert second.closed == 0


def test_refused_connections_are_dialled_with_growing_pauses() -> None:
    world = StageWorld()
    feed = private_feed(world, *(Wire(refuses=True) for _ in range(9)))
    for _ in range(9):
        feed.receive(Open())
    pauses = [due_ms - world.hands.ms for due_ms, _, message in world.later.asked if message == Open()]
    assert pauses[:3] == [500, 1000, 2000]
    assert pauses[-1] == 30_000


def dials_again_after(world: StageWorld) -> int:
    """How long the feed waits until it dials again."""
    due_ms, _, message = world.later.asked[-1]
    assert message == Open()
    return due_ms - world.hands.ms


def test_connections_that_end_at_once_are_dialled_with_growing_pauses_too() -> None:
    world = StageWorld()
    feed = private_feed(world, *(Wire() for _ in range(6)))
    pauses = []
    for number in range(1, 6):
        feed.receive(Open())
        world.hands.ms += 9_000
        feed.receive(Lost(reason="thrown out", generation=number))
        pauses.append(dials_again_after(world))
    assert pauses == [500, 1_000, 2_000, 4_000, 8_000]


def test_a_connection_that_has_stood_for_a_while_is_dialled_again_soon() -> None:
    world = StageWorld()
    feed = private_feed(world, Wire(refuses=True), Wire(refuses=True), Wire(), Wire())
    for _ in range(3):
        feed.receive(Open())
    world.hands.ms += 10_000
    feed.receive(Lost(reason="cut", generation=3))
    assert dials_again_after(world) == 500


def test_a_failed_dial_says_when_the_next_one_is_and_a_success_how_long_it_took() -> None:
    world = StageWorld()
    feed = private_feed(world, Wire(), Wire(refuses=True), Wire())
    feed.receive(Open())
    feed.receive(Lost(reason="cut", generation=1))
    feed.receive(Open())
    world.hands.ms += 90_500
    feed.receive(Open())
    told = [(one.up, one.reason) for one in world.stage.of(StreamChanged)]  # type: ignore[attr-defined]
    assert told == [
        (True, ""),
        (False, "cut"),
        (False, "no answer; dialled again in 1 s"),
        (True, "after 90.5 s and 2 dials"),
    ]


def test_every_dial_is_counted_by_its_stream() -> None:
    world = StageWorld()
    feed = private_feed(world, Wire(refuses=True), Wire())
    feed.receive(Open())
    feed.receive(Open())
    assert [(one.name, one.reason) for one in world.stage.of(Counted)] == [("dial", "private")] * 2  # type: ignore[attr-defined]


def test_a_public_frame_that_cannot_be_read_is_counted_for_all() -> None:
    world = StageWorld()
    public_feed(world, "grid").receive(Unreadable(text="tickers.SOLUSDT: lastPrice is '?'"))
    (counted,) = world.stage.of(Counted)
    assert counted == Counted(account=0, symbol="", name="unreadable", reason="public")
