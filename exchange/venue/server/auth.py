"""Who is asking: keys, signatures and time stamps (bybit-v5.md section 1). Pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

AHEAD_MS = 1_000
"""A request may carry a stamp from at most this far in the venue's future."""

DEFAULT_WINDOW_MS = 5_000


class AuthError(Exception):
    """A request that proves nothing: Bybit's code, its text, and the HTTP status it comes with."""

    def __init__(self, code: int, message: str, *, status: int = 200) -> None:
        self.code = code
        self.message = message
        self.status = status
        super().__init__(f"{code} {message}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The key and secret of one account of the venue."""

    account: str
    key: str
    secret: str


def simulated_credentials(count: int) -> tuple[Credentials, ...]:
    """Accounts 001 to ``count`` with the keys that everybody may know."""
    names = (f"{number:03d}" for number in range(1, count + 1))
    return tuple(Credentials(name, f"simulated-key-{name}", f"simulated-secret-{name}") for name in names)


def sign(secret: str, payload: bytes) -> str:
    """Lowercase hex HMAC-SHA256."""
    return hmac.digest(secret.encode(), payload, "sha256").hex()


def check_window(stamp: Any, window: Any, now_ms: int) -> None:
    """Refuse a stamp (ms, int or digits) outside ``now - window ≤ stamp < now + 1000`` with 10002."""
    stamp_ms, window_ms = whole(stamp), whole(window)
    if stamp_ms is None or window_ms is None:
        raise AuthError(10001, f"timestamp {stamp!r} and recv_window {window!r} must be whole milliseconds")
    if not now_ms - window_ms <= stamp_ms < now_ms + AHEAD_MS:
        raise AuthError(
            10002,
            "invalid request, please check your server timestamp or recv_window param. "
            f"req_timestamp[{stamp_ms}],server_timestamp[{now_ms}],recv_window[{window_ms}]",
        )


class Keyring:
    """The keys that open the venue."""

    def __init__(self, credentials: Iterable[Credentials]) -> None:
        self._by_key = {one.key: one for one in credentials}

    def check_rest(self, headers: Mapping[str, str], payload: bytes, now_ms: int) -> str:
        """The account that signed ``payload``: the raw query string of a GET, the raw body of a POST.

        Raises AuthError: HTTP 401 without a key, else 10001, 10002, 10003 or 10004.
        """
        key = headers.get("X-BAPI-API-KEY", "")
        if not key:
            raise AuthError(10003, "API key is missing from the headers.", status=401)
        stamp, signature = headers.get("X-BAPI-TIMESTAMP", ""), headers.get("X-BAPI-SIGN", "")
        if not stamp or not signature:
            raise AuthError(10001, "empty value: X-BAPI-TIMESTAMP or X-BAPI-SIGN")
        given_window = headers.get("X-BAPI-RECV-WINDOW", "")
        if not f"{key}{stamp}{signature}{given_window}".isascii():
            raise AuthError(10001, "the X-BAPI headers must be plain ASCII")
        credentials = self._by_key.get(key)
        if credentials is None:
            raise AuthError(10003, "API key is invalid.")
        check_window(stamp, given_window or DEFAULT_WINDOW_MS, now_ms)
        signed = f"{stamp}{key}{given_window}".encode() + payload
        if not hmac.compare_digest(sign(credentials.secret, signed).encode(), signature.encode()):
            raise AuthError(10004, "error sign! please check your signature generation algorithm.")
        return credentials.account

    def check_socket(self, args: Any, now_ms: int) -> str:
        """The account behind the ``args`` of an auth message: ``[key, expires_ms, hex]``."""
        if not isinstance(args, list) or len(args) != 3:
            raise AuthError(10001, "auth takes args [key, expires, signature]")
        key, expires, signature = args
        credentials = self._by_key.get(key) if isinstance(key, str) else None
        if credentials is None:
            raise AuthError(10003, "API key is invalid.")
        expires_ms = whole(expires)
        if expires_ms is None or expires_ms <= now_ms:
            raise AuthError(10002, f"expires[{expires}] is not after server_timestamp[{now_ms}]")
        right = sign(credentials.secret, f"GET/realtime{expires}".encode())
        if not hmac.compare_digest(right.encode(), str(signature).encode()):
            raise AuthError(10004, "error sign! please check your signature generation algorithm.")
        return credentials.account


def whole(value: Any) -> int | None:
    """A non-negative whole number given as int or as digits (pybit sends one, ccxt the other)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return None
