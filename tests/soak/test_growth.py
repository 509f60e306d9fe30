"""Two hours side by side: what is flat passes, what grows is told, whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from actors.soak.growth import compared
from actors.soak.plan import SoakPlan
from actors.soak.sampling import Sample
from actors.soak.soak import Soaked, judged

PLAN = SoakPlan(hours=Decimal(24), speed=Decimal(300), seed=0)
MIB = 1 << 20
FLAT = Sample(
    at_s=0, memory_bytes=130 * MIB, threads=46, descriptors=30, waiting_messages=0, deepest_mailbox=0
)


def grew(shape: Callable[[Sample, float], Sample], plan: SoakPlan = PLAN) -> list[str]:
    """The figures that are told of a day in which a flat bot is shaped so, by the hour."""
    times = [n * plan.every_s for n in range(24 * 24 + 1)]
    samples = [shape(replace(FLAT, at_s=at_s), float(plan.market_hours(at_s))) for at_s in times]
    return [one.figure.name for one in compared(plan, samples) if one.grew]


def test_a_day_without_growth_passes() -> None:
    assert grew(lambda one, hours: one) == []


def test_what_fills_up_while_the_bot_warms_up_is_no_growth() -> None:
    assert (
        grew(lambda one, hours: one if hours >= 2 else replace(one, memory_bytes=40 * MIB, threads=9)) == []
    )


def test_a_spell_in_the_middle_that_ends_is_no_growth() -> None:
    assert grew(lambda one, hours: replace(one, waiting_messages=900) if 9 < hours < 12 else one) == []


@pytest.mark.parametrize(
    ("figure", "shape"),
    [
        ("memory", lambda one, hours: replace(one, memory_bytes=one.memory_bytes + int(hours * MIB))),
        ("threads", lambda one, hours: replace(one, threads=46 + int(hours / 10))),
        ("descriptors", lambda one, hours: replace(one, descriptors=30 + int(hours / 6))),
        ("messages that wait", lambda one, hours: replace(one, waiting_messages=int(hours))),
        ("deepest mailbox", lambda one, hours: replace(one, deepest_mailbox=int(hours))),
    ],
)
def test_what_grows_slowly_all_day_is_told(figure: str, shape: Callable[[Sample, float], Sample]) -> None:
    assert grew(shape) == [figure]


def with_orders(one: Sample, hours: float, each_bytes: int) -> Sample:
    placed = int(hours * 500)
    return replace(one, orders_placed=placed, memory_bytes=one.memory_bytes + placed * each_bytes)


def test_orders_that_are_remembered_by_the_clock_on_the_wall_are_no_growth_unless_they_are_large() -> None:
    assert grew(lambda one, hours: with_orders(one, hours, 8 << 10)) == []
    assert grew(lambda one, hours: with_orders(one, hours, 16 << 10)) == ["memory"]


def test_orders_that_are_still_held_after_they_are_forgotten_are_growth() -> None:
    slow = replace(PLAN, speed=Decimal(20))
    assert grew(lambda one, hours: with_orders(one, hours, 8 << 10), slow) == ["memory"]


def test_a_day_that_was_cut_short_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="before its last hour"):
        compared(PLAN, [replace(FLAT, at_s=PLAN.seconds(Decimal(3)))])


def asked_for(take_profit: str) -> bytes:
    """A journal's line of an accepted request."""
    order = {"symbol": "SOLUSDT", "orderLinkId": take_profit, "qty": "1", "reduceOnly": True}
    line = {"topic": "request", "ts": 1, "account": "001", "op": "order.create", "retCode": 0, "data": order}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def test_a_journal_that_shows_two_take_profits_on_a_leg_is_no_clean_day(tmp_path: Path) -> None:
    path = tmp_path / "venue.jsonl"
    path.write_bytes(asked_for("001LT00-SOLUSDT-001001"))
    assert judged(path)[0] == []
    path.write_bytes(asked_for("001LT00-SOLUSDT-001001") + asked_for("001LT00-SOLUSDT-001002"))
    found, _ = judged(path)
    assert any("second TP" in sentence for sentence in found)
    assert not Soaked(plan=PLAN, violations=found).clean


def test_a_venue_that_has_written_nothing_is_told(tmp_path: Path) -> None:
    assert judged(tmp_path / "none.jsonl")[0]
