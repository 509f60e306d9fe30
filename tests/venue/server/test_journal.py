"""The journal: everything that happened, in order, and never a secret."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import requests

from exchange.venue.contract import PrivatePush
from exchange.venue.server.journal import Journal
from tests.venue.server.rig import RawRest, RawSocket, now_ms, resting
from tests.venue_process import DEADLINE_S, READY, ROOT, VenueProcess, venue_process, wait_for

TOPICS = ("order", "execution", "position", "wallet")


def trade_everything(venue: VenueProcess) -> None:
    """Fill, cancel, be refused: by REST and on the trading socket."""
    rest = RawRest(venue)
    rest.hedge_mode()
    assert rest.order(orderLinkId="filled", price="149.5").json()["retCode"] == 0
    assert rest.order(orderLinkId="filled").json()["retCode"] == 110072
    assert rest.order(orderLinkId="stays").json()["retCode"] == 0
    wait_for(lambda: len(venue.journal_rows("order")) >= 2, "both orders to rest")
    venue.control("price", symbol="SOLUSDT", price="149.4")
    with RawSocket(venue, "/v5/trade", "001") as trade:
        params = {"category": "linear", "symbol": "SOLUSDT", "orderLinkId": "stays"}
        assert trade.order("order.cancel", **params)["retCode"] == 0
    wait_for(lambda: {"Filled", "Cancelled"} <= statuses(venue), "the orders' ends")


def statuses(venue: VenueProcess) -> set[str]:
    return {row["orderStatus"] for row in venue.journal_rows("order")}


def test_the_journal_holds_what_a_listener_hears_in_the_same_order() -> None:
    with venue_process(scenario="manual") as venue, RawSocket(venue, "/v5/private", "001") as stream:
        stream.subscribe(*TOPICS)
        trade_everything(venue)
        for topic in TOPICS:
            written = venue.journal_rows(topic)
            while len(stream.rows(topic)) < len(written):
                stream.read()
            assert stream.rows(topic) == written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_venue_whose_journal_takes_no_more_says_so_and_ends() -> None:
    command = [sys.executable, "-m", "exchange.venue.server", "--scenario", "calm", "--journal", "/dev/full"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as venue:
        assert venue.stdout is not None
        url = venue.stdout.readline().removeprefix(READY).strip()
        requests.get(f"{url}/v5/market/time", timeout=DEADLINE_S)
        said = venue.communicate(timeout=DEADLINE_S)[1]
    assert venue.returncode == 1
    assert "venue: journal /dev/full: can't be written any more: No space left on device" in said
    assert "Traceback" not in said


def test_records_are_written_whether_or_not_anybody_listens() -> None:
    with venue_process(scenario="manual") as venue:
        trade_everything(venue)
        assert all(venue.journal(topic) for topic in TOPICS)
        assert {record["account"] for topic in TOPICS for record in venue.journal(topic)} == {"001"}


def test_time_never_goes_back_in_the_journal() -> None:
    with venue_process(scenario="mixed", speed=2000, limit_factor=1000) as venue:
        rest = RawRest(venue)
        rest.hedge_mode()
        for number in range(10):
            side, idx = ("Buy", 1) if number % 2 else ("Sell", 2)
            rest.order(orderType="Market", side=side, positionIdx=idx)
        wait_for(lambda: len(venue.journal("execution")) >= 10, "an execution of each order")
        stamps = [record["ts"] for record in venue.journal()]
        assert stamps == sorted(stamps)


def test_every_request_is_written_with_its_code_and_without_secrets() -> None:
    with venue_process(scenario="manual", limit_factor=1000) as venue:
        rest = RawRest(venue)
        rest.hedge_mode()
        requests.get(f"{venue.url}/v5/market/tickers?category=linear&symbol=SOLUSDT", timeout=10)
        rest.order(orderLinkId="one")
        rest.order(orderLinkId="two", qty="0.05")
        rest.post("/v5/order/create", resting(orderLinkId="forged"), x_bapi_sign="f" * 64)
        rest.post("/v5/order/create", resting(orderLinkId="late"), x_bapi_timestamp=str(now_ms() - 9000))
        item = {key: value for key, value in resting().items() if key != "category"}
        batch = [{**item, "orderLinkId": "b1"}, {**item, "orderLinkId": "one"}]
        rest.post("/v5/order/create-batch", {"category": "linear", "request": batch})
        written = [
            (one["op"], one["account"], one["retCode"], one.get("itemCodes"))
            for one in venue.journal("request")
        ]
        assert written[1:3] == [("market.tickers", "", 0, None), ("order.create", "001", 0, None)]
        assert written[3][2] in (0, 10001)  # a quantity off the step is refused or cut down, by seed
        assert written[4:] == [
            ("order.create", "", 10004, None),
            ("order.create", "", 10002, None),
            ("order.create-batch", "001", 0, [0, 110072]),
        ]
        assert venue.journal("request")[-1]["data"]["request"] == batch
        text = venue.journal_path.read_text()
        assert "simulated-secret" not in text
        assert "simulated-key" not in text
        assert "f" * 64 not in text


def test_after_a_kill_every_line_is_whole() -> None:
    with venue_process(scenario="manual", limit_factor=1000) as venue:
        rest = RawRest(venue)
        rest.hedge_mode()
        acknowledged = []
        for number in range(200):
            reply = rest.order(orderLinkId=f"n{number}", qty="0.1")
            assert reply.json()["retCode"] == 0
            acknowledged.append(f"n{number}")
        venue.stop(signal.SIGKILL)
        lines = venue.journal_path.read_bytes().split(b"\n")
        assert lines.pop() == b""
        records = [orjson.loads(line) for line in lines]
        asked = [one["data"] for one in records if one.get("op") == "order.create"]
        assert [data["orderLinkId"] for data in asked] == acknowledged


def test_a_frame_of_several_records_becomes_a_line_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.push(PrivatePush(account="001", topic="order", data=[{"a": "1"}, {"a": "2"}], at_ms=7))
    journal.close()
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"ts": 7, "topic": "order", "account": "001", "data": {"a": "1"}},
        {"ts": 7, "topic": "order", "account": "001", "data": {"a": "2"}},
    ]
