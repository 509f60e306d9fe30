"""What ``/control`` can be told, checked: unknown fields, wrong types and ranges are errors by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from exchange.venue.server.routes import ROUTES

PLENTY = Decimal(1_000_000_000)
"""A print of this many coins fills whatever rests at better prices."""

INTERNAL_ERROR = 10016
AboveZero = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=0, strict=True)]
Topic = Literal["order", "execution", "position", "wallet"]
Kind = Literal["private", "public", "trade"]


class ControlError(ValueError):
    """A control request that makes no sense; ``str`` of it says what is wrong with which field."""


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Command):
    """Print one trade; ``qty`` in base coin is plenty unless given."""

    symbol: str
    price: AboveZero
    qty: AboveZero = PLENTY
    taker: Literal["Buy", "Sell"] = "Buy"


class Mark(_Command):
    """Hold a symbol's mark price, or with null let it follow the last price again."""

    symbol: str
    price: AboveZero | None


class Funding(_Command):
    """Book one funding now at this rate."""

    symbol: str
    rate: Annotated[Decimal, Field(allow_inf_nan=False)]


class DropReplies(_Command):
    """Accepted order requests get no reply: by REST the line is cut, on the trading socket nothing comes."""

    fault: Literal["drop_replies"]
    transport: Literal["trade", "rest"] = "trade"
    count: Whole = 1


class DelayTopics(_Command):
    """Private frames come late, in their order; 0 ends it."""

    fault: Literal["delay_topics"]
    topics: tuple[Topic, ...] = ("order", "execution", "position", "wallet")
    ms: Whole


class Cut(_Command):
    """End the open connections now, of one account or of all, with or without a close frame."""

    fault: Literal["cut"]
    sockets: tuple[Kind, ...] = ("private", "public", "trade")
    account: str = ""
    close_frame: bool = False


class Refuse(_Command):
    """Nobody can connect for so long; open connections stay."""

    fault: Literal["refuse"]
    ms: Whole


class Answer(_Command):
    """What the next requests of ``op`` are told; carried out all the same if ``after_acceptance``."""

    fault: Literal["answer"]
    op: str
    ret_code: Annotated[Whole, Field(alias="retCode")] = INTERNAL_ERROR
    ret_msg: Annotated[str, Field(alias="retMsg")] = ""
    http: Annotated[int, Field(ge=200, le=599, strict=True)] = 200
    count: Whole = 1
    after_acceptance: bool = False

    @model_validator(mode="after")
    def _op_exists(self) -> Answer:
        _known(self.op)
        return self


class HoldAcks(_Command):
    """True keeps back the replies to order requests, false lets them go."""

    fault: Literal["hold_acks"]
    hold: bool


class Hold(_Command):
    """Keeps requests of these operations on their way there, or REST replies on their way back.

    ``hold`` false lets them go. What waits is listed in the state.
    """

    fault: Literal["hold_requests", "hold_replies"]
    ops: tuple[str, ...]
    hold: bool

    @model_validator(mode="after")
    def _ops_exist(self) -> Hold:
        for op in self.ops:
            _known(op)
        return self


class ShutOut(_Command):
    """No new connections of these kinds while ``hold`` is true: their handshake gets HTTP 503."""

    fault: Literal["shut_out"]
    sockets: tuple[Kind, ...]
    hold: bool


class Clear(_Command):
    """Ends every fault."""

    fault: Literal["clear"]


def _known(op: str) -> None:
    if op not in ROUTES:
        raise ValueError(f"{op!r} is no operation; give one such as order.create")


Fault = Annotated[
    DropReplies | DelayTopics | Cut | Refuse | Answer | HoldAcks | Hold | ShutOut | Clear,
    Field(discriminator="fault"),
]
_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "price": TypeAdapter(Price),
    "mark": TypeAdapter(Mark),
    "funding": TypeAdapter(Funding),
    "fault": TypeAdapter(Fault),
}


def read_command(what: str, raw: bytes) -> Any:
    """The command that ``POST /control/{what}`` carries. Raises ControlError."""
    try:
        return _ADAPTERS[what].validate_json(raw)
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, one['loc'])) or what}: {one['msg']}" for one in error.errors())
        raise ControlError("; ".join(problems)) from error
