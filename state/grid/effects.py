"""What ``step`` asks the world to do, beside the commands and reads of messages/."""

from __future__ import annotations

from dataclasses import dataclass

from messages.events import Counted, CycleClosed, Note, TradeBooked
from messages.guard import CloseFailed, CloseSucceeded, Mismatched
from messages.orders import OrderCommand
from messages.requests import LookUpOrder, ReadLegs, SetLeverage, SetTradingStop
from messages.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """The state changed in a way that the file must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt:
    """Send ``Wake`` at this time."""

    due_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseActed:
    """A close was acted on in this step; ``exec_ms`` is its execution's time, 0 if a row told it first."""

    side: Side
    exec_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenAbsent:
    """An order without an answer is proven never to have existed: nothing is reserved for it any more."""

    order_link_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAccount:
    """The account must stop: liquidation, ADL, takeover or settlement was seen."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeAccount:
    """The exchange takes orders away before a liquidation, ADL or settlement: no entry of the account."""

    until_ms: int
    reason: str


Effect = (
    CloseFailed
    | CloseSucceeded
    | Mismatched
    | OrderCommand
    | LookUpOrder
    | ReadLegs
    | SetLeverage
    | SetTradingStop
    | Save
    | WakeAt
    | CloseActed
    | ProvenAbsent
    | StopAccount
    | FreezeAccount
    | Note
    | Counted
    | CycleClosed
    | TradeBooked
)
