"""The picture as JSON: money is exact text, and realised profit never stands without the change of equity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest

from actors.page.changes import change, state
from actors.page.picture import account_picture, fill_picture, latency_picture, symbol_picture, text
from actors.page.shown import Shown
from messages.account import OrderSide
from messages.sides import Side
from tests.display.scenes import a_close, a_latency, busy, busy_messages, start
from tests.store.reports import a_symbol, an_account
from tests.store.trades import a_trade


def inside(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf and object of a JSON value by its path."""
    yield path, value
    if isinstance(value, dict):
        for key, each in value.items():
            yield from inside(each, f"{path}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from inside(each, f"{path}/{index}")


def shown(*messages: object, accounts: int = 1) -> Shown:
    """What is shown after these messages, as the watch hands them over."""
    model = start(accounts)
    found = Shown(model=model)
    for message in messages:
        model = model.apply(message)
        found = found.after(message, model)
    return found


def test_no_picture_holds_a_binary_float() -> None:
    told = orjson.loads(orjson.dumps(state(shown(*busy_messages()))))
    assert [path for path, value in inside(told) if isinstance(value, float)] == []


@pytest.mark.parametrize("exact", ["0.1", "145.2307692307692307692307692", "1E+1", "-0.00000003", "1E-8"])
def test_money_is_told_to_its_last_digit_and_without_exponents(exact: str) -> None:
    told = text(Decimal(exact))
    assert told is not None
    assert Decimal(told) == Decimal(exact)
    assert "E" not in told


def test_the_change_of_equity_stands_beside_what_an_account_has_realised() -> None:
    told = account_picture(busy().apply(a_close()).apply(an_account()).accounts[1])
    assert told["change"] == "-9.5"
    assert Decimal(told["realised"]) > 0
    for _, value in inside(state(shown(*busy_messages(), accounts=2))["accounts"]):
        if isinstance(value, dict) and "realised" in value:
            assert "change" in value


def test_an_account_and_a_symbol_are_told_before_their_first_report() -> None:
    model = start()
    assert account_picture(model.accounts[1])["equity"] is None
    assert symbol_picture("SOLUSDT", model.accounts[1].symbols["SOLUSDT"])["sides"] == []


def test_a_side_without_its_right_take_profit_is_told_as_unprotected() -> None:
    tally = busy().accounts[1].symbols["DOGEUSDT"]
    assert tally.report is not None
    bare = replace(tally.report, long=replace(tally.report.long, unprotected=True))
    told = symbol_picture("DOGEUSDT", replace(tally, report=bare))
    assert [side["unprotected"] for side in told["sides"]] == [True, False]


def test_a_fill_says_whether_it_opens_its_side() -> None:
    buy = a_trade("e-1")
    assert fill_picture(buy)["opens"] is True
    sell = replace(buy, role="T", execution=replace(buy.execution, order_side=OrderSide.SELL))
    assert fill_picture(sell)["opens"] is False
    assert fill_picture(replace(buy, side=Side.SHORT))["opens"] is False
    assert fill_picture(buy)["qty"] == "10"


def test_latencies_are_of_the_newest_closes_and_the_longest_of_all() -> None:
    model = start()
    for ms in (9000, *range(1, 301)):
        model = model.apply(a_latency(str(ms), None))
    told = latency_picture(model.accounts[1])
    assert told == {"count": 301, "p50": "200", "p99": "298", "max": "9000"}


def test_what_did_not_change_is_not_told_again() -> None:
    before = shown(*busy_messages())
    assert change(before, before) == {}
    after = before.after(a_symbol("SOLUSDT"), before.model.apply(a_symbol("SOLUSDT")))
    assert set(change(before, after)) <= {"accounts", "symbols"}
    assert list(change(before, after)["symbols"]) == ["001/SOLUSDT"]
