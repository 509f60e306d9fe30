"""What a machine keeps of its files without power: less than programs saw, in any state that POSIX allows.

| what waits to be flushed           | what a power failure may leave of it                                 |
|------------------------------------|----------------------------------------------------------------------|
| bytes appended to a file           | all, none, the first ones; zeros in place of any of their sectors    |
| a file cut shorter                 | cut or not, but not before what was done to it earlier               |
| a name made, changed, removed      | done or not, each for itself; a rename within a folder is one change |
| a file moved to another folder     | done, or not, or under both names; lost if only its old folder was   |
|                                    | flushed                                                              |
| a folder made                      | the same: without its name nothing in it is to be found              |
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

_SECTOR = 512
#: Share of the torn appends of which sectors in the middle are missing as well.
_HOLES = 0.5


class CachedFile:
    """A file's content as programs read it, as the disk has it, and the changes that lie between."""

    __slots__ = ("content", "durable", "kept_as", "locked_by", "waiting")

    def __init__(self, content: bytes | bytearray = b"") -> None:
        self.content = bytearray(content)
        self.durable = bytearray(content)
        #: Each change: where it begins, and what it put there; None for a cut.
        self.waiting: list[tuple[int, bytes | None]] = []
        self.locked_by: int | None = None
        #: The name under which a power failure would leave it; "" for none.
        self.kept_as = ""

    def append(self, data: bytes) -> None:
        """Add to the end."""
        self.waiting.append((len(self.content), data))
        self.content += data

    def truncate(self, size: int) -> None:
        """Cut, or fill up with zeros, to ``size`` bytes."""
        self.waiting.append((size, None))
        _change(self.content, size, None)

    def flush(self) -> None:
        """Carry out on the disk what waits."""
        for offset, data in self.waiting:
            _change(self.durable, offset, data)
        self.waiting.clear()

    def reread(self) -> None:
        """Show what a failed flush has lost: its pages have left the memory."""
        content = bytearray(self.durable)
        for offset, data in self.waiting:
            _change(content, offset, data)
        self.content = content

    def tear(self, chance: Random) -> None:
        """Carry out some of what waits and forget the rest: a power failure, or a flush that failed.

        After a failed flush no later one will write it, and programs still see all of it: so does Linux.
        """
        reached = chance.randint(0, len(self.waiting))
        for offset, data in self.waiting[:reached]:
            _change(self.durable, offset, data and _with_holes(data, offset, chance))
        if reached < len(self.waiting):
            offset, data = self.waiting[reached]
            if data is not None and chance.random() < 0.5:
                torn = data[: chance.randint(0, len(data))]
                _change(self.durable, offset, _with_holes(torn, offset, chance))
        self.waiting.clear()


#: What stands in the place of a file where the name is a folder's.
FOLDER: Final = CachedFile()
Entries = dict[str, CachedFile | None]


@dataclass(slots=True, eq=False)
class _Change:
    """Entries of one folder, changed at one instant; None removes. Not done before ``after`` is."""

    folder: str
    entries: Entries
    after: _Change | None = None
    done: bool = False


class Names:
    """Which name is which file or folder, as programs see it and as the disk has it.

    The root and the working folder are there from the beginning.
    """

    def __init__(self) -> None:
        self._seen: dict[str, CachedFile] = {}
        self._kept: dict[str, CachedFile] = {}
        self._waiting: list[_Change] = []

    def get(self, name: str) -> CachedFile | None:
        """The file of this name, or FOLDER; None for neither."""
        return FOLDER if name in ("/", ".") else self._seen.get(name)

    def change(self, folder: str, entries: Entries) -> None:
        """Change entries of one folder at one instant; None removes."""
        self._do(_Change(folder, entries))

    def rename(self, source: str, target: str) -> None:
        """Give a file another name, in the place of whatever has it."""
        file = self._seen[source]
        before, after = folder_of(source), folder_of(target)
        if before == after:
            self._do(_Change(after, {source: None, target: file}))
        else:
            there = _Change(after, {target: file})
            self._do(there)
            self._do(_Change(before, {source: None}, after=there))

    def flush(self, folder: str) -> list[tuple[str, CachedFile]]:
        """Make a folder's entries durable; gives the files among them that are new under their name."""
        flushed: Entries = {}
        for change in self._waiting:
            if change.folder == folder:
                flushed.update(change.entries)
                change.done = True
        self._waiting = [change for change in self._waiting if not change.done]
        for name in flushed:
            former = self._kept.get(name)
            if former is not None and former.kept_as == name:
                former.kept_as = ""
        _apply(self._kept, flushed)
        found = [(name, file) for name, file in flushed.items() if file is not None and file is not FOLDER]
        for name, file in found:
            file.kept_as = name
        return found

    def lose_power(self, chance: Random) -> None:
        """Go back to what the disk has: of what waited, each name and each content by chance."""
        share = chance.random()
        for change in self._waiting:
            if chance.random() < share and (change.after is None or change.after.done):
                _apply(self._kept, change.entries)
                change.done = True
        self._waiting.clear()
        survivors: dict[str, CachedFile] = {}
        # Sorted, so that a folder stands before what lies in it.
        for name, file in sorted(self._kept.items(), key=lambda item: item[0]):
            folder = folder_of(name)
            if folder not in ("/", ".") and survivors.get(folder) is not FOLDER:
                continue
            survivors[name] = file if file is FOLDER else _after_power_failure(name, file, chance)
        self._kept, self._seen = survivors, dict(survivors)

    def _do(self, change: _Change) -> None:
        _apply(self._seen, change.entries)
        self._waiting.append(change)

    def end_process(self) -> None:
        """No process holds anything any more: locks are free, and failed flushes come to light."""
        for file in self._seen.values():
            file.locked_by = None
            file.reread()

    def contents(self) -> dict[str, bytes]:
        """Every file as programs would read it now."""
        return {name: bytes(file.content) for name, file in self._seen.items() if file is not FOLDER}


def folder_of(name: str) -> str:
    """The folder in which a name stands."""
    folder, slash, _ = name.rpartition("/")
    return folder or slash or "."


def _apply(names: dict[str, CachedFile], entries: Entries) -> None:
    for name, file in entries.items():
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def _after_power_failure(name: str, file: CachedFile, chance: Random) -> CachedFile:
    """A copy: a rename between folders may have left the file under both names."""
    file.tear(chance)
    kept = CachedFile(file.durable)
    kept.kept_as = name
    return kept


def _change(content: bytearray, offset: int, data: bytes | None) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    if data is None:
        del content[offset:]
    else:
        content[offset : offset + len(data)] = data


def _with_holes(data: bytes, offset: int, chance: Random) -> bytes:
    if chance.random() >= _HOLES:
        return data
    holed = bytearray(data)
    start = 0
    while start < len(data):
        end = min(len(data), start + _SECTOR - (offset + start) % _SECTOR)
        if chance.random() < 0.5:
            holed[start:end] = bytes(end - start)
        start = end
    return bytes(holed)
