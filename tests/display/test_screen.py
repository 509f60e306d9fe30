"""The live view fits its terminal, and shows what matters first."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.display.model import DisplayModel
from actors.display.screen import screen
from messages.events import Counted
from messages.reports import AccountChanged
from messages.sides import Side
from tests.display.pictures import line_with, lines_of
from tests.display.scenes import a_stream, busy, start
from tests.store.reports import NOW_MS, a_guard, a_side, a_symbol, an_account

MANY = tuple(f"COIN{number}USDT" for number in range(12))


def shown(model: DisplayModel, width: int = 100, height: int = 30) -> list[str]:
    return lines_of(screen(model, NOW_MS, width, height), width, height)


@settings(max_examples=40, deadline=None)
@given(
    accounts=st.integers(0, 12),
    symbols=st.integers(0, 12),
    width=st.integers(40, 200),
    height=st.integers(12, 60),
)
def test_the_view_is_never_larger_than_its_terminal(
    accounts: int, symbols: int, width: int, height: int
) -> None:
    lines = shown(busy(accounts, MANY[:symbols]), width, height)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)


@pytest.mark.parametrize(("width", "height"), [(100, 30), (140, 40)])
def test_both_sides_of_two_symbols_stand_whole_in_common_terminals(width: int, height: int) -> None:
    lines = shown(busy(), width, height)
    long, short = (" ".join(line.split()) for line in lines if re.match(" (SOLUSDT|145.230)  ", line))
    assert long == "SOLUSDT LONG open 4 3/7 10.4 145.231 146.020 0.54 % 3 at 144.120 -12.34 +7.30"
    assert short == "145.230 SHORT waiting 4 0/7 - - - - - - -3.41"
    assert not any("…" in line for line in lines[:10])


def test_realised_profit_stands_beside_the_change_of_equity() -> None:
    line = line_with("realised +3.89", shown(busy()))
    assert "equity 9,990.50 USDT  change -9.50  realised +3.89" in line


def test_the_counters_of_failures_are_always_there() -> None:
    assert "orphans 0  recoveries 0  late fills 1  refused 1 (110017)" in "\n".join(shown(busy()))


def test_an_orphan_is_shown_in_alarm() -> None:
    model = busy().apply(Counted(account=1, symbol="SOLUSDT", name="orphan"))
    assert "orphans 1" in line_with("orphans", shown(model))


def test_a_dry_run_an_emergency_stop_and_a_lost_stream_cannot_be_overlooked() -> None:
    model = start().apply(an_account(dry_run=True, stopped="loss over 5 %"))
    model = model.apply(a_stream(True)).apply(a_stream(False))
    text = "\n".join(shown(model))
    assert " DRY " in text
    assert "STOPPED: loss over 5 %" in text
    assert "private DOWN" in text


def test_what_has_not_reported_yet_says_so() -> None:
    text = "\n".join(shown(start()))
    assert "001 name-1  starting" in text
    assert "SOLUSDT  LONG  starting" in text
    assert "nothing has happened yet" in text


def test_an_open_side_without_a_take_profit_shows_none() -> None:
    naked = a_side(Side.LONG, status="open", size=Decimal(1), average_entry=Decimal("145.1"))
    lines = shown(start().apply(a_symbol("SOLUSDT", last=Decimal("145.2"), long=naked)))
    assert line_with("SOLUSDT  LONG", lines).split()[5:9] == ["1", "145.1", "-", "-"]


def test_a_running_procedure_is_named_beside_its_symbol() -> None:
    model = start().apply(an_account()).apply(a_symbol("SOLUSDT", activity="closing LONG"))
    assert "SOLUSDT closing LONG" in "\n".join(shown(model))


def test_symbols_that_do_not_fit_are_counted() -> None:
    model = busy(1, MANY)
    lines = shown(model)
    hidden = len(model.accounts[1].symbols) - sum(line.startswith(" COIN") for line in lines)
    assert f"… {hidden} more symbols" in line_with("more symbols", lines)
    assert 0 < hidden < len(MANY)


def test_accounts_that_do_not_fit_are_counted() -> None:
    lines = shown(busy(12), 100, 24)
    shown_accounts = sum("equity" in line for line in lines)
    assert f"… {12 - shown_accounts} more accounts" in line_with("more accounts", lines)
    assert 0 < shown_accounts < 12


def test_the_last_happenings_fill_what_is_left_newest_at_the_bottom() -> None:
    lines = shown(busy())
    assert lines[-1].endswith("reopening waits for balance: needs 5.23 USDT, 4.10 are free")


def test_text_of_the_exchange_is_shown_as_it_is_and_never_as_markup() -> None:
    model = start().apply(an_account(stopped="[bold]x[/nonsense]"))
    assert "[bold]x[/nonsense]" in "\n".join(shown(model))


def test_an_account_that_does_not_run_says_why_and_one_that_is_frozen_says_so() -> None:
    gone = start().apply(AccountChanged(account=1, running=False, reason="keys: refused"))
    assert "NOT RUNNING: keys: refused" in line_with("001", shown(gone))
    assert "starting" not in line_with("001", shown(gone))
    again = busy().apply(AccountChanged(account=1, running=False, reason="an actor failed"))
    assert "NOT RUNNING: an actor failed" in line_with("001 main", shown(again))
    assert "private DOWN" in "\n".join(shown(again))
    assert again.accounts[1].losses == {}
    runs = again.apply(AccountChanged(account=1, running=True, reason=""))
    assert not any("NOT RUNNING" in line for line in shown(runs))
    frozen = runs.apply(a_guard(frozen_until_ms=NOW_MS + 1))
    assert "FROZEN: no entry leaves" in line_with("001 main", shown(frozen))
    over = runs.apply(a_guard(frozen_until_ms=NOW_MS, averaging_frozen=True))
    assert "AVERAGING FROZEN" in line_with("001 main", shown(over))
