"""The picture survives the socket: what is read is what was drawn, to the last digit."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest

from actors.display.summary import summary
from actors.reports.picture import PictureUnknown, from_bytes, to_bytes
from actors.reports.status import as_json
from actors.reports.vitals import Vitals
from tests.display.scenes import busy, busy_messages
from tests.reports.pictures import a_picture, a_picture_of
from tests.store.reports import NOW_MS, a_guard


def test_what_is_read_is_what_was_drawn() -> None:
    vitals = Vitals()
    for message in (*busy_messages(), a_guard(holding=frozenset({"loss", "panic"}))):
        vitals = vitals.apply(message, NOW_MS)
    picture = a_picture_of(busy(2), vitals)
    again = from_bytes(to_bytes(picture))
    assert again == picture
    assert summary(again.model, NOW_MS) == summary(picture.model, NOW_MS)


def test_no_money_is_a_binary_number_on_its_way() -> None:
    def numbers(value: object) -> list[float]:
        if isinstance(value, dict):
            return [found for each in value.values() for found in numbers(each)]
        if isinstance(value, list):
            return [found for each in value for found in numbers(each)]
        return [value] if isinstance(value, float) else []

    told = orjson.loads(to_bytes(a_picture(*busy_messages())))
    assert numbers(told) == []
    assert Decimal(told["model"]["accounts"]["1"]["report"]["equity"]) == Decimal("9990.5")


@pytest.mark.parametrize("spoil", [lambda told: told.pop("pid"), lambda told: told.update(extra=1)])
def test_a_picture_of_another_version_is_refused_with_advice(spoil: object) -> None:
    told = orjson.loads(to_bytes(a_picture()))
    spoil(told)  # type: ignore[operator]  # a parameter's function
    with pytest.raises(PictureUnknown, match="restart it with this one"):
        from_bytes(orjson.dumps(told))


def test_status_tells_each_side_with_what_rests_for_it() -> None:
    told = as_json(a_picture_of(busy(), Vitals()))
    assert (told["format"], told["accounts"][0]["live"]["equity_usdt"]) == ("sol-trader-status", "9990.5")
    sol = told["accounts"][0]["symbols"][0]
    assert sol["live"]["long"]["levels_filled"] == 3
    assert sol["live"]["long"]["pending"][0] == {"level": 3, "price": "144.120", "qty": "1"}
    assert sol["live"]["short"]["take_profit_price"] is None
    assert told["happenings"][-1]["severity"] == "warning"
