"""One process an account: the second is told who came first, and a dead one stands in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from actors.simulation.disk import VirtualDisk
from actors.start import AccountLock, StartRefused
from state.store.disk import Disk, RealDisk

Place = tuple[Disk, Path]


@pytest.fixture(params=["real", "simulated"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with TemporaryDirectory() as folder:
        if request.param == "real":
            yield RealDisk(), Path(folder) / "made" / "for it" / ".001_lock"
        else:
            yield VirtualDisk(Random(1), lambda path, content: None), Path("made/for it/.001_lock")


def test_who_comes_second_is_told_the_holder_as_it_signed_last(place: Place) -> None:
    disk, path = place
    first = AccountLock(disk, path)
    first.sign("a very long time ago")
    first.sign("2026-01-01")
    with pytest.raises(StartRefused, match=r"lock: .*\.001_lock is held by pid \d+ since 2026-01-01: one "):
        AccountLock(disk, path)
    first.release()
    first.release()
    AccountLock(disk, path).release()


def test_a_holder_that_has_not_signed_yet_is_an_unknown_process(place: Place) -> None:
    disk, path = place
    first = AccountLock(disk, path)
    with pytest.raises(StartRefused, match="held by an unknown process"):
        AccountLock(disk, path)
    first.release()


def test_a_killed_holder_leaves_no_lock_behind() -> None:
    disk = VirtualDisk(Random(1), lambda path, content: None)
    AccountLock(disk, Path("data/.001_lock")).sign("2026-01-01")
    disk.killed()
    AccountLock(disk, Path("data/.001_lock")).release()
