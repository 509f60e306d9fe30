"""Replies to order requests, by REST or trading socket, as one answer per command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from exchange.bybit.codes import explained, outcome
from exchange.bybit.fields import Fields
from exchange.errors import Fatal, ProtocolError, Refused, Retryable
from messages.orders import OrderCommand, OrdersAnswered, Outcome, RequestAnswered, SendOrders

LIMIT_LEFT: Final = "X-Bapi-Limit-Status"
LIMIT_RESET: Final = "X-Bapi-Limit-Reset-Timestamp"


def decode_answer(
    orders: SendOrders,
    reply: Mapping[str, object],
    rate_headers: Mapping[str, object],
    answered_ms: int,
) -> OrdersAnswered:
    """One answer per command, in their order; ``reply`` is REST's envelope or the socket's frame.

    Of a batch with retCode 0 each item has a code of its own; an item without a readable one, or with
    another order's id, is UNKNOWN. Raises ProtocolError where the reply has no retCode, or acknowledges
    another order alone.
    """
    fields = Fields(reply, f"reply to order.{orders.action.value}")
    code, message = fields.integer("retCode"), fields.text("retMsg", "")
    if code == 0 and len(orders.commands) > 1:
        answers = tuple(
            _item_answer(orders, command, i, fields, answered_ms) for i, command in enumerate(orders.commands)
        )
    else:
        if code == 0 and (fields.has("result") or fields.has("data")):
            _check_id(_told(fields), orders.commands[0])
        answers = tuple(_answer(orders, command, code, message, answered_ms) for command in orders.commands)
    return _answered(orders, answers, rate_headers)


def all_unknown(orders: SendOrders, text: str, answered_ms: int, code: int = 0) -> OrdersAnswered:
    """Every command UNKNOWN: the reply was lost or can't be read."""
    return all_alike(orders, Outcome.UNKNOWN, code, text, answered_ms)


def all_alike(
    orders: SendOrders, what: Outcome, code: int, text: str, answered_ms: int, *, sent: bool = True
) -> OrdersAnswered:
    """The same answer for every command; ``sent`` False where certainly nothing left the machine."""
    request_ms = orders.timestamp_ms if sent else 0
    return OrdersAnswered(
        request_id=orders.request_id,
        answers=tuple(
            RequestAnswered(
                symbol=command.symbol,
                action=orders.action,
                order_link_id=command.order_link_id,
                outcome=what,
                code=code,
                text=text,
                request_ms=request_ms,
                answered_ms=answered_ms,
            )
            for command in orders.commands
        ),
    )


def outcome_of(error: Exception) -> Outcome:
    """What an error of ``exchange.errors`` proves of an order request."""
    if isinstance(error, Fatal):
        return Outcome.FATAL
    if isinstance(error, Retryable):
        return Outcome.RETRYABLE
    if isinstance(error, Refused):
        return Outcome.REFUSED
    return Outcome.UNKNOWN


def _answer(
    orders: SendOrders, command: OrderCommand, code: int, message: str, answered_ms: int
) -> RequestAnswered:
    return RequestAnswered(
        symbol=command.symbol,
        action=orders.action,
        order_link_id=command.order_link_id,
        outcome=outcome(code, message),
        code=code,
        text="" if code == 0 else explained(code, message),
        request_ms=orders.timestamp_ms,
        answered_ms=answered_ms,
    )


def _item_answer(
    orders: SendOrders, command: OrderCommand, index: int, reply: Fields, answered_ms: int
) -> RequestAnswered:
    """The answer of item ``index``: its code stands in retExtInfo.list, its id in the result's list."""
    try:
        verdicts = reply.part("retExtInfo").items("list")
        shown = _told(reply).items("list")
        if not len(verdicts) == len(shown) == len(orders.commands):
            raise ProtocolError(f"{reply.place}: {len(verdicts)} codes for {len(orders.commands)} orders")
        _check_id(shown[index], command)
        item = verdicts[index]
        return _answer(orders, command, item.integer("code"), item.text("msg", ""), answered_ms)
    except ProtocolError as error:
        return all_unknown(orders, str(error), answered_ms).answers[index]


def _told(reply: Fields) -> Fields:
    """What REST calls the result and the trading socket the data."""
    return reply.part("result" if reply.has("result") else "data")


def _check_id(told: Fields, command: OrderCommand) -> None:
    """Refuse an acknowledgement of another order; a failed one may lack its id."""
    if told.text("orderLinkId", "") not in ("", command.order_link_id):
        raise told.bad("orderLinkId", f"{command.order_link_id}, as sent in this place,")


def _answered(
    orders: SendOrders, answers: tuple[RequestAnswered, ...], headers: Mapping[str, object]
) -> OrdersAnswered:
    return OrdersAnswered(
        request_id=orders.request_id,
        answers=answers,
        limit_left=_header(headers, LIMIT_LEFT),
        limit_reset_ms=_header(headers, LIMIT_RESET),
    )


def _header(headers: Mapping[str, object], name: str) -> int | None:
    """A rate header as a number; None where absent or unreadable: the limiter then counts on its own."""
    value = headers.get(name)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None
