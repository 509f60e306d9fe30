"""What makes a change of a file survive: whole writes, names that are flushed, nothing written over.

And what to tell a person where the disk refuses.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from state.store.disk import Disk

_ELSEWHERE: Final = "or let data_dir name a folder elsewhere"
_ADVICE: Final[Mapping[int, str]] = {
    errno.ENOSPC: "free some space on that disk",
    errno.EDQUOT: "free some space, or have the user's quota raised",
    errno.EFBIG: "have the limit on the size of files raised",
    errno.EROFS: f"mount that disk for writing, {_ELSEWHERE}",
    errno.EACCES: f"give the user that runs the bot the right to write there, {_ELSEWHERE}",
    errno.EPERM: f"give the user that runs the bot the right to write there, {_ELSEWHERE}",
    errno.EIO: f"the disk fails: look into the system's log, {_ELSEWHERE}",
    errno.ENOTDIR: f"move the file away that stands where a folder must be, {_ELSEWHERE}",
    errno.EISDIR: "move the folder away that stands where a file must be",
    errno.EMFILE: "have the limit on open files raised",
    errno.ENFILE: "have the limit on open files raised",
}


def disk_trouble(error: OSError, path: Path | None = None) -> str:
    """What the disk refused, where, and what to do; ``path`` where the error itself doesn't name it."""
    place = error.filename or path or "the data folder"
    what = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    advice = _ADVICE.get(error.errno or 0, f"look after the disk, {_ELSEWHERE}")
    return f"{place}: {what}: {advice}"


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
