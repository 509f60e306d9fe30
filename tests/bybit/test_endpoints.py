"""Where each environment is, and that no key is shown."""

from __future__ import annotations

import pytest

from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import DEMO, MAINNET, TESTNET, Endpoints, endpoints_for, simulated


def test_the_venue_has_every_path_on_one_address() -> None:
    here = endpoints_for("simulated", "http://127.0.0.1:8900/")
    assert (here.rest, here.private) == ("http://127.0.0.1:8900", "ws://127.0.0.1:8900/v5/private")
    assert here.public == "ws://127.0.0.1:8900/v5/public/linear"
    assert here.trading == "ws://127.0.0.1:8900/v5/trade"


@pytest.mark.parametrize("url", ["", "127.0.0.1:8900", "ftp://x", "http://", "http://x/v5"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"http://127\.0\.0\.1:8900 expected"):
        simulated(url)


def test_an_unknown_environment_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="simulated, mainnet, testnet, demo expected"):
        endpoints_for("maintnet")


def test_demo_has_mainnet_prices_and_no_trading_socket() -> None:
    assert DEMO.public == MAINNET.public
    assert DEMO.trading is None
    assert bybit_exchange(DEMO, "k", "s").trading_socket() is None


@pytest.mark.parametrize("endpoints", [MAINNET, TESTNET, DEMO])
def test_real_environments_are_reached_encrypted(endpoints: Endpoints) -> None:
    assert endpoints.rest.startswith("https://")
    for url in (endpoints.private, endpoints.public, endpoints.trading or "wss://none"):
        assert url.startswith("wss://")


def test_nothing_that_can_be_printed_shows_key_or_secret() -> None:
    exchange = bybit_exchange(MAINNET, "the-key", "the-secret")
    rest, stream, trading = exchange.rest(), exchange.private_stream(), exchange.trading_socket()
    shown = [repr(exchange), repr(rest), repr(stream), repr(trading)]
    shown += [repr(value) for thing in (exchange, rest, stream, trading) for value in vars(thing).values()]
    assert not [text for text in shown if "the-key" in text or "the-secret" in text]
    rest.close()
