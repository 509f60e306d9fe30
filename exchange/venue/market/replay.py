"""Real prices again: bars or tapes of several symbols on one time line, until their data end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from exchange.venue.market.errors import PriceError
from exchange.venue.market.files import Source
from exchange.venue.market.stream import TradeStream


class ReplayMarket(TradeStream):
    """Replays one source per symbol, from the latest common start.

    Ranges that have no common part are moved in time so that all begin together; ``notes`` says so.
    A symbol whose data end before another's keeps its last price; ``ended`` is true after the last
    trade of all. One seed gives one path through each bar.
    """

    def __init__(self, sources: Sequence[Source], *, seed: int) -> None:
        if not sources:
            raise PriceError("no prices to replay; give at least one file")
        twice = [
            symbol for symbol, count in Counter(source.symbol for source in sources).items() if count > 1
        ]
        if twice:
            raise PriceError(f"more than one file for {', '.join(twice)}; give one file per symbol")
        aligned, notes = align(sources)
        super().__init__(
            [source.trades(seed) for source in aligned],
            symbols=[source.symbol for source in aligned],
            start_ms=min(source.start_ms for source in aligned),
            notes=[note for source in sources for note in source.notes] + notes,
        )
        self.end_ms = max(source.end_ms for source in aligned)
        """Market time (UTC ms, exclusive) at which the last data end."""


def align(sources: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """Let all begin together: cut to the latest start, or moved to it where ranges don't overlap."""
    latest = max(source.start_ms for source in sources)
    if latest > min(source.last_ms for source in sources):
        notes = [
            f"{source.symbol}: prices of {_utc(source.start_ms)} are replayed as if of {_utc(latest)}, "
            "since the files' ranges don't overlap"
            for source in sources
            if source.start_ms != latest
        ]
        return [source.starting_at(latest) for source in sources], notes
    notes = [
        f"{source.symbol}: starts at {_utc(latest)}, the latest common start, not at {_utc(source.start_ms)}"
        for source in sources
        if source.start_ms < latest
    ]
    ends = {source.symbol: source.end_ms for source in sources}
    if len(set(ends.values())) > 1:
        notes += [f"{symbol}: prices end at {_utc(end)}" for symbol, end in ends.items()]
    return [source.since(latest) for source in sources], notes


def _utc(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
