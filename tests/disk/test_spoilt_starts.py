"""Accounts whose state file is spoilt, foreign or of another version: each is told, none harms another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from messages.sides import SIDES, Side
from state.store.migrations import VERSION
from state.store.state_file import sealed
from tests.venue_process import VenueProcess
from tests.whole.harness import Accounts, RunningBot, config, running_bot, running_venue
from tests.whole.pair import Pair

TORN, BINARY, OLDER, ALIEN, SWAPPED, NEWER = range(1, 7)
ACCOUNTS: Accounts = {
    number: {f"S{number}USDT": {}} for number in (TORN, BINARY, OLDER, ALIEN, SWAPPED, NEWER)
}
REFUSED = {
    ALIEN: "is of demo, this is simulated: give each environment a data_dir of its own",
    SWAPPED: "belongs to account 001, not to 005: put the right file here",
    NEWER: f"this program knows {VERSION}: start the newer sol-trader",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """The second life, and the files that it found."""

    bot: RunningBot
    venue: VenueProcess
    data: Path
    found: dict[int, bytes]

    def pair(self, number: int) -> Pair:
        return Pair(self.venue, self.bot, number, f"S{number}USDT")

    def state(self, number: int) -> Path:
        return self.data / f"{number:03d}_bot_state.json"


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Second]:
    data = tmp_path_factory.mktemp("data")
    with running_venue(*(f"S{number}USDT" for number in ACCOUNTS)) as venue:
        with running_bot(venue, config(data, ACCOUNTS)) as bot:
            for number in ACCOUNTS:
                Pair(venue, bot, number, f"S{number}USDT").wait_open()
        spoil(data)
        found = {number: (data / f"{number:03d}_bot_state.json").read_bytes() for number in ACCOUNTS}
        with running_bot(venue, config(data, ACCOUNTS)) as bot:
            for number in (TORN, BINARY, OLDER):
                Pair(venue, bot, number, f"S{number}USDT").wait_open(what="the same hedge again")
            yield Second(bot=bot, venue=venue, data=data, found=found)


def spoil(data: Path) -> None:
    """What disks, hands and other programs leave behind."""
    files = {number: data / f"{number:03d}_bot_state.json" for number in ACCOUNTS}
    whole = {number: orjson.loads(path.read_bytes()) for number, path in files.items()}
    for document in whole.values():
        del document["checksum"]
    for side in ("long", "short"):
        leg = whole[OLDER]["symbols"][f"S{OLDER}USDT"][side]["leg"]
        del leg["heard_seq"], leg["read_seq"]
    files[SWAPPED].write_bytes(files[TORN].read_bytes())
    files[TORN].write_bytes(files[TORN].read_bytes()[:-200])
    files[BINARY].write_bytes(bytes(range(256)) * 20)
    files[OLDER].write_bytes(orjson.dumps(whole[OLDER] | {"version": 1}))
    files[ALIEN].write_bytes(sealed(whole[ALIEN] | {"account_state": {"environment": "demo"}}))
    newer = {"format": "sol-trader-state", "version": VERSION + 1, "account": NEWER}
    files[NEWER].write_bytes(orjson.dumps(newer))


@pytest.mark.parametrize("number", [TORN, BINARY])
def test_what_cannot_be_read_is_kept_aside_alerted_and_rebuilt(second: Second, number: int) -> None:
    pair = second.pair(number)
    kept = list(second.data.glob(f"{number:03d}_bot_state.json.kept-*"))
    assert [path.read_bytes() for path in kept] == [second.found[number]]
    pair.wait_for(lambda: f"kept as {kept[0].name}, rebuilt" in second.bot.told(), "the alert")
    pair.wait_for(lambda: second.bot.tally(number).counted.get("state_spoilt") == 1, "the count")
    assert [pair.size(side) for side in SIDES] == [Decimal("0.5"), Decimal("0.5")]
    assert all(pair.covered(side) for side in SIDES)
    pair.price("100.60")
    pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "a take profit of the rebuilt hedge")


def test_an_older_version_is_read_and_goes_on_without_a_word(second: Second) -> None:
    pair = second.pair(OLDER)
    assert list(second.data.glob(f"{OLDER:03d}_bot_state.json.kept-*")) == []
    opened = [one for one in pair.requests("create") if "LO00" in one["orderLinkId"]]
    assert len(opened) == 1
    state = second.state(OLDER)
    pair.wait_for(lambda: orjson.loads(state.read_bytes())["version"] == VERSION, "today's version")


@pytest.mark.parametrize("number", REFUSED)
def test_what_belongs_elsewhere_refuses_its_account_and_is_not_touched(second: Second, number: int) -> None:
    (told,) = (one for one in second.bot._bot.refusals if one.startswith(f"account {number:03d} "))
    assert f"does not start: state: {second.state(number)}" in told
    assert REFUSED[number] in told
    assert second.state(number).read_bytes() == second.found[number]
    assert list(second.data.glob(f"{number:03d}_bot_state.json.kept-*")) == []
    assert second.pair(number).bot.tally(number).syncs == 0
