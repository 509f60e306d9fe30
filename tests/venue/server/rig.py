"""Raw clients for the tests of the server: bytes and frames as they are on the wire, no library's manners."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import requests
import websocket

from tests.venue_process import DEADLINE_S, VenueProcess, wait_for

Frame = dict[str, Any]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class RawRest:
    """One account's REST calls, signed over exactly the text that is sent."""

    def __init__(self, venue: VenueProcess, account: str = "001") -> None:
        self.url = venue.url
        self.key, self.secret = f"simulated-key-{account}", f"simulated-secret-{account}"

    def headers(self, payload: str, **changed: str) -> dict[str, str]:
        """The headers of a signed request; ``changed`` by header name in lower case."""
        stamp, window = str(now_ms()), "5000"
        usual = {
            "x-bapi-api-key": self.key,
            "x-bapi-timestamp": stamp,
            "x-bapi-recv-window": window,
            "x-bapi-sign": sign(self.secret, stamp + self.key + window + payload),
        }
        return {**usual, **{name.replace("_", "-"): value for name, value in changed.items()}}

    def get(self, path: str, query: str = "", **changed: str) -> requests.Response:
        address = f"{self.url}{path}" + (f"?{query}" if query else "")
        return requests.get(address, headers=self.headers(query, **changed), timeout=DEADLINE_S)

    def post(self, path: str, body: dict[str, Any] | str, **changed: str) -> requests.Response:
        text = body if isinstance(body, str) else json.dumps(body)
        headers = self.headers(text, **changed)
        return requests.post(f"{self.url}{path}", data=text.encode(), headers=headers, timeout=DEADLINE_S)

    def order(self, **changed: Any) -> requests.Response:
        """Create a resting order far below the market, unless said otherwise."""
        return self.post("/v5/order/create", resting(**changed))

    def hedge_mode(self) -> None:
        """Switch to hedge mode; fine if it is on already."""
        body = {"category": "linear", "coin": "USDT", "mode": 3}
        assert self.post("/v5/position/switch-mode", body).json()["retCode"] in (0, 110025)


def resting(**changed: Any) -> dict[str, Any]:
    """A limit order for one SOL, 5 below the start price of 150: nothing but a lower print fills it."""
    usual = {
        "category": "linear",
        "symbol": "SOLUSDT",
        "side": "Buy",
        "positionIdx": 1,
        "orderType": "Limit",
        "qty": "1",
        "price": "149",
    }
    return {**usual, **changed}


class RawSocket:
    """One WebSocket connection; keeps every frame it has read."""

    def __init__(self, venue: VenueProcess, path: str, account: str = "", **options: Any) -> None:
        self.socket = websocket.create_connection(f"{venue.ws_url}{path}", timeout=DEADLINE_S, **options)
        self.frames: list[Frame] = []
        if account:
            self.reply = self.ask(auth_message(account))

    def send(self, message: Frame) -> None:
        self.socket.send(json.dumps(message))

    def read(self) -> Frame:
        """The next frame, waited for."""
        frame: Frame = json.loads(self.socket.recv())
        self.frames.append(frame)
        return frame

    def until(self, wanted: Callable[[Frame], Any]) -> Frame:
        """Read on to the first frame that is wanted."""
        return wait_for(lambda: frame if wanted(frame := self.read()) else None, "a frame")

    def ask(self, message: Frame) -> Frame:
        """Send and read on to the answer, known by op, or by id where one was sent."""
        self.send(message)
        if "reqId" in message:
            return self.until(lambda frame: frame.get("reqId") == message["reqId"])
        return self.until(lambda frame: frame.get("op") in (message["op"], "pong"))

    def subscribe(self, *topics: str) -> Frame:
        return self.ask({"op": "subscribe", "req_id": "s", "args": list(topics)})

    def order(self, op: str = "order.create", **changed: Any) -> Frame:
        """Send an order request on the trading socket and read its answer."""
        return self.ask(order_message(op, resting(**changed)))

    def rows(self, topic: str) -> list[Frame]:
        """The records of a topic read so far."""
        return [row for frame in self.frames if frame.get("topic") == topic for row in frame["data"]]

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def auth_message(account: str) -> Frame:
    expires = now_ms() + 10_000
    signature = sign(f"simulated-secret-{account}", f"GET/realtime{expires}")
    return {"op": "auth", "args": [f"simulated-key-{account}", expires, signature]}


def order_message(op: str, params: dict[str, Any]) -> Frame:
    header = {"X-BAPI-TIMESTAMP": str(now_ms())}
    return {"reqId": uuid4().hex, "header": header, "op": op, "args": [params]}
