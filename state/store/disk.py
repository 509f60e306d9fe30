"""The disk as the store needs it: few operations, each as low as the system's own.

What makes a change survive stands above them (files.py, csv_file.py): write beside, flush, rename, flush the
folder; cut what was torn. So a simulated disk in their place runs that very code.

Every operation raises ``OSError`` with its errno. A descriptor is a number, let go of by ``close``.
"""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Protocol

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


class Disk(Protocol):
    """Files and folders. Files are read anywhere, written only at their end."""

    def exists(self, path: Path) -> bool:
        """Whether a file or folder has this name."""
        ...

    def read_bytes(self, path: Path) -> bytes:
        """A file's whole content."""
        ...

    def create(self, path: Path) -> int:
        """Begin a file that only its owner may read; ``FileExistsError`` if the name is taken."""
        ...

    def open(self, path: Path) -> int:
        """Open a file, begun where it is not there; only its owner may read it then."""
        ...

    def lock(self, descriptor: int) -> bool:
        """Own the file alone until the descriptor is closed or the process ends; False if another does."""
        ...

    def write(self, descriptor: int, payload: bytes | memoryview) -> int:
        """Append; gives how many bytes were taken, at least one but perhaps not all."""
        ...

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        """Up to ``size`` bytes from ``offset`` on; fewer, or none, at the file's end."""
        ...

    def size(self, descriptor: int) -> int:
        """The file's size in bytes; ``FileNotFoundError`` if it has been removed since it was opened."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to ``size`` bytes."""
        ...

    def fsync(self, descriptor: int) -> None:
        """Make the file's content survive a power failure; its name may not."""
        ...

    def close(self, descriptor: int) -> None:
        """Let go of a file, and of its lock."""
        ...

    def replace(self, old: Path, new: Path) -> None:
        """Rename a file; another of the new name is gone at the same instant."""
        ...

    def unlink(self, path: Path) -> None:
        """Remove a file; ``FileNotFoundError`` if it is not there."""
        ...

    def make_folder(self, folder: Path) -> None:
        """Make a folder within one that is there; ``FileExistsError`` if the name is taken."""
        ...

    def flush_folder(self, folder: Path) -> None:
        """Make a folder's entries (new names, renames, removals) survive a power failure."""
        ...


class RealDisk:
    """The machine's. Holds nothing: all its copies are alike, and threads may share one."""

    def exists(self, path: Path) -> bool:
        """Whether a file or folder has this name."""
        return path.exists()

    def read_bytes(self, path: Path) -> bytes:
        """A file's whole content."""
        return path.read_bytes()

    def create(self, path: Path) -> int:
        """O_EXCL, mode 0600."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, _PRIVATE)

    def open(self, path: Path) -> int:
        """O_APPEND, mode 0600 where it is new."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _PRIVATE)

    def lock(self, descriptor: int) -> bool:
        """By flock(2), without waiting."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def write(self, descriptor: int, payload: bytes | memoryview) -> int:
        """By write(2)."""
        return os.write(descriptor, payload)

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        """By pread(2)."""
        return os.pread(descriptor, size, offset)

    def size(self, descriptor: int) -> int:
        """By fstat(2); what no folder names any more is gone."""
        found = os.fstat(descriptor)
        if found.st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, "it was removed while it was in use")
        return found.st_size

    def truncate(self, descriptor: int, size: int) -> None:
        """By ftruncate(2)."""
        os.ftruncate(descriptor, size)

    def fsync(self, descriptor: int) -> None:
        """By fsync(2)."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """By close(2)."""
        os.close(descriptor)

    def replace(self, old: Path, new: Path) -> None:
        """By rename(2)."""
        os.replace(old, new)

    def unlink(self, path: Path) -> None:
        """By unlink(2)."""
        os.unlink(path)

    def make_folder(self, folder: Path) -> None:
        """By mkdir(2), mode 0700."""
        os.mkdir(folder, _PRIVATE_FOLDER)

    def flush_folder(self, folder: Path) -> None:
        """By fsync(2) of the folder."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
