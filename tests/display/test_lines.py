"""Log lines are single lines that say whose, what and in which state."""

from __future__ import annotations

import pytest

from actors.display.happenings import happening_of
from actors.display.lines import happening_text, status_lines
from messages.events import Note, Severity
from messages.reports import AccountChanged
from messages.sides import Side
from tests.display.scenes import a_close, a_latency, a_stream, an_order, busy, start
from tests.store.reports import NOW_MS, an_account


def text_of(message: object) -> str:
    happening = happening_of(message)
    assert happening is not None
    return happening_text(happening)


def test_a_close_tells_cause_profit_prices_depth_and_time() -> None:
    assert text_of(a_close()) == (
        "001 SOLUSDT LONG: cycle 12 closed (take profit), realised +7.3000: "
        "10.4 at 145.231 → 146.020, levels 0-2, 0:03:12, fees 0.9000, funding 0.0100"
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (a_stream(True, "public", 0), "public stream up"),
        (a_stream(False), "001: private stream down: pong is late"),
    ],
)
def test_streams_tell_whose_they_are_and_why_they_fell(message: object, text: str) -> None:
    assert text_of(message) == text


def test_a_note_of_several_lines_becomes_one() -> None:
    note = Note(
        account=1,
        symbol="SOLUSDT",
        side=Side.SHORT,
        kind="x",
        severity=Severity.CRITICAL,
        text="first\nsecond\t third",
        at_ms=NOW_MS,
    )
    assert text_of(note) == "001 SOLUSDT SHORT: first second third"


@pytest.mark.parametrize("message", [an_account(), an_order(), a_latency("1", None), "other"])
def test_what_is_only_counted_makes_no_line(message: object) -> None:
    assert happening_of(message) is None


def test_a_status_line_an_account_sums_up_money_counts_and_sides() -> None:
    first, second = status_lines(busy(2))
    assert first == (
        "001: equity 9,990.50 USDT (change -9.50, realised +3.89), available 9,000.00, maintenance 1.20 %; "
        "cycles 2, orphans 0, recoveries 0, refused 2; "
        "SOLUSDT L open 3/7 S waiting 0/7; DOGEUSDT L open 3/7 S open 1/7"
    )
    assert second.startswith("002 DRY: equity")


def test_a_status_line_says_when_an_account_starts_stops_or_is_cut_off() -> None:
    assert list(status_lines(start())) == ["001: starting"]
    (line,) = status_lines(start().apply(an_account(stopped="loss", streams_up=False)))
    assert line.startswith("001: STOPPED (loss), streams DOWN, equity")
    down = AccountChanged(account=1, running=False, reason="survey: refused")
    assert list(status_lines(start().apply(down))) == ["001: NOT RUNNING (survey: refused)"]
