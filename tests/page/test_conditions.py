"""The page where something is wrong or extreme: accounts that don't trade, odd prices, long names."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from actors.display.model import DisplayModel, WatchedAccount
from messages.reports import AccountChanged, PendingReport, SymbolReport
from messages.sides import Side
from tests.page.browser import Browser, browser
from tests.page.served import LOOPBACK, Served, served
from tests.page.test_browser import CONTRAST
from tests.state.markets import sol
from tests.store.reports import a_guard, a_side, a_symbol, an_account

D = Decimal
LONG_NAME = "n" * 40
FREEZE_MS = 5_000
NAMES = {1: LONG_NAME, 2: "frozen", 3: "gone", 4: "refused"}
PRICES = {"PEPEUSDT": ("0.00001234", "0.00000001"), "BTCUSDT": ("100000", "0.1")}
BADGES = """
const bar = [...document.querySelectorAll('.account')].find((one) => one.textContent.includes(arguments[0]));
return [...bar.querySelectorAll('.badges > *')].map((one) => one.textContent);
"""


def badges(name: str) -> str:
    """A script that gives an account's badges as one text."""
    return f"return (() => {{ {BADGES.replace('arguments[0]', repr(name))} }})().join()"


def priced(symbol: str, now_ms: int) -> SymbolReport:
    """A symbol whose LONG side has fallen to its lowest price."""
    price, tick = (D(text) for text in PRICES[symbol])
    long = a_side(
        Side.LONG,
        status="open",
        size=D(123456789),
        average_entry=price * D("1.1"),
        deepest_level=2,
        take_profit_price=price * D("1.2"),
        unrealised=D("-123456.789"),
        pending=(PendingReport(level=3, price=price / 2, qty=D(1000000)),),
    )
    instrument = replace(sol(), symbol=symbol, tick_size=tick)
    return a_symbol(symbol, last=price, mark=price, long=long, at_ms=now_ms, instrument=instrument)


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    now_ms = time.time_ns() // 1_000_000
    watched = [
        WatchedAccount(account=number, name=name, dry_run=False, symbols=tuple(PRICES))
        for number, name in NAMES.items()
    ]
    with served(model=DisplayModel.begin("mainnet", now_ms, watched)) as site:
        for number, name in NAMES.items():
            if name != "refused":
                site.tell(an_account(account=number, name=name, at_ms=now_ms, equity=D("1234567890.12")))
        site.tell(*(priced(symbol, now_ms) for symbol in PRICES))
        site.tell(AccountChanged(account=3, running=False, reason="003/grid/BTCUSDT failed: ValueError"))
        site.tell(AccountChanged(account=4, running=False, reason="keys: refused"))
        yield site


@pytest.fixture(scope="module")
def page(site: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        found.open(f"http://{LOOPBACK}:{site.port}/")
        found.wait("return document.querySelectorAll('.card').length === 2", "two symbols")
        yield found


def test_an_account_that_does_not_run_says_so_and_why_beside_its_old_figures(
    page: Browser, site: Served
) -> None:
    assert page.run(BADGES, "gone") == ["NOT RUNNING: 003/grid/BTCUSDT failed: ValueError"]
    assert page.run(BADGES, "refused") == ["NOT RUNNING: keys: refused"]
    site.tell(AccountChanged(account=3, running=True, reason=""))
    page.wait(f"{badges('gone')} === ''", "its end")


def test_a_freeze_is_shown_while_it_lasts_and_ends_without_a_word_of_the_bot(
    page: Browser, site: Served
) -> None:
    assert page.run(BADGES, "frozen") == []
    until_ms = time.time_ns() // 1_000_000 + FREEZE_MS
    site.tell(a_guard(account=2, frozen_until_ms=until_ms))
    shown = badges("frozen")
    page.wait(f"{shown} === 'FROZEN: no entry leaves'", "the freeze")
    page.wait(f"{shown} === ''", "its end")
    site.tell(a_guard(account=2, averaging_frozen=True))
    page.wait(f"{shown}.startsWith('AVERAGING FROZEN')", "the early freeze")
    site.tell(a_guard(account=2, mode="hold"))
    page.wait(f"{shown} === 'STOPPED: hold'", "the stop")
    site.tell(an_account(account=2, name="frozen", stopped="loss: too much"))
    page.wait(f"{shown} === 'STOPPED: loss: too much'", "its reason")
    site.tell(a_guard(account=2))
    page.wait(f"{shown} === ''", "its end, before the next report")


def test_tiny_and_huge_prices_have_the_digits_of_their_ticks(page: Browser) -> None:
    assert page.run("return [...document.querySelectorAll('.card .last')].map((one) => one.textContent)") == [
        "0.00001234",
        "100,000.0",
    ]


@pytest.mark.parametrize("width", [360, 390, 768, 1440])
def test_long_names_and_numbers_need_no_sideways_scrolling(page: Browser, width: int) -> None:
    page.screen(width, 844, phone=width < 500)
    page.wait(f"return document.documentElement.scrollWidth <= {width}", f"a page {width} pixels wide")
    over = """return [...document.querySelectorAll('.account')].filter((bar) => {
      const name = bar.querySelector('.pick'), figure = bar.querySelector('.figure').getBoundingClientRect();
      const own = name.getBoundingClientRect(), range = document.createRange();
      range.selectNodeContents(name);
      const text = range.getBoundingClientRect();
      return text.right > figure.left && text.bottom > figure.top && text.top < figure.bottom;
    }).length"""
    assert page.run(over) == 0, "a name lies over a figure"
    page.screen(1440, 900)


@pytest.mark.parametrize("dark", [False, True])
def test_what_keeps_an_account_from_trading_can_be_read(page: Browser, dark: bool) -> None:
    page.screen(1440, 900, dark=dark)
    worst = page.run(CONTRAST)
    assert worst[0][0] >= 4.5, worst
    assert page.complaints() == []
