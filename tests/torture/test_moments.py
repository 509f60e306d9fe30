"""Where a process dies: each moment of the plan is passed by the ports or the disk, at its place."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import pytest

from actors.torture.disk import InstrumentedDisk
from actors.torture.moments import MOMENTS, STATE_STEPS, Group
from actors.torture.plan import BOTH, accounts_of, kills_of
from actors.torture.ports import subject_of
from actors.torture.trigger import Trigger
from messages.orders import Action, AmendOrder, CancelOrder, OrderCommand, PlaceOrder, Priority, SendOrders
from messages.sides import OrderSide, Side
from state.store.csv_file import CsvFile
from state.store.disk import RealDisk
from state.store.state_file import SavedState, read_state, write_state


class Died(BaseException):
    """What stands for a process's end here."""


class Mortal(Trigger):
    """Raises where the real one kills."""

    def __init__(self) -> None:
        super().__init__(lambda moment: None)

    def die(self) -> NoReturn:
        raise Died


def state(revision: int) -> SavedState:
    return SavedState(account=1, written_ms=1, revision=revision, symbols={}, account_state={})


@pytest.mark.parametrize("step", STATE_STEPS)
def test_a_state_write_that_dies_at_any_step_leaves_the_old_or_the_new_file(
    step: str, tmp_path: Path
) -> None:
    trigger, path = Mortal(), tmp_path / "001_bot_state.json"
    disk = InstrumentedDisk(trigger)
    write_state(disk, path, state(1))
    trigger.arm(f"state {step}", 1)
    with pytest.raises(Died):
        write_state(disk, path, state(2))
    trigger.arm("", 0)
    found = read_state(RealDisk(), path, 1)
    assert isinstance(found, SavedState)
    assert found.revision == (2 if step in ("renamed", "kept") else 1)
    write_state(disk, path, state(3))


def test_the_third_passage_is_the_one_that_was_armed(tmp_path: Path) -> None:
    trigger, path = Mortal(), tmp_path / "001_bot_state.json"
    disk = InstrumentedDisk(trigger)
    trigger.arm("state flushed", 3)
    write_state(disk, path, state(1))
    write_state(disk, path, state(2))
    with pytest.raises(Died):
        write_state(disk, path, state(3))


def test_half_a_line_of_trades_is_cut_when_the_file_is_opened_again(tmp_path: Path) -> None:
    trigger, path = Mortal(), tmp_path / "001_trades_history.csv"
    file = CsvFile(InstrumentedDisk(trigger), path, ("one", "two"))
    file.append([("1", "2")])
    trigger.arm("trades half written", 1)
    with pytest.raises(Died):
        file.append([("3333333333", "4444444444")])
    file.close()
    again = CsvFile(RealDisk(), path, ("one", "two"))
    assert again.cut_bytes > 0
    assert list(again.rows()) == [{"one": "1", "two": "2"}]


def place(link_id: str) -> PlaceOrder:
    return PlaceOrder(
        symbol="SOLUSDT",
        order_link_id=link_id,
        leg=Side.LONG,
        order_side=OrderSide.BUY,
        qty=Decimal(1),
        price=None,
        reduce_only=False,
        close_on_trigger=False,
        priority=Priority.PENDING,
    )


def cancel(priority: Priority) -> CancelOrder:
    return CancelOrder(symbol="SOLUSDT", order_link_id="001LE01-SOLUSDT-001001", priority=priority)


AMEND = AmendOrder(
    symbol="SOLUSDT",
    order_link_id="001LT00-SOLUSDT-001001",
    qty=None,
    price=None,
    priority=Priority.CLOSE,
)


@pytest.mark.parametrize(
    ("command", "subject"),
    [
        (cancel(Priority.CANCEL_FOR_CLOSE), "the cancels of a close"),
        (place("001LO00-SOLUSDT-002001"), "a reopening"),
        (place("001LT00-SOLUSDT-001001"), "a take profit"),
        (place("001LE01-SOLUSDT-001001"), "an entry"),
        (place("001LR00-SOLUSDT-001001"), "a restart's close"),
        (AMEND, "an amendment"),
    ],
)
def test_each_step_of_a_close_is_known_by_what_is_sent(command: OrderCommand, subject: str) -> None:
    action = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}[type(command)]
    orders = SendOrders(request_id="1", action=action, commands=(command,), timestamp_ms=0)
    assert subject_of(orders) == subject
    assert {f"before {subject}", f"after {subject}"} <= {moment.name for moment in MOMENTS}


def test_one_seed_chooses_the_same_kills_again_and_a_longer_plan_begins_with_them() -> None:
    assert kills_of(3, 25)[:10] == kills_of(3, 10)
    assert kills_of(3, 10) != kills_of(4, 10)


def test_a_third_of_the_stages_trades_two_accounts_and_loses_the_state_of_either_or_both() -> None:
    seeds = [seed for seed in range(60) if accounts_of(seed) == BOTH]
    assert 12 < len(seeds) < 28
    losers = {kill.losers for seed in seeds for kill in kills_of(seed, 25, accounts=2)}
    assert losers == {(1,), (2,), BOTH}


def test_a_campaign_of_300_kills_plans_every_moment_and_loses_a_third_of_the_states() -> None:
    kills = [kill for seed in range(12) for kill in kills_of(seed, 25)]
    missing: Sequence[str] = sorted({m.name for m in MOMENTS} - {kill.moment.name for kill in kills})
    assert len(missing) < 3, missing
    assert {kill.moment.group for kill in kills} == set(Group)
    assert 70 < sum(kill.lose_state for kill in kills) < 130
