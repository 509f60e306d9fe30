"""The state file, spoilt: it is read as it was written or not at all, and the unreadable is kept aside."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.flag import read_flag
from actors.start import Remembered, StartRefused, remember
from state.store.disk import RealDisk
from state.store.state_file import Corrupt, SavedState, StateRefused, read_state, sealed
from tests.fuzz.spoiling import Choose, choosing, spoil, spoil_bytes

LAYOUTS = Path(__file__).parents[1] / "store" / "layouts"
NEWEST = max(LAYOUTS.iterdir(), key=lambda path: int(path.stem.removeprefix("version_")))
WHOLE = NEWEST.read_bytes()
DOCUMENT: dict[str, Any] = {k: v for k, v in orjson.loads(WHOLE).items() if k != "checksum"}
OLDEST = orjson.loads((LAYOUTS / "version_1.json").read_bytes())
NOW_MS = 1_760_000_100_000


def read(payload: bytes) -> SavedState | Corrupt | StateRefused:
    """What becomes of a file's content; reading changes nothing."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001_bot_state.json"
        path.write_bytes(payload)
        try:
            found = read_state(RealDisk(), path, 1)
        except StateRefused as refusal:
            return refusal
        finally:
            assert path.read_bytes() == payload
        assert found is not None
        return found


def begin(payload: bytes) -> tuple[Remembered | StartRefused, dict[str, bytes]]:
    """What a start makes of a file's content, and the files that there are then."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001_bot_state.json"
        path.write_bytes(payload)
        found: Remembered | StartRefused
        try:
            found = remember(RealDisk(), path, 1, "simulated", NOW_MS)
        except StartRefused as refusal:
            found = refusal
        return found, {file.name: file.read_bytes() for file in Path(folder).iterdir()}


@settings(deadline=None, max_examples=200)
@given(choosing())
def test_bytes_that_have_changed_are_never_read_as_another_state(choose: Choose) -> None:
    payload = spoil_bytes(WHOLE, choose)
    found = read(payload)
    assert isinstance(found, Corrupt | StateRefused) or payload == WHOLE


@settings(deadline=None, max_examples=100)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_single_byte_that_has_changed_is_noticed(at: int, by: int) -> None:
    flipped = bytes((WHOLE[at] ^ by,))
    assert isinstance(read(WHOLE[:at] + flipped + WHOLE[at + 1 :]), Corrupt | StateRefused)


@settings(deadline=None, max_examples=200)
@given(choosing(), st.sampled_from([DOCUMENT, OLDEST]), st.integers(1, 3))
def test_a_start_on_a_spoilt_document_never_breaks_and_loses_none_of_it(
    choose: Choose, document: dict[str, Any], times: int
) -> None:
    spoilt = spoil(document, choose, times=times)
    try:
        payload = orjson.dumps(spoilt) if document is OLDEST else sealed(spoilt)
    except TypeError:
        return  # what no program of ours could have written
    found, files = begin(payload)
    assert payload in files.values()
    if isinstance(found, StartRefused):
        assert files == {"001_bot_state.json": payload}
        assert ": " in str(found)
        assert any(advice in str(found) for advice in ("put ", "move ", "start ", "give "))
    elif found.spoilt:
        assert "001_bot_state.json" not in files
        assert "001_bot_state.json.kept-" in found.spoilt
    if isinstance(found, Remembered):
        assert all((grid.account, grid.symbol) == (1, symbol) for symbol, grid in found.grids.items())


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60) | choosing().map(lambda choose: spoil_bytes(b'{"reason":"a loss"}\n', choose)))
def test_a_flag_file_stops_whatever_stands_in_it(payload: bytes) -> None:
    with TemporaryDirectory() as folder:
        flag = Path(folder) / ".001_emergency_stop"
        flag.write_bytes(payload)
        told = read_flag(RealDisk(), flag)
    assert told is not None
    assert told.reason
