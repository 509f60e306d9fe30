"""The simulated disk does what the real one does, and fails as its table says."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from greenlet import GreenletExit

from actors.simulation.disk import DiskFaults, VirtualDisk
from state.store.files import make_folder, write_all, write_whole

FOLDER = Path("data")
FILE = FOLDER / "file"
LONG = bytes(range(1, 251)) * 20


class Machine:
    """A disk, and what it told to be durable."""

    def __init__(self, seed: int = 1) -> None:
        self.written: list[tuple[str, bytes]] = []
        self.disk = VirtualDisk(Random(seed), lambda path, content: self.written.append((path.name, content)))
        make_folder(self.disk, FOLDER)

    def appended(self, payload: bytes, path: Path = FILE) -> int:
        """A descriptor of a file to whose end something was written."""
        descriptor = self.disk.open(path)
        write_all(self.disk, descriptor, payload)
        return descriptor

    def content(self) -> bytes | None:
        """What a program reads."""
        return self.disk.contents().get(str(FILE))


def refused(code: int, operation: Callable[[], object]) -> None:
    with pytest.raises(OSError) as error:  # noqa: PT011  # the errno is the match
        operation()
    assert error.value.errno == code


# --- power ------------------------------------------------------------------------------------------------


def test_what_was_flushed_with_its_name_survives_every_power_failure() -> None:
    for seed in range(50):
        machine = Machine(seed)
        machine.disk.fsync(machine.appended(LONG))
        machine.disk.flush_folder(FOLDER)
        machine.disk.crash()
        assert machine.content() == LONG


def test_what_was_not_flushed_is_whole_shorter_holed_or_gone() -> None:
    left = []
    for seed in range(200):
        machine = Machine(seed)
        machine.disk.fsync(machine.appended(b"kept"))
        machine.disk.flush_folder(FOLDER)
        machine.appended(LONG)
        machine.disk.crash()
        content = machine.content()
        assert content is not None
        assert content.startswith(b"kept")
        left.append(content[4:])
        assert all(found in (0, meant) for found, meant in zip(left[-1], LONG, strict=False))
    assert LONG in left
    assert b"" in left
    assert any(rest != LONG and LONG.startswith(rest) for rest in left if rest)
    assert any(b"\0" in rest.rstrip(b"\0") for rest in left)


def test_a_name_that_was_not_flushed_may_be_lost_though_its_content_was() -> None:
    left = set()
    for seed in range(50):
        machine = Machine(seed)
        machine.disk.fsync(machine.appended(b"new"))
        machine.disk.crash()
        left.add(machine.content())
    assert left == {b"new", None}


def test_a_rename_that_was_not_flushed_leaves_one_of_the_two_under_the_name() -> None:
    left = set()
    for seed in range(50):
        machine = Machine(seed)
        write_whole(machine.disk, FILE, b"old")
        machine.disk.fsync(machine.appended(b"new", FOLDER / "beside"))
        machine.disk.replace(FOLDER / "beside", FILE)
        machine.disk.crash()
        left.add(machine.content())
    assert left == {b"old", b"new"}


def test_a_folder_whose_name_is_lost_takes_its_files_with_it() -> None:
    left = set()
    for seed in range(50):
        machine = Machine(seed)
        machine.disk.make_folder(FOLDER / "inner")
        write_whole(machine.disk, FOLDER / "inner" / "file", b"whole")
        machine.disk.crash()
        left.add(tuple(machine.disk.contents().values()))
        assert machine.disk.exists(FOLDER / "inner") == bool(machine.disk.contents())
    assert left == {(b"whole",), ()}


def test_a_flush_that_failed_is_not_made_good_by_the_next_one() -> None:
    left = []
    for seed in range(50):
        machine = Machine(seed)
        descriptor = machine.appended(b"")
        machine.disk.flush_folder(FOLDER)
        write_all(machine.disk, descriptor, LONG)
        machine.disk.faults = DiskFaults(fsync_error=1)
        refused(errno.EIO, lambda: machine.disk.fsync(descriptor))  # noqa: B023  # called at once
        machine.disk.faults = DiskFaults()
        machine.disk.fsync(descriptor)
        assert machine.content() == LONG
        machine.disk.crash()
        left.append(machine.content())
    assert any(content != LONG for content in left)


# --- processes --------------------------------------------------------------------------------------------


def test_a_kill_loses_nothing_that_was_written_and_frees_locks() -> None:
    machine = Machine()
    descriptor = machine.appended(LONG)
    assert machine.disk.lock(descriptor)
    other = machine.disk.open(FILE)
    assert not machine.disk.lock(other)
    machine.disk.killed()
    assert machine.content() == LONG
    assert machine.disk.lock(machine.disk.open(FILE))
    refused(errno.EBADF, lambda: machine.disk.write(descriptor, b"late"))


def test_a_lock_is_free_once_its_holder_closes() -> None:
    disk = Machine().disk
    first, second = disk.open(FILE), disk.open(FILE)
    assert [disk.lock(first), disk.lock(first), disk.lock(second)] == [True, True, False]
    disk.close(first)
    assert disk.lock(second)


def test_a_process_dies_in_the_named_operation_and_does_nothing_more() -> None:
    machine = Machine()

    def kill() -> None:
        raise KeyboardInterrupt

    machine.disk.die_at(2, kill)
    descriptor = machine.disk.open(FILE)
    with pytest.raises(KeyboardInterrupt):
        machine.disk.write(descriptor, LONG)
    before = machine.content()
    assert before is not None
    assert LONG.startswith(before)
    for late in (lambda: machine.disk.unlink(FILE), lambda: machine.disk.write(descriptor, b"late")):
        with pytest.raises(GreenletExit):
            late()
    machine.disk.killed()
    assert machine.disk.read_bytes(FILE) == before


def test_a_halted_disk_refuses_the_last_acts_of_a_dying_process() -> None:
    machine = Machine()
    machine.disk.halt()
    with pytest.raises(GreenletExit):
        write_whole(machine.disk, FILE, b"last words")
    assert machine.content() is None


# --- faults -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "code", "kind"),
    [
        (DiskFaults(full=1), errno.ENOSPC, "disk full"),
        (DiskFaults(write_error=1), errno.EIO, "write error"),
        (DiskFaults(fsync_error=1), errno.EIO, "fsync error"),
        (DiskFaults(read_only=1), errno.EROFS, "read-only"),
    ],
)
def test_each_fault_raises_its_errno_is_counted_and_ends_when_told(
    faults: DiskFaults, code: int, kind: str
) -> None:
    machine = Machine()
    write_whole(machine.disk, FILE, b"old")
    machine.disk.faults = faults
    refused(code, lambda: write_whole(machine.disk, FILE, LONG))
    assert machine.disk.failures == {kind: 1}
    assert machine.content() == b"old"
    machine.disk.faults = DiskFaults()
    write_whole(machine.disk, FILE, LONG)
    assert machine.content() == LONG


def test_a_full_disk_takes_only_part_and_then_nothing() -> None:
    machine = Machine()
    descriptor = machine.disk.open(FILE)
    machine.disk.faults = DiskFaults(full=1)
    refused(errno.ENOSPC, lambda: write_all(machine.disk, descriptor, LONG))
    assert machine.disk.failures["disk full"] == 1
    assert machine.disk.failures["short write"] > 0
    content = machine.content()
    assert content is not None
    assert content != LONG
    assert LONG.startswith(content)


# --- what is told -----------------------------------------------------------------------------------------


def test_a_replacement_is_told_once_its_name_is_flushed_and_not_before() -> None:
    machine = Machine()
    descriptor = machine.appended(b"new", FOLDER / "beside")
    machine.disk.fsync(descriptor)
    machine.disk.replace(FOLDER / "beside", FILE)
    assert machine.written == []
    machine.disk.flush_folder(FOLDER)
    assert machine.written == [("file", b"new")]
    machine.disk.flush_folder(FOLDER)
    assert len(machine.written) == 1


def test_an_append_is_told_once_it_is_flushed_and_not_before() -> None:
    machine = Machine()
    descriptor = machine.appended(b"")
    machine.disk.flush_folder(FOLDER)
    machine.written.clear()
    write_all(machine.disk, descriptor, b"one")
    assert machine.written == []
    machine.disk.fsync(descriptor)
    machine.disk.fsync(descriptor)
    assert machine.written == [("file", b"one")]


def test_a_replacement_with_unflushed_content_is_told_as_the_disk_has_it() -> None:
    machine = Machine()
    machine.appended(b"new", FOLDER / "beside")
    machine.disk.replace(FOLDER / "beside", FILE)
    machine.disk.flush_folder(FOLDER)
    assert machine.written == [("file", b"")]


# --- chance -----------------------------------------------------------------------------------------------


def a_story(seed: int) -> tuple[list[tuple[str, bytes]], dict[str, bytes], dict[str, int], int]:
    """A bad day of a disk, to its end."""
    machine = Machine(seed)
    machine.disk.faults = DiskFaults(full=0.1, write_error=0.1, fsync_error=0.1, read_only=0.1)
    for number in range(60):
        try:
            write_whole(machine.disk, FILE, LONG * (number % 3))
            machine.appended(LONG, FOLDER / "log")
        except OSError:
            pass
        if number % 20 == 19:
            machine.disk.crash()
    return machine.written, machine.disk.contents(), dict(machine.disk.failures), machine.disk.operations


def test_the_same_chance_and_the_same_calls_give_the_same_disk() -> None:
    assert a_story(7) == a_story(7)
    assert a_story(7) != a_story(8)
