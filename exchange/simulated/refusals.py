"""What a troubled exchange may say of a request instead of the truth (bybit-v5.md, section 6).

Refusals go with requests that are not carried out, ambiguous codes with either. A code stands here only
where the protocol leaves room for it: no duplicate id for what was not carried out, no lack of margin for
an order that needs none. Codes of bad keys, permissions and closed contracts are left out: no bot can
trade on after them.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from exchange.venue.contract import Reply

Code = tuple[int, str]

_AMBIGUOUS: Final[tuple[Code, ...]] = (
    (10000, "Server Timeout"),
    (10016, "Internal server error."),
    (10019, "ws trade service is restarting, do not accept new request."),
    (10429, "System level frequency protection."),
    (500000, "System error"),
)
#: Only for what was carried out: a repetition inside the exchange found the first try's order.
_CARRIED_CREATE: Final[tuple[Code, ...]] = ((110072, "OrderLinkedID is duplicate"),)
_CARRIED_ANY: Final[tuple[Code, ...]] = ((10014, "Invalid duplicate request."),)
_EITHER_AMEND: Final[tuple[Code, ...]] = ((40004, "the order is modified during the process of replacing"),)

_RATE: Final[Code] = (10006, "Too many visits!")
_REST_RATE: Final[tuple[Code, ...]] = (_RATE, (10018, "Exceeded the IP Rate Limit."))
_SOCKET_RATE: Final[tuple[Code, ...]] = (_RATE, (20003, "Too frequent requests."), (10403, "Too many."))
_SETTLING: Final[Code] = (110063, "Settlement in progress!")
_PROCESSING: Final[Code] = (110079, "The order is processing and can not be operated")
_CREATE: Final[tuple[Code, ...]] = (
    _SETTLING,
    (110005, "position status is not normal"),
    (110020, "not allowed to have more than 500 active orders"),
)
_LIMIT: Final[tuple[Code, ...]] = (
    (110003, "Order price is out of permissible range."),
    (110118, "The order book is too thin for this order."),
    (110121, "The price is beyond the limit."),
)
_OPENING: Final[tuple[Code, ...]] = (
    (110007, "ab not enough for new order"),
    (110012, "available balance not enough"),
    (110021, "exceeds the open interest cap"),
    (110040, "the order will trigger a forced liquidation"),
    (110045, "wallet balance not enough"),
)
_CLOSING: Final[tuple[Code, ...]] = ((110017, "current position is zero, cannot fix reduce-only order qty"),)


def refusal(op: str, order: Mapping[str, Any], chance: Random, *, by_socket: bool = False) -> Code:
    """A definite refusal that fits: the request, or the item of a batch, is not carried out.

    ``order``: the order's parameters. A whole batch (its ``op``) is refused only for what regards them all.
    """
    codes = list(_SOCKET_RATE if by_socket else _REST_RATE)
    if op.endswith("-batch"):
        codes.append(_SETTLING)
    elif op == "order.create":
        codes += _CREATE + (_CLOSING if order.get("reduceOnly") else _OPENING)
        codes += _LIMIT if order.get("orderType") == "Limit" else ()
    elif op.startswith("order."):
        codes += (_SETTLING, _PROCESSING)
    elif op in ("position.set-leverage", "position.trading-stop"):
        codes.append(_SETTLING)
    return chance.choice(codes)


def ambiguity(op: str, chance: Random, *, carried: bool) -> Code:
    """A code that proves nothing; ``carried``: whether the request is carried out all the same."""
    codes = list(_AMBIGUOUS)
    if op.startswith("order.amend"):
        codes += _EITHER_AMEND
    if carried and op.startswith(("order.", "position.set-", "position.trading-")):
        codes += _CARRIED_ANY
    if carried and op.startswith("order.create"):
        codes += _CARRIED_CREATE
    return chance.choice(codes)


def said(code: Code) -> Reply:
    """The envelope of a code."""
    return Reply(ret_code=code[0], ret_msg=code[1])
