"""Killed or without power in the middle of anything, the files are whole and lack nothing that was kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actors.simulation.disk import DiskFaults, VirtualDisk
from state.store.codec import Json
from state.store.disk import Disk
from state.store.files import make_folder, move_aside, write_all
from state.store.state_file import SavedState, read_state, to_bytes, write_state
from state.store.trades import TradesFile
from tests.store.machine import FOLDER, a_disk, disk_faults, done_before_the_end
from tests.store.trades import a_trade

STATE = FOLDER / "001_bot_state.json"
TRADES = FOLDER / "001_trades_history.csv"
Writer = Callable[[Disk, Path, SavedState], object]
seeds = st.integers(0, 2**32)
deaths = st.integers(1, 20)  # more operations than a write has: so some writers live


def a_state(revision: int, filler: int = 3_000) -> SavedState:
    symbols: dict[str, Json] = {"SOLUSDT": {"filler": str(revision % 10) * filler}}
    return SavedState(account=1, written_ms=0, revision=revision, symbols=symbols, account_state={})


OLD, NEW = a_state(6), a_state(7)


def keeps_the_old_or_the_new(writer: Writer, seed: int, dies_at: int, faults: DiskFaults) -> bool:
    """Replace the old state, die in it or not, lose the power; whether a whole state is left, the new one
    if the writer said so."""
    disk = a_disk(seed)
    write_state(disk, STATE, OLD)
    disk.faults = faults
    done = done_before_the_end(disk, dies_at, lambda: writer(disk, STATE, NEW))
    disk.crash()
    left = disk.contents().get(str(STATE))
    return left == to_bytes(NEW) or (not done and left == to_bytes(OLD))


@given(seeds, deaths, disk_faults)
def test_a_power_failure_within_any_operation_leaves_the_old_state_or_the_new(
    seed: int, dies_at: int, faults: DiskFaults
) -> None:
    assert keeps_the_old_or_the_new(write_state, seed, dies_at, faults)


def in_place(disk: Disk, path: Path, state: SavedState) -> None:
    descriptor = disk.open(path)
    disk.truncate(descriptor, 0)
    write_all(disk, descriptor, to_bytes(state))
    disk.fsync(descriptor)
    disk.close(descriptor)


def beside_without_flush(disk: Disk, path: Path, state: SavedState) -> None:
    beside = path.with_name("beside")
    descriptor = disk.create(beside)
    write_all(disk, descriptor, to_bytes(state))
    disk.close(descriptor)
    disk.replace(beside, path)
    disk.flush_folder(path.parent)


def beside_without_its_name_flushed(disk: Disk, path: Path, state: SavedState) -> None:
    beside = path.with_name("beside")
    descriptor = disk.create(beside)
    write_all(disk, descriptor, to_bytes(state))
    disk.fsync(descriptor)
    disk.close(descriptor)
    disk.replace(beside, path)


def removed_first(disk: Disk, path: Path, state: SavedState) -> None:
    disk.unlink(path)
    write_state(disk, path, state)


def flushed_again_after_a_failed_flush(disk: Disk, path: Path, state: SavedState) -> None:
    beside = path.with_name("beside")
    descriptor = disk.create(beside)
    write_all(disk, descriptor, to_bytes(state))
    try:
        disk.fsync(descriptor)
    except OSError:
        disk.fsync(descriptor)
    disk.close(descriptor)
    disk.replace(beside, path)
    disk.flush_folder(path.parent)


@pytest.mark.parametrize(
    ("writer", "faults"),
    [
        (in_place, DiskFaults()),
        (beside_without_flush, DiskFaults()),
        (beside_without_its_name_flushed, DiskFaults()),
        (removed_first, DiskFaults()),
        (flushed_again_after_a_failed_flush, DiskFaults(fsync_error=0.3)),
    ],
)
def test_a_writer_that_leaves_out_one_step_is_caught(writer: Writer, faults: DiskFaults) -> None:
    kept = [keeps_the_old_or_the_new(writer, s, d, faults) for s in range(20) for d in range(1, 12)]
    assert not all(kept)


@given(seeds, st.lists(st.tuples(deaths, disk_faults, st.booleans()), max_size=8))
def test_no_revision_that_was_said_to_be_kept_is_ever_lost(
    seed: int, lives: list[tuple[int, DiskFaults, bool]]
) -> None:
    disk = a_disk(seed)
    write_state(disk, STATE, a_state(0))
    told = newest = 0
    for dies_at, faults, power_fails in lives:
        disk.faults = faults
        state = a_state(newest + 1)
        if done_before_the_end(disk, dies_at, partial(write_state, disk, STATE, state)):
            told = state.revision
        if power_fails:
            disk.crash()
        else:
            disk.killed()
        saved = read_state(disk, STATE, 1)
        assert isinstance(saved, SavedState)
        assert told <= saved.revision <= state.revision
        assert saved == a_state(saved.revision)
        newest = saved.revision


@given(seeds, deaths, disk_faults)
def test_a_file_moved_into_a_new_folder_is_never_lost_on_the_way(
    seed: int, dies_at: int, faults: DiskFaults
) -> None:
    disk = a_disk(seed)
    write_state(disk, STATE, OLD)
    target = FOLDER / "before" / STATE.name

    def move() -> None:
        make_folder(disk, target.parent)
        move_aside(disk, STATE, target)

    disk.faults = faults
    done = done_before_the_end(disk, dies_at, move)
    disk.crash()
    left = disk.contents()
    assert to_bytes(OLD) in (left.get(str(target)), left.get(str(STATE)))
    if done:
        assert str(STATE) not in left


def ids_in(disk: VirtualDisk) -> list[str]:
    """The executions of whole lines: of a torn one even the id may be another's."""
    whole, _, _ = disk.contents().get(str(TRADES), b"").rpartition(b"\n")
    text = whole.decode(errors="replace")
    return [row["exec_id"] or "" for row in csv.DictReader(io.StringIO(text, newline="")) if row["exec_id"]]


class Bookkeeper:
    """Books as the keeper does: what could not be added stays, and is tried again with the next."""

    def __init__(self, disk: VirtualDisk) -> None:
        self._disk = disk
        self._waiting: list[str] = []
        self.kept: set[str] = set()

    def live(self, batches: list[list[str]]) -> None:
        """Open the file and book, batch by batch."""
        trades = TradesFile(self._disk, TRADES)
        for batch in batches:
            self._waiting += batch
            try:
                trades.append([a_trade(exec_id) for exec_id in self._waiting])
            except OSError:
                continue
            self.kept.update(self._waiting)
            self._waiting = []
        trades.close()


ids = st.integers(1, 60).map(lambda number: f"e-{number}")
# Several rows a batch: so that one append reaches over several sectors.
batches = st.lists(st.lists(ids, min_size=1, max_size=12), min_size=1, max_size=4)
lives = st.lists(st.tuples(batches, st.integers(1, 40), disk_faults, st.booleans()), min_size=1, max_size=5)


@given(seeds, lives)
@example(  # a torn row of e-11 reads like one of e-1
    1071482,
    [
        ([["e-1"]], 2, DiskFaults(full=0.05, read_only=0.05), True),
        (
            [["e-1"], ["e-3"], ["e-13"], ["e-2", "e-4", "e-5", "e-6", "e-10", "e-11", "e-12"]],
            21,
            DiskFaults(write_error=0.05),
            False,
        ),
        ([["e-1"], ["e-7"]], 22, DiskFaults(full=1.0), False),
    ],
)
def test_each_execution_stands_once_after_any_deaths_and_retries(
    seed: int, lives: list[tuple[list[list[str]], int, DiskFaults, bool]]
) -> None:
    disk = a_disk(seed)
    keeper = Bookkeeper(disk)
    told = {exec_id for life in lives for batch in life[0] for exec_id in batch}
    for booked, dies_at, faults, power_fails in lives:
        disk.faults = faults
        done_before_the_end(disk, dies_at, partial(keeper.live, booked))
        if power_fails:
            disk.crash()
        else:
            disk.killed()
        found = ids_in(disk)
        assert keeper.kept <= set(found)
        assert len([exec_id for exec_id in found if exec_id in keeper.kept]) == len(keeper.kept)
    keeper.live([sorted(told)])
    assert sorted(ids_in(disk)) == sorted(told)
    assert b"\0" not in disk.contents()[str(TRADES)]


def test_what_a_killed_process_wrote_is_flushed_before_it_counts_as_kept() -> None:
    for seed in range(50):
        disk = a_disk(seed)
        Bookkeeper(disk).live([["e-1"]])
        trades = TradesFile(disk, TRADES)
        # Size, write, and dead in the flush: the line is there to be read, and not on the disk.
        assert not done_before_the_end(disk, 3, partial(trades.append, [a_trade("e-2")]))
        disk.killed()
        assert ids_in(disk) == ["e-1", "e-2"]
        assert TradesFile(disk, TRADES).append([a_trade("e-2")]) == 0
        disk.crash()
        assert ids_in(disk) == ["e-1", "e-2"]


def test_a_file_begun_by_a_killed_process_survives_once_it_is_written_to() -> None:
    for seed in range(50):
        disk = a_disk(seed)
        # Its header is written then, and its name not flushed yet.
        assert not done_before_the_end(disk, 9, partial(TradesFile, disk, TRADES))
        disk.killed()
        assert disk.exists(TRADES)
        Bookkeeper(disk).live([["e-1"]])
        disk.crash()
        assert ids_in(disk) == ["e-1"]
