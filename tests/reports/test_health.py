"""The daily check: what must wake a person is bad, what is as it should be is not, and each says why."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actors.flag import write_flag, write_resumption
from actors.reports.health.check import as_json, findings, verdict
from actors.reports.health.files import file_findings
from actors.reports.health.findings import Finding, Mark, healthy
from actors.reports.health.live import account_findings, process_findings
from actors.reports.picture import Picture
from config import Config
from config.loader import check_document
from messages.events import Counted
from messages.guard import StopMode
from messages.reports import BalanceRead, StateWritten, SymbolReport, SyncFinished
from messages.sides import Side
from state.guard.model import StopDecided
from state.store.disk import RealDisk
from state.store.state_file import SavedState, write_state
from tests.config.documents import a_document
from tests.display.scenes import a_latency, a_stream
from tests.reports.histories import History
from tests.reports.pictures import a_picture
from tests.store.reports import NOW_MS, a_guard, a_side, a_symbol, an_account

D = Decimal
MINUTE_MS = 60_000


def a_priced(**changes: Any) -> SymbolReport:
    return a_symbol("SOLUSDT", **({"price_ms": NOW_MS} | changes))


def bare(*sides: Side, **changes: Any) -> SymbolReport:
    """A symbol of which these sides lack a right take profit."""
    long, short = (a_side(side, size=D(1), unprotected=side in sides) for side in Side)
    return a_priced(long=long, short=short, **changes)


def count(name: str, times: int) -> list[object]:
    return [Counted(account=1, symbol="", name=name)] * times


def reads(source: str, times: int) -> list[object]:
    return [BalanceRead(account=1, source=source)] * times


def losses(times: int) -> list[object]:
    return [a_stream(up) for _ in range(times) for up in (False, True)]


def failed_sync() -> SyncFinished:
    return SyncFinished(account=1, failure="no reply", took_ns=1, at_ms=NOW_MS)


def config(folder: Path | None = None) -> Config:
    return check_document(a_document(data_dir=str(folder or "data")), "test")


def marks(picture: Picture, *, standing: dict[str, Any] | None = None) -> Any:
    found = [
        *process_findings(picture, config()),
        *account_findings(picture, config(), {1: standing or {}}),
    ]
    assert all(finding.text for finding in found)
    return {finding.check: finding.mark for finding in found if finding.mark is not Mark.OK}


def test_a_calm_bot_is_healthy_in_every_line() -> None:
    assert marks(a_picture()) == {}


UNWELL: dict[str, tuple[list[object], dict[str, Mark]]] = {
    "a close acted on after 5 s": ([a_latency("5001", None)], {"TP latency": Mark.BAD}),
    "a close acted on after 1.5 s": ([a_latency("1500", None)], {"TP latency": Mark.LOOK}),
    "a close acted on after 20 ms": ([a_latency("20", "1")], {}),
    "an orphan": (count("orphan", 1), {"orphans": Mark.BAD}),
    "a recovery": (count("recovery", 1), {"recoveries": Mark.LOOK}),
    "two syncs for no gap": (count("resync", 2), {"resync loops": Mark.LOOK}),
    "a sync for a gap": (
        [*losses(1), *count("resync", 1)],
        {"feeds": Mark.LOOK},
    ),
    "three balance calls": (reads("waiting", 3), {"balance calls": Mark.LOOK}),
    "sixty-one balance calls": (reads("waiting", 61), {"balance calls": Mark.BAD}),
    "the guard's balance calls": (reads("guard", 100), {}),
    "a stream that is down": ([a_stream(False)], {"feeds": Mark.BAD}),
    "prices that are down": ([a_stream(False, "public", 0)], {"feeds": Mark.BAD}),
    "six losses in an hour": (losses(6), {"feeds": Mark.BAD}),
    "a sync that failed": ([failed_sync()], {"syncs": Mark.BAD}),
    "a stop": ([an_account(stopped="a loss")], {"guard": Mark.BAD}),
    "a paused side": (
        [a_priced(long=a_side(Side.LONG, status="paused"))],
        {"guard": Mark.LOOK},
    ),
    "a calm guard": ([a_guard()], {}),
    "a rule that only alerts": ([a_guard(holding=frozenset({"loss"}))], {"guard": Mark.LOOK}),
    "averaging that is frozen": (
        [a_guard(averaging_frozen=True, holding=frozenset({"early_freeze"}))],
        {"guard": Mark.LOOK},
    ),
    "a close that failed": ([a_guard(failures=(("SOLUSDT", 1),))], {"guard": Mark.LOOK}),
    "a rate near its rule": (
        [an_account(maintenance_rate=D("0.41")), a_guard()],
        {"limits": Mark.BAD},
    ),
    "a rate whose rule is off": (
        [an_account(maintenance_rate=D("0.41")), a_guard(maintenance_threshold=None)],
        {},
    ),
    "a loss near its rule": ([an_account(equity=D(9_590)), a_guard()], {"limits": Mark.LOOK}),
    "a loss whose rule is off": ([an_account(equity=D(9_000)), a_guard(loss_threshold=None)], {}),
    "a symbol without a price": ([a_priced(price_ms=0)], {"prices": Mark.BAD}),
    "a price of 21 s ago": ([a_priced(price_ms=NOW_MS - 21_000)], {"prices": Mark.LOOK}),
    "a price of 61 s ago": ([a_priced(price_ms=NOW_MS - 61_000)], {"prices": Mark.BAD}),
    "a take profit that the guard keeps away": (
        [a_priced(long=a_side(Side.LONG, withdrawn=True))],
        {"take profits": Mark.LOOK},
    ),
    "a restart": (count("actor_restart", 1), {"restarts": Mark.LOOK}),
    "six restarts": (count("actor_restart", 6), {"restarts": Mark.BAD}),
    "a state that is not written": (
        [StateWritten(account=1, failure="no space", took_ns=1, changes=1, at_ms=NOW_MS)],
        {"state file": Mark.BAD},
    ),
}


@pytest.mark.parametrize(("messages", "expected"), UNWELL.values(), ids=UNWELL)
def test_what_is_not_as_it_should_be_has_its_mark(messages: list[object], expected: dict[str, Mark]) -> None:
    assert marks(a_picture(*messages)) == expected


def test_a_slow_close_is_not_forgotten_over_a_thousand_quick_ones() -> None:
    picture = a_picture(a_latency("5001", None), *[a_latency("20", None)] * 1_500)
    assert marks(picture) == {"TP latency": Mark.BAD}
    (told,) = [each.text for each in account_findings(picture, config(), {}) if each.check == "TP latency"]
    assert told.startswith("the newest 1000 closes in the last day")


def test_what_is_long_ago_spoils_no_verdict() -> None:
    messages = (*count("orphan", 3), a_latency("9000", None), *losses(9), *reads("waiting", 99))
    now = a_picture(*messages)
    assert marks(now).keys() == {"orphans", "TP latency", "feeds", "balance calls"}
    assert marks(replace(now, now_ms=NOW_MS + 24 * 60 * MINUTE_MS)).keys() == {"syncs"}


def test_a_sync_that_is_overdue_and_a_grid_that_is_silent_are_bad() -> None:
    quiet = a_picture(a_priced(), now_ms=NOW_MS + 6 * MINUTE_MS)
    assert marks(quiet) == {"feeds": Mark.BAD, "prices": Mark.BAD, "syncs": Mark.BAD}


@pytest.mark.parametrize(
    ("after_ms", "expected"),
    [(3_000, {}), (3_001, {"take profits": Mark.LOOK}), (10_001, {"take profits": Mark.BAD})],
)
def test_how_long_a_side_has_no_right_take_profit_is_what_counts(
    after_ms: int, expected: dict[str, Mark]
) -> None:
    picture = a_picture(bare(Side.LONG), bare(Side.LONG, Side.SHORT), now_ms=NOW_MS + after_ms)
    assert marks(picture) == expected
    told = [each.text for each in account_findings(picture, config(), {}) if each.check == "take profits"]
    assert ("SOLUSDT LONG for" in told[0]) == bool(expected)


def test_a_side_that_is_protected_again_is_as_good_as_ever() -> None:
    assert marks(a_picture(bare(Side.LONG), bare(), now_ms=NOW_MS + 15_000)) == {}


@pytest.mark.parametrize(
    ("standing", "mark"),
    [
        ({"stopped": "a person", "mode": "hold", "frozen": ""}, Mark.BAD),
        ({"stopped": "", "mode": "hold", "frozen": "money runs short"}, Mark.LOOK),
        ({"silent": "its guard does not answer"}, Mark.BAD),
    ],
)
def test_the_guard_s_own_word_is_taken(standing: dict[str, Any], mark: Mark) -> None:
    assert marks(a_picture(), standing=standing) == {"guard": mark}


def test_a_report_that_still_tells_of_a_stop_is_older_than_the_guard_s_own_word() -> None:
    resumed = {"stopped": "", "mode": "hold", "frozen": ""}
    assert marks(a_picture(an_account(stopped="stopped by a person")), standing=resumed) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"clock_offset_ms": -1500}, {"clock": Mark.LOOK}),
        ({"mailboxes": {"001/grid/SOLUSDT": 101}}, {"mailboxes": Mark.LOOK}),
        ({"mailboxes": {"001/grid/SOLUSDT": 1001}}, {"mailboxes": Mark.BAD}),
        ({"refusals": ("account 002 does not start: keys",)}, {"process": Mark.BAD}),
    ],
)
def test_the_process_as_a_whole_is_looked_at(changes: dict[str, Any], expected: dict[str, Mark]) -> None:
    assert marks(a_picture(**changes)) == expected


# The files.


def write_saved(folder: Path, **changes: Any) -> Path:
    folder.mkdir(exist_ok=True)
    usual: dict[str, Any] = {
        "account": 1,
        "written_ms": NOW_MS,
        "revision": 7,
        "symbols": {},
        "account_state": {"environment": "simulated"},
    }
    path = folder / "001_bot_state.json"
    write_state(RealDisk(), path, SavedState(**(usual | changes)))
    return path


def of_files(folder: Path, *, serving: Picture | None = None) -> dict[str, Finding]:
    return {finding.check: finding for finding in file_findings(config(folder), serving=serving)}


def not_ok(folder: Path, *, serving: Picture | None = None) -> dict[str, Mark]:
    found = of_files(folder, serving=serving)
    return {name: each.mark for name, each in found.items() if each.mark is not Mark.OK}


def a_running(folder: Path, *messages: object, **changes: Any) -> Picture:
    """A bot that holds the lock of account 1."""
    (folder / ".001_lock").write_text("pid 4711 since 2026-01-01T00:00:00.000Z\n")
    return a_picture(*messages, **changes)


def test_sound_files_of_a_stopped_bot_are_fine(tmp_path: Path) -> None:
    write_saved(tmp_path)
    History(tmp_path).cycle(Side.LONG, [("100", "1")], [("101", "1")]).minute("10000")
    found = of_files(tmp_path)
    assert not_ok(tmp_path) == {}
    assert "revision 7" in found["state file"].text
    assert found["trades"].text == "2 rows, each readable"


def test_where_nothing_has_run_nothing_is_broken(tmp_path: Path) -> None:
    assert not_ok(tmp_path / "data") == {"disk": Mark.LOOK}
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("spoil", "check", "words"),
    [
        (lambda path: path.write_bytes(b'{"format": '), "state file", "not JSON"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"7", b"8", 1)), "state file", "checksum"),
        (lambda path: write_saved(path.parent, account=2), "state file", "belongs to account 002"),
        (
            lambda path: write_saved(path.parent, account_state={"environment": "demo"}),
            "state file",
            "is of demo, this is simulated",
        ),
        (
            lambda path: (path.parent / "001_trades_history.csv").write_text("time\n"),
            "trades",
            "begins not with the columns",
        ),
        (
            lambda path: (path.parent / "001_performance_metrics.csv").write_text("time\n"),
            "performance",
            "begins not with the columns",
        ),
    ],
)
def test_a_spoilt_file_is_bad_and_says_why(tmp_path: Path, spoil: Any, check: str, words: str) -> None:
    spoil(write_saved(tmp_path))
    found = of_files(tmp_path)
    assert (found[check].mark, words in found[check].text) == (Mark.BAD, True), found[check].text
    assert set(not_ok(tmp_path)) == {check}


def test_trades_of_another_account_and_a_spoilt_older_file_of_figures_are_bad(tmp_path: Path) -> None:
    write_saved(tmp_path)
    History(tmp_path, 2).cycle(Side.LONG, [("100", "1")], [("101", "1")])
    (tmp_path / "002_trades_history.csv").rename(tmp_path / "001_trades_history.csv")
    History(tmp_path).minute("10000")
    (tmp_path / "001_performance_metrics.csv.1").write_text("time\n")
    found = of_files(tmp_path)
    assert "has trades of account 002, not only of 001" in found["trades"].text
    assert "metrics.csv.1: begins not with the columns" in found["performance"].text
    assert not_ok(tmp_path) == {"trades": Mark.BAD, "performance": Mark.BAD}


def test_a_state_that_others_may_read_and_old_spoilt_ones_are_worth_a_look(tmp_path: Path) -> None:
    path = write_saved(tmp_path)
    path.chmod(0o644)
    assert f"chmod 600 {path}" in of_files(tmp_path)["state file"].text
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    (tmp_path / "001_bot_state.json.kept-20260101T000000.000Z").write_bytes(b"")
    found = of_files(tmp_path)["state file"]
    assert (found.mark, "1 unreadable ones" in found.text) == (Mark.LOOK, True)


def test_a_flag_is_bad_until_a_person_resumes(tmp_path: Path) -> None:
    write_saved(tmp_path)
    flag = tmp_path / ".001_emergency_stop"
    stop = StopDecided(reason="a loss", mode=StopMode.HOLD, evidence={}, emergency=True)
    write_flag(RealDisk(), flag, 1, stop, NOW_MS)
    assert not_ok(tmp_path) == {"flag": Mark.BAD}
    assert "stopped (hold): a loss; `resume 1`" in of_files(tmp_path)["flag"].text
    write_resumption(RealDisk(), flag, 1)
    assert not_ok(tmp_path) == {}


def test_a_lock_of_a_live_process_that_serves_nothing_is_bad(tmp_path: Path) -> None:
    write_saved(tmp_path)
    lock = tmp_path / ".001_lock"
    lock.write_text(f"pid {os.getpid()} since 2026-01-01T00:00:00.000Z\n")
    assert not_ok(tmp_path) == {"lock": Mark.BAD}
    picture = a_picture(pid=os.getpid())
    assert of_files(tmp_path, serving=picture)["lock"].mark is Mark.OK
    for text in (
        "pid 999999999 since long ago\n",
        "pid x\n",
        "pid \u00b2 since\n",
        f"pid {'9' * 5000} s\n",
        "",
    ):
        lock.write_text(text)
        assert not_ok(tmp_path) == {}
        assert of_files(tmp_path, serving=picture)["lock"].mark is Mark.BAD


def test_a_lock_that_nobody_holds_is_as_it_should_be_where_its_account_has_not_started(
    tmp_path: Path,
) -> None:
    picture = a_picture()
    idle = replace(picture.model.accounts[1], report=None)
    picture = replace(picture, model=replace(picture.model, accounts={1: idle}))
    assert not_ok(tmp_path, serving=picture) == {}
    (tmp_path / ".001_lock").write_text(f"pid {os.getpid()} since 2026-01-01T00:00:00.000Z\n")
    assert not_ok(tmp_path, serving=picture) == {"lock": Mark.BAD}


def test_files_that_are_gone_while_the_account_trades_are_bad(tmp_path: Path) -> None:
    written = StateWritten(account=1, failure="", took_ns=1, changes=1, at_ms=NOW_MS)
    picture = a_running(tmp_path, written)
    late = replace(picture, now_ms=picture.model.started_ms + 6 * MINUTE_MS)
    gone = of_files(tmp_path, serving=late)
    assert {check for check, found in gone.items() if found.mark is Mark.BAD} == {
        "state file",
        "trades",
        "performance",
    }
    assert all("is gone" in gone[check].text for check in ("state file", "trades", "performance"))
    early = replace(picture, now_ms=picture.model.started_ms + 4 * MINUTE_MS)
    assert not_ok(tmp_path, serving=early).keys() == {"state file", "trades"}


def test_figures_that_a_running_bot_no_longer_writes_are_bad(tmp_path: Path) -> None:
    write_saved(tmp_path)
    history = History(tmp_path).minute("10000")
    picture = a_running(tmp_path)
    picture = replace(picture, model=replace(picture.model, started_ms=history.now_ms - 60 * MINUTE_MS))
    for age, expected in ((4, {}), (6, {"performance": Mark.BAD})):
        now = replace(picture, now_ms=history.now_ms + age * MINUTE_MS)
        assert not_ok(tmp_path, serving=now) == expected
    just_begun = replace(now, model=replace(now.model, started_ms=now.now_ms - MINUTE_MS))
    assert not_ok(tmp_path, serving=just_begun) == {}


def test_what_can_t_be_looked_at_is_bad_and_hides_nothing_else(tmp_path: Path) -> None:
    found = of_files(tmp_path / ("x" * 300))  # a name that no disk takes: looking fails, also for root
    bad = {check for check, each in found.items() if each.mark is Mark.BAD}
    assert bad == {"disk", "state file", "trades", "performance", "flag"}
    assert "File name too long" in found["trades"].text


def test_without_a_process_the_verdict_is_bad_and_the_files_are_looked_at(
    tmp_path: Path,
) -> None:
    write_saved(tmp_path)
    found = findings(config(tmp_path))
    assert not healthy(found)
    assert verdict(found) == "not healthy: 1 of 7 checks are bad"
    told = as_json(found)
    assert told["healthy"] is False
    assert [check["check"] for check in told["checks"] if check["mark"] == "bad"] == ["process"]
    assert {check["account"] for check in told["checks"]} == {None, 1}
