"""The keeper: whole states in order, several changes in one write, nothing lost when the disk refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from actors.keeper import KeeperActor
from actors.mail import Check, Finish, Finished, SaveGrid
from messages.account import ExecType, Execution
from messages.events import Note, TradeBooked
from messages.guard import GuardMemory
from messages.market import FeeRates
from messages.reports import StateWritten
from messages.settings import GridSettings
from messages.sides import OrderSide, Side
from state.grid.model import GridState
from state.store.codec import decode
from state.store.csv_file import CsvFileError
from state.store.disk import RealDisk
from state.store.performance import PerformanceFile
from state.store.trades import TradesFile
from tests.actors.stage import StageWorld
from tests.state.markets import sol


def grid(last: str) -> GridState:
    """A grid that differs by its last price."""
    return GridState(
        account=1,
        settings=GridSettings(symbol="SOLUSDT", initial_margin=Decimal(5)),
        instrument=sol(),
        fees=FeeRates(symbol="SOLUSDT", maker=Decimal("0.0002"), taker=Decimal("0.00055")),
        last=Decimal(last),
    )


def booked(exec_id: str) -> TradeBooked:
    """An execution of the grid."""
    execution = Execution(
        symbol="SOLUSDT",
        leg=Side.LONG,
        exec_id=exec_id,
        order_id="o1",
        order_link_id="001LO00-SOLUSDT-001001",
        exec_type=ExecType.TRADE,
        order_side=OrderSide.BUY,
        price=Decimal("150"),
        qty=Decimal("0.3"),
        fee_usdt=Decimal("0.02"),
        is_maker=False,
        create_type="CreateByUser",
        exec_ms=1_760_000_000_000,
        seq=1,
    )
    return TradeBooked(account=1, side=Side.LONG, cycle=1, role="O", level=0, execution=execution)


def keeper(world: StageWorld, folder: Path) -> KeeperActor:
    """A keeper of a new account."""
    return KeeperActor(
        world,
        1,
        environment="simulated",
        state_path=folder / "001_bot_state.json",
        trades=TradesFile(RealDisk(), folder / "001_trades_history.csv"),
        performance=PerformanceFile(RealDisk(), folder / "001_performance_metrics.csv"),
        revision=0,
        symbols={},
        guard=GuardMemory(),
    )


def saved_last(folder: Path) -> Decimal | None:
    """The last price of the state in the file."""
    data = orjson.loads((folder / "001_bot_state.json").read_bytes())
    return decode(GridState, data["symbols"]["SOLUSDT"]).last


def test_several_changes_are_one_write_of_the_newest_state(tmp_path: Path) -> None:
    world = StageWorld()
    actor = keeper(world, tmp_path)
    for last in ("1", "2", "3"):
        actor.receive(SaveGrid(symbol="SOLUSDT", state=grid(last)))
    assert [(address, message) for _, address, message in world.later.asked] == [("001/keeper", Check())]
    actor.receive(Check())
    assert saved_last(tmp_path) == Decimal(3)
    written = world.stage.of(StateWritten)
    assert [getattr(report, "changes", None) for report in written] == [3]


def test_an_execution_is_in_the_trades_file_before_the_state_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = keeper(StageWorld(), tmp_path)
    trades_at_write: list[int] = []
    monkeypatch.setattr(
        "actors.keeper.write_state",
        lambda disk, path, state: trades_at_write.append(
            len((tmp_path / "001_trades_history.csv").read_text().splitlines())
        ),
    )
    actor.receive(SaveGrid(symbol="SOLUSDT", state=grid("1")))
    actor.receive(booked("e1"))
    actor.receive(Check())
    assert trades_at_write == [2]


def test_a_disk_that_refuses_is_told_and_tried_again_with_nothing_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = StageWorld()
    actor = keeper(world, tmp_path)

    def full(disk: object, path: Path, state: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("actors.keeper.write_state", full)
        actor.receive(SaveGrid(symbol="SOLUSDT", state=grid("7")))
        actor.receive(Check())
        actor.receive(Check())
    failures = [getattr(report, "failure", None) for report in world.stage.of(StateWritten)]
    assert failures == 2 * [
        f"{tmp_path}/001_bot_state.json: No space left on device: free some space on that disk"
    ]
    waits = [due_ms - world.hands.ms for due_ms, _, _ in world.later.asked]
    assert waits == [50, 1_000, 2_000]
    assert world.later.asked[-1][1:] == ("001/keeper", Check())
    actor.receive(Check())
    assert saved_last(tmp_path) == Decimal(7)
    assert [getattr(note, "kind", None) for note in world.stage.of(Note)] == ["write_recovered"]


@pytest.mark.parametrize(
    "error", [OSError(30, "Read-only file system"), CsvFileError("t.csv:7: is not CSV: mend the line")]
)
def test_trades_that_cannot_be_written_are_counted_and_no_state_gets_ahead_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world = StageWorld()
    actor = keeper(world, tmp_path)

    def refuse(file: TradesFile, trades: object) -> int:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(TradesFile, "append", refuse)
        actor.receive(SaveGrid(symbol="SOLUSDT", state=grid("1")))
        actor.receive(booked("e1"))
        actor.receive(Check())
    assert not (tmp_path / "001_bot_state.json").exists()
    assert all(getattr(report, "failure", "") for report in world.stage.of(StateWritten))
    actor.receive(Check())
    assert saved_last(tmp_path) == Decimal(1)
    assert "e1" in (tmp_path / "001_trades_history.csv").read_text()


def test_finishing_writes_what_waits_and_says_so(tmp_path: Path) -> None:
    world = StageWorld()
    actor = keeper(world, tmp_path)
    actor.receive(SaveGrid(symbol="SOLUSDT", state=grid("4")))
    actor.receive(booked("e1"))
    actor.receive(Finish())
    assert saved_last(tmp_path) == Decimal(4)
    assert world.stage.to("supervisor") == [Finished(address="001/keeper")]


def test_a_symbol_that_is_not_traded_now_keeps_its_place_in_the_file(tmp_path: Path) -> None:
    world = StageWorld()
    actor = KeeperActor(
        world,
        1,
        environment="simulated",
        state_path=tmp_path / "001_bot_state.json",
        trades=TradesFile(RealDisk(), tmp_path / "t.csv"),
        performance=PerformanceFile(RealDisk(), tmp_path / "p.csv"),
        revision=4,
        symbols={"XRPUSDT": {"kept": "as it was"}},
        guard=GuardMemory(),
    )
    actor.receive(SaveGrid(symbol="SOLUSDT", state=grid("4")))
    actor.receive(Check())
    data = orjson.loads((tmp_path / "001_bot_state.json").read_bytes())
    assert data["symbols"]["XRPUSDT"] == {"kept": "as it was"}
    assert data["revision"] == 5
