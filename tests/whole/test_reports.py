"""Health, status, balance and analyze over a bot that trades: figures agree with its own summary."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from actors.exchanges import exchanges_for
from actors.reports.balance import as_json, from_exchange
from messages.sides import Side
from tests.reports.calling import called
from tests.reports.histories import History
from tests.venue_process import DEADLINE_S, wait_for
from tests.whole.command import Command, Done, closes_in, example_config, started
from tests.whole.harness import config, running_venue

D = Decimal


@pytest.fixture(scope="module")
def trading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A bot that has taken profit a few times."""
    folder = tmp_path_factory.mktemp("reports")
    example_config(folder, **{'data_dir = "data"': f'data_dir = "{folder / "data"}"'})
    arguments = ("--journal", "v.jsonl", "--summary", "s.json", "--scenario", "whipsaw", "--speed", "600")
    with started(folder, "run", "--config", "config.toml", *arguments) as command:
        command.wait_for(lambda: closes_in(folder / "v.jsonl") >= 4, "four closes")
        # The first row of figures comes with the first report, the closes' own reports soon after them.
        path = folder / "data" / "001_performance_metrics.csv"
        command.wait_for(lambda: path.exists() and path.read_text().count("\n") > 1, "a row of figures")
        yield command


def ask(command: Command, *words: str) -> Done:
    """Again, where a busy machine has kept the bot from answering in time."""

    def answered() -> Done | None:
        done = called(*words, "--config", str(command.folder / "config.toml"))
        late = "not answer" in done.text or "is the process well" in done.text
        return None if late else done

    return wait_for(answered, " ".join(words), deadline_s=3 * DEADLINE_S)


def resume(command: Command) -> None:
    """Again, where it is refused since something fills at this moment."""

    def resumed() -> Done | None:
        done = ask(command, "resume", "1")
        return None if "ask again" in done.err else done

    done = wait_for(resumed, "resume")
    assert done.code == 0, done.text


def told(command: Command, *words: str) -> Any:
    done = ask(command, *words, "--json")
    assert done.code == 0, done.text
    return orjson.loads(done.out)


def test_status_shows_what_the_terminal_view_shows(trading: Command) -> None:
    done = ask(trading, "status")
    assert done.code == 0, done.text
    for words in (
        "SIMULATED",
        "001 main",
        "equity",
        "realised",
        "SOLUSDT",
        "DOGEUSDT",
        "LONG",
        "SHORT",
        "levels",
    ):
        assert words in done.out
    seen = told(trading, "status")
    (account,) = seen["accounts"]
    assert seen["pid"] == trading.process.pid
    assert account["streams"] == {"private": True, "trading": True}
    sides = [symbol["live"][side] for symbol in account["symbols"] for side in ("long", "short")]
    assert all(D(side["size"]) >= 0 and side["max_levels"] == 7 for side in sides)
    assert D(account["live"]["equity_usdt"]) > 5_000


def test_watching_writes_a_line_a_second_until_ctrl_c(
    trading: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("actors.reports.status.sleep", wait)
    done = ask(trading, "status", "--watch", "--json")
    assert (done.code, done.err, waits) == (0, "", [1, 1, 1])
    times = [orjson.loads(line)["at_utc"] for line in done.out.splitlines()]
    assert (len(times), times) == (3, sorted(times))


def test_balance_is_the_process_s_own_with_realised_beside_the_change(trading: Command) -> None:
    (money,) = told(trading, "balance")["accounts"]
    assert (money["source"], money["trouble"]) == ("process", "")
    assert D(money["initial_margin_usdt"]) > 0
    assert D(money["maintenance_margin_usdt"]) < D(money["initial_margin_usdt"]) < D(money["equity_usdt"])
    assert D(money["realised_usdt"]) > 0
    assert D(money["equity_change_usdt"]) == D(money["equity_usdt"]) - 10_000
    assert "change of equity" in ask(trading, "balance").out


def test_a_bot_that_trades_is_told_in_every_line(trading: Command) -> None:
    seen = told_health(trading)
    checks = {check["check"]: check for check in seen["checks"]}
    # Nothing here hangs on how busy the machine is: how late a close was is told, not judged.
    by_time = {"TP latency", "mailboxes", "prices", "take profits"}
    bad = {name for name, check in checks.items() if check["mark"] == "bad"} - by_time
    assert bad == set(), seen
    assert checks["orphans"]["text"] == "0 in the last day"
    assert checks["state file"]["text"].startswith("whole, revision ")
    assert f"pid {trading.process.pid}" in checks["process"]["text"]
    assert f"pid {trading.process.pid}" in checks["lock"]["text"]
    assert "closes in the last day, p50" in checks["TP latency"]["text"]
    assert "of 2 symbols, the oldest" in checks["prices"]["text"] or checks["prices"]["mark"] != "ok"
    assert "maintenance rate " in checks["limits"]["text"]
    assert len(checks) == 21


def told_health(command: Command) -> Any:
    return orjson.loads(ask(command, "health", "--check-all", "--json").out)


def test_a_stopped_account_is_not_healthy_until_it_resumes(trading: Command) -> None:
    assert ask(trading, "stop", "1").code == 0
    done = ask(trading, "health")
    assert (done.code, "stopped (hold): stopped by a person" in done.out) == (1, True), done.text
    resume(trading)
    guard = next(check for check in told_health(trading)["checks"] if check["check"] == "guard")
    assert "neither stopped nor frozen" in guard["text"], guard


def test_what_the_files_tell_afterwards_is_what_the_run_has_summed_up(trading: Command) -> None:
    """The last test: it stops the bot."""
    done = trading.stop()
    assert done.code == 0, done.text
    summary = orjson.loads((trading.folder / "s.json").read_bytes())["accounts"][0]
    sheet = trading.folder / "a.png"
    (found,) = told(trading, "analyze", "--plot", str(sheet))["accounts"]
    assert D(found["total"]["realised_usdt"]) == D(summary["realised_usdt"])
    assert D(found["total"]["fees_usdt"]) == D(summary["fees_usdt"])
    closes = {(side["symbol"], side["side"]): side["closes"] for side in found["sides"]}
    for symbol in summary["symbols"]:
        for side, cycles in symbol["cycles_closed"].items():
            assert closes.get((symbol["symbol"], side), 0) == cycles
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert ask(trading, "status").code == ask(trading, "health").code == ask(trading, "balance").code == 1


def test_without_a_process_the_balance_is_read_from_the_exchange(tmp_path: Path) -> None:
    settings = config(tmp_path, {1: {"AUSDT": {}}})
    with running_venue("AUSDT") as venue:
        make = exchanges_for(settings, venue.url, {})
        (money,) = from_exchange(settings, make)
        assert (money.source, money.equity, money.realised, money.trouble) == ("exchange", 10_000, None, "")
        history = History(tmp_path, symbols=("AUSDT",)).minute("9900")
        history.cycle(Side.LONG, [("100", "1")], [("101", "1")], symbol="AUSDT")
        (money,) = from_exchange(settings, make)
        assert (money.change, money.realised) == (100, D("0.98"))
        dry = settings.accounts[0].model_copy(update={"dry_run": True})
        asleep = settings.model_copy(update={"accounts": (dry,)})
        assert "has recorded nothing" in from_exchange(asleep, make)[0].trouble
    (money,) = from_exchange(settings, make)
    assert (money.equity, "its wallet can't be read" in money.trouble) == (None, True)
    assert as_json([money])["accounts"][0]["equity_usdt"] is None
