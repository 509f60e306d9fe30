"""The state file is the old or the new state, whatever happens between."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.store.disk import RealDisk
from state.store.migrations import VERSION
from state.store.state_file import (
    Corrupt,
    SavedState,
    StateRefused,
    keep_aside,
    read_state,
    sealed,
    to_bytes,
    write_state,
)

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 60
STATE = SavedState(
    account=1,
    written_ms=1_767_225_600_000,
    revision=7,
    symbols={"SOLUSDT": {"size": "1.50"}},
    account_state={"peak": "10000"},
)
OLDER = SavedState(account=1, written_ms=0, revision=6, symbols={}, account_state={})


def test_a_state_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    write_state(RealDisk(), path, STATE)
    assert read_state(RealDisk(), path, 1) == STATE


def test_a_state_that_was_never_written_is_a_first_start(tmp_path: Path) -> None:
    assert read_state(RealDisk(), tmp_path / "001_bot_state.json", 1) is None


def test_only_its_owner_may_read_the_state_file(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    path.write_bytes(b"{}")
    path.chmod(0o644)
    write_state(RealDisk(), path, STATE)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("owner", "step"), [(os, "fsync"), (os, "replace")])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, step: str
) -> None:
    path = tmp_path / "001_bot_state.json"
    write_state(RealDisk(), path, OLDER)

    def fail(*_: Any) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(owner, step, fail)
    with pytest.raises(OSError, match="Input/output error"):
        write_state(RealDisk(), path, STATE)
    monkeypatch.undo()
    assert read_state(RealDisk(), path, 1) == OLDER
    assert list(tmp_path.iterdir()) == [path]


TOO_LARGE = """
import resource, sys
from pathlib import Path
from state.store.disk import RealDisk
from state.store.files import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
try:
    write_whole(RealDisk(), Path(sys.argv[1]), b"x" * 100_000)
except OSError as error:
    sys.exit(error.strerror)
"""


def test_a_disk_that_takes_only_half_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    write_state(RealDisk(), path, OLDER)
    command = [sys.executable, "-c", TOO_LARGE, str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr.strip() == os.strerror(errno.EFBIG)
    assert read_state(RealDisk(), path, 1) == OLDER
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_writer_left_is_replaced_by_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    (tmp_path / ".001_bot_state.json.new").write_bytes(b'{"half')
    write_state(RealDisk(), path, STATE)
    assert list(tmp_path.iterdir()) == [path]


WRITER = """
import sys
from pathlib import Path
from state.store.disk import RealDisk
from state.store.state_file import SavedState, write_state
path = Path(sys.argv[1])
for revision in range(1, 1_000_000):
    symbols = {"SOLUSDT": {"filler": "x" * (revision % 7 * 9_000)}}
    state = SavedState(account=1, written_ms=0, revision=revision, symbols=symbols, account_state={})
    write_state(RealDisk(), path, state)
    print(revision, flush=True)
"""


@pytest.mark.parametrize("told_before_the_kill", [1, 2, 5, 11])
def test_a_killed_writer_leaves_a_whole_state_no_older_than_the_last_it_told(
    tmp_path: Path, told_before_the_kill: int
) -> None:
    path = tmp_path / "001_bot_state.json"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            for _ in range(told_before_the_kill):
                assert writer.stdout.readline()
        finally:
            writer.send_signal(signal.SIGKILL)
        told = [told_before_the_kill, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    saved = read_state(RealDisk(), path, 1)
    assert isinstance(saved, SavedState)
    assert saved.revision >= told[-1]


def test_a_reader_beside_the_writer_sees_only_whole_states(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    write_state(RealDisk(), path, OLDER)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as writer:
        try:
            seen: set[int] = set()
            deadline = time.monotonic() + DEADLINE_SECONDS
            while len(seen) < 5 and time.monotonic() < deadline:
                saved = read_state(RealDisk(), path, 1)
                assert isinstance(saved, SavedState)
                seen.add(saved.revision)
        finally:
            writer.kill()
    assert len(seen) >= 5


@given(st.data())
def test_a_torn_state_is_corrupt_and_says_why(data: st.DataObject) -> None:
    whole = to_bytes(STATE)
    cut = data.draw(st.integers(0, len(whole) - 2))
    assert isinstance(_read(whole[:cut]), Corrupt)


@given(st.binary())
def test_any_bytes_are_a_state_or_corrupt_and_never_a_traceback(payload: bytes) -> None:
    assert isinstance(_read(payload), Corrupt)


ENVELOPE = {name: part for name, part in orjson.loads(to_bytes(STATE)).items() if name != "checksum"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "another"}, "no object with format 'sol-trader-state'"),
        ({"version": 0}, f"version {VERSION} or an older one expected, not 0"),
        ({"version": True}, f"version {VERSION} or an older one expected, not True"),
        ({"account": "1"}, "account: a whole number expected, not '1'"),
        ({"revision": None}, "revision: a whole number expected, not None"),
        ({"written_ms": -1}, "written_ms: a whole number expected, not -1"),
        ({"symbols": []}, "symbols: an object expected, not list"),
        ({"account_state": None}, "account_state: an object expected, not NoneType"),
    ],
)
def test_a_state_with_a_wrong_part_is_corrupt_and_names_it(change: dict[str, Any], reason: str) -> None:
    assert _read(sealed(ENVELOPE | change)) == Corrupt(reason=reason)


def test_another_accounts_state_is_refused_and_not_called_corrupt() -> None:
    with pytest.raises(StateRefused, match="belongs to account 002, not to 001: put the right file here"):
        _read(sealed(ENVELOPE | {"account": 2}))


def test_a_newer_programs_state_is_refused_and_not_called_corrupt() -> None:
    text = f"has version {VERSION + 1}, this program knows {VERSION}: start the newer"
    with pytest.raises(StateRefused, match=text):
        _read(orjson.dumps(ENVELOPE | {"version": VERSION + 1}))


def test_a_state_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateRefused, match=r"cannot be read \(Is a directory\)"):
        read_state(RealDisk(), tmp_path, 1)


def test_a_file_kept_aside_never_replaces_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    kept = []
    for content in (b"first", b"second"):
        path.write_bytes(content)
        kept.append(keep_aside(RealDisk(), path, 1_767_225_600_123))
    assert not path.exists()
    assert [file.name for file in kept] == [
        "001_bot_state.json.kept-20260101T000000.123Z",
        "001_bot_state.json.kept-20260101T000000.123Z-1",
    ]
    assert [file.read_bytes() for file in kept] == [b"first", b"second"]


def _read(payload: bytes) -> SavedState | Corrupt | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001_bot_state.json"
        path.write_bytes(payload)
        return read_state(RealDisk(), path, 1)
