"""What the venue refuses, in Bybit's codes (bybit-v5.md section 6)."""

from __future__ import annotations

BAD_PARAMETER = 10001
NOT_FOUND = 110001
PRICE_OUT_OF_RANGE = 110003
BALANCE_TOO_LOW = 110007
FINISHED = 110008
TOO_MANY_CONDITIONAL = 110009
CANCELLED = 110010
REDUCE_ONLY = 110017
TOO_MANY_ORDERS = 110020
MODE_HAS_POSITION = 110024
MODE_UNCHANGED = 110025
MODE_HAS_ORDERS = 110028
LEVERAGE_UNCHANGED = 110043
AMEND_BELOW_FILLED = 110064
DUPLICATE_LINK_ID = 110072
NOT_LIVE = 110074
RISK_LIMIT = 110090
TRIGGER_NOT_RISING = 110092
TRIGGER_NOT_FALLING = 110093
UNDER_MIN_NOTIONAL = 110094
STOP_UNCHANGED = 34040

_MESSAGES = {
    NOT_FOUND: "order not exists or too late to cancel",
    BALANCE_TOO_LOW: "ab not enough for new order",
    FINISHED: "The order has been completed or cancelled.",
    TOO_MANY_CONDITIONAL: "The number of stop orders exceeds the maximum allowable limit.",
    CANCELLED: "The order has been cancelled.",
    TOO_MANY_ORDERS: "Not allowed to have more than 500 active orders.",
    MODE_HAS_POSITION: "You have an existing position, so the position mode cannot be switched.",
    MODE_UNCHANGED: "Position mode is not modified",
    MODE_HAS_ORDERS: "You have existing orders, so the position mode cannot be switched.",
    LEVERAGE_UNCHANGED: "leverage not modified",
    AMEND_BELOW_FILLED: "The modified order quantity must be greater than the filled quantity.",
    DUPLICATE_LINK_ID: "OrderLinkedID is duplicate",
    NOT_LIVE: "This contract is not live",
    STOP_UNCHANGED: "not modified",
}


class Refusal(Exception):
    """A request that the venue turns down: Bybit's code, and a message that says what was wrong."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message or _MESSAGES[code]
        super().__init__(f"{code} {self.message}")


def bad(message: str) -> Refusal:
    """10001, Bybit's catch-all for a parameter that is missing, malformed or out of range."""
    return Refusal(BAD_PARAMETER, message)
