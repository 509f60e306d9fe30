"""Order ids that can be derived again from what the exchange shows: ``AAASRLL-SYMBOL-CCCTTT``.

AAA account, S side (L, S), R role, LL level, then the symbol, then cycle and attempt as three base-36
characters each. ``001LE02-SOLUSDT-00A001`` is account 1, LONG, entry of level 2, cycle 10, attempt 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from messages.sides import Role, Side

MAX_ACCOUNT = 999
MAX_LEVEL = 99
MAX_SYMBOL_LENGTH = 21
MAX_COUNTER = 36**3 - 1

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PATTERN = re.compile(
    r"(?P<account>[0-9]{3})(?P<side>[LS])(?P<role>[EOTCR])(?P<level>[0-9]{2})"
    r"-(?P<symbol>[A-Z0-9]{1,21})-(?P<cycle>[0-9A-Z]{3})(?P<attempt>[0-9A-Z]{3})"
)
_SIDES = {"L": Side.LONG, "S": Side.SHORT}


def _base36(value: int) -> str:
    return _DIGITS[value // 1296] + _DIGITS[value // 36 % 36] + _DIGITS[value % 36]


@dataclass(frozen=True, kw_only=True)
class OrderName:
    """The parts of one of our order ids; ``str()`` gives the order_link_id (at most 36 characters).

    It has no slots, so that its text, asked for at every turn, is worked out once.
    """

    account: int
    side: Side
    role: Role
    level: int
    symbol: str
    cycle: int
    attempt: int

    def __post_init__(self) -> None:
        if not (0 < self.account <= MAX_ACCOUNT and 0 <= self.level <= MAX_LEVEL):
            raise ValueError(f"account 1-{MAX_ACCOUNT} and level 0-{MAX_LEVEL} expected, not {self!r}")
        if not (0 <= self.cycle <= MAX_COUNTER and 0 <= self.attempt <= MAX_COUNTER):
            raise ValueError(f"cycle and attempt must be 0-{MAX_COUNTER}, not {self!r}")
        if not 0 < len(self.symbol) <= MAX_SYMBOL_LENGTH:
            raise ValueError(f"a symbol has 1-{MAX_SYMBOL_LENGTH} characters, not {self.symbol!r}")

    @cached_property
    def order_link_id(self) -> str:
        """The id as the exchange knows it."""
        return (
            f"{self.account:03d}{self.side.value[0]}{self.role.value}{self.level:02d}"
            f"-{self.symbol}-{_base36(self.cycle)}{_base36(self.attempt)}"
        )

    def __str__(self) -> str:
        return self.order_link_id


def cycle_id(account: int, symbol: str, side: Side, cycle: int) -> str:
    """A cycle's name in logs: ``001-SOLUSDT-LONG-00A``, its number as in the ids of its orders."""
    return f"{account:03d}-{symbol}-{side.value}-{_base36(cycle)}"


@lru_cache(maxsize=4096)
def parse_order_link_id(text: str) -> OrderName | None:
    """The parts of an id of our form, or None for anything else (a person's, another program's)."""
    match = _PATTERN.fullmatch(text)
    if match is None or match["account"] == "000":
        return None
    return OrderName(
        account=int(match["account"]),
        side=_SIDES[match["side"]],
        role=Role(match["role"]),
        level=int(match["level"]),
        symbol=match["symbol"],
        cycle=int(match["cycle"], 36),
        attempt=int(match["attempt"], 36),
    )
