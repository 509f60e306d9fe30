"""A disk in memory that fails as real ones do: by errors, by half writes, and by forgetting what it was told.

It takes the place of state/store/disk.py's RealDisk; everything above stays the code that runs for real.

| fault       | the operation                                      | errno  |
|-------------|----------------------------------------------------|--------|
| disk full   | a write, a new file or folder                      | ENOSPC |
| short write | a write of which only the first part is taken      |        |
| write error | a write, a cut                                     | EIO    |
| fsync error | a flush; a file's bytes may then be lost for good  | EIO    |
| read-only   | whatever would change something, but for a flush   | EROFS  |

A kill leaves all that was written; a power failure leaves what page_cache.py says.
"""

from __future__ import annotations

import errno
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NoReturn

from greenlet import GreenletExit

from actors.simulation.page_cache import FOLDER, CachedFile, Names, folder_of


@dataclass(slots=True)
class DiskFaults:
    """How often operations fail, each rate as a share of 1: see the table above. May change at any time."""

    full: float = 0.0
    write_error: float = 0.0
    fsync_error: float = 0.0
    read_only: float = 0.0


class VirtualDisk:
    """A ``Disk`` of one machine; its processes come one after another. The same chance, the same faults.

    ``on_written`` is told of each file whose content, or name, has become durable, with that content.
    ``failures`` counts faults by kind, ``operations`` what was asked of the disk so far.
    """

    def __init__(self, chance: Random, on_written: Callable[[Path, bytes], object]) -> None:
        self.faults = DiskFaults()
        self.failures: Counter[str] = Counter()
        self.operations = 0
        self._chance = chance
        self._on_written = on_written
        self._names = Names()
        self._open: dict[int, CachedFile] = {}
        self._next_descriptor = 3
        self._halted = False
        self._dies_at = 0
        self._kill: Callable[[], object] = lambda: None
        #: Called while a file's content is being flushed, which is what takes time on a disk.
        self.on_flush: Callable[[], object] = lambda: None

    # --- the end of a process ---------------------------------------------------------------------------

    def die_at(self, operation_number: int, kill: Callable[[], object]) -> None:
        """End the process within an operation: the ``operation_number``-th from now, 1 being the next.

        A write may have taken a part by then; any other operation has done nothing. The disk halts, and
        ``kill`` is called there: it raises what ends whoever has called (else ``GreenletExit`` does).
        """
        if operation_number < 1:
            raise ValueError(f"the next operation is number 1, not {operation_number}")
        self._dies_at, self._kill = self.operations + operation_number, kill

    def halt(self) -> None:
        """The process is gone: until ``killed`` or ``crash`` every operation raises ``GreenletExit``."""
        self._halted = True

    def killed(self) -> None:
        """The process was killed and the machine went on: what was written is there, locks are free.

        Only what a failed fsync has lost is seen to be lost from now on.
        """
        self._halted, self._dies_at = False, 0
        self._open.clear()
        self._names.end_process()

    def crash(self) -> None:
        """The power failed: what was not flushed is lost, wholly or partly, by chance; locks are free."""
        self.failures["power failure"] += 1
        self.killed()
        self._names.lose_power(self._chance)

    def contents(self) -> dict[str, bytes]:
        """Every file by its name, as a program would read it now; no operation, and never refused."""
        return self._names.contents()

    def lose(self, path: Path) -> None:
        """Somebody removes a file while no process runs: no operation of one, and never refused."""
        name = str(path)
        self._names.change(folder_of(name), {name: None})

    # --- names ------------------------------------------------------------------------------------------

    def exists(self, path: Path) -> bool:
        """Whether a file or folder has this name."""
        self._begin()
        return self._names.get(str(path)) is not None

    def read_bytes(self, path: Path) -> bytes:
        """A file's whole content."""
        self._begin()
        return bytes(self._file(str(path)).content)

    def create(self, path: Path) -> int:
        """Begin a file; ``FileExistsError`` if the name is taken."""
        self._begin()
        name = str(path)
        if self._names.get(name) is not None:
            _refuse(errno.EEXIST, name)
        return self._opened(self._begun(name))

    def open(self, path: Path) -> int:
        """Open a file, begun where it is not there."""
        self._begin()
        name = str(path)
        if self._names.get(name) is None:
            return self._opened(self._begun(name))
        file = self._file(name)
        self._check_changeable(name)
        return self._opened(file)

    def replace(self, old: Path, new: Path) -> None:
        """Rename a file; another of the new name is gone at the same instant."""
        self._begin()
        source, target = str(old), str(new)
        self._check_place(target)
        self._file(source)
        if self._names.get(target) is FOLDER:
            _refuse(errno.EISDIR, target)
        self._check_changeable(source)
        if source != target:
            self._names.rename(source, target)

    def unlink(self, path: Path) -> None:
        """Remove a file."""
        self._begin()
        name = str(path)
        self._file(name)
        self._check_changeable(name)
        self._names.change(folder_of(name), {name: None})

    def make_folder(self, folder: Path) -> None:
        """Make a folder within one that is there."""
        self._begin()
        name = str(folder)
        if self._names.get(name) is not None:
            _refuse(errno.EEXIST, name)
        self._check_room(name)
        self._names.change(folder_of(name), {name: FOLDER})

    def flush_folder(self, folder: Path) -> None:
        """Make a folder's entries survive a power failure."""
        self._begin()
        name = str(folder)
        if self._names.get(name) is not FOLDER:
            self._file(name)
            _refuse(errno.ENOTDIR, name)
        if self._strikes(self.faults.fsync_error, "fsync error"):
            _refuse(errno.EIO, name)
        for flushed, file in self._names.flush(name):
            self._on_written(Path(flushed), bytes(file.durable))

    # --- contents ---------------------------------------------------------------------------------------

    def lock(self, descriptor: int) -> bool:
        """Own the file alone; False if another descriptor does."""
        file = self._of(descriptor)
        if file.locked_by is None:
            file.locked_by = descriptor
        return file.locked_by == descriptor

    def write(self, descriptor: int, payload: bytes | memoryview) -> int:
        """Append; gives how many bytes were taken."""
        data = bytes(payload)
        if self.operations + 1 == self._dies_at and descriptor in self._open:
            self._open[descriptor].append(data[: self._chance.randint(0, len(data))])
        file = self._of(descriptor)
        self._check_changeable()
        if self._strikes(self.faults.write_error, "write error"):
            _refuse(errno.EIO)
        if self.faults.full and data and self._chance.random() < self.faults.full:
            # Never all of it: so a disk that stays full refuses at last, however often it is asked.
            data = data[: self._chance.randrange(len(data))]
            self.failures["short write" if data else "disk full"] += 1
            if not data:
                _refuse(errno.ENOSPC)
        file.append(data)
        return len(data)

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset`` on."""
        return bytes(self._of(descriptor).content[offset : offset + size])

    def size(self, descriptor: int) -> int:
        """The file's size in bytes."""
        return len(self._of(descriptor).content)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to ``size`` bytes."""
        file = self._of(descriptor)
        self._check_changeable()
        if self._strikes(self.faults.write_error, "write error"):
            _refuse(errno.EIO)
        file.truncate(size)

    def fsync(self, descriptor: int) -> None:
        """Make the file's content survive a power failure; its name may not."""
        file = self._of(descriptor)
        self.on_flush()
        if self._strikes(self.faults.fsync_error, "fsync error"):
            file.tear(self._chance)
            _refuse(errno.EIO)
        if file.waiting:
            file.flush()
            if file.kept_as:
                self._on_written(Path(file.kept_as), bytes(file.durable))

    def close(self, descriptor: int) -> None:
        """Let go of a file, and of its lock."""
        file = self._of(descriptor)
        del self._open[descriptor]
        if file.locked_by == descriptor:
            file.locked_by = None

    # --- what every operation does ----------------------------------------------------------------------

    def _begin(self) -> None:
        if self._halted:
            raise GreenletExit
        self.operations += 1
        if self.operations == self._dies_at:
            self.halt()
            self._kill()
            raise GreenletExit

    def _strikes(self, rate: float, kind: str) -> bool:
        if not rate or self._chance.random() >= rate:
            return False
        self.failures[kind] += 1
        return True

    def _of(self, descriptor: int) -> CachedFile:
        self._begin()
        file = self._open.get(descriptor)
        if file is None:
            _refuse(errno.EBADF)
        return file

    def _file(self, name: str) -> CachedFile:
        file = self._names.get(name)
        if file is None:
            self._check_place(name)
            _refuse(errno.ENOENT, name)
        if file is FOLDER:
            _refuse(errno.EISDIR, name)
        return file

    def _begun(self, name: str) -> CachedFile:
        self._check_room(name)
        file = CachedFile()
        self._names.change(folder_of(name), {name: file})
        return file

    def _opened(self, file: CachedFile) -> int:
        descriptor = self._next_descriptor
        self._next_descriptor += 1
        self._open[descriptor] = file
        return descriptor

    def _check_room(self, name: str) -> None:
        self._check_place(name)
        self._check_changeable(name)
        if self._strikes(self.faults.full, "disk full"):
            _refuse(errno.ENOSPC, name)

    def _check_place(self, name: str) -> None:
        folder = self._names.get(folder_of(name))
        if folder is not FOLDER:
            _refuse(errno.ENOENT if folder is None else errno.ENOTDIR, name)

    def _check_changeable(self, name: str | None = None) -> None:
        if self._strikes(self.faults.read_only, "read-only"):
            _refuse(errno.EROFS, name)


def _refuse(code: int, name: str | None = None) -> NoReturn:
    """Raise the kind of ``OSError`` that Python makes of this errno."""
    raise OSError(code, os.strerror(code)) if name is None else OSError(code, os.strerror(code), name)
