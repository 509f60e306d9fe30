"""A machine of which a test takes the power, or kills the process, within any operation on its disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from greenlet import GreenletExit
from hypothesis import strategies as st

from actors.simulation.disk import DiskFaults, VirtualDisk
from state.store.files import make_folder

FOLDER = Path("data")
_RATES = st.sampled_from([0.0, 0.0, 0.0, 0.05, 0.3, 1.0])
_LOW_RATES = st.sampled_from([0.0, 0.0, 0.05])
disk_faults = st.builds(DiskFaults, full=_RATES, write_error=_RATES, fsync_error=_RATES, read_only=_LOW_RATES)


def a_disk(seed: int) -> VirtualDisk:
    """A disk with an empty folder that survives."""
    disk = VirtualDisk(Random(seed), lambda path, content: None)
    make_folder(disk, FOLDER)
    return disk


def done_before_the_end(disk: VirtualDisk, dies_at: int, work: Callable[[], object]) -> bool:
    """Do some work and die in it, or fail; whether it was done. Faults are over then."""
    disk.die_at(dies_at, lambda: None)
    try:
        work()
    except (GreenletExit, OSError):
        return False
    finally:
        disk.faults = DiskFaults()
    return True
