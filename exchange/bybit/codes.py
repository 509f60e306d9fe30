"""Bybit's retCodes: what each proves, and what to do (bybit-v5.md, section 6).

One table decides for order answers (``outcome``) and for reads and settings (``error``). A code that it
lacks proves nothing: an order is then looked up, never sent again blindly.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from exchange.errors import ExchangeError, Fatal, OutcomeUnknown, Refused, Retryable
from messages.orders import Outcome


class Verdict(Enum):
    """What a code proves. ALREADY: what was asked for was so before, nothing is left to do."""

    REFUSED = "refused"
    RETRYABLE = "retryable"
    UNKNOWN = "unknown"
    FATAL = "fatal"
    ALREADY = "already"


_BALANCE = "too little balance: add funds or wait for a close; entries wait until the wallet has room"
_RATE = "rate limit: wait for the reset, then look the order up before sending it anew"
_OVERLOAD = "server overloaded or restarting: look the order up by its id"
_KEY = "check the API key, its secret, its permissions and its list of IP addresses at Bybit"
_MODE = "close positions and orders of the symbol before switching its mode"
_QUERY = "the order ended or never was: look it up, it may be filled"
_PRICE = "the price or the book forbids it now: try again later"

_R, _U, _F, _B, _I = Verdict.RETRYABLE, Verdict.UNKNOWN, Verdict.FATAL, Verdict.REFUSED, Verdict.ALREADY

CODES: Final[dict[int, tuple[Verdict, str]]] = {
    **dict.fromkeys((10000, 10016, 10019, 10429, 500000), (_U, _OVERLOAD)),
    10001: (_B, "a parameter is wrong: the text says which"),
    10002: (_R, "its stamp is too far from the exchange's clock: a slow line, or a clock that is off"),
    **dict.fromkeys(
        (10003, 10004, 10005, 10007, 10008, 10009, 10010, 10024, 10027, 10028, 10029, 33004), (_F, _KEY)
    ),
    **dict.fromkeys((10006, 20003, 10403), (_R, _RATE)),
    **dict.fromkeys((10014, 20006), (_U, "the request's id was used before: look the order up")),
    10018: (_R, "the IP address is over its limit: wait 10 minutes"),
    10032: (_F, "not supported on demo: use testnet, mainnet or the local venue"),
    **dict.fromkeys((30228, 110066), (_B, "trading of the symbol is closed: take it out of the config")),
    40004: (_U, "the order changed meanwhile: look it up"),
    110001: (_B, _QUERY),
    110003: (_B, "the price is out of range: quantise it into the price band"),
    **dict.fromkeys((110004, 110006, 110007, 110012, 110044, 110045, 110052), (_B, _BALANCE)),
    110005: (_B, "the position's state forbids it: read the position"),
    **dict.fromkeys((110008, 110010), (_B, _QUERY)),
    110009: (_B, "too many conditional orders: cancel some"),
    **dict.fromkeys((110011, 110040), (_B, "it would liquidate: reduce the positions or add funds")),
    110017: (_B, "nothing left to reduce: read the position and the leg's other closing orders"),
    110020: (_B, "over 500 active orders: cancel some"),
    110021: (_B, "the open-interest cap is reached: wait"),
    **dict.fromkeys((110022, 110023, 110042), (_B, "the contract is reduce-only: stop its entries")),
    **dict.fromkeys((110024, 110028, 110029), (_F, _MODE)),
    **dict.fromkeys((110025, 110043, 34040, 110026), (_I, "it was so already")),
    110061: (_B, "too many TP/SL orders: remove some"),
    110063: (_R, "settlement is running: try again after it"),
    110064: (_B, "the new quantity is not above what has filled: look the order up"),
    110072: (_U, "the order id exists already: look it up, it may be ours"),
    110073: (_B, "the margin mode could not be set: set it at Bybit"),
    110074: (_B, "the contract is not live"),
    110079: (_R, "the order is being processed: look it up first"),
    **dict.fromkeys((110086, 110090), (_B, "the leverage is over the risk limit's: lower it")),
    **dict.fromkeys((110092, 110093), (_B, "the trigger lies on the wrong side of the price")),
    110094: (_B, "under the minimum notional: raise initial_margin"),
    **dict.fromkeys((110103, 110118, 110120, 110121), (_R, _PRICE)),
}

#: The one text that is read, since 10001 is Bybit's catch-all: the account is not in hedge mode.
_WRONG_MODE: Final = "position idx not match position mode"
_UNLISTED: Final = (_U, "a code that we don't know: look the order up, and read Bybit's list of v5 errors")


def verdict(code: int, message: str) -> tuple[Verdict, str]:
    """What a retCode proves, and what to do. ``message`` is the retMsg, read only for 10001."""
    if code == 10001 and _WRONG_MODE in message.lower():
        return _F, "the symbol is in one-way mode: switch it to hedge mode"
    return CODES.get(code, _UNLISTED)


def explained(code: int, message: str) -> str:
    """A retCode for people: code, the exchange's own words, what to do."""
    return f"Bybit {code} ({message[:200] or 'no text'}): {verdict(code, message)[1]}"


def outcome(code: int, message: str) -> Outcome:
    """What is known of an order request after this retCode; 0 is ACCEPTED, which is not yet its outcome.

    A cancel of what has ended (110008, 110010) is REFUSED: how it ended is to be looked up at once.
    """
    if code == 0:
        return Outcome.ACCEPTED
    return _OUTCOMES[verdict(code, message)[0]]


def error(code: int, message: str, *, changes: bool) -> ExchangeError | None:
    """The error of a read or setting; None if the wish is fulfilled (also where it was so already).

    ``changes`` is False for reads: what may or may not have happened is then simply to be read again.
    """
    if code == 0:
        return None
    proven = verdict(code, message)[0]
    if proven is Verdict.ALREADY:
        return None
    if proven is Verdict.UNKNOWN and not changes:
        return Retryable(explained(code, message), code=code)
    return _ERRORS[proven](explained(code, message), code=code)


_OUTCOMES: Final = {
    Verdict.REFUSED: Outcome.REFUSED,
    Verdict.RETRYABLE: Outcome.RETRYABLE,
    Verdict.UNKNOWN: Outcome.UNKNOWN,
    Verdict.FATAL: Outcome.FATAL,
    Verdict.ALREADY: Outcome.ACCEPTED,
}
_ERRORS: Final[dict[Verdict, type[ExchangeError]]] = {
    Verdict.REFUSED: Refused,
    Verdict.RETRYABLE: Retryable,
    Verdict.UNKNOWN: OutcomeUnknown,
    Verdict.FATAL: Fatal,
}
