"""What makes a change of a file survive: private modes, whole writes, flushed folders."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE = 0o600


def write_whole(path: Path, payload: bytes) -> None:
    """Replace ``path`` by ``payload``: after a crash at any instant the file is the old or the new one.

    Written beside it (mode 0600), flushed, renamed, and the folder flushed. On failure the old file is
    intact, the half-written one is gone and the ``OSError`` comes through.
    """
    # One name, not a random one: what a kill leaves behind is replaced by the next write.
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    try:
        with open(temporary, "xb", opener=_open_private) as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make a folder's entries (new names, renames) survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_aside(path: Path, target: Path) -> None:
    """Rename a file that only we write, never over another: ``FileExistsError`` if ``target`` is there."""
    if target.exists():
        raise FileExistsError(f"{target} is there")
    path.rename(target)
    flush_folder(path.parent)


def _open_private(name: str, flags: int) -> int:
    return os.open(name, flags, PRIVATE)
