"""Keys, signatures and stamps: who gets in, and with which code the others are turned away."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.server.auth import AuthError, Keyring, check_window, simulated_credentials

NOW = 1_760_000_000_000
KEYS = Keyring(simulated_credentials(2))
KEY, SECRET = "simulated-key-002", "simulated-secret-002"


def headers(payload: bytes, **changed: str) -> dict[str, str]:
    """Headers as Bybit's documents describe them, written independently of the venue."""
    given = {"key": KEY, "stamp": str(NOW), "window": "5000", **changed}
    text = given["stamp"] + given["key"] + given["window"]
    right = hmac.new(SECRET.encode(), text.encode() + payload, hashlib.sha256).hexdigest()
    return {
        "X-BAPI-API-KEY": given["key"],
        "X-BAPI-TIMESTAMP": given["stamp"],
        "X-BAPI-SIGN": given.get("sign", right),
        "X-BAPI-RECV-WINDOW": given["window"],
    }


def code_of(given: dict[str, str], payload: bytes = b"") -> int:
    with pytest.raises(AuthError) as refused:
        KEYS.check_rest(given, payload, NOW)
    return refused.value.code


@given(st.binary())
def test_a_signature_over_the_raw_bytes_opens_the_account(payload: bytes) -> None:
    assert KEYS.check_rest(headers(payload), payload, NOW) == "002"


@given(st.binary(), st.binary())
def test_a_signature_over_other_bytes_is_10004(signed: bytes, sent: bytes) -> None:
    if signed != sent:
        assert code_of(headers(signed), sent) == 10004


def test_a_missing_key_is_http_401() -> None:
    with pytest.raises(AuthError) as refused:
        KEYS.check_rest({}, b"", NOW)
    assert refused.value.status == 401


def test_unknown_keys_and_missing_stamps_have_codes_of_their_own() -> None:
    assert code_of(headers(b"", key="simulated-key-003")) == 10003
    assert code_of(headers(b"", stamp="")) == 10001
    assert code_of(headers(b"", sign="")) == 10001
    assert code_of(headers(b"", stamp="soon")) == 10001
    assert code_of(headers(b"", window="-1")) == 10001


@pytest.mark.parametrize(("ago_ms", "accepted"), [(5000, True), (5001, False), (-999, True), (-1000, False)])
@pytest.mark.parametrize("as_type", [int, str])
def test_the_window_reaches_back_to_its_length_and_a_second_ahead(
    ago_ms: int, accepted: bool, as_type: Any
) -> None:
    if accepted:
        check_window(as_type(NOW - ago_ms), as_type(5000), NOW)
    else:
        with pytest.raises(AuthError, match="10002"):
            check_window(as_type(NOW - ago_ms), as_type(5000), NOW)


@given(st.text())
def test_strange_header_texts_are_refused_and_never_crash(text: str) -> None:
    for name in headers(b""):
        given = {**headers(b""), name: text}
        if given != headers(b""):
            with pytest.raises(AuthError):
                KEYS.check_rest(given, b"", NOW)


def socket_args(expires: int | str, key: str = KEY, secret: str = SECRET) -> list[Any]:
    text = f"GET/realtime{expires}"
    return [key, expires, hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()]


@pytest.mark.parametrize("expires", [NOW + 1, str(NOW + 10_000)])
def test_socket_auth_takes_expiry_as_number_or_text(expires: int | str) -> None:
    assert KEYS.check_socket(socket_args(expires), NOW) == "002"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (socket_args(NOW), 10002),
        (socket_args(NOW + 1, key="simulated-key-999"), 10003),
        (socket_args(NOW + 1, secret="guessed"), 10004),
        ([KEY, NOW + 1, None], 10004),
        ([KEY, None, "x"], 10002),
        ([[], {}, 1], 10003),
        ("KEY", 10001),
        (None, 10001),
        ([], 10001),
    ],
)
def test_bad_socket_auth_is_refused_by_code(args: Any, code: int) -> None:
    with pytest.raises(AuthError) as refused:
        KEYS.check_socket(args, NOW)
    assert refused.value.code == code
