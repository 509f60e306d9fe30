"""Numbers and times as people read them. Only for eyes: nothing is decided or kept from these."""

from __future__ import annotations

from decimal import Decimal

from state.store.times import iso_utc

NONE = "-"


def usdt(amount: Decimal | None, places: int = 2) -> str:
    """``10,003.21``; what is below the last place is rounded, and zero has no sign."""
    if amount is None:
        return NONE
    rounded = round(amount, places)
    return f"{rounded if rounded else abs(rounded):,.{places}f}"


def usdt_change(amount: Decimal | None, places: int = 2) -> str:
    """The same with its sign where it isn't zero: ``+3.21``, ``-0.50``, ``0.00``."""
    text = usdt(amount, places)
    return f"+{text}" if amount is not None and round(amount, places) > 0 else text


def percent(share: Decimal | None, places: int = 2) -> str:
    """``1.25 %`` for 0.0125."""
    return NONE if share is None else f"{share * 100:.{places}f} %"


def price(value: Decimal | None, places: int) -> str:
    """A price with so many decimals: those of the symbol's ticks."""
    return NONE if value is None else f"{value:.{places}f}"


def average(value: Decimal) -> str:
    """A mean price with six digits that say something, whatever the ticks: ``145.231``, ``0.210000``."""
    return f"{value:.{max(0, 5 - value.adjusted())}f}"


def places_of(*values: Decimal | None) -> int:
    """The most decimals among prices as the exchange wrote them; 2 while none is known."""
    exponents = [value.as_tuple().exponent for value in values if value is not None]
    return max((-e for e in exponents if isinstance(e, int) and e < 0), default=0 if exponents else 2)


def quantity(value: Decimal) -> str:
    """A quantity without zeros that say nothing: ``10.4`` for 10.400."""
    return f"{value.normalize():f}" if value else "0"


def duration(milliseconds: int) -> str:
    """``0:01:23``, with days in front where there are any: ``2 d 0:01:23``."""
    seconds = max(milliseconds, 0) // 1000
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days} d {clock}" if days else clock


def latency(milliseconds: Decimal | None) -> str:
    """``1.4`` and ``1,250``, in ms without the unit."""
    if milliseconds is None:
        return NONE
    return f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.1f}"


def clock_utc(at_ms: int) -> str:
    """``12:03:44``."""
    return iso_utc(at_ms)[11:19]
