"""From options to instruments and a market: what is listed, and where its prices come from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from exchange.venue.instruments import Instrument, default_instruments, instrument_for
from exchange.venue.market import ManualMarket, PriceError, TradeStream, open_market
from exchange.venue.server.options import MANUAL, OptionsError, VenueOptions

START_PRICES = {
    "BTCUSDT": Decimal(60_000),
    "ETHUSDT": Decimal(3_000),
    "SOLUSDT": Decimal(150),
    "DOGEUSDT": Decimal("0.2"),
    "XRPUSDT": Decimal("0.6"),
    "APEUSDT": Decimal("1.2"),
}
"""Where generated prices begin, in USDT, unless the options say otherwise."""


def list_symbols(options: VenueOptions) -> dict[str, tuple[Instrument, Decimal]]:
    """Instrument and start price (USDT) of each symbol asked for; every known one where files say more."""
    asked = [_named(text) for text in options.symbols]
    if options.prices:
        # Which of them have prices is known when the files are open; the rest is not listed.
        asked += [(symbol, None) for symbol in START_PRICES if symbol not in dict(asked)]
    known = {instrument.symbol: instrument for instrument in default_instruments()}
    listed: dict[str, tuple[Instrument, Decimal]] = {}
    for symbol, given in asked:
        price = START_PRICES.get(symbol) if given is None else given
        if price is None:
            raise OptionsError(f"symbols: {symbol} is not known here; give its price: {symbol}=1.25")
        try:
            listed[symbol] = known.get(symbol) or instrument_for(symbol, price), price
        except ValueError as error:
            raise OptionsError(f"symbols: {error}") from error
    return listed


def _named(text: str) -> tuple[str, Decimal | None]:
    symbol, has_price, price = text.partition("=")
    if not has_price:
        return symbol, None
    try:
        return symbol, Decimal(price)
    except InvalidOperation:
        raise OptionsError(f"symbols: {text!r} has no number after the '='") from None


def open_prices(
    options: VenueOptions, listed: dict[str, tuple[Instrument, Decimal]]
) -> tuple[TradeStream | ManualMarket, Sequence[Instrument]]:
    """The market, and the instruments that have prices in it. Raises OptionsError."""
    if options.scenario == MANUAL:
        manual = ManualMarket(list(listed))
        for symbol, (instrument, price) in listed.items():
            manual.push(symbol, price, instrument.min_qty)  # without a first price nobody can trade
        market: TradeStream | ManualMarket = manual
    else:
        symbols = {name: (rules.tick, rules.qty_step, price) for name, (rules, price) in listed.items()}
        try:
            market = open_market(options.prices, options.scenario, options.seed, symbols)
        except PriceError as error:
            raise OptionsError(str(error)) from error
    return market, [listed[symbol][0] for symbol in market.symbols]
