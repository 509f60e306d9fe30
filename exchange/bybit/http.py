"""pybit's HTTP session, made to sign and send only: no retry, no sleep, no judgement of replies.

What pybit would do on its own is switched off: retries after 10002 and 10006 with sleeps in the caller
(its code set is refilled if empty, so it holds -1), forced repetition, exceptions for every retCode. Its
exceptions carry the whole request in their text: none leaves this module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests
from pybit.exceptions import FailedRequestError
from pybit.unified_trading import HTTP
from urllib3.exceptions import HTTPError, NewConnectionError

from exchange.bybit.endpoints import Endpoints
from exchange.bybit.fields import parse_object
from exchange.bybit.keys import Keys
from exchange.clock import Clock
from exchange.errors import ExchangeError, Fatal, OutcomeUnknown, Refused, Retryable

RECV_WINDOW_MS: Final = 2000
CONNECT_S: Final = 3
READ_S: Final = 5

_HTTP_ADVICE: Final[Mapping[int, tuple[type[ExchangeError], str]]] = {
    400: (Refused, "a malformed request: compare with Bybit's v5 documents"),
    401: (Fatal, "the API key is missing or unknown: check key and environment"),
    403: (Retryable, "the IP address is over its limit (wait 10 minutes) or its region is blocked"),
    404: (Fatal, "no such path: check the environment's address"),
    429: (OutcomeUnknown, "the exchange protects itself: slow down, look orders up"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply: the parsed envelope and the response's headers (their names in any case)."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]


class Session(HTTP):  # type: ignore[misc]  # pybit has no types
    """pybit's session whose methods answer ``Reply``, or raise an ExchangeError; one thread only.

    ``signed_as(timestamp_ms, recv_window_ms)`` fixes the stamp of the next request; else it is the
    clock's and 2,000 ms.
    """

    def __init__(self, endpoints: Endpoints, keys: Keys, clock: Clock) -> None:
        super().__init__(
            api_key=keys.api_key,
            api_secret=keys.api_secret,
            timeout=(CONNECT_S, READ_S),
            recv_window=RECV_WINDOW_MS,
            force_retry=False,
            max_retries=1,
            retry_codes={-1},
        )
        self.endpoint = endpoints.rest
        self.client.trust_env = endpoints.proxied
        self._keys = keys
        self._clock = clock
        self._stamp: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"Session({self.endpoint!r})"  # pybit's, a dataclass's, shows key and secret

    def signed_as(self, timestamp_ms: int, recv_window_ms: int) -> None:
        """Sign the next request, and only it, with this timestamp and window."""
        self._stamp = (timestamp_ms, recv_window_ms)

    def _submit_request(
        self, method: str = "", path: str = "", query: dict[str, Any] | None = None, auth: bool = False
    ) -> Reply:
        place = f"{method} {path.removeprefix(self.endpoint)}"
        try:
            answer = super()._submit_request(method=method, path=path, query=query, auth=auth)
        except FailedRequestError as error:
            raise http_error(place, error.status_code, changes=method != "GET") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise network_error(place, error, changes=method != "GET") from None
        finally:
            self._stamp = None
        answer.encoding = "utf-8"  # not guessed from the body
        return Reply(body=parse_object(self._keys.masked(answer.text), place), headers=answer.headers)

    def _prepare_headers(
        self, payload: str, recv_window: int, content_type: str = "application/json"
    ) -> dict[str, str]:
        timestamp, window = self._stamp or (self._clock.now_ms(), recv_window)
        return {
            "Content-Type": content_type,
            "X-BAPI-API-KEY": self.api_key,
            "X-BAPI-SIGN": self._auth(payload, window, timestamp),
            "X-BAPI-SIGN-TYPE": "2",
            "X-BAPI-TIMESTAMP": str(timestamp),
            "X-BAPI-RECV-WINDOW": str(window),
        }

    def _handle_response(self, response: requests.Response, *_: object) -> requests.Response:
        return response


def http_error(place: str, status: int, *, changes: bool) -> ExchangeError:
    """The error of an HTTP status other than 200; ``code`` is the status, negative.

    ``place`` names the request; ``changes`` is False where it was a mere read.
    """
    kind, advice = _HTTP_ADVICE.get(status, (OutcomeUnknown, "the exchange failed: look orders up"))
    if kind is OutcomeUnknown and not changes:
        kind = Retryable
    return kind(f"{place}: HTTP {status}: {advice}", code=-status)


def network_error(place: str, error: Exception, *, changes: bool) -> ExchangeError:
    """The error of a request without a reply, from what ``requests`` raised.

    A connection that never stood carried nothing.
    """
    never_left = isinstance(error, requests.ConnectTimeout) or _not_connected(error)
    text = f"{place}: {type(error).__name__}{_reason(error)}"
    if changes and not never_left:
        return OutcomeUnknown(f"{text}; it may have been carried out: look it up")
    return Retryable(f"{text}; nothing was carried out: check the network, try again")


def _not_connected(error: Exception) -> bool:
    inner = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _reason(error: Exception) -> str:
    """The system's own words for a failed connection, without the address that was asked for."""
    found = re.search(r"\[Errno -?\d+\] [^'\")]+", str(error))
    return f" ({found[0]})" if found else ""
