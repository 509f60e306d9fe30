"""The page in a real browser while the real bot trades on the real venue: live, calm, and after a restart."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.page.browser import PATIENCE_S, Browser, browser
from tests.venue_process import wait_for
from tests.whole.command import Command, example_config, started

RUN = ("run", "--config", "config.toml", "--scenario", "whipsaw", "--speed", "120", "--seed", "3")
#: A machine that is busy with other things isn't to stop the account.
IN_A_ROW = "max_in_a_row = 3 "
CARDS = "document.querySelectorAll('.card')"
DRAWN, CONTRAST, UNNAMED = (
    (Path(__file__).parent / name).read_text() for name in ("drawn.js", "contrast.js", "unnamed.js")
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bot keeps its files; its config has a port that stays when it starts again."""
    found = tmp_path_factory.mktemp("page")
    with socket.create_server(("127.0.0.1", 0)) as free:
        changes = {"port = 9108": f"port = {free.getsockname()[1]}", IN_A_ROW: IN_A_ROW.replace("3", "100")}
        example_config(found, **changes)
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def bot(folder: Path, page: Browser) -> Iterator[Command]:
    with started(folder, *RUN) as command:
        wait_for(lambda: "page on " in command.log, "the page's address", deadline_s=PATIENCE_S)
        page.open(address(command))
        page.wait(f"return {CARDS}.length === 2", "two symbols")
        yield command


def address(command: Command) -> str:
    return command.log.partition("page on ")[2].split()[0]


def test_it_shows_every_symbol_both_sides_and_the_account(page: Browser, bot: Command) -> None:
    assert page.text("#environment") == "SIMULATED"
    page.wait("return document.querySelectorAll('.ladder tr.filled').length >= 4", "filled levels")
    assert page.run("return document.querySelectorAll('.ladder tbody tr').length") == 4 * 7
    assert page.text("#connection-text") == "live"
    assert page.run(DRAWN, ".card") > 1000
    assert page.run(DRAWN, "#equity") > 100
    assert page.text(".account strong") == "001 main"
    money = page.text(".account .pair")
    assert "change of equity" in money
    assert "realised" in money


def test_it_moves_while_the_bot_trades(page: Browser, bot: Command) -> None:
    before = page.text(".card .last")
    page.wait(f"return {CARDS}[0].querySelector('.last').textContent !== {before!r}", "another price")
    page.wait("return [...document.querySelectorAll('#events li')].some((one) => one.textContent.includes"
              "('closed (take profit)'))", "a take profit among the events")  # fmt: skip
    page.wait("return [...document.querySelectorAll('details td')].some((one) => one.textContent === "
              "'take profit')", "it in the table of fills")  # fmt: skip
    page.wait("return document.querySelector('#counters dd').textContent.endsWith('ms')", "its latency")


def test_a_screen_reader_is_given_landmarks_names_and_tables_and_is_not_talked_at(
    page: Browser, bot: Command
) -> None:
    live = "[aria-live], [role=status], [role=alert], [role=log], output"
    assert page.run(f"return [...document.querySelectorAll('{live}')].map((one) => one.id)") == ["announcer"]
    assert "closed (take profit)" not in page.text("#announcer")
    assert page.run(
        "return ['header', 'main', 'aside', 'footer'].every((one) => document.querySelector(one))"
    )
    assert page.run(UNNAMED) == []
    label = page.wait("const label = document.querySelector('.card .chart').ariaLabel;"
                      "return label.includes('average') && label", "the chart in words")  # fmt: skip
    assert "take profit" in label


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_can_be_read_in_light_and_dark(page: Browser, bot: Command, dark: bool) -> None:
    page.screen(1440, 900, dark=dark)
    worst = page.run(CONTRAST)
    assert worst[0][0] >= 4.5, worst
    assert page.run("return document.documentElement.scrollHeight") <= 900, "one screen"


def test_the_theme_can_be_chosen_and_stays_chosen(page: Browser, bot: Command) -> None:
    page.screen(1440, 900)
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = page.run(ground)
    for wanted in ("light", "dark"):
        page.run("document.querySelector('#theme').click()")
        assert page.text("#theme") == f"Theme: {wanted}"
    assert page.run(ground) != light
    page.driver.refresh()
    page.wait(f"return {CARDS}.length === 2", "the page again")
    assert page.text("#theme") == "Theme: dark"
    page.run("document.querySelector('#theme').click()")


def test_a_phone_needs_no_sideways_scrolling(page: Browser, bot: Command) -> None:
    page.screen(360, 740, phone=True)
    page.run(
        "document.querySelector('.badges').append(Object.assign(document.createElement('span'),"
        " { className: 'badge stopped', textContent: 'STOPPED: ' + 'a long reason '.repeat(20) }))"
    )
    page.wait("return document.documentElement.scrollWidth <= 360", "a page as wide as the phone")
    page.screen(1440, 900)


def test_what_the_bot_tells_stays_text(page: Browser, bot: Command) -> None:
    text = page.run(
        "return import('/static/events.js').then(({ Events }) => {"
        "  new Events().add([{ at_ms: 0, severity: 'info', account: '', subject: '', text: arguments[0] }]);"
        "  const first = document.querySelector('#events li');"
        "  const told = [first.textContent, first.querySelectorAll('img, b').length];"
        "  first.remove();"
        "  return told; })",
        "<img src=x onerror=alert(1)><b>bold</b>",
    )
    assert text == ["00:00:00 <img src=x onerror=alert(1)><b>bold</b>", 0]


def test_it_says_that_the_bot_is_gone_and_recovers_by_itself(
    page: Browser, bot: Command, folder: Path
) -> None:
    assert [line for line in page.complaints() if "favicon" not in line] == []
    assert bot.stop(signal.SIGTERM).code == 0
    page.wait("return document.querySelector('#connection-text').textContent === 'no connection'", "the loss")
    assert page.run("return !document.querySelector('#banner').hidden")
    assert "No connection to the bot" in page.text("#banner")
    with started(folder, *RUN) as again:
        page.wait("return document.querySelector('#connection-text').textContent === 'live'", "the recovery")
        assert page.run("return document.querySelector('#banner').hidden")
        page.wait("return document.querySelector('.account .value').textContent !== '–'", "its equity")
        last = page.text(".card .last")
        page.wait(f"return {CARDS}[0].querySelector('.last').textContent !== {last!r}", "another price")
        lost = [line for line in page.complaints() if "ERR_" not in line]
        assert lost == [], "nothing but refused connections while it was gone"
        # The browser's own new tab shows what it has in itself (chrome:), which leaves no machine.
        asked = {url.hostname for url in map(urlsplit, page.asked()) if url.scheme not in ("chrome", "data")}
        assert asked == {"127.0.0.1"}
        assert again.stop(signal.SIGTERM).code == 0
