"""The state file of an account: one JSON object, replaced as a whole at each write.

    {"format": "sol-trader-state", "version": 2, "account": 1, "written_ms": 1767225600000,
     "revision": 7, "symbols": {"SOLUSDT": {...}}, "account_state": {...}, "checksum": "4a5c…"}

What a symbol's state and the account's look like is the codec's matter (state/store/codec.py). The checksum
is over all that stands before it: one digit that a disk, or a hand, has changed could be an order's.

| the file                                  | read_state                                          |
|-------------------------------------------|-----------------------------------------------------|
| is not there                              | None: a first start                                 |
| is whole                                  | its SavedState                                      |
| is whole, and of an older version         | the same, migrated (state/store/migrations.py)      |
| is torn, changed, foreign, misses a part  | Corrupt, with the reason: keep it aside and rebuild |
| belongs to another account                | StateRefused: rebuilding would bury what is right   |
| was written by a newer version            | StateRefused                                        |
| cannot be opened                          | StateRefused                                        |
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import orjson

from state.store.codec import Json
from state.store.disk import Disk
from state.store.files import move_aside, write_whole
from state.store.migrations import STEPS, VERSION, migrate
from state.store.times import file_stamp

FORMAT = "sol-trader-state"
_CHECKSUM_BYTES = 8
_FIRST_SEALED = 2
_LONGEST_SHOWN = 60
_MOST_KEPT = 1000


class StateRefused(Exception):
    """A state file that must not be used nor replaced; the text says where, what, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedState:
    """What the state file holds. ``revision`` grows by one with each write; states in JSON form."""

    account: int
    written_ms: int
    revision: int
    symbols: Mapping[str, Json]
    account_state: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt:
    """A state file that can't be read, and why."""

    reason: str


def write_state(disk: Disk, path: Path, state: SavedState) -> None:
    """Replace the file by ``state``, whole and durable, or raise ``OSError`` (as files.write_whole does)."""
    write_whole(disk, path, to_bytes(state))


def to_bytes(state: SavedState) -> bytes:
    """The file's content for a state."""
    return sealed(
        {
            "format": FORMAT,
            "version": VERSION,
            "account": state.account,
            "written_ms": state.written_ms,
            "revision": state.revision,
            "symbols": state.symbols,
            "account_state": state.account_state,
        }
    )


def sealed(document: Mapping[str, object]) -> bytes:
    """A document as a line of JSON that ends with the checksum of what stands before it."""
    body = orjson.dumps(document).removesuffix(b"}")
    return body + _seal(body)


def _seal(body: bytes) -> bytes:
    checksum = hashlib.blake2b(body, digest_size=_CHECKSUM_BYTES).hexdigest()
    return b',"checksum":"%s"}\n' % checksum.encode()


def _is_sealed(payload: bytes) -> bool:
    body = payload[: -len(_seal(b""))]
    return payload == body + _seal(body)


def read_state(disk: Disk, path: Path, account: int) -> SavedState | Corrupt | None:
    """The state of ``account`` in the file: see the table above."""
    try:
        payload = disk.read_bytes(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateRefused(f"{path}: cannot be read ({error.strerror}); mend its place and rights") from error
    return _from_bytes(payload, account, path)


def _from_bytes(payload: bytes, account: int, path: Path) -> SavedState | Corrupt:
    try:
        data = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        return Corrupt(reason=f"{len(payload)} bytes that are not JSON: {error}")
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return Corrupt(reason=f"no object with format {FORMAT!r}")
    version, owner = data.get("version"), data.get("account")
    if _is_count(version) and version > VERSION:
        raise StateRefused(
            f"{path}: has version {version}, this program knows {VERSION}: start the newer sol-trader, "
            "or move the file away to have the state rebuilt from the exchange"
        )
    if not _is_count(version) or version not in (*STEPS, VERSION):
        return Corrupt(reason=f"version {VERSION} or an older one expected, not {_shown(version)}")
    if not (_is_sealed(payload) if version >= _FIRST_SEALED else "checksum" not in data):
        return Corrupt(reason="its checksum does not fit: a disk or a hand has changed it")
    if _is_count(owner) and owner != account:
        raise StateRefused(
            f"{path}: belongs to account {owner:03d}, not to {account:03d}: put the right file here, "
            "or move this one away to have the state rebuilt from the exchange"
        )
    wrong = _wrong_part(data)
    if wrong:
        return Corrupt(reason=wrong)
    migrate(data, version)
    return SavedState(
        account=data["account"],
        written_ms=data["written_ms"],
        revision=data["revision"],
        symbols=data["symbols"],
        account_state=data["account_state"],
    )


def _wrong_part(data: dict[str, Any]) -> str:
    for name in ("account", "written_ms", "revision"):
        if not _is_count(data.get(name)):
            return f"{name}: a whole number expected, not {_shown(data.get(name))}"
    for name in ("symbols", "account_state"):
        if not isinstance(data.get(name), dict):
            return f"{name}: an object expected, not {type(data.get(name)).__name__}"
    return ""


def keep_aside(disk: Disk, path: Path, now_ms: int) -> Path:
    """Rename a file out of the way, never over another; gives the new path, stamped with ``now_ms``."""
    for number in range(_MOST_KEPT):
        again = f"-{number}" if number else ""
        target = path.with_name(f"{path.name}.kept-{file_stamp(now_ms)}{again}")
        try:
            move_aside(disk, path, target)
        except FileExistsError:
            continue
        return target
    raise StateRefused(f"{path}: {_MOST_KEPT} files are kept aside with this stamp; remove some")


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]} …"
