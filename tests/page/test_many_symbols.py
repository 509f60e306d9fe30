"""The page with fifty symbols beside an account of two: it comes, fits a phone, draws what is looked at."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from actors.display.model import DisplayModel, WatchedAccount
from tests.display.scenes import a_busy_symbol, a_stream
from tests.page.browser import PATIENCE_S, Browser, browser
from tests.page.served import LOOPBACK, Served
from tests.store.reports import NOW_MS, an_account

FEW = ("SOLUSDT", "DOGEUSDT")
MANY = tuple(f"S{number:03d}USDT" for number in range(50))
TRADED = {1: FEW, 2: MANY}
EVERY_S = 0.5

#: Chooses an account; gives the milliseconds until each of its cards has a price, and those in view a chart.
CHOOSE = """
const [name, count, done] = arguments, began = performance.now();
const bar = [...document.querySelectorAll('.account')].find((one) => one.textContent.includes(name));
(bar.querySelector('button') ?? bar).click();
const near = (at) => at.top < innerHeight && at.bottom > 0;
const look = () => {
  const cards = [...document.querySelectorAll('.card')];
  const whole = cards.length === count
    && cards.every((card) => card.querySelector('.last').textContent !== '–')
    && cards.every((card) => !near(card.getBoundingClientRect()) || card.querySelector('canvas'));
  if (whole) requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  else setTimeout(look, 5);
};
look();
"""
#: Notes which cards' canvases are drawn on, from now on.
NOTE_DRAWING = """
window.drawn = new Set();
const draw = CanvasRenderingContext2D.prototype.stroke;
CanvasRenderingContext2D.prototype.stroke = function (...given) {
  const card = this.canvas.closest('.card');
  if (card) window.drawn.add(card.getAttribute('aria-label'));
  return draw.apply(this, given);
};
"""


class Prices(threading.Thread):
    """Tells new prices of every symbol, as the bot's watch would."""

    def __init__(self, served: Served) -> None:
        super().__init__(daemon=True)
        self._served, self.ended = served, threading.Event()

    def run(self) -> None:
        turn = 0
        while not self.ended.wait(EVERY_S):
            turn += 1
            self._served.tell(*reports(turn))


def reports(turn: int) -> Iterator[Any]:
    for account, symbols in TRADED.items():
        yield an_account(account=account, name=f"name-{account}", at_ms=NOW_MS + turn * 1000)
        for symbol in symbols:
            report: Any = a_busy_symbol(account, symbol)
            last = report.last * (1 + Decimal(turn % 7) / 1000)
            yield replace(report, last=last, mark=last, at_ms=NOW_MS + turn * 1000)


@contextmanager
def trading() -> Iterator[Served]:
    watched = [
        WatchedAccount(account=number, name=f"name-{number}", dry_run=False, symbols=symbols)
        for number, symbols in TRADED.items()
    ]
    served = Served(DisplayModel.begin("simulated", NOW_MS, watched))
    prices = Prices(served)
    try:
        served.tell(*(a_stream(True, "public", 0), *reports(0)))
        prices.start()
        yield served
    finally:
        prices.ended.set()
        prices.join()
        served.page.stop()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with trading() as served, browser(tmp_path_factory.mktemp("chromium")) as found:
        found.driver.set_script_timeout(PATIENCE_S)
        found.open(f"http://{LOOPBACK}:{served.port}/")
        found.wait("return document.querySelectorAll('.card').length === 2", "two symbols")
        yield found


def chosen(page: Browser, account: int) -> float:
    return float(page.driver.execute_async_script(CHOOSE, f"name-{account}", len(TRADED[account])))


def test_fifty_symbols_cost_no_more_than_their_number_says(page: Browser) -> None:
    took: dict[int, list[float]] = {1: [], 2: []}
    for account in (2, 1) * 3:
        took[account].append(chosen(page, account))
    assert min(took[2]) < min(took[1]) * len(MANY) / len(FEW), took


def test_only_charts_that_are_looked_at_are_drawn_and_the_rest_catch_up_when_they_are(page: Browser) -> None:
    page.screen(1440, 900)
    chosen(page, 2)
    page.run(NOTE_DRAWING)
    page.wait("return window.drawn.has('S000USDT')", "the first chart to be drawn")
    page.run("document.querySelector('.card:last-child').scrollIntoView()")
    page.wait("return window.drawn.has('S049USDT')", "the last one")
    events = page.run("return document.querySelector('.events-panel').getBoundingClientRect().bottom")
    assert 0 < events <= 900, "equity, counters and events stay in view"
    page.run("window.scrollTo(0, 0)")
    page.wait("return document.querySelector('.card').getBoundingClientRect().top > 0", "the top again")
    page.run("window.drawn.clear()")
    page.wait("return window.drawn.has('S000USDT')", "the first chart again")
    page.run("window.drawn.clear()")
    price = page.text(".card:last-child .last")
    page.wait("return window.drawn.has('S000USDT') && window.drawn.has('S001USDT')", "those in view")
    page.wait(f"return document.querySelector('.card:last-child .last').textContent !== {price!r}",
              "the text of one that nobody sees")  # fmt: skip
    assert "S049USDT" not in page.run("return [...window.drawn]")
    assert page.complaints() == []


@pytest.mark.parametrize("dark", [False, True])
def test_fifty_symbols_need_no_sideways_scrolling_on_a_phone(page: Browser, dark: bool) -> None:
    page.screen(360, 740, phone=True, dark=dark)
    chosen(page, 2)
    for where in ("0", "document.documentElement.scrollHeight"):
        page.run(f"window.scrollTo(0, {where})")
        page.wait("return document.documentElement.scrollWidth <= 360", "a page as wide as the phone")
    page.screen(1440, 900)


def test_the_page_is_asked_for_the_histories_of_what_is_looked_at_alone(page: Browser) -> None:
    page.screen(1440, 900)
    page.run("window.scrollTo(0, 0)")
    before = len(page.asked())
    chosen(page, 1)
    chosen(page, 2)
    page.wait("return document.querySelectorAll('.card canvas').length > 0", "charts")
    asked = {url.partition("/history/")[2].partition("?")[0] for url in page.asked()[before:]}
    assert "002/S000USDT" in asked
    assert "002/S049USDT" not in asked
