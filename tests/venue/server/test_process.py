"""The venue as a process: its one line, its clean end, and what it says of options that can't be had."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.server.options import OptionsError, VenueOptions, parse, to_arguments
from tests.venue.server.rig import RawRest, RawSocket
from tests.venue_process import ROOT, venue_process, wait_for

HEADER = "open_time_ms,open,high,low,close,volume\n"


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "exchange.venue.server", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_under_load(number: int) -> None:
    with venue_process(scenario="mixed", limit_factor=1000) as venue:
        RawRest(venue).hedge_mode()
        with RawSocket(venue, "/v5/private", "001") as stream, RawSocket(venue, "/v5/trade", "001") as trade:
            stream.subscribe("order")
            for _ in range(20):
                trade.order(orderType="Market", qty="0.1")
            venue.control("fault", fault="hold_acks", hold=True)
            began = time.monotonic()
            assert venue.stop(number) == 0
            assert time.monotonic() - began < 5
        for line in venue.journal_path.read_text().splitlines():
            json.loads(line)
        with pytest.raises(requests.ConnectionError):
            requests.get(venue.url, timeout=5)


def test_it_prints_one_line_and_nothing_else() -> None:
    process = start("--port", "0", "--scenario", "calm")
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("venue ready on http://127.0.0.1:")
    assert requests.get(f"{line.split()[-1]}/v5/market/time", timeout=10).json()["retCode"] == 0
    assert requests.get(f"{line.split()[-1]}/control/state", timeout=10).status_code == 404
    process.terminate()
    rest, _ = process.communicate(timeout=60)
    assert (rest, process.returncode) == ("", 0)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--port", str(port), "--scenario", "calm")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert str(port) in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--scenario", "clam"], "did you mean calm"),
        (["--scenario", "manual"], "--control"),
        (["--speed", "0"], "speed"),
        (["--speed", "fast"], "not a number"),
        (["--speed", "NaN"], "speed"),
        (["--accounts", "1000"], "accounts"),
        (["--balance", "-1"], "balance"),
        (["--balance=Infinity"], "balance"),
        (["--symbols", "NOSUCHUSDT"], "NOSUCHUSDT=1.25"),
        (["--symbols", "NOSUCHUSDT=cheap"], "no number"),
        (["--symbols", "nonsense=1"], "nonsense"),
        (["--prices", "no/such_SOLUSDT.csv"], "no such file"),
        (["--prices", "a_SOLUSDT.csv", "--scenario", "calm"], "leave one"),
        (["--journal", "no/such/folder/journal"], "journal"),
        (["--port", "70000"], "port"),
        (["--seed", "-1"], "seed"),
        (["--wings", "2"], "--wings"),
    ],
)
def test_options_that_cannot_be_had_are_named_without_traceback(arguments: list[str], says: str) -> None:
    process = start(*arguments)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert says in errors
    assert "Traceback" not in errors
    assert output == ""


names = st.text("ABCXYZ", min_size=1, max_size=5).map(lambda name: f"{name}USDT")
options = st.builds(
    VenueOptions,
    port=st.integers(0, 65535),
    scenario=st.none() | st.just("calm"),
    speed=st.decimals("0.01", 100_000, places=2),
    seed=st.integers(0, 2**40),
    journal=st.none() | st.just(Path("data/journal.jsonl")),
    accounts=st.integers(1, 999),
    balance=st.decimals(0, 10**9, places=4),
    balances=st.lists(st.just("002=500.5") | st.just("010=7"), max_size=2).map(tuple),
    control=st.booleans(),
    symbols=st.lists(names, min_size=1, max_size=4, unique=True).map(tuple),
    limit_factor=st.integers(1, 1000),
)


@given(options)
def test_options_survive_the_way_over_the_command_line(given: VenueOptions) -> None:
    assert parse(to_arguments(given)) == given


def test_wrong_options_are_told_all_at_once() -> None:
    with pytest.raises(OptionsError) as refused:
        VenueOptions(port=-1, accounts=0, speed=Decimal(0))
    for name in ("port", "accounts", "speed"):
        assert name in str(refused.value)


@pytest.mark.parametrize("text", ["2=500", "002", "002=-1", "002=1e3", "002=", "٠٠٢=5"])
def test_a_balance_of_one_account_names_it_and_an_amount(text: str) -> None:
    with pytest.raises(OptionsError, match=r"balances .*: write an account and its USDT, such as 002=500"):
        VenueOptions(balances=(text,))


def test_accounts_begin_with_their_own_balances() -> None:
    with venue_process(scenario="manual", balance=900, balances=["002=500.5"]) as venue:
        for account, equity in (("001", "900"), ("002", "500.5"), ("003", "900")):
            reply = RawRest(venue, account).get("/v5/account/wallet-balance", "accountType=UNIFIED").json()
            assert Decimal(reply["result"]["list"][0]["totalEquity"]) == Decimal(equity)


def test_a_file_replayed_very_fast_skips_no_print_for_matching(tmp_path: Path) -> None:
    """Two days of minutes in a few seconds: the one dip in them fills the order that waits for it."""
    path = tmp_path / "made_SOLUSDT_1m.csv"
    bars = []
    for minute in range(2880):
        low = "140" if minute == 2000 else "150"
        bars.append(f"{1_750_000_000_000 + minute * 60_000},150,151,{low},150.5,1000\n")
    path.write_text(HEADER + "".join(bars))
    with venue_process(prices=[path], speed=50_000, control=True) as venue:
        rest = RawRest(venue)
        rest.hedge_mode()
        with RawSocket(venue, "/v5/public/linear") as stream:
            stream.subscribe("publicTrade.SOLUSDT", "tickers.SOLUSDT")
            assert rest.order(price="141", qty="0.1", orderLinkId="dip").json()["retCode"] == 0
            wait_for(lambda: venue.journal_rows("execution"), "the fill in the dip")
            assert venue.journal_rows("execution")[0]["orderLinkId"] == "dip"
            stream.until(lambda frame: frame.get("topic") == "tickers.SOLUSDT")
        assert venue.control("state")["audit"] == []


def test_symbols_that_the_venue_does_not_know_come_with_a_price() -> None:
    symbols = [f"COIN{number}USDT=0.5" for number in range(50)]
    with venue_process(scenario="manual", symbols=symbols) as venue:
        reply = requests.get(f"{venue.url}/v5/market/tickers?category=linear", timeout=10).json()
        assert len(reply["result"]["list"]) == 50
