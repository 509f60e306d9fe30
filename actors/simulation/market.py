"""Prices of a simulated run: the generator or a real stretch, thinned, and bent by crashes and gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random

from exchange.venue.contract import Trade
from exchange.venue.instruments import default_instruments
from exchange.venue.market import GeneratedMarket, Listing, ReplayMarket, TradeStream
from exchange.venue.market.files import Source, read_prices
from exchange.venue.market.scenarios import SCENARIOS, find_scenario

#: Where each symbol's generated prices begin, in USDT.
START_PRICES: Mapping[str, Decimal] = {
    "SOLUSDT": Decimal("150.00"),
    "DOGEUSDT": Decimal("0.21000"),
    "XRPUSDT": Decimal("2.2000"),
    "APEUSDT": Decimal("1.2000"),
}
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shock:
    """Prices go to ``1 + percent / 100`` of what they would be, from ``at_ms`` on within ``within_ms``.

    ``back_ms`` later they have come back half way; 0 is a gap: one print is there, the next one here.
    """

    symbol: str
    at_ms: int
    within_ms: int
    percent: Decimal
    back_ms: int

    def factor(self, market_ms: int) -> Decimal:
        """What a price is multiplied by at this time of the run."""
        gone_ms = market_ms - self.at_ms
        if gone_ms < 0:
            return Decimal(1)
        full = self.percent / 100
        if gone_ms < self.within_ms:
            return 1 + full * gone_ms / self.within_ms
        back_ms = gone_ms - self.within_ms
        share = Decimal(min(back_ms, self.back_ms)) / self.back_ms / 2 if self.back_ms else Decimal(0)
        return 1 + full * (1 - share)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPlan:
    """Where a run's prices come from.

    ``source`` is a scenario or ``"real"``, then ``offset`` (0 to 1) says where in the files the stretch
    begins. ``keep_percent`` of the trades are kept, and each is ``energy`` times as far from the first
    one as it was, down to a fifth of it.
    """

    source: str
    seed: int
    keep_percent: int
    energy: int
    offset: Decimal
    shocks: tuple[Shock, ...]

    @classmethod
    def drawn(cls, chance: Random, symbols: Sequence[str], length_ms: int, *, real: bool) -> MarketPlan:
        """A run's prices: half of the runs have a shock or more."""
        sources = [*SCENARIOS, "whipsaw", "whipsaw"] + (["real"] * 3 if real else [])
        shocks: list[Shock] = []
        if chance.random() < 0.5:
            shocks = [_shock(chance, symbols, length_ms) for _ in range(chance.choice((1, 1, 2, 4)))]
        return cls(
            source=chance.choice(sources),
            seed=chance.getrandbits(31),
            keep_percent=chance.choice((10, 15, 25, 25, 50)),
            energy=chance.choice((1, 2, 3, 5)),
            offset=Decimal(chance.randrange(1000)) / 1000,
            shocks=tuple(shocks),
        )


def _shock(chance: Random, symbols: Sequence[str], length_ms: int) -> Shock:
    """A gap of up to 8 %, a swing of up to 12 % in minutes, or a crash of 25 to 35 %."""
    kind = chance.choice(("gap", "gap", "swing", "swing", "crash"))
    within_ms = 0 if kind == "gap" else chance.randint(60_000, 600_000)
    size = {"gap": (2, 80), "swing": (20, 120), "crash": (250, 350)}[kind]
    down = kind == "crash" or chance.random() < 0.5
    tenths = chance.randint(*size) * (-1 if down else 1)
    back_ms = chance.choice((0, 300_000, 1_800_000)) if kind != "gap" else 0
    return Shock(
        symbol=chance.choice(symbols),
        at_ms=chance.randint(60_000, max(length_ms - 60_000, 60_001)),
        within_ms=within_ms,
        percent=Decimal(tenths) / 10,
        back_ms=back_ms,
    )


def trades(plan: MarketPlan, symbols: Sequence[str], files: tuple[str, ...]) -> Iterator[Trade]:
    """The run's trades; ``market_ms`` counts from 0. They may end, with real prices."""
    stream = _stream(plan, symbols, files)
    ticks = {i.symbol: i.tick for i in default_instruments()}
    chance = Random(f"thin/{plan.seed}")
    shocks = {symbol: [s for s in plan.shocks if s.symbol == symbol] for symbol in symbols}
    first: dict[str, Decimal] = {}
    at_ms = stream.start_ms
    while not stream.ended:
        at_ms += 10_000
        for trade in stream.until(at_ms):
            # The first print of each symbol stays: there must be a price.
            if trade.symbol in first and chance.randrange(100) >= plan.keep_percent:
                continue
            start = first.setdefault(trade.symbol, trade.price)
            run_ms = trade.market_ms - stream.start_ms
            price = max(start + (trade.price - start) * plan.energy, start / 5)
            for shock in shocks[trade.symbol]:
                price *= shock.factor(run_ms)
            tick = ticks[trade.symbol]
            price = max((price / tick).to_integral_value() * tick, tick)
            yield replace(trade, price=price, market_ms=run_ms)


def _stream(plan: MarketPlan, symbols: Sequence[str], files: tuple[str, ...]) -> TradeStream:
    if plan.source == "real":
        known = _sources(files)
        if all(symbol in known for symbol in symbols):
            sources = [known[symbol][plan.seed % len(known[symbol])] for symbol in symbols]
            longest = min(s.last_ms - s.start_ms for s in sources)
            begin = int(plan.offset * longest * Decimal("0.9"))
            return ReplayMarket([s.since(s.start_ms + begin) for s in sources], seed=plan.seed)
    scenario = "mixed" if plan.source == "real" else plan.source
    listings = {symbol: _listing(symbol) for symbol in symbols}
    return GeneratedMarket(listings, find_scenario(scenario), seed=plan.seed)


def _listing(symbol: str) -> Listing:
    rules = next(i for i in default_instruments() if i.symbol == symbol)
    return Listing.of(symbol, (rules.tick, rules.qty_step, START_PRICES[symbol]))


@lru_cache(maxsize=4)
def _sources(files: tuple[str, ...]) -> Mapping[str, Sequence[Source]]:
    """Every file by its symbol, read once a process. Raises PriceError."""
    found: dict[str, list[Source]] = {}
    listings = {symbol: _listing(symbol) for symbol in START_PRICES}
    for name in files:
        source = read_prices(name, listings)
        found.setdefault(source.symbol, []).append(source)
    return found


def real_prices(folder: Path) -> tuple[str, ...]:
    """Files with minutes of symbols that runs trade; none where the folder is not there."""
    names = sorted(str(path) for path in folder.glob("*_1m_*.parquet"))
    return tuple(name for name in names if any(f"_{symbol}_" in name for symbol in START_PRICES))
