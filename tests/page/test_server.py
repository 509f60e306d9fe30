"""Page and metrics over real sockets: read-only, on loopback only by its names, and nobody is waited for."""

from __future__ import annotations

import gzip
import socket
import threading
from decimal import Decimal

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain

from actors.page.doors import MAX_CONNECTIONS, host_of, is_loopback
from tests.page.served import LOOPBACK, Stream, served
from tests.page.test_changes import a_note
from tests.store.reports import a_symbol, an_account
from tests.venue_process import DEADLINE_S, wait_for

PATHS = ("/", "/static/app.js", "/events", "/metrics", "/health", "/history/001", "/history/001/SOLUSDT")


def test_every_answer_allows_only_what_comes_from_the_page_itself() -> None:
    with served() as site:
        for path in (*PATHS, "/nowhere", "/static/nowhere.js"):
            answer = site.ask(path)
            assert answer.status == (404 if "nowhere" in path else 200), path
            assert (answer.getheader("Content-Security-Policy") or "").startswith("default-src 'self';"), path
            assert answer.getheader("X-Content-Type-Options") == "nosniff"
            assert answer.getheader("Access-Control-Allow-Origin") is None
            answer.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_changed_through_it(method: str) -> None:
    with served() as site:
        assert {site.ask(path, method).status for path in PATHS} == {405}


def test_head_gives_the_headers_alone() -> None:
    with served() as site:
        for path in PATHS:
            answer = site.ask(path, "HEAD")
            assert (answer.status, answer.read()) == (200, b"")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9108", "[::1]:1", "LOCALHOST.:80", "127.1.2.3"])
def test_loopback_answers_to_its_own_names(host: str) -> None:
    with served() as site:
        assert site.ask("/health", Host=host).read() == b"ok\n"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9108", "localhost.evil.example", ""])
def test_another_name_for_loopback_is_refused_on_every_path(host: str) -> None:
    with served() as site:
        assert {site.ask(path, Host=host).status for path in PATHS} == {421}


def test_where_the_network_may_look_any_name_of_the_machine_is_answered() -> None:
    with served() as site:
        site.page.stop()
        site.port = site.page.start("0.0.0.0")
        assert site.ask("/health", Host="bot:9108").read() == b"ok\n"


def test_addresses_beyond_loopback_are_told_apart() -> None:
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("::")
    assert is_loopback("::1")
    assert host_of("[::1]:9108") == "::1"
    assert host_of("::1") == "::1"


def test_a_file_outside_the_folder_cannot_be_asked_for() -> None:
    with served() as site:
        for path in ("/static/../page.py", "/static/%2e%2e/page.py", "/static//etc/passwd", "/static/"):
            assert site.ask(path).status == 404, path


def test_a_file_that_the_browser_has_is_not_sent_again_and_a_large_one_is_packed() -> None:
    path = "/static/vendor/lightweight-charts/lightweight-charts.standalone.production.mjs"
    with served() as site:
        whole, packed = site.ask(path), site.ask(path, Accept_Encoding="gzip")
        body = whole.read()
        assert gzip.decompress(packed.read()) == body
        assert packed.getheader("Content-Type") == "text/javascript; charset=utf-8"
        known = whole.getheader("ETag") or ""
        assert site.ask(path, If_None_Match=known).status == 304
        assert site.ask(path, If_None_Match='"another"').status == 200


def test_metrics_are_told_in_the_form_that_the_scraper_asks_for() -> None:
    with served() as site:
        site.counter.inc(3)
        text = site.ask("/metrics").read().decode()
        assert {family.name for family in plain(text)} >= {"soltrader_test_things"}
        asked = "application/openmetrics-text; version=1.0.0"
        told = site.ask("/metrics", Accept=asked)
        assert (told.getheader("Content-Type") or "").startswith("application/openmetrics-text")
        families = {family.name: family for family in open_metrics(told.read().decode())}
        assert families["soltrader_test_things"].samples[0].value == 3
        packed = site.ask("/metrics", Accept_Encoding="gzip")
        assert b"soltrader_test_things_total 3.0" in gzip.decompress(packed.read())


def test_a_stream_tells_the_state_once_and_then_what_changes() -> None:
    with served() as site:
        site.tell(a_note("before"))
        stream = site.stream()
        _, kind, state = stream.next()
        assert kind == "state"
        assert [event["text"] for event in state["events"]] == ["before"]
        site.tell(a_note("after"), an_account())
        _, change = stream.until("change")
        assert [event["text"] for event in change["events"]] == ["after"]
        assert change["accounts"]["001"]["change"] == "-9.5"
        stream.close()


def test_a_stream_that_breaks_goes_on_where_it_was() -> None:
    with served() as site:
        first = site.stream()
        known, _, _ = first.next()
        first.close()
        site.tell(a_note("missed"))
        again = site.stream(known)
        _, kind, change = again.next()
        assert (kind, [event["text"] for event in change["events"]]) == ("change", ["missed"])
        again.close()


def test_a_silent_stream_says_that_it_lives() -> None:
    with served() as site:
        stream = site.stream()
        stream.next()
        assert stream.next()[1] == "beat"
        stream.close()


def test_one_stream_too_many_is_refused_and_a_place_is_free_again_once_one_leaves() -> None:
    with served(max_streams=2) as site:
        streams = [site.stream(), site.stream()]
        for stream in streams:
            stream.next()
        refused = site.ask("/events")
        assert (refused.status, refused.getheader("Retry-After")) == (503, "5")
        streams[0].close()

        def let_in() -> bool:
            site.tell(a_note("something to write, so that the server sees who has left"))
            return site.ask("/events", "HEAD").status == 200

        wait_for(let_in, "a free place")
        streams[1].close()


def test_browsers_that_read_nothing_hold_up_neither_the_watch_nor_other_readers() -> None:
    with served() as site:
        deaf = [site.connect() for _ in range(5)]
        for each in deaf:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            each.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream = site.stream()
        stream.next()
        for number in range(20_000):  # far more than the sockets of those who don't read can hold
            site.tell(a_note("x" * 500 + str(number)))
        wait_for(lambda: _newest(stream).endswith("19999"), "the newest event")
        assert site.ask("/health").status == 200
        for each in deaf:
            each.close()
        stream.close()


def test_connections_beyond_the_bound_are_closed_and_those_within_it_are_served() -> None:
    with served() as site:
        kept = site.stream()
        kept.next()
        idle = [site.connect() for _ in range(MAX_CONNECTIONS - 1)]
        extra = site.connect()
        assert _closed_unread(extra)
        site.tell(a_note("still served"))
        assert kept.until("change")[1]["events"][-1]["text"] == "still served"
        for each in (*idle, extra):
            each.close()
        wait_for(lambda: _answers(site.port), "room again")


def _newest(stream: Stream) -> str:
    return str(stream.until("change")[1]["events"][-1]["text"])


def _closed_unread(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=DEADLINE_S) as one:
            one.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return one.recv(15).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def test_histories_are_told_by_range_and_wrong_ranges_are_refused() -> None:
    with served() as site:
        site.tell(a_symbol("SOLUSDT", last=Decimal(145)), an_account())
        answer = site.ask("/history/001?range=4h")
        assert answer.getheader("Content-Type") == "application/json"
        assert answer.read().startswith(b'{"step_s":20,"points":[[')
        assert site.ask("/history/001/SOLUSDT?range=1y").read() == b"range: one of 15m, 4h, 24h\n"
        assert site.ask("/history/007").read() == b'{"step_s":1,"points":[]}'
        assert site.ask("/history/7").status == 404


def test_a_port_that_is_taken_is_refused_and_another_may_be_tried() -> None:
    with served() as site:
        taken = site.port
        site.page.stop()
        with socket.create_server((LOOPBACK, taken)), pytest.raises(OSError, match="in use"):
            site.page.start(LOOPBACK, taken)
        assert site.page.start(LOOPBACK) > 0


def test_stopping_ends_open_streams_and_the_thread() -> None:
    with served() as site:
        stream = site.stream()
        stream.next()
        site.page.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "page"]
        with pytest.raises(ConnectionRefusedError):
            site.connect()
        site.page.stop()


@pytest.mark.parametrize("host", ["x" * 70 + ".com", "..ü..", "a b"])
def test_a_host_that_no_host_can_be_called_is_refused_as_an_address_is(host: str) -> None:
    with served() as site:
        site.page.stop()
        with pytest.raises(OSError, match=r"no host has such a name|not known|resolution"):
            site.page.start(host)


def test_nonsense_is_answered_with_400_and_leaves_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with served() as site, site.connect() as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n")
        assert connection.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.0 400")
    assert caplog.records == []
