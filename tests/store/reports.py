"""Reports for tests: quiet ones, changed where a test says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from messages.reports import AccountReport, GuardReport, SideReport, SymbolReport
from messages.sides import Side

NOW_MS = 1_767_225_600_000


def a_side(side: Side, **changes: Any) -> SideReport:
    """A flat side in its fourth cycle."""
    flat = SideReport(
        side=side,
        status="flat",
        cycle=4,
        size=Decimal(0),
        average_entry=Decimal(0),
        deepest_level=-1,
        max_levels=7,
        take_profit_price=None,
        take_profit_qty=None,
        unrealised=Decimal(0),
        pending=(),
        cycles=3,
        realised=Decimal(0),
        fees=Decimal(0),
        funding=Decimal(0),
    )
    return replace(flat, **changes)


def a_symbol(symbol: str, **changes: Any) -> SymbolReport:
    """A symbol of account 1, both sides flat."""
    flat = SymbolReport(
        account=1,
        symbol=symbol,
        last=None,
        mark=None,
        long=a_side(Side.LONG),
        short=a_side(Side.SHORT),
        activity="",
        at_ms=NOW_MS,
    )
    return replace(flat, **changes)


def an_account(**changes: Any) -> AccountReport:
    """Account 1, trading, 9.5 USDT below its start."""
    usual = AccountReport(
        account=1,
        name="main",
        dry_run=False,
        equity=Decimal("9990.5"),
        start_equity=Decimal("10000"),
        available=Decimal("9000"),
        maintenance_rate=Decimal("0.012"),
        stopped="",
        streams_up=True,
        unknown_orders=0,
        queued_orders=0,
        at_ms=NOW_MS,
    )
    return replace(usual, **changes)


def a_guard(**changes: Any) -> GuardReport:
    """The guard of account 1, all of its rules quiet."""
    usual = GuardReport(
        account=1,
        mode="",
        by_person=False,
        frozen_until_ms=0,
        averaging_frozen=False,
        holding=frozenset(),
        failures=(("SOLUSDT", 0),),
        peak=Decimal(10_000),
        maintenance_threshold=Decimal("0.5"),
        loss_threshold=Decimal("0.05"),
    )
    return replace(usual, **changes)
