"""What makes a change of a file survive: whole writes, names that are flushed, nothing written over."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from state.store.disk import Disk


def write_whole(disk: Disk, path: Path, payload: bytes) -> None:
    """Replace ``path`` by ``payload``: after a crash at any instant the file is the old or the new one.

    Written beside it (mode 0600), flushed, renamed, and the folder flushed. On ``OSError`` the half-written
    one is gone and the old one intact; only where the folder's own flush failed is the new one in its place,
    and a power failure may still bring back the old.
    """
    # One name, not a random one: what a kill leaves behind is replaced by the next write.
    temporary = path.with_name(f".{path.name}.new")
    _remove(disk, temporary)
    try:
        descriptor = disk.create(temporary)
        try:
            write_all(disk, descriptor, payload)
            disk.fsync(descriptor)
        finally:
            disk.close(descriptor)
        disk.replace(temporary, path)
    except BaseException:
        _remove(disk, temporary)
        raise
    disk.flush_folder(path.parent)


def write_all(disk: Disk, descriptor: int, payload: bytes) -> None:
    """Append all of ``payload``, however many writes the disk needs for it."""
    rest = memoryview(payload)
    while rest:
        rest = rest[disk.write(descriptor, rest) :]


def move_aside(disk: Disk, path: Path, target: Path) -> None:
    """Rename a file that only we write, never over another: ``FileExistsError`` if ``target`` is there."""
    if disk.exists(target):
        raise FileExistsError(f"{target} is there")
    disk.replace(path, target)
    # The new place first: whichever of the two survives alone, the file is still to be found.
    if target.parent != path.parent:
        disk.flush_folder(target.parent)
    disk.flush_folder(path.parent)


def make_folder(disk: Disk, folder: Path) -> None:
    """Make a folder, and those above it, that survive; nothing to do where it is there."""
    if disk.exists(folder):
        return
    make_folder(disk, folder.parent)
    with suppress(FileExistsError):
        disk.make_folder(folder)
    disk.flush_folder(folder.parent)


def _remove(disk: Disk, path: Path) -> None:
    with suppress(FileNotFoundError):
        disk.unlink(path)
