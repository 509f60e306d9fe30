"""Every layout that a released state file had is read to this day; newer ones are left alone.

``layouts/`` holds a file of each version, as that version's program wrote it on the same day of trading.
Whoever changes what a state holds finds the newest of them unreadable here: it then takes a new version in
state/store/migrations.py, a step that leads there, and a file of its own.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from exchange.venue.instruments import MAKER_FEE, TAKER_FEE
from messages.market import FeeRates
from messages.sides import Role, Side
from state.grid.model import GridState
from state.grid.start import begin
from state.store.codec import decode
from state.store.disk import RealDisk
from state.store.migrations import STEPS, VERSION
from state.store.state_file import Corrupt, SavedState, StateRefused, read_state, sealed, write_state

LAYOUTS = Path(__file__).parent / "layouts"
VERSIONS = sorted({*STEPS, VERSION})


def read(version: int) -> SavedState:
    saved = read_state(RealDisk(), LAYOUTS / f"version_{version}.json", 1)
    assert isinstance(saved, SavedState), saved
    return saved


def test_there_is_a_file_of_every_version() -> None:
    assert sorted(path.name for path in LAYOUTS.iterdir()) == [f"version_{n}.json" for n in VERSIONS]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_state_of_every_version_is_read_with_all_that_it_held(version: int) -> None:
    saved = read(version)
    assert (saved.revision, saved.account_state["environment"]) == (41, "simulated")
    state = decode(GridState, saved.symbols["SOLUSDT"])
    assert [(side.cycle, side.size) for side in state.sides] == [(2, Decimal("0.3")), (3, Decimal("0.3"))]
    assert state.long.book.entry_qty == Decimal("0.3")
    assert [order.name.role for order in state.orders_of(Side.LONG, *Role)] == [Role.TAKE_PROFIT, Role.ENTRY]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_state_of_every_version_begins_a_process_and_is_written_as_the_newest(
    version: int, tmp_path: Path
) -> None:
    saved = read(version)
    state = decode(GridState, saved.symbols["SOLUSDT"])
    fees = FeeRates(symbol="SOLUSDT", maker=MAKER_FEE, taker=TAKER_FEE)
    begun = begin(state.settings, state.instrument, fees, 1, state, saved.written_ms + 60_000)
    assert begun.orders.keys() == state.orders.keys()
    path = tmp_path / "001_bot_state.json"
    write_state(RealDisk(), path, saved)
    assert orjson.loads(path.read_bytes())["version"] == VERSION
    assert read_state(RealDisk(), path, 1) == saved


@pytest.mark.parametrize("version", VERSIONS)
def test_reading_leaves_the_file_as_it_is(version: int, tmp_path: Path) -> None:
    path = Path(shutil.copy(LAYOUTS / f"version_{version}.json", tmp_path))
    before = path.read_bytes()
    read_state(RealDisk(), path, 1)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_version_that_is_not_known_yet_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    content = orjson.dumps({"format": "sol-trader-state", "version": VERSION + 1, "whatever": [1]})
    path.write_bytes(content)
    with pytest.raises(StateRefused, match=f"has version {VERSION + 1}, this program knows {VERSION}: start"):
        read_state(RealDisk(), path, 1)
    assert path.read_bytes() == content


def test_a_newer_file_that_says_it_were_an_old_one_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    newest = orjson.loads((LAYOUTS / f"version_{VERSION}.json").read_bytes())
    path.write_bytes(orjson.dumps(newest | {"version": 1}))
    assert isinstance(read_state(RealDisk(), path, 1), Corrupt)


@pytest.mark.parametrize(
    "symbols", [{"SOLUSDT": None}, {"SOLUSDT": {"long": 1}}, {"SOLUSDT": {"long": {"leg": []}}}]
)
def test_a_step_leaves_what_it_does_not_know_to_the_codec(symbols: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    old = orjson.loads((LAYOUTS / "version_1.json").read_bytes())
    path.write_bytes(orjson.dumps(old | {"symbols": symbols}))
    saved = read_state(RealDisk(), path, 1)
    assert isinstance(saved, SavedState)
    assert saved.symbols == symbols


def test_a_file_whose_seal_was_made_anew_is_read(tmp_path: Path) -> None:
    path = tmp_path / "001_bot_state.json"
    newest = orjson.loads((LAYOUTS / f"version_{VERSION}.json").read_bytes())
    del newest["checksum"]
    path.write_bytes(sealed(newest | {"revision": 42}))
    saved = read_state(RealDisk(), path, 1)
    assert isinstance(saved, SavedState)
    assert saved.revision == 42
