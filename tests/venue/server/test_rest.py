"""REST on the wire: statuses, envelopes, headers, and signatures over the raw bytes."""

import json

import pytest
import requests

from exchange.venue.desk import OPERATIONS
from exchange.venue.server.routes import ROUTES
from tests.venue.server.rig import RawRest, now_ms
from tests.venue_process import VenueProcess


def test_every_operation_of_the_core_has_a_path() -> None:
    assert set(ROUTES) == set(OPERATIONS)


def test_a_public_reply_has_the_envelope_and_no_rate_headers(venue: VenueProcess) -> None:
    reply = requests.get(f"{venue.url}/v5/market/time", timeout=10)
    body = reply.json()
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert set(body) == {"retCode", "retMsg", "result", "retExtInfo", "time"}
    assert body["retCode"] == 0
    assert type(body["time"]) is int
    assert body["result"]["timeSecond"] == str(body["time"] // 1000)
    assert "X-Bapi-Limit" not in reply.headers


def test_a_private_reply_tells_the_rate_figures(venue: VenueProcess) -> None:
    reply = RawRest(venue).get("/v5/account/info")
    assert int(reply.headers["X-Bapi-Limit"]) == 50_000
    assert int(reply.headers["X-Bapi-Limit-Status"]) < 50_000
    assert abs(int(reply.headers["X-Bapi-Limit-Reset-Timestamp"]) - now_ms()) < 60_000
    assert reply.headers["Traceid"]
    assert abs(int(reply.headers["Timenow"]) - now_ms()) < 60_000


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v5/order/create"),
        ("POST", "/v5/order/realtime"),
        ("GET", "/v5/no/such"),
        ("GET", "/v5/"),
        ("GET", "/"),
        ("DELETE", "/v5/market/time"),
    ],
)
def test_bad_paths_and_methods_are_404(venue: VenueProcess, method: str, path: str) -> None:
    assert requests.request(method, f"{venue.url}{path}", timeout=10).status_code == 404


def test_a_private_request_without_key_is_401(venue: VenueProcess) -> None:
    reply = requests.post(f"{venue.url}/v5/order/create", json={}, timeout=10)
    assert reply.status_code == 401


def test_wrong_signatures_stamps_and_keys_are_refused_by_code(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    path = "/v5/account/info"
    assert rest.get(path).json()["retCode"] == 0
    assert rest.get(path, x_bapi_sign="0" * 64).json()["retCode"] == 10004
    assert rest.get(path, x_bapi_timestamp=str(now_ms() - 6000)).json()["retCode"] == 10002
    assert rest.get(path, x_bapi_timestamp=str(now_ms() + 60_000)).json()["retCode"] == 10002
    assert rest.get(path, x_bapi_api_key="nobody").json()["retCode"] == 10003


def test_the_signature_holds_for_the_query_as_it_was_sent(venue: VenueProcess) -> None:
    for query in (
        "symbol=SOLUSDT&category=linear",
        "category=linear&symbol=SOLUSDT",
        "category=linear&symbol=SOLUSDT&cursor=a%3D1%26b",
        "category=linear&settleCoin=USDT&symbol=",
    ):
        assert RawRest(venue).get("/v5/order/realtime", query).json()["retCode"] != 10004, query


def test_the_signature_holds_for_the_body_as_it_was_sent(venue: VenueProcess) -> None:
    body = '{ "category":"linear",  "symbol":"SOLUSDT",\n"buyLeverage":"9","sellLeverage":"9"}'
    assert RawRest(venue).post("/v5/position/set-leverage", body).json()["retCode"] in (0, 110043)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        '{"category":"linear","symbol":"SOLUSDT","qty":1.5}',
        '{"category":{"a":[]},"symbol":7,"side":null}',
        '{"qty":1e999}',
        json.dumps({"category": "linear", "request": "all"}),
    ],
)
@pytest.mark.parametrize("path", ["/v5/order/create", "/v5/order/create-batch", "/v5/order/cancel-all"])
def test_malformed_bodies_are_10001_and_no_crash(venue: VenueProcess, path: str, body: str) -> None:
    reply = RawRest(venue).post(path, body)
    assert (reply.status_code, reply.json()["retCode"]) == (200, 10001)


def test_bytes_that_are_no_text_are_refused_and_no_crash(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    raw = b"\xff\xfe\x00"
    reply = requests.post(f"{venue.url}/v5/order/create", data=raw, headers=rest.headers(""), timeout=10)
    assert reply.json()["retCode"] == 10001
    strange = rest.headers("", x_bapi_api_key="k\xe9y")
    assert (
        requests.get(f"{venue.url}/v5/account/info", headers=strange, timeout=10).json()["retCode"] == 10001
    )
